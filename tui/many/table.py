"""What is told of a run over many inputs: how far it is, and at the end one table."""

import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from base.messages import _, _n, series
from tui.colour import redraws
from tui.commands.teaching_estimate import span_of
from tui.many.task import ManyRecord
from tui.output import as_json, escaped_line, word

MOST_LISTED = 20
"""Failures that are listed one by one."""
OURS = "paotuan: "
"""How the line of an error begins."""


@dataclass
class ManyTable:
    """How far a run is, what failed, and the sums of what was counted."""

    all: int
    done: int = 0
    failed: dict[int, ManyRecord] = field(default_factory=dict)
    """What failed, by its place among the inputs."""
    totals: dict[str, float] = field(default_factory=dict)
    """The sum of each count that is a number."""
    began: float = field(default_factory=time.monotonic)

    def take(self, at: int, record: ManyRecord) -> None:
        """Count what came of the input at place `at`."""
        self.done += 1
        if record.status:
            self.failed[at] = record
        self._add(record.counts, 1)

    def fail(self, at: int, record: ManyRecord, counted: Mapping[str, Any]) -> None:
        """What seemed done, and was `counted`, is not: `record` says why."""
        self.failed[at] = record
        self._add(counted, -1)

    def _add(self, counts: Mapping[str, Any], times: int) -> None:
        for key, value in counts.items():
            if isinstance(value, (int, float)) and not isinstance(value, bool):
                self.totals[key] = self.totals.get(key, 0) + times * value

    def show(self) -> None:
        """Draw how far it is anew, on a terminal."""
        if not redraws(sys.stderr):
            return
        left = (time.monotonic() - self.began) / self.done * (self.all - self.done)
        line = _(
            "{done} of {all} done, {failed} failed, {span} left",
            done=self.done,
            all=self.all,
            failed=len(self.failed),
            span=span_of(left),
        )
        sys.stderr.write(f"\r\033[K{line}" if self.done < self.all else "\r\033[K")
        sys.stderr.flush()

    def as_value(self, ledger: Path) -> dict[str, Any]:
        """What `--json` prints."""
        return {
            "inputs": self.all,
            "failed": {one.input: list(one.said) for __, one in sorted(self.failed.items())},
            "totals": self.totals,
            "ledger": str(ledger),
        }

    def print(self, ledger: Path, counted: Mapping[str, str], as_data: bool) -> None:
        """Tell the end of it."""
        if as_data:
            as_json(self.as_value(ledger))
            return
        self.list_failed(ledger)
        counts = series(
            f"{_(said)} {self.totals[key]:,}" for key, said in counted.items() if key in self.totals
        )
        word(
            _n(
                "{folder}: {n} input, {failed} failed{counts}",
                "{folder}: {n} inputs, {failed} failed{counts}",
                self.all,
                folder=ledger.parent,
                failed=len(self.failed),
                counts=_("; {counts}", counts=counts) if counts else "",
            )
        )
        if self.failed:
            word(_("  the same command works on the failed ones again, and on nothing else"))

    def list_failed(self, ledger: Path) -> None:
        """A line for each of the first that failed, in the order of the inputs."""
        failed = [record for __, record in sorted(self.failed.items())]
        for record in failed[:MOST_LISTED]:
            why = _why(record)
            named = why if why.startswith(record.input) else f"{record.input}: {why}"
            word(f"  {escaped_line(named)}")
        if (more := len(failed) - MOST_LISTED) > 0:
            word(
                _n(
                    "  and {n} more, listed in {path}",
                    "  and {n} more, listed in {path}",
                    more,
                    path=ledger,
                )
            )


def _why(record: ManyRecord) -> str:
    """Why it failed: what the command said as its error, else the first of what it listed."""
    ours = (line.removeprefix(OURS) for line in record.said if line.startswith(OURS))
    listed = (line.strip() for line in record.said if line.startswith("  "))
    return next(ours, next(listed, "".join(record.said[:1]) or str(record.status)))
