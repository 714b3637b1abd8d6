"""Which chapters or sessions are held out: whole ones, so that no test line is learned. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from base.errors import KnownError
from base.messages import _, _n
from models.train.data import Split


@dataclass(frozen=True)
class HeldOut:
    """How much is held out for tests."""

    share: float = 0.1
    """The part of the lines, 0 to 1, in chapters drawn by `seed`; 0 holds out nothing."""
    every: int | None = None
    """Instead of a share, every so many-th chapter."""
    seed: int = 1
    sources: tuple[bool, ...] | None = None
    """Instead of both, whether each log or session is held out whole, in their order."""
    may_be_none: bool = False
    """Whether nothing is held out where there is too little for it."""


def splits_of_sources(lines: Sequence[Sequence[int]], held: Sequence[bool]) -> list[Split]:
    """The split of each chapter where whole logs or sessions are held out.

    `lines` are the lines to learn of each chapter of each. Raises `KnownError` where a split would
    be empty.
    """
    places = [at for at, of_it in enumerate(lines) if any(of_it)]
    test = {at for at, is_held in enumerate(held) if is_held} & set(places)
    _check(places, test, _("what the list names"))
    return ["test" if at in test else "train" for at, of_it in enumerate(lines) for __ in of_it]


def splits_of(lines: Sequence[int], held: HeldOut) -> list[Split]:
    """The split of each chapter or session, of which `lines` are the lines to learn.

    Those without a line are on the side of the one before. Raises `KnownError` where a split
    would be empty.
    """
    places = [at for at, count in enumerate(lines) if count]
    if len(places) < 2 and held.may_be_none:
        return ["train"] * len(lines)
    if held.every is not None:
        test = set(places[held.every - 1 :: held.every])
        how = _("one in {every}", every=held.every)
    else:
        test = _drawn(lines, places, held)
        how = _("{share:g} of the lines", share=held.share)
    if not test and held.share == 0 and held.every is None:
        return ["train"] * len(lines)
    _check(places, test, how)
    splits: list[Split] = []
    for at, count in enumerate(lines):
        before = splits[-1] if splits else "train"
        splits.append(("test" if at in test else "train") if count else before)
    return splits


def _check(places: Sequence[int], test: set[int], how: str) -> None:
    """Raise `KnownError` where a split would be empty."""
    if len(places) < 2:
        raise KnownError(
            _(
                "there is only one chapter or session with lines to learn, and it cannot be both "
                "trained on and held out; give more logs, divide this one by headings such as "
                "==== 第二章 ====, or hold out nothing with: --test 0"
            )
        )
    if not test or len(test) == len(places):
        raise KnownError(
            _n(
                "the {split} split would be empty: {how} is to be held out of {n} chapter or "
                "session with lines to learn; ask for another part",
                "the {split} split would be empty: {how} is to be held out of {n} chapters or "
                "sessions with lines to learn; ask for another part",
                len(places),
                split="train" if test else "test",
                how=how,
            )
        )


def _drawn(lines: Sequence[int], places: Sequence[int], held: HeldOut) -> set[int]:
    """Chapters drawn until taking one more would lead away from the share; one at least."""
    wanted = held.share * sum(lines)
    shuffled = list(places)
    Random(held.seed).shuffle(shuffled)
    test, held_out = set[int](), 0
    for at in shuffled:
        if wanted and (not test or abs(held_out + lines[at] - wanted) < abs(held_out - wanted)):
            test.add(at)
            held_out += lines[at]
    return test
