"""What a typed line may mean: what is said, a command, or either once it was asked about. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from scenes.log import Entry
from scenes.table.command import Command


@dataclass(frozen=True)
class Said:
    """Lines to be said, in this order."""

    entries: tuple[Entry, ...]
    then: str = ""
    """Who of the cast is to speak behind them, where that is said too."""


@dataclass(frozen=True)
class Do:
    """A command to be done, with the text behind it."""

    command: Command
    rest: str
    by: str = ""
    """The role that does it, where that is not the player."""


@dataclass(frozen=True)
class Doubt:
    """A line that may mean another thing than it says: asked about, and then it means this."""

    question: str
    meaning: Said | Do


Meaning = Said | Do | Doubt


def said_of(meaning: Meaning) -> Said | Do:
    """What a meaning comes to where a doubt is settled."""
    return meaning.meaning if isinstance(meaning, Doubt) else meaning


def together(read: Sequence[Meaning]) -> Said | Doubt:
    """What is said one after another; asked about where any of it is."""
    parts = [part for part in map(said_of, read) if isinstance(part, Said)]
    entries = tuple(entry for part in parts for entry in part.entries)
    said = Said(entries, parts[-1].then if parts else "")
    asked = next((part for part in read if isinstance(part, Doubt)), None)
    return replace(asked, meaning=said) if asked else said
