"""What is said when a table is left: where the session was saved, and how to go on with it."""

from contextlib import suppress
from pathlib import Path

from base.messages import _
from tui.output import word


def tell_saved(journal: Path, by_line: bool = False) -> None:
    """Say where a session is, and the command that goes on with it; nothing where none was kept.

    A terminal that has gone hears nothing, and that is no error.
    """
    if not journal.is_file():
        return
    command = f"paotuan play --resume {journal.stem}{' --line' if by_line else ''}"
    with suppress(OSError):
        word(_("Saved: {file}", file=_from_home(journal)))
        word(_("To go on: {command}", command=command))


def _from_home(path: Path) -> str:
    """A path as people write it, beginning with `~` where it lies at home."""
    with suppress(RuntimeError, ValueError):
        return str(Path("~") / path.relative_to(Path.home()))
    return str(path)
