"""A damaged journal read for all that can be told of it: mended, or with stand-ins. Pure.

A single bit that flipped is found by the check value and set right. What cannot be mended is left
out, as is what stands there twice; two lines that have changed places are put right. Where later
events build on turns that are missing, comments stand in for them.
"""

import re
from collections.abc import Container
from dataclasses import dataclass, field
from typing import Any

from base.errors import KnownError
from base.messages import _
from base.text import shown
from scenes.table.events import Event, line_of
from scenes.table.journal_bits import LineRead, lines_read
from scenes.table.journal_order import Places, turns_of

MOST = 20
"""Places that are told one by one."""
_KIND = re.compile(rb'"event": ?"(\w+)"')
_TEXT = re.compile(rb'"text": ?"((?:[^"\\]|\\.)*)"')
_SPEAKER = re.compile(rb'"speaker": ?"([^"\\]*)"')


@dataclass
class Mended:
    """What a damaged journal is as far as it can be read."""

    lines: list[bytes] = field(default_factory=list)
    """The journal to go on with, without newlines."""
    events: list[Event] = field(default_factory=list)
    repairs: list[str] = field(default_factory=list)
    """What was mended or is missing, `line: what`, each."""


def mend(raw: bytes, kept_in: str) -> Mended:
    """All that can be told of a journal; stand-ins say that the rest is in `kept_in`.

    Raises `KnownError` where its first event cannot be read.
    """
    rows = list(lines_read(raw.removesuffix(b"\n").split(b"\n")))
    tree = _Tree(
        kept_in, {one.event.get("id") for one in rows if one.event and _is_draw(one.event)}
    )
    for at, row in enumerate(rows):
        following = rows[at + 1].event if at + 1 < len(rows) else None
        if row.event and following and tree.places.have_changed(row.event, following):
            rows[at + 1], row = row, rows[at + 1]
            tree.mended.repairs.append(
                _("{line}: two lines have changed places; they are put right", line=at + 1)
            )
        if row.event is None:
            if not tree.mended.events:
                raise KnownError(_("{line}: not an event; the file is damaged", line=row.number))
            tree.miss(row)
        else:
            tree.take(row)
    tree.end()
    return tree.mended


