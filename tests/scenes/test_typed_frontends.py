"""The screen and the line mode take the same typed lines alike, and ask the same questions."""

from pathlib import Path

import pytest

from models.scripted import Scripted
from scenes.scene import Role
from scenes.table import controller_events as happened
from scenes.table.play import Play
from tests.frontends import FRONT_ENDS, PlainFrontEnd, Played, Step, played
from tests.tui.tables import at, house, table, until, write
from tui.widgets.composer import Composer

LINES = [f"第{number}句。" for number in range(1, 60)]
PAIR = (Role("林默"), Role("苏晚", aliases=("晚晚",)))
TYPED = (
    *("、me 推开门", "／me 坐下", "/me 起身", "走吧 ＼emoji 专注", "旁白：灯灭了", "//undo 是命令"),
    *("*推门*", "*推门*", "［雨停了］", "［雨停了］", "老顾：走。", "老顾：走。", "苏晚：好。"),
    *(".jrrp", "/ww 3", "!undo", "算了。", "/撤销", "／ｒｅｄｏ", "、去吧", "、撤销"),
    *(
        "/undoo",
        "走吧 \\emoji 微微怒",
        "走 \\me 吧",
        "/undo 3",
        "@苏晚 小心",
        "＠晚晚，\\me 递过纸条 \\emoji 专注",
        "。。。",
    ),
)


async def run(front_end: str, folder: Path, typed: tuple[str, ...]) -> Played:
    scene = house(cast=PAIR, sampling={"n": 2, "max_tokens": 40})
    play = Play.start(scene, "林默", folder / front_end)
    steps: list[Step] = [("enter", text) for text in typed]
    return await played(front_end, play, Scripted(LINES), steps)


async def test_one_list_of_typed_lines_leaves_the_same_journal_everywhere(tmp_path: Path) -> None:
    plain, line, screen = [await run(front_end, tmp_path, TYPED) for front_end in FRONT_ENDS]
    assert plain.said == [
        *("推开门", "坐下", "起身", "走吧", "灯灭了", "/undo 是命令"),
        *("推门", "雨停了", "走。", "好。", "算了。", "小心", "递过纸条", "。。。"),
    ]
    assert line.events == plain.events
    assert screen.events == plain.events


@pytest.mark.parametrize("front_end", ["line", "screen"])
async def test_what_is_doubtful_is_asked_in_one_line_and_not_said(
    tmp_path: Path, front_end: str
) -> None:
    one = await run(front_end, tmp_path, ("走。", "*推门*", "停。", "老顾：走。", ".jrrp"))
    assert one.said == ["走。", "停。"]
    assert "This looks like an action: Enter again makes it \\me 推门" in one.told
    assert "Enter again lets 老顾 speak as a bystander" in one.told
    assert "this table has no dice for .jrrp" in one.told


async def test_a_doubtful_line_stays_where_it_was_written_and_enter_does_it(tmp_path: Path) -> None:
    app, play = table(tmp_path, turns="manual")
    async with app.run_test(size=(80, 24)) as pilot:
        await write(pilot, "*推门*")
        await pilot.press("enter")
        assert pilot.app.screen.query_one(Composer).text == "*推门*"
        assert len(play.session.turns) == 2
        await pilot.press("enter")
        await until(pilot, lambda: len(play.session.turns) == 3)
        assert play.session.path[-1].entry.line == "林默：\\me 推门"
        assert not pilot.app.screen.query_one(Composer).text


async def test_a_doubtful_line_that_is_deleted_is_not_meant_by_an_empty_enter(
    tmp_path: Path,
) -> None:
    app, play = table(tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        await write(pilot, "*推门*")
        await pilot.press("enter")
        pilot.app.screen.query_one(Composer).clear()
        await pilot.press("enter")
        await until(pilot, lambda: at(pilot).table.hand)
        assert len(play.session.turns) == 2


def test_anything_done_in_between_forgets_what_was_asked(tmp_path: Path) -> None:
    play = Play.start(house(), "林默", tmp_path)
    front_end = PlainFrontEnd(play, Scripted(LINES))
    front_end.do("enter", "走。")
    front_end.do("enter", "*推门*")
    front_end.do("pick", 1)
    front_end.do("enter", "")
    front_end.do("enter", "*推门*")
    assert [turn.entry.text for turn in play.session.path[2:]] == ["走。", "第1句。"]
    assert len(front_end.of(happened.Doubted)) == 2
    front_end.table.close()


def test_a_command_that_takes_nothing_does_nothing_with_something_behind_it(tmp_path: Path) -> None:
    play = Play.start(house(), "林默", tmp_path)
    front_end = PlainFrontEnd(play, Scripted(LINES))
    front_end.do("enter", "走。")
    front_end.do("enter", "/undo 是什么？")
    assert front_end.errors == ["this command is written /undo"]
    assert play.session.path[-1].entry.text == "走。"
    front_end.table.close()


def test_a_command_cannot_take_the_place_of_a_candidate_or_a_turn(tmp_path: Path) -> None:
    play = Play.start(house(), "林默", tmp_path)
    front_end = PlainFrontEnd(play, Scripted(LINES))
    front_end.do("enter", "走。")
    for text in ("/undo", "、撤销"):
        front_end.do("pick", 1, text)
        front_end.do("edit", 3, text)
    assert len(front_end.errors) == 4
    assert all("looks like a command" in error for error in front_end.errors)
    front_end.do("pick", 1, "／me 点头")
    assert play.session.path[-1].entry.line == "苏晚：\\me 点头"
    front_end.table.close()
