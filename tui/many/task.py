"""One input of many: the command line that works on it, and what came of it.

The command line is the unit of work, so that an input gives the same bytes alone, among others, and
in another process; it writes its output whole or not at all, so that it may be begun again.
"""

import hashlib
import io
import json
from collections.abc import Mapping
from contextlib import chdir, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any

from tui.failures import STOPPED

BLOCK = 1 << 20
"""Bytes read at a time."""


@dataclass(frozen=True)
class ManyRecord:
    """What came of one input; a line of the ledger."""

    input: str
    output: str
    digest: str
    """Of the input and of what was asked; an input with the same one is not worked on again."""
    status: int
    """Exit status of the command: 0 is done."""
    said: tuple[str, ...] = ()
    """What it said where it failed."""
    counts: Mapping[str, Any] = field(default_factory=dict)
    """What it told as JSON."""


@dataclass(frozen=True)
class ManyTask:
    """One input and the command line for it."""

    input: str
    output: str
    words: tuple[str, ...]
    folder: str
    """Where the command is given, for relative paths."""
    before: ManyRecord | None = None
    """What came of it in an earlier run."""


def worked(task: ManyTask) -> ManyRecord:
    """Run the command for one input, or tell what an earlier run made of it.

    Raises `KeyboardInterrupt` where the command was stopped.
    """
    main = import_module("tui.commandline").main  # by name, since its commands come here
    with chdir(task.folder):
        digest = _digest(task)
        before = task.before
        if before and before.digest == digest and not before.status and Path(task.output).exists():
            return before
        out, err = io.StringIO(), io.StringIO()
        with redirect_stdout(out), redirect_stderr(err):
            status = main(task.words)
    if status == STOPPED:
        raise KeyboardInterrupt
    said = tuple(line for line in err.getvalue().splitlines() if line.strip()) if status else ()
    return ManyRecord(task.input, task.output, digest, status, said, _counts(out.getvalue()))


def _digest(task: ManyTask) -> str:
    """SHA-256 of the command line and of the input's bytes; of its name where it has none."""
    words = [word for word in task.words if word != task.output]
    digest = hashlib.sha256("\0".join(words).encode("utf-8", "surrogateescape"))
    try:
        with Path(task.input).open("rb") as file:
            while block := file.read(BLOCK):
                digest.update(block)
    except OSError:
        digest.update(b"\0")
    return digest.hexdigest()


def _counts(text: str) -> Mapping[str, Any]:
    try:
        value = json.loads(text)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}
