"""YAML events to plain data of which every key knows its line, without recursion.

Scalars follow YAML 1.2: only `true`, `false`, `null`, `~` and numbers are not text, so that `no`,
`on` and a date stay what was written. Keys are always text. There are no tags, and aliases are
counted at the size they expand to.
"""

import re
from dataclasses import dataclass

import yaml

from base.errors import KnownError
from base.messages import _
from base.text import shown, unprintable

MAX_SIZE = 4_000_000
MAX_DEPTH = 20

Key = tuple[str | int, ...]

WORDS: dict[str, object] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
INTEGER = re.compile(r"[-+]?[0-9]{1,18}")
DECIMAL = re.compile(r"[-+]?(?:[0-9]+\.[0-9]*|\.[0-9]+|[0-9]+(?=[eE]))(?:[eE][-+]?[0-9]{1,3})?")


def scalar(text: str) -> object:
    """The value of a plain scalar: text unless it is a number or one of `WORDS`."""
    if text in WORDS:
        return WORDS[text]
    if INTEGER.fullmatch(text):
        return int(text)
    return float(text) if DECIMAL.fullmatch(text) else text


@dataclass
class _Frame:
    """A mapping or list that is still open, and how large what it holds is so far."""

    value: dict[str, object] | list[object]
    key: Key
    line: int
    anchor: str | None
    before: int
    pending: str | None = None
    skipped: bool = False


class Tree:
    """Turns parser events into data; no recursion, so that no nesting can exhaust the stack."""

    def __init__(self, where: str) -> None:
        self.where = where
        self.root: object = None
        self.lines: dict[Key, int] = {}
        self.blocks: dict[Key, int] = {}
        self.problems: list[str] = []
        self._frames: list[_Frame] = []
        self._anchors: dict[str, tuple[object, int]] = {}
        self._size = 0
        self._documents = 0

    def add(self, event: yaml.Event) -> None:
        """Take the next event of the parser."""
        match event:
            case yaml.ScalarEvent():
                self._scalar(event)
            case yaml.MappingStartEvent():
                self._open(event, {})
            case yaml.SequenceStartEvent():
                self._open(event, [])
            case yaml.CollectionEndEvent():
                self._close(event)
            case yaml.AliasEvent():
                self._alias(event)
            case yaml.DocumentStartEvent():
                self._document(event)

    def _document(self, event: yaml.Event) -> None:
        self._documents += 1
        if self._documents > 1:
            raise self._error(event, "a second YAML document begins with `---`; expected only one")

    def _scalar(self, event: yaml.ScalarEvent) -> None:
        text = event.value
        if event.tag not in (None, "!", "tag:yaml.org,2002:str"):
            raise self._error(
                event, f"tag {shown(event.tag)} is not known here; write plain values"
            )
        if name := unprintable(text):
            raise self._error(event, f"{name} written as an escape; delete it")
        self._grow(event, 1 + len(text))
        frame = self._frames[-1] if self._frames else None
        if frame and isinstance(frame.value, dict) and frame.pending is None:
            self._begin(frame, text, event)
            return
        value = scalar(text) if event.implicit[0] else text
        if event.style == "|":
            self.blocks[self._key()] = _line(event) + 1
        self._keep(event, value, 1 + len(text))
        self._place(value, event)

    def _begin(self, frame: _Frame, name: str, event: yaml.Event) -> None:
        line = _line(event)
        key = (*frame.key, name)
        frame.pending, frame.skipped = name, name in frame.value
        if frame.skipped:
            first = self.lines[key]
            place = shown(".".join(map(str, key)))
            self.problems.append(
                _(
                    "{where}:{line}: {place}: written twice, first in line {first}; keep one",
                    where=self.where,
                    line=line,
                    place=place,
                    first=first,
                )
            )
        else:
            self.lines[key] = line

    def _open(
        self, event: yaml.CollectionStartEvent, value: dict[str, object] | list[object]
    ) -> None:
        if event.tag not in (None, "!"):
            raise self._error(
                event, f"tag {shown(event.tag)} is not known here; write plain values"
            )
        if len(self._frames) >= MAX_DEPTH:
            raise self._error(event, f"nested more than {MAX_DEPTH} deep")
        self._refuse_as_key(event)
        self._frames.append(_Frame(value, self._key(), _line(event), event.anchor, self._size))
        self._grow(event, 1)

    def _close(self, event: yaml.Event) -> None:
        frame = self._frames.pop()
        if frame.anchor is not None:
            self._anchors[frame.anchor] = (frame.value, self._size - frame.before)
        self._place(frame.value, event, frame.line)

    def _alias(self, event: yaml.AliasEvent) -> None:
        self._refuse_as_key(event)
        if event.anchor is None or event.anchor not in self._anchors:
            raise self._error(
                event, f"alias *{shown(str(event.anchor))} before its anchor is complete"
            )
        value, size = self._anchors[event.anchor]
        self._grow(event, size)
        self._place(value, event)

    def _place(self, value: object, event: yaml.Event, line: int | None = None) -> None:
        if not self._frames:
            self.root = value
            return
        frame = self._frames[-1]
        if isinstance(frame.value, list):
            self.lines[(*frame.key, len(frame.value))] = line or _line(event)
            frame.value.append(value)
        elif frame.pending is not None:
            if not frame.skipped:
                frame.value[frame.pending] = value
            frame.pending = None

    def _key(self) -> Key:
        if not self._frames:
            return ()
        frame = self._frames[-1]
        last = len(frame.value) if isinstance(frame.value, list) else frame.pending
        return frame.key if last is None else (*frame.key, last)

    def _refuse_as_key(self, event: yaml.Event) -> None:
        frame = self._frames[-1] if self._frames else None
        if frame and isinstance(frame.value, dict) and frame.pending is None:
            raise self._error(event, "a list, mapping or alias as a key; a key is plain text")

    def _keep(self, event: yaml.ScalarEvent, value: object, size: int) -> None:
        if event.anchor is not None:
            self._anchors[event.anchor] = (value, size)

    def _grow(self, event: yaml.Event, size: int) -> None:
        self._size += size
        if self._size > MAX_SIZE:
            raise self._error(event, "its aliases expand to more than 4 MB; write it out plainly")

    def _error(self, event: yaml.Event, problem: str) -> KnownError:
        line = _line(event)
        key = shown(".".join(map(str, self._key())))
        return KnownError(f"{self.where}:{line}: {key + ': ' if key else ''}{problem}")


def _line(event: yaml.Event) -> int:
    return event.start_mark.line + 1 if event.start_mark else 1
