"""What became of one imported file: one report for logs, chats, cards and books."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

Unit = Literal["line", "item", "message", "action"]
"""What the places of a report count."""

PLACES = 3
"""Places that are named of each thing that happened often."""
NOTICES = 20
"""Notices of one file, beyond which they say no more."""


class FileNotice(NamedTuple):
    """Something a person should know of a file; `number` is 0 where it is about the whole."""

    number: int
    text: str


@dataclass
class ImportReport:
    """What a file was taken for, what was read, kept and dropped of it, counted while it happens.

    Reasons and what things became are English ids, or messages; both are said in the person's
    language where they are shown.
    """

    where: str
    importer: str = ""
    """Its name in the registry."""
    title: str = ""
    """What the file was taken for, as a person calls it."""
    unit: Unit = "line"
    read: int = 0
    """Messages found, or entries of a log of ours; none of a card or a book."""
    kept: int = 0
    """How many of them were kept."""
    became: Counter[str] = field(default_factory=Counter)
    """What the kept ones became: kinds of entries, turns, candidates, parts of a character."""
    dropped: Counter[str] = field(default_factory=Counter)
    """Reasons, and how often each."""
    places: dict[str, list[int]] = field(default_factory=dict)
    """The first places of each reason."""
    notices: list[FileNotice] = field(default_factory=list)
    names: Counter[str] = field(default_factory=Counter)
    """Messages by the role that they are kept under."""
    session: str = ""
    """The session that was written."""
    files: list[str] = field(default_factory=list)
    """The files that were written."""

    def drop(self, number: int, reason: str) -> None:
        """Count what is left out."""
        self.dropped[reason] += 1
        places = self.places.setdefault(reason, [])
        if len(places) < PLACES:
            places.append(number)

    def notice(self, text: str, number: int = 0) -> None:
        """Tell something once."""
        notice = FileNotice(number, text)
        if notice not in self.notices and len(self.notices) < NOTICES:
            self.notices.append(notice)

    def forget(self) -> None:
        """Begin again with the same file: nothing read, nothing kept, nothing dropped."""
        self.read = self.kept = 0
        for counted in (self.became, self.dropped, self.names, self.places):
            counted.clear()

    def as_json(self) -> dict[str, Any]:
        """All of it as a JSON object."""
        return {
            "file": self.where,
            "importer": self.importer,
            "format": self.title,
            "session": self.session,
            "files": self.files,
            "read": self.read,
            "kept": {"messages": self.kept, **_counted(self.became)},
            "dropped": _counted(self.dropped),
            "unit": self.unit,
            "places": dict(self.places),
            "notices": [notice._asdict() for notice in self.notices],
            "roles": dict(self.names.most_common()),
        }


def _counted(counts: Mapping[str, int]) -> dict[str, int]:
    return {name: count for name, count in counts.items() if count}
