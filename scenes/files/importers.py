"""Logs and chats of other programs: the formats, which one a file is in, what readers give.

A reader is a function that takes a `Source` and gives its items one at a time, in bounded memory.
It raises `KnownError` before its first item where the file is none of its format; what is wrong
further on is an item too, so that the good part is kept.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from base.decoding import beginning
from scenes.log import Line

if TYPE_CHECKING:
    from scenes.files.source import Source

HEAD = 1 << 16
"""Bytes by which a format is told."""
FIRST = 3
"""Places that are named of each thing that happened often."""

FORMATS: Mapping[str, str] = {
    "sealdice": "scenes.files.trpg.text_formats:read_sealdice",
    "sealdice-json": "scenes.files.trpg.json_formats:read_sealdice",
    "sealdice-editor": "scenes.files.trpg.text_formats:read_editor",
    "qq": "scenes.files.trpg.text_formats:read_qq",
    "qq-channel": "scenes.files.trpg.text_formats:read_channel",
    "sinanya": "scenes.files.trpg.text_formats:read_sinanya",
    "dice": "scenes.files.trpg.text_formats:read_dice",
    "rendered": "scenes.files.trpg.text_formats:read_rendered",
    "painted": "scenes.files.trpg.text_formats:read_painted",
    "fvtt": "scenes.files.trpg.text_formats:read_fvtt",
    "trpglog": "scenes.files.trpg.text_formats:read_trpglog",
    "olivadice": "scenes.files.trpg.json_formats:read_olivadice",
    "ccfolia": "scenes.files.trpg.json_formats:read_ccfolia",
    "rgl": "scenes.files.trpg.rgl:read",
    "paotuan": "scenes.files.trpg.paotuan:read",
}
"""Format name → `module:reader`; a module is imported when its format is read."""

ITEMS = frozenset({"sealdice-json", "ccfolia"})
"""Formats whose places are counted in items, not in lines."""
DETECTORS = (
    "scenes.files.trpg.detect:detect",
    "scenes.files.trpg.detect:detect_own",
)
"""`module:function` of `(text, name)`, asked in this order; the first answer counts."""

Part = Literal["person", "dice", "observer", "chapter", "aside", "system"]
"""What a format itself says of a message; most say nothing, which is `person`."""


class Message(NamedTuple):
    """One message as another program kept it."""

    number: int
    """The line where it begins; in JSON its place among the items; from 1."""
    name: str
    text: str
    id: str = ""
    """The number or address of an account, where the format tells it."""
    part: Part = "person"


class Dropped(NamedTuple):
    """Something of a file that is no message. `reason` is one of few, since they are counted."""

    number: int
    reason: str
    text: str = ""


class Notice(NamedTuple):
    """Something a person should know of a file; `number` is 0 where it is about the whole."""

    number: int
    text: str


Item = Message | Dropped | Notice | Line
"""What a reader gives. A `Line` is an entry of our own log already."""


@dataclass
class Report:
    """What was read, kept and dropped of one file, counted while it happens."""

    where: str
    format: str
    read: int = 0
    """Messages, or entries where the file is a log of ours."""
    kept: int = 0
    entries: Counter[str] = field(default_factory=Counter)
    """What the kept ones became: kinds of entries, and `dice`."""
    dropped: Counter[str] = field(default_factory=Counter)
    """Reasons, and how often each."""
    first: dict[str, list[int]] = field(default_factory=dict)
    """The first places of each reason."""
    notices: list[Notice] = field(default_factory=list)
    names: Counter[str] = field(default_factory=Counter)
    """Messages by the role that they are kept under."""

    @property
    def unit(self) -> str:
        """What the places count."""
        return "item" if self.format in ITEMS else "line"

    def drop(self, number: int, reason: str) -> None:
        """Count what is left out."""
        self.dropped[reason] += 1
        places = self.first.setdefault(reason, [])
        if len(places) < FIRST:
            places.append(number)


def detect(head: bytes, name: str) -> str | None:
    """The format of a file that begins with `head` and is called `name`; `None` where none fits."""
    text = beginning(head)
    return next((found for spec in DETECTORS if (found := _load(spec)(text, name))), None)


def reader(format: str) -> "Callable[[Source], Iterator[Item]]":
    """The reader of a format of `FORMATS`."""
    read: Callable[[Source], Iterator[Item]] = _load(FORMATS[format])
    return read


def _load(spec: str) -> Any:
    module, _, name = spec.partition(":")
    return getattr(import_module(module), name)
