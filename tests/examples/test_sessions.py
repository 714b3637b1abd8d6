"""Examples of a session: what was picked and edited, after the very prompt that the model had."""

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from base.errors import KnownError
from models.backend import Prompt
from models.scripted import Scripted
from scenes.data.examples.heldout import HeldOut
from scenes.data.examples.make import ExampleSet, make
from scenes.data.examples.prompts import Bounds
from scenes.data.examples.sessions import OTHER_BRANCH, session_source
from scenes.prompt import build_prompt
from scenes.scene import Role, Scene
from scenes.table.journal_reader import read_session
from scenes.table.play import Play
from scenes.table.session import Turn

BOOK = "entries:\n  钥匙: 钥匙共有三把。\n"


@pytest.fixture
def play(tmp_path: Path) -> Iterator[Play]:
    """The player is 林默; who speaks of keys is told how many there are."""
    book = tmp_path / "house.yaml"
    book.write_text(BOOK, "utf-8")
    scene = Scene(
        "old-house",
        Path("old-house.yaml"),
        "雨夜旧宅",
        (Role("林默", ("阿默",)), Role("苏晚"), Role("守秘人", narrator=True)),
        opening="【雨下了一整夜。】\n苏晚：你确定是这里？",
        knowledge=(book,),
        sampling={"n": 3, "max_tokens": 40},
    )
    started = Play.start(scene, "林默", tmp_path)
    yield started
    started.close()


@pytest.fixture
def pick(play: Play) -> Callable[..., Turn]:
    def picked(backend: Scripted, speaker: str, place: int, text: str | None = None) -> Turn:
        hand = play.hand(backend, play.scene.role(speaker))
        offset, updates = play.deal(backend, hand)
        with closing(updates):
            for update in updates:
                hand.update(update, offset)
        return play.pick(hand, place, text)

    return picked


def made(play: Play, *wanted: str) -> ExampleSet:
    source = session_source(read_session(play.journal.path), wanted)
    return make([source], Bounds(600, len), HeldOut(0))


def test_picks_and_edits_are_learned_after_the_prompt_that_the_model_had(
    play: Play, pick: Callable[..., Turn]
) -> None:
    backend = Scripted(["甲在这里。", "乙在这里。", "丙在这里。"], context=600)
    play.say("钥匙在谁手里？")
    pick(backend, "苏晚", 1)
    play.say("进去吧。")
    pick(backend, "苏晚", 0, "好，\\emoji 微笑")
    pick(Scripted(["灯灭了】", "门开了】", "风停了】"], context=600), "守秘人", 2)
    found = made(play).examples
    assert [(one.speaker, one.reply) for one in found] == [
        ("苏晚", "乙在这里。\n"),
        ("苏晚", "好， \\emoji 微笑\n"),
        ("守秘人", "风停了】\n"),
    ]
    prompts: list[Prompt] = [one.prompt for one in found]
    assert prompts[:2] == list(dict.fromkeys(backend.prompts))
    assert "【钥匙共有三把。】" in prompts[0].history
    assert found[0].source == play.journal.id
    session = read_session(play.journal.path)
    learned = [turn for turn in session.path if turn.by == "model"]
    for turn, one in zip(learned, found, strict=True):
        role, history = session.scene.role(one.speaker), session.history_before(turn.id)
        assert one.prompt == build_prompt(session.scene, history, role, 600, 40, len)


def test_a_line_edited_later_is_learned_as_it_stands_now(
    play: Play, pick: Callable[..., Turn]
) -> None:
    turn = pick(Scripted(["甲。", "乙。", "丙。"]), "苏晚", 0)
    play.say("嗯。")
    play.edit(turn, "甲甲。")
    assert [one.reply for one in made(play).examples] == ["甲甲。\n"]
    assert not made(play).tally.left_out


def test_what_was_taken_back_is_counted_and_not_learned(
    play: Play, pick: Callable[..., Turn]
) -> None:
    backend = Scripted(["甲。", "乙。", "丙。"])
    pick(backend, "苏晚", 0)
    play.undo()
    pick(backend, "苏晚", 2)
    found = made(play)
    assert [one.reply for one in found.examples] == ["丙。\n"]
    assert found.tally.left_out == {OTHER_BRANCH: 1}


def test_the_player_is_learned_only_where_asked_for(play: Play, pick: Callable[..., Turn]) -> None:
    play.say("走吧。")
    with pytest.raises(KnownError, match="nothing to learn"):
        made(play)
    assert [one.reply for one in made(play, "阿默").examples] == ["走吧。\n"]
    with pytest.raises(KnownError, match="苏晚"):
        made(play, "苏碗")


def test_a_session_is_read_while_it_is_played(play: Play, pick: Callable[..., Turn]) -> None:
    pick(Scripted(["甲。", "乙。", "丙。"]), "苏晚", 0)
    before = play.journal.path.read_bytes()
    with play.journal.path.open("ab") as file:
        file.write(b'{"event": "tur')
    session = read_session(play.journal.path)
    assert len(session.path) == 3
    assert play.journal.path.read_bytes() == before + b'{"event": "tur'
    with pytest.raises(KnownError, match="only read"):
        session.undo()


def test_a_session_is_held_out_whole_and_its_copy_is_not_learned(
    play: Play, pick: Callable[..., Turn]
) -> None:
    pick(Scripted(["甲先走。", "乙。", "丙。"]), "苏晚", 0)
    pick(Scripted(["甲再来一次。", "乙。", "丙。"]), "苏晚", 0)
    session = read_session(play.journal.path)
    sources = [session_source(session, ()), session_source(session, ["守秘人", "苏晚"])]
    with pytest.raises(KnownError, match="one chapter or session"):
        make(sources[:1], Bounds(600, len), HeldOut(0.5))
    with pytest.raises(
        KnownError, match="the train split is empty, since all was left out: 2 much"
    ):
        make(sources, Bounds(600, len), HeldOut(0.5))
