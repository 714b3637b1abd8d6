"""Sheets at a table: a change holds on its own branch, undo takes it back, a model reads it."""

import json
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from base.errors import KnownError
from models.scripted import Scripted
from scenes.data.examples.prompts import Bounds
from scenes.data.examples.replies import SessionPrompts
from scenes.log import Entry, parse
from scenes.note import Note
from scenes.scene import Role, Scene
from scenes.table import controller_events as happened
from scenes.table.play import Play
from scenes.table.session import Session
from scenes.table.sheets import Change
from tests.frontends import PlainFrontEnd

SHEET = {"HP": 11, "SAN": 55, "侦查": 60, "物品": ("手电",)}
CAST = (Role("林默", aliases=("阿默",), sheet=SHEET), Role("苏晚"), Role("守秘人", narrator=True))


def made(**changes: Any) -> Scene:
    fields = {"name": "house", "path": Path("house.yaml"), "title": "旧宅", "cast": CAST}
    return Scene(**{**fields, "opening": "【雨下了一整夜。】", **changes})


def begun(scene: Scene | None = None) -> tuple[Session, list[dict[str, Any]]]:
    scene = scene or made()
    events: list[dict[str, Any]] = []

    def record(event: dict[str, Any]) -> None:
        events.append(json.loads(json.dumps(event)))

    return Session.start(scene, "林默", parse(scene.opening), "s", record), events


@pytest.fixture
def table(tmp_path: Path) -> PlainFrontEnd:
    return PlainFrontEnd(Play.start(made(), "林默", tmp_path), Scripted(["好。", "不好。"]))


def typed(front_end: PlainFrontEnd, *lines: str) -> None:
    for line in lines:
        front_end.table.enter(line)


def sheet(front_end: PlainFrontEnd, role: str = "林默") -> dict[str, object]:
    return dict(front_end.table.play.session.sheet(role))


def notes(session: Session) -> list[str]:
    return [entry.line for entry in session.history if isinstance(entry, Note)]


# --- typed ---


@pytest.mark.parametrize(
    ("line", "key", "value"),
    [
        ("/set 林默.HP -3", "HP", 8),
        ("/set HP 8", "HP", 8),
        ("/设 阿默.生命 -2", "HP", 9),
        ("／设 林默。ＨＰ　－３", "HP", 8),
        ("/set 林默.物品 +绳子", "物品", ("手电", "绳子")),
        ("/set 林默.道具 -手电", "物品", None),
        ("/set hp =-2", "HP", 0),
        ("/set HP 8/11", "HP", "8/11"),
        ("/set 职业 退役军医", "职业", "退役军医"),
        (".st hp-3", "HP", 8),
        (".sthp-3", "HP", 8),
        ("。st 体力：9", "HP", 9),
        (".st 林默-侦查65", "侦查", 65),
        (".st del 侦查", "侦查", None),
    ],
)
def test_a_value_is_changed_however_it_is_called(
    table: PlainFrontEnd, line: str, key: str, value: object
) -> None:
    typed(table, line)
    assert sheet(table).get(key) == value
    assert set(sheet(table)) <= {*SHEET, "职业"}, "no second value of the same name"


def test_an_empty_sheet_is_filled_in_as_dice_bots_are_told(table: PlainFrontEnd) -> None:
    typed(table, ".st 苏晚 力量50str55敏捷60 侦查 70 hp11 斗殴(拳击)25")
    assert sheet(table, "苏晚") == {
        "力量": 55,
        "敏捷": 60,
        "侦查": 70,
        "HP": 11,
        "斗殴(拳击)": 25,
    }
    skills = table.table.play.session.skills
    assert skills.value("苏晚", "STR") == 55
    assert skills.value("苏晚", "spot hidden") == 70
    assert skills.value("苏晚", "聆听") is None
    assert skills.value("谁", "力量") is None


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("/set 林墨.HP 3", "did you mean 林默"),
        ("/set HP", "written"),
        ("/set HP abc", "is a number"),
        ("/set HP -1d6", "roll"),
        ("/set 物品 -绳子", "holds no 绳子"),
        ("/set HP 11", "nothing changes"),
        ("/set HP 99999999999999", "is a number"),
        (".st 力量", "力量50"),
        (".st &手枪=1d10", "&手枪"),
        (".st show 聆听", "holds no 聆听"),
        (".st 苏晚 clr", "written"),
        ("/set 物品 +" + "长" * 300, "300"),
    ],
)
def test_what_cannot_be_done_is_told_in_a_line_and_nothing_changes(
    table: PlainFrontEnd, line: str, told: str
) -> None:
    with pytest.raises(KnownError) as error:
        typed(table, line)
    assert told in str(error.value)
    assert "\n" not in str(error.value)
    assert sheet(table) == SHEET


