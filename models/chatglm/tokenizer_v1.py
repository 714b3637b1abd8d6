"""The tokenizer of ChatGLM-6B: prompt, [gMASK], <sop>, reply, <eop>, and a prefix-LM mask."""

import re
from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np
from transformers import AddedToken

from base.errors import KnownError
from base.messages import _
from models.chatglm.prompts import clean_reply_v1, round_prompt_v1
from models.chatglm.tokenizer_base import ChatGLMTokenizer

_LONGEST_BLANK = 80
_BLANKS = re.compile(rf" {{2,{_LONGEST_BLANK}}}")
_NEEDED = ("[MASK]", "[gMASK]", "<sop>", "<eop>", "<pad>", "<n>")


def _cut_out(token: str) -> Any:
    """A token that is special wherever it stands in a text; blanks beside it vanish."""
    return AddedToken(token, lstrip=True, rstrip=True, normalized=False, special=True)


class ChatGLM1Tokenizer(ChatGLMTokenizer):
    """ChatGLM-6B, final public revision (130344 pieces).

    ``<sop>``, ``<eop>``, ``<unk>``, ``<pad>`` and ``[MASK]`` in a text are read as those tokens
    (``text_ids`` reads them as text). A padded call, or one with ``max_length``, also returns
    ``attention_mask``, bool [b, 1, s, s] with True where attention is blocked, and
    ``position_ids`` [b, 2, s], positions and block positions; other calls return ``input_ids``
    alone, from which the model derives both.
    """

    version = 1
    first_target = -1
    vocab_files_names: ClassVar[dict[str, str]] = {"vocab_file": "ice_text.model"}
    special: ClassVar[dict[str, Any]] = {
        "bos_token": _cut_out("<sop>"),
        "eos_token": _cut_out("<eop>"),
        "unk_token": _cut_out("<unk>"),
        "pad_token": _cut_out("<pad>"),
        "mask_token": _cut_out("[MASK]"),
    }

    def __init__(self, vocab_file: str | None = None, **kwargs: Any) -> None:
        kwargs.setdefault("clean_up_tokenization_spaces", True)
        super().__init__(vocab_file, **kwargs)
        self._written = {"<n>": "\n", "<|tab|>": "\t"} | {
            f"<|blank_{k}|>": " " * k for k in range(2, _LONGEST_BLANK + 1)
        }

    @classmethod
    def check_vocabulary(cls, path: str, vocabulary: Any) -> None:
        """Raise KnownError when tokens that ChatGLM-6B needs are not pieces of the file."""
        unknown = vocabulary.unk_id()
        missing = [token for token in _NEEDED if vocabulary.piece_to_id(token) == unknown]
        if missing:
            raise KnownError(
                _(
                    "{path}: {pieces} pieces without {missing}, expected the vocabulary of"
                    " ChatGLM-6B (130344 pieces); take ice_text.model from the checkpoint "
                    "of config.json, in its last revision",
                    path=path,
                    pieces=vocabulary.get_piece_size(),
                    missing=missing[0],
                )
            )

    def build_prompt(self, query: str, history: list[tuple[str, str]] | None = None) -> str:
        """Return the official text of a conversation that ends with ``query``."""
        return round_prompt_v1(query, history or ())

    def clean_reply(self, text: str) -> str:
        """Return a decoded reply as the official chat shows it."""
        return clean_reply_v1(text)

    def build_inputs_with_special_tokens(
        self, token_ids_0: list[int], token_ids_1: list[int] | None = None
    ) -> list[int]:
        """Return prompt + [gMASK] <sop>, and after it reply + <eop> when there is one."""
        ids = [*token_ids_0, self.gmask_token_id, self.bos_token_id]
        return ids if token_ids_1 is None else [*ids, *token_ids_1, self.eos_token_id]

    def _tokenize(self, text: str, **kwargs: Any) -> list[str]:
        text = text.replace("\n", "<n>").replace("\t", "<|tab|>")
        text = _BLANKS.sub(lambda run: f"<|blank_{len(run[0])}|>", text)
        return self.split_text(text)

    def convert_tokens_to_string(self, tokens: list[str]) -> str:
        """Join pieces into text, with newlines, tabs and runs of blanks as they were."""
        return super().convert_tokens_to_string([self._written.get(t, t) for t in tokens])

    def pad(self, encoded_inputs: Any, *args: Any, **kwargs: Any) -> Any:
        """Pad as the library does; masks and positions are made anew from the padded ids."""
        derived = {"attention_mask", "position_ids"}
        if isinstance(encoded_inputs, list | tuple):
            encoded_inputs = [
                {k: row[k] for k in row if k not in derived} if isinstance(row, Mapping) else row
                for row in encoded_inputs
            ]
        else:
            encoded_inputs = {k: v for k, v in encoded_inputs.items() if k not in derived}
        return super().pad(encoded_inputs, *args, **kwargs)

    def _pad(
        self,
        encoded_inputs: Any,
        max_length: int | None = None,
        padding_strategy: Any = "do_not_pad",
        pad_to_multiple_of: int | None = None,
        padding_side: str | None = None,
        return_attention_mask: bool | None = None,
    ) -> Any:
        padded = super()._pad(
            encoded_inputs,
            max_length,
            padding_strategy,
            pad_to_multiple_of,
            padding_side,
            return_attention_mask=False,
        )
        fixed_length = padding_strategy != "do_not_pad" or max_length is not None
        if fixed_length and return_attention_mask is not False:
            padded["attention_mask"], padded["position_ids"] = self.layout(padded["input_ids"])
        return padded

    def layout(self, ids: list[int]) -> tuple[Any, Any]:
        """Return the mask, bool [1, s, s] (True = blocked), and the positions [2, s] of one row.

        Padding at either end is blocked and has position 0. In the rest a token sees what
        precedes it and all that stands before ``<sop>``; without ``<sop>`` the whole row is
        prompt. From ``<sop>`` on the position is that of the first [MASK], or else of the first
        [gMASK], and the block position counts from 1.
        """
        start, end = self._unpadded(ids)
        row = ids[start:end]
        context = row.index(self.bos_token_id) if self.bos_token_id in row else len(row)
        blocked = np.ones((len(ids), len(ids)), dtype=bool)
        seen = np.tril(np.ones((len(row), len(row)), dtype=bool))
        seen[:, :context] = True
        blocked[start:end, start:end] = ~seen
        positions = np.zeros((2, len(ids)), dtype=np.int64)
        positions[0, start:end] = np.arange(len(row))
        for token in (self.mask_token_id, self.gmask_token_id):
            if token in row:
                positions[0, start + context : end] = row.index(token)
                break
        positions[1, start + context : end] = np.arange(1, len(row) - context + 1)
        return blocked[None], positions

    def _unpadded(self, ids: list[int]) -> tuple[int, int]:
        start, end = 0, len(ids)
        while start < end and ids[start] == self.pad_token_id:
            start += 1
        while end > start and ids[end - 1] == self.pad_token_id:
            end -= 1
        return start, end
