"""Which entries of lorebooks fire at a moment, by the rules of SillyTavern's world info. Pure: the
same moment and the same chance give the same answer.
"""

from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from random import Random
from typing import NamedTuple

from characters.lore.book import ALWAYS, MAX_SCAN_DEPTH, Field, Lorebook, LoreEntry
from characters.lore.keys import Text

Count = Callable[[str], int]
Expand = Callable[[str], str]
BREAK = "\x01"
"""What stands before each message, so that a key does not reach from one into the next."""


class Message(NamedTuple):
    """One thing that was said."""

    name: str
    text: str


@dataclass(frozen=True)
class Moment:
    """What is known where a scan takes place."""

    messages: Sequence[Message] = ()
    """The oldest first; at most the last `MAX_SCAN_DEPTH` are needed."""
    said: int | None = None
    """How many messages there are in all; none is as many as `messages`."""
    speaker: str = ""
    """For whose line it is."""
    tags: AbstractSet[str] = frozenset()
    """The tags of that character."""
    fields: Mapping[Field, str] = field(default_factory=dict)
    """Texts beside the messages that an entry may ask to be searched."""
    replies: int = 0
    """Lines that characters, not the player, have said."""
    greeting: int | None = None
    """Which opening was used; unknown where none."""
    started: Mapping[str, int] = field(default_factory=dict)
    """For each entry told before, by `Lorebook.key_of`, how many messages there were then."""
    standing: AbstractSet[str] = frozenset()
    """Entries whose text still stands in the history, and need not be told again."""


class Fired(NamedTuple):
    """An entry that fires."""

    book: Lorebook
    entry: LoreEntry
    text: str
    """What it tells, macros expanded."""

    @property
    def key(self) -> str:
        return self.book.key_of(self.entry)


def scan(
    books: Sequence[Lorebook],
    moment: Moment,
    budget: int,
    count: Count,
    rng: Random,
    expand: Expand = str,
) -> list[Fired]:
    """The entries that fire, the one with the first claim to the budget first.

    `budget` is in tokens by `count`; entries of a book's own `budget` keep within that too. Books
    come one after another in their order, the entries of each by `order` descending. `expand`
    replaces the macros in keys and contents.
    """
    return _Scan(books, moment, budget, count, rng, expand).run()


