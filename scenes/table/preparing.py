"""What is done before a draw: what may be told is opened, what was said is read ahead."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from base.errors import KnownError
from models.backend import Progress
from scenes.table import controller_events as happened
from scenes.table.background import Background
from scenes.table.beside import Beside
from scenes.table.summing import SummingUp

if TYPE_CHECKING:
    from characters.knowledge import Shelf


class Preparing:
    """Gets a table ready to draw, in threads beside it."""

    def __init__(self, beside: Beside, ready: Callable[[], None]) -> None:
        """`ready` is called as soon as what may be told is open."""
        self.beside, self._ready = beside, ready
        self.play, self.model = beside.play, beside.model
        self.opening = self.play.knowledge.is_slow(self.play.session.role)
        """Whether what may be told has still to be opened."""
        self._knowledge: Background[Shelf] | None = None
        self._warm_up: Background[Progress] | None = None
        self.summing = SummingUp(beside, self._summed_up)

    def open_knowledge(self) -> bool:
        """Open what may be told beside the table, after the model that speaks; whether that is
        still to be waited for."""
        if self.opening and self._knowledge is None:
            self._knowledge = self.beside.begin(
                "open knowledge",
                self.play.opening_knowledge(),
                self.play.use_knowledge,
                self._knowledge_ended,
                lambda shelf: shelf.close(),
            )
        return self.opening

    def read_ahead(self) -> None:
        """Have the model read what has been said while the person does, so that the first draw
        costs no more than the new lines."""
        backend, speaker = self.model.backend, self.play.next
        if backend is None or speaker is None:
            return
        try:
            progress = self.play.warming(backend, speaker)
        except KnownError as error:
            self.beside.emit(happened.WarmUpFailed(error))
            return
        self._warm_up = self.beside.begin("read ahead", progress, self._ahead, self._ahead_ended)

    def stop_reading(self) -> None:
        if self._warm_up is not None:
            self._warm_up.cancel()
        self.summing.stop()

    def close(self) -> None:
        self.stop_reading()
        self.summing.close()
        if self._knowledge is not None:
            self._knowledge.cancel()

    def _summed_up(self) -> None:
        """The model has read another thing: it reads the play again."""
        if not self.model.given:
            self.read_ahead()

    def _ahead(self, read: Progress) -> None:
        self.beside.emit(happened.PromptRead(read.done, read.total, ahead=True))

    def _ahead_ended(self, error: Exception | None) -> None:
        self._warm_up = None
        if error is not None:
            self.beside.emit(happened.WarmUpFailed(error))

    def _knowledge_ended(self, error: Exception | None) -> None:
        self.opening = False
        self.beside.emit(happened.KnowledgeOpened(error))
        self._ready()
