"""What a history may hold beside its lines, for the time when it is cut: summaries and facts. Pure.

They are entries that are no lines: comments, which no prompt holds. A summary stands before the
first line that it sums up, and comes into the prompt once that line does not; the facts are told
by `scenes.injection` where their words come up.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from scenes.log import Entry, Kind

SHARE = 0.25
"""The part of the history's tokens that summaries may take together."""
OPENING_SHARE = 8
"""The opening stays where it takes no more than one in so many of the history's tokens."""
HEADS = ("前情提要：", "The story so far: ")
"""What a summary begins with, in Chinese and in English."""
LEAST = 12
"""Tokens of a summary that was shortened; with less it is left out."""
_BRACKETS = str.maketrans("【】", "〔〕")
_ENDS = "。！？；.!?;"


@dataclass(frozen=True)
class Mark(Entry):
    """An entry that is no line: no log has it. `to` is those for whom alone it is."""

    kind: Kind = "comment"
    text: str = ""

    def __post_init__(self) -> None:
        """What is never written need not be writable."""


@dataclass(frozen=True)
class Recap(Mark):
    """A summary, before the first line of what it sums up; `to` is who was there all the time."""

    text: str = ""
    """As it is read, with what it begins with, such as `前情提要：…`."""
    number: int = 0


@dataclass(frozen=True)
class OpeningEnd(Mark):
    """Stands behind the opening, which stays when what follows it is cut."""


@dataclass(frozen=True)
class Fact(Mark):
    """Something that was pinned, where that was done; `to` is who knows it."""

    number: int = 0

    @property
    def key(self) -> str:
        return key_of(self.number)


@dataclass(frozen=True)
class Recalled:
    """What a prompt holds of the time before its history begins."""

    opening: int = 0
    """Lines of the opening."""
    summaries: tuple[tuple[int, int], ...] = ()
    """The numbers of the summaries, and how many characters of each are read."""

    def __bool__(self) -> bool:
        return bool(self.opening or self.summaries)


NOTHING_RECALLED = Recalled()


def key_of(fact: int) -> str:
    """The key of the notes that tell a fact, by its number."""
    return f"fact {fact}"


def recap_head(language: str) -> str:
    """What a summary begins with in a log of that language."""
    return HEADS[not language.startswith("zh")]


def recap_told(entry: Entry, number: int) -> Recap | None:
    """A summary that stands in a log as a line of its own, to be read also where that line is cut;
    `None` for any other entry."""
    if entry.kind != "narration" or not entry.text.startswith(HEADS):
        return None
    return Recap("comment", entry.text, number=number)


def with_recaps(entries: Iterable[Entry]) -> list[Entry]:
    """A log with its summaries marked, so that they stay where what is before them is cut."""
    marked: list[Entry] = []
    for number, entry in enumerate(entries, 1):
        recap = recap_told(entry, number)
        marked += [recap, entry] if recap else [entry]
    return marked


def recap_line(text: str) -> str:
    """A summary as a line of a prompt, without brackets that could end it."""
    return f"【{' '.join(text.split()).translate(_BRACKETS)}】\n"


def recalled_within(
    recaps: Sequence[Recap], room: int, cost: Callable[[str], int]
) -> tuple[tuple[int, int], ...]:
    """Which of the summaries are read, the oldest first, and how many characters of each: where
    they do not fit into `room` tokens, the oldest are shortened, or left out."""
    taken: list[tuple[int, int]] = []
    for recap in reversed(recaps):
        length = len(recap.text)
        if (tokens := cost(recap.text)) > room:
            length = _shortened(recap.text, room, cost) if room >= LEAST else 0
            tokens = room
        if length:
            taken.append((recap.number, length))
        room -= tokens
    return tuple(reversed(taken))


def _shortened(text: str, room: int, cost: Callable[[str], int]) -> int:
    """How many characters of a text fit into `room` tokens, to the end of a sentence if there is
    one."""
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if cost(text[:middle]) <= room else (low, middle - 1)
    sentence = max(text.rfind(end, 0, low) for end in _ENDS) + 1
    return sentence or low
