"""A person's order among sessions: renamed, duplicated, archived, put into a bin, restored.

A session keeps its id wherever it lies, and one that another program plays is refused. Every
function raises `KnownError`, and then everything is as it was.
"""

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

from base.errors import KnownError
from base.filenames import file_name
from base.folders import sessions_folder
from base.messages import _, _n
from base.text import one_line, shown
from base.writing import replace_text, replaced
from scenes.table.journal_files import delete as unlink
from scenes.table.journal_files import file_errors, held_lock, tighten
from scenes.table.session_list import (
    ARCHIVE,
    BIN,
    LONGEST_TITLE,
    TITLE,
    find_in,
    glance,
    own_title,
    saved_sessions,
)

_BEGUN = re.compile(r"\d{8}-\d{6}-(.+?)(-\d+)?")


def rename(path: Path, title: str) -> str:
    """Give a session a name of its own; nothing gives back the scene's title. The name it had."""
    text = one_line(title.strip())
    if len(text) > LONGEST_TITLE:
        raise KnownError(
            _n(
                "a name of {n} character; at most {most}",
                "a name of {n} characters; at most {most}",
                len(text),
                most=LONGEST_TITLE,
            )
        )
    with _held(path):
        before, file = own_title(path), path.with_suffix(TITLE)
        if text:
            replace_text(file, f"{text}\n", (), private=True)
        else:
            file.unlink(missing_ok=True)
    return before


def duplicate(path: Path) -> Path:
    """A second session that begins as a copy of this one; the journal of it."""
    with _held(path):
        copy = _free(path)
        for file in _files_of(path):
            if file.name in (f"{path.stem}.txt", path.name):
                target = copy.with_suffix(file.suffix)
                with file.open("rb") as source, replaced(target, (file,), private=True) as out:
                    shutil.copyfileobj(source, out)
        title = _("{title} (copy)", title=glance(path).title[: LONGEST_TITLE - 20])
        replace_text(copy.with_suffix(TITLE), f"{title}\n", (), private=True)
        return copy


def archive(path: Path) -> Path:
    """Put a session out of sight; where it is then. It can still be resumed by its id."""
    return _moved(path, _home_of(path) / ARCHIVE)


def delete(path: Path) -> Path:
    """Put a session into the bin with all its files; where it is then."""
    return _moved(path, _home_of(path) / BIN)


def restore(path: Path) -> Path:
    """Put a session of the bin or the archive back among the others; where it is then."""
    return _moved(path, _home_of(path))


def find_put_away(id: str, folder: Path | None = None) -> Path:
    """A session of the bin, or else of the archive, by its id or the beginning of it."""
    folder = folder or sessions_folder()
    try:
        return find_in(id, folder / BIN)
    except KnownError as error:
        with suppress(KnownError):
            return find_in(id, folder / ARCHIVE)
        raise error from None


def empty_bin(folder: Path | None = None) -> int:
    """Delete for good what is in the bin; how many sessions that were."""
    sessions = saved_sessions((folder or sessions_folder()) / BIN)
    for saved in sessions:
        discard(saved.path)
    return len(sessions)


def discard(path: Path) -> None:
    """Delete a session for good, with all its files."""
    with _held(path):
        for file in _files_of(path):
            file.unlink(missing_ok=True)


# --- files ---


@contextmanager
def _held(path: Path) -> Iterator[None]:
    """Keep other programs out of a session; its lock file is gone where the session is gone."""
    with file_errors(path):
        if not path.is_file():
            raise KnownError(
                _("{name}: no such session; see: paotuan sessions list", name=shown(path.stem))
            )
        lock = held_lock(path)
        try:
            yield
        finally:
            if not path.exists():
                unlink(path.with_suffix(".lock"))
            lock.release()


def _home_of(path: Path) -> Path:
    """The folder of sessions that a session belongs to, wherever in it it lies."""
    return path.parent.parent if path.parent.name in (ARCHIVE, BIN) else path.parent


def _files_of(path: Path) -> list[Path]:
    """Every file of a session, its journal last; the lock is none of them."""
    beginning, lock = f"{path.stem}.", f"{path.stem}.lock"
    others = [
        path.parent / name
        for name in sorted(os.listdir(path.parent))
        if name.startswith(beginning) and name not in (path.name, lock)
    ]
    return [*(file for file in others if not _is_of_another(file, path)), path]


def _is_of_another(file: Path, path: Path) -> bool:
    """Whether a file whose name begins like this session's belongs to one with a longer name."""
    stem = file.name
    while (stem := stem.rpartition(".")[0]) and stem != path.stem:
        if (path.parent / f"{stem}.jsonl").exists():
            return True
    return False


def _moved(path: Path, folder: Path) -> Path:
    """Move a session's files, the journal last; what was moved comes back where one cannot be."""
    if folder == path.parent:
        raise KnownError(_("{name}: it is there already", name=shown(path.stem)))
    target = folder / path.name
    with _held(path):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        tighten(folder, 0o700)
        files = _files_of(path)
        for file in files:
            if (folder / file.name).exists():
                raise KnownError(
                    _("{path}: a session of this name is there already", path=folder / file.name)
                )
        done: list[Path] = []
        try:
            for file in files:
                os.rename(file, folder / file.name)
                done.append(file)
        except OSError:
            for file in reversed(done):
                os.rename(folder / file.name, file)
            raise
    return target


def _free(path: Path) -> Path:
    """The journal of a session that is not there yet, for a copy of this one."""
    begun = _BEGUN.fullmatch(path.stem)
    name = begun[1] if begun else file_name(path.stem, "scene")
    base = f"{datetime.now():%Y%m%d-%H%M%S}-{name}"
    home = _home_of(path)
    for stem in (base, *(f"{base}-{number}" for number in range(2, 1000))):
        free = home / f"{stem}.jsonl"
        if not any((place / free.name).exists() for place in (home, home / ARCHIVE, home / BIN)):
            return free
    raise KnownError(
        _("{folder}: a thousand sessions began in this second; try again", folder=home)
    )
