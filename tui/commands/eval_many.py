"""`paotuan eval` of several models or files of examples: a row for each in one table."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import typer

from base.filenames import file_name
from base.messages import N_, _
from tui.commands.eval_options import EvaluationOptions
from tui.failures import FAILED
from tui.many.command import Many, ManyInput, ManyOutcome, folder_of, ledger_of, run_stage
from tui.output import as_json, columns

SHOWN = {
    "lines": (N_("held-out lines"), "{:,.0f}"),
    "perplexity": (N_("perplexity per token"), "{:,.2f}"),
    "speaker_accuracy": (N_("who speaks, right"), "{:.1%}"),
    "well_formed": (N_("well-formed lines"), "{:.1%}"),
    "rouge_l": (N_("ROUGE-L with the line said"), "{:.3f}"),
}
"""The figures that stand side by side, those that any of them has."""


def many_of(call: typer.Context, wanted: EvaluationOptions) -> Many:
    """Each model on each file of examples."""
    examples: list[Path | None] = [*wanted.on] if wanted.on else [None]
    inputs = [_input(target, on, len(examples) > 1) for target in wanted.targets for on in examples]
    alone = ("report",)
    return Many(call, inputs, wanted.output, wanted.ray, ".json", {}, alone, ("on",))


def _input(target: str, on: Path | None, several: bool) -> ManyInput:
    stem = file_name(Path(target).name, "model")
    if on is None:
        return ManyInput(target, stem)
    name = f"{target} --on {on}" if several else target
    stem = f"{stem}-{file_name(on.stem, 'examples')}" if several else stem
    return ManyInput(name, stem, on, target, ("--on", str(on)))


def run_evaluations(many: Many, as_data: bool) -> None:
    """Evaluate each, and print one table. Raises `BadInput`, or `typer.Exit` where one failed."""
    folder = folder_of(many)
    with ledger_of(many, folder) as ledger:
        outcome = run_stage(many, folder, ledger)
        ledger.settle(task.output for task in outcome.tasks)
        rows = list(_rows(many, outcome))
    if as_data:
        as_json(outcome.table.as_value(ledger.path) | {"totals": {}, "figures": rows}, 2)
    else:
        _print(rows)
        outcome.table.print(ledger.path, {}, False)
    if outcome.table.failed:
        raise typer.Exit(FAILED)


def _rows(many: Many, outcome: ManyOutcome) -> Iterator[dict[str, Any]]:
    """The figures of each model on each file, those of an adapter's base behind its own."""
    for at, record in outcome.done():
        for one in record.counts["models"]:
            yield {"model": one["name"], "on": str(many.inputs[at].file or "")} | one["figures"]


def _print(rows: list[dict[str, Any]]) -> None:
    keys = [key for key in SHOWN if any(key in row for row in rows)]
    if rows:
        head = ("", _("examples"), *(_(SHOWN[key][0]) for key in keys))
        columns([head, *((row["model"], row["on"], *_shown(row, keys)) for row in rows)])


def _shown(row: Mapping[str, Any], keys: list[str]) -> Iterator[str]:
    return (SHOWN[key][1].format(row[key]) if key in row else "-" for key in keys)