def test_a_change_is_told_and_undo_and_redo_tell_it_too(table: PlainFrontEnd) -> None:
    told: list[str] = []
    table.table._emit = lambda event: (
        told.append(event.words) if isinstance(event, happened.SheetChanged) else None
    )
    typed(table, "/set 林默.HP -3", "/undo", "/redo")
    assert [one.rsplit(" ", 3)[1:] for one in told] == [
        ["11", "→", "8"],
        ["8", "→", "11"],
        ["11", "→", "8"],
    ]
    assert sheet(table)["HP"] == 8
    assert table.table.play.session.path[-1].entry.kind == "narration", "nothing was said"


def test_a_sheet_is_emptied_only_when_asked_twice(table: PlainFrontEnd) -> None:
    typed(table, ".st clr")
    assert sheet(table) == SHEET
    typed(table, "/set HP 3", ".st clr", ".st clr")
    assert sheet(table) == {}
    typed(table, "/undo", "/undo")
    assert sheet(table) == SHEET


def test_what_is_watched_asks_whose_sheet_it_is(tmp_path: Path) -> None:
    front_end = PlainFrontEnd(Play.start(made(), None, tmp_path), Scripted(["好。"]))
    with pytest.raises(KnownError, match="whose sheet"):
        typed(front_end, "/set HP 3")
    typed(front_end, "/set 林默.HP 3")
    assert sheet(front_end)["HP"] == 3


# --- on the branch ---


def test_on_another_branch_the_change_has_not_happened() -> None:
    session, __ = begun()
    session.say(Entry("speech", "走。", "林默"))
    session.change_sheet("林默", [Change("HP", 11, 8)])
    hurt = session.say(Entry("speech", "好疼。", "林默"))
    session.go(1)
    well = session.say(Entry("speech", "没事。", "林默"))
    assert session.sheet("林默")["HP"] == 11
    session.go(hurt.id)
    assert session.sheet("林默")["HP"] == 8
    assert session.sheet_before("林默", well.id)["HP"] == 11


def test_an_edit_and_a_deletion_keep_what_changed() -> None:
    session, __ = begun()
    first = session.say(Entry("speech", "走。", "林默"))
    session.change_sheet("林默", [Change("HP", 11, 8)])
    second = session.say(Entry("speech", "疼。", "林默"))
    session.edit(first.id, Entry("speech", "慢走。", "林默"))
    assert session.sheet("林默")["HP"] == 8
    session.go(second.id)
    session.delete(first.id)
    assert session.sheet("林默")["HP"] == 8
    session.edit(1, Entry("narration", "雪"))
    assert session.sheet("林默")["HP"] == 8, "also behind an edit of what stands before it"


KEYS = ("HP", "SAN")
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["say", "set", "set", "undo", "redo", "go", "edit", "delete"]),
        st.integers(0, 30),
    ),
    max_size=25,
)


