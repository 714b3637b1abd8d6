"""`paotuan corpus examples -o FOLDER`: each source for itself, then all beside each other.

What is held out is decided by how many lines each source has, so that the first stage counts those
and the second makes the examples. What is left for one place is what compares them with each other:
lines much the same as one that is held out, weights, rivals. They are read from the disk for that,
and never held together.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from base.messages import _
from tui.commands.example_sources import tell_speakers
from tui.commands.examples_made import bounds_of, counted_by, counter, held_out, whose_of
from tui.commands.examples_options import ExampleOptions
from tui.commands.examples_part import SourcePart, read_one
from tui.commands.examples_shown import counts_of, report_counts
from tui.commands.training_files import form_of, write_examples
from tui.failures import FAILED, given
from tui.many.command import ManyInput, ManyOutcome, folder_of, ledger_of, run_stage
from tui.many.table import ManyTable
from tui.many.tasks import Many
from tui.output import as_json, word

if TYPE_CHECKING:
    from models.train.data import Example, Split
    from scenes.data.examples.heldout import HeldOut
    from scenes.data.examples.prompts import Bounds, ExampleTally
    from scenes.scene import Scene
    from tui.many.ledger import Ledger

PARTS = "parts"
"""The folder of what is made of each source."""
ALL = "examples"
OF_ALL = ("to", "test", "test_chapters", "test_logs", "seed", "balance", "mix", "mix_share")
"""Parameters that are about all sources together."""
OF_PROMPTS = ("model", "context", "max_tokens", "by_chapter", "by_passage", "steered")
"""Parameters that are about what is made of each, and not how many lines it has."""


@dataclass(frozen=True)
class CountedSource:
    """A source of which only the number of lines to learn is known; see `Divisible`."""

    wanted: ExampleOptions
    lines: Sequence[int]
    is_session: bool
    block: int | None = None
    end: float = 0.0

    def in_blocks(self, at: int) -> "CountedSource":
        """The same with its part `at` as several; the source is read for it."""
        cut = read_one(self.wanted)[1].in_blocks(at)
        return replace(self, lines=list(cut.lines), block=at)

    def at_end(self, share: float) -> "CountedSource | None":
        """The same with its end as a part of its own, where it is a session."""
        cut = read_one(self.wanted)[1].at_end(share) if self.is_session else None
        return replace(self, lines=list(cut.lines), end=share) if cut else None


@dataclass(frozen=True)
class MadeExamples:
    """What was made of each source, by whose tokens, and what is held out of it."""

    outcome: ManyOutcome
    splits: "list[list[Split]]"
    model: str
    context: int | None


def make_many(many: Many, wanted: ExampleOptions) -> None:
    """Make the examples of each source, and join those of all that did not fail.

    Raises `BadInput`, or `typer.Exit` where one of them failed.
    """
    folder = folder_of(many)
    output = folder / f"{ALL}.{form_of(wanted.to, folder)}"
    with ledger_of(many, folder) as ledger:
        with given():
            (folder / PARTS).mkdir(exist_ok=True)
        counts = run_stage(_counting(many), folder / PARTS, ledger)
        table, outputs, figures = counts.table, [one.output for one in counts.tasks], None
        places = [at for at in range(len(counts.tasks)) if at not in table.failed]
        if places:
            made = _made(many, wanted, counts, folder / PARTS, ledger)
            failed = made.outcome.table.failed
            table.failed |= {places[at]: one for at, one in failed.items()}
            outputs += [one.output for one in made.outcome.tasks]
            figures = _joined(wanted, made, output)
        ledger.settle(outputs)
    _tell(table, figures, ledger.path, output, wanted.as_data)


def _counting(many: Many) -> Many:
    """The first stage."""
    inputs = [replace(one, words=("--lines",)) for one in many.inputs]
    not_passed = (*OF_ALL, *OF_PROMPTS)
    return replace(many, inputs=inputs, suffix=".lines.json", not_passed=not_passed)


def _made(
    many: Many, wanted: ExampleOptions, counts: ManyOutcome, folder: Path, ledger: "Ledger"
) -> MadeExamples:
    """The second stage, of those that could be counted."""
    from scenes.data.examples.make import divided

    sources, inputs, speakers = list[CountedSource](), list[ManyInput](), Counter[str]()
    table: Scene | None = None
    for at, record in counts.done():
        one, told = replace(wanted, logs=[wanted.logs[at]]), record.counts
        sources.append(CountedSource(one, told["lines"], told["is_session"]))
        inputs.append(many.inputs[at])
        speakers.update(told["speakers"])
        if told["is_session"] and table is None:
            table = read_one(one)[0].scene
    with given():
        tell_speakers(speakers, whose_of(wanted))
        cut, splits = divided(sources, _held_out(wanted, [at for at, __ in counts.done()]))
    model, __, context = counted_by(wanted, table)
    words = ("--model", model, *(("--context", str(context)) if context else ()))
    parts = [
        replace(one, words=(*words, *SourcePart(tuple(of_it), of.block, of.end).words))
        for one, of, of_it in zip(inputs, cut, splits, strict=True)
    ]
    not_passed = (*OF_ALL, "model", "context")
    stage = replace(many, inputs=parts, suffix=".jsonl", not_passed=not_passed)
    return MadeExamples(run_stage(stage, folder, ledger), splits, model, context)


def _held_out(wanted: ExampleOptions, places: Sequence[int]) -> "HeldOut":
    """What is held out of the sources at these places."""
    held = held_out(wanted)
    if held.sources is None:
        return held
    return replace(held, sources=tuple(held.sources[at] for at in places))


class _Parts:
    """The examples that were made of each source, as often as they are asked for."""

    def __init__(self, paths: Sequence[Path]) -> None:
        self.paths = paths

    def __iter__(self) -> "Iterator[Example]":
        from models.train.data import iterate_examples

        return chain.from_iterable(map(iterate_examples, self.paths))


def _joined(
    wanted: ExampleOptions, made: MadeExamples, output: Path
) -> "tuple[Counter[str], ExampleTally]":
    """Write the examples of all sources; how many each split has, and what became of the rest."""
    from scenes.data.examples.general import mixed
    from scenes.data.examples.make import joined
    from scenes.data.examples.prompts import ExampleTally

    tally, warnings, parts = ExampleTally(), list[str](), list[Path]()
    there: set[Split] = set()
    for at, record in made.outcome.done():
        told: Mapping[str, Any] = record.counts
        tally.learned.update(told["learned"])
        tally.left_out.update(told["left_out"])
        tally.notices += told["notices"]
        warnings += told["warnings"]
        parts.append(Path(record.output))
        there |= set(made.splits[at])
    tally.notices += warnings
    counted = Counter[str]()

    def examples(bounds: "Bounds | None") -> "Iterator[Example]":
        count = bounds.count if bounds else len
        for one in joined(_Parts(parts), there, tally, count, wanted.balance):
            counted[one.split] += 1
            yield one
        if wanted.mix is not None and bounds is not None:
            among, share, seed = counted["train"], wanted.mix_share, wanted.seed
            for one in mixed(wanted.mix, among, share, seed, bounds, tally):
                counted[one.split] += 1
                yield one

    inputs = [*parts, *([wanted.mix] if wanted.mix is not None else [])]
    with _bounds(wanted, made) as bounds, given():
        write_examples(examples(bounds), output, inputs, form_of(wanted.to, output))
    return counted, tally


@contextmanager
def _bounds(wanted: ExampleOptions, made: MadeExamples) -> "Iterator[Bounds | None]":
    """What counts the tokens of replies, where they are to be weighed or others mixed in."""
    if not wanted.balance and wanted.mix is None:
        yield None
        return
    __, spec, context = counted_by(replace(wanted, model=made.model, context=made.context), None)
    with closing(counter(spec, context)) as backend:
        yield bounds_of(backend, (), wanted)


def _tell(
    table: ManyTable,
    figures: "tuple[Counter[str], ExampleTally] | None",
    ledger: Path,
    output: Path,
    as_data: bool,
) -> None:
    """Tell what was made and what failed. Raises `typer.Exit` where something did."""
    if as_data:
        value = table.as_value(ledger)
        if figures is not None:
            value |= counts_of(figures[0]["train"], figures[0]["test"], figures[1])
        as_json(value | {"totals": {}})
    else:
        if figures is not None:
            report_counts(figures[0]["train"], figures[0]["test"], figures[1], False)
        table.print(ledger, {}, False)
        if table.failed and figures is not None:
            word(_("{output}: without those that failed", output=output))
    if table.failed:
        raise typer.Exit(FAILED)
