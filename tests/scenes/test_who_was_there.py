"""Who was there is known of each turn at once, and is what the whole branch says."""

import tempfile
import time
from contextlib import closing
from itertools import count
from pathlib import Path

from hypothesis import given, settings

from scenes.log import Entry, dump
from scenes.table.play import Play
from scenes.table.presence import FloorState
from scenes.table.seeing import aside, log_of, missed_by
from scenes.table.session import Session
from tests.scenes.test_view import STEPS, house, took


def away_of(session: Session, place: int | None, follower: int | None) -> frozenset[str]:
    """Who is away behind a place, looked up along the whole branch."""
    found = next(session.seats.written.back_from(session.turns, place, follower), None)
    return frozenset(found.away if found else ())


def missing_of(session: Session, place: int | None, follower: int | None) -> frozenset[str]:
    found = next(session.seats.written.back_from(session.turns, place, follower), None)
    return frozenset(found.away if found and found.unseen else ())


def anew(session: Session) -> FloorState:
    """The same events, and nothing that is known of turns."""
    fresh = FloorState()
    for events in session.seats.written.written.values():
        for event in events:
            fresh.place(event)
    return fresh


@settings(max_examples=40, deadline=None)
@given(steps=STEPS)
def test_what_is_kept_is_what_the_branch_says_after_any_step(steps: list) -> None:  # type: ignore[type-arg]
    numbered = count(1)
    with (
        tempfile.TemporaryDirectory() as folder,
        closing(Play.start(house(), "林默", Path(folder))) as play,
    ):
        for step in steps:
            took(play, step, next(numbered))
            session, turns = play.session, play.session.turns
            places = [(turn.parent, turn.id) for turn in turns.values()]
            missing = {turn: missing_of(session, place, turn) for place, turn in places}
            assert missing == {id: missed_by(session, turns[id]) for id in turns}
            for place, turn in places:
                assert session.away_before(turn) == away_of(session, place, turn)
            assert session.floor.away == away_of(session, session.head, None)
            along = session.seats.missing_along(turns, session.path)
            assert along == anew(session).missing_along(turns, session.path)
            assert along[-1] == missing_of(session, session.head, None)
            play.turned()
            written = play.journal.path.with_suffix(".txt").read_text("utf-8")
            title = Entry("chapter", play.scene.title)
            assert written == dump([title, *log_of(session)])


def test_an_event_that_holds_for_turns_of_before_is_heard_of_too() -> None:
    with (
        tempfile.TemporaryDirectory() as folder,
        closing(Play.start(house(), "林默", Path(folder))) as play,
    ):
        turns = play.say("一\n二")
        assert play.session.away_before(turns[1].id) == frozenset()
        event = {"event": "presence", "after": turns[0].id, "since": 1, "away": ["苏晚"]}
        play.session._do(event | {"unseen": True})
        assert play.session.away_before(turns[1].id) == {"苏晚"}
        assert missed_by(play.session, turns[1]) == {"苏晚"}
        assert "苏晚" in aside(play.session, turns[1])
        assert not aside(play.session, turns[0])


def test_a_turn_of_a_long_evening_costs_no_look_at_the_branch() -> None:
    """In a branch ten times as long, what a turn asks takes no ten times as long."""
    spans = []
    for turns in (1_000, 10_000):
        with (
            tempfile.TemporaryDirectory() as folder,
            closing(Play.start(house(), "林默", Path(folder))) as play,
        ):
            session = play.session
            session._record = lambda event: None
            session.set_away(["顾三"])
            session.say_all([Entry("speech", "好。", "林默")] * turns)
            play.turned()
            best = 9.0
            for __ in range(20):
                began = time.perf_counter()
                session.say(Entry("speech", "嗯。", "苏晚"))
                play.turned()
                assert [aside(session, turn) for turn in session.path[-40:]]
                assert session.floor.away == {"顾三"}
                best = min(best, time.perf_counter() - began)
            spans.append(best)
    assert spans[1] < max(5 * spans[0], 0.002)
