"""What a roll changes of a sheet: taken back with it, told, and never below nothing."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from characters.sheets.pools import kept_within
from characters.sheets.values import amount, out_of
from models.scripted import Scripted
from scenes.scene import Role
from scenes.table import controller_events as happened
from scenes.table.play import Play
from scenes.table.sheets import Change
from tests.frontends import PlainFrontEnd
from tests.scenes.conftest import made_scene

SEED = 7
SHEET = {"HP": 11, "SAN": 50, "MP": "4/10", "克苏鲁神话": 5, "侦查": 63}


@pytest.fixture
def sat(tmp_path: Path) -> PlainFrontEnd:
    cast = (Role("守秘人", narrator=True), Role("林默", sheet=SHEET), Role("苏晚"))
    play = Play.start(made_scene(cast=cast, turns="manual"), "林默", tmp_path)
    play.new_seed = lambda: SEED
    return PlainFrontEnd(play, Scripted(["好。", "走。"]))


def value(front_end: PlainFrontEnd, key: str) -> object:
    return front_end.table.play.session.sheet("林默").get(key)


def changes_told(front_end: PlainFrontEnd) -> list[str]:
    return [event.words for event in front_end.of(happened.SheetChanged)]


def notices(front_end: PlainFrontEnd) -> str:
    return "\n".join(notice.text for notice in front_end.of(happened.Notice))


def test_one_undo_takes_back_the_roll_and_what_it_changed(sat: PlainFrontEnd) -> None:
    before = len(sat.table.play.session.path)
    sat.do("enter", ".sc 1/1d6")
    after = value(sat, "SAN")
    assert isinstance(after, int) and after < 50
    sat.do("undo")
    assert value(sat, "SAN") == 50 and len(sat.table.play.session.path) == before
    assert any(line.startswith("taken back") for line in sat.table.rolls_told())
    sat.do("redo")
    assert value(sat, "SAN") == after and len(sat.table.play.session.path) == before + 1
    assert changes_told(sat) == [
        f"林默: SAN 50 → {after}",
        f"林默: SAN {after} → 50",
        f"林默: SAN 50 → {after}",
    ]


def test_a_growth_too_is_one_action_and_a_change_by_hand_is_one_of_its_own(
    sat: PlainFrontEnd,
) -> None:
    for __ in range(9):
        sat.do("enter", ".en 侦查")
        if value(sat, "侦查") != 63:
            break
        sat.do("undo")
    grown = value(sat, "侦查")
    assert isinstance(grown, int) and grown > 63
    sat.do("enter", "/set HP -3")
    sat.do("undo")
    assert (value(sat, "HP"), value(sat, "侦查")) == (11, grown)
    sat.do("undo")
    assert value(sat, "侦查") == 63


def test_it_holds_after_opening_again_and_journals_of_before_are_undone_as_they_were(
    sat: PlainFrontEnd,
) -> None:
    sat.do("enter", ".sc 1/1d6")
    path = sat.table.play.journal.path
    sat.table.close()
    play = Play.resume(path)
    assert play.undo() and play.session.sheet("林默")["SAN"] == 50 and not play.session.can_undo
    play.close()
    lines = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    events = [one for one in lines if one["event"] != "head"]
    for event in events:
        del event["check"]
        if event["event"] == "sheet":
            assert event.pop("roll") == 1
    path.write_text("".join(json.dumps(one) + "\n" for one in events), "utf-8")
    old = Play.resume(path)
    assert old.undo() and old.session.sheet("林默")["SAN"] == 50 and old.session.rolled
    assert old.undo() and not old.session.rolled
    old.close()


@pytest.mark.parametrize(
    ("typed", "key", "kept", "said"),
    [
        ("/set HP -30", "HP", 0, "no lower than 0"),
        ("/set HP +3", "HP", None, "no higher than 11"),
        (".st hp-30", "HP", 0, "no lower than 0"),
        ("/set MP +30", "MP", "10/10", "no higher than 10"),
        ("/set SAN 99", "SAN", 94, "no higher than 94"),
        ("/set 侦查 -70", "侦查", -7, ""),
    ],
)
def test_a_pool_stays_within_what_it_is_out_of_and_it_is_said(
    sat: PlainFrontEnd, typed: str, key: str, kept: object, said: str
) -> None:
    before = value(sat, key)
    sat.do("enter", typed)
    assert value(sat, key) == (before if kept is None else kept)
    told = notices(sat) + "\n".join(sat.errors)
    assert said in told
    if kept is not None:
        assert changes_told(sat) == [f"林默: {key} {before} → {kept}"]


def test_what_it_is_out_of_is_raised_by_writing_it(sat: PlainFrontEnd) -> None:
    sat.do("enter", "/set HP 13/13")
    sat.do("enter", "/set HP -2")
    sat.do("enter", "/set HP +9")
    assert value(sat, "HP") == "13/13"


def test_san_that_a_roll_takes_ends_at_nothing_and_is_said(sat: PlainFrontEnd) -> None:
    sat.table.play.session.change_sheet("林默", [Change("SAN", 50, 2)])
    sat.do("enter", ".sc 9/1d6+9")
    assert value(sat, "SAN") == 0 and "no lower than 0" in notices(sat)


POOLS = st.sampled_from(["HP", "SAN", "MP", "生命", "理智值"])


@given(
    POOLS,
    st.integers(-200, 200),
    st.none() | st.integers(0, 99),
    st.none() | st.integers(0, 99),
    st.integers(0, 99),
    st.booleans(),
)
def test_whatever_is_asked_a_pool_is_within_its_bounds(
    key: str, number: int, of: int | None, first: int | None, mythos: int, coc: bool
) -> None:
    sheet: dict[str, object] = {"克苏鲁神话": mythos} | ({key: first} if first is not None else {})
    asked = number if of is None else f"{number}/{of}"
    bound = kept_within(key, asked, sheet, first, coc)  # type: ignore[arg-type]
    now = amount(bound.value)
    assert now is not None and now >= 0 and bool(bound.told) == (now != number)
    assert out_of(bound.value) == of
    assert of is None or now <= of
    assert not kept_within(key, bound.value, sheet, first, coc).told  # type: ignore[arg-type]
    assert kept_within("侦查", asked, sheet, first, coc).value == asked  # type: ignore[arg-type]


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
