"""Lines that are likely wanted next are drawn while the person reads, and are never in the way."""

import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from base.errors import KnownError
from models.scripted import Scripted
from scenes.scene import Role, Scene
from scenes.table import controller_events as happened
from scenes.table.play import Play
from tests.frontends import PlainFrontEnd

LINES = [f"第{number}句。" for number in range(1, 400)]
Sit = Callable[..., PlainFrontEnd]
CAST = (Role("林默"), Role("苏晚"), Role("老周"))


@pytest.fixture
def sit(tmp_path: Path) -> Iterator[Sit]:
    """Sit down at a table round which everybody speaks in turn."""
    front_ends: list[PlainFrontEnd] = []

    def seated(backend: Scripted, ahead: int | None = 1, **sampling: object) -> PlainFrontEnd:
        scene = Scene(
            "s",
            Path("s.yaml"),
            "题",
            CAST,
            opening="【雨】",
            sampling={"n": 3, **sampling},
            turns="list",
            ahead=ahead,
        )
        play = Play.start(scene, "林默", tmp_path / str(len(front_ends)))
        wanted, play.ahead = play.ahead, 0
        front_ends.append(PlainFrontEnd(play, backend, follows=True))
        play.ahead = wanted  # from the first line on, so that draws count from there
        return front_ends[-1]

    yield seated
    for front_end in front_ends:
        with suppress(KnownError):
            front_end.table.close()


def settle(front_end: PlainFrontEnd, draws: int) -> None:
    """Wait until so many draws were begun, and the last one is through."""
    backend = front_end.model.backend
    front_end.until(lambda: len(backend.prompts) >= draws)  # type: ignore[union-attr]
    time.sleep(0.1)
    while not front_end.calls._calls.empty():
        front_end.calls.make()


def shown(front_end: PlainFrontEnd) -> list[str]:
    hand = front_end.table.hand
    return [] if hand is None else [each.entry.text for each in hand.complete]


def test_the_hand_of_the_next_one_is_there_at_once_when_the_lit_line_is_picked(sit: Sit) -> None:
    backend = Scripted(LINES)
    front_end = sit(backend)
    front_end.do("say", "走吧。")
    settle(front_end, 2)
    assert front_end.table.hand is not None
    assert front_end.table.hand.speaker.name == "苏晚"
    front_end.table.pick(1)
    assert len(backend.prompts) == 2, "nothing more is drawn for it"
    assert shown(front_end) == ["第4句。", "第5句。", "第6句。"]
    assert front_end.table.hand.speaker.name == "老周"
    assert backend.prompts[1].history.endswith("苏晚：第1句。\n")
    session = front_end.table.play.session
    assert session.draws[2].parent == session.head
    assert isinstance(front_end.of(happened.DrawEnded)[-1].hand, type(front_end.table.hand))


def test_what_was_drawn_for_another_line_is_dropped_and_written_nowhere(sit: Sit) -> None:
    backend = Scripted(LINES)
    front_end = sit(backend)
    front_end.do("say", "走吧。")
    settle(front_end, 2)
    front_end.table.pick(2)
    front_end.wait()
    assert shown(front_end) == ["第7句。", "第8句。", "第9句。"]
    journal = front_end.table.play.journal.path.read_text("utf-8")
    assert "第4句。" not in journal and "第7句。" in journal


def test_the_candidate_that_is_lit_is_the_one_that_is_drawn_for(sit: Sit) -> None:
    backend = Scripted(LINES)
    front_end = sit(backend)
    front_end.do("say", "走吧。")
    settle(front_end, 2)
    front_end.table.light(3)
    settle(front_end, 3)
    assert backend.prompts[2].history.endswith("苏晚：第3句。\n")
    front_end.table.light(1)
    settle(front_end, 3)
    assert len(backend.prompts) == 3, "what is there already is not drawn again"
    front_end.table.pick(3)
    assert len(backend.prompts) == 3
    assert shown(front_end)[0] == "第7句。"


def test_on_the_players_own_turn_it_is_who_speaks_if_they_pass(sit: Sit) -> None:
    backend = Scripted(LINES)
    front_end = sit(backend)
    front_end.do("say", "走吧。")
    settle(front_end, 2)
    front_end.do("pick", 1)
    front_end.do("pick", 1)
    assert front_end.table.play.next is not None
    assert front_end.table.play.next.name == "林默"
    settle(front_end, 3)
    front_end.table.go_on()
    assert shown(front_end)[0] == "第7句。"
    assert front_end.table.hand is not None
    assert front_end.table.hand.speaker.name == "苏晚"


def test_a_hand_that_is_still_being_drawn_ahead_goes_on_on_the_table(sit: Sit) -> None:
    backend = Scripted(LINES, delay=0.02)
    front_end = sit(backend)
    front_end.do("say", "走吧。")
    front_end.until(lambda: len(backend.prompts) == 2)
    front_end.table.pick(1)
    assert front_end.table.drawing and front_end.table.hand is not None
    front_end.wait()
    assert len(backend.prompts) == 2
    assert shown(front_end) == ["第4句。", "第5句。", "第6句。"]


def test_by_itself_nothing_is_drawn_ahead(sit: Sit) -> None:
    backend = Scripted(LINES)
    front_end = sit(backend, ahead=None)
    front_end.do("say", "走吧。")
    time.sleep(0.2)
    assert len(backend.prompts) == 1


def test_what_fails_ahead_is_no_harm(sit: Sit) -> None:
    backend = Scripted(LINES, failures={1: "nobody answers"})
    front_end = sit(backend)
    front_end.do("say", "走吧。")
    settle(front_end, 2)
    assert [ended.error for ended in front_end.of(happened.DrawEnded)] == [None]
    front_end.do("pick", 1)
    assert shown(front_end)
    assert front_end.errors == []


def test_a_draw_that_is_wanted_does_not_wait_for_one_ahead(sit: Sit) -> None:
    def first_word(ahead: int) -> float:
        backend = Scripted(LINES, delay=0.01, batch=20, batch_delay=0.01)
        front_end = sit(backend, ahead=ahead)
        front_end.do("say", "走吧。")
        if ahead:
            front_end.until(lambda: len(backend.prompts) == 2)
        began = time.perf_counter()
        front_end.table.say("等等，不走了。")
        hand = front_end.table.hand
        assert hand is not None
        front_end.until(lambda: any(place.text for place in hand.places))
        took = time.perf_counter() - began
        front_end.wait()
        return took

    without = min(first_word(0) for __ in range(5))
    with_it = min(first_word(1) for __ in range(5))
    assert with_it - without < 0.05, f"{without:.3f} s without, {with_it:.3f} s with one ahead"
