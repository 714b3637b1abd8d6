"""Sums up what is about to leave the model's reading, in a thread, while nobody wants anything."""

from collections.abc import Callable, Generator
from dataclasses import dataclass

from base.messages import _
from models.backend import Backend, Progress
from scenes.memory.asking import Refused, SummedUp, summary_of
from scenes.memory.stretches import Line, Stretch, Told, due, merged
from scenes.prompt import history_budget, prime
from scenes.recall import Recap, recap_head, recap_line
from scenes.scene import Scene
from scenes.table import controller_events as happened
from scenes.table.background import Background
from scenes.table.beside import Beside
from scenes.table.draw import line_sampling
from scenes.table.session import Session


@dataclass(frozen=True)
class Begun:
    """A stretch is being summed up."""

    stretch: Stretch


Step = Progress | Begun | Refused | SummedUp


class SummingUp:
    """Writes the summaries of one play, one at a time; whatever is wanted comes before."""

    def __init__(self, beside: Beside, done: Callable[[], None]) -> None:
        """`done` is called when a summary was written, as the model has read another thing."""
        self.beside, self._done = beside, done
        self.play, self.model = beside.play, beside.model
        self._work: Background[Step] | None = None
        self._given_up: set[tuple[int, int]] = set()
        """Stretches of which no candidate was a summary."""
        self._stretch: Stretch | None = None
        self._why = ""
        self._failed = False
        """Whether the model could not do it, so that it is not asked by itself again."""
        self._own: Backend | None = None
        """The model that sums up, where it is not the one that plays."""

    @property
    def going_on(self) -> bool:
        return self._work is not None

    def begin(self, stretch: Stretch | None = None) -> bool:
        """Sum up what is due, or a stretch that was asked for; whether that could begin."""
        backend = self.model.backend
        if self._work is not None or backend is None or (self._failed and stretch is None):
            return False
        told, scene = told_of(self.play.session), self.play.scene
        if not told.lines:
            return False
        roles = [role for role in scene.cast if role.name != self.play.session.role]
        reply = line_sampling(scene, (roles or list(scene.cast))[0], self.play.wanted).max_tokens
        self._why, self._stretch = "", None
        steps = self._steps(backend, scene, told, reply, stretch)
        self._work = self.beside.begin("sum up", steps, self._take, self._ended)
        return True

    def stop(self) -> None:
        """Leave off; nothing of what was begun is kept."""
        if self._work is not None:
            self._work.cancel()
            self._work = None

    def close(self) -> None:
        self.stop()
        if self._own is not None:
            with self.model.busy:  # what was stopped may still be at work
                self._own.close()
            self._own = None

    def _steps(
        self, backend: Backend, scene: Scene, told: Told, reply: int, asked: Stretch | None
    ) -> Generator[Step]:
        prime(backend, scene, [line.entry for line in told.lines])
        budget = history_budget(scene, backend.context, reply, backend.count)
        room = int(scene.memory.share * budget)
        stretch = asked or self._next(backend, told, budget, room)
        if stretch is None:
            return
        yield Begun(stretch)
        yield from summary_of(self._writer(backend), scene, stretch, room)

    def _next(self, backend: Backend, told: Told, budget: int, room: int) -> Stretch | None:
        """What is to be summed up now: what leaves the reading next, else what takes too much."""
        for stretch in (
            due(told, budget, backend.count),
            merged(told, room, lambda text: backend.count(recap_line(text))),
        ):
            if stretch is not None and (stretch.first, stretch.last) not in self._given_up:
                return stretch
        return None

    def _writer(self, backend: Backend) -> Backend:
        """The model that sums up: the one that is named for it, opened once, or that plays."""
        if self.play.open_summariser is None:
            return backend
        if self._own is None:
            self._own = self.play.open_summariser()
        return self._own

    def _take(self, step: Step) -> None:
        match step:
            case Begun(stretch):
                self._stretch = stretch
            case Refused(why=why):
                self._why = why
            case SummedUp(stretch, text, model):
                self._stretch = None
                self.play.session.sum_up(stretch.first, stretch.last, text, model)
                self.beside.emit(happened.MemoryChanged("written"))

    def _ended(self, error: Exception | None) -> None:
        self._work = None
        self._failed = error is not None
        if error is not None:
            self.beside.emit(happened.Notice(_("nothing was summed up: {problem}", problem=error)))
        elif self._stretch is not None:
            self._given_up.add((self._stretch.first, self._stretch.last))
            words = _(
                "no summary was written, the last attempt {why}; /summary TEXT writes one by hand",
                why=self._why,
            )
            self.beside.emit(happened.Notice(words))
        if error is None:
            self._done()


def told_of(session: Session) -> Told:
    """The branch where the play stands, as a model reads it, and what of it has been summed up."""
    path = session.path
    lines = [
        Line(entry, turn.id if turn is not None else None)
        for entry, turn in session.remembered(path)
    ]
    head = recap_head(session.scene.language)
    covered = [
        (one.start, one.end, Recap("comment", head + one.summary.text, number=one.summary.number))
        for one in session.memory.standing(session.turns, path)
    ]
    return Told(lines, sum(turn.by == "opening" for turn in path), covered)
