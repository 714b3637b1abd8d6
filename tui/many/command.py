"""A command that was given many inputs: a folder of outputs, a ledger, and a table at the end."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from base.messages import _
from tui.failures import FAILED, BadInput, given
from tui.many.table import ManyTable
from tui.many.task import ManyInput, ManyRecord, ManyTask, worked
from tui.many.tasks import Many, refuse_for_one, tasks_of

if TYPE_CHECKING:
    from tui.many.ledger import Ledger

__all__ = ["Many", "ManyInput", "Ray"]

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


@dataclass
class ManyOutcome:
    """What a run over many inputs came to."""

    tasks: Sequence[ManyTask]
    ledger: "Ledger"
    table: ManyTable

    def done(self) -> Iterator[tuple[int, ManyRecord]]:
        """What the ledger holds of those that did not fail, in their order, one at a time."""
        for at, task in enumerate(self.tasks):
            if at not in self.table.failed:
                yield at, self.ledger.record(task.output)


def run_many(many: Many, as_data: bool, estimate: bool = False) -> None:
    """Work on each input. Raises `BadInput`, or `typer.Exit` where one of them failed."""
    folder = folder_of(many)
    with ledger_of(many, folder) as ledger:
        outcome = run_stage(many, folder, ledger, estimate)
        if not estimate:
            ledger.settle(task.output for task in outcome.tasks)
    outcome.table.print(ledger.path, many.counted, as_data)
    if outcome.table.failed:
        raise typer.Exit(FAILED)


def folder_of(many: Many) -> Path:
    """Where the outputs go. Raises `BadInput`."""
    if many.output is None:
        raise BadInput(_("several inputs: name a folder for what is written with -o FOLDER"))
    refuse_for_one(many)
    if many.output.exists() and not many.output.is_dir():
        raise BadInput(_("-o {output}: a file; several inputs need a folder", output=many.output))
    with given():
        many.output.mkdir(exist_ok=True)
    return many.output


def ledger_of(many: Many, folder: Path) -> "Ledger":
    """The ledger of a folder, opened. Raises `BadInput`."""
    from tui.many.ledger import Ledger

    with given():
        return Ledger(folder / LEDGER, many.command)


def run_stage(many: Many, folder: Path, ledger: "Ledger", estimate: bool = False) -> ManyOutcome:
    """Work on each input, and keep what came of it in the ledger as soon as it has come."""
    tasks = tasks_of(many, folder, None if estimate else ledger)
    table = ManyTable(len(tasks))
    for at, record in _engine(many, tasks):
        if record is None:
            table.take(at, ledger.record(tasks[at].output))
        else:
            if not estimate:
                ledger.add(record)
            table.take(at, record)
        table.show()
    if not estimate:
        for at, record in _unseen(tasks, table, ledger):
            lost = replace(record, status=FAILED, said=(_unseen_line(record),), counts={})
            ledger.add(lost)
            table.fail(at, lost, record.counts)
    return ManyOutcome(tasks, ledger, table)


def _engine(many: Many, tasks: Sequence[ManyTask]) -> Iterator[tuple[int, ManyRecord | None]]:
    if many.ray is None:
        return ((at, worked(task)) for at, task in enumerate(tasks))
    from tui.many.ray_engine import on_ray

    return on_ray(many.ray, tasks)


def _unseen(
    tasks: Sequence[ManyTask], table: ManyTable, ledger: "Ledger"
) -> Iterator[tuple[int, ManyRecord]]:
    """What was written where this machine does not see it, such as a folder of a node's own."""
    folders = {Path(task.output).parent for task in tasks}
    there = {str(path) for folder in folders for path in folder.iterdir()}
    for at, task in enumerate(tasks):
        if at not in table.failed and task.output not in there:
            yield at, ledger.record(task.output)


def _unseen_line(record: ManyRecord) -> str:
    return _(
        "{output}: written, but not seen from here; every node has to see the same folder",
        output=record.output,
    )
