"""Rolls at a table: each is remembered where it was made, and none is made again in secret."""

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from base.errors import KnownError
from models.scripted import Scripted
from scenes.dice.log_form import line_of, read_roll
from scenes.dice.skills import Skills
from scenes.scene import Role
from scenes.table import controller_events as happened
from scenes.table.play import Play
from scenes.table.rolled import chance_of
from scenes.table.session import Session
from scenes.table.sheets import Change
from tests.frontends import FRONT_ENDS, PlainFrontEnd, Step, played
from tests.scenes.conftest import made_scene

SEED = 7
LINES = [f"第{number}句。" for number in range(1, 99)]
PROPOSES = "门后有什么在动。（侦查检定）"


def begin(
    folder: Path, lines: list[str] = LINES, role: str | None = "林默", **changes: object
) -> PlainFrontEnd:
    """A table with the dice of seed 7."""
    scene = made_scene(**{"sampling": {"n": 2, "max_tokens": 40}, **changes})
    play = Play.start(scene, role, folder)
    play.new_seed = lambda: SEED
    return PlainFrontEnd(play, Scripted(lines), follows=True)


@pytest.fixture
def sat(tmp_path: Path) -> PlainFrontEnd:
    return begin(tmp_path)


def texts(front_end: PlainFrontEnd) -> list[str]:
    """What the branch says after the opening."""
    return [turn.entry.text for turn in front_end.table.play.session.path[2:]]


def notices(front_end: PlainFrontEnd) -> str:
    return "\n".join(notice.text for notice in front_end.of(happened.Notice))


# --- rolling ---


def test_a_roll_is_a_turn_of_the_log_and_an_event_with_its_dice(sat: PlainFrontEnd) -> None:
    sat.do("enter", ".r 2d6+3 伤害")
    (text,) = texts(sat)
    play = sat.table.play
    roll = play.session.roll_of(play.session.path[-1])
    assert (roll is not None and roll.dice[0].values == (3, 2) and roll.totals == (8,)) or roll.dice
    assert roll.after == 2 and roll.who == "林默" and roll.seed == SEED
    assert text == f"林默 伤害 2d6+3={sum(roll.dice[0].values) + 3}"
    events = [json.loads(line) for line in play.journal.path.read_text("utf-8").splitlines()]
    assert [event["event"] for event in events[:3]] == ["open", "roll", "turns"]
    assert events[2]["turns"][0]["roll"] == events[1]["id"] == 1
    log = play.journal.path.with_suffix(".txt").read_text("utf-8")
    assert log.endswith(f"【{text}】\n")


def test_the_dice_are_those_of_the_seed_and_the_number_of_the_roll(sat: PlainFrontEnd) -> None:
    for __ in range(3):
        sat.do("enter", ".r 5d20")
    for number, roll in sat.table.play.session.rolls.items():
        chance = chance_of(SEED, number)
        assert roll.dice[0].values == tuple(chance.randint(1, 20) for __ in range(5))


def test_a_session_keeps_its_seed_when_it_is_opened_again(tmp_path: Path) -> None:
    front_end = begin(tmp_path)
    front_end.do("enter", ".r")
    path = front_end.table.play.journal.path
    front_end.table.close()
    play = Play.resume(path)
    assert play.session.rolled[0].seed == SEED
    again = PlainFrontEnd(play, Scripted(LINES))
    again.do("enter", ".r 3d10")
    assert play.session.rolled[1].dice[0].values == tuple(
        chance.randint(1, 10) for chance in [chance_of(SEED, 2)] for __ in range(3)
    )
    again.table.close()


def test_who_narrates_reads_the_dice_and_goes_on(sat: PlainFrontEnd) -> None:
    sat.do("enter", ".ra 侦查 60")
    assert sat.table.play.next is not None and sat.table.play.next.name == "守秘人"
    assert sat.table.hand is not None and sat.table.hand.speaker.name == "守秘人"
    assert "守秘人" in sat.table.why()


