"""Logs and sessions to examples: split, each line with its prompt, and what became of the rest."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain, compress, islice
from typing import Protocol, Self, TypeVar

from base.errors import KnownError
from base.messages import N_, _, series
from models.train.data import Example, Split
from scenes.data.examples.alike import alike
from scenes.data.examples.balance import balanced
from scenes.data.examples.blocks import too_long
from scenes.data.examples.heldout import HeldOut, splits_of, splits_of_sources
from scenes.data.examples.prompts import Bounds, ExampleSource, ExampleTally, LogSource
from scenes.data.examples.rivals import with_rivals
from scenes.data.examples.script import Script, learned_roles, nobody
from scenes.prompt import Count

ALIKE = N_("much the same as a line that is held out")


class Divisible(Protocol):
    """What can be divided into what is learned and what is held out."""

    @property
    def lines(self) -> Sequence[int]:
        """Lines to learn in each part."""
        ...

    def in_blocks(self, at: int) -> Self:
        """The same with its part `at` as several, where it can be cut."""
        ...

    def at_end(self, share: float) -> Self | None:
        """The same with its end as a part of its own, where it can be cut so."""
        ...


Source = TypeVar("Source", bound=Divisible)


@dataclass
class ExampleSet:
    """The examples, and what became of the lines that are none."""

    examples: list[Example] = field(default_factory=list)
    tally: ExampleTally = field(default_factory=ExampleTally)


def make(
    sources: Sequence[ExampleSource], bounds: Bounds, held: HeldOut, balance: float = 0.0
) -> ExampleSet:
    """The examples of `sources`, none of which to train on is much the same as one held out.

    `balance` is that of `scenes.data.examples.balance`. Raises `KnownError` for an empty split.
    """
    tally, examples = ExampleTally(), list[Example]()
    sources, splits = divided(sources, held)
    for source, of_it in zip(sources, splits, strict=True):
        examples += source.examples(of_it, bounds, tally)
    tally.notices += [word for source in sources for word in source.warnings]
    wanted = set(chain.from_iterable(splits))
    return ExampleSet(list(joined(examples, wanted, tally, bounds.count, balance)), tally)


def joined(
    examples: Iterable[Example],
    wanted: Collection[Split],
    tally: ExampleTally,
    count: Count,
    balance: float,
) -> Iterator[Example]:
    """The examples of all sources as they are learned beside each other.

    They are gone through several times, and never held. Raises `KnownError` where all of a split
    that is wanted has been left out.
    """
    dropped, present = alike(examples), set[Split]()
    for example, is_dropped in zip(examples, dropped, strict=True):
        if is_dropped:
            tally.learned[example.speaker] -= 1
            tally.left_out[ALIKE] += 1
        else:
            present.add(example.split)
    _check_splits(present, tally, wanted)
    kept = _Kept(examples, dropped)
    return with_rivals(balanced(kept, count, balance), kept)


class _Kept:
    """The examples that are not dropped, as often as they are asked for."""

    def __init__(self, examples: Iterable[Example], dropped: bytearray) -> None:
        self._examples = examples
        self._kept = bytes(not one for one in dropped)

    def __iter__(self) -> Iterator[Example]:
        return compress(self._examples, self._kept)


def divided(sources: Sequence[Source], held: HeldOut) -> tuple[Sequence[Source], list[list[Split]]]:
    """The sources, what is too long to be held out whole in blocks, and the splits of their parts.

    Raises `KnownError` where a split would be empty.
    """
    sources, splits = _divided(sources, held)
    rest = iter(splits)
    return sources, [list(islice(rest, len(source.lines))) for source in sources]


def _divided(sources: Sequence[Source], held: HeldOut) -> tuple[Sequence[Source], list[Split]]:
    lines = [source.lines for source in sources]
    if held.sources is not None:
        return sources, splits_of_sources(lines, held.sources)
    if held.share == 0 and held.every is None:
        return sources, splits_of([count for of_it in lines for count in of_it], held)
    places = [(source, part) for source, of_it in enumerate(lines) for part in range(len(of_it))]
    longest = too_long([count for of_it in lines for count in of_it])
    if longest is not None:
        source, part = places[longest]
        only = sources[source]
        alone = sum(map(sum, lines)) == sum(lines[source])
        cut = only.at_end(1 / held.every if held.every else held.share) if alone else None
        if cut is not None:
            splits: list[Split] = ["train"] * len(places)
            splits.insert(longest + 1, "test")
            return _put(sources, source, cut), splits
        sources = _put(sources, source, only.in_blocks(part))
        lines = [source.lines for source in sources]
    return sources, splits_of([count for of_it in lines for count in of_it], held)


def _put(sources: Sequence[Source], at: int, one: Source) -> list[Source]:
    return [*sources[:at], one, *sources[at + 1 :]]


def _check_splits(present: set[Split], tally: ExampleTally, wanted: Iterable[Split]) -> None:
    """Raise `KnownError` where all of a split has been left out."""
    for split in sorted(set(wanted) - present):
        left_out = tally.left_out.most_common()
        why = series(f"{count} {_(reason)}" for reason, count in left_out)
        raise KnownError(
            _("the {split} split is empty, since all was left out: {why}", split=split, why=why)
        )


def log_source(
    script: Script, wanted: Sequence[str], without: Sequence[str] = (), weight: float = 1.0
) -> LogSource:
    """The lines of the roles that are wanted, or of all, never those of `without`.

    Raises `KnownError` where none is.
    """
    source = LogSource(script, learned_roles(script, wanted, without), weight)
    if not any(source.lines):
        raise nobody(script.source, script.chapters, source.roles)
    return source
