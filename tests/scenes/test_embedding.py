"""Knowledge found by meaning, at the table and in training examples alike."""

from collections.abc import Callable
from pathlib import Path

import pytest

from characters.wiki.chunks import chunks
from characters.wiki.storage import write_base
from characters.wiki.vectors import Embedding
from models.scripted import Scripted
from scenes.data.examples.prompts import Bounds, ExampleTally, LogSource
from scenes.data.examples.script import script_of
from scenes.embedding import builder
from scenes.log import parse
from scenes.scene import Scene
from scenes.table.play import Play
from tests.models.tiny_sentences import write_model

NOTES = "# 院长\n\n院长怕猫。\n\n# 旧宅\n\n旧宅建于光绪年间。\n"
NEAR = "【院长：院长怕猫。】"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a base and the model that made its vectors."""
    pytest.importorskip("sentence_transformers")
    home = tmp_path_factory.mktemp("knowledge")
    write_model(home / "tiny")
    embedding = Embedding(builder(str(home / "tiny")), "./tiny")
    write_base(home / "town.kb", chunks(NOTES, "n.md"), embedding=embedding)
    return home


def read_by(play: Play, *said: str) -> str:
    for line in said:
        play.say(line)
    return play.prompt(Scripted(), play.scene.role("苏晚")).history


def test_what_means_the_same_comes_up_in_play_and_in_examples(
    home: Path, make_scene: Callable[..., Scene], tmp_path: Path
) -> None:
    scene = make_scene(knowledge=(home / "town.kb",), opening="", turns="manual")
    play = Play.start(scene, "林默", tmp_path)
    assert play.knowledge.is_slow("林默")
    play.use_knowledge(next(play.opening_knowledge()))
    assert read_by(play, "咪咪！") == f"林默：咪咪！\n{NEAR}\n"
    assert play.notices == []
    play.close()
    script = script_of("log", parse("林默：咪咪！\n苏晚：在哪里？"), scene)
    tally = ExampleTally()
    source = LogSource(script, [scene.role("苏晚")])
    (learned,) = source.examples(["train"], Bounds(2000, len), tally)
    assert learned.prompt.history == f"林默：咪咪！\n{NEAR}\n"
    assert tally.notices == []


def test_where_the_model_is_gone_play_and_examples_say_so_once_and_find_by_words(
    home: Path, make_scene: Callable[..., Scene], tmp_path: Path
) -> None:
    for name in ("town.kb", "town.kb.npy"):
        (tmp_path / name).write_bytes((home / name).read_bytes())
    scene = make_scene(knowledge=(tmp_path / "town.kb",), opening="", turns="manual")
    play = Play.start(scene, "林默", tmp_path / "sessions")
    assert "【" not in read_by(play, "咪咪！")
    assert NEAR in read_by(play, "院长怕什么？")
    play.close()
    (notice,) = play.notices
    assert notice.endswith("town.kb: searched by words alone: ./tiny: no such folder")
    log = "林默：咪咪！\n苏晚：在哪里？\n林默：院长呢？\n苏晚：不在。"
    script, tally = script_of("log", parse(log), scene), ExampleTally()
    found = LogSource(script, [scene.role("苏晚")]).examples(["train"], Bounds(2000, len), tally)
    assert [NEAR in one.prompt.history for one in found] == [False, True]
    assert tally.notices == [notice]
