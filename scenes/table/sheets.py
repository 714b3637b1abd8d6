"""The sheets of a cast at each place of a session's tree: what they begin with, and the changes on
the way there. Pure.

A change belongs to the branch: it holds after the turn where it was made, for what is said there
from then on, as `scenes.table.placed` says.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from characters.sheets.names import is_pool, key_in
from characters.sheets.values import NO_SHEET, Sheet, Value, amount, beside_first, told
from scenes.note import Note
from scenes.scene import Role, Scene
from scenes.table.placed import Placed, PlacedTurn, original_of
from scenes.table.snapshot import from_json

MOST_TOLD = 12
"""Values that one line tells a model."""


@dataclass(frozen=True)
class Change:
    """One value of a sheet, before and after; `None` is that there is none."""

    key: str
    before: Value | None = None
    after: Value | None = None


@dataclass(frozen=True)
class SheetChange:
    """What changed at once in the sheet of a role, after a turn, for turns from `since` on."""

    after: int | None
    since: int
    role: str
    changes: tuple[Change, ...]
    by: Literal["undo", "redo"] | None = None
    """What it takes back or does again is the last change of that kind."""
    draws: int = 0
    """How many draws there were before it, which have not read of it."""
    roll: int | None = None
    """The roll that made it, with which it is taken back and done again."""

    @property
    def back(self) -> tuple[Change, ...]:
        """The changes that take it back."""
        return tuple(Change(one.key, one.after, one.before) for one in reversed(self.changes))


@dataclass(frozen=True)
class Kept:
    """A value that has changed: what it was first, and what it is."""

    first: Value | None
    now: Value | None


@dataclass(frozen=True)
class SheetRow:
    """A value of a sheet as it is shown: what it was first, and what it is."""

    key: str
    first: Value | None
    now: Value | None

    @property
    def has_changed(self) -> bool:
        return self.first != self.now

    @property
    def words(self) -> str:
        """`11 → 8`, or the value alone."""
        if self.has_changed and self.first is not None:
            return f"{told(self.first)} → {told(self.now)}"
        return told(self.now)


Changed = Mapping[tuple[str, str], Kept]
"""What has changed, by role and name."""
StartOf = Callable[[str], Sheet]
"""The sheet that a role begins with."""
Turns = Mapping[int, PlacedTurn]
_NOTHING: Changed = {}


@dataclass
class Sheets:
    """All changes of a session, and what they come to at a place."""

    start_of: StartOf = field(compare=False)
    written: Placed[SheetChange] = field(default_factory=Placed)
    _before: dict[int, Changed] = field(default_factory=dict, compare=False)
    """What had changed when each turn was said, which nothing changes later."""

    def __bool__(self) -> bool:
        return bool(self.written)

    def place(self, change: SheetChange) -> None:
        """Take a change, whose place is known to be one."""
        self._before = {turn: one for turn, one in self._before.items() if turn < change.since}
        self.written.place(change)

    def sheet(self, role: str, turns: Turns, place: int | None, then: int | None = None) -> Sheet:
        """The sheet of a role after the turn `place`, for the turn `then`, or for a new one."""
        start = self.start_of(role)
        kept = [(key, one) for (of, key), one in self._at(turns, place, then).items() if of == role]
        if not kept:
            return start
        sheet = {**start, **{key: one.now for key, one in kept}}
        return {key: value for key, value in sheet.items() if value is not None}

    def rows(self, role: str, turns: Turns, place: int | None) -> list["SheetRow"]:
        """All values of a role after that turn, those that are gone too, as the sheet has them."""
        start = self.start_of(role)
        kept = {key: one for (of, key), one in self._at(turns, place, None).items() if of == role}
        return [
            SheetRow(key, *_first_and_now(kept.get(key) or Kept(start[key], start[key])))
            for key in dict.fromkeys((*start, *kept))
        ]

    def notes(
        self, turns: Turns, place: int | None, then: int | None, draw: int | None = None
    ) -> list[Note]:
        """What a model reads of the changes between that turn and the next, a line a role; for a
        draw, only of those before it."""
        if not self.written:
            return []
        before, now = self._said_at(turns, place), self._at(turns, place, then)
        if draw is not None and now is not before:
            changes = self.written.here(turns, place, then)
            now = self._applied(before, (one for one in changes if one.draws < draw))
        if now is before:
            return []
        changed = [(role, key) for role, key in {**before, **now} if _told(before, now, role, key)]
        roles = dict.fromkeys(role for role, __ in changed)
        return [self._note(role, [k for of, k in changed if of == role], now) for role in roles]

    def _note(self, role: str, changed: Sequence[str], now: Changed) -> Note:
        """`林默：HP 8/11，SAN 50/55`: what changed there, and what had before."""
        others = [key for (of, key), one in now.items() if of == role and one.first != one.now]
        keys = list(dict.fromkeys((*changed, *sorted(others, key=lambda key: not is_pool(key)))))
        start = self.start_of(role)
        told = keys[:MOST_TOLD]
        told.sort(key=lambda key: list(start).index(key) if key in start else len(start))
        nothing = Kept(None, None)
        parts = (beside_first(key, *_first_and_now(now.get((role, key), nothing))) for key in told)
        return Note.of(f"{role}：{'，'.join(parts)}", "sheet", f"sheet:{role}")

    def _at(self, turns: Turns, place: int | None, then: int | None) -> Changed:
        """What has changed after the turn `place`, for the turn `then`, or for a new one."""
        if not self.written:
            return _NOTHING
        if then is not None:
            return self._said_at(turns, then)
        return self._applied(self._said_at(turns, place), self.written.here(turns, place))

    def _said_at(self, turns: Turns, turn: int | None) -> Changed:
        """What had changed when that turn was said; for a copy, when its original was."""
        way: list[tuple[int, int | None]] = []
        while turn is not None and turn not in self._before:
            way.append((turn, original_of(turns, turn)))
            turn = way[-1][1] or turns[turn].parent
        changed = _NOTHING if turn is None else self._before[turn]
        for said, original in reversed(way):
            if original is None:
                here = self.written.here(turns, turns[said].parent, said)
                changed = self._applied(changed, here)
            self._before[said] = changed
        return changed

    def _applied(self, before: Changed, changes: Iterable[SheetChange]) -> Changed:
        now = before
        for event in changes:
            now = dict(now) if now is before else now
            assert isinstance(now, dict)
            start = self.start_of(event.role)
            for change in event.changes:
                at = (event.role, change.key)
                first = now[at].first if at in now else start.get(change.key)
                if first is None and amount(change.after) is not None:
                    first = change.after  # a number that is only now filled in is no news
                if change.after is None and change.key not in start:
                    now.pop(at, None)
                else:
                    now[at] = Kept(first, change.after)
        return now


def _told(before: Changed, now: Changed, role: str, key: str) -> bool:
    """Whether a model is told of a value: it is another than before, and no number that is only
    now filled in."""
    old, new = before.get((role, key)), now.get((role, key))
    if new is None:
        return old is not None and not (amount(old.now) is not None and old.first == old.now)
    was = new.first if old is None else old.now
    return was != new.now


def _first_and_now(kept: Kept) -> tuple[Value | None, Value | None]:
    return kept.first, kept.now


def change_of(event: Mapping[str, Any]) -> SheetChange:
    """What an event `sheet` says. Raises `ValueError`, `TypeError` or `KeyError`."""
    change: SheetChange = from_json(SheetChange, {k: event[k] for k in event if k != "event"})
    return change


def differences(before: Sheet, after: Sheet) -> Iterator[Change]:
    """The changes that make one sheet of another."""
    for key in dict.fromkeys((*before, *after)):
        if before.get(key) != after.get(key):
            yield Change(key, before.get(key), after.get(key))


def start_of(scene: Scene, role: str) -> Sheet:
    """The sheet that a role of a scene begins with."""
    return next((one.sheet for one in scene.cast if one.name == role), NO_SHEET)


class SceneSkills:
    """What the sheets of a cast say of a skill, for whoever rolls on it."""

    def __init__(self, roles: Sequence[Role], sheet: Callable[[str], Sheet]) -> None:
        """`sheet` gives the sheet of a role, by its name, as it is now."""
        self._roles, self._sheet = roles, sheet

    def value(self, name: str, skill: str) -> int | None:
        """The number of a skill of the role of that name or alias; `None` where there is none."""
        role = next((one for one in self._roles if name in (one.name, *one.aliases)), None)
        if role is None:
            return None
        sheet = self._sheet(role.name)
        key = key_in(sheet, skill)
        return None if key is None else amount(sheet[key])
