"""Whether an entry of a lorebook may fire at a moment, and whether its keys are found. Pure."""

from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import NamedTuple

from characters.lore.book import MAX_SCAN_DEPTH, Field, Lorebook, LoreEntry
from characters.lore.keys import SearchedText

Expand = Callable[[str], str]
BREAK = "\x01"
"""What stands before each message, so that a key does not reach from one into the next."""


class Utterance(NamedTuple):
    """One thing that was said."""

    name: str
    text: str


@dataclass(frozen=True)
class Moment:
    """What is known where a scan takes place."""

    messages: Sequence[Utterance] = ()
    """The oldest first; at most the last `MAX_SCAN_DEPTH` are needed."""
    said: int | None = None
    """How many messages there are in all; none is as many as `messages`."""
    speaker: str = ""
    """For whose line it is."""
    asked: AbstractSet[str] = frozenset()
    """What that one is called, in small letters: a key that is one of it is found."""
    tags: AbstractSet[str] = frozenset()
    """The tags of that character."""
    fields: Mapping[Field, str] = field(default_factory=dict)
    """Texts beside the messages that an entry may ask to be searched."""
    replies: int = 0
    """Lines that characters, not the player, have said."""
    greeting: int | None = None
    """Which opening was used; unknown where none."""
    started: Mapping[str, int] = field(default_factory=dict)
    """For each entry that fired before, by `Lorebook.key_of`, how many messages there were then."""
    standing: AbstractSet[str] = frozenset()
    """Entries whose text still stands in the history, and need not fire again."""
    profile: AbstractSet[str] = frozenset()
    """Entries that are a part of the profiles: they need not fire, but bring up others."""


