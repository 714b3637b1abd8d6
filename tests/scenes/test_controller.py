"""The controller of a table by itself: what it tells, when it waits, and what goes on beside it."""

import time
from collections.abc import Callable, Generator, Iterator
from contextlib import closing, nullcontext, suppress
from itertools import pairwise
from pathlib import Path

import pytest

from base.errors import KnownError
from models.backend import Delta, Progress, Prompt, Sampling
from models.scripted import Scripted
from scenes.scene import Scene
from scenes.table import controller_events as happened
from scenes.table.background import Background, CallQueue
from scenes.table.command_words import command_help
from scenes.table.commands import COMMANDS
from scenes.table.play import Play
from tests.frontends import PlainFrontEnd

LONG = "雨下了一整夜，谁也没有睡。"


@pytest.fixture
def seated(play: Play) -> Iterator[Callable[..., PlainFrontEnd]]:
    """Sit down at the play with a backend; the table is closed at the end."""
    front_ends: list[PlainFrontEnd] = []

    def sit(backend: Scripted | None, **settings: bool) -> PlainFrontEnd:
        front_ends.append(PlainFrontEnd(play, backend, **settings))
        return front_ends[-1]

    yield sit
    for front_end in front_ends:
        with suppress(KnownError):
            front_end.table.close()


def test_a_draw_is_told_from_its_first_sign_of_life_to_its_end(
    seated: Callable[..., PlainFrontEnd],
) -> None:
    front_end = seated(Scripted(["甲。", "乙。", "丙。"], batch=40))
    front_end.do("let_speak", "晚晚")
    kinds = [type(event).__name__ for event in front_end.events]
    assert kinds[:3] == ["NextChanged", "HandOpened", "PromptRead"]
    assert kinds[-1] == "DrawEnded"
    read = front_end.of(happened.PromptRead)
    assert len(read) > 1
    assert all(one.done < next_one.done for one, next_one in pairwise(read))
    assert read[-1].done == read[-1].total
    assert not any(one.ahead for one in read)


def test_the_whole_prompt_is_read_ahead_and_the_first_draw_reads_nothing_again(
    seated: Callable[..., PlainFrontEnd], play: Play
) -> None:
    play.say("\n".join([LONG] * 60))
    backend = Scripted(["甲。", "乙。", "丙。"], batch=100)
    front_end = seated(backend, given=False)
    read = front_end.of(happened.PromptRead)
    front_end.until(lambda: (read := front_end.of(happened.PromptRead)) and _is_whole(read[-1]))
    read = front_end.of(happened.PromptRead)
    assert read[-1].total > 700
    assert len(read) > 5
    assert all(one.ahead for one in read)
    assert backend.prompts == []
    assert play.next is not None
    front_end.do("go_on")
    assert backend.prompts == backend.prefilled
    hand = front_end.table.hand
    assert hand is not None
    assert hand.cost is not None
    assert hand.cost.cached_tokens == hand.cost.prompt_tokens


def _is_whole(read: happened.PromptRead) -> bool:
    return read.done == read.total


def test_a_draw_stops_reading_ahead_and_loses_nothing_of_what_was_read(
    seated: Callable[..., PlainFrontEnd], play: Play
) -> None:
    play.say("\n".join([LONG] * 60))
    backend = Scripted(["甲。", "乙。", "丙。"], batch=20, batch_delay=0.02)
    front_end = seated(backend, given=False)
    front_end.until(lambda: len(front_end.of(happened.PromptRead)) >= 5)
    ahead = front_end.of(happened.PromptRead)[-1]
    front_end.do("go_on")
    hand = front_end.table.hand
    assert hand is not None
    assert hand.cost is not None
    assert ahead.done < ahead.total
    assert ahead.done <= hand.cost.cached_tokens < hand.cost.prompt_tokens
    assert len(hand.complete) == 3


class Unreadable(Scripted):
    """A model that cannot read ahead."""

    def prefill(self, prompt: Prompt, adapter: str | None = None) -> Generator[Progress]:
        raise KnownError("scripted: no answer")
        yield


