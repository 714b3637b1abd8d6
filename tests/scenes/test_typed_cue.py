"""`三国归晋，刘备曰：` says what is so, and who speaks next."""

from pathlib import Path

import pytest

from models.scripted import Scripted
from scenes.scene import Role
from scenes.table.meanings import Said
from scenes.table.play import Play
from scenes.table.typed import read_typed
from scenes.table.typed_cue import typed_cue
from tests.frontends import PlainFrontEnd
from tests.scenes.conftest import made_scene

CAST = (
    Role("刘备", aliases=("玄德",)),
    Role("关羽", aliases=("云长",)),
    Role("孙悟空", aliases=("悟空",)),
    Role("Ada"),
)
SCENE = made_scene(cast=CAST)


@pytest.mark.parametrize(
    ("typed", "told", "then"),
    [
        ("三国归晋，刘备曰：", ["【三国归晋】"], "刘备"),
        ("三国归晋，玄德问道：", ["【三国归晋】"], "刘备"),
        ("三国归晋，刘备说:", ["【三国归晋】"], "刘备"),
        ("刘备和关羽都老了。悟空道：", ["【刘备和关羽都老了。】"], "孙悟空"),
        ("三国归晋刘备曰：", ["【三国归晋】"], "刘备"),
        ("三国归晋，刘备大怒道：", ["【三国归晋，刘备大怒】"], "刘备"),
        ("刘备曰：", [], "刘备"),
        ("The war is over. Ada says:", ["【The war is over.】"], "Ada"),
        ("关羽：走。\n三国归晋，刘备曰：", ["关羽：走。", "【三国归晋】"], "刘备"),
    ],
)
def test_it_is_narrated_and_the_one_who_is_named_is_next(
    typed: str, told: list[str], then: str
) -> None:
    meaning = read_typed(SCENE, typed, CAST[1])
    assert isinstance(meaning, Said)
    assert [entry.line for entry in meaning.entries] == told
    assert meaning.then == then


@pytest.mark.parametrize(
    "typed", ["刘备知道：", "我听刘备说：", "刘备听说：", "注意：", "他说：", "张飞曰："]
)
def test_other_lines_that_end_with_a_colon_are_said(typed: str) -> None:
    assert typed_cue(typed, ["刘备", "玄德"]) is None
    meaning = read_typed(SCENE, typed, CAST[1])
    assert isinstance(meaning, Said)
    assert not meaning.then


def test_at_the_table_the_one_who_is_named_answers(tmp_path: Path) -> None:
    for player in ("关羽", "刘备"):
        play = Play.start(SCENE, player, tmp_path)
        front_end = PlainFrontEnd(play, Scripted(["甲。", "乙。", "丙。"]))
        front_end.do("enter", "三国归晋，刘备曰：")
        assert play.session.path[-1].entry.line == "【三国归晋】"
        assert front_end.table.hand is not None
        assert front_end.table.hand.speaker.name == "刘备"
        front_end.table.close()


def test_where_nobody_is_known_anybody_may_be_named() -> None:
    cue = typed_cue("三国归晋，林冲笑道：")
    assert cue is not None
    assert (cue.told, cue.name) == ("三国归晋，林冲笑", "林冲")
