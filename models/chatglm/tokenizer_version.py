"""Tell which ChatGLM's tokenizer belongs to a folder, without reading weights or vocabulary."""

import json
from pathlib import Path
from typing import Any

from base.errors import KnownError
from base.messages import _
from models.chatglm.config import read_config, version_of

SAVED_CLASSES = {"ChatGLM1Tokenizer": 1, "ChatGLM2Tokenizer": 2, "ChatGLM3Tokenizer": 3}
VOCABULARY_FILES = {1: "ice_text.model", 2: "tokenizer.model", 3: "tokenizer.model"}


def checkpoint_version(folder: Path) -> int:
    """Return 1, 2 or 3 for ChatGLM-6B, ChatGLM2-6B or ChatGLM3-6B.

    A tokenizer saved by this package names its class, which settles it. Otherwise the keys of
    ``config.json`` tell version 1 from the others. Versions 2 and 3 share keys and vocabulary.
    The tokenizer's own files speak first: "chatglm2" or "chatglm3" in ``name_or_path`` of
    ``tokenizer_config.json``, then the role token ``<|user|>``, which only version 3 has, in that
    file or in the ``tokenization_chatglm.py`` beside it (read as text, never run). Where they are
    absent or silent, the model's rule holds: the names, then the length, see ``version_of``.

    Raises KnownError for a folder that is no ChatGLM checkpoint and for files that contradict
    each other.
    """
    settings = _tokenizer_config(folder)
    raw = read_config(folder)
    saved = SAVED_CLASSES.get(str(settings.get("tokenizer_class")))
    if saved is not None and raw.get("model_type") == "glm":
        return saved
    version = version_of(raw, folder)
    if version == "glm":
        raise KnownError(
            _(
                "{folder}: model_type glm without a ChatGLM tokenizer beside it; put "
                "tokenizer_config.json and the vocabulary of the checkpoint here",
                folder=folder / "config.json",
            )
        )
    if saved is not None and (saved == 1) != (version == "v1"):
        raise KnownError(
            _(
                "{folder}: tokenizer_config.json is that of ChatGLM version {saved}, "
                "config.json that of version {version}; take both files from the same "
                "checkpoint",
                folder=folder,
                saved=saved,
                version=version[1],
            )
        )
    if saved is not None:
        return saved
    told = None if version == "v1" else _second_or_third(folder, settings)
    return told or int(version[1])


def check_version(folder: Path, version: int) -> None:
    """Raise KnownError when a version given by hand is unknown or contradicts ``config.json``."""
    if version not in VOCABULARY_FILES:
        raise KnownError(
            _(
                "{folder}: ChatGLM version {version} is unknown; give 1, 2 or 3",
                folder=folder,
                version=version,
            )
        )
    found = version_of(read_config(folder), folder)
    if found != "glm" and (found == "v1") != (version == 1):
        raise KnownError(
            _(
                "{folder}: these are the keys of version {actual}, but version {version} was "
                "asked for; leave the version out, or give the right folder",
                folder=folder / "config.json",
                actual=found[1],
                version=version,
            )
        )


def _second_or_third(folder: Path, settings: dict[str, Any]) -> int | None:
    name = str(settings.get("name_or_path")).lower()
    if "chatglm3" in name or "chatglm2" in name:
        return 3 if "chatglm3" in name else 2
    if "<|user|>" in json.dumps(settings):
        return 3
    code = folder / "tokenization_chatglm.py"
    if code.is_file():
        return 3 if b"<|user|>" in code.read_bytes() else 2
    return None


def _tokenizer_config(folder: Path) -> dict[str, Any]:
    path = folder / "tokenizer_config.json"
    if not path.is_file():
        return {}
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise KnownError(
            _(
                "{path}: cannot be read as JSON ({error}); download it again",
                path=path,
                error=error,
            )
        ) from error
    if not isinstance(values, dict):
        raise KnownError(
            _(
                "{path}: a {type}, expected a JSON object; download it again",
                path=path,
                type=type(values).__name__,
            )
        )
    return values
