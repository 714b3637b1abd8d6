"""A chat of another program as messages, and what became of them. Pure."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

PLACES = 20
"""How many dropped places are told one by one."""

KEPT = (
    *("messages", "changed or new messages", "hidden messages", "turns"),
    *("draws", "candidates", "branches"),
)
"""What messages become, in the order in which it is told."""

Json = dict[str, Any]
_NOTHING: Mapping[str, Any] = MappingProxyType({})


class NoMessage(ValueError):
    """Why a part of a file is no message."""


class Message(NamedTuple):
    """What one participant wrote at one time."""

    name: str
    text: str
    player: bool = False
    hidden: bool = False
    """Whether it is kept out of what a model reads."""
    narrator: bool = False
    swipes: tuple[str, ...] = ()
    """The candidates that it was picked from, itself among them; none where it was the only one."""
    picked: int = 0
    model: str = ""
    date: object = None
    """When it was sent, in whatever style that is written; `sent_at` reads it."""
    foreign: Mapping[str, Any] = _NOTHING
    """The message as the other program wrote it."""
    ours: Mapping[str, Any] | None = None
    """What we had written into it."""


@dataclass
class Report:
    """What was read of one file, what was kept, what was dropped, and why."""

    where: str
    form: str = ""
    """The format that was found, as a person calls it."""
    session: str = ""
    """The session that was written."""
    read: int = 0
    """Messages found."""
    kept: Counter[str] = field(default_factory=Counter)
    """What they became: turns, candidates, hidden messages."""
    dropped: Counter[str] = field(default_factory=Counter)
    """Reasons, and how often each."""
    places: list[str] = field(default_factory=list)
    """The first places where something was dropped, with the reason, a line each."""
    notices: list[str] = field(default_factory=list)

    def drop(self, place: str, why: str) -> None:
        """Count what is left out."""
        self.dropped[why] += 1
        if len(self.places) < PLACES:
            self.places.append(f"{self.where}:{place}: dropped: {why}")

    def told(self) -> str:
        """All of it in one line."""
        ranked = sorted(self.kept.items(), key=lambda one: KEPT.index(one[0]))
        kept = ", ".join(_counted(count, what) for what, count in ranked if count)
        dropped = ", ".join(f"{count} × {why}" for why, count in self.dropped.items())
        told = f"{self.form}, {_counted(self.read, 'messages')} read; kept: {kept or 'nothing'}"
        return f"{told}; dropped: {dropped}" if dropped else told

    def as_json(self) -> Json:
        """All of it as a JSON object."""
        kept = {what: count for what, count in self.kept.items() if count}
        return {
            "file": self.where,
            "format": self.form,
            "session": self.session,
            "read": self.read,
            "kept": kept,
            "dropped": dict(self.dropped),
            "places": self.places,
            "notices": self.notices,
        }

    def forget(self) -> None:
        """Begin again with the same file: nothing read, nothing kept, nothing dropped."""
        self.read = 0
        self.kept.clear()
        self.dropped.clear()
        self.places.clear()

    def notice(self, text: str) -> None:
        """Tell something once."""
        line = f"{self.where}: {text}"
        if line not in self.notices and len(self.notices) < PLACES:
            self.notices.append(line)


@dataclass(frozen=True)
class Chat:
    """A chat whose messages can be gone through more than once, so that none need be held."""

    key: str
    """Under which name what is foreign is kept with a turn."""
    form: str
    title: str
    messages: Callable[[Report], Iterator[Message]]
    player: str = ""
    """The player's name where the file gives one."""
    cast: Sequence[str] = ()
    """Names that the file gives beside those who speak."""
    summary: str = ""
    knowledge: Sequence[Path] = ()
    """Files with a lorebook, which may be the chat's own."""
    foreign: Mapping[str, Any] = field(default_factory=dict)
    """What the file says beside its messages; kept with the first turn."""
    ours: Json | None = None
    """The session of ours that it was."""


def _counted(count: int, what: str) -> str:
    """A number of things, as a person says it."""
    word = what.removesuffix("es" if what == "branches" else "s")
    return f"{count} {word if count == 1 else what}"


def text_in(value: Json, *keys: str) -> str:
    """The first of `keys` that holds a text which is not blank; else an empty text."""
    for key in keys:
        found = value.get(key)
        if isinstance(found, str) and found.strip():
            return found
    return ""


def objects(value: object) -> list[Json]:
    """The objects of a list; none where it is no list."""
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def texts(value: object) -> list[str]:
    """The texts of a list; none where it is no list."""
    return [one for one in value if isinstance(one, str)] if isinstance(value, list) else []


def candidates(text: str, others: Sequence[str]) -> tuple[tuple[str, ...], int]:
    """`text` and what else could have stood there, each once, and which of them it is."""
    found = tuple(dict.fromkeys([*(each for each in others if each.strip()), text]))
    return (found, found.index(text)) if len(found) > 1 else ((), 0)
