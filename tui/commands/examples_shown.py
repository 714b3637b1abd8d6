"""How examples are shown to a person: as text with the learned part marked, and as counts."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from base.messages import _, _n
from tui.colour import sgr, wants_colour
from tui.output import as_json, clean, escaped_line, word

if TYPE_CHECKING:
    from models.train.data import Example
    from scenes.data.examples.make import ExampleSet
    from scenes.data.examples.prompts import ExampleTally

MOST_SPEAKERS = 20
"""Speakers that are listed."""
LEARNED = "1;32"
"""How the learned part of an example is shown: bold, green."""


def show_some(examples: Sequence["Example"], count: int) -> None:
    """Print `count` of the examples, at even distances."""
    count = min(count, len(examples))
    for number in range(count):
        _show(examples[(2 * number + 1) * len(examples) // (2 * count)])


def _show(example: "Example") -> None:
    """An example as text, the learned part in colour, or in brackets where there is none."""
    head = _(
        "# {split}, {speaker}, weight {weight:g}: {source}",
        split=_("to train on") if example.split == "train" else _("held out"),
        speaker=example.speaker,
        weight=example.weight,
        source=f"{example.source} {example.chapter}".strip(),
    )
    text = escaped_line(example.reply) if example.reply.count("\n") < 2 else clean(example.reply)
    learned = sgr(text, LEARNED) if wants_colour() else f"⟦{text}⟧"
    print(f"{escaped_line(head)}\n{clean(example.prompt.text)}{learned}\n")


def report(made: "ExampleSet", as_data: bool) -> None:
    """Say what was made, of whom, and what was left out and why."""
    train = sum(one.split == "train" for one in made.examples)
    report_counts(train, len(made.examples) - train, made.tally, as_data)


def report_counts(train: int, test: int, tally: "ExampleTally", as_data: bool) -> None:
    """The same of so many examples to train on and held out."""
    for notice in tally.notices:
        word(notice)
    if as_data:
        as_json(counts_of(train, test, tally))
        return
    word(
        _n(
            "{n} example: {train} to train on, {test} held out",
            "{n} examples: {train} to train on, {test} held out",
            train + test,
            train=train,
            test=test,
        )
    )
    _report_speakers((+tally.learned).most_common())
    for why, count in (+tally.left_out).most_common():
        word(_n("left out {n} line: {why}", "left out {n} lines: {why}", count, why=_(why)))


def counts_of(train: int, test: int, tally: "ExampleTally") -> dict[str, Any]:
    """The counts as JSON has them."""
    return {
        "examples": train + test,
        "train": train,
        "test": test,
        "speakers": dict((+tally.learned).most_common()),
        "left_out": dict((+tally.left_out).most_common()),
    }


def _report_speakers(speakers: Sequence[tuple[str, int]]) -> None:
    """The most frequent by name, the others as a sum."""
    for name, count in speakers[:MOST_SPEAKERS]:
        word(f"  {name} {count}")
    if others := speakers[MOST_SPEAKERS:]:
        word(
            _n(
                "  and {n} more speaker with {lines} lines",
                "  and {n} more speakers with {lines} lines",
                len(others),
                lines=sum(count for __, count in others),
            )
        )
