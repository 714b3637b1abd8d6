"""A command that was given many inputs: a folder of outputs, a ledger, and a table at the end."""

import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperOption

from base.messages import _, _n, language, series
from tui.colour import redraws
from tui.commands.teaching_estimate import span_of
from tui.failures import FAILED, BadInput, given
from tui.many.task import ManyRecord, ManyTask, worked
from tui.output import as_json, escaped_line, word

if TYPE_CHECKING:
    from tui.many.ledger import Ledger

Ray = Annotated[
    str | None,
    typer.Option(
        "--ray",
        metavar="[ADDRESS]",
        help="Work on many inputs with Ray: on all cores of this machine, or on the cluster at "
        "HOST:PORT, whose nodes see the same folders.",
    ),
]
LEDGER = "ledger.jsonl"
MOST_LISTED = 20
"""Failures that are listed one by one."""


@dataclass(frozen=True)
class Many:
    """Which command works on many inputs, and how."""

    context: typer.Context
    inputs: Sequence[Path]
    output: Path | None
    ray: str | None
    suffix: str = ".log.txt"
    """Of each output."""
    counted: Mapping[str, str] = field(default_factory=dict)
    """Which of the counts are summed for a person, and what they are."""
    one_by_one: Sequence[str] = ()
    """Parameters that are for one input."""

    @property
    def wanted(self) -> bool:
        """Whether there is more than one input, or Ray is to work on one."""
        return len(self.inputs) > 1 or self.ray is not None


def run_many(many: Many, as_data: bool, estimate: bool = False) -> None:
    """Work on each input. Raises `BadInput`, or `typer.Exit` where one of them failed."""
    from tui.many.ledger import Ledger

    folder = _folder(many)
    command = many.context.command_path.partition(" ")[2]
    with given():
        ledger = Ledger(folder / LEDGER, command)
    with ledger:
        tasks = _tasks(many, folder, ledger, estimate)
        records: list[ManyRecord] = []
        began = time.monotonic()
        for record in _engine(many, tasks):
            records.append(record)
            if not estimate and record != ledger.records.get(record.output):
                ledger.add(record)
            _show(len(records), len(tasks), sum(bool(one.status) for one in records), began)
        if not estimate:
            ledger.settle(task.output for task in tasks)
    order = {task.output: at for at, task in enumerate(tasks)}
    records.sort(key=lambda record: order[record.output])
    _report(many, records, as_data, folder)
    if any(record.status for record in records):
        raise typer.Exit(FAILED)


def _folder(many: Many) -> Path:
    """Where the outputs go. Raises `BadInput`."""
    if many.output is None:
        raise BadInput(_("several inputs: name a folder for what is written with -o FOLDER"))
    given_with = [
        name
        for name in many.one_by_one
        if many.context.params.get(name) not in (None, False, [], ())
    ]
    if given_with:
        options = [
            one.opts[-1]
            for one in many.context.command.params
            if isinstance(one, TyperOption) and one.name in given_with
        ]
        raise BadInput(_("{options}: for one input at a time", options=series(options)))
    if many.output.exists() and not many.output.is_dir():
        raise BadInput(_("-o {output}: a file; several inputs need a folder", output=many.output))
    with given():
        many.output.mkdir(exist_ok=True)
    return many.output


def _tasks(many: Many, folder: Path, ledger: "Ledger", estimate: bool) -> list[ManyTask]:
    words = _words(many)
    here = str(Path.cwd())
    tasks = []
    for path, output in zip(many.inputs, _outputs(many, folder), strict=True):
        line = (*many.context.command_path.split(" ")[1:], *words, "-o", output, "--", str(path))
        before = None if estimate else ledger.records.get(output)
        tasks.append(ManyTask(str(path), output, ("--lang", language(), *line), here, before))
    return tasks


def _outputs(many: Many, folder: Path) -> list[str]:
    """A file for each input, by its name; by its folder's too where names occur twice."""
    names = [path.name.removesuffix(path.suffix) or path.name for path in many.inputs]
    often = Counter(name.casefold() for name in names)
    outputs = [
        f"{path.absolute().parent.name}-{name}" if often[name.casefold()] > 1 else name
        for path, name in zip(many.inputs, names, strict=True)
    ]
    twice = [name for name, count in Counter(map(str.casefold, outputs)).items() if count > 1]
    if twice:
        raise BadInput(
            _("{name}: several inputs of that name; give them one after another", name=twice[0])
        )
    return [str(folder / f"{name}{many.suffix}") for name in outputs]


def _words(many: Many) -> list[str]:
    """The options as they were given, but for the inputs, the output and the engine."""
    words: list[str] = []
    for option in many.context.command.params:
        if not isinstance(option, TyperOption) or option.name in ("output", "ray", "as_data"):
            continue
        value: Any = many.context.params.get(option.name or "")
        if value is None or value == option.get_default(many.context):
            continue
        if isinstance(value, bool):
            words.append(option.opts[-1] if value else option.secondary_opts[-1])
        else:
            for each in value if isinstance(value, (list, tuple)) else [value]:
                words += [option.opts[-1], str(each)]
    takes_json = any(option.name == "as_data" for option in many.context.command.params)
    return [*words, *(["--json"] if takes_json else [])]


def _engine(many: Many, tasks: Sequence[ManyTask]) -> Iterator[ManyRecord]:
    if many.ray is None:
        return map(worked, tasks)
    from tui.many.ray_engine import on_ray

    return on_ray(many.ray, tasks)


def _show(done: int, all: int, failed: int, began: float) -> None:
    if not redraws(sys.stderr):
        return
    left = (time.monotonic() - began) / done * (all - done)
    line = _(
        "{done} of {all} done, {failed} failed, {span} left",
        done=done,
        all=all,
        failed=failed,
        span=span_of(left),
    )
    sys.stderr.write(f"\r\033[K{line}" if done < all else "\r\033[K")
    sys.stderr.flush()


def _report(many: Many, records: Sequence[ManyRecord], as_data: bool, folder: Path) -> None:
    failed = [record for record in records if record.status]
    totals = _totals(records)
    if as_data:
        as_json(
            {
                "inputs": len(records),
                "failed": {record.input: list(record.said) for record in failed},
                "totals": totals,
                "ledger": str(folder / LEDGER),
            }
        )
        return
    for record in failed[:MOST_LISTED]:
        why = record.said[0].removeprefix("paotuan: ") if record.said else str(record.status)
        word(f"  {escaped_line(record.input)}: {escaped_line(why)}")
    if (more := len(failed) - MOST_LISTED) > 0:
        path = folder / LEDGER
        word(
            _n(
                "  and {n} more, listed in {path}",
                "  and {n} more, listed in {path}",
                more,
                path=path,
            )
        )
    counts = series(
        f"{_(said)} {totals[key]:,}" for key, said in many.counted.items() if key in totals
    )
    word(
        _n(
            "{folder}: {n} input, {failed} failed{counts}",
            "{folder}: {n} inputs, {failed} failed{counts}",
            len(records),
            folder=folder,
            failed=len(failed),
            counts=_("; {counts}", counts=counts) if counts else "",
        )
    )
    if failed:
        word(_("  the same command works on the failed ones again, and on nothing else"))


def _totals(records: Sequence[ManyRecord]) -> dict[str, float]:
    """The sum of each count that is a number."""
    totals: dict[str, float] = {}
    for record in records:
        for key, value in record.counts.items():
            if isinstance(value, (int, float)) and not isinstance(value, bool):
                totals[key] = totals.get(key, 0) + value
    return totals
