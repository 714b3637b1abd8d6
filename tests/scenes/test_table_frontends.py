"""One script through the controller, the line mode and the screen leaves the same journal."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from models.scripted import Scripted
from scenes.scene import Role
from scenes.table import controller_events as happened
from scenes.table.play import Play
from tests.frontends import FRONT_ENDS, PlainFrontEnd, Played, Step, played
from tests.tui.tables import house

LINES = [f"第{number}句。" for number in range(1, 60)]
PAIR = (Role("林默"), Role("苏晚", aliases=("晚晚",)))
SCRIPT: tuple[Step, ...] = (
    ("enter", "进去看看。 \\emoji 专注"),
    ("redraw",),
    ("more",),
    ("pick", 5),
    ("enter", ""),
    ("pick", 2, "等等我。 \\emoji 困惑"),
    ("undo",),
    ("redo",),
    ("enter", "/undo"),
    ("enter", "/redo"),
    ("enter", "好。"),
    ("enter", "【灯灭了】"),
    ("pick", 9),
    ("enter", "/edit 3 慢慢来。"),
    ("enter", "/go 4"),
    ("enter", "/next 晚晚"),
    ("redraw",),
    ("pick", 1),
    ("enter", "/undoo"),
    ("enter", "//undo 是什么？"),
    ("enter", "/redraw"),
    ("enter", "/more"),
    ("enter", "/pick 4 \\me 笑了笑"),
    ("enter", "/pass"),
    ("enter", "/edit 999 x"),
)


TREE: tuple[Step, ...] = (
    ("enter", "走。"),
    ("redraw",),
    ("enter", "/leaf 1"),
    ("pick", 2),
    ("undo",),
    ("enter", "/翻"),
    ("pick", 3),
    ("enter", "/mark 3 这里"),
    ("enter", "好。"),
    ("pick", 1),
    ("enter", "/delete 3"),
    ("enter", "/undo"),
    ("enter", "/go 4"),
    ("enter", "/continue"),
    ("pick", 1),
    ("enter", "/undo"),
    ("enter", "/hands"),
    ("enter", "/标记"),
    ("enter", "/delete 999"),
)
"""What is done with turns and hands."""


STEERED: tuple[Step, ...] = (
    ("enter", "/注 2 慢一点"),
    ("enter", "~ 她拒绝"),
    ("enter", "走。"),
    ("redraw",),
    ("enter", "/取样 稳 温度 0.6"),
    ("enter", "/禁 第11句"),
    ("redraw",),
    ("pick", 1),
    ("enter", "～她答应"),
    ("enter", "~"),
    ("enter", "好。"),
    ("enter", "/note off"),
    ("enter", "/取样 温渡"),
    ("enter", "/解禁 第11句"),
    ("redraw",),
)
"""What steers the draws."""


async def run(
    front_end: str,
    folder: Path,
    steps: Sequence[Step],
    lines: Sequence[str] = LINES,
    role: str | None = "林默",
    **changes: object,
) -> Played:
    scene = house(**{"cast": PAIR, "sampling": {"n": 3, "max_tokens": 40}, **changes})
    play = Play.start(scene, role, folder / front_end)
    play.asked = {"seed": 7}
    return await played(front_end, play, Scripted(lines), steps)


async def test_one_script_through_three_front_ends_leaves_the_same_journal(tmp_path: Path) -> None:
    plain, line, screen = [await run(front_end, tmp_path, SCRIPT) for front_end in FRONT_ENDS]
    assert plain.said[:5] == ["进去看看。", "第8句。", "等等我。", "好。", "灯灭了"]
    assert "/undo 是什么？" in plain.said
    assert len(plain.draws) >= 8
    assert line.events == plain.events
    assert screen.events == plain.events


async def test_turns_and_hands_are_dealt_with_alike_by_three_front_ends(tmp_path: Path) -> None:
    plain, line, screen = [await run(front_end, tmp_path, TREE) for front_end in FRONT_ENDS]
    kinds = [event["event"] for event in plain.events]
    assert kinds.count("mark") == 2
    ways = [event["by"] for event in plain.events if event["event"] == "head"]
    assert ways == ["undo", "undo", "go", "undo"]
    assert any("continues" in draw for draw in plain.draws)
    assert line.events == plain.events
    assert screen.events == plain.events


async def test_draws_are_steered_alike_by_three_front_ends(tmp_path: Path) -> None:
    plain, line, screen = [await run(front_end, tmp_path, STEERED) for front_end in FRONT_ENDS]
    directed = [draw.get("steering", {}).get("director") for draw in plain.draws]
    assert directed == ["她拒绝", "她拒绝", "她拒绝", None, None]
    temperatures = [draw["sampling"].get("temperature") for draw in plain.draws]
    assert temperatures == [None, None, 0.6, 0.6, 0.6]
    assert [event["event"] for event in plain.events].count("steering") == 5
    assert line.events == plain.events
    assert screen.events == plain.events


@pytest.mark.parametrize("front_end", FRONT_ENDS)
async def test_a_redraw_with_a_seed_draws_from_another_seed_each_time(
    tmp_path: Path, front_end: str
) -> None:
    steps: list[Step] = [("enter", "走。"), ("redraw",), ("redraw",), ("pick", 1)]
    one = await run(front_end, tmp_path, [*steps, ("enter", "停。")])
    seeds = [draw["seed"] for draw in one.draws]
    assert seeds == [7, 7 + 15485863, 7 + 2 * 15485863, 7]


@pytest.mark.parametrize("front_end", FRONT_ENDS)
async def test_an_empty_enter_on_ones_own_turn_passes(tmp_path: Path, front_end: str) -> None:
    one = await run(
        front_end, tmp_path, [("enter", "走。"), ("pick", 1), ("enter", ""), ("pick", 2)]
    )
    assert one.said == ["走。", "第1句。", "第5句。"]
    assert [draw["speaker"] for draw in one.draws] == ["苏晚", "苏晚"]


@pytest.mark.parametrize("front_end", FRONT_ENDS)
async def test_an_empty_enter_where_nobody_else_can_speak_says_so(
    tmp_path: Path, front_end: str
) -> None:
    one = await run(front_end, tmp_path, [("enter", "走。"), ("enter", "")], cast=PAIR[:1])
    assert one.said == ["走。"]
    assert "there is nobody else whom a model could play" in one.told


HALF_BAD = ["【坏", "好。", "【坏", "【坏", "【坏"]


@pytest.mark.parametrize("front_end", FRONT_ENDS)
async def test_a_number_is_a_place_and_one_that_is_not_complete_says_why(
    tmp_path: Path, front_end: str
) -> None:
    steps: list[Step] = [("enter", "走。"), ("pick", 1), ("pick", 2)]
    one = await run(front_end, tmp_path, steps, HALF_BAD, sampling={"n": 2})
    assert one.said == ["走。", "好。"]
    assert "candidate 1 cannot be picked: empty" in one.told
    assert one.status == 0


@pytest.mark.parametrize("front_end", FRONT_ENDS)
async def test_a_command_is_done_and_never_said(tmp_path: Path, front_end: str) -> None:
    steps: list[Step] = [("enter", "走。"), ("enter", "/undo"), ("enter", "/undoo"), ("enter", "/")]
    one = await run(front_end, tmp_path, steps)
    assert one.said == ["走。"]
    assert [event["event"] for event in one.events] == ["open", "turns", "draw", "head"]
    assert "there is no command /undoo; did you mean /undo?" in one.told
    assert "there is no command / (/help" in one.told


@pytest.mark.parametrize("front_end", FRONT_ENDS)
async def test_two_slashes_say_a_line_that_begins_with_one(tmp_path: Path, front_end: str) -> None:
    one = await run(front_end, tmp_path, [("enter", "//undo 是命令"), ("enter", "///")])
    assert one.said == ["/undo 是命令", "//"]


@pytest.mark.parametrize("front_end", FRONT_ENDS)
async def test_an_error_in_a_redraw_gives_the_old_candidates_back(
    tmp_path: Path, front_end: str
) -> None:
    scene = house(cast=PAIR, sampling={"n": 3, "max_tokens": 40})
    play = Play.start(scene, "林默", tmp_path)
    backend = Scripted(LINES, failures={1: "scripted: no answer"})
    one = await played(front_end, play, backend, [("enter", "走。"), ("redraw",), ("pick", 3)])
    assert one.said == ["走。", "第3句。"]
    assert len(one.draws) == 1
    assert "scripted: no answer" in one.told
    assert one.status == (1 if front_end == "line" else 0)


@pytest.mark.parametrize("front_end", FRONT_ENDS)
async def test_an_error_while_more_is_drawn_leaves_those_that_are_there(
    tmp_path: Path, front_end: str
) -> None:
    scene = house(cast=PAIR, sampling={"n": 2, "max_tokens": 40})
    play = Play.start(scene, "林默", tmp_path)
    backend = Scripted(LINES, failures={1: "scripted: no answer"})
    steps: list[Step] = [("enter", "走。"), ("more",), ("pick", 4), ("pick", 2)]
    one = await played(front_end, play, backend, steps)
    assert one.said == ["走。", "第2句。"]
    assert "candidate 4 cannot be picked: stopped" in one.told


@pytest.mark.parametrize("front_end", FRONT_ENDS)
async def test_what_lies_on_the_table_at_the_end_is_kept(tmp_path: Path, front_end: str) -> None:
    one = await run(front_end, tmp_path, [("enter", "走。"), ("more",)])
    assert [len(draw["candidates"]) for draw in one.draws] == [3, 6]


@pytest.mark.parametrize("front_end", FRONT_ENDS)
async def test_a_table_at_which_nothing_was_done_leaves_no_session(
    tmp_path: Path, front_end: str
) -> None:
    with pytest.raises(FileNotFoundError):
        await run(front_end, tmp_path, [("enter", "/undo")])
    assert not list((tmp_path / front_end).glob("*.jsonl"))


def test_after_a_pick_the_next_one_speaks_by_itself_where_the_front_end_wants_it(
    tmp_path: Path,
) -> None:
    play = Play.start(house(), "林默", tmp_path)
    front_end = PlainFrontEnd(play, Scripted(LINES), follows=True)
    front_end.do("enter", "走。")
    front_end.do("pick", 1)
    hands = [event.hand.speaker.name for event in front_end.of(happened.HandOpened)]
    assert hands == ["苏晚", "老周"]
    front_end.table.close()


def test_a_command_among_lines_to_say_is_refused_and_nothing_is_said(tmp_path: Path) -> None:
    play = Play.start(house(), "林默", tmp_path)
    front_end = PlainFrontEnd(play, Scripted(LINES))
    front_end.do("enter", "走。\n/undo\n停。")
    assert front_end.errors == [
        "/undo looks like a command, and stands among other lines; write // to say it, or send it "
        "alone"
    ]
    assert len(play.session.turns) == 2
    front_end.table.close()


@pytest.mark.parametrize("front_end", FRONT_ENDS)
async def test_a_draw_that_comes_to_nothing_says_why_and_leaves_no_hand(
    tmp_path: Path, front_end: str
) -> None:
    steps: list[Step] = [("enter", "走。"), ("enter", "停。")]
    one = await run(front_end, tmp_path, steps, ["【坏"])
    assert one.said == ["走。", "停。"]
    assert one.draws == []
    assert "no candidate was a well-formed line: empty" in one.told
    assert one.status == 0
