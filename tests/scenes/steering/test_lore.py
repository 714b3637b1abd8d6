"""Files of knowledge and single entries of lorebooks are switched off at the table."""

import json
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from base.errors import KnownError
from models.scripted import Scripted
from scenes.scene import Role, Scene
from scenes.table import controller_events as happened
from scenes.table.lore import read_wanted
from scenes.table.play import Play
from scenes.table.session import Session
from tests.frontends import PlainFrontEnd


@pytest.fixture
def told(make_scene: Callable[..., Scene], tmp_path: Path) -> Scene:
    (tmp_path / "house.yaml").write_text(
        "name: 旧宅\nentries:\n  - {keys: [旧宅], text: 旧宅建于光绪年间。}\n", "utf-8"
    )
    (tmp_path / "keys.yaml").write_text(
        "name: 钥匙\nentries:\n  - {keys: [钥匙], text: 钥匙共有三把。}\n", "utf-8"
    )
    cast = (Role("林默"), Role("苏晚", knowledge=(tmp_path / "keys.yaml",)))
    return make_scene(cast=cast, knowledge=(tmp_path / "house.yaml",))


def test_a_file_of_knowledge_that_is_switched_off_tells_nothing(
    told: Scene, tmp_path: Path, backend: Scripted
) -> None:
    with closing(Play.start(told, "林默", tmp_path)) as play:
        front_end = PlainFrontEnd(play, backend)
        front_end.do("enter", "/设定 house 关")
        front_end.do("enter", "旧宅的钥匙呢？")
        assert "光绪" not in backend.prompts[-1].text
        assert "【钥匙共有三把。】" in backend.prompts[-1].text
        front_end.do("enter", "/lore 1 on")
        front_end.do("enter", "这就是旧宅。")
        assert "光绪" in backend.prompts[-1].text
        front_end.do("enter", "/lore nothing off")
        assert "keys.yaml" in front_end.errors[-1]
        front_end.do("enter", "/lore keys.yaml")
        path = play.journal.path
        front_end.table.close()
    with closing(Play.resume(path)) as again:
        assert [again.is_off(file) for file, __ in again.knowledge_paths()] == [False, True]


# --- single entries -------------------------------------------------------------------------------

BOOK = """name: 旧宅
entries:
  - {keys: [旧宅, 老屋], text: 旧宅建于光绪年间。}
  - {keys: [钥匙], text: 钥匙共有三把。}
  - {keys: [座钟, 广州], text: 座钟是从广州运来的。}
  - {keys: [座钟], text: 座钟里有夹层。}
"""


@pytest.fixture
def house(make_scene: Callable[..., Scene], tmp_path: Path) -> Scene:
    (tmp_path / "house.yaml").write_text(BOOK, "utf-8")
    (tmp_path / "notes.md").write_text("# 井\n\n井里没有水。\n", "utf-8")
    files = (tmp_path / "house.yaml", tmp_path / "notes.md")
    return make_scene(cast=(Role("林默"), Role("苏晚")), knowledge=files)


def test_an_entry_that_is_switched_off_is_not_told_and_the_others_are(
    house: Scene, tmp_path: Path, backend: Scripted
) -> None:
    with closing(Play.start(house, "林默", tmp_path)) as play:
        front_end = PlainFrontEnd(play, backend)
        front_end.do("enter", "/lore house #钥匙 off")
        front_end.do("enter", "旧宅的钥匙呢？")
        assert "三把" not in backend.prompts[-1].text
        assert "光绪" in backend.prompts[-1].text
        told = front_end.table.inspect("苏晚")
        assert told.switched_off == ("house.yaml #钥匙",)
        path = play.journal.path
        front_end.table.close()
    with closing(Play.resume(path)) as again:
        front_end = PlainFrontEnd(again, backend)
        front_end.do("enter", "还是那把钥匙。")
        assert "三把" not in backend.prompts[-1].text
        front_end.do("enter", "/设定 1＃2 开")
        front_end.do("enter", "钥匙到底有几把？")
        assert "三把" in backend.prompts[-1].text
        assert not again.session.tuning.off_entries
        front_end.table.close()


def test_an_entry_stays_off_when_its_text_is_written_anew_or_another_comes_before_it(
    house: Scene, tmp_path: Path, backend: Scripted
) -> None:
    with closing(Play.start(house, "林默", tmp_path)) as play:
        front_end = PlainFrontEnd(play, backend)
        front_end.do("enter", "/lore 1 #2 off")
        path = play.journal.path
        front_end.table.close()
    first, more = "  - {keys: [旧宅", "  - {keys: [雨], text: 雨下了三天。}\n"
    (tmp_path / "house.yaml").write_text(
        BOOK.replace("三把", "四把").replace(first, more + first), "utf-8"
    )
    with closing(Play.resume(path)) as again:
        front_end = PlainFrontEnd(again, backend)
        front_end.do("enter", "旧宅的钥匙呢？")
        assert "四把" not in backend.prompts[-1].text
        assert "光绪" in backend.prompts[-1].text
        front_end.table.close()


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("/lore 1 #座钟 off", "3, 4"),
        ("/lore 1 #钥起 off", "钥匙"),
        ("/lore 1 #9 off", "4"),
        ("/lore 1 #0", "4"),
        ("/lore notes #1 off", "notes.md"),
        ("/lore nothing #1", "house.yaml"),
        ("/lore #1 off", "house.yaml"),
        (f"/lore 1 #{'9' * 5000}", "4"),
    ],
)
def test_an_entry_that_cannot_be_switched_is_told_in_a_line(
    typed: str, said: str, house: Scene, tmp_path: Path, backend: Scripted
) -> None:
    with closing(Play.start(house, "林默", tmp_path)) as play:
        front_end = PlainFrontEnd(play, backend)
        front_end.do("enter", typed)
        assert said in front_end.errors[-1]
        assert not play.session.tuning.off_entries
        front_end.table.close()


def test_the_entries_of_a_file_are_asked_to_be_shown(
    house: Scene, tmp_path: Path, backend: Scripted
) -> None:
    with closing(Play.start(house, "林默", tmp_path)) as play:
        front_end = PlainFrontEnd(play, backend)
        front_end.do("enter", "/lore 1 #")
        asked = [one for one in front_end.events if isinstance(one, happened.ViewAsked)]
        assert asked[-1] == happened.ViewAsked("lore", str(house.knowledge[0]))
        names = [row.name for row in front_end.table.lore_entries(house.knowledge[0])]
        assert names == ["旧宅、老屋", "钥匙", "座钟、广州", "座钟"]
        front_end.table.close()


@pytest.mark.parametrize("off", ["x", ["a"], {"a": "b"}, {"a": [1]}, {"a": None}, 3], ids=str)
def test_a_journal_that_says_of_entries_what_cannot_be_is_refused(off: object, play: Play) -> None:
    events = [json.loads(line) for line in play.journal.path.read_bytes().splitlines()]
    with pytest.raises(KnownError):
        Session.replay([*events, {"event": "steering", "off_entries": off}], lambda event: None)


def test_a_file_whose_name_has_a_hash_is_a_file() -> None:
    assert read_wanted("a#b.yaml off", {"a#b.yaml"}) == ("a#b.yaml", None, False)
    assert read_wanted("a#b.yaml #2 开", {"a#b.yaml"}) == ("a#b.yaml", "2", True)
    assert read_wanted("1 # off") == ("1", "", False)
