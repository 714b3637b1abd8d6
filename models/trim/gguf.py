"""Cuts the vocabulary of a GGUF model, SentencePiece or BPE; weights that stay are the same bytes.

Format: github.com/ggml-org/ggml, docs/gguf.md.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from base.errors import KnownError
from base.messages import _
from models.gguf.rewrite import RawGguf, RawValue, read_whole
from models.trim.choice import UNUSED, Cut, Vocabulary, chosen
from models.trim.pieces import joined_on_the_way, merged, pair, written

NORMAL, CONTROL, ADDED, FREE, BYTE = 1, 3, 4, 5, 6
"""llama.cpp's types of tokens."""
TOKENS, TYPES = "tokenizer.ggml.tokens", "tokenizer.ggml.token_type"
SCORES, MERGES = "tokenizer.ggml.scores", "tokenizer.ggml.merges"
MODEL, WHOLE = "tokenizer.ggml.model", "tokenizer.huggingface.json"
NUMBERS = re.compile(r"tokenizer\.ggml\..*(_id|_ids)")
"""Keys whose values are numbers of tokens."""
BY_TOKEN = ("token_embd.", "output.", "per_layer_token_embd.")
"""Tensors that may have a row a token."""


@dataclass(frozen=True)
class GgufVocabulary:
    """The vocabulary of a GGUF file, whose merges are told by pairs of tokens where it is BPE."""

    raw: RawGguf
    names: list[str]
    types: list[int]
    scores: list[float]
    """How early SentencePiece joins each: the highest first."""
    merges: list[tuple[str, str]]

    @classmethod
    def of(cls, raw: RawGguf) -> "GgufVocabulary":
        """Read it. Raises `KnownError` for a tokenizer of another kind."""
        kind = str(raw.metadata[MODEL].values[0]) if MODEL in raw.metadata else "none"
        if kind not in ("llama", "gpt2") or TOKENS not in raw.metadata:
            raise KnownError(
                _(
                    "{path}: its tokenizer is of the kind {kind}; only SentencePiece (llama) and "
                    "BPE (gpt2) can be cut",
                    path=raw.path,
                    kind=kind,
                )
            )
        names = [str(one) for one in raw.metadata[TOKENS].values]
        types = [NORMAL] * len(names)
        if TYPES in raw.metadata:
            types = [int(one) for one in raw.metadata[TYPES].values]
        scores = [-float(token) for token in range(len(names))]
        if SCORES in raw.metadata:
            scores = [float(one) for one in raw.metadata[SCORES].values]
        merges = []
        if MERGES in raw.metadata:
            merges = [pair(str(one)) for one in raw.metadata[MERGES].values]
        return cls(raw, names, types, scores, merges)

    def vocabulary(self) -> Vocabulary:
        """What each token writes, and what it is put together from."""
        byte_level = bool(self.merges)
        texts = [
            "" if kind == FREE or UNUSED.fullmatch(name) else written(name, byte_level)
            for name, kind in zip(self.names, self.types, strict=True)
        ]
        needed = {
            token
            for token, (name, kind) in enumerate(zip(self.names, self.types, strict=True))
            if kind not in (NORMAL, FREE) and not UNUSED.fullmatch(name)
        }
        for key, value in self.raw.metadata.items():
            if NUMBERS.fullmatch(key):
                needed |= {int(one) for one in value.values if int(one) < len(self.names)}
        parts = merged(self.names, self.merges) if byte_level else self._joined()
        return Vocabulary(texts, frozenset(needed), parts)

    def _joined(self) -> Callable[[int], Iterable[int]]:
        joinable = (NORMAL, ADDED)
        ranks = {
            name: (-self.scores[token], token)
            for token, name in enumerate(self.names)
            if self.types[token] in joinable
        }
        return lambda token: (
            joined_on_the_way(self.names[token], ranks) if self.types[token] == NORMAL else ()
        )

    def cut(self, tokens: Sequence[int]) -> dict[str, RawValue]:
        """The metadata with these tokens alone, their numbers moved."""
        numbers = {old: new for new, old in enumerate(tokens)}
        stay = {self.names[token] for token in tokens}
        metadata = {}
        for key, value in self.raw.metadata.items():
            if key in (TOKENS, TYPES, SCORES):
                whole = value.values
                value = value.holding([whole[token] for token in tokens])
            elif key == MERGES:
                whole = value.values
                value = value.holding(
                    [
                        line
                        for line, (left, right) in zip(whole, self.merges, strict=True)
                        if left in stay and right in stay and left + right in stay
                    ]
                )
            elif NUMBERS.fullmatch(key):
                value = value.holding([numbers.get(int(one), int(one)) for one in value.values])
            elif key.endswith(".vocab_size") and int(value.values[0]) == len(self.names):
                value = value.holding([len(tokens)])
            elif key == WHOLE:
                continue
            metadata[key] = value
        return metadata

    def rows(self, tokens: Sequence[int]) -> dict[str, Sequence[int]]:
        """Which rows of which tensors stay. Raises `KnownError` where a row is no token."""
        tables = {
            tensor.name: tokens
            for tensor in self.raw.tensors
            if tensor.name.startswith(BY_TOKEN) and tensor.shape[-1] == len(self.names)
        }
        if "token_embd.weight" not in tables:
            raise KnownError(
                _(
                    "{path}: its embedding has no row for each of its {count} tokens; it cannot be "
                    "cut",
                    path=self.raw.path,
                    count=len(self.names),
                )
            )
        return tables


def trim(path: Path, out: IO[bytes], cut: Cut) -> tuple[int, int]:
    """Write the model at `path` with the tokens of `cut` alone; how many there are, and were.

    The same file and cut give the same bytes. Raises `KnownError`.
    """
    raw = read_whole(path)
    known = GgufVocabulary.of(raw)
    tokens = chosen(known.vocabulary(), cut)
    raw.write(out, known.cut(tokens), known.rows(tokens))
    return len(tokens), len(known.names)
