"""A damaged journal read for all that can be told of it: mended, or with stand-ins. Pure.

A single bit that flipped is found by the check value and set right. What cannot be mended is left
out, as is what stands there twice; two lines that have changed places are put right. Where later
events build on turns that are missing, comments stand in for them.
"""

import re
import zlib
from collections.abc import Container, Iterator
from copy import copy
from dataclasses import dataclass, field
from typing import Any

from base.errors import KnownError
from base.messages import _
from base.text import shown
from scenes.table.events import TAIL, Event, event_of, is_whole, line_of

LONGEST = 11_000
"""Bytes of a line up to which CRC-32 tells one flipped bit from any two."""
MOST = 20
"""Places that are told one by one."""
_SEAM = re.compile(rb'(?<="\}).(?=\{"event":)', re.DOTALL)
_KIND = re.compile(rb'"event": ?"(\w+)"')
_TEXT = re.compile(rb'"text": ?"((?:[^"\\]|\\.)*)"')
_SPEAKER = re.compile(rb'"speaker": ?"([^"\\]*)"')
_TABLE = [zlib.crc32(bytes([byte])) ^ zlib.crc32(b"\0") for byte in range(256)]
_BACK = {value >> 24: index for index, value in enumerate(_TABLE)}
_BITS = {_TABLE[1 << bit]: 1 << bit for bit in range(8)}


@dataclass
class Mended:
    """What a damaged journal is as far as it can be read."""

    lines: list[bytes] = field(default_factory=list)
    """The journal to go on with, without newlines."""
    events: list[Event] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    """What was mended or is missing, `line: what`, each."""


@dataclass(frozen=True)
class _Found:
    """A line that was read, or one that could not be."""

    number: int
    line: bytes
    event: Event | None
    mended: bool = False


def mend(raw: bytes, kept_in: str) -> Mended:
    """All that can be told of a journal; stand-ins say that the rest is in `kept_in`.

    Raises `KnownError` where its first event cannot be read.
    """
    read = list(_found(raw.removesuffix(b"\n").split(b"\n")))
    tree = _Tree(
        kept_in, {one.event.get("id") for one in read if one.event and _is_draw(one.event)}
    )
    for at, found in enumerate(read):
        following = read[at + 1].event if at + 1 < len(read) else None
        if found.event and following and tree.places.have_changed(found.event, following):
            read[at + 1], found = found, read[at + 1]
            tree.mended.told.append(
                _("{line}: two lines have changed places; they are put right", line=at + 1)
            )
        if found.event is None:
            if not tree.mended.events:
                raise KnownError(_("{line}: not an event; the file is damaged", line=found.number))
            tree.miss(found)
        else:
            tree.take(found)
    tree.end()
    return tree.mended


def is_mendable(line: bytes) -> bool:
    """Whether one flipped bit is all that is wrong with a line, or with its newline."""
    return _parted(line) is not None or mended(line) is not None


def mended(line: bytes) -> bytes | None:
    """The line as it was before one bit of it flipped; `None` where it was not so."""
    if len(line) > LONGEST:
        return None
    for place in range(max(0, len(line) - TAIL), len(line)):
        for flipped in _flips(line, place):
            if is_whole(flipped):
                return flipped
    check = re.fullmatch(rb"[0-9a-f]{8}", line[-10:-2])
    if is_whole(line) is not False or check is None:
        return None
    body = line[:-TAIL] + b"}"
    found = _flipped_bit(zlib.crc32(body) ^ int(check[0], 16), len(body))
    if found is None:
        return None
    place, bit = found
    whole = line[:place] + bytes([line[place] ^ bit]) + line[place + 1 :]
    return whole if is_whole(whole) else None


def _flips(line: bytes, place: int) -> Iterator[bytes]:
    for bit in range(8):
        yield line[:place] + bytes([line[place] ^ 1 << bit]) + line[place + 1 :]


def _flipped_bit(difference: int, length: int) -> tuple[int, int] | None:
    """Which bit of so many bytes makes that difference of two check values: place and mask."""
    for place in range(length - 1, -1, -1):
        if difference in _BITS:
            return place, _BITS[difference]
        index = _BACK[difference >> 24]  # what one byte more has made of it is taken back
        difference = (difference ^ _TABLE[index]) << 8 | index
    return None


