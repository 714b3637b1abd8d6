"""How a command writes lines: to stdout, or to a file that appears when it is whole."""

import os
import sys
from collections.abc import Iterable
from pathlib import Path

from tui.failures import BadInput
from tui.output import clean


def not_over(output: Path | None, inputs: Iterable[str | Path]) -> None:
    """Raise `BadInput` where `output` is one of the files that are read."""
    if output is not None and any(_is_same(output, Path(one)) for one in inputs):
        raise BadInput(f"-o {output}: is read from; name another file to write")


def _is_same(one: Path, other: Path) -> bool:
    """Whether two paths lead to one file; one that leads nowhere is no other."""
    try:
        return one.resolve() == other.resolve()
    except (OSError, RuntimeError, ValueError):
        return False


def _refuse_folder(output: Path) -> None:
    if output.is_dir():
        raise BadInput(f"-o {output}: a folder, expected a file to write")


def write_lines(lines: Iterable[str], output: Path | None) -> int:
    """Write lines, each with its end, to a file or to stdout; how many they were.

    On a terminal nothing is printed that could drive it. Raises `OSError`.
    """
    written = 0

    def counted() -> Iterable[str]:
        nonlocal written
        for line in lines:
            written += 1
            yield line

    if output is None:
        safe = clean if sys.stdout.isatty() else str
        sys.stdout.writelines(map(safe, counted()))
        sys.stdout.flush()
        return written
    _refuse_folder(output)
    draft = output.with_name(f".{output.name}.new")
    try:
        with draft.open("w", encoding="utf-8", errors="replace", newline="\n") as file:
            file.writelines(counted())
        os.replace(draft, output)
    finally:
        draft.unlink(missing_ok=True)
    return written
