"""A quotation of a book, with who says it."""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["speech", "thought", "writing", "term"]


@dataclass(frozen=True)
class Quote:
    """A quotation of a book. Positions count characters of `Book.text`."""

    start: int
    end: int
    text: str
    """What is said, without its outer marks."""
    kind: Kind
    speaker: str
    """The canonical name; empty where the text does not tell, or the extractor cannot."""
    lead: tuple[int, int]
    """The narration before it."""
    bare: int
    """Where the clause begins that says no more than who speaks; `start` where there is none."""
    after: int = -1
    """Where such a clause behind it ends; -1 where there is none."""
    by_model: bool = False
    """Whether a model chose the speaker among those at hand."""
