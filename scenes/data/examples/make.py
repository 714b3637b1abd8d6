"""Logs and sessions to examples: split, each line with its prompt, and what became of the rest."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from base.errors import KnownError
from base.messages import N_, _, series
from models.train.data import Example, Split
from scenes.data.examples.alike import without_alike
from scenes.data.examples.balance import balanced
from scenes.data.examples.blocks import too_long
from scenes.data.examples.heldout import HeldOut, splits_of, splits_of_sources
from scenes.data.examples.prompts import Bounds, ExampleSource, ExampleTally, LogSource
from scenes.data.examples.rivals import with_rivals
from scenes.data.examples.script import Script, learned_roles, nobody
from scenes.data.examples.sessions import SessionSource

ALIKE = N_("much the same as a line that is held out")


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
    made = ExampleSet()
    sources, splits = _divided(sources, held)
    lines = [source.lines for source in sources]
    wanted = set(splits)
    for source, of_it in zip(sources, lines, strict=True):
        part, splits = splits[: len(of_it)], splits[len(of_it) :]
        made.examples += source.examples(part, bounds, made.tally)
    made.tally.notices += [word for source in sources for word in source.warnings]
    made.examples, dropped = without_alike(made.examples)
    for example in dropped:
        made.tally.learned[example.speaker] -= 1
        made.tally.left_out[ALIKE] += 1
    _check_splits(made, wanted)
    made.examples = with_rivals(balanced(made.examples, bounds.count, balance))
    return made


def _divided(
    sources: Sequence[ExampleSource], held: HeldOut
) -> tuple[Sequence[ExampleSource], list[Split]]:
    """The sources, what is too long to be held out whole in blocks, and the split of each part.

    Raises `KnownError` where a split would be empty.
    """
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
        if isinstance(only, SessionSource) and sum(map(sum, lines)) == sum(lines[source]):
            cut = replace(only, end=1 / held.every if held.every else held.share)
            splits: list[Split] = ["train"] * len(places)
            splits.insert(longest + 1, "test")
            return _put(sources, source, cut), splits
        sources = _put(sources, source, only.in_blocks(part))
        lines = [source.lines for source in sources]
    return sources, splits_of([count for of_it in lines for count in of_it], held)


def _put(sources: Sequence[ExampleSource], at: int, one: ExampleSource) -> list[ExampleSource]:
    return [*sources[:at], one, *sources[at + 1 :]]


def _check_splits(made: ExampleSet, wanted: Iterable[Split]) -> None:
    """Raise `KnownError` where all of a split has been left out."""
    present = {one.split for one in made.examples}
    for split in sorted(set(wanted) - present):
        left_out = made.tally.left_out.most_common()
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
