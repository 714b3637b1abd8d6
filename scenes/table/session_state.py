"""What a session is so far: its tree of turns, its draws and knowledge, and what models read. Pure.

It changes by events alone (`scenes.table.event_effects`), and knows neither who made them nor where
they are kept.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from characters.sheets.values import Sheet
from scenes.dice.roll import Roll
from scenes.log import Entry
from scenes.note import Note
from scenes.recall import Fact, OpeningEnd, Recap, recap_head
from scenes.scene import Scene
from scenes.table.draws import Draws
from scenes.table.memory_state import MemoryState, Standing
from scenes.table.moves import Moves, Place
from scenes.table.presence import FloorState
from scenes.table.sheets import SceneSkills, SheetChange, Sheets, start_of
from scenes.table.tuning import TuningState
from scenes.table.turn_tree import Turn, TurnTree
from scenes.turns import Floor


@dataclass(frozen=True)
class Notes:
    """Knowledge written after the turn `after`, for turns from the id `since` on: what was said
    there before was said without it."""

    after: int | None
    since: int
    notes: tuple[Note, ...]


class SessionState(TurnTree):
    """Holds the turns, every draw, and what was told.

    `damage` is what a person should know of a journal that was damaged, a line each; `marks` are
    the bookmarks, by turn, some without a name.
    """

    def __init__(self) -> None:
        super().__init__()
        self.id = ""
        self.damage: tuple[str, ...] = ()
        self.scene: Scene
        self.role: str | None = None
        self.draws = Draws()
        self.notes: dict[int | None, list[Notes]] = {}
        self.seats = FloorState()
        self.tuning = TuningState()
        self.memory = MemoryState()
        self.sheets = Sheets(lambda role: start_of(self.scene, role))
        self.rolls: dict[int, Roll] = {}
        self.marks: dict[int, str] = {}
        self._moves = Moves()

    # --- what models read ---

    @property
    def history(self) -> list[Entry]:
        """What a model reads where the play stands: `entries`, with the notes among them, and the
        marks of `scenes.recall`, which are no lines."""
        return self._read(self._path, None)

    def history_at(self, place: int | None) -> list[Entry]:
        """What a model reads for a line after the turn `place`, wherever the play stands."""
        return self.history if place == self.head else self._read(self.path_to(place), None)

    def history_before(self, turn: int) -> list[Entry]:
        """What a model read, or would have read, for that turn."""
        return self._read(self.path_to(self.turns[turn].parent), turn)

    def _read(self, path: Sequence[Turn], then: int | None) -> list[Entry]:
        if self.memory:
            return [entry for entry, __ in self.remembered(path, then)]
        read: list[Entry] = list(self.notes_after(None, path[0].id if path else then))
        noted = self.notes.keys()
        start = 0
        for end in [at for at, turn in enumerate(path, 1) if turn.id in noted or self.sheets]:
            read += [turn.entry for turn in path[start:end]]
            read += self.notes_after(path[end - 1].id, path[end].id if end < len(path) else then)
            start = end
        return read + [turn.entry for turn in path[start:]]

    def remembered(
        self, path: Sequence[Turn], then: int | None = None
    ) -> Iterator[tuple[Entry, Turn | None]]:
        """What a model reads on a branch, for the turn `then` or a new one, each entry with the
        turn that it is; `None` for notes and marks."""
        marks, gone = self._marks_on(path, then), self.memory.gone(self.turns, path, then)
        noted, changed = self.notes.keys(), bool(self.sheets)
        before = None
        for at in range(len(path) + 1):
            if changed or before in noted:
                following = path[at].id if at < len(path) else then
                for note in self.notes_after(before, following):
                    if note.key not in gone:
                        yield note, None
            for mark in marks.get(at, ()):
                yield mark, None
            if at < len(path):
                yield path[at].entry, path[at]
                before = path[at].id

    def _marks_on(self, path: Sequence[Turn], then: int | None) -> dict[int, list[Entry]]:
        """The marks of what is remembered, by the number of turns before them."""
        marks: dict[int, list[Entry]] = {}
        for at, fact in self.memory.facts_on(self.turns, path, then):
            mark = Fact("comment", fact.text, number=fact.number, to=fact.known)
            marks.setdefault(at, []).append(mark)
        used = [one for one in self.memory.standing(self.turns, path) if one.used]
        if used:
            opening = sum(turn.by == "opening" for turn in path)
            marks.setdefault(opening, []).append(OpeningEnd())
        head = recap_head(self.scene.language)
        for one in used:
            text = head + one.summary.text
            recap = Recap("comment", text, number=one.summary.number, to=self.there_in(path, one))
            marks.setdefault(one.start, []).append(recap)
        return marks

    def there_in(self, path: Sequence[Turn], summed_up: Standing) -> tuple[str, ...]:
        """Who was there at every turn of a summary; nobody is everybody."""
        away: set[str] = set()
        if self.seats.written:
            for turn in path[summed_up.start : summed_up.end]:
                away |= self.away_before(turn.id)
        names = [role.name for role in self.scene.cast]
        return tuple(name for name in names if name not in away) if away else ()

    def notes_after(
        self, turn: int | None, following: int | None, draw: int | None = None
    ) -> Iterator[Note]:
        """What a model reads between a turn and the one that follows it, or a new one: knowledge,
        and what has changed in a sheet, before a draw where one is given."""
        yield from self._knowledge_after(turn, following)
        yield from self.sheets.notes(self.turns, turn, following, draw)

    def _knowledge_after(self, turn: int | None, following: int | None) -> Iterator[Note]:
        for written in self.notes.get(turn, ()):
            if following is None or written.since <= following:
                yield from written.notes

    # --- who is there, and their sheets ---

    @property
    def floor(self) -> Floor:
        """How the floor is given where the play stands, and who is there."""
        return self.seats.floor_at(self.turns, self.head)

    def away_before(self, turn: int) -> frozenset[str]:
        """Who was away when that turn was said."""
        return self.seats.away_before(self.turns, turn)

    def sheet(self, role: str) -> Sheet:
        """The sheet of a role, by its name, where the play stands."""
        return self.sheets.sheet(role, self.turns, self.head)

    def sheet_before(self, role: str, turn: int) -> Sheet:
        """The sheet of a role when that turn was said."""
        return self.sheets.sheet(role, self.turns, self.turns[turn].parent, turn)

    @property
    def skills(self) -> SceneSkills:
        """What the sheets say of skills where the play stands."""
        return SceneSkills(self.scene.cast, self.sheet)

    # --- what can be taken back ---

    def take_move(self, before: Place, by: object) -> None:
        """Remember that the play came from `before` to where it stands, and by what."""
        self._moves.take(before, self.head, by)

    def take_change(self, change: SheetChange) -> None:
        """Take a change of a sheet; one that a roll made is taken back with the roll alone."""
        self.sheets.place(change)
        if change.roll is None:
            self._moves.change(change)

    @property
    def can_undo(self) -> bool:
        return bool(self._moves.past)

    @property
    def can_redo(self) -> bool:
        return bool(self._moves.future)

    @property
    def change_to_undo(self) -> SheetChange | None:
        """The change of a sheet that undo would take back."""
        return self._moves.last_change

    @property
    def change_to_redo(self) -> SheetChange | None:
        """The change of a sheet that redo would do again."""
        return self._moves.next_change

    # --- what the dice said ---

    def roll_of(self, turn: Turn) -> Roll | None:
        """The roll that a turn tells of."""
        return None if turn.roll is None else self.rolls.get(turn.roll)

    @property
    def rolled(self) -> list[Roll]:
        """The rolls of this branch, the first one first."""
        return [roll for turn in self._path if (roll := self.roll_of(turn)) is not None]
