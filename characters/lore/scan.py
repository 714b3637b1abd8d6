"""Which entries of lorebooks fire at a moment, by the rules of SillyTavern's world info. Pure: the
same moment and the same chance give the same answer.
"""

from collections.abc import Callable, Sequence
from random import Random
from typing import NamedTuple

from characters.lore.book import ALWAYS, MAX_SCAN_DEPTH, Lorebook, LoreEntry
from characters.lore.groups import Groups, groups_of
from characters.lore.matching import Expand, Matching, Moment

Count = Callable[[str], int]


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
    return _Scan(books, Matching(moment, expand), _Room(budget, count), rng).run()


class _Scan:
    """One scan: the loop over rounds, and what has fired so far."""

    def __init__(
        self, books: Sequence[Lorebook], matching: Matching, room: "_Room", rng: Random
    ) -> None:
        self.matching, self.room, self.rng = matching, room, rng
        moment = matching.moment
        known = moment.standing | moment.profile
        self.waiting = [
            (book, entry)
            for book in books
            for entry in sorted(book.entries, key=_claim)
            if entry.enabled and book.key_of(entry) not in known
        ]
        self._told = [
            entry.content
            for book in books
            for entry in book.entries
            if book.recursive
            and not entry.prevent_recursion
            and book.key_of(entry) in moment.profile
        ]
        self.fired: list[Fired] = []
        self._groups = Groups(matching, groups_of(books, moment.standing), rng)
        self._levels = sorted({e.delay_until_recursion for _, e in self.waiting} - {0})
        """Levels of recursion for which entries wait, but for the one reached."""
        matching.level = self._levels.pop(0) if self._levels else 0
        self._steps = min(
            (b.max_recursion_steps for b in books if b.max_recursion_steps), default=0
        )
        self._least = max((book.min_activations for book in books), default=0)
        self._least_depth = max((book.min_activations_depth_max for book in books), default=0)

    def run(self) -> list[Fired]:
        step = 0
        while True:
            step += 1
            fired = self._take(self._groups.one_of_each(self._matching()))
            if self._steps and step >= self._steps:
                break
            again = [
                one.text for one in fired if one.book.recursive and not one.entry.prevent_recursion
            ]
            again += self._told
            self._told = []
            if not (again or self._look_further() or self._next_level()):
                break
            self.matching.next_round(again)
        return self.fired

    def _next_level(self) -> bool:
        """Open the next level of recursion for which entries wait."""
        if not self._levels:
            return False
        self.matching.level, self.matching.recursing = self._levels.pop(0), True
        return True

    def _look_further(self) -> bool:
        """Whether fewer than the least number have fired and there are messages left to search."""
        if len(self.fired) >= self._least:
            return False
        deepest = self._least_depth or MAX_SCAN_DEPTH
        widest = max((book.scan_depth for book, _ in self.waiting), default=0)
        messages = len(self.matching.moment.messages)
        if widest + self.matching.deeper >= min(deepest, messages):
            return False
        self.matching.deeper += 1
        return True

    def _matching(self) -> list[tuple[Lorebook, LoreEntry]]:
        matching = self.matching
        entries = [one for one in self.waiting if matching.may(*one) and matching.fires(*one)]
        return sorted(entries, key=lambda one: not matching.is_sticky(*one))

    def _take(self, entries: list[tuple[Lorebook, LoreEntry]]) -> list[Fired]:
        """Those whose chance came and for which there is room; none is looked at again."""
        fired: list[Fired] = []
        done = {id(entry) for _, entry in entries}
        for book, entry in entries:
            if not self._lucky(book, entry):
                continue
            text = self.matching.expand(entry.content).strip()
            if text and self.room.takes(book, entry, text):
                fired.append(Fired(book, entry, text))
        self.waiting = [one for one in self.waiting if id(one[1]) not in done]
        self.fired += fired
        self._groups.active.update(group for one in fired for group in one.entry.groups)
        return fired

    def _lucky(self, book: Lorebook, entry: LoreEntry) -> bool:
        if entry.probability >= ALWAYS or self.matching.is_sticky(book, entry):
            return True
        return self.rng.random() * 100 <= entry.probability and entry.probability > 0


class _Room:
    """The budget of a scan, and what entries have spent of it; one that does not fit stops none
    that follow."""

    def __init__(self, budget: int, count: Count) -> None:
        self.budget, self.count = budget, count
        self.spent = 0
        self.spent_by: dict[str, int] = {}

    def takes(self, book: Lorebook, entry: LoreEntry, text: str) -> bool:
        """Whether a text fits, which then takes its part of the budget."""
        if entry.ignore_budget:
            return True
        cost = self.count(text)
        room = self.budget - self.spent
        if book.budget is not None:
            room = min(room, book.budget - self.spent_by.get(book.name, 0))
        if cost > room or (entry.last_resort and cost > room // 2):
            return False
        self.spent += cost
        self.spent_by[book.name] = self.spent_by.get(book.name, 0) + cost
        return True


def _claim(entry: LoreEntry) -> tuple[bool, int, int]:
    """Who is asked first whether it fits."""
    return entry.last_resort, -(entry.priority or 0), -entry.order
