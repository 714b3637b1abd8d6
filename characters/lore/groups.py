"""Inclusion groups of lorebooks: of the entries of one group that match, one is taken. Pure."""

from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from random import Random

from characters.lore.book import Lorebook, LoreEntry
from characters.lore.matching import Matching, either


def groups_of(books: Sequence[Lorebook], standing: AbstractSet[str]) -> set[str]:
    """The groups of the entries whose text still stands in the history."""
    entries = ((book, entry) for book in books for entry in book.entries if entry.groups)
    return {
        group for book, entry in entries if book.key_of(entry) in standing for group in entry.groups
    }


class Groups:
    """Which groups have an entry already, and who is taken of the others."""

    def __init__(self, matching: Matching, active: Iterable[str], rng: Random) -> None:
        self.active = set(active)
        """Groups of which an entry has fired, in this scan or in what still stands."""
        self._matching, self._rng = matching, rng

    def one_of_each(
        self, entries: list[tuple[Lorebook, LoreEntry]]
    ) -> list[tuple[Lorebook, LoreEntry]]:
        """Those that remain when of each inclusion group one is taken."""
        for name in dict.fromkeys(group for _, entry in entries for group in entry.groups):
            members = [one for one in entries if name in one[1].groups]
            keep = self._winners(name, members)
            losers = {id(one[1]) for one in members if not any(one[1] is k[1] for k in keep)}
            entries = [one for one in entries if id(one[1]) not in losers]
        return entries

    def _winners(
        self, name: str, members: list[tuple[Lorebook, LoreEntry]]
    ) -> list[tuple[Lorebook, LoreEntry]]:
        if name in self.active:
            return []
        sticky = [one for one in members if self._matching.is_sticky(*one)]
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
        return self._rng.choices(members, weights)

    def _best_scored(
        self, members: list[tuple[Lorebook, LoreEntry]]
    ) -> list[tuple[Lorebook, LoreEntry]]:
        """Of members that are scored those with the most keys found; the others stay."""
        if not any(either(entry.group_scoring, book.group_scoring) for book, entry in members):
            return members
        scores = [self._matching.score(*one) for one in members]
        best = max(scores)
        return [
            one
            for one, score in zip(members, scores, strict=True)
            if score == best or not either(one[1].group_scoring, one[0].group_scoring)
        ]
