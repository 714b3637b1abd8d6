"""Quotations of modern prose with their speakers."""

from collections.abc import Iterator, Sequence

from scenes.data.books.prose.evidence import Reader, Turn
from scenes.data.books.prose.resolve import Resolver


def spoken(reader: Reader) -> Iterator[Turn]:
    """The quotations of a book in order, each with its speaker where one is told."""
    yield from Resolver(reader).resolved()


def share_given(turns: Sequence[Turn]) -> float:
    """How many of what is said are given a speaker."""
    said = [turn for turn in turns if turn.kind in ("speech", "thought")]
    return sum(bool(turn.speaker) for turn in said) / max(1, len(said))
