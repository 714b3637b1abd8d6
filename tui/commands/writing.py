"""How a command writes lines: to stdout, or to a file that appears when it is whole."""

import os
import stat
import sys
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from base.messages import _
from base.writing import Unwritten, check_inputs, replaced
from tui.failures import BadInput, problems_of
from tui.output import clean


def not_over(output: Path | None, inputs: Iterable[str | Path], option: str = "-o") -> None:
    """Raise `BadInput` where `output` is a file that is read, or one of a saved session."""
    if output is None:
        return
    try:
        check_inputs(output, map(_place, inputs))
    except Unwritten as error:
        raise BadInput(f"{option} {problems_of(error)[0]}") from error
    if is_of_sessions(output) and output.exists():
        raise BadInput(
            _(
                "{option} {output}: belongs to a saved session; name another file to write",
                option=option,
                output=output,
            )
        )


def _place(name: str | Path) -> Path:
    """The file that a command reads by that name, `-` among them."""
    return Path("/dev/stdin") if str(name) == "-" else Path(name)


def _not_into(inputs: Iterable[str | Path]) -> None:
    """Raise `BadInput` where stdout is a file that is read: `… a.txt >> a.txt` would never end."""
    with suppress(OSError, ValueError):
        into = os.fstat(sys.stdout.fileno())
        for one in inputs:
            if stat.S_ISREG(into.st_mode) and os.path.samestat(into, Path(one).stat()):
                raise BadInput(
                    _(
                        "{item}: this file is read, so it cannot be written to; name another file "
                        "to write",
                        item=one,
                    )
                )


def is_of_sessions(path: Path) -> bool:
    """Whether a path leads into the folder where sessions are kept."""
    from base.folders import sessions_folder

    try:
        return path.resolve().is_relative_to(sessions_folder().resolve())
    except (OSError, RuntimeError, ValueError):
        return False


def write_lines(
    lines: Iterable[str],
    output: Path | None,
    inputs: Iterable[str | Path],
    option: str = "-o",
) -> int:
    """Write lines, each with its end, to a file or to stdout; how many they were.

    `inputs` are the files that they are made of, none of which is written over. On a terminal
    nothing is printed that could drive it. Raises `BadInput` or `OSError`.
    """
    written = 0

    def counted() -> Iterable[str]:
        nonlocal written
        for line in lines:
            written += 1
            yield line

    inputs = [_place(one) for one in inputs]
    if output is None:
        _not_into(inputs)
        safe = clean if sys.stdout.isatty() else str
        sys.stdout.writelines(map(safe, counted()))
        sys.stdout.flush()
        return written
    not_over(output, inputs, option)
    if output.is_dir():
        raise BadInput(
            _("{option} {output}: a folder, expected a file to write", option=option, output=output)
        )
    with replaced(output, inputs, private=is_of_sessions(output)) as file:
        file.writelines(line.encode("utf-8", "replace") for line in counted())
    return written