def test_a_name_before_it_rolls_for_that_role_and_a_watcher_rolls_as_the_narrator(
    tmp_path: Path,
) -> None:
    sat = begin(tmp_path, role=None)
    sat.do("enter", "晚晚：.ra 聆听 50")
    sat.do("enter", ".r 1d6")
    assert [text.split()[0] for text in texts(sat)] == ["苏晚", "守秘人"]
    nobody = begin(tmp_path / "2", role=None, cast=(Role("甲"), Role("乙")))
    nobody.do("enter", ".r")
    assert "甲：.r" in nobody.errors[0] and not texts(nobody)


def test_opposed_checks_are_one_move_of_three_lines(sat: PlainFrontEnd) -> None:
    sat.do("enter", ".rav 侦查 林默 60 晚晚 50")
    first, second, outcome = texts(sat)
    rolls = sat.table.play.session.rolled
    assert [roll.who for roll in rolls] == ["林默", "苏晚"]
    assert first == f"林默 侦查 1d100={rolls[0].totals[0]}/60 " + first.split()[-1]
    assert second.startswith("苏晚 侦查 1d100=")
    assert outcome.startswith("侦查对抗：")
    sat.do("undo")
    assert texts(sat) == []
    sat.do("redo")
    assert texts(sat) == [first, second, outcome]


def test_san_falls_along_the_branch_and_is_what_it_was_after_undo(sat: PlainFrontEnd) -> None:
    sat.do("enter", ".sc 1/1d6")
    assert "SAN" in sat.errors[0] and "55" in sat.errors[0] and not texts(sat)
    sat.do("enter", ".sc 2/1d6+2 55")
    (change,) = sat.table.play.session.rolled[0].changes
    assert (change.role, change.key, change.before) == ("林默", "SAN", 55) and change.after < 55
    assert texts(sat)[0].endswith(f" SAN 55→{change.after}")
    skills: Skills = sat.table.play.skills
    assert skills.value("林默", "SAN") == change.after
    sat.do("enter", ".sc 0/1")
    assert sat.table.play.session.rolled[1].target == change.after
    sat.do("undo")
    sat.do("undo")
    assert skills.value("林默", "SAN") is None


def test_the_games_key_decides_what_is_rolled(tmp_path: Path) -> None:
    alone = {"coc7": "1d100", "dnd5e": "1d20", "fate": "4dF", "pbta": "2d6", "d66": "1d100"}
    for game, dice in alone.items():
        sat = begin(tmp_path / game, dice=game)
        sat.do("enter", ".r")
        assert sat.table.play.session.rolled[0].expression == dice
    sat = begin(tmp_path / "dnd", dice="dnd5e")
    sat.do("enter", ".sc 1/1d6 55")
    assert "dnd5e" in sat.errors[0]
    sat.do("enter", ".rb 察觉 +5")
    assert sat.table.play.session.rolled[0].expression == "2d20kh1+5"


def test_a_scene_in_english_has_english_rolls(tmp_path: Path) -> None:
    sat = begin(
        tmp_path, language="en", cast=(Role("Ann Lee"), Role("Bob")), role="Ann Lee", opening=""
    )
    sat.do("enter", ".ra hard Spot Hidden 99")
    text = sat.table.play.session.path[-1].entry.text
    line = read_roll(text, ["Ann Lee"])
    assert line is not None and line.who == "Ann Lee" and line.target == 49
    assert text.isascii()


# --- never again in secret ---


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


# --- a narration that proposes ---


def test_a_check_that_a_narration_proposes_is_offered_and_only_enter_rolls_it(
    tmp_path: Path,
) -> None:
    sat = begin(tmp_path, [PROPOSES, "没什么。"])
    sat.do("let_speak", "守秘人")
    sat.do("pick", 1)
    assert sat.table.listening.offering and len(sat.of(happened.Doubted)) == 1
    assert not sat.table.play.session.rolls and sat.table.hand is None
    sat.do("accept")
    assert texts(sat)[-1].startswith("林默 侦查 1d100=")


