"""The lines of a table's log as the events of a session: turns, rolls, changes of sheets. Pure."""

from collections.abc import Iterable, Iterator
from typing import Any

from base.errors import KnownError
from base.messages import _
from base.text import shown
from characters.sheets.names import key_in, key_problem, usual_name
from characters.sheets.pools import kept_within
from characters.sheets.values import MOST_KEYS, Value, changed, with_amount
from scenes.dice.roll import Roll
from scenes.files.report import ImportReport
from scenes.files.rolls_of_logs import RollEvents, Written
from scenes.files.trpg.beside import Beside, SheetOrder
from scenes.log import Entry, read
from scenes.scene import Scene
from scenes.table.session import Event, Turn
from scenes.table.sheets import Change, SheetChange
from scenes.table.snapshot import to_json

AT_ONCE = 100
"""Turns of one event."""


def session_events(
    texts: Iterable[str], scene: Scene, beside: Beside, report: ImportReport
) -> Iterator[Written]:
    """The events of a session of `scene` whose log is `texts`, one or more lines each; what
    `beside` holds is bound to where it stood among them."""
    log = _Log(scene, beside, report)
    for text in texts:
        yield from log.ordered()
        for line in read(text.splitlines()):
            yield from log.entry(line.entry)
    yield from log.ordered()
    yield from log.flush()


class _Log:
    """What has been written so far."""

    def __init__(self, scene: Scene, beside: Beside, report: ImportReport) -> None:
        self.beside, self.report = beside, report
        self.roles = {name: role for role in scene.cast for name in (*role.aliases, role.name)}
        self.sheets: dict[str, dict[str, Value]] = {one.name: {**one.sheet} for one in scene.cast}
        self.first = {one.name: dict(one.sheet) for one in scene.cast}
        self.mythos = scene.dice in (None, "coc7")
        self.rolls = RollEvents([role.name for role in scene.cast], beside.rolls)
        self.number = 0
        self._turns: list[Any] = []
        self._entries: list[Entry] = []

    def entry(self, entry: Entry) -> Iterator[Written]:
        """One entry of the log, with the roll that it tells of."""
        roll = self.rolls.roll_of(entry)
        made: Event | None = None
        if roll is not None:
            yield from self.flush()
            made = self.rolls.event(roll, self.number or None)
            yield made, ()
        self.number += 1
        number = made["id"] if made else None
        turn = Turn(self.number, self.number - 1 or None, entry, roll=number)
        self._turns.append(to_json(turn))
        self._entries.append(entry)
        if roll is not None and roll.changes:
            yield from self._rolled(roll, number)
        elif len(self._turns) == AT_ONCE:
            yield from self.flush()

    def flush(self) -> Iterator[Written]:
        """The turns that were not written yet."""
        if self._turns:
            turns, entries = self._turns, self._entries
            self._turns, self._entries = [], []
            yield {"event": "turns", "turns": turns}, entries

    def ordered(self) -> Iterator[Written]:
        """The changes of sheets that were ordered since the last line."""
        for order in self.beside.take_orders():
            role = self.roles.get(order.role)
            if role is not None and (change := self._change(role.name, order)):
                yield from self._write(role.name, change, None)

    def _change(self, name: str, order: SheetOrder) -> Change | None:
        """What an order changes; `None` where it changes nothing, or what nobody has told yet."""
        sheet = self.sheets[name]
        key = key_in(sheet, order.key) or usual_name(order.key)
        before = sheet.get(key)
        relative = order.change[:1] in ("+", "-")
        if key_problem(key) or (before is None and (relative or len(sheet) >= MOST_KEYS)):
            return None
        try:
            after = changed(key, before, order.change)
        except KnownError:
            return None
        if after is None:
            return None
        bound = kept_within(key, after, sheet, self.first[name].get(key), self.mythos)
        if bound.told and relative:
            self.report.notice(_("{name}: {problem}", name=shown(name), problem=bound.told))
        return Change(key, before, bound.value if relative else after)

    def _rolled(self, roll: Roll, number: int | None) -> Iterator[Written]:
        """What a roll changes of the sheets that have it."""
        for one in roll.changes:
            role = self.roles.get(one.role)
            sheet = self.sheets[role.name] if role else {}
            if role is not None and (key := key_in(sheet, one.key)) is not None:
                change = Change(key, sheet[key], with_amount(sheet[key], one.after))
                yield from self._write(role.name, change, number)

    def _write(self, name: str, change: Change, roll: int | None) -> Iterator[Written]:
        if change.before == change.after or change.after is None:
            return
        self.sheets[name][change.key] = change.after
        yield from self.flush()
        made = SheetChange(self.number or None, self.number + 1, name, (change,), roll=roll)
        yield {"event": "sheet", **to_json(made)}, ()