def test_what_cannot_be_read_ahead_is_no_harm_to_the_draw(
    seated: Callable[..., PlainFrontEnd],
) -> None:
    front_end = seated(Unreadable(["甲。", "乙。", "丙。"]), given=False)
    front_end.until(lambda: front_end.of(happened.WarmUpFailed))
    front_end.do("let_speak", "苏晚")
    assert front_end.table.hand is not None
    assert [ended.error for ended in front_end.of(happened.DrawEnded)] == [None]


def test_a_draw_waits_for_the_model_and_begins_when_it_is_there(
    seated: Callable[..., PlainFrontEnd],
) -> None:
    front_end = seated(None)
    front_end.do("enter", "晚晚，走吧。")
    assert front_end.of(happened.DrawWaits) == [happened.DrawWaits("model")]
    assert front_end.table.waiting
    front_end.model.backend, front_end.model.loading = Scripted(["甲。", "乙。", "丙。"]), False
    front_end.do("model_changed")
    assert front_end.table.hand is not None
    assert len(front_end.table.hand.complete) == 3


def test_a_model_that_is_not_to_be_had_ends_the_waiting_and_says_why_at_the_next_draw(
    seated: Callable[..., PlainFrontEnd],
) -> None:
    front_end = seated(None)
    front_end.do("enter", "晚晚，走吧。")
    front_end.model.loading, front_end.model.problem = False, "no such model"
    front_end.do("model_changed")
    assert not front_end.table.waiting
    front_end.do("enter", "晚晚？")
    (ended,) = front_end.of(happened.DrawEnded)
    assert str(ended.error) == "no such model"


class Reading(Scripted):
    """A model that reads a prompt for ever, with signs of life."""

    ended = False

    def generate(
        self, prompt: Prompt, sampling: Sampling, adapter: str | None = None
    ) -> Generator[Delta | Progress]:
        try:
            while True:
                yield Progress(1, 1000)
        finally:
            self.ended = True


def test_a_model_that_never_pauses_lets_the_front_end_do_other_things() -> None:
    running, taken = True, []

    def numbers() -> Generator[int]:
        while running and time.monotonic() < end:
            time.sleep(0.0001)
            yield len(taken)

    def slowly(number: object) -> None:
        taken.append(number)
        time.sleep(0.002)

    end, calls = time.monotonic() + 3, CallQueue()
    background = Background(numbers(), nullcontext(), calls.post, slowly, slowly)
    background.start("numbers")
    while not taken:
        calls.make()
    assert time.monotonic() < end, "the first call took all that ever came"
    background.cancel()
    running = False


def test_a_draw_is_stopped_while_the_prompt_is_still_being_read(
    seated: Callable[..., PlainFrontEnd],
) -> None:
    backend = Reading()
    front_end = seated(backend)
    front_end.table.let_speak("苏晚")
    front_end.until(lambda: front_end.of(happened.PromptRead))
    front_end.do("stop")
    (ended,) = front_end.of(happened.DrawEnded)
    assert ended.stopped
    assert front_end.table.hand is None
    front_end.until(lambda: backend.ended)


def test_stopping_keeps_what_is_complete_and_nothing_arrives_afterwards(
    seated: Callable[..., PlainFrontEnd],
) -> None:
    front_end = seated(Scripted(["甲。", "很长的一句话，" * 5, "很长的一句话，" * 5], delay=0.01))
    front_end.table.let_speak("苏晚")
    front_end.until(lambda: front_end.table.hand and front_end.table.hand.complete)
    front_end.do("stop")
    told = len(front_end.events)
    for __ in range(5):
        front_end.calls.make(0.05)
    assert len(front_end.events) == told
    front_end.do("pick", 1)
    assert front_end.table.play.session.path[-1].entry.text == "甲。"


def test_closing_while_drawing_keeps_complete_candidates(play: Play) -> None:
    front_end = PlainFrontEnd(play, Scripted(["甲。", "很长的一句话，" * 9], delay=0.01))
    front_end.table.let_speak("苏晚")
    front_end.until(lambda: front_end.table.hand and front_end.table.hand.complete)
    front_end.table.close()
    with closing(Play.resume(play.journal.path)) as resumed:
        (draw,) = resumed.session.draws.values()
    assert [candidate.entry.text for candidate in draw.candidates] == ["甲。"]


