"""What keys mean at the table: the law alone, without a screen."""

import pytest

from tui.table_keys import LAWS, Laws, meaning
from tui.table_state import Action, Mode, State, key_name

LETTERS = [*"ermcvydbqaz", "/", "?", "字", "、", " ", "\\"]
SHOWN = State(places=5, turns=3)


@pytest.mark.parametrize("mode", ["text", "tray", "turns"])
@pytest.mark.parametrize("letter", ["a", "q", "/", "字", "、", "Z", " "])
def test_what_no_law_takes_is_text_and_has_the_keys_back(mode: Mode, letter: str) -> None:
    done = meaning(letter, letter, State(mode=mode, places=5, turns=3))
    assert done == Action("type", mode="text")


@pytest.mark.parametrize("letter", LETTERS)
@pytest.mark.parametrize("empty", [True, False])
@pytest.mark.parametrize("places", [0, 5])
def test_a_letter_in_the_composer_is_always_text(letter: str, empty: bool, places: int) -> None:
    assert meaning(letter, letter, State(empty=empty, places=places)).do == "type"


@pytest.mark.parametrize("mode", ["text", "tray"])
def test_a_digit_picks_only_what_is_there_and_lit(mode: Mode) -> None:
    assert meaning("2", "2", State(mode=mode, places=5)) == Action("pick", 2, "text")
    assert meaning("0", "0", State(mode=mode, places=10)) == Action("pick", 10, "text")
    for state in (State(mode=mode), State(mode=mode, places=1), State(mode=mode, hidden=True)):
        assert meaning("2", "2", state).do == "type"
    assert meaning("0", "0", State(mode=mode, places=9)).do == "type"


def test_a_digit_behind_text_or_in_an_edit_is_text() -> None:
    assert meaning("2", "2", State(empty=False, places=5)).do == "type"
    assert meaning("2", "2", State(editing=True, places=5)).do == "type"
    assert meaning("2", "2", State(mode="turns", places=5, turns=3)).do == "type"


def test_a_digit_among_the_turns_picks_where_a_turns_own_candidates_are_shown() -> None:
    leafed = State(mode="turns", places=5, turns=3, looking=True)
    assert meaning("2", "2", leafed) == Action("pick", 2, "text")
    assert meaning("6", "6", leafed).do == "type"


def test_enter_does_one_thing_at_each_state() -> None:
    assert meaning("enter", None, State(empty=False, places=5)).do == "send"
    assert meaning("enter", None, SHOWN).do == "take"
    assert meaning("enter", None, State(hidden=True)).do == "unhide"
    assert meaning("enter", None, State()).do == "go_on"
    assert meaning("enter", None, State(mode="turns", turns=3)).do == "stand"
    assert meaning("enter", None, State(editing=True)).do == "send"


def test_escape_stops_a_draw_before_it_does_anything_else() -> None:
    assert meaning("escape", None, State(places=5, drawing=True)).do == "stop"
    assert meaning("escape", None, State(mode="tray", places=5, drawing=True)).do == "stop"
    assert meaning("escape", None, SHOWN) == Action("give", mode="tray")
    assert meaning("escape", None, State(mode="tray", places=5)) == Action("hide", mode="text")
    assert meaning("escape", None, State(empty=False, places=5)).do == "nothing"
    assert meaning("escape", None, State(editing=True, empty=False, drawing=True)).do == "drop"


def test_undo_belongs_to_the_text_while_there_is_any_or_was() -> None:
    assert meaning("ctrl+z", None, State(empty=False)).do == "pass"
    assert meaning("ctrl+z", None, State(undoes=True)).do == "pass"
    assert meaning("ctrl+z", None, State(dropped=True)).do == "restore"
    assert meaning("ctrl+z", None, State()).do == "undo"
    assert meaning("ctrl+y", None, State(redoes=True)).do == "pass"
    assert meaning("ctrl+y", None, State()).do == "redo"


def test_arrows_in_a_text_are_the_texts() -> None:
    for key in ("up", "down", "left", "right"):
        assert meaning(key, None, State(empty=False, places=5, turns=3)).do == "pass"


def test_a_persons_own_keys_hold_and_the_old_ones_do_not() -> None:
    laws = Laws({"tray.redraw": "x", "tray.pick": "a,s,d"})
    tray = State(mode="tray", places=5)
    assert laws.meaning("x", "x", tray).do == "redraw"
    assert laws.meaning("r", "r", tray).do == "type"
    assert laws.meaning("d", "d", tray) == Action("pick", 3, "text")
    assert laws.meaning("3", "3", tray).do == "type"


def test_every_law_has_an_id_of_its_own_in_a_room_of_the_screen() -> None:
    ids = [law.id for law in LAWS]
    assert len(set(ids)) == len(ids)
    assert {name.partition(".")[0] for name in ids} == {"composer", "tray", "turn", "table"}


def test_keys_are_named_as_they_are_printed_on_keyboards() -> None:
    names = [key_name(key) for key in ("ctrl+z", "f1", "escape", "shift+tab", "e", "alt+enter")]
    assert names == ["Ctrl+Z", "F1", "Esc", "Shift+Tab", "e", "Alt+Enter"]
