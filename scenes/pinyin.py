"""What a few typed letters mean: part of a name, its pinyin or initials, or nearly so. Pure.

`ranked` is loaded with pinyin at its first use alone; nothing else needs it.
"""

import os
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import TypeVar

T = TypeVar("T")
NEAR = 78
"""From this likeness in a hundred on, a text is near enough."""
SHORTEST_NEAR = 4
"""Letters from which on something near is looked for."""
LONGEST_QUERY = 64
LONGEST_TEXT = 400
"""Characters of a text that are looked at."""


def ranked(query: str, items: Iterable[T], texts: Callable[[T], Sequence[str]]) -> list[T]:
    """The items that `query` may mean, the likeliest first; all of them for a blank query.

    `texts` gives what an item is known by, the most telling first; every word of the query must be
    found in one of them.
    """
    words = query[:LONGEST_QUERY].casefold().split()
    scored = []
    for at, item in enumerate(items):
        known = [text[:LONGEST_TEXT].casefold() for text in texts(item)]
        scores = [_best(word, known) for word in words]
        if all(scores):
            scored.append((-sum(scores), at, item))
    return [item for __, __, item in sorted(scored, key=lambda one: one[:2])]


def _best(word: str, texts: Sequence[str]) -> float:
    """How well a word fits one of the texts, 0 for not at all; the first counts the most."""
    fits = [_fit(word, text) - 0.5 * min(at, 8) for at, text in enumerate(texts) if text]
    best = max(fits, default=0.0)
    return best if best > 0 else 0.0


def _fit(word: str, text: str) -> float:
    if word in text:
        return 100 - 10 * (not text.startswith(word))
    if not word.isascii() or not any(character.isalpha() for character in word):
        return 0
    place = spelt(word, text)
    if place is not None:
        return 80 - 10 * (place > 0)
    if len(word) >= SHORTEST_NEAR and text.isascii():
        from rapidfuzz import fuzz

        likeness = fuzz.partial_ratio(word, text, score_cutoff=NEAR)
        return likeness / 2 if len(text) >= SHORTEST_NEAR else 0
    return 0


def spelt(word: str, text: str) -> int | None:
    """Where `word` spells characters of `text`, each by its pinyin or the beginning of it."""
    if text.isascii():
        return None
    spelling = _spelling(text)
    for start, (first, __) in enumerate(spelling):
        if word[0] in first and _spells(word, spelling, start):
            return start
    return None


@lru_cache(maxsize=20_000)
def _spelling(text: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Of each character the letters that it may begin with, and its readings."""
    all_readings = (readings(character) for character in text)
    return tuple(("".join(one[:1] for one in each), each) for each in all_readings)


def _spells(word: str, spelling: Sequence[tuple[str, tuple[str, ...]]], start: int) -> bool:
    """Whether `word` is spelt by the characters from `start` on."""
    places = {0}
    for __, each in spelling[start : start + len(word)]:
        following: set[int] = set()
        for place in places:
            for reading in each:
                for length in _beginnings(word, place, reading):
                    if place + length == len(word):
                        return True
                    following.add(place + length)
        if not following:
            return False
        places = following
    return False


def _beginnings(word: str, place: int, reading: str) -> Iterable[int]:
    """How many letters of `word` from `place` on one character may stand for."""
    most = min(len(reading), len(word) - place)
    for length in range(most, 0, -1):
        if word.startswith(reading[:length], place) and (
            length in (1, len(reading))
            or reading[:length] in ("zh", "ch", "sh")
            or place + length == len(word)
        ):
            yield length


@lru_cache(maxsize=20_000)
def readings(character: str) -> tuple[str, ...]:
    """The ways to read a character, in letters without tones; any other one is itself."""
    if character.isascii():
        return (character,) if character.isalnum() else ("",)
    found = _pinyin(character)
    plain = (reading.replace("ü", "v") for reading in found)
    return tuple(dict.fromkeys(plain)) or (character,)


def _pinyin(character: str) -> Sequence[str]:
    # its dictionary of phrases takes 0.2 s to load, and says nothing of single characters
    os.environ.setdefault("PYPINYIN_NO_PHRASES", "true")
    from pypinyin import Style, pinyin

    return pinyin(character, style=Style.NORMAL, heteronym=True, v_to_u=False)[0]