@settings(max_examples=60, deadline=None)
@given(steps=STEPS)
def test_the_sheet_at_a_turn_is_the_fold_of_the_changes_on_its_own_branch(
    steps: list[tuple[str, int]],
) -> None:
    session, events = begun()
    start = {key: SHEET[key] for key in KEYS}
    said: dict[int, dict[str, object]] = {1: dict(start)}
    """What the sheet was when each turn was said."""
    here: dict[int | None, dict[str, object]] = {None: dict(start), 1: dict(start)}
    """What it is for whatever is said next after each turn."""

    def copied() -> None:
        for turn in session.turns.values():
            if turn.id not in said:
                said[turn.id] = dict(said[turn.of or 0])
                here[turn.id] = dict(here[turn.of])

    for what, number in steps:
        turns = sorted(session.turns)
        turn = turns[number % len(turns)]
        on_path = [each.id for each in session.path]
        if what == "say":
            new = session.say(Entry("speech", f"第{number}句。", "林默"))
            said[new.id] = dict(here[new.parent])
            here[new.id] = dict(said[new.id])
        elif what == "set":
            key = KEYS[number % 2]
            before = here[session.head][key]
            session.change_sheet("林默", [Change(key, before, number)])  # type: ignore[arg-type]
            here[session.head][key] = number
        elif what in ("undo", "redo"):
            undone, redone = session.change_to_undo, session.change_to_redo
            getattr(session, what)()
            change = undone if what == "undo" else redone
            for one in change.changes if change else ():
                here[session.head][one.key] = one.before if what == "undo" else one.after
        elif what == "go":
            session.go(turn)
        elif what == "edit" and on_path:
            session.edit(on_path[number % len(on_path)], Entry("narration", f"改{number}"))
            copied()
        elif what == "delete" and on_path:
            session.delete(on_path[number % len(on_path)])
            copied()
        assert {key: session.sheet("林默")[key] for key in KEYS} == here[session.head]
    again = Session.replay(deepcopy(events), lambda event: None)
    for one in (session, again):
        for turn in one.turns:
            before_it = one.sheet_before("林默", turn)
            after_it = one.sheets.sheet("林默", one.turns, turn)
            assert {key: before_it[key] for key in KEYS} == said[turn]
            assert {key: after_it[key] for key in KEYS} == here[turn]
    assert again.history == session.history
    assert (again.can_undo, again.can_redo) == (session.can_undo, session.can_redo)


# --- what a model reads ---


def test_a_model_reads_what_changed_where_it_changed_and_nothing_else() -> None:
    session, __ = begun()
    assert notes(session) == []
    session.change_sheet("林默", [Change("HP", 11, 8)])
    session.say(Entry("speech", "疼。", "林默"))
    before = session.history
    session.change_sheet("林默", [Change("SAN", 55, 50)])
    assert session.history[: len(before)] == before, "what stands already does not move"
    assert [entry.line for entry in session.history] == [
        "【雨下了一整夜。】",
        "【林默：HP 8/11】",
        "林默：疼。",
        "【林默：HP 8/11，SAN 50/55】",
    ]


def test_what_was_taken_back_or_only_filled_in_is_not_read() -> None:
    session, __ = begun()
    session.change_sheet("林默", [Change("HP", 11, 8)])
    session.undo()
    session.change_sheet("苏晚", [Change("力量", None, 50), Change("HP", None, 12)])
    assert notes(session) == []
    session.change_sheet("苏晚", [Change("HP", 12, 9)])
    session.change_sheet("苏晚", [Change("物品", None, ("钥匙",))])
    assert notes(session) == ["【苏晚：HP 9/12，物品 钥匙】"]


def test_many_changes_at_once_are_one_line_of_bounded_length() -> None:
    session, __ = begun()
    changes = [Change(f"技能{chr(0x4E00 + n)}", None, "x" * 10) for n in range(100)]
    session.change_sheet("林默", changes)
    (line,) = notes(session)
    assert line.count("，") == 11


def test_the_prompt_of_an_example_is_the_one_of_play(tmp_path: Path) -> None:
    backend = Scripted(["好。", "不好。"])
    front_end = PlainFrontEnd(Play.start(made(), "林默", tmp_path), backend)
    typed(front_end, "/set HP -3", "走吧。")
    front_end.do("let_speak", "苏晚")
    play = front_end.table.play
    prompt = play.prompt(backend, play.scene.role("苏晚"))
    front_end.do("pick", 1)
    turn = play.session.path[-1]
    prompts = SessionPrompts(play.session, Bounds(2048, backend.count))
    assert "【林默：HP 8/11】" in prompt.text
    assert prompts.before(turn, play.scene.role("苏晚")).text == prompt.text


