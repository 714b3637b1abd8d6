"""The same script at the same table through each front end: the journals that come of it.

A step is an intention and what it is given, such as `("pick", 2)`; `enter` is whatever a person
types and sends.
"""

import io
import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

import pytest
from textual.pilot import Pilot

from base.errors import KnownError
from models.backend import Backend
from scenes.table import controller_events as happened
from scenes.table.background import CallQueue
from scenes.table.controller import Table
from scenes.table.play import Play
from tests.tui.tables import at, until
from tui.app import PaotuanApp
from tui.line import LineTable
from tui.loaded_model import LoadedModel
from tui.model_options import Choice
from tui.widgets.composer import Composer
from tui.widgets.tray import Tray

Step = tuple[Any, ...]
FRONT_ENDS = ("plain", "line", "screen")
KEYS = {"redraw": "r", "more": "m", "undo": "ctrl+z", "redo": "ctrl+y", "stop": "escape"}
TRAY = ("redraw", "more", "edit")
"""What the candidates' letters do."""
TYPED = {"redraw": "r", "more": "m", "undo": "/undo", "redo": "/redo"}


@dataclass
class Played:
    """What came of a script."""

    events: list[dict[str, Any]]
    told: str
    status: int = 0

    @property
    def said(self) -> list[str]:
        """The texts of all turns after the opening, in the order in which they were said."""
        added = [event for event in self.events if event["event"] == "turns"]
        return [turn["entry"]["text"] for event in added for turn in event["turns"]]

    @property
    def draws(self) -> list[dict[str, Any]]:
        return [event for event in self.events if event["event"] == "draw"]


class PlainFrontEnd:
    """The least front end there can be: it does each step, and remembers what it is told."""

    def __init__(
        self, play: Play, backend: Backend | None, follows: bool = False, given: bool = True
    ) -> None:
        """A model that is not `given` reads ahead; without one, it is being loaded."""
        self.model = LoadedModel(backend, given=given, loading=backend is None)
        self.calls = CallQueue()
        self.events: list[happened.TableEvent] = []
        self.table = Table(play, self.model, self.calls.post, self.events.append, follows)
        self.errors: list[str] = []
        self.table.model_changed()

    def do(self, intention: str, *given: Any) -> None:
        """One step, and all that it sets off."""
        try:
            getattr(self.table, intention)(*given)
        except KnownError as error:
            self.errors.append(str(error))
        self.wait()

    def wait(self) -> None:
        while self.table.drawing or (self.table.waiting and not self.model.loading):
            self.calls.make()

    def until(self, true: Callable[[], object]) -> None:
        """Make calls until `true`, for at most thirty seconds."""
        end = monotonic() + 30
        while not true():
            assert monotonic() < end, "it did not come to that"
            self.calls.make()

    def of(self, kind: type[Any]) -> list[Any]:
        """What was told of one kind."""
        return [event for event in self.events if isinstance(event, kind)]


@dataclass
class Ready:
    """A model that is there at once."""

    model: Backend
    done: bool = True
    better: list[str] | None = field(default=None)

    def backend(self) -> Backend:
        return self.model


async def played(front_end: str, play: Play, backend: Backend, steps: Sequence[Step]) -> Played:
    """Do the steps through a front end, and close the play."""
    path = play.journal.path
    if front_end == "screen":
        told, status = await _on_screen(play, backend, steps), 0
    elif front_end == "line":
        told, status = _by_line(play, backend, steps)
    else:
        told, status = _plainly(play, backend, steps), 0
    lines = path.read_text("utf-8").splitlines()
    return Played([_without_ids(json.loads(line)) for line in lines], told, status)


def _without_ids(event: dict[str, Any]) -> dict[str, Any]:
    return {key: one for key, one in event.items() if key not in ("time", "check", "session")}


def _plainly(play: Play, backend: Backend, steps: Sequence[Step]) -> str:
    front_end = PlainFrontEnd(play, backend)
    for step in steps:
        front_end.do(*step)
    front_end.table.close()
    notices = [notice.text for notice in front_end.of(happened.Notice)]
    failures = [str(ended.error) for ended in front_end.of(happened.DrawEnded)]
    return "\n".join(front_end.errors + notices + failures)


def _typed(intention: str, *given: Any) -> str:
    match intention:
        case "enter":
            return str(given[0])
        case "pick" if len(given) == 2:
            return f"e {given[0]} {given[1]}"
        case "pick":
            return str(given[0])
        case _:
            return TYPED[intention]


def _by_line(play: Play, backend: Backend, steps: Sequence[Step]) -> tuple[str, int]:
    typed = "".join(f"{_typed(*step)}\n" for step in steps)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(typed.encode()), "utf-8"))
        patched.setattr(sys, "stderr", told := io.StringIO())
        status = LineTable(play, Ready(backend), False).run()  # type: ignore[arg-type]
    return told.getvalue(), status


async def _on_screen(play: Play, backend: Backend, steps: Sequence[Step]) -> str:
    app = PaotuanApp(play, Choice(asked=dict(play.asked)), backend)
    async with app.run_test(size=(100, 40), notifications=True) as pilot:
        told: list[str] = []
        notify = app.notify

        def heard(message: str, **settings: Any) -> None:
            told.append(message)
            notify(message, **settings)

        app.notify = heard  # type: ignore[method-assign, assignment]
        for step in steps:
            await _press(pilot, *step)
            await pilot.pause()
            await until(pilot, lambda: not (at(pilot).table.drawing or at(pilot).table.waiting))
            await pilot.pause()
        await pilot.press("ctrl+q")
    return "\n".join(told)


async def _press(pilot: Pilot[None], intention: str, *given: Any) -> None:
    composer = pilot.app.screen.query_one(Composer)
    if intention in TRAY and composer.mode == "text":
        await pilot.press("down")  # which gives the keys to the candidates
    elif intention == "enter" and composer.mode != "text":
        await pilot.press("x", "backspace")  # as typing gives them back
    match intention:
        case "enter":
            composer.insert(given[0])
            await pilot.pause()
            await pilot.press("enter")
        case "pick" if len(given) == 2:
            if composer.mode == "text":
                await pilot.press("down")
            tray = pilot.app.screen.query_one(Tray)
            await pilot.press(*["right"] * (given[0] - 1 - tray.lit), "e")
            composer.write(given[1])
            await pilot.press("enter")
        case "pick":
            await pilot.press(str(given[0]))
        case _:
            await pilot.press(KEYS[intention])
    if composer.text and intention in ("enter", "pick"):
        composer.clear()  # what was refused stays there to be mended