class _Tree:
    """Which turns and draws there are so far, and which of them are missing."""

    def __init__(self, kept_in: str, draws: Container[object]) -> None:
        self.mended = Mended()
        self.kept_in = kept_in
        self.places = Places(draws)
        self.head: int | None = None
        self.lost_turns = False
        self.lost_draws: set[int] = set()
        self._explained = 0
        """How many of the repairs are of what is in place again."""

    def miss(self, row: LineRead) -> None:
        """Tell what can be told of a line that is lost."""
        if not row.line.strip():
            self.mended.repairs.append(_("{line}: an empty line, left out", line=row.number))
            return
        kind = _KIND.search(row.line)
        name = kind[1].decode() if kind else _("an event")
        if name == "turns" or b'"turns"' in row.line:
            self.lost_turns = True
            name = _("turn {number}", number=self.places.turns + 1)
        self.mended.repairs.append(
            _left_out(
                _("{line}: {name} is damaged and left out", line=row.number, name=name),
                row,
            )
        )

    def take(self, row: LineRead) -> None:
        """Take an event that was read, and before it what must be there for it."""
        event, line = row.event, row.line
        assert event is not None
        if self.places.are_taken(event):
            name, number = _name(event), row.number
            what = _("{line}: {name} is there a second time, and left out", line=number, name=name)
            self.mended.repairs.append(_left_out(what, row))
            return
        self._tell_gap(row.number, event)
        self._fill(event)
        if event.get("event") == "head" and not self.places.fit(event):
            self.mended.repairs.append(
                _(
                    "{line}: `head` names a turn that does not exist, and is left out",
                    line=row.number,
                )
            )
            return
        if self.lost_draws and any(_refers(turn, self.lost_draws) for turn in turns_of(event)):
            event = {**event, "turns": [_without(t, self.lost_draws) for t in turns_of(event)]}
            line = line_of(event)
        if row.mended:
            name, number = _name(event), row.number
            self.mended.repairs.append(
                _("{line}: {name} was damaged by one bit and is mended", line=number, name=name)
            )
        self._add(event, line)

    def end(self) -> None:
        if self.lost_turns:
            self._stand_in(self.places.turns + 1)

    def _tell_gap(self, number: int, event: Event) -> None:
        """Tell of what is missing before an event, where no line was damaged that was it."""
        if len(self.mended.repairs) > self._explained or event.get("event") == "head":
            return
        there = (self.places.turns, self.places.draws)
        for missing, had, last in zip(
            (_turns_missing, _draws_missing), there, self.places.built_on(event), strict=True
        ):
            if last > had:
                self.mended.repairs.append(missing(number, had + 1, last))

    def _fill(self, event: Event) -> None:
        """Stand in for turns and draws that the event builds on and that are not there."""
        turns, draws = self.places.built_on(event)
        self._stand_in(turns)
        self._fill_draws(draws)

    def _stand_in(self, last: int) -> None:
        if not self.places.turns < last <= self.places.turns + len(self.mended.repairs) * 1000:
            return
        turns: list[Event] = []
        for id in range(self.places.turns + 1, last + 1):
            text = f"turn {id} is damaged; what is left of it: {self.kept_in}"
            parent = self.head if not turns else id - 1
            turns.append({"id": id, "parent": parent, "entry": {"kind": "comment", "text": text}})
        event = {"event": "turns", "turns": turns}
        self._add(event, line_of(event))

    def _fill_draws(self, last: int) -> None:
        if self.places.draws < last <= self.places.draws + len(self.mended.repairs):
            for id in range(self.places.draws + 1, last + 1):
                self.lost_draws.add(id)
                event = {"event": "draw", "id": id, "parent": None, "speaker": "", "candidates": []}
                self._add(event, line_of(event))

    def _add(self, event: Event, line: bytes) -> None:
        self.mended.events.append(event)
        self.mended.lines.append(line)
        self.places.add(event)
        if turns_of(event):
            self.head, self.lost_turns = self.places.turns, False
            self._explained = len(self.mended.repairs)
        elif event.get("event") == "head":
            self.head = event.get("head")


def _is_draw(event: Event) -> bool:
    return event.get("event") == "draw" and type(event.get("id")) is int


def _refers(turn: dict[str, Any], draws: Container[object]) -> bool:
    return turn.get("draw") in draws


def _without(turn: dict[str, Any], draws: Container[object]) -> dict[str, Any]:
    """A turn that does not name a draw that is lost."""
    if not _refers(turn, draws):
        return turn
    return {key: value for key, value in turn.items() if key not in ("draw", "candidate")}


def _left_out(what: str, row: LineRead) -> str:
    """What is wrong with a line, and what can still be read of it."""
    words = [_text(one[1]) for one in (_SPEAKER.search(row.line),) if one]
    words += [_text(one[1]) for one in _TEXT.finditer(row.line)][:1]
    if not words:
        return what
    return _("{what}; it now reads: {words}", what=what, words=shown("：".join(words)))


def _turns_missing(line: int, first: int, last: int) -> str:
    if first == last:
        return _("{line}: turn {number} is missing before it", line=line, number=last)
    return _(
        "{line}: turns {first} to {last} are missing before it", line=line, first=first, last=last
    )


def _draws_missing(line: int, first: int, last: int) -> str:
    if first == last:
        return _("{line}: draw {number} is missing before it", line=line, number=last)
    return _(
        "{line}: draws {first} to {last} are missing before it", line=line, first=first, last=last
    )


def _name(event: Event) -> str:
    """How an event is called to a person."""
    if turns := turns_of(event):
        first, last = turns[0].get("id"), turns[-1].get("id")
        if len(turns) == 1:
            return _("turn {number}", number=first)
        return _("turns {first} to {last}", first=first, last=last)
    if event.get("event") == "draw":
        return _("draw {number}", number=event.get("id"))
    return f"`{event.get('event')}`"


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "replace")