def test_a_line_that_was_drawn_before_a_change_has_not_read_of_it(tmp_path: Path) -> None:
    backend = Scripted(["好。", "不好。"])
    front_end = PlainFrontEnd(Play.start(made(), "林默", tmp_path), backend)
    typed(front_end, "走吧。")
    front_end.do("let_speak", "苏晚")
    typed(front_end, "/set HP -3")
    front_end.do("pick", 1)
    front_end.do("let_speak", "苏晚")
    front_end.do("pick", 2)
    play = front_end.table.play
    prompts = SessionPrompts(play.session, Bounds(2048, backend.count))
    first, second = play.session.path[-2:]
    role = play.scene.role("苏晚")
    assert "HP" not in prompts.before(first, role).text
    assert "【林默：HP 8/11】\n苏晚：" in prompts.before(second, role).text


# --- files ---


def test_a_journal_without_sheets_is_written_as_before(tmp_path: Path) -> None:
    session, events = begun(made(cast=(Role("林默"), Role("苏晚"))))
    session.say(Entry("speech", "走。", "林默"))
    assert "sheet" not in json.dumps(events)


@pytest.mark.parametrize(
    "event",
    [
        {"after": 99, "since": 2, "role": "林默", "changes": []},
        {"after": 1, "since": 2, "role": "谁", "changes": []},
        {"after": 1, "since": 2, "role": "林默", "changes": [{"key": "HP", "after": {"a": 1}}]},
        {"after": 1, "since": 2, "role": "林默", "changes": [{"key": "HP", "after": 1.5}]},
        {"after": 1, "since": 2, "role": "林默", "changes": "HP"},
        {"after": 1, "since": 2},
    ],
)
def test_a_change_that_cannot_be_is_told_with_its_event(event: dict[str, Any]) -> None:
    __, events = begun()
    with pytest.raises(KnownError, match="event 2"):
        Session.replay([*events, {"event": "sheet", **event}], lambda event: None)


def test_a_play_that_is_come_back_to_has_its_sheets(tmp_path: Path) -> None:
    front_end = PlainFrontEnd(Play.start(made(), "林默", tmp_path), Scripted(["好。"]))
    typed(front_end, "/set HP -3", "走吧。", "/undo")
    path = front_end.table.play.journal.path
    front_end.table.close()
    play = Play.resume(path)
    assert play.session.sheet("林默")["HP"] == 8
    assert play.undo()
    assert play.session.sheet("林默")["HP"] == 11
    play.close()


Loads = Callable[[str], Scene]


@pytest.fixture
def load(tmp_path: Path) -> Loads:
    from scenes.scene_loader import read_scene

    def loads(text: str) -> Scene:
        path = tmp_path / "s.yaml"
        path.write_text(text, "utf-8")
        return read_scene(path)

    return loads


def test_a_scene_gives_its_cast_sheets_over_those_of_their_characters(
    load: Loads, tmp_path: Path
) -> None:
    (tmp_path / "mo.yaml").write_text("name: 林默\nsheet: {生命: 9, 侦查: 60}\n", "utf-8")
    scene = load(
        "title: t\ncast:\n  林默:\n    character: mo.yaml\n"
        "    sheet: {HP: 11, 物品: [手电, 左轮]}\n"
    )
    assert scene.role("林默").sheet == {"HP": 11, "侦查": 60, "物品": ("手电", "左轮")}


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("HP: 1.5", "s.yaml:5: cast.林默.sheet.HP"),
        ("HP: {a: 1}", "s.yaml:5: cast.林默.sheet.HP"),
        ("HP: true", "s.yaml:5: cast.林默.sheet.HP"),
        ("物品: [1]", "in quotes"),
        ("3d: 1", "begins with a letter"),
        ("HP: 9999999999", "beyond"),
        ("HP: " + "长" * 201, "201"),
        ("HP: 1\n      生命: 2", "s.yaml:6: cast.林默.sheet.生命"),
    ],
)
def test_what_is_wrong_with_a_sheet_names_file_line_and_key(
    load: Loads, line: str, problem: str
) -> None:
    with pytest.raises(KnownError) as error:
        load(f"title: t\ncast:\n  林默:\n    sheet:\n      {line}\n")
    assert problem in "\n".join(map(str, error.value.problems))


def test_a_sheet_is_bounded(load: Loads) -> None:
    lines = "".join(f"      甲{chr(0x4E00 + n)}: 1\n" for n in range(201))
    with pytest.raises(KnownError, match="at most 200"):
        load(f"title: t\ncast:\n  林默:\n    sheet:\n{lines}")
