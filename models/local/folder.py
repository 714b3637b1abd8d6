"""What a checkpoint lacks to be opened, told before transformers would in words for its users."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from transformers import __version__
from transformers.models.auto.configuration_auto import CONFIG_MAPPING_NAMES
from transformers.models.auto.modeling_auto import MODEL_FOR_CAUSAL_LM_MAPPING_NAMES

from base.errors import KnownError
from base.messages import _

INDEX = ".index.json"
WHOLE = (
    *("model.safetensors", f"model.safetensors{INDEX}"),
    *("pytorch_model.bin", f"pytorch_model.bin{INDEX}"),
)
"""What transformers begins with, the first that is there."""
WEIGHTS = ("*.safetensors", "pytorch_model*.bin")
TOKENIZERS = ("tokenizer.json", "*.model", "vocab.*", "*.tiktoken", "tekken.json")
OWN_CODE = "trust_remote_code"
"""What transformers' words about code that comes with a checkpoint have in common."""


def check_kind(path: str | Path, raw: Mapping[str, Any]) -> None:
    """Raise `KnownError` unless a `config.json` is that of a causal model known to transformers."""
    kind = raw.get("model_type")
    if kind in MODEL_FOR_CAUSAL_LM_MAPPING_NAMES:
        return
    if raw.get("auto_map"):
        raise needs_own_code(path)
    if not kind:
        raise KnownError(
            _(
                "{path}: its config.json names no model_type; download the model again",
                path=path,
            )
        )
    if kind in CONFIG_MAPPING_NAMES:
        raise KnownError(
            _(
                "{path}: a {kind} model cannot continue a text; use another model",
                path=path,
                kind=kind,
            )
        )
    raise KnownError(
        _(
            "{path}: a {kind} model, which transformers {version} does not know; use a "
            "GGUF of it, or another model",
            path=path,
            kind=kind,
            version=__version__,
        )
    )


def check_files(folder: Path) -> None:
    """Raise `KnownError` where a folder lacks its weights, a part of them, or its tokenizer."""
    whole = next((name for name in WHOLE if (folder / name).is_file()), "")
    if whole.endswith(INDEX):
        for part in sorted(_parts(folder / whole)):
            if not (folder / part).is_file():
                raise KnownError(
                    _(
                        "{folder}: {part} is missing, which holds a part of the weights; "
                        "download it",
                        folder=folder,
                        part=part,
                    )
                )
    if not _any_of(folder, WEIGHTS):
        raise KnownError(
            _(
                "{folder}: the weights (model.safetensors) are missing; download them too",
                folder=folder,
            )
        )
    if not _any_of(folder, TOKENIZERS):
        raise KnownError(
            _(
                "{folder}: the tokenizer (tokenizer.json) is missing; download it too",
                folder=folder,
            )
        )


def needs_own_code(path: str | Path) -> KnownError:
    return KnownError(
        _(
            "{path}: comes with code of its own, which is never run here; use a GGUF of "
            "it, or a model that transformers knows by itself",
            path=path,
        )
    )


def _any_of(folder: Path, patterns: tuple[str, ...]) -> bool:
    return any(True for pattern in patterns for __ in folder.glob(pattern))


def _parts(index: Path) -> set[str]:
    """The files that an index of weights names."""
    try:
        return {str(name) for name in json.loads(index.read_text("utf-8"))["weight_map"].values()}
    except (OSError, ValueError, LookupError, TypeError, AttributeError) as error:
        raise KnownError(
            _(
                "{index}: cannot be read as an index of weights; download it again",
                index=index,
            )
        ) from error
