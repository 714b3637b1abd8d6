"""Opens the model that embeds what is asked of a knowledge base, once for a process."""

from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from base.errors import KnownError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from models.embedding import SentenceEmbedder


class BaseEmbedder:
    """A model as a knowledge base knows it: what goes wrong is a `KnownError`."""

    def __init__(self, embedder: "SentenceEmbedder") -> None:
        self._embedder = embedder

    @property
    def dimension(self) -> int:
        return self._embedder.dimension

    def documents(self, texts: Sequence[str]) -> "NDArray[np.float32]":
        try:
            return self._embedder.documents(texts)
        except KnownError as error:
            raise KnownError(str(error)) from error

    def query(self, text: str) -> "NDArray[np.float32]":
        try:
            return self._embedder.query(text)
        except KnownError as error:
            raise KnownError(str(error)) from error


def embedder(name: str) -> BaseEmbedder:
    """The model called `name`, from this machine only, for questions. Raises `KnownError`."""
    try:
        return _opened(name)
    except KnownError as error:
        raise KnownError(str(error)) from error


def builder(name: str) -> BaseEmbedder:
    """The model called `name`, fetched if need be, for many texts. Raises `KnownError`."""
    from models.embedding import open_embedder

    return BaseEmbedder(open_embedder(name, fetch=True))


@lru_cache(maxsize=2)
def _opened(name: str) -> BaseEmbedder:
    from models.embedding import open_embedder

    return BaseEmbedder(open_embedder(name, device="cpu"))
