"""A draw whose model was away is asked for again, by itself and by a person."""

import time
from collections.abc import Callable, Generator, Iterator
from contextlib import suppress

import pytest

from base.errors import KnownError, PassingError
from models.backend import Delta, Progress, Prompt, Sampling
from models.scripted import Scripted
from scenes.scene import Role
from scenes.table import controller_events as happened
from scenes.table import retry
from scenes.table.hand import Asked
from scenes.table.play import Play
from tests.frontends import PlainFrontEnd

LINES = [f"第{number}句。" for number in range(1, 60)]
Sit = Callable[..., PlainFrontEnd]


class Away(Scripted):
    """A server that is away for its first draws."""

    def __init__(self, times: int, error: type[KnownError] = PassingError) -> None:
        super().__init__(LINES)
        self.times, self.error = times, error
        self.asked: list[float] = []

    def generate(
        self, prompt: Prompt, sampling: Sampling, adapter: str | None = None
    ) -> Generator[Delta | Progress]:
        self.asked.append(time.monotonic())
        if len(self.asked) <= self.times:
            raise self.error("http://somewhere: nobody answers")
        yield from super().generate(prompt, sampling, adapter)


@pytest.fixture
def sit(play: Play, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sit]:
    """Sit down at the play; the pauses are a tenth of what they are."""
    monkeypatch.setattr(retry, "BACK_OFF", tuple(each / 10 for each in retry.BACK_OFF))
    front_ends: list[PlainFrontEnd] = []

    def seated(backend: Scripted, patient: bool = True) -> PlainFrontEnd:
        front_ends.append(PlainFrontEnd(play, backend, follows=patient))
        return front_ends[-1]

    yield seated
    for front_end in front_ends:
        with suppress(KnownError):
            front_end.table.close()


def test_a_model_that_is_back_after_a_while_draws_without_being_asked_again(sit: Sit) -> None:
    backend = Away(2)
    front_end = sit(backend)
    front_end.do("let_speak", "苏晚")
    assert front_end.table.hand is not None and len(front_end.table.hand.complete) == 3
    first, second, third = backend.asked
    assert second - first >= 0.2 and third - second >= 0.5
    told = [notice.text for notice in front_end.of(happened.Notice)]
    assert all("asked again" in text for text in told) and len(told) == 2
    assert len(front_end.of(happened.DrawEnded)) == 3


def test_after_the_third_time_it_is_left_to_the_person(sit: Sit) -> None:
    backend = Away(99)
    front_end = sit(backend)
    front_end.do("let_speak", "苏晚")
    assert len(backend.asked) == 4
    assert not front_end.table.waiting and front_end.table.hand is None
    backend.times = 0
    front_end.do("retry")
    assert front_end.table.hand is not None


def test_what_does_not_pass_by_itself_is_asked_for_again_by_a_person_alone(sit: Sit) -> None:
    backend = Away(1, KnownError)
    front_end = sit(backend)
    front_end.do("let_speak", "苏晚")
    assert len(backend.asked) == 1 and not front_end.table.waiting
    front_end.do("retry")
    assert front_end.table.hand is not None
    front_end.do("retry")
    assert "nothing failed here" in front_end.errors[-1]


@pytest.mark.parametrize("other", [("stop",), ("undo",), ("go", 1), ("set_aside",)])
def test_whatever_else_is_done_meanwhile_ends_the_waiting(
    sit: Sit, other: tuple[object, ...]
) -> None:
    backend = Away(1)
    front_end = sit(backend)
    front_end.table.say("走吧。")
    front_end.until(lambda: front_end.table.waiting)
    getattr(front_end.table, str(other[0]))(*other[1:])
    assert not front_end.table.waiting
    time.sleep(0.4)
    while not front_end.calls._calls.empty():
        front_end.calls.make()
    assert len(backend.asked) == 1


def test_a_draw_that_found_no_model_begins_when_there_is_one(sit: Sit) -> None:
    front_end = sit(Scripted(LINES))
    backend, front_end.model.backend = front_end.model.backend, None
    front_end.model.problem = "http://somewhere: nobody answers"
    front_end.do("say", "走吧。")
    assert front_end.table.hand is None
    front_end.model.backend, front_end.model.problem = backend, ""
    front_end.do("model_changed")
    assert front_end.table.hand is not None


def test_a_retry_that_was_called_off_on_its_way_never_comes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(retry, "BACK_OFF", (0.01, 60.0))
    on_their_way: list[Callable[[], None]] = []
    again: list[Asked] = []

    def post(call: Callable[[], None]) -> bool:
        on_their_way.append(call)
        return True

    waiting = retry.Retry(post, again.append)
    waiting.by_itself = True
    asked = Asked(Role("苏晚"), None)
    assert waiting.after(asked, PassingError("nobody answers"), alive=False)
    while not on_their_way:
        time.sleep(0.01)
    waiting.cancel()
    monkeypatch.setattr(retry, "BACK_OFF", (60.0,))
    assert waiting.after(asked, PassingError("nobody answers"), alive=False)
    on_their_way[0]()
    assert not again and waiting.pending
    waiting.cancel()
