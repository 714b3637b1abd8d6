"""The tree of turns: nothing is ever lost, and its events rebuild it."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from base.errors import KnownError
from scenes.log import Entry, parse
from scenes.scene import Role, Scene
from scenes.table.session import Candidate, Draw, Event, Session


def line(text: str, speaker: str = "林默") -> Entry:
    return Entry("speech", text, speaker)


def started(scene: Scene, opening: str | None = None) -> tuple[Session, list[Event]]:
    events: list[Event] = []
    entries = parse(scene.opening if opening is None else opening)
    return Session.start(scene, "林默", entries, "s1", events.append), events


def replayed(events: list[Event]) -> Session:
    """A session from events that have been through a file."""
    return Session.replay(json.loads(json.dumps(events)), lambda event: None)


def state(session: Session) -> dict[str, Any]:
    return {name: value for name, value in vars(session).items() if name != "_record"}


def texts(session: Session) -> list[str]:
    return [entry.text for entry in session.entries]


def test_what_is_said_follows_the_opening(scene: Scene) -> None:
    session, _ = started(scene)
    session.say(line("就是这里。"))
    assert texts(session) == ["雨下了一整夜。", "你确定是这里？", "就是这里。"]
    assert [turn.by for turn in session.path] == ["opening", "opening", "player"]


def test_undo_goes_back_to_the_opening_and_no_further(scene: Scene) -> None:
    session, _ = started(scene)
    session.say(line("一"))
    session.say(line("二"))
    assert [session.undo(), session.undo(), session.undo()] == [True, True, False]
    assert texts(session) == ["雨下了一整夜。", "你确定是这里？"]
    assert [session.redo(), session.redo(), session.redo()] == [True, True, False]
    assert texts(session)[2:] == ["一", "二"]


def test_undo_without_an_opening_reaches_the_blank_page(scene: Scene) -> None:
    session, _ = started(scene, opening="")
    session.say(line("一"))
    assert session.undo()
    assert session.entries == []
    assert session.redo()
    assert texts(session) == ["一"]


def test_what_is_said_after_an_undo_is_a_branch_and_the_old_one_stays(scene: Scene) -> None:
    session, _ = started(scene)
    old = session.say(line("旧"))
    session.undo()
    new = session.say(line("新"))
    assert session.branches_at(old.parent) == [old, new]
    assert session.leaves() == [old, new]
    session.go(old.id)
    assert texts(session)[-1] == "旧"
    session.undo()
    session.redo()
    assert texts(session)[-1] == "旧", "redo follows the branch taken last"


def test_an_edit_keeps_what_followed_and_the_old_branch(scene: Scene) -> None:
    session, _ = started(scene)
    first, second = session.say_all([line("一"), line("二")])
    edited = session.edit(first.id, line("壹"))
    assert texts(session)[2:] == ["壹", "二"]
    assert (edited.of, session.path[-1].of) == (first.id, second.id)
    session.go(second.id)
    assert texts(session)[2:] == ["一", "二"]
    with pytest.raises(KnownError, match="not on this branch"):
        session.edit(edited.id, line("三"))


def test_an_edited_pick_still_knows_its_draw(scene: Scene) -> None:
    session, _ = started(scene)
    candidates = (Candidate(line("甲", "苏晚")), Candidate(line("乙", "苏晚"), "length", 9, -2.5))
    draw = session.keep(Draw(0, session.head, "苏晚", candidates, "m", "wan-lora", 7))
    turn = session.pick(draw, 1, line("乙乙", "苏晚"))
    edited = session.edit(turn.id, line("乙丙", "苏晚"))
    for each in (turn, edited):
        assert (each.by, each.draw, each.candidate) == ("model", draw.id, 1)
    assert session.draws[draw.id].candidates[1].entry.text == "乙"


def test_what_cannot_be_recorded_has_not_happened(scene: Scene) -> None:
    def refuse(event: Event) -> None:
        raise KnownError("disk full")

    _, events = started(scene)
    session = Session.replay(events, refuse)
    before = state(replayed(events))
    for act in (
        lambda: session.say(line("一")),
        lambda: session.say_all([line("一"), line("二")]),
        lambda: session.edit(2, line("二")),
        lambda: session.go(1),
        lambda: session.play_as("苏晚"),
        lambda: session.keep(Draw(0, 1, "苏晚", ())),
    ):
        with pytest.raises(KnownError, match="disk full"):
            act()
    assert state(session) == before


def test_going_to_a_turn_that_is_none_changes_nothing(scene: Scene) -> None:
    session, events = started(scene)
    with pytest.raises(KnownError, match="there is no turn 99; the turns are 1 to 2"):
        session.go(99)
    assert len(events) == 1


def test_only_a_role_of_the_cast_can_be_played(scene: Scene) -> None:
    session, events = started(scene)
    session.play_as("晚晚")
    assert session.role == "苏晚"
    with pytest.raises(KnownError, match="no role is named 苏碗"):
        session.play_as("苏碗")
    session.play_as(None)
    assert replayed(events).role is None


class Table(RuleBasedStateMachine):
    """Whatever is done, turns only grow, and the events rebuild the same session."""

    @initialize(opening=st.sampled_from(["", "苏晚：你好", "【雨】\n苏晚：你好\n林默：好"]))
    def sit_down(self, opening: str) -> None:
        cast = (Role("林默"), Role("苏晚"))
        scene = Scene("s", Path("s.yaml"), "题", cast, sampling={"dry_breakers": ("\n", "：")})
        self.session, self.events = started(scene, opening)
        self.seen = dict(self.session.turns)

    @rule(texts=st.lists(st.text(max_size=3), min_size=1, max_size=3))
    def say(self, texts: list[str]) -> None:
        self.session.say_all([line(text) for text in texts])
        assert [turn.entry.text for turn in self.session.path[-len(texts) :]] == texts

    @rule(texts=st.lists(st.text(max_size=3), min_size=1, max_size=3), data=st.data())
    def draw_and_pick(self, texts: list[str], data: st.DataObject) -> None:
        candidates = tuple(Candidate(line(text, "苏晚"), tokens=len(text)) for text in texts)
        draw = self.session.keep(Draw(0, self.session.head, "苏晚", candidates))
        self.session.pick(draw, data.draw(st.integers(0, len(texts) - 1)))

    @rule()
    def undo(self) -> None:
        before = self.session.head
        if self.session.undo():
            assert self.session.can_redo
            self.session.redo()
            assert self.session.head == before
            self.session.undo()

    @rule()
    def redo(self) -> None:
        before = self.session.head
        if self.session.redo():
            assert self.session.undo()
            assert self.session.head == before
            self.session.redo()

    @precondition(lambda self: self.session.turns)
    @rule(data=st.data())
    def go(self, data: st.DataObject) -> None:
        turn = data.draw(st.sampled_from(sorted(self.session.turns)))
        self.session.go(turn)
        assert self.session.path[-1].id == turn

    @precondition(lambda self: self.session.path)
    @rule(data=st.data())
    def edit(self, data: st.DataObject) -> None:
        at = data.draw(st.integers(0, len(self.session.path) - 1))
        before = self.session.entries
        self.session.edit(self.session.path[at].id, line("改"))
        assert self.session.entries == [*before[:at], line("改"), *before[at + 1 :]]

    @rule(role=st.sampled_from(["林默", "苏晚", None]))
    def play_as(self, role: str | None) -> None:
        self.session.play_as(role)

    @invariant()
    def nothing_is_lost(self) -> None:
        assert self.seen.items() <= self.session.turns.items()
        self.seen = dict(self.session.turns)

    @invariant()
    def the_path_leads_to_where_the_play_stands(self) -> None:
        parents = [None, *(turn.id for turn in self.session.path)]
        assert [turn.parent for turn in self.session.path] == parents[:-1]
        assert self.session.head == parents[-1]

    @invariant()
    def the_events_rebuild_it(self) -> None:
        assert state(replayed(self.events)) == state(self.session)


TestTable = Table.TestCase
TestTable.settings = settings(max_examples=40, stateful_step_count=20, deadline=None)


def changed(event: Event, **keys: object) -> Event:
    return {**event, **keys}


WRONG: list[tuple[str, Callable[[list[Event]], list[Event]], str]] = [
    ("nothing", lambda e: [], "begins with one event `open`"),
    ("no opening", lambda e: e[1:], "event 1: a session begins"),
    ("two openings", lambda e: [e[0], e[0]], "event 2: a session begins"),
    ("a newer version", lambda e: [changed(e[0], version=2)], "event 1: made by a newer paotuan"),
    ("version zero", lambda e: [changed(e[0], version=0)], "event 1: cannot be read"),
    ("a version in words", lambda e: [changed(e[0], version="1")], "event 1: cannot be read"),
    ("a stranger's role", lambda e: [changed(e[0], role="张三")], "not in the cast"),
    ("a role that is none", lambda e: [changed(e[0], role=[])], "event 1: cannot be read"),
    ("no scene", lambda e: [changed(e[0], scene=None)], "found nothing, expected ke"),
    (
        "no cast",
        lambda e: [changed(e[0], scene=changed(e[0]["scene"], cast=[]))],
        "without a cast",
    ),
    (
        "an unknown rule of turns",
        lambda e: [changed(e[0], scene=changed(e[0]["scene"], turns="x"))],
        "turns: expected one of natura",
    ),
    ("an unknown event", lambda e: [e[0], {"event": "dance"}], "unknown event 'dance'"),
    ("an event without a name", lambda e: [e[0], {}], "event 2: a|event 2: cannot be read"),
    ("turns that are none", lambda e: [e[0], {"event": "turns", "turns": 3}], "cannot be read"),
    ("a head that is none", lambda e: [e[0], {"event": "head", "head": 9}], "no turn 9"),
    ("a head of another type", lambda e: [e[0], {"event": "head", "head": [1]}], "no turn"),
    ("a true head", lambda e: [e[0], {"event": "head", "head": True}], "no turn True"),
]


@pytest.mark.parametrize(("spoil", "why"), [w[1:] for w in WRONG], ids=[w[0] for w in WRONG])
def test_events_that_make_no_session_are_refused_in_one_line(
    scene: Scene, spoil: Callable[[list[Event]], list[Event]], why: str
) -> None:
    session, events = started(scene)
    session.say(line("一"))
    with pytest.raises(KnownError, match=why) as refused:
        replayed(spoil(events))
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    "turn",
    [
        {"id": 4, "parent": 99, "entry": {"kind": "speech", "text": "x", "speaker": "林默"}},
        {"id": 2, "parent": 1, "entry": {"kind": "speech", "text": "x", "speaker": "林默"}},
        {"id": 9, "parent": 1, "entry": {"kind": "speech", "text": "x", "speaker": "林默"}},
        {"id": 4, "parent": 3, "entry": {"kind": "speech", "text": "x"}},
        {"id": 4, "parent": 3, "entry": {"kind": "song", "text": "x"}},
        {"id": 4, "parent": 3, "entry": {"kind": "narration", "text": 7}},
        {"id": "4", "parent": 3, "entry": {"kind": "narration", "text": "x"}},
        {"id": 4, "parent": 3, "by": "ghost", "entry": {"kind": "narration", "text": "x"}},
        {"parent": 3, "entry": {"kind": "narration", "text": "x"}},
        None,
    ],
    ids=[
        *("wrong parent", "id taken", "id skipped", "no speaker", "unknown kind", "text a number"),
        *("id a word", "by a ghost", "no id", "null"),
    ],
)
def test_a_turn_without_its_place_or_shape_is_refused(scene: Scene, turn: object) -> None:
    session, events = started(scene)
    session.say(line("一"))
    with pytest.raises(KnownError, match="event 3: cannot be read"):
        replayed([*events, {"event": "turns", "turns": [turn]}])


def test_keys_of_a_later_minor_version_are_passed_over(scene: Scene) -> None:
    session, events = started(scene)
    session.say(line("一"))
    extended = [changed(event, mood="calm") for event in events]
    assert state(replayed(extended)) == state(session)
