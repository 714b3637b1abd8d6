"""A screen that has a table's controller: what threads report arrives on its event loop."""

from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass

from textual import on
from textual.message import Message
from textual.screen import Screen

from base.errors import KnownError
from base.messages import _
from scenes.table import controller_events as happened
from scenes.table.controller import Table
from scenes.table.play import Play
from tui.failures import Known
from tui.faults import keep, line_of
from tui.loaded_model import LoadedModel


class ControlledScreen(Screen[None]):
    """Tells the person what a front end is told, but for what stands on the screen itself."""

    @dataclass
    class Due(Message):
        """A call that a thread beside the table has posted."""

        call: Callable[[], None]

    def __init__(self, play: Play, model: LoadedModel) -> None:
        super().__init__()
        self.play = play
        self.model = model
        self.table = Table(play, model, self._post, self.take_event, follows=True)

    def _post(self, call: Callable[[], None]) -> bool:
        return self.post_message(self.Due(call))

    @on(Due)
    def _due(self, event: Due) -> None:
        try:
            event.call()
        except KnownError as error:
            self.tell_error(error)

    def take_event(self, event: happened.TableEvent) -> None:
        """Take what the controller tells."""
        match event:
            case happened.Notice(text):
                self.notify(text, severity="warning", markup=False)
            case happened.DrawEnded(error=Exception() as error):
                self.tell_error(error, 15)
            case happened.KnowledgeOpened(error) if error is not None:
                self.tell_error(error, 15)
            case happened.WarmUpFailed(error) if not isinstance(error, Known):
                keep(error)

    def tell_error(self, error: Exception, seconds: float = 10) -> None:
        self.notify(line_of(error), severity="error", markup=False, timeout=seconds)

    @contextmanager
    def trying(self) -> Generator[None]:
        """Tell the person what could not be done; what was written stays in the composer."""
        try:
            yield
        except Exception as error:
            self.tell_error(error)

    def model_changed(self) -> None:
        """The model is ready, or not to be had."""
        if self.model.problem:
            words = _(
                "No model: nothing can be drawn, but you can write. {problem}",
                problem=self.model.problem,
            )
            self.notify(words, severity="error", markup=False, timeout=15)
        self.table.model_changed()
        self.tell()

    def tell(self) -> None:
        """A hook: the draw or the model has changed."""

    def leave(self) -> None:
        """Stop drawing, keep the candidates and close the session; the widgets may be gone.

        Raises `KnownError` where the candidates cannot be kept.
        """
        self.table.close()
