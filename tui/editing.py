"""A file in the person's own editor: checked on return; the version that read is kept till then.

`edit` knows no screen; `edit_in_editor` hands the terminal over, and asks again where it must.
"""

import os
import shlex
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from base.errors import KnownError
from base.folders import shown_path
from base.messages import _, rendered
from base.text import shown
from base.writing import replace_text
from tui.failures import Known, problems_of

if TYPE_CHECKING:
    from tui.settled_app import SettledApp

FALLBACKS = ("nano", "vi", "notepad")
"""Editors that are tried where neither VISUAL nor EDITOR names one."""
FORMER = ".former"
"""What the name of the kept version ends with."""
MOST_PROBLEMS = 5
Check = Callable[[Path], object]
"""Reads a file; raises `KnownError` for what is wrong with it."""


@dataclass(frozen=True)
class Edited:
    """How a file came out of an editor."""

    path: Path
    changed: bool
    said: str = ""
    """What a person should know of how the editor ended; empty where it ended well."""
    problems: tuple[str, ...] = ()
    """The first things that are wrong with the file."""
    former: Path | None = None
    """Where the version that read lies, as long as the new one does not."""


def edit(path: Path, check: Check, run: Callable[[Sequence[str]], int] | None = None) -> Edited:
    """Open a file in the person's editor, wait, and check it. Raises `KnownError` where there is no
    editor, and then nothing was done."""
    command = [*editor(path), str(path)]
    before = _content(path)
    former = _kept(path, before, check)
    try:
        status = (run or _run)(command)
    except OSError as error:
        _forget(former)
        raise KnownError(
            _(
                "{path}: not opened; {editor} cannot be started ({reason}); set VISUAL or EDITOR",
                path=shown_path(path),
                editor=shown(command[0]),
                reason=str(error.strerror),
            )
        ) from error
    changed = _content(path) != before
    problems = _problems(path, check)
    if not problems:
        _forget(former)
    kept = former if former is not None and former.exists() else None
    return Edited(path, changed, _ended(command[0], status, path, changed), problems, kept)


def editor(path: Path) -> list[str]:
    """The command of the person's editor. Raises `KnownError` that names `path` and what to set."""
    for name in ("VISUAL", "EDITOR"):
        if words := _words(os.environ.get(name, "")):
            if shutil.which(words[0]) is None:
                raise KnownError(
                    _(
                        "{path}: not opened; {name} says {editor}, and there is no such program; "
                        "set {name} to one that is there",
                        path=shown_path(path),
                        name=name,
                        editor=shown(words[0]),
                    )
                )
            return words
    for fallback in FALLBACKS:
        if shutil.which(fallback):
            return [fallback]
    raise KnownError(
        _(
            "{path}: not opened; no editor was found; set VISUAL or EDITOR to one, such as nano",
            path=shown_path(path),
        )
    )


def put_back(edited: Edited) -> None:
    """Let the kept version take the place of the one that does not read."""
    if edited.former is not None:
        os.replace(edited.former, edited.path)


async def edit_in_editor(app: "SettledApp", path: Path, check: Check) -> bool:
    """Edit a file beside the app, until it reads or the person leaves it; whether it reads.

    Run it in a worker. What went wrong is told.
    """
    from textual.app import SuspendNotSupported

    from tui.screens.edited import EditedScreen

    while True:
        try:
            with app.suspend():
                edited = edit(path, check)
        except SuspendNotSupported:
            app.notify(
                _(
                    "{path}: this terminal cannot be handed to an editor; edit the file in another "
                    "window",
                    path=shown_path(path),
                ),
                severity="error",
                markup=False,
            )
            return False
        except Known as error:
            app.notify(problems_of(error)[0], severity="error", markup=False)
            return False
        if edited.said:
            app.notify(edited.said, severity="warning", markup=False)
        if not edited.problems:
            return True
        match await app.push_screen_wait(EditedScreen(edited)):
            case "again":
                continue
            case "back":
                put_back(edited)
                return True
            case _:
                return False


def _words(command: str) -> list[str]:
    try:
        return shlex.split(command, posix=sys.platform != "win32")
    except ValueError:
        return [command]


def _content(path: Path) -> bytes | None:
    with suppress(OSError):
        return path.read_bytes()
    return None


def _kept(path: Path, content: bytes | None, check: Check) -> Path | None:
    """Where the last version that read is kept; what does not read is not kept over one."""
    former = path.with_name(f"{path.name}{FORMER}")
    if content is not None and not _problems(path, check):
        with suppress(UnicodeDecodeError):
            replace_text(former, content.decode(), (path,))
    return former


def _forget(former: Path | None) -> None:
    if former is not None:
        with suppress(OSError):
            former.unlink(missing_ok=True)


def _problems(path: Path, check: Check) -> tuple[str, ...]:
    try:
        check(path)
    except Known as error:
        return tuple(rendered(problem) for problem in problems_of(error)[:MOST_PROBLEMS])
    return ()


def _ended(command: str, status: int, path: Path, changed: bool) -> str:
    """What to say of an editor that did not end well."""
    if status == 0:
        return ""
    file = shown_path(path)
    state = _("{file} is as it was saved there", file=file)
    if not changed:
        state = _("{file} is as it was", file=file)
    name = shown(Path(command).name)
    if status < 0:
        return _("{editor} was ended by signal {n}; {state}", editor=name, n=-status, state=state)
    return _("{editor} ended with status {n}; {state}", editor=name, n=status, state=state)


def _run(command: Sequence[str]) -> int:
    """Run an editor in the terminal; Ctrl-C is the editor's."""
    with _not_ours(signal.SIGINT):
        return subprocess.run(command, check=False).returncode


@contextmanager
def _not_ours(number: signal.Signals) -> Iterator[None]:
    """Leave a signal to the program that runs in front: a handler of ours is not inherited."""
    try:
        was = signal.signal(number, lambda *_: None)
    except ValueError:  # not the main thread, to which signals go
        yield
        return
    try:
        yield
    finally:
        signal.signal(number, was)