class _Scan:
    """One scan: the loop over rounds, and what has fired so far."""

    def __init__(
        self,
        books: Sequence[Lorebook],
        moment: Moment,
        budget: int,
        count: Count,
        rng: Random,
        expand: Expand,
    ) -> None:
        self.moment, self.budget, self.count = moment, budget, count
        self.rng, self.expand = rng, expand
        self._said = len(moment.messages) if moment.said is None else moment.said
        self.waiting = [
            (book, entry)
            for book in books
            for entry in sorted(book.entries, key=_claim)
            if entry.enabled and book.key_of(entry) not in moment.standing
        ]
        self._standing = {
            group
            for book in books
            for entry in book.entries
            if entry.groups and book.key_of(entry) in moment.standing
            for group in entry.groups
        }
        self.fired: list[Fired] = []
        self.told = ""
        """What has fired in books that search it."""
        self.recursing = False
        self.levels = sorted({e.delay_until_recursion for _, e in self.waiting} - {0})
        """Levels of recursion for which entries wait, but for the one reached."""
        self.level = self.levels.pop(0) if self.levels else 0
        self.deeper = 0
        """Messages beyond the depth, for the least number of activations."""
        self.spent = 0
        self.spent_by: dict[str, int] = {}
        self.full: set[str] = set()
        """Books of which nothing more fits."""
        self._texts: dict[tuple[object, ...], Text] = {}
        self._steps = min(
            (b.max_recursion_steps for b in books if b.max_recursion_steps), default=0
        )
        self._least = max((book.min_activations for book in books), default=0)
        self._least_depth = max((book.min_activations_depth_max for book in books), default=0)

    def run(self) -> list[Fired]:
        step = 0
        while True:
            step += 1
            taken = self._take(self._one_of_each_group(self._matching()))
            if self._steps and step >= self._steps:
                break
            again = [one for one in taken if one.book.recursive and not one.entry.prevent_recursion]
            if again:
                self.told += "".join(f"\n{BREAK}{one.text}" for one in again)
            if not (again or self._look_further() or self._next_level()):
                break
            self.recursing = self.recursing or bool(again)
            self._texts.clear()
        return self.fired

    def _next_level(self) -> bool:
        """Open the next level of recursion for which entries wait."""
        if not self.levels:
            return False
        self.level, self.recursing = self.levels.pop(0), True
        return True

    def _look_further(self) -> bool:
        """Whether fewer than the least number have fired and there are messages left to search."""
        if len(self.fired) >= self._least:
            return False
        deepest = self._least_depth or MAX_SCAN_DEPTH
        widest = max((book.scan_depth for book, _ in self.waiting), default=0)
        if widest + self.deeper >= min(deepest, len(self.moment.messages)):
            return False
        self.deeper += 1
        return True

    # --- matching ---

    def _matching(self) -> list[tuple[Lorebook, LoreEntry]]:
        found = [one for one in self.waiting if self._may(*one) and self._fires(*one)]
        return sorted(found, key=lambda one: not self._is_sticky(*one))

    def _may(self, book: Lorebook, entry: LoreEntry) -> bool:
        """Whether nothing forbids it now."""
        moment, said = self.moment, self._said
        if entry.names and (moment.speaker in entry.names) == entry.names_excluded:
            return False
        if entry.tags and bool(moment.tags & set(entry.tags)) == entry.names_excluded:
            return False
        if said < entry.delay or moment.replies < entry.after_replies:
            return False
        if entry.every_replies > 1 and moment.replies % entry.every_replies:
            return False
        if None not in (entry.greeting, moment.greeting) and entry.greeting != moment.greeting:
            return False
        if entry.once and book.key_of(entry) in moment.started:
            return False
        if self._is_cooling(book, entry) and not self._is_sticky(book, entry):
            return False
        return self._is_sticky(book, entry) or not self._waits_for_recursion(entry)

    def _waits_for_recursion(self, entry: LoreEntry) -> bool:
        if not self.recursing:
            return entry.delay_until_recursion > 0
        return entry.exclude_recursion or entry.delay_until_recursion > self.level

    def _fires(self, book: Lorebook, entry: LoreEntry) -> bool:
        if entry.always is not None:
            return entry.always
        if entry.once is False and book.key_of(entry) in self.moment.started:
            return True
        if entry.constant or self._is_sticky(book, entry):
            return True
        text = self._text(book, entry)
        if not self._any(entry.keys, text, book, entry):
            return False
        if self._any(entry.excluded, text, book, entry):
            return False
        if not all(self._any(keys, text, book, entry) for keys in entry.required):
            return False
        return self._secondary(text, book, entry)

    def _secondary(self, text: Text, book: Lorebook, entry: LoreEntry) -> bool:
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

    def _any(self, keys: Sequence[str], text: Text, book: Lorebook, entry: LoreEntry) -> bool:
        return any(self._holds(key, text, book, entry) for key in keys)

    def _hits(self, keys: Sequence[str], text: Text, book: Lorebook, entry: LoreEntry) -> int:
        return sum(self._holds(key, text, book, entry) for key in keys)

    def _holds(self, key: str, text: Text, book: Lorebook, entry: LoreEntry) -> bool:
        whole = _or(entry.whole_words, book.whole_words)
        return text.holds(
            self.expand(key).strip() if "{{" in key else key,
            bare_regex=entry.bare_regex,
            case_sensitive=_or(entry.case_sensitive, book.case_sensitive),
            whole_words=whole,
            ignore_spaces=book.ignore_spaces and not whole,
        )

    def _text(self, book: Lorebook, entry: LoreEntry) -> Text:
        """What is searched for the keys of an entry."""
        own = entry.scan_depth
        depth = min(book.scan_depth + self.deeper if own is None else own, MAX_SCAN_DEPTH)
        told = book.recursive or entry.delay_until_recursion > 0
        kind = (depth, book.scan_characters, book.include_names, entry.fields, told)
        if kind not in self._texts:
            self._texts[kind] = Text(self._searched(book, entry, depth, told))
        return self._texts[kind]

    def _searched(self, book: Lorebook, entry: LoreEntry, depth: int, told: bool) -> str:
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
        return (
            text + "".join(f"\n{BREAK}{one}" for one in more if one) + (self.told if told else "")
        )

    # --- time ---

    def _is_sticky(self, book: Lorebook, entry: LoreEntry) -> bool:
        since = self._since(book, entry)
        return since is not None and 0 <= since < entry.sticky

    def _is_cooling(self, book: Lorebook, entry: LoreEntry) -> bool:
        since = self._since(book, entry)
        return since is not None and entry.sticky <= since < entry.sticky + entry.cooldown

    def _since(self, book: Lorebook, entry: LoreEntry) -> int | None:
        """Messages since it was told; `None` where it was not, or its text has changed since."""
        if not entry.sticky and not entry.cooldown:
            return None
        start = self.moment.started.get(book.key_of(entry))
        return None if start is None else self._said - start

    # --- groups ---

    def _one_of_each_group(
        self, found: list[tuple[Lorebook, LoreEntry]]
    ) -> list[tuple[Lorebook, LoreEntry]]:
        """Those that remain when of each inclusion group one is taken."""
        for name in dict.fromkeys(group for _, entry in found for group in entry.groups):
            members = [one for one in found if name in one[1].groups]
            keep = self._winners(name, members)
            losers = {id(one[1]) for one in members if not any(one[1] is k[1] for k in keep)}
            found = [one for one in found if id(one[1]) not in losers]
        return found

    def _winners(
        self, name: str, members: list[tuple[Lorebook, LoreEntry]]
    ) -> list[tuple[Lorebook, LoreEntry]]:
        if self._is_active(name):
            return []
        sticky = [one for one in members if self._is_sticky(*one)]
        if sticky:
            return sticky
        members = self._best_scored(members)
        if len(members) <= 1:
            return members
        chosen = [one for one in members if one[1].group_override]
        if chosen:
            return [max(chosen, key=lambda one: one[1].order)]
        weights = [max(one[1].group_weight, 0.0) for one in members]
        if not any(weights):
            weights = [1.0] * len(members)
        return self.rng.choices(members, weights)

    def _is_active(self, group: str) -> bool:
        """Whether an entry of the group has fired, in this scan or in what still stands."""
        return group in self._standing or any(group in one.entry.groups for one in self.fired)

    def _best_scored(
        self, members: list[tuple[Lorebook, LoreEntry]]
    ) -> list[tuple[Lorebook, LoreEntry]]:
        """Of members that are scored those with the most keys found; the others stay."""
        if not any(_or(entry.group_scoring, book.group_scoring) for book, entry in members):
            return members
        scores = [self._score(*one) for one in members]
        best = max(scores)
        return [
            one
            for one, score in zip(members, scores, strict=True)
            if score == best or not _or(one[1].group_scoring, one[0].group_scoring)
        ]

    def _score(self, book: Lorebook, entry: LoreEntry) -> int:
        text = self._text(book, entry)
        score = self._hits(entry.keys, text, book, entry)
        second = self._hits(entry.secondary, text, book, entry)
        if entry.logic == "and_any" or (
            entry.logic == "and_all" and second == len(entry.secondary)
        ):
            score += second
        return score

    # --- chance and room ---

    def _take(self, found: list[tuple[Lorebook, LoreEntry]]) -> list[Fired]:
        """Those whose chance came and for which there is room; none is looked at again."""
        taken: list[Fired] = []
        done = {id(entry) for _, entry in found}
        for book, entry in found:
            if not self._lucky(book, entry):
                continue
            text = self.expand(entry.content).strip()
            if text and self._fits(book, entry, text):
                taken.append(Fired(book, entry, text))
        self.waiting = [one for one in self.waiting if id(one[1]) not in done]
        self.fired += taken
        return taken

    def _lucky(self, book: Lorebook, entry: LoreEntry) -> bool:
        if entry.probability >= ALWAYS or self._is_sticky(book, entry):
            return True
        return self.rng.random() * 100 <= entry.probability and entry.probability > 0

    def _fits(self, book: Lorebook, entry: LoreEntry, text: str) -> bool:
        if entry.ignore_budget:
            return True
        if book.name in self.full:
            return False
        cost = self.count(text)
        stops = book.overflow == "stop"
        most = cost + 1 if stops else cost  # SillyTavern never fills a budget to its last token
        room = self.budget - self.spent
        if book.budget is not None:
            room = min(room, book.budget - self.spent_by.get(book.name, 0))
        if most > room or (entry.last_resort and cost > room // 2):
            if stops:
                self.full.add(book.name)
            return False
        self.spent += cost
        self.spent_by[book.name] = self.spent_by.get(book.name, 0) + cost
        return True


def _claim(entry: LoreEntry) -> tuple[bool, int, int]:
    """Who is asked first whether it fits."""
    return entry.last_resort, -(entry.priority or 0), -entry.order


def _or(own: bool | None, default: bool) -> bool:
    return default if own is None else own
