"""Which tokens may be drawn: all of the vocabulary, or those in the scripts of a scene."""

from collections.abc import Iterable, Sequence
from typing import Any

import torch
from torch import nn
from transformers import PreTrainedModel

from base.errors import KnownError
from base.messages import _
from models.scripts import check_scripts, is_written_in


class Vocabulary:
    """The tokens that have a logit, and their places among the logits.

    `kept` are their ids [V'], None for all of them.
    """

    def __init__(self, kept: torch.Tensor | None = None, size: int = 0) -> None:
        self.kept = kept
        self._places: torch.Tensor | None = None
        self._by_token: dict[int, int] = {}
        if kept is not None:
            self._places = torch.full((size,), -1, dtype=torch.long, device=kept.device)
            self._places[kept] = torch.arange(len(kept), device=kept.device)
            self._by_token = {token: place for place, token in enumerate(kept.tolist())}

    def tokens(self, places: torch.Tensor) -> torch.Tensor:
        """The ids of tokens at these places."""
        return places if self.kept is None else self.kept[places]

    def places(self, tokens: torch.Tensor) -> torch.Tensor:
        """The places of these ids, -1 where there is no logit."""
        return tokens if self._places is None else self._places[tokens]

    def place(self, token: int) -> int | None:
        """The place of one id, None where there is no logit."""
        return token if self.kept is None else self._by_token.get(token)


def end_tokens(model: Any, tokenizer: Any) -> frozenset[int]:
    """All ids at which a candidate is over, by the model and by the tokenizer."""
    ends: set[int | None] = set(getattr(tokenizer, "stop_token_ids", ()))
    named = (
        tokenizer.eos_token_id,
        model.config.eos_token_id,
        model.generation_config.eos_token_id if model.generation_config else None,
    )
    for ids in named:
        ends |= set(ids) if isinstance(ids, list | tuple) else {ids}
    return frozenset(int(end) for end in ends if end is not None)


def allowed_tokens(
    tokenizer: Any, size: int, scripts: Sequence[str], ends: Iterable[int]
) -> list[int]:
    """Ids below `size` whose letters are all of the given scripts; raises for an unknown script.

    Punctuation, digits, blanks and symbols belong to every script. Tokens that are no whole
    character (bytes) stay, since any character may be made of them. Of the special tokens only
    those of `ends` stay.
    """
    check_scripts(scripts)
    wanted = tuple(scripts)
    special, over = set(tokenizer.all_special_ids), set(ends)
    texts = token_texts(tokenizer, min(size, len(tokenizer)))
    return [
        token
        for token, text in enumerate(texts)
        if token in over or (token not in special and text and is_written_in(text, wanted))
    ]


def token_texts(tokenizer: Any, size: int) -> list[str]:
    """What each token adds to a text, U+FFFD for parts of characters."""
    texts: list[str] = tokenizer.batch_decode(
        [[token] for token in range(size)], clean_up_tokenization_spaces=False
    )
    return texts


def narrowed_head(model: PreTrainedModel, kept: torch.Tensor) -> nn.Module:
    """A head that computes the logits of `kept` [V'] only, from the model's own weights.

    Raises `KnownError` for an output layer whose rows cannot be taken out.
    """
    head = model.get_output_embeddings()
    rows = _head_rows(head, kept, model.dtype)
    if rows is None:
        raise KnownError(
            _(
                "scripts: the output layer is a {layer}, expected plain weights; leave "
                "scripts out, or use a checkpoint whose output layer is not quantized",
                layer=type(head).__name__,
            )
        )
    narrow = nn.Linear(head.in_features, len(kept), head.bias is not None, device="meta")
    narrow.weight = nn.Parameter(rows, requires_grad=False)
    if head.bias is not None:
        narrow.bias = nn.Parameter(head.bias.detach()[kept], requires_grad=False)
    return narrow


def _head_rows(head: Any, kept: torch.Tensor, dtype: torch.dtype) -> torch.Tensor | None:
    if hasattr(head, "dequantised"):
        rows: torch.Tensor = head.dequantised(dtype, kept)
        return rows
    if not isinstance(head, nn.Linear) or not head.weight.is_floating_point():
        return None
    return head.weight.detach()[kept]