def test_speaking_while_candidates_are_drawn_keeps_those_that_are_complete(
    seated: Callable[..., PlainFrontEnd], play: Play
) -> None:
    front_end = seated(Scripted(["甲。", "很长的一句话，" * 5, "很长的一句话，" * 5], delay=0.01))
    front_end.table.let_speak("苏晚")
    front_end.until(lambda: front_end.table.hand and front_end.table.hand.complete)
    front_end.do("enter", "【灯灭了】")
    first = play.session.draws[1]
    assert [candidate.entry.text for candidate in first.candidates] == ["甲。"]


def test_what_is_refused_leaves_the_candidates_on_the_table(
    seated: Callable[..., PlainFrontEnd],
) -> None:
    front_end = seated(Scripted(["甲。", "乙。", "丙。"]))
    front_end.do("let_speak", "苏晚")
    hand = front_end.table.hand
    refused = ("（）", "/nix", "/go 99", "/edit 99 x", "/next 谁", "/redo", "/undo")
    for typed in refused:
        front_end.do("enter", typed)
    assert len(front_end.errors) == len(refused)
    assert front_end.table.hand is hand


class Panic(BaseException):
    """What a library in Rust raises: no `Exception`."""


class Panicking(Scripted):
    """A model whose library panics."""

    def generate(
        self, prompt: Prompt, sampling: Sampling, adapter: str | None = None
    ) -> Generator[Delta | Progress]:
        raise Panic("out of range")
        yield


def test_a_draw_that_panics_ends_like_any_that_fails(
    seated: Callable[..., PlainFrontEnd],
) -> None:
    front_end = seated(Panicking())
    front_end.table.let_speak("苏晚")
    front_end.until(lambda: front_end.of(happened.DrawEnded))
    (ended,) = front_end.of(happened.DrawEnded)
    assert "out of range" in str(ended.error)
    assert not front_end.table.drawing and front_end.table.hand is None


class Halting(Scripted):
    """A model that is silent at its later draws until they are stopped."""

    def generate(
        self, prompt: Prompt, sampling: Sampling, adapter: str | None = None
    ) -> Generator[Delta | Progress]:
        if not self.prompts:
            yield from super().generate(prompt, sampling, adapter)
            return
        while True:
            yield Progress(1, 2)
            time.sleep(0.01)


def test_what_lay_there_before_a_redraw_comes_back_also_behind_a_second_one(
    seated: Callable[..., PlainFrontEnd],
) -> None:
    front_end = seated(Halting(["甲。", "乙。", "丙。"]))
    front_end.do("let_speak", "苏晚")
    first = front_end.table.hand
    assert first is not None and first.complete
    front_end.table.redraw()
    front_end.table.redraw()
    front_end.do("stop")
    assert front_end.table.hand is first
    assert front_end.of(happened.HandOpened)[-1].hand is first


def test_the_seeds_of_a_script_are_the_same_each_time(scene: Scene, tmp_path: Path) -> None:
    seeds = []
    for number in range(2):
        backend = Scripted()
        play = Play.start(scene, "林默", tmp_path / str(number))
        play.asked = {"seed": 2**32 - 1}
        front_end = PlainFrontEnd(play, backend)
        for step in (("let_speak", "苏晚"), ("redraw",), ("more",), ("undo",), ("redraw",)):
            front_end.do(*step)
        front_end.table.close()
        seeds.append([asked.seed for asked in backend.samplings])
    assert seeds[0] == seeds[1]
    assert len(set(seeds[0])) == len(seeds[0])
    assert all(seed is not None and 0 <= seed < 2**32 + 104729 * 9 for seed in seeds[0])


def test_an_emotion_that_the_scene_lacks_is_refused_and_nothing_is_said(
    seated: Callable[..., PlainFrontEnd],
) -> None:
    front_end = seated(Scripted())
    turns = len(front_end.table.play.session.turns)
    front_end.do("enter", "哼。 \\emoji 微微怒")
    (error,) = front_end.errors
    assert "\\emoji 微微怒 is not in this scene's list; did you mean 微怒?" in error
    assert len(front_end.table.play.session.turns) == turns


def test_every_command_says_how_it_is_written_and_what_it_does() -> None:
    assert len(command_help()) == len(COMMANDS)
    for name, (form, help) in zip(COMMANDS, command_help(), strict=True):
        assert form.split()[0] == f"/{name}"
        assert help
