"""Rolls at a table: each is a line and an event, by whose dice the scene says."""

import json
from pathlib import Path

import pytest

from base.errors import KnownError
from models.scripted import Scripted
from scenes.dice.log_form import read_roll
from scenes.dice.skills import Skills
from scenes.scene import Role
from scenes.table import controller_events as happened
from scenes.table.play import Play
from scenes.table.rolled import chance_of
from scenes.table.session import Session
from tests.frontends import FRONT_ENDS, PlainFrontEnd, Step, played
from tests.scenes.conftest import made_scene
from tests.scenes.rolled import LINES, SEED, begin, notices, texts

PROPOSES = "门后有什么在动。（侦查检定）"


@pytest.fixture
def sat(tmp_path: Path) -> PlainFrontEnd:
    return begin(tmp_path)


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


# --- front ends ---

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
