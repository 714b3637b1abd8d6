"""Texts as ids of a model in llama.cpp; whatever looks like a special token in a text is text."""

from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache

from models.llamacpp.http import JsonPoster
from models.llamacpp.requests import utf8

AT_ONCE = 512
"""Texts whose tokens are asked for in one request."""
NO_TOKEN = -1
"""Stands between texts in a request, and comes back between their ids."""


class Tokens:
    """The model's own tokenizer. Each question may raise `KnownError`."""

    def __init__(self, poster: JsonPoster) -> None:
        self._poster = poster
        self.count = lru_cache(maxsize=8192)(self._count)
        self.markup = lru_cache(maxsize=64)(self._markup)

    def _count(self, text: str) -> int:
        """Tokens of `text`, without the one that begins every prompt."""
        return len(self.ids([text])[0])

    def counts(self, texts: Sequence[str]) -> list[int]:
        """The tokens of each text, asked for in few requests."""
        ids: dict[str, int] = {}
        distinct = list(dict.fromkeys(texts))
        for start in range(0, len(distinct), AT_ONCE):
            chunk = distinct[start : start + AT_ONCE]
            ids.update(zip(chunk, map(len, self.ids(chunk)), strict=True))
        return [ids[text] for text in texts]

    def ids(self, texts: Sequence[str]) -> list[list[int]]:
        """The ids of each text by itself."""
        marked = [part for text in texts for part in (utf8(text), NO_TOKEN)]
        body = {"content": marked, "parse_special": False}
        return list(_between(self._poster.ask("/tokenize", body)["tokens"]))

    def beginning(self, text: str) -> list[int]:
        """The ids of a text with the one that begins every prompt, if the model has such a one."""
        body = {"content": utf8(text), "parse_special": False, "add_special": True}
        return list(self._poster.ask("/tokenize", body)["tokens"])

    def _markup(self, text: str, first: bool) -> tuple[int, ...]:
        """The ids of markup of our own or the model's template; `first` if it begins a prompt."""
        body = {"content": text, "parse_special": True, "add_special": first}
        return tuple(self._poster.ask("/tokenize", body)["tokens"])


def behind(
    before: Sequence[int], together: Sequence[int], alone: Callable[[], Sequence[int]]
) -> list[int]:
    """The ids of a text behind those of a prompt, given the ids of both `together`; those of the
    text `alone` where a token would reach across."""
    joined = list(together[: len(before)]) == list(before)
    return list(together[len(before) :] if joined else alone())


def _between(tokens: Sequence[int]) -> Iterator[list[int]]:
    """What stands before each mark."""
    ids: list[int] = []
    for token in tokens:
        if token == NO_TOKEN:
            yield ids
            ids = []
        else:
            ids.append(token)
