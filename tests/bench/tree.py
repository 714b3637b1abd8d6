"""What turns and hands cost: the map, leafing back, and a draw that one ahead is in the way of.

Run: `python tests/bench/tree.py`; prints milliseconds, the median of several runs.
"""

import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

from models.scripted import Scripted
from scenes.log import Entry
from scenes.scene import Role, Scene
from scenes.table.branch_map import map_rows
from scenes.table.hands import Hands
from scenes.table.play import Play
from scenes.table.seeing import aside
from scenes.table.session import Candidate, Draw
from tests.frontends import PlainFrontEnd

CAST = (Role("林默"), Role("苏晚"), Role("老周"))
LINES = [f"第{number}句话说到这里。" for number in range(999)]
TURNS = 20_000


def took(do: Callable[[], object], times: int = 5) -> float:
    """The median of several runs, in milliseconds."""
    spans = []
    for __ in range(times):
        began = time.perf_counter()
        do()
        spans.append((time.perf_counter() - began) * 1000)
    return median(spans)


def long_play(folder: Path) -> Play:
    """Every turn picked from five candidates, a branch at every twentieth."""
    scene = Scene("s", Path("s.yaml"), "题", CAST, opening="【雨】", turns="list")
    play = Play.start(scene, "林默", folder)
    session = play.session
    session._record = lambda event: None  # the disk is measured elsewhere
    for number in range(TURNS):
        entries = [Entry("speech", f"第{number}轮第{each}句。", "苏晚") for each in range(5)]
        draw = session.keep(
            Draw(0, session.head, "苏晚", tuple(Candidate(entry) for entry in entries))
        )
        session.pick(draw, number % 5)
    for turn in range(20, TURNS, 20):
        session.go(turn)
        session.say(Entry("speech", "岔路。", "林默"))
    session.go(TURNS)
    return play


def turn_of(play: Play) -> None:
    """A line, the readable log, and what the screen says of forty lines."""
    session = play.session
    if not session.seats.hides:
        session.set_away(["老周"])
        play.turned()
    session.say(Entry("speech", "嗯。", "林默"))
    play.turned()
    assert all(
        "老周" in aside(session, turn) or not aside(session, turn) for turn in session.path[-40:]
    )


def first_word(ahead: int) -> float:
    """From a line of the player's own until the first character of the answer, in ms."""
    scene = Scene(
        "s",
        Path("s.yaml"),
        "题",
        CAST,
        opening="【雨】",
        sampling={"n": 5},
        turns="list",
        ahead=ahead,
    )
    backend = Scripted(LINES, delay=0.005, batch=20, batch_delay=0.01)
    front_end = PlainFrontEnd(Play.start(scene, "林默", Path(tempfile.mkdtemp())), backend, True)
    front_end.do("say", "走吧。")
    if ahead:
        front_end.until(lambda: len(backend.prompts) >= 3)
    began = time.perf_counter()
    front_end.table.say("等等。")
    hand = front_end.table.hand
    assert hand is not None
    front_end.until(lambda: any(place.text for place in hand.places))
    span = (time.perf_counter() - began) * 1000
    front_end.wait()
    front_end.table.close()
    return span


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        play = long_play(Path(folder))
        hands = Hands(play)
        path = play.session.path
        print(f"map of {TURNS} turns, 1,000 branches: {took(lambda: map_rows(play.session)):.1f}")
        print(f"filter of them: {took(lambda: map_rows(play.session, wanted='岔路')):.1f}")
        print(f"hands of a turn: {took(lambda: hands.visit(path[TURNS // 2])):.2f}")
        print(
            f"a turn, and who was there, once somebody had left: {took(lambda: turn_of(play)):.2f}"
        )
        play.close()
    for ahead in (0, 1):
        print(f"first word, ahead {ahead}: {median(first_word(ahead) for __ in range(15)):.1f}")


if __name__ == "__main__":
    main()
