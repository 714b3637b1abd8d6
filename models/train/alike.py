"""Whether all processes of a run, which may be on several machines, were given the same."""

import hashlib
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

from base.errors import KnownError
from base.messages import _
from models.train.processes import agreed, processes, told_by_all

LIBRARIES = ("torch", "transformers", "peft")
PIECES, PIECE = 16, 1 << 16
"""How many pieces of a file of weights are compared, and their bytes."""
WEIGHTS = (".safetensors", ".bin", ".json", ".model")


def check_alike(values: Mapping[str, Any], weights: Path | None) -> None:
    """Raise `KnownError` in all processes where the settings, the data, the base or the libraries
    of one differ from those of the first."""
    if processes() == 1:
        return
    mine: dict[str, Any] = dict(values)
    mine |= {f"{name}": version(name) for name in LIBRARIES}
    mine["base"] = {"base": values.get("base"), **agreed(lambda: fingerprints(weights))}
    told = told_by_all(mine)
    for number, theirs in enumerate(told):
        for key in told[0]:
            if theirs.get(key) != told[0][key]:
                _refuse(key, number, told[0][key], theirs.get(key))


def _refuse(key: str, number: int, first: Any, other: Any) -> None:
    def refuse() -> None:
        if not isinstance(first, Mapping) or not isinstance(other, Mapping):
            raise KnownError(
                _(
                    "{key} is {other} in process {number} and {first} in the first one; start all "
                    "with the same recipe and the same versions",
                    key=key,
                    other=other,
                    number=number,
                    first=first,
                )
            )
        names = sorted(first.keys() | other.keys())
        name = next(name for name in names if first.get(name) != other.get(name))
        raise KnownError(
            _(
                "{key}: {name} is another file for process {number} than for the first one; give "
                "every machine the same files",
                key=key,
                name=name,
                number=number,
            )
        )

    agreed(refuse)


def fingerprints(folder: Path | None) -> dict[str, str]:
    """The files of a checkpoint with what tells one from another: its size and pieces of it."""
    if folder is None or not folder.is_dir():
        return {}
    try:
        held = sorted(file for file in folder.iterdir() if file.suffix in WEIGHTS)
        return {file.name: _fingerprint(file) for file in held if file.is_file()}
    except OSError as error:
        raise KnownError(
            _("{path}: cannot be read ({error}); check the path", path=folder, error=error.strerror)
        ) from error


def _fingerprint(file: Path) -> str:
    size = file.stat().st_size
    digest = hashlib.sha256(str(size).encode())
    with file.open("rb") as content:
        for number in range(PIECES):
            content.seek(max(0, size - PIECE) * number // (PIECES - 1))
            digest.update(content.read(PIECE))
    return digest.hexdigest()