class Matching:
    """Entries against a moment, in the rounds of one scan."""

    def __init__(self, moment: Moment, expand: Expand) -> None:
        self.moment, self.expand = moment, expand
        self.recursed = ""
        """What has fired in books that search it."""
        self.recursing = False
        self.level = 0
        """The level of recursion that is open."""
        self.deeper = 0
        """Messages beyond the depth, for the least number of activations."""
        self._said = len(moment.messages) if moment.said is None else moment.said
        self._texts: dict[tuple[object, ...], SearchedText] = {}

    def next_round(self, texts: Sequence[str]) -> None:
        """Search what has fired in the round before, too."""
        self.recursed += "".join(f"\n{BREAK}{one}" for one in texts)
        self.recursing = self.recursing or bool(texts)
        self._texts.clear()

    def may(self, book: Lorebook, entry: LoreEntry) -> bool:
        """Whether nothing forbids it now."""
        moment, messages = self.moment, self._said
        if entry.names and (moment.speaker in entry.names) == entry.names_excluded:
            return False
        if entry.tags and bool(moment.tags & set(entry.tags)) == entry.names_excluded:
            return False
        if messages < entry.delay or moment.replies < entry.after_replies:
            return False
        if entry.every_replies > 1 and moment.replies % entry.every_replies:
            return False
        if None not in (entry.greeting, moment.greeting) and entry.greeting != moment.greeting:
            return False
        if entry.once and book.key_of(entry) in moment.started:
            return False
        if self._is_cooling(book, entry) and not self.is_sticky(book, entry):
            return False
        return self.is_sticky(book, entry) or not self._waits_for_recursion(entry)

    def _waits_for_recursion(self, entry: LoreEntry) -> bool:
        if not self.recursing:
            return entry.delay_until_recursion > 0
        return entry.exclude_recursion or entry.delay_until_recursion > self.level

    def fires(self, book: Lorebook, entry: LoreEntry) -> bool:
        """Whether its keys are found where it looks for them, or it needs none."""
        if entry.always is not None:
            return entry.always
        if entry.once is False and book.key_of(entry) in self.moment.started:
            return True
        if entry.constant or self.is_sticky(book, entry):
            return True
        text = self._text(book, entry)
        if not (self._is_asked(entry) or self._any(entry.keys, text, book, entry)):
            return False
        if self._any(entry.excluded, text, book, entry):
            return False
        if not all(self._any(keys, text, book, entry) for keys in entry.required):
            return False
        return self._secondary(text, book, entry)

    def _is_asked(self, entry: LoreEntry) -> bool:
        """Whether it is about whoever is to speak, by one of its keys."""
        return any(key.strip().casefold() in self.moment.asked for key in entry.keys)

    def _secondary(self, text: SearchedText, book: Lorebook, entry: LoreEntry) -> bool:
        if not entry.secondary:
            return True
        hits = self._hits(entry.secondary, text, book, entry)
        match entry.logic:
            case "and_any":
                return hits > 0
            case "not_all":
                return hits < len(entry.secondary)
            case "not_any":
                return hits == 0
            case _:
                return hits == len(entry.secondary)

    def _any(
        self, keys: Sequence[str], text: SearchedText, book: Lorebook, entry: LoreEntry
    ) -> bool:
        return any(self._holds(key, text, book, entry) for key in keys)

    def _hits(
        self, keys: Sequence[str], text: SearchedText, book: Lorebook, entry: LoreEntry
    ) -> int:
        return sum(self._holds(key, text, book, entry) for key in keys)

    def _holds(self, key: str, text: SearchedText, book: Lorebook, entry: LoreEntry) -> bool:
        whole = either(entry.whole_words, book.whole_words)
        return text.holds(
            self.expand(key).strip() if "{{" in key else key,
            bare_regex=entry.bare_regex,
            case_sensitive=either(entry.case_sensitive, book.case_sensitive),
            whole_words=whole,
            ignore_spaces=book.ignore_spaces and not whole,
        )

    def _text(self, book: Lorebook, entry: LoreEntry) -> SearchedText:
        """What is searched for the keys of an entry."""
        own = entry.scan_depth
        depth = min(book.scan_depth + self.deeper if own is None else own, MAX_SCAN_DEPTH)
        recursed = book.recursive or entry.delay_until_recursion > 0
        kind = (depth, book.scan_characters, book.include_names, entry.fields, recursed)
        if kind not in self._texts:
            self._texts[kind] = SearchedText(self._searched(book, entry, depth, recursed))
        return self._texts[kind]

    def _searched(self, book: Lorebook, entry: LoreEntry, depth: int, recursed: bool) -> str:
        messages = self.moment.messages[-depth:] if depth else ()
        lines = [
            f"{BREAK}{one.name}: {one.text.strip()}"
            if book.include_names and one.name
            else f"{BREAK}{one.text.strip()}"
            for one in messages
        ]
        text = "\n".join(lines)
        if book.scan_characters is not None:
            text = text[-book.scan_characters :]
        more = [self.moment.fields.get(name, "") for name in entry.fields]
        fields = "".join(f"\n{BREAK}{one}" for one in more if one)
        return text + fields + (self.recursed if recursed else "")

    def is_sticky(self, book: Lorebook, entry: LoreEntry) -> bool:
        """Whether it fired not long ago and stays."""
        since = self._since(book, entry)
        return since is not None and 0 <= since < entry.sticky

    def _is_cooling(self, book: Lorebook, entry: LoreEntry) -> bool:
        since = self._since(book, entry)
        return since is not None and entry.sticky <= since < entry.sticky + entry.cooldown

    def _since(self, book: Lorebook, entry: LoreEntry) -> int | None:
        """Messages since it fired; `None` where it did not, or its text has changed since."""
        if not entry.sticky and not entry.cooldown:
            return None
        start = self.moment.started.get(book.key_of(entry))
        return None if start is None else self._said - start

    def score(self, book: Lorebook, entry: LoreEntry) -> int:
        """How many of its keys are found, by which members of a group are compared."""
        text = self._text(book, entry)
        score = self._hits(entry.keys, text, book, entry)
        second = self._hits(entry.secondary, text, book, entry)
        if entry.logic == "and_any" or (
            entry.logic == "and_all" and second == len(entry.secondary)
        ):
            score += second
        return score


def either(own: bool | None, default: bool) -> bool:
    """What an entry says, or else its book."""
    return default if own is None else own
