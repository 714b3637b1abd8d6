"""Sessions that ship, to look at: written as logs with candidates, opened as a copy to play on.

A file is a log with a head (`scene:`, `summary:`) and these lines beside the entries:
`|` a candidate that was not taken, `>` the one that was, `=` what it was changed to; `*` a
bookmark; `@` a name for the last turn; `^` back to a turn by its name or bookmark, or so many
moves; `~` the last turn rewritten. An empty line ends a hand.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from base.errors import KnownError
from base.folders import folders, sessions_folder
from base.messages import _
from base.text import shown
from scenes.log import Entry, parse
from scenes.scene import Scene
from scenes.scene_loader import read_scene
from scenes.table.events import Event
from scenes.table.journal import Journal
from scenes.table.session import Candidate, Draw, Session


@dataclass(frozen=True)
class Shown:
    """A session that ships."""

    name: str
    path: Path
    scene: str
    """The name of its scene, which ships too."""
    summary: str


def shipped_sessions() -> list[Shown]:
    """The sessions that come with the program, by name."""
    folder = Path(__file__).parents[1] / "library" / "shown"
    return [shown_at(path) for path in sorted(folder.glob("*.log"))]


def shown_at(path: Path) -> Shown:
    """What the head of a file says."""
    keys = dict(line.split(": ", 1) for line in _lines(path)[1] if ": " in line)
    return Shown(path.stem, path, keys.get("scene", ""), keys.get("summary", ""))


def was_opened(session: Shown, folder: Path | None = None) -> bool:
    """Whether a person has a copy of a session already."""
    return ((folder or sessions_folder()) / f"{session.name}.jsonl").exists()


def open_shipped(session: Shown, folder: Path | None = None) -> Path:
    """The journal of the person's own copy of a session, made where there is none. Raises
    `KnownError`."""
    path = (folder or sessions_folder()) / f"{session.name}.jsonl"
    if path.exists():
        return path
    journal = Journal(path)
    try:
        events: list[Event] = []
        built = build(session, journal.id, events)
        journal.begin_with(events)
        journal.save_log(built)
    finally:
        journal.close()
    return path


def build(session: Shown, id: str, events: list[Event]) -> Session:
    """The session as its file tells it; `events` are what its journal holds. Raises
    `KnownError` with the line that cannot be read."""
    scene = read_scene(folders("scenes")[-1] / f"{session.scene}.yaml")
    now = datetime.now(UTC).isoformat(timespec="seconds")

    def record(event: Event) -> None:
        events.append({**event, "time": now})

    opening = [entry for entry in parse(scene.opening) if entry.kind != "comment"]
    built = Session.start(scene, scene.play_as, opening, id, record)
    telling = _Telling(built, scene)
    for number, line in _body(session.path):
        try:
            telling.take(line)
        except (KnownError, KeyError, ValueError, IndexError) as error:
            raise KnownError(
                _(
                    "{path}:{number}: cannot be told: {line} ({reason})",
                    path=session.path.name,
                    number=number,
                    line=shown(line),
                    reason=str(error),
                )
            ) from error
    telling.take("")
    return built


class _Telling:
    """Tells a session line by line."""

    def __init__(self, session: Session, scene: Scene) -> None:
        self.session, self.scene = session, scene
        self._hand: list[Entry] = []
        self._picked: int | None = None
        self._changed: Entry | None = None
        self._places: dict[str, int] = {}

    def take(self, line: str) -> None:
        sign, rest = line[:1], line[1:].strip()
        if sign in ("|", ">"):
            if self._changed is not None:
                self._deal()
            if sign == ">":
                self._picked = len(self._hand)
            self._hand.append(_entry(rest))
        elif sign == "=" and not line.startswith("=="):
            self._changed = _entry(rest)
        else:
            self._deal()
            self._do(sign, rest, line)

    def _do(self, sign: str, rest: str, line: str) -> None:
        match sign:
            case "":
                pass
            case "*":
                self.session.mark(self._last(), rest)
                self._places[rest] = self._last()
            case "@":
                self._places[rest] = self._last()
            case "^" if rest.isdecimal():
                for __ in range(int(rest)):
                    self.session.undo()
            case "^":
                self.session.go(self._places[rest])
            case "~":
                self.session.edit(self._last(), _entry(rest))
            case _:
                entry = _entry(line)
                plays = entry.speaker == self.session.role or entry.kind == "chapter"
                self.session.say(entry, "player" if plays else "model")

    def _deal(self) -> None:
        """Lay the hand that is told on the table, and take what was picked."""
        hand, picked, changed = self._hand, self._picked, self._changed
        self._hand, self._picked, self._changed = [], None, None
        if not hand:
            return
        speaker = hand[0].speaker or next(r.name for r in self.scene.cast if r.narrator)
        candidates = tuple(map(Candidate, hand))
        draw = self.session.keep(Draw(0, self.session.head, speaker, candidates))
        if picked is not None:
            self.session.pick(draw, picked, changed)

    def _last(self) -> int:
        return self.session.path[-1].id


def _entry(line: str) -> Entry:
    (entry,) = parse(line)
    if entry.kind == "unrecognised":
        raise ValueError(entry.kind)
    return entry


def _body(path: Path) -> Iterator[tuple[int, str]]:
    lines, head = _lines(path)
    yield from enumerate(lines[len(head) :], len(head) + 1)


def _lines(path: Path) -> tuple[list[str], list[str]]:
    """All lines of a file, and those of its head, which an empty line ends."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return lines, lines[: lines.index("") if "" in lines else 0]