def _found(lines: list[bytes]) -> Iterator[_Found]:
    """Each line with its event, what one flipped bit did to it or to its newline set right."""
    at = 0
    while at < len(lines):
        line, number = lines[at], at + 1
        if (event := event_of(line)) is not None:
            yield _Found(number, line, event)
        elif pieces := _parted(line):
            for piece in pieces:
                yield _Found(number, piece, event_of(piece), mended=True)
        elif whole := mended(line) or _joined(lines[at : at + 2]):
            at += whole != mended(line)
            yield _Found(number, whole, event_of(whole), mended=True)
        else:
            yield _Found(number, line, None)
        at += 1


def _parted(line: bytes) -> list[bytes] | None:
    """Two lines, or the last one, whose newline became another byte."""
    if is_whole(line[:-1]):
        return [line[:-1]]
    for seam in _SEAM.finditer(line):
        pieces = [line[: seam.start()], line[seam.end() :]]
        if all(is_whole(piece) for piece in pieces):
            return pieces
    return None


def _joined(two: list[bytes]) -> bytes | None:
    """The line of which a byte became a newline."""
    if len(two) == 2:
        for byte in (0x0A ^ 1 << bit for bit in range(8)):
            if is_whole(whole := two[0] + bytes([byte]) + two[1]):
                return whole
    return None


class Places:
    """How many turns and draws there are so far, and which event can be the next one.

    A turn may name a draw that comes behind it: chats that come back were written so.
    """

    def __init__(self, elsewhere: Container[object] | None = None) -> None:
        """`elsewhere`: the draws that stand somewhere in the journal; `None`: any may."""
        self.turns = self.draws = self.named = 0
        """`named` is the last draw that a turn names."""
        self._elsewhere = elsewhere
        self._open = False

    def fit(self, event: Event) -> bool:
        """Whether nothing is missing before the event, and it was not there before."""
        turns, draws = self.built_on(event)
        is_open = event.get("event") == "open"
        return (
            turns <= self.turns
            and draws <= self.draws
            and is_open is not self._open
            and not self.are_taken(event)
        )

    def are_taken(self, event: Event) -> bool:
        """Whether the event is one that was there before."""
        ids = [turn.get("id") for turn in _turns(event)]
        if event.get("event") == "draw":
            return type(id := event.get("id")) is int and id <= self.draws
        if event.get("event") == "open":
            return self._open
        return any(type(id) is int and id <= self.turns for id in ids[:1])

    def have_changed(self, event: Event, following: Event) -> bool:
        """Whether two events fit the other way round alone."""
        if self.fit(event) or not self.fit(following):
            return False
        then = copy(self)
        then.add(following)
        return then.fit(event)

    def built_on(self, event: Event) -> tuple[int, int]:
        """How many turns and how many draws must be there before an event."""
        turns, draws = [event.get(key) for key in ("head", "parent", "after")], []
        if event.get("event") == "draw":
            draws.append(_before(event.get("id")))
        for number, turn in enumerate(_turns(event)):
            if self._elsewhere is not None and turn.get("draw") not in self._elsewhere:
                draws.append(turn.get("draw"))
            if number == 0:
                turns += [turn.get("parent"), _before(turn.get("id"))]
        return _most(turns), _most(draws)

    def add(self, event: Event) -> None:
        """Count what the event brings."""
        self.draws += event.get("event") == "draw"
        self.turns += len(_turns(event))
        self.named = max(self.named, _most([turn.get("draw") for turn in _turns(event)]))
        self._open |= event.get("event") == "open"


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
        """How many of the lines that were told are of what is in place again."""

    def miss(self, found: _Found) -> None:
        """Tell what can be told of a line that is lost."""
        if not found.line.strip():
            self.mended.told.append(_("{line}: an empty line, left out", line=found.number))
            return
        kind = _KIND.search(found.line)
        name = kind[1].decode() if kind else _("an event")
        if name == "turns" or b'"turns"' in found.line:
            self.lost_turns = True
            name = _("turn {number}", number=self.places.turns + 1)
        self.mended.told.append(
            _left_out(
                _("{line}: {name} is damaged and left out", line=found.number, name=name), found
            )
        )

    def take(self, found: _Found) -> None:
        """Take an event that was read, and before it what must be there for it."""
        event, line = found.event, found.line
        assert event is not None
        if self.places.are_taken(event):
            name, number = _name(event), found.number
            what = _("{line}: {name} is there a second time, and left out", line=number, name=name)
            self.mended.told.append(_left_out(what, found))
            return
        self._tell_gap(found.number, event)
        self._fill(event)
        if event.get("event") == "head" and not self.places.fit(event):
            self.mended.told.append(
                _(
                    "{line}: `head` names a turn that does not exist, and is left out",
                    line=found.number,
                )
            )
            return
        if self.lost_draws and any(_refers(turn, self.lost_draws) for turn in _turns(event)):
            event = {**event, "turns": [_without(t, self.lost_draws) for t in _turns(event)]}
            line = line_of(event)
        if found.mended:
            name, number = _name(event), found.number
            self.mended.told.append(
                _("{line}: {name} was damaged by one bit and is mended", line=number, name=name)
            )
        self._add(event, line)

    def end(self) -> None:
        if self.lost_turns:
            self._stand_in(self.places.turns + 1)

    def _tell_gap(self, number: int, event: Event) -> None:
        """Tell of what is missing before an event, where no line was damaged that was it."""
        if len(self.mended.told) > self._explained or event.get("event") == "head":
            return
        there = (self.places.turns, self.places.draws)
        for missing, had, last in zip(
            (_turns_missing, _draws_missing), there, self.places.built_on(event), strict=True
        ):
            if last > had:
                self.mended.told.append(missing(number, had + 1, last))

    def _fill(self, event: Event) -> None:
        """Stand in for turns and draws that the event builds on and that are not there."""
        turns, draws = self.places.built_on(event)
        self._stand_in(turns)
        self._fill_draws(draws)

    def _stand_in(self, last: int) -> None:
        if not self.places.turns < last <= self.places.turns + len(self.mended.told) * 1000:
            return
        turns: list[Event] = []
        for id in range(self.places.turns + 1, last + 1):
            text = f"turn {id} is damaged; what is left of it: {self.kept_in}"
            parent = self.head if not turns else id - 1
            turns.append({"id": id, "parent": parent, "entry": {"kind": "comment", "text": text}})
        event = {"event": "turns", "turns": turns}
        self._add(event, line_of(event))

    def _fill_draws(self, last: int) -> None:
        if self.places.draws < last <= self.places.draws + len(self.mended.told):
            for id in range(self.places.draws + 1, last + 1):
                self.lost_draws.add(id)
                event = {"event": "draw", "id": id, "parent": None, "speaker": "", "candidates": []}
                self._add(event, line_of(event))

    def _add(self, event: Event, line: bytes) -> None:
        self.mended.events.append(event)
        self.mended.lines.append(line)
        self.places.add(event)
        if _turns(event):
            self.head, self.lost_turns = self.places.turns, False
            self._explained = len(self.mended.told)
        elif event.get("event") == "head":
            self.head = event.get("head")


