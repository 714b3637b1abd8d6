"""Reads the files of an adapter in PEFT layout: its configuration and its tensors."""

import json
import math
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file

from base.errors import KnownError, first_line
from base.messages import _
from models.chatglm.files import check_numbers

CONFIG = "adapter_config.json"
WEIGHTS = ("adapter_model.safetensors", "adapter_model.bin")
OUTER = "base_model.model."


def read_json(file: Path) -> dict[str, Any]:
    """The object in a JSON file. Raises `KnownError`."""
    try:
        value = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise KnownError(
            _("{file}: it cannot be read as JSON ({error}); fetch it again", file=file, error=error)
        ) from error
    if not isinstance(value, dict):
        raise KnownError(
            _(
                "{file}: expected a JSON object, found {type}; fetch it again",
                file=file,
                type=type(value).__name__,
            )
        )
    return value


def read_tensors(folder: Path) -> dict[str, torch.Tensor]:
    """The tensors of an adapter by name. Raises `KnownError`."""
    files: Sequence[Path] = [folder / name for name in WEIGHTS if (folder / name).is_file()]
    if not files:
        raise KnownError(
            _(
                "{folder}: the adapter's weights are missing ({names}); fetch them",
                folder=folder,
                names=" / ".join(WEIGHTS),
            )
        )
    try:
        if files[0].suffix == ".safetensors":
            tensors: dict[str, torch.Tensor] = load_file(files[0])
        else:
            tensors = torch.load(files[0], map_location="cpu", weights_only=True)
    except (SafetensorError, OSError, RuntimeError, ValueError, EOFError) as error:
        raise KnownError(
            _(
                "{file}: it cannot be read ({reason}); fetch it again",
                file=files[0],
                reason=first_line(error),
            )
        ) from error
    except Exception as error:  # pickle's own errors have no common base but this
        raise KnownError(
            _(
                "{file}: refused, since it holds more than plain tensors ({kind}); use safetensors",
                file=files[0],
                kind=type(error).__name__,
            )
        ) from error
    check_numbers(files[0], tensors)
    return tensors


def scale_of(config: Mapping[str, Any], layer: str, rank: int) -> float:
    """What PEFT multiplies B A of a layer with: alpha / rank, or alpha / √rank (rsLoRA)."""
    alphas = config.get("alpha_pattern") or {}
    named = next((key for key in alphas if re.fullmatch(rf"(.*\.)?({key})", layer)), None)
    alpha = float(alphas[named] if named is not None else config.get("lora_alpha") or 1)
    return alpha / (math.sqrt(rank) if config.get("use_rslora") else rank)
