"""Questions asked of several roles in several ways, side by side: with and without knowledge, the
base beside adapters; the model stays open.
"""

from collections.abc import Generator, Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from typing import Any

from base.errors import KnownError
from base.messages import _
from models.backend import Backend, Progress
from scenes.log import SPOKEN, Entry, parse
from scenes.note import Note
from scenes.scene import Role, Scene
from scenes.steering import steering_of
from scenes.table.draw import CandidateDelta, Done, Ranked, Rejected, draw_lines, line_sampling
from scenes.table.draws import Candidate
from scenes.table.knowledge import notes_of_log
from scenes.table.typed_cue import typed_cue

LONGEST_QUESTION = 4000
"""Characters of a question."""
MOST_QUESTIONS = 10_000


@dataclass(frozen=True)
class Way:
    """One way to have a question answered."""

    adapter: str | None = None
    informed: bool = False
    """Whether what is known may come up."""
    own: bool = False
    """Whether the adapter is asked only for the roles that name it."""

    @property
    def label(self) -> str:
        """What a person calls it."""
        name = self.adapter or _("base")
        return _("{adapter}, with knowledge", adapter=name) if self.informed else name


@dataclass
class Cell:
    """What one role answers to one question one way."""

    question: Entry
    role: Role
    way: Way
    places: dict[int, str] = field(default_factory=dict)
    """What is being drawn, by its place, as it grows."""
    candidates: dict[int, Candidate] = field(default_factory=dict)
    order: tuple[int, ...] = ()
    notes: tuple[Note, ...] = ()
    """What came up of knowledge."""
    done: bool = False
    skipped: str = ""
    """Why nothing is drawn."""
    why: str = ""
    """Why what was refused last is no line."""

    def lines(self, n: int) -> list[str]:
        """The answers so far, the best first where that is known, without the role's name."""
        from scenes.table.lines import body_of

        order = self.order or sorted({*self.places, *self.candidates})
        found = [
            body_of(self.candidates[at].entry) if at in self.candidates else self.places.get(at, "")
            for at in order
        ]
        return [line for line in found if line][:n]


def read_questions(lines: Iterable[str], asker: str) -> list[Entry]:
    """The questions in lines of text: each line one, asked by `asker` where it does not say by whom
    as a log does; `【…】`, and `三国归晋，曰：`, is a situation. Raises `KnownError`."""
    questions: list[Entry] = []
    for number, raw in enumerate(lines, 1):
        line = " ".join(raw.split())
        if not line or line.startswith("#"):
            continue
        if len(line) > LONGEST_QUESTION:
            raise KnownError(
                _("line {n}: longer than {most} characters", n=number, most=LONGEST_QUESTION)
            )
        questions.append(_question(line, asker))
        if len(questions) > MOST_QUESTIONS:
            raise KnownError(
                _("more than {most} questions; ask them in parts", most=MOST_QUESTIONS)
            )
    return questions


def _question(line: str, asker: str) -> Entry:
    cue = typed_cue(line)
    if cue is not None and cue.entries:
        return cue.entries[0]
    bare = line.rstrip("：:")
    if bare != line and bare.endswith("曰"):
        return Entry("narration", bare[:-1].rstrip("，, "))
    entries = parse(line)
    if len(entries) == 1 and entries[0].kind == "narration":
        return entries[0]
    if len(entries) == 1 and entries[0].kind in SPOKEN and entries[0].text:
        return entries[0]
    return Entry("speech", line, asker)


def ways_of(
    scene: Scene, roles: Sequence[Role], adapters: Sequence[str], informed: bool | None = None
) -> list[Way]:
    """All ways to ask: without and with what is known, where there is any; the base, then adapters,
    those of the roles themselves where none are given."""
    knows = bool(scene.knowledge or any(role.knowledge for role in roles))
    flags = (False, True) if informed is None and knows else (bool(informed),)
    own = dict.fromkeys(role.adapter for role in roles if role.adapter)
    names = [*dict.fromkeys(adapters)] or list(own)
    return [
        Way(name, flag, own=name is not None and not adapters)
        for name in (None, *names)
        for flag in flags
    ]


class Asking:
    """Everything that is asked, cell by cell; what has been drawn stays when it is stopped."""

    def __init__(
        self,
        scene: Scene,
        roles: Sequence[Role],
        questions: Sequence[Entry],
        ways: Sequence[Way],
        asked: Mapping[str, Any],
    ) -> None:
        """`scene` says who is told of in each prompt; without a file it is a table of each role
        with whoever asks."""
        self.scene, self.ways = scene, ways
        self.asked = dict(asked)
        self.n = line_sampling(scene, roles[0], self.asked).n
        self.rows = [
            [Cell(question, role, way) for way in ways] for question in questions for role in roles
        ]
        self.problems: list[str] = []

    def run(self, backend: Backend) -> Generator[Cell]:
        """Draw every cell, row by row: each as often as it has changed. Raises `KnownError`."""
        for row in self.rows:
            for cell in row:
                yield from self._drawn(backend, cell, row)

    def _drawn(self, backend: Backend, cell: Cell, row: Sequence[Cell]) -> Generator[Cell]:
        role, way = cell.role, cell.way
        if way.own and role.adapter != way.adapter:
            cell.skipped, cell.done = _("not of this role"), True
            yield cell
            return
        scene = self._scene_of(cell)
        sampling = line_sampling(scene, role, self.asked, backend.name)
        history = [cell.question]
        if way.informed:
            notes, problems = notes_of_log(scene, backend, history, role, sampling.max_tokens)
            self.problems += [one for one in problems if one not in self.problems]
            cell.notes = tuple(notes)
            if not notes and any(one.way == replace(way, informed=False) for one in row):
                cell.skipped, cell.done = _("nothing came up"), True
                yield cell
                return
            history += notes
        updates = draw_lines(
            backend, scene, history, role, sampling, way.adapter, (), "", steering_of(scene)
        )
        with closing(updates):
            for update in updates:
                match update:
                    case CandidateDelta(place, text):
                        cell.places[place] = text
                    case Rejected(place, why, _again):
                        cell.places.pop(place, None)
                        cell.why = why
                    case Done(place, candidate):
                        cell.candidates[place] = candidate
                    case Ranked(order):
                        cell.order = order
                    case Progress():
                        continue
                yield cell
        cell.places.clear()
        cell.done = True
        yield cell

    def _scene_of(self, cell: Cell) -> Scene:
        """The table at which a question is asked: the scene's own, or one for the two."""
        if self.scene.path.name:
            return self.scene
        asker = cell.question.speaker
        cast = [cell.role]
        if asker and asker not in (cell.role.name, *cell.role.aliases):
            cast.append(Role(asker))
        return replace(self.scene, cast=tuple(cast), title=cell.role.name)
