"""Line by line: a table that plays by itself, another model, and a server that is asked again."""

from collections.abc import Callable
from dataclasses import replace
from time import monotonic
from typing import TYPE_CHECKING

from base.errors import KnownError, PassingError
from base.messages import _
from scenes.table import controller_events as happened
from scenes.table.watching import Watching
from tui.any_key import any_key
from tui.faults import line_of
from tui.line_turns import show_hand
from tui.loaded_model import FIRST_AGAIN_S, LAST_AGAIN_S, wanted
from tui.model_options import Choice, Loading, find_model, model_name
from tui.output import word
from tui.strangers import answer_for, question_about, strange_host
from tui.summariser import settle_memory

if TYPE_CHECKING:
    from scenes.scene import Scene
    from tui.line import LineTable

MOST_CALLS = 8
"""Calls from beside the table that are made between two lines."""


class LineFloor:
    """What the line mode does of that; it calls for what is due between the lines."""

    def __init__(self, line: "LineTable", choice: Choice) -> None:
        self.line, self.choice = line, choice
        pace = choice.pace if line.terminal or choice.pace is not None else 0.0
        self.watching = Watching(line.table, self._later, word, pace, words=line_of)
        self.watching.waits = self.choice.waits
        self.watched = False
        """Whether the table played by itself when what is being told happened."""
        self._calls: list[tuple[float, Callable[[], None]]] = []
        self._passing = False
        self._again_at = 0.0
        self._pause = FIRST_AGAIN_S

    def begin(self) -> None:
        """Play by itself from the beginning, if that was asked for, and so many turns were said or
        somebody can stop it."""
        if self.choice.auto or (self.choice.watch and self.line.terminal):
            self._watch(self.choice.auto or None)

    def heard(self, event: happened.TableEvent) -> None:
        """Do what only a front end can."""
        self.watched = self.watching.on
        self.watching.heard(event)
        match event:
            case happened.WatchAsked(turns):
                self._watch(turns)
            case happened.ModelAsked(retry=True):
                self.retry()
            case happened.ModelAsked(name):
                self._use_model(name)
            case happened.AdapterAsked() as asked:
                self._use_adapter(asked)

    # --- playing by itself ---

    def _later(self, seconds: float, call: Callable[[], None]) -> None:
        self._calls.append((monotonic() + seconds, call))

    def _watch(self, turns: int | None) -> None:
        self.watching.begin(turns)
        if self.line.terminal:
            word(_("playing by itself; any key stops it"))

    def play(self) -> None:
        """Play by itself until somebody steps in."""
        if not self.watching.on:
            return
        try:
            with any_key(self.line.terminal) as pressed:
                while self.watching.on and not pressed():
                    self._go_on()
        except KeyboardInterrupt:
            if not self.line.terminal:
                raise
        self._over()

    def _go_on(self) -> None:
        """What is due, and what has come from beside the table."""
        if self.line.model.loading:
            self.line.load()
            if self.line.model.problem:
                self.watching.stop()
                return
        self._call_due()
        self.line.calls.make(0.05)

    def _over(self) -> None:
        """Somebody has stepped in: what is complete of a draw lies before them."""
        if self.watching.stop():
            self.line.table.stop()
            word(_("over to you; /watch goes on by itself"))
            show_hand(self.line.table)

    def _call_due(self) -> None:
        now = monotonic()
        due = [call for at, call in self._calls if at <= now]
        self._calls = [(at, call) for at, call in self._calls if at > now]
        for call in due:
            call()

    # --- while nobody wants anything ---

    def settle_memory(self) -> None:
        """Who sums up; in a pipe nobody does by itself, since what comes of it depends on time."""
        settle_memory(self.line.play, self.choice)
        self.line.play.sums_up &= self.line.terminal

    def idle(self) -> None:
        """A line is waited for: what went on meanwhile is told, and what is due is summed up."""
        if self.line.play.sums_up:
            self._hear()
            self.line.table.idle()

    def _hear(self) -> None:
        """Take what has come from beside the table."""
        for __ in range(MOST_CALLS):
            self.line.calls.make(0)

    # --- the model ---

    def opened(self) -> None:
        """The model is there: the next time that it is away begins anew."""
        self._passing, self._pause = False, FIRST_AGAIN_S

    def failed(self, error: Exception) -> None:
        """The model could not be opened; one that is away is asked again before a later line."""
        self._passing = isinstance(error, PassingError)
        if self._passing:
            self._again_at = monotonic() + self._pause
            self._pause = min(LAST_AGAIN_S, 2 * self._pause)
            word(_("it is asked again by itself; /retry asks at once"))

    def before_a_line(self) -> None:
        """Ask a server again that was away, beside what is done next; nothing is summed up now."""
        self._hear()
        self.line.table.disturbed()
        if self._passing and self.line.model.problem and monotonic() >= self._again_at:
            self._open_again()

    def retry(self) -> None:
        """Try once more to open the model that was not to be had."""
        model = self.line.model
        if model.backend is not None:
            raise KnownError(_("{name} is there", name=model.backend.name))
        if not model.loading:
            self._open_again()
        word(_("loading the model…"))
        self.line.load()
        if model.backend is not None:
            word(_("{name} is there", name=model.backend.name))

    def _open_again(self) -> None:
        scene = self.line.play.scene
        allow_stranger(self.choice, scene, self.line.terminal)
        self.line.loading.close()
        self.line.loading = Loading(self.choice, scene)
        self.line.model.loading, self.line.model.problem = True, ""

    def _use_model(self, name: str) -> None:
        if not name:
            now = self.line.model.backend.name if self.line.model.backend else _("no model")
            raise KnownError(_("now {model} plays; /model NAME exchanges it", model=now))
        self._use(replace(self.choice, model=name, adapters={}))

    def _use_adapter(self, asked: happened.AdapterAsked) -> None:
        from tui.adapter_choice import adapters_told, check_adapter

        if not asked.role:
            word(adapters_told(self.line.play.scene))
            return
        if asked.adapter is not None:
            check_adapter(self.choice, self.line.play.scene, asked.adapter)
        before = wanted(self.choice, self.line.play.scene)
        self.line.table.use_adapter(asked.role, asked.adapter)
        self._use(self.choice, before)

    def _use(self, choice: Choice, before: str | None = None) -> None:
        """Open another model, or the same with other adapters; should that fail, the one before
        stays. Raises `KnownError`."""
        scene, line = self.line.play.scene, self.line
        find_model(choice, scene)
        before = before or wanted(self.choice, scene)
        if wanted(choice, scene) == before and line.model.backend is not None:
            return
        word(_("loading the model…"))
        old, old_choice = line.loading, self.choice
        if closed := not self._both_fit(choice):
            old.close()
        loading = Loading(choice, scene)
        try:
            backend = loading.backend()
        except KeyboardInterrupt:
            loading.close()
            raise
        except Exception as error:
            self._keep(old_choice, closed)
            now = line.model.backend
            stays = now.name if now is not None else model_name(old_choice, scene)
            raise KnownError(
                _("{problem}; {name} stays", problem=line_of(error), name=stays)
            ) from error
        if not closed:
            old.close()
        line.loading, self.choice = loading, choice
        line.model.backend, line.model.loading, line.model.problem = backend, False, ""
        self.settle_memory()
        word(_("{name} speaks from now on", name=backend.name))
        line.table.model_changed()

    def _keep(self, choice: Choice, closed: bool) -> None:
        """The model of before stays; where it had to be closed, it is opened again."""
        if closed:
            self.line.loading = Loading(choice, self.line.play.scene)
            self.line.model.backend, self.line.model.loading = None, True
            self.line.load()

    def _both_fit(self, choice: Choice) -> bool:
        from tui.model_list import both_fit

        scene = self.line.play.scene
        return both_fit(model_name(self.choice, scene), model_name(choice, scene))


def allow_stranger(choice: Choice, scene: "Scene", terminal: bool) -> None:
    """Ask once whether a server may be asked that only the scene names, where somebody can say."""
    host = strange_host(choice, scene)
    if host is None or not terminal:
        return
    word(question_about(host, scene))
    try:
        answer = input("y/n: ").strip().casefold()
    except (EOFError, KeyboardInterrupt):
        return
    if problem := answer_for(host, answer in ("y", "yes", "是", "好")):
        word(problem)
