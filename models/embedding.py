"""Texts into vectors, by a sentence-transformers model of a folder or of the hub's cache.

Only weights in safetensors are read, and no code that comes with a model runs.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from base.errors import KnownError, first_line
from base.extras import install_anew, not_installed
from base.messages import _
from models.hub.fetched import here
from models.hub.names import REPO
from models.quiet import keep_quiet

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

OURS = "sentence_transformers."
WANTED = (".json", ".safetensors", ".txt", ".model")
UNWANTED = ("onnx/", "openvino/")

_BAD_MODEL = (
    *(OSError, ValueError, LookupError, TypeError, AttributeError, RuntimeError),
    *(ImportError, ArithmeticError),
)
"""What the libraries raise for a folder that holds no model, or a damaged one."""


class SentenceEmbedder:
    """A model that is open, for one thread at a time."""

    def __init__(self, name: str, model: Any) -> None:
        self.name = name
        self._model = model
        self.dimension = len(self.query(name))

    def documents(self, texts: Sequence[str]) -> "NDArray[np.float32]":
        """Normalised vectors of texts that are to be found, a row each. Raises `KnownError`."""
        vectors: NDArray[np.float32] = self._vectors(self._model.encode_document, list(texts))
        return vectors

    def query(self, text: str) -> "NDArray[np.float32]":
        """The normalised vector of what is asked. Raises `KnownError`."""
        vector: NDArray[np.float32] = self._vectors(self._model.encode_query, [text])[0]
        return vector

    def _vectors(self, encode: Any, texts: list[str]) -> Any:
        try:
            vectors = encode(
                texts, normalize_embeddings=True, convert_to_numpy=True, show_progress_bar=False
            )
            return vectors.astype("float32", copy=False)
        except (RuntimeError, ValueError, IndexError, KeyError, TypeError) as error:
            raise KnownError(
                _(
                    "{name}: a text cannot be embedded: {error}",
                    name=self.name,
                    error=first_line(error),
                )
            ) from error


def open_embedder(name: str, fetch: bool = False, device: str | None = None) -> SentenceEmbedder:
    """The model in the folder `name`, or of that name in the hub's cache; `fetch` may download it.

    `device` is chosen by what the machine has if `None`. Raises `KnownError`.
    """
    keep_quiet()
    folder = _folder(name, fetch)
    _check(folder)
    library = _library(name)
    from safetensors import SafetensorError
    from transformers.utils import logging as library_logging

    # The screen belongs to the program: what a library would print there spoils it.
    library_logging.disable_progress_bar()
    try:
        model = library.SentenceTransformer(
            str(folder),
            device=device,
            local_files_only=True,
            trust_remote_code=False,
            model_kwargs={"use_safetensors": True},
        )
        return SentenceEmbedder(name, model.eval())
    except (*_BAD_MODEL, SafetensorError) as error:
        raise KnownError(
            _(
                "{name}: {error}; expected a sentence-transformers model with weights in "
                "safetensors",
                name=name,
                error=first_line(error),
            )
        ) from error


def _library(name: str) -> Any:
    try:
        import sentence_transformers
    except ModuleNotFoundError as error:
        raise KnownError(
            _("{name}: {hint}", name=name, hint=not_installed(error.name, "embeddings"))
        ) from error
    except ImportError as error:
        raise KnownError(
            _(
                "{name}: sentence-transformers cannot be loaded ({error}); {hint}",
                name=name,
                error=first_line(error),
                hint=install_anew("embeddings"),
            )
        ) from error
    return sentence_transformers


def _folder(name: str, fetch: bool) -> Path:
    """Where the model lies. Raises `KnownError` where it is not on this machine."""
    path = Path(name).expanduser()
    if path.is_dir():
        return path
    if path.is_absolute() or name.startswith((".", "~")) or name.count("/") > 1:
        raise KnownError(_("{name}: no such folder", name=name))
    if not REPO.fullmatch(name):
        raise KnownError(_("{name}: neither a folder nor the name of a model", name=name))
    found = here(name)
    if found is not None and (not fetch or _is_whole(found)):
        return found
    if not fetch:
        raise KnownError(
            _("{name}: it is not on this machine; fetch it with: hf download {name}", name=name)
        )
    from models.hub.fetching import fetch as fetch_files  # which brings httpx

    try:
        return fetch_files(name, _wanted)
    except KnownError as error:
        raise KnownError(_("not a folder, and {error}", error=error)) from error


def _wanted(names: Sequence[str]) -> list[str]:
    """What a model needs of its repository; code in it is left where it is."""
    return [name for name in names if name.endswith(WANTED) and not name.startswith(UNWANTED)]


def _is_whole(folder: Path) -> bool:
    """Whether what was fetched of a model is all of it, as far as can be told."""
    return (folder / "modules.json").is_file() and any(folder.rglob("*.safetensors"))


def _check(folder: Path) -> None:
    """Refuse a model that would need code of its own, or weights that are not safetensors."""
    try:
        modules = json.loads((folder / "modules.json").read_text("utf-8"))
        kinds = [str(module["type"]) for module in modules]
    except FileNotFoundError:
        raise KnownError(
            _(
                "{folder}: no modules.json in it; expected a sentence-transformers model with "
                "weights in safetensors",
                folder=folder,
            )
        ) from None
    except (OSError, ValueError, LookupError, TypeError, RecursionError) as error:
        raise KnownError(
            _(
                "{folder}/modules.json: {error}; expected a sentence-transformers model with "
                "weights in safetensors",
                folder=folder,
                error=first_line(error),
            )
        ) from error
    for kind in kinds:
        if not kind.startswith(OURS):
            raise KnownError(
                _(
                    "{folder}/modules.json: {kind} is code that comes with the model; it is not "
                    "run",
                    folder=folder,
                    kind=kind,
                )
            )
    for path in sorted(folder.rglob("*.bin")):
        if not any(path.parent.glob("*.safetensors")):
            raise KnownError(
                _(
                    "{path}: these weights are not safetensors; expected a sentence-transformers "
                    "model with weights in safetensors",
                    path=path,
                )
            )
