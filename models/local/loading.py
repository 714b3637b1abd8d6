"""Opens a checkpoint of any causal model: ChatGLM by `models.chatglm`, the rest by transformers."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import torch
from safetensors import SafetensorError
from transformers import (
    AutoModelForCausalLM,
    AutoTokenizer,
    BitsAndBytesConfig,
    PretrainedConfig,
    PreTrainedModel,
)
from transformers.utils import logging as library_logging

from base.errors import KnownError, first_line
from base.messages import _
from models import chatglm
from models.chatglm.files import resolve
from models.chatglm.load import device_of
from models.encode import Markup
from models.gguf.unpacked import unpacked
from models.local.folder import OWN_CODE, check_files, check_kind, needs_own_code
from models.quiet import keep_quiet

Quantization = Literal["none", "int8", "int4"]

CONTEXT = 2048
"""Context of a model whose configuration names none."""

_BAD_CHECKPOINT = (
    OSError,
    ValueError,
    KeyError,
    TypeError,
    RuntimeError,
    AttributeError,
    ImportError,
)


@dataclass(frozen=True)
class OpenedModel:
    """A model ready to evaluate, its tokenizer, and what stands around its prompts."""

    model: PreTrainedModel
    tokenizer: Any
    markup: Markup
    context: int


def open_checkpoint(
    path: str | Path,
    quantization: Quantization | None = None,
    device: str | None = None,
    dtype: str | torch.dtype | None = None,
    mapped: bool = False,
) -> OpenedModel:
    """Load a folder, a hub id or a GGUF file, which is unpacked once.

    `mapped` leaves the weights in their files, in the precision they are stored in, to be read when
    something takes them to where it needs them. Raises `KnownError` for what is no checkpoint or
    does not fit.
    """
    keep_quiet()
    if quantization not in (None, "none", "int8", "int4"):
        raise KnownError(
            _(
                "quantization {name}: expected none, int8 or int4",
                name=quantization,
            )
        )
    if _is_gguf(path):
        path = unpacked(path)
    raw = raw_config(path)
    if raw.get("model_type") == "chatglm":
        return _open_chatglm(path, quantization, device, dtype, mapped)
    check_kind(path, raw)
    if (folder := Path(path).expanduser()).is_dir():
        check_files(folder)
    if mapped:
        return _open_other(path, None, "cpu", "auto")
    return _open_other(path, quantization, device, dtype)


def _open_chatglm(
    path: str | Path,
    quantization: Quantization | None,
    device: str | None,
    dtype: Any,
    mapped: bool,
) -> OpenedModel:
    tokenizer = chatglm.load_tokenizer(resolve(path))
    model: Any = chatglm.load_model(path, dtype, quantization, device, mapped)
    markup: Markup = "glm1" if tokenizer.version == 1 else "glm2"
    return OpenedModel(model, tokenizer, markup, model.context_length)


def _open_other(
    path: str | Path, quantization: Quantization | None, device: str | None, dtype: Any
) -> OpenedModel:
    place = device_of(device)
    options: dict[str, Any] = {"dtype": dtype or ("auto" if place.type == "cuda" else "float32")}
    if quantization in ("int8", "int4"):
        options["quantization_config"] = _bitsandbytes(quantization, place)
        options["device_map"] = {"": place}
    # The screen belongs to the program: what a library would print there spoils it.
    library_logging.disable_progress_bar()
    try:
        tokenizer = AutoTokenizer.from_pretrained(str(path), trust_remote_code=False)
        model = AutoModelForCausalLM.from_pretrained(
            str(path), trust_remote_code=False, **options
        ).eval()
    except SafetensorError as error:
        raise KnownError(
            _(
                "{path}: its weights are damaged or cut off ({error}); download them again",
                path=path,
                error=first_line(error),
            )
        ) from error
    except _BAD_CHECKPOINT as error:
        if OWN_CODE in str(error):
            raise needs_own_code(path) from error
        raise KnownError(
            _(
                "{path}: {error}; expected a causal language model of transformers with "
                "its tokenizer",
                path=path,
                error=first_line(error),
            )
        ) from error
    if getattr(model, "_is_stateful", False):
        raise KnownError(
            _(
                "{path}: a {model} keeps a state that cannot be cut back; use a model with"
                " attention in every layer",
                path=path,
                model=type(model).__name__,
            )
        )
    if "device_map" not in options:
        model = model.to(place)
    config = model.config.get_text_config()
    return OpenedModel(
        model, tokenizer, "plain", getattr(config, "max_position_embeddings", CONTEXT)
    )


def fitting_context(name: str, wanted: int | None, most: int) -> int:
    """The context to open `name` with, at most that of the model. Raises `KnownError`."""
    if wanted is None:
        return most
    if not 0 < wanted <= most:
        raise KnownError(
            _(
                "{name}: a context of {context} tokens, expected at most the {most} that it was "
                "made for",
                name=name,
                context=wanted,
                most=most,
            )
        )
    return wanted


def _bitsandbytes(quantization: str, place: torch.device) -> BitsAndBytesConfig:
    if quantization == "int8":
        return BitsAndBytesConfig(load_in_8bit=True)
    compute = torch.bfloat16 if place.type == "cuda" else torch.float32
    return BitsAndBytesConfig(
        load_in_4bit=True, bnb_4bit_quant_type="nf4", bnb_4bit_compute_dtype=compute
    )


def _is_gguf(path: str | Path) -> bool:
    return Path(path).suffix == ".gguf" and not Path(path).expanduser().is_dir()


def raw_config(path: str | Path) -> dict[str, Any]:
    """What a checkpoint's `config.json` says. Raises `KnownError` where there is none."""
    given = Path(path).expanduser()
    if given.is_dir() and not (given / "config.json").is_file():
        raise KnownError(
            _(
                "{path}: no config.json, expected a checkpoint's folder; check the path",
                path=given,
            )
        )
    if given.is_file():
        raise KnownError(
            _(
                "{path}: a file, expected a checkpoint's folder, a GGUF or a hub id",
                path=given,
            )
        )
    try:
        raw, __ = PretrainedConfig.get_config_dict(str(path))
    except _BAD_CHECKPOINT as error:
        raise KnownError(
            _(
                "{path}: {error}; expected a checkpoint's folder or a hub id",
                path=path,
                error=first_line(error),
            )
        ) from error
    return dict(raw)
