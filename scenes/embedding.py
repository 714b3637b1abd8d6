"""Opens the model that embeds what is asked of a knowledge base, once for a process."""

from functools import lru_cache

from models.embedding import SentenceEmbedder, open_embedder


@lru_cache(maxsize=2)
def embedder(name: str) -> SentenceEmbedder:
    """The model called `name`, from this machine only, for questions. Raises `KnownError`."""
    return open_embedder(name, device="cpu")


def builder(name: str) -> SentenceEmbedder:
    """The model called `name`, fetched if need be, for many texts. Raises `KnownError`."""
    return open_embedder(name, fetch=True)
