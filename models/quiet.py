"""Keeps off a player's terminal what libraries tell developers: warnings, log lines, load bars."""

import logging
import os
import warnings

ASKED = {
    "HF_DATASETS_DISABLE_PROGRESS_BARS": "1",
    "TOKENIZERS_PARALLELISM": "false",
    "TORCH_CPP_LOG_LEVEL": "ERROR",
    "USE_HUB_KERNELS": "NO",
}
"""What libraries ask the environment before they speak past Python's warnings and logs."""

_loud = False


def speak() -> None:
    """Let libraries say what they like from now on, for who looks for a fault."""
    global _loud
    _loud = True


def keep_quiet() -> None:
    """Silence libraries that are imported, or will be, unless `speak` was called before.

    Filters and levels of single libraries would not do: many put their own before them on import.
    """
    if _loud:
        return
    for name, value in ASKED.items():
        os.environ.setdefault(name, value)
    warnings.showwarning = _unheard
    logging.disable(logging.CRITICAL)


def _unheard(*_: object, **__: object) -> None:
    """What a warning is told to."""
