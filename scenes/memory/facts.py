"""Finds the facts that are about what was said last, as knowledge is found. Pure."""

from collections.abc import Sequence
from contextlib import closing

from characters.wiki.chunks import Chunk
from characters.wiki.index import Base
from characters.wiki.terms import says_little, terms
from scenes.recall import Fact

AT_ONCE = 3
"""Facts that a turn may bring up."""


def facts_about(words: str, facts: Sequence[Fact]) -> list[Fact]:
    """The facts that share a word with what was said, those first that fit best.

    A pair of characters of which one is a particle is no word.
    """
    said = {term for term in terms(words) if not says_little(term)}
    about = [fact for fact in facts if said.intersection(terms(fact.text))]
    if not about:
        return []
    with closing(Base.of(Chunk("", "", fact.text) for fact in about)) as base:
        return [about[hit.id] for hit in base.search(words, AT_ONCE)]
