"""What was rolled stays: none is made again in secret, and what is hidden is told when asked."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models.scripted import Scripted
from scenes.dice.log_form import line_of, read_roll
from scenes.table import controller_events as happened
from scenes.table.play import Play
from tests.frontends import PlainFrontEnd
from tests.scenes.rolled import LINES, begin, notices, texts


@pytest.fixture
def sat(tmp_path: Path) -> PlainFrontEnd:
    return begin(tmp_path)


def test_the_same_roll_after_undo_says_what_it_was_and_that_it_is_the_second(
    sat: PlainFrontEnd,
) -> None:
    sat.do("enter", ".ra 侦查 60")
    first = sat.table.play.session.rolled[0]
    sat.do("undo")
    sat.do("enter", ".rb 侦查 70")  # neither another value nor bonus dice make it another roll
    second = sat.table.play.session.rolled[0]
    assert (second.id, second.nth) == (2, 2)
    assert texts(sat)[-1].endswith("（第2次）")
    assert f"1d100={first.totals[0]}/60" in notices(sat)
    sat.do("undo")
    sat.do("enter", ".ra 侦查 60")
    assert texts(sat)[-1].endswith("（第3次）")


def test_it_is_told_also_after_deletion_after_going_back_and_after_opening_again(
    tmp_path: Path,
) -> None:
    sat = begin(tmp_path)
    sat.do("enter", ".ra 侦查 60")
    sat.do("enter", "走吧。")
    sat.do("delete", 3)
    sat.do("go", 2)
    path = sat.table.play.journal.path
    sat.table.close()
    play = Play.resume(path)
    again = PlainFrontEnd(play, Scripted(LINES))
    again.do("enter", ".ra 侦查 60")
    assert play.session.path[-1].entry.text.endswith("（第2次）")
    again.table.close()


def test_behind_an_edit_the_roll_is_the_same_and_its_place_too(sat: PlainFrontEnd) -> None:
    sat.do("enter", "我看看。")
    said = sat.table.play.session.path[-1]
    sat.do("enter", ".ra 侦查 60")
    before = sat.table.play.session.rolled
    sat.do("edit", said.id, "我四下看看。")
    session = sat.table.play.session
    assert session.rolled == before and session.path[-1].entry == session.turns[4].entry
    sat.do("undo")
    sat.do("redo")
    parent = session.path[-1].parent
    assert parent is not None
    sat.do("go", parent)
    sat.do("enter", ".ra 侦查 60")
    assert texts(sat)[-1].endswith("（第2次）")


def test_a_roll_on_a_branch_nearby_is_told_of(sat: PlainFrontEnd) -> None:
    sat.do("enter", "我看看。")
    sat.do("enter", ".ra 侦查 60")
    first = sat.table.play.session.rolled[0]
    sat.do("undo")
    sat.do("undo")
    sat.do("enter", "我再看看。")
    sat.do("enter", ".ra 侦查 60")
    assert "第2次" not in texts(sat)[-1]
    assert f"1d100={first.totals[0]}/60" in notices(sat)


def test_another_roll_and_another_roller_are_not_the_second(sat: PlainFrontEnd) -> None:
    sat.do("enter", ".ra 侦查 60")
    sat.do("undo")
    for typed in (".ra 聆听 60", "苏晚：.ra 侦查 60", ".en 侦查 60", ".r 1d100"):
        sat.do("enter", typed)
        assert "第" not in texts(sat)[-1]
        sat.do("undo")


def test_what_the_dice_said_is_not_rewritten_nor_continued(sat: PlainFrontEnd) -> None:
    sat.do("enter", ".ra 侦查 60")
    before = texts(sat)
    sat.do("edit", 3, "【林默 侦查 1d100=1/60 大成功】")
    sat.do("edit", 3, "")
    sat.do("extend", 3)
    assert len(sat.errors) == 3 and len(set(sat.errors)) == 1
    assert texts(sat) == before and not sat.of(happened.EditAsked)


def test_redrawing_what_follows_rolls_nothing(sat: PlainFrontEnd) -> None:
    sat.do("enter", ".ra 侦查 60")
    sat.do("redraw")
    sat.do("pick", 1)
    assert len(sat.table.play.session.rolls) == 1


def test_a_roll_whose_line_was_lost_was_made_all_the_same(tmp_path: Path) -> None:
    sat = begin(tmp_path)
    sat.do("enter", ".ra 侦查 60")
    path = sat.table.play.journal.path
    sat.table.close()
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:2]))  # the program ended between the roll and its line
    play = Play.resume(path)
    again = PlainFrontEnd(play, Scripted(LINES))
    again.do("enter", ".ra 侦查 60")
    assert play.session.path[-1].entry.text.endswith("（第2次）")
    again.table.close()


def test_a_roll_that_a_journal_has_lost_is_no_other_roll(tmp_path: Path) -> None:
    sat = begin(tmp_path)
    for __ in range(2):
        sat.do("enter", ".r 1d6")
    path = sat.table.play.journal.path
    sat.table.close()
    lines = path.read_bytes().splitlines(keepends=True)
    rolls = [at for at, line in enumerate(lines) if line.startswith(b'{"event":"roll"')]
    lines[rolls[1]] = b'{"event":"roll", broken\n'
    path.write_bytes(b"".join(lines))
    play = Play.resume(path)
    again = PlainFrontEnd(play, Scripted(LINES))
    told = [turn for turn in play.session.path if turn.roll is not None]
    assert [play.session.roll_of(turn) is not None for turn in told] == [True, False]
    again.do("enter", ".r 1d6")
    assert play.session.path[-1].roll == 3 and play.session.roll_of(told[1]) is None
    again.table.close()


# --- hidden ---


def test_a_hidden_roll_is_told_to_whoever_asks_and_to_no_model(sat: PlainFrontEnd) -> None:
    sat.do("enter", ".rh 侦查 60")
    assert texts(sat) == ["林默 暗骰"]
    (roll,) = sat.table.play.session.rolled
    assert roll.hidden and str(roll.totals[0]) not in notices(sat)
    told = "\n".join(sat.table.rolls_told())
    assert f"1d100={roll.totals[0]}/60" in told
    prompt = sat.table.prompt().text
    assert "【林默 暗骰】" in prompt and f"={roll.totals[0]}" not in prompt
    assert f"={roll.totals[0]}" not in sat.table.play.journal.path.with_suffix(".txt").read_text(
        "utf-8"
    )
    sat.do("enter", "/rolls")
    assert sat.of(happened.ViewAsked)[-1].view == "rolls"


def test_a_hidden_roll_is_no_way_to_look_first(sat: PlainFrontEnd) -> None:
    sat.do("enter", ".rh 侦查 60")
    sat.do("undo")
    sat.do("enter", ".ra 侦查 60")
    assert texts(sat)[-1].endswith("（第2次）")
    told = sat.table.rolls_told()
    assert len(told) == 2 and "#" in told[0]


# --- whatever is done ---

MOVES = st.lists(
    st.sampled_from(
        [
            ".r",
            ".ra 侦查 60",
            ".rh",
            "苏晚：.ra 侦查 60",
            "走。",
            "/undo",
            "/redo",
            "/delete 3",
            "/go 2",
        ]
    ),
    max_size=8,
)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(MOVES)
def test_whatever_is_done_each_roll_stays_and_marks_the_next_of_its_place(
    tmp_path_factory: pytest.TempPathFactory, moves: list[str]
) -> None:
    sat = begin(tmp_path_factory.mktemp("rolls"), turns="manual")
    seen = 0
    for move in moves:
        sat.do("enter", move)
        session = sat.table.play.session
        assert len(session.rolls) >= seen
        seen = len(session.rolls)
        for turn in session.path:
            roll = session.roll_of(turn)
            if roll is not None:
                assert read_roll(turn.entry.text) == line_of(roll)
    places: dict[object, list[int]] = {}
    for roll in session.rolls.values() if moves else ():
        places.setdefault((roll.after, roll.same), []).append(roll.nth)
    assert all(nths == sorted(set(nths)) for nths in places.values())
    path = sat.table.play.journal.path
    rolls = dict(sat.table.play.session.rolls)
    sat.table.close()
    if path.exists():
        play = Play.resume(path)
        assert play.session.rolls == rolls
        play.close()
