"""Writes a GGUF as a folder that transformers, and what builds on it, opens as it is."""

import io
import math
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
import transformers
from transformers import AutoConfig, AutoModelForCausalLM, AutoTokenizer, GenerationConfig
from transformers.utils import logging as library_logging

from base.errors import KnownError, first_line
from base.extras import not_installed
from base.messages import _
from models.catalog import known
from models.chatglm.load import DTYPES
from models.chatglm.shards import SHARD_BYTES, write
from models.folders import new_folder
from models.gguf.header import GgufHeader, read_header
from models.resolve import LOCAL, weights
from models.room import check_room

GEMMA_27B = {"gemma2": 46, "gemma3": 62}
"""Layers of the Gemma whose attention is scaled by something else than the width of its heads."""


@dataclass(frozen=True)
class ConvertedFolder:
    """A folder that was written, and the class and type of its weights."""

    path: Path
    architecture: str
    dtype: str


def find_gguf(source: str) -> Path:
    """The GGUF file that `source` names, by its path or in the catalog. Raises `KnownError`."""
    spec = source.strip().removeprefix(LOCAL)
    model = known(spec)
    place = weights(model) if model is not None else Path(spec).expanduser()
    if (place / "adapter_config.json").is_file():
        raise KnownError(
            _(
                "{path}: an adapter, which servers take as it is; give the GGUF of its base",
                path=place,
            )
        )
    if (place / "config.json").is_file():
        raise KnownError(
            _(
                "{path}: this is such a folder already; for a ChatGLM checkpoint leave out --to hf",
                path=place,
            )
        )
    if not place.is_file() and place.suffix != ".gguf":
        raise KnownError(
            _(
                "{source}: not a GGUF; give a file that ends with .gguf, or `starter`",
                source=source,
            )
        )
    return place


def model_header(file: Path) -> GgufHeader:
    """The header of a GGUF model. Raises `KnownError` for anything else."""
    header = read_header(file)
    if header.is_adapter:
        raise KnownError(
            _("{file}: this is an adapter; give the model that it belongs to", file=file)
        )
    return header


def convert_gguf(
    file: str | Path,
    out: str | Path,
    dtype: str = "bfloat16",
    shard_bytes: int = SHARD_BYTES,
) -> ConvertedFolder:
    """Write the GGUF model `file` into the new folder `out`, which appears whole or not at all.

    `dtype` is that of most published models; files are at most `shard_bytes`. Raises `KnownError`
    for a file that is no GGUF model, or of an architecture that transformers does not read, for a
    folder that holds something, and where there is no room.
    """
    header, out = model_header(Path(file).expanduser()), Path(out).expanduser()
    with new_folder(out) as target:
        check_room(out, _("writing {file}", file=header.path.name), size(header, DTYPES[dtype]))
        architecture = write_folder(header, target, DTYPES[dtype], shard_bytes)
    return ConvertedFolder(out, architecture, dtype)


def size(header: GgufHeader, dtype: torch.dtype) -> int:
    """Bytes of the weights of `header`'s file when each is of `dtype`."""
    return dtype.itemsize * sum(math.prod(shape) for shape in header.shapes.values())


def write_folder(
    header: GgufHeader, folder: Path, dtype: torch.dtype, shard_bytes: int = SHARD_BYTES
) -> str:
    """Fill `folder` with tokenizer, configuration and weights; the model's class.

    Of the known architectures one file of weights is in memory at a time, of others the model.
    """
    with _reading(header):
        place = {"pretrained_model_name_or_path": str(header.path.parent)}
        place["gguf_file"] = header.path.name
        tokenizer = AutoTokenizer.from_pretrained(**place)
        config = AutoConfig.from_pretrained(**place)
        _set_heads(config, header)
        from models.gguf.tensors import ARCHITECTURES, GgufTensors

        with torch.device("meta"):
            model = AutoModelForCausalLM.from_config(config, dtype=dtype)
        if header.architecture in ARCHITECTURES:
            tensors = GgufTensors(header, model, dtype)
            write(folder, tensors.planned(), tensors.make, shard_bytes)
        else:
            config = _write_whole(place, folder, dtype, shard_bytes)
    tokenizer.save_pretrained(folder)
    config.architectures = [type(model).__name__]
    config.dtype = dtype
    config.save_pretrained(folder)
    _generation(config, header).save_pretrained(folder)
    return type(model).__name__


def _set_heads(config: Any, header: GgufHeader) -> None:
    """Tell of heads of an unusual width, and how Gemma scales them, which transformers takes for
    those of its smaller models."""
    width = header.metadata.get(f"{header.architecture}.attention.key_length")
    if not isinstance(width, int) or getattr(config, "head_dim", None) is None:
        return
    config.head_dim = width
    if hasattr(config, "query_pre_attn_scalar"):
        largest = config.num_hidden_layers == GEMMA_27B.get(header.architecture)
        wide = config.hidden_size // config.num_attention_heads
        config.query_pre_attn_scalar = wide if largest else width


def _write_whole(place: dict[str, str], folder: Path, dtype: torch.dtype, shard_bytes: int) -> Any:
    """Let transformers read and write the weights; the configuration it has for them."""
    plain: dict[str, Any] = {}
    if hasattr(transformers, "GgufConfig"):
        plain["quantization_config"] = transformers.GgufConfig(dequantize=True)
    model = AutoModelForCausalLM.from_pretrained(**place, dtype=dtype, **plain)
    model.hf_quantizer = None
    if hasattr(model.config, "quantization_config"):
        del model.config.quantization_config
    model.save_pretrained(folder, max_shard_size=shard_bytes)
    return model.config


def _generation(config: Any, header: GgufHeader) -> GenerationConfig:
    """What ends a text, and no sampling: servers take what else stands here for their default."""
    ends = [config.eos_token_id, header.metadata.get("tokenizer.ggml.eot_token_id")]
    ends = list(dict.fromkeys(end for end in ends if isinstance(end, int)))
    return GenerationConfig(
        bos_token_id=config.bos_token_id,
        eos_token_id=ends if len(ends) > 1 else next(iter(ends), None),
        pad_token_id=getattr(config, "pad_token_id", None),
    )


@contextmanager
def _reading(header: GgufHeader) -> Iterator[None]:
    """Keep what the libraries print off the screen, and turn their failures into one line."""
    library_logging.disable_progress_bar()
    try:
        with redirect_stderr(io.StringIO()):
            yield
    except ImportError as error:
        raise KnownError(
            _("{name}: {hint}", name=header.path, hint=not_installed("gguf", "train"))
        ) from error
    except OSError as error:
        if error.errno is not None or error.filename is not None:
            raise
        raise _unread(header, error) from error
    except (ValueError, KeyError, TypeError, RuntimeError, AttributeError) as error:
        raise _unread(header, error) from error


def _unread(header: GgufHeader, error: Exception) -> KnownError:
    reason = first_line(error)
    return KnownError(
        _(
            "{path}: transformers cannot read {architecture} models from GGUF ({reason}); "
            "use the model's folder of safetensors",
            path=header.path,
            architecture=header.architecture,
            reason=reason,
        )
    )
