"""What the narration around a quotation says of its speaker, before anybody is chosen."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Literal, Protocol


class Strength(IntEnum):
    """How surely the narration tells the speaker."""

    NOTHING = 0
    NEAR = 1
    """The paragraph before ends with what somebody does."""
    BEAT = 2
    """Somebody acts in the paragraph."""
    TAG = 3
    """Somebody is said to speak."""


MALE, FEMALE, FIRST, SOMEBODY = "*m", "*f", "*i", "*?"
"""Subjects that are no names: he, she, I, and somebody who is not told."""


@dataclass(frozen=True)
class Subject:
    """Who a clause is about: a name, or one of the marks above."""

    who: str
    end: int = 0
    """Where in the clause what is told of them begins."""


@dataclass
class Turn:
    """A quotation, what is known of who says it, and in the end who does."""

    start: int
    end: int
    paragraph: int
    """Counted over all lines of the text that are not blank."""
    who: str = ""
    strength: Strength = Strength.NOTHING
    same: bool = False
    """Whether whoever says the quotation before it in the paragraph says this too."""
    goes_on: bool = False
    """Whether the paragraph before left its quotation open, so that this one goes on with it."""
    other: bool = False
    """Whether somebody else than in the quotation before says it."""
    to: str = ""
    """To whom, where that is told."""
    called: tuple[str, ...] = ()
    """Whom the words call, who does not say them."""
    asks: bool = False
    """Whether the words end with a question."""
    kind: Literal["speech", "thought", "writing", "term"] = "speech"
    bare: int = -1
    """Where the clause begins that says no more than who speaks; -1 where none leads."""
    after: int = -1
    """Where such a clause behind it ends; -1 where none follows."""
    not_who: list[str] = field(default_factory=list)
    speaker: str = ""
    how: str = ""
    """Which rule chose the speaker."""


@dataclass(frozen=True)
class Mentioned:
    """Somebody named in the narration."""

    at: int
    who: str
    subject: bool
    paragraph: int


class Reader(Protocol):
    """Reads the narration of one language."""

    def turns(self) -> list[Turn]:
        """The quotations in order, each with what the narration around it says."""
        ...

    def mentions(self) -> Sequence[Mentioned]:
        """Who is named where, outside what is said, in order."""
        ...

    def gender(self, name: str) -> str:
        """`m`, `f`, or nothing."""
        ...

    def stands_for(self, who: str) -> str:
        """`m`, `f` or `any` where a subject, no name, may mean somebody named; else nothing."""
        ...

    @property
    def narrator(self) -> str:
        """What somebody who says I is called."""
        ...
