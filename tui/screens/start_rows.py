"""The parts of the start: what a list shows, what is told of a row, and what its keys do."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from textual.content import Content

from tui.widgets.preview import Part

Hint = tuple[str, str]
"""A key, and what it does in a word."""


@dataclass(frozen=True)
class Row:
    """A line of a list; without an `id` it is a heading, which cannot be lit."""

    id: str
    content: Content


@dataclass(frozen=True)
class Told:
    """What is told of a row."""

    parts: Sequence[Part] = ()
    cast: Sequence[str] = ()
    keeps_end: bool = False
    """Whether what comes last matters more than what comes first."""


@dataclass
class Section:
    """One of the lists. It is filled in a thread by `read`, and shown by the screen."""

    name: str
    many: int | None = None
    """How many things there are, where that is known."""
    lit: str = ""
    """The row that was lit last."""
    rows_shown: list[Row] = field(default_factory=list)

    @property
    def title(self) -> str:
        """What the list is called."""
        raise NotImplementedError

    @property
    def hints(self) -> Sequence[Hint]:
        """The keys that do something here, the most important first."""
        raise NotImplementedError

    @property
    def nothing(self) -> str:
        """What is said where there is no row."""
        raise NotImplementedError

    def glimpse(self) -> None:
        """Look at what can be told at once, before the first paint."""

    def read(self) -> object:
        """All that there is, read in another thread, for `take`."""
        raise NotImplementedError

    def take(self, read: object) -> None:
        """Take over what was read."""
        raise NotImplementedError

    def rows(self, query: str) -> list[Row]:
        """The rows that fit what is looked for, the likeliest first."""
        raise NotImplementedError

    def told(self, id: str) -> Told:
        """What is told of a row; it may take a while, and is called in another thread."""
        raise NotImplementedError