def _turns(event: Event) -> list[dict[str, Any]]:
    turns = event.get("turns")
    return [turn for turn in turns if isinstance(turn, dict)] if isinstance(turns, list) else []


def _is_draw(event: Event) -> bool:
    return event.get("event") == "draw" and type(event.get("id")) is int


def _before(id: object) -> int | None:
    return id - 1 if type(id) is int else None


def _most(ids: list[Any]) -> int:
    return max((id for id in ids if type(id) is int), default=0)


def _refers(turn: dict[str, Any], draws: Container[object]) -> bool:
    return turn.get("draw") in draws


def _without(turn: dict[str, Any], draws: Container[object]) -> dict[str, Any]:
    """A turn that does not name a draw that is lost."""
    if not _refers(turn, draws):
        return turn
    return {key: value for key, value in turn.items() if key not in ("draw", "candidate")}


def _left_out(what: str, found: _Found) -> str:
    """What is wrong with a line, and what can still be read of it."""
    words = [_text(one[1]) for one in (_SPEAKER.search(found.line),) if one]
    words += [_text(one[1]) for one in _TEXT.finditer(found.line)][:1]
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
    if turns := _turns(event):
        first, last = turns[0].get("id"), turns[-1].get("id")
        if len(turns) == 1:
            return _("turn {number}", number=first)
        return _("turns {first} to {last}", first=first, last=last)
    if event.get("event") == "draw":
        return _("draw {number}", number=event.get("id"))
    return f"`{event.get('event')}`"


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "replace")
