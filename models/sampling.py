"""The arithmetic of sampling that transformers lacks: seeds by row, and DRY's penalties on ids."""

import random
from collections.abc import Callable, Iterable, Sequence

LONGEST_REPETITION = 64
"""DRY measures no repetition beyond this many tokens; its penalty is past all logits by then."""


def row_chances(seed: int, row: int, count: int) -> list[float]:
    """`count` uniform numbers in [0, 1) that depend on the seed and the row only."""
    return _uniform(random.Random(f"{seed}/{row}"), count)


def _uniform(source: random.Random, count: int) -> list[float]:
    return [source.random() for _ in range(count)]


class Breakers:
    """Finds the tokens across which DRY sees no repetition.

    A breaker is found as a token whose text holds it, or as the run of tokens it is encoded to,
    with or without a text before it.
    """

    def __init__(
        self,
        strings: Iterable[str],
        encode: Callable[[str], Sequence[int]],
        decode: Callable[[int], str],
    ) -> None:
        self.strings = tuple(filter(None, strings))
        self._decode = decode
        self._runs = {tuple(encode(string)) for string in self.strings} - {()}
        self._holds: dict[int, bool] = {}

    @property
    def reach(self) -> int:
        """Tokens in the longest breaker."""
        return max(map(len, self._runs), default=1)

    def marks(self, ids: Sequence[int]) -> list[bool]:
        """True for each token that is a breaker or part of one."""
        marks = [self._holds_breaker(token) for token in ids]
        for run in self._runs:
            for start in range(len(ids) - len(run) + 1):
                if ids[start] == run[0] and tuple(ids[start : start + len(run)]) == run:
                    marks[start : start + len(run)] = [True] * len(run)
        return marks

    def _holds_breaker(self, token: int) -> bool:
        known = self._holds.get(token)
        if known is None:
            text = self._decode(token)
            known = self._holds[token] = any(string in text for string in self.strings)
        return known


def dry_penalties(
    ids: Sequence[int], marks: Sequence[bool], multiplier: float, base: float, allowed: int
) -> dict[int, float]:
    """What DRY takes off the logits of tokens that would prolong a repetition.

    Where the last n tokens of `ids` also stand earlier, the token that followed there loses
    multiplier * base ** (n - allowed), for the longest such n of at least `allowed`. Marked tokens
    (breakers) are no part of a repetition and lose nothing.
    Source: "DRY: A modern repetition penalty", text-generation-webui pull request 5677.
    """
    end = len(ids) - 1
    if end < 1 or marks[end]:
        return {}
    longest: dict[int, int] = {}
    for at in range(end):
        if ids[at] != ids[end] or marks[at + 1]:
            continue
        length = _common_tail(ids, marks, at, end)
        if length >= max(allowed, 1):
            longest[ids[at + 1]] = max(length, longest.get(ids[at + 1], 0))
    return {token: multiplier * base ** (n - allowed) for token, n in longest.items()}


def _common_tail(ids: Sequence[int], marks: Sequence[bool], at: int, end: int) -> int:
    """How many tokens ending at `at` equal those ending at `end`, up to a breaker."""
    length = 0
    while (
        length < min(at + 1, LONGEST_REPETITION)
        and ids[at - length] == ids[end - length]
        and not marks[at - length]
    ):
        length += 1
    return length
