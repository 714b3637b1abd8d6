"""A table that plays by itself: the best line at a pace, until somebody steps in."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from models.backend import Sampling
from models.scripted import Scripted
from scenes.log import Entry
from scenes.scene import Role, Scene
from scenes.table.draws import Candidate
from scenes.table.hand import Hand, Place
from scenes.table.play import Play
from scenes.table.watching import MOST_TURNS, Watching, best_of, reading_time
from tests.frontends import PlainFrontEnd

LINES = [f"第{number}句话。" for number in range(1, 400)]


class Clock:
    """Time that passes when a test says so."""

    def __init__(self) -> None:
        self.now = 0.0
        self.calls: list[tuple[float, Callable[[], None]]] = []

    def later(self, seconds: float, call: Callable[[], None]) -> None:
        self.calls.append((self.now + seconds, call))

    def next(self) -> bool:
        """Make the call that is due first; whether there was one."""
        if not self.calls:
            return False
        at, call = min(self.calls, key=lambda one: one[0])
        self.calls.remove((at, call))
        self.now = max(self.now, at)
        call()
        return True


class Watched:
    def __init__(self, play: Play, backend: Scripted, pace: float | None = 1.0) -> None:
        self.clock, self.told = Clock(), list[str]()
        self.front = PlainFrontEnd(play, backend)
        self.watching = Watching(
            self.front.table, self.clock.later, self.told.append, pace, lambda: self.clock.now
        )
        emit = self.front.table._emit

        def heard(event: Any) -> None:
            emit(event)
            self.watching.heard(event)

        self.front.table._emit = heard

    def run(self, turns: int) -> None:
        """Until so many turns have been played, or nothing goes on."""
        before = len(self.said)
        while len(self.said) - before < turns and self.watching.on:
            if not self.clock.next():
                return
            self.front.wait()

    @property
    def said(self) -> list[str]:
        return [turn.entry.text for turn in self.front.table.play.session.path]


def watched(scene: Scene, folder: Path, role: str | None = None, **more: Any) -> Watched:
    play = Play.start(scene, role, folder)
    return Watched(play, more.pop("backend", None) or Scripted(LINES), **more)


def test_it_plays_turn_after_turn_until_somebody_steps_in(scene: Scene, tmp_path: Path) -> None:
    table = watched(scene, tmp_path)
    table.watching.begin()
    table.run(5)
    path = table.front.table.play.session.path
    assert len(path) == 2 + 5
    assert all(turn.unattended for turn in path[2:]), "nobody preferred these"
    assert table.watching.stop()
    while table.clock.next():
        table.front.wait()
    assert len(table.said) == 7


def test_the_pace_leaves_a_line_as_long_as_it_takes_to_be_read(
    scene: Scene, tmp_path: Path
) -> None:
    table = watched(scene, tmp_path, pace=3.0)
    table.watching.begin()
    table.run(4)
    assert table.clock.now == pytest.approx(12.0, abs=0.1)
    short, long = Entry("speech", "嗯。", "甲"), Entry("speech", "字" * 60, "甲")
    assert reading_time(short) < reading_time(long) <= 15


def test_it_plays_my_own_role_too_where_i_have_one(make_scene: Any, tmp_path: Path) -> None:
    table = watched(make_scene(turns="list"), tmp_path, "林默")
    table.watching.begin()
    table.run(8)
    mine = [t for t in table.front.table.play.session.path[2:] if t.entry.speaker == "林默"]
    assert mine
    assert all(turn.by == "player" and turn.unattended for turn in mine)


def test_it_never_runs_away(scene: Scene, tmp_path: Path) -> None:
    table = watched(scene, tmp_path, pace=0.0)
    table.watching.begin(3)
    table.run(99)
    assert len(table.said) == 5
    assert "so many turns" in table.told[0]
    table.watching.begin()
    table.run(1000)
    assert len(table.said) == 5 + MOST_TURNS
    assert len(table.told) == 2


def test_a_model_that_fails_is_asked_three_times_and_no_more(scene: Scene, tmp_path: Path) -> None:
    failing = Scripted(LINES, failures=dict.fromkeys(range(99), "the model has a cold"))
    table = watched(scene, tmp_path, backend=failing)
    table.watching.begin()
    table.run(1)
    assert not table.watching.on
    assert "3 draws running have failed" in table.told[0]
    assert len(failing.prompts) == 3


def test_a_failure_that_passes_is_passed_over(scene: Scene, tmp_path: Path) -> None:
    table = watched(scene, tmp_path, backend=Scripted(LINES, failures={1: "a hiccup"}))
    table.watching.begin()
    table.run(4)
    assert len(table.said) == 6


def test_under_a_rule_by_which_nobody_is_next_it_says_so(make_scene: Any, tmp_path: Path) -> None:
    table = watched(make_scene(turns="manual"), tmp_path)
    table.watching.begin()
    table.run(1)
    assert "manual" in table.told[0]


def hand(*candidates: Candidate | None) -> Hand:
    places = [Place("", candidate, over=True) for candidate in candidates]
    return Hand(Role("甲"), "scripted", Sampling(), places)


def test_the_likeliest_line_per_token_is_the_best() -> None:
    def line(finish: Any, tokens: int, logprob: float | None) -> Candidate:
        return Candidate(Entry("speech", "嗯", "甲"), finish, tokens, logprob)

    assert best_of(hand(line("stop", 10, -20), line("stop", 20, -22))) == 2
    assert best_of(hand(None, line("stop", 10, None), line("stop", 9, -1))) == 2
    assert best_of(hand(line("length", 10, -1), line("stop", 10, -30))) == 2


def test_where_the_best_stands_first_it_is_the_best() -> None:
    def line(logprob: float) -> Candidate:
        return Candidate(Entry("speech", "嗯", "甲"), "stop", 10, logprob)

    ranked = hand(None, line(-20), line(-10))
    ranked.sampling = Sampling(n=1, draw=3)
    assert best_of(ranked) == 2


def test_likelihoods_are_asked_for_only_while_it_plays_by_itself(
    scene: Scene, tmp_path: Path
) -> None:
    backend = Scripted(LINES)
    table = watched(scene, tmp_path, backend=backend)
    table.watching.begin()
    table.run(1)
    table.watching.stop()
    table.front.do("go_on")
    table.front.do("redraw")
    assert backend.samplings[0].logprobs
    assert not backend.samplings[-1].logprobs


def test_it_goes_on_where_the_play_stands_though_an_earlier_hand_is_looked_at_or_one_is_hidden(
    scene: Scene, tmp_path: Path
) -> None:
    table = watched(scene, tmp_path)
    table.watching.begin(2)
    table.run(9)
    table.front.do("go_on")
    table.front.do("hide")
    table.watching.begin(1)
    table.run(9)
    assert len(table.said) == 2 + 3
    table.front.do("look_at", 3)
    table.watching.begin(1)
    table.run(9)
    assert len(table.said) == 2 + 4
