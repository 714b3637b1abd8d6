"""Unpacks a GGUF into a folder that transformers opens, once, in the user's cache.

Weights lie there in float16, which keeps what 8 bits or fewer a weight can tell; the tokenizer is
the file's own. Reading a GGUF takes a minute and more, the folder a few seconds.
"""

import shutil
from contextlib import suppress
from pathlib import Path

import torch
from filelock import FileLock, Timeout
from safetensors import SafetensorError

from base.drafts import sweep
from base.errors import KnownError
from base.folders import models_folder
from base.messages import _
from base.writing import new_folder, reason
from models import starter
from models.cache import PATIENCE, digest
from models.gguf.folder import model_header, size, write_folder
from models.room import check_room

DTYPE = torch.float16


def unpacked(file: str | Path, cache: Path | None = None) -> Path:
    """The folder of a GGUF model, made where it is not there yet.

    It is found by the file's SHA-256. Raises `KnownError` for a file that is no GGUF model, or of
    an architecture that transformers does not read, and where there is no room.
    """
    header = model_header(Path(file).expanduser())
    cache = cache or models_folder() / "unpacked"
    folder = cache / f"{header.path.stem}-{_digest(header.path)[:16]}"
    _tidy(cache)
    if folder.is_dir():
        return folder
    try:
        cache.mkdir(parents=True, exist_ok=True)
        with FileLock(f"{folder}.lock", timeout=PATIENCE):
            if not folder.is_dir():
                check_room(cache, _("unpacking {file}", file=header.path.name), size(header, DTYPE))
                with new_folder(folder) as part:
                    write_folder(header, part, DTYPE)
    except Timeout:
        raise KnownError(
            _(
                "{folder}: another program has been unpacking this model for a long time; "
                "end it and try again",
                folder=folder,
            )
        ) from None
    except SafetensorError as error:
        raise KnownError(
            _(
                "{folder}: an unpacked model cannot be kept here: {error}",
                folder=cache,
                error=error,
            )
        ) from error
    except OSError as error:
        raise KnownError(
            _(
                "{folder}: an unpacked model cannot be kept here: {error}",
                folder=cache,
                error=reason(error),
            )
        ) from error
    return folder


def _tidy(cache: Path) -> None:
    """Delete what killed programs have left, those of before among them, which named it so."""
    sweep(cache)
    for part in cache.glob("[!.]*.part"):
        folder = part.with_suffix("").with_suffix("")
        with suppress(Timeout, OSError), FileLock(f"{folder}.lock", timeout=0):
            shutil.rmtree(part)


def _digest(file: Path) -> str:
    model = starter.files().get(file.name)
    if model is not None and model.sha256 and file.parent == models_folder():
        starter.path(model=model)  # checks it
        return model.sha256
    return digest(file)