@pytest.mark.parametrize("other", [("enter", "我不看。"), ("choose_next", 1), ("undo",)])
def test_anything_else_leaves_a_proposed_check(tmp_path: Path, other: Step) -> None:
    sat = begin(tmp_path, [PROPOSES, "没什么。"])
    sat.do("let_speak", "守秘人")
    sat.do("pick", 1)
    sat.do(*other)
    sat.do("accept")
    assert not sat.table.play.session.rolls and not sat.table.listening.offering


def test_a_table_that_plays_by_itself_rolls_nothing_that_is_proposed(tmp_path: Path) -> None:
    sat = begin(tmp_path, [PROPOSES])
    sat.do("let_speak", "守秘人")
    sat.table.pick(1, unattended=True)
    assert not sat.table.listening.offering


def test_a_proposed_check_without_a_value_is_told_and_not_offered(tmp_path: Path) -> None:
    sat = begin(tmp_path, ["（苏晚 力量检定）"])
    sat.do("let_speak", "守秘人")
    sat.do("pick", 1)
    assert not sat.table.listening.offering and "力量 60" in notices(sat)


# --- front ends, journals of before, laws ---

TYPED = (
    *(".r 2d6+3", "。ra 侦查", "/undo", ".ra侦查 60", ".rh 聆听 50", "苏晚：.rb2 侦查 40"),
    *(".sc 1/1d6 55", ".en 侦查", ".rav 侦查 苏晚", "1d100", "1d100", "/掷 4d6kh3", ".ra 力量"),
)


async def test_every_front_end_rolls_the_same(tmp_path: Path) -> None:
    journals = []
    for front_end in FRONT_ENDS:
        scene = made_scene(sampling={"n": 2, "max_tokens": 40}, turns="manual")
        play = Play.start(scene, "林默", tmp_path / front_end)
        play.new_seed = lambda: SEED
        done = await played(front_end, play, Scripted(LINES), [("enter", text) for text in TYPED])
        journals.append(done.events)
        assert "力量 60" in done.told
    assert journals[0] == journals[1] == journals[2]
    assert sum(event["event"] == "roll" for event in journals[0]) == 11


def test_a_journal_without_rolls_says_nothing_of_dice(tmp_path: Path) -> None:
    sat = begin(tmp_path)
    sat.do("enter", "走吧。")
    text = sat.table.play.journal.path.read_text("utf-8")
    assert '"roll"' not in text and "house_rule" not in text and "seed" not in text.split("draw")[0]


def test_an_event_of_a_roll_that_cannot_be_there_is_refused(tmp_path: Path) -> None:
    events: list[dict[str, object]] = []
    session = Session.start(made_scene(), "林默", [], "s", events.append)
    roll = {"event": "roll", "id": 1, "after": 9, "who": "林默", "expression": "d", "totals": [1]}
    for wrong in ({}, {"after": None, "id": 0}, {"after": None, "totals": "x"}):
        with pytest.raises(KnownError):
            Session.replay([*events, {**roll, **wrong}], events.append)
    assert not session.rolls


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


def test_a_roll_reads_the_sheet_and_what_it_changes_stands_there(tmp_path: Path) -> None:
    play = Play.start(made_scene(), "林默", tmp_path)
    play.session.change_sheet("林默", [Change("侦查", None, 63), Change("SAN", None, "50/99")])
    front_end = PlainFrontEnd(play, Scripted(["好。"]))
    play.new_seed = lambda: SEED
    front_end.do("enter", ".ra 侦查")
    assert play.session.rolled[-1].value == 63
    front_end.do("enter", ".sc 1/1d6")
    (changed,) = play.session.rolled[-1].changes
    assert changed.before == 50 and changed.after < 50
    assert play.session.sheet("林默")["SAN"] == f"{changed.after}/99"
    front_end.do("undo")
    assert play.session.sheet("林默")["SAN"] == "50/99"
    play.close()
