"""Unpacks a GGUF into a folder that transformers opens, once, in the user's cache.

Weights lie there in float16, which keeps what 8 bits or fewer a weight can tell; the tokenizer is
the file's own. Reading a GGUF takes a minute and more, the folder a few seconds.
"""

import io
import shutil
from contextlib import redirect_stderr, suppress
from pathlib import Path
from typing import Any

import torch
from filelock import FileLock, Timeout
from safetensors import SafetensorError
from safetensors.torch import save_model
from transformers import AutoModelForCausalLM, AutoTokenizer
from transformers.utils import logging as library_logging

from base.writing import new_folder, reason, sweep
from models import starter
from models.catalog import STARTER
from models.errors import ModelError
from models.gguf import Header, read_header

WEIGHTS = "model.safetensors"


def unpacked(file: str | Path, cache: Path | None = None) -> Path:
    """The folder of a GGUF model, made where it is not there yet.

    It is found by the file's SHA-256. Raises `ModelError` for a file that is no GGUF model, or of
    an architecture that transformers does not read, and where there is no room.
    """
    file = Path(file).expanduser()
    header = read_header(file)
    if header.is_adapter:
        raise ModelError(f"{file}: this is an adapter; give the model that it belongs to")
    cache = cache or starter.cache_folder() / "unpacked"
    folder = cache / f"{file.stem}-{_digest(file)[:16]}"
    _tidy(cache)
    if folder.is_dir():
        return folder
    try:
        cache.mkdir(parents=True, exist_ok=True)
        with FileLock(f"{folder}.lock", timeout=starter.PATIENCE):
            if not folder.is_dir():
                _check_room(header, cache)
                _unpack(header, folder)
    except Timeout:
        raise ModelError(f"{folder}: another program has been unpacking for long; end it") from None
    except SafetensorError as error:
        raise ModelError(f"{cache}: cannot keep an unpacked model here: {error}") from error
    except OSError as error:
        raise ModelError(f"{cache}: cannot keep an unpacked model here: {reason(error)}") from error
    return folder


def _tidy(cache: Path) -> None:
    """Delete what killed programs have left, those of before among them, which named it so."""
    sweep(cache)
    for part in cache.glob("[!.]*.part"):
        folder = part.with_suffix("").with_suffix("")
        with suppress(Timeout, OSError), FileLock(f"{folder}.lock", timeout=0):
            shutil.rmtree(part)


def _digest(file: Path) -> str:
    if STARTER.sha256 and file == starter.cache_folder() / starter.FILE:
        starter.path()  # checks it
        return STARTER.sha256
    return starter.digest(file)


def _check_room(header: Header, cache: Path) -> None:
    needed = 2 * sum(_count(shape) for shape in header.shapes.values()) + (64 << 20)
    free = shutil.disk_usage(cache).free
    if free < needed:
        raise ModelError(
            f"{cache}: unpacking {header.path.name} needs {needed / 1e9:.1f} GB, "
            f"free are {free / 1e9:.1f}; make room"
        )


def _count(shape: tuple[int, ...]) -> int:
    count = 1
    for length in shape:
        count *= length
    return count


def _unpack(header: Header, folder: Path) -> None:
    tokenizer, model = _read(header)
    with new_folder(folder) as part:
        tokenizer.save_pretrained(part)
        model.config.save_pretrained(part)
        if model.generation_config is not None:
            model.generation_config.save_pretrained(part)
        save_model(model, str(part / WEIGHTS), metadata={"format": "pt"})


def _read(header: Header) -> tuple[Any, Any]:
    """Tokenizer and model as transformers reads them, which prints nothing meanwhile."""
    place = {"pretrained_model_name_or_path": str(header.path.parent)}
    library_logging.disable_progress_bar()
    try:
        with redirect_stderr(io.StringIO()):
            tokenizer = AutoTokenizer.from_pretrained(**place, gguf_file=header.path.name)
            model = AutoModelForCausalLM.from_pretrained(
                **place, gguf_file=header.path.name, dtype=torch.float16
            )
    except ImportError as error:
        raise ModelError(
            f"{header.path}: reading a GGUF needs the package gguf; "
            "install it with: pip install 'paotuan[train]'"
        ) from error
    except (OSError, ValueError, KeyError, TypeError, RuntimeError, AttributeError) as error:
        reason = (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(".")
        raise ModelError(
            f"{header.path}: a {header.architecture} model that transformers does not read from "
            f"GGUF ({reason}); use its folder of safetensors"
        ) from error
    if hasattr(model.config, "quantization_config"):
        del model.config.quantization_config
    return tokenizer, model
