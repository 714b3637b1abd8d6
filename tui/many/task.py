"""One input of many: the command line that works on it, and what came of it.

The command line is the unit of work, so that an input gives the same bytes alone, among others, and
in another process; it writes its output whole or not at all, so that it may be begun again.
"""

import hashlib
import io
import json
from collections.abc import Mapping
from contextlib import chdir, redirect_stderr, redirect_stdout, suppress
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any

from base.folders import is_file
from models.cache import digest
from tui.failures import STOPPED


@dataclass(frozen=True)
class ManyInput:
    """One of many inputs: a file, or whatever else a command is about."""

    name: str
    """As a person is told of it."""
    stem: str
    """After what its output is named."""
    file: Path | None = None
    """Whose bytes count beside what was asked."""
    operand: str = ""
    """What the command line ends with; the name by default."""
    words: tuple[str, ...] = ()
    """Options that are its own."""

    @classmethod
    def of(cls, path: Path) -> "ManyInput":
        """A file."""
        return cls(str(path), path.name.removesuffix(path.suffix) or path.name, path)


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
    asked: str
    """SHA-256 of the command line but for the output, and of the files that its options name."""
    file: str = ""
    """Whose bytes count too."""
    before: str = ""
    """Digest of what an earlier run has done; empty where it has not."""


def worked(task: ManyTask) -> ManyRecord | None:
    """Run the command for one input; `None` where what an earlier run made of it stands.

    Raises `KeyboardInterrupt` where the command was stopped.
    """
    main = import_module("tui.commandline").main  # by name, since its commands come here
    with chdir(task.folder):
        asked = _digest(task)
        if task.before == asked and Path(task.output).exists():
            return None
        out, err = io.StringIO(), io.StringIO()
        with redirect_stdout(out), redirect_stderr(err):
            status = main(task.words)
    if status == STOPPED:
        raise KeyboardInterrupt
    said = tuple(line for line in err.getvalue().splitlines() if line.strip()) if status else ()
    return ManyRecord(task.input, task.output, asked, status, said, _counts(out.getvalue()))


def state_of(path: Path) -> bytes:
    """SHA-256 of a file's bytes; nothing where it has none, as a pipe, which is not waited for."""
    with suppress(OSError):
        if is_file(path):
            return bytes.fromhex(digest(path))
    return b""


def _digest(task: ManyTask) -> str:
    """SHA-256 of what was asked and of the input's bytes; of its name where it has none."""
    of_file = state_of(Path(task.file)) if task.file else b""
    return hashlib.sha256(task.asked.encode() + of_file).hexdigest()


def _counts(text: str) -> Mapping[str, Any]:
    try:
        value = json.loads(text)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}
