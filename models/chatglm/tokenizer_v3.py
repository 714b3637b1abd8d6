"""The tokenizer of ChatGLM3-6B: that of ChatGLM2-6B with role tokens, placed as ids."""

import re
from collections.abc import Sequence
from typing import Any

from models.chatglm.prompts import Message, chat_input_v3, message_v3
from models.chatglm.tokenizer_base import ChatGLMTokenizer
from models.chatglm.tokenizer_v2 import PREFIXES, ChatGLM2Tokenizer

ROLES = ("<|system|>", "<|user|>", "<|assistant|>", "<|observation|>")
_ROLE = re.compile("(" + "|".join(map(re.escape, ROLES)) + ")")


class ChatGLM3Tokenizer(ChatGLM2Tokenizer):
    """ChatGLM3-6B (64789 pieces of the file, then nine special tokens).

    Role tokens in a text are text, unless ``encode_special_tokens`` is set. Decoding prints
    special tokens, also with ``skip_special_tokens``, as the official one does.
    """

    version = 3
    appended = PREFIXES + ROLES

    def __init__(
        self, vocab_file: str | None = None, encode_special_tokens: bool = False, **kwargs: Any
    ) -> None:
        self.encode_special_tokens = encode_special_tokens
        super().__init__(vocab_file, **{**kwargs, "encode_special_tokens": encode_special_tokens})

    @property
    def stop_token_ids(self) -> tuple[int, ...]:
        """The ids at which a reply is over: the end, or the turn of somebody else."""
        return (
            self.eos_token_id,
            self.special_id("<|user|>"),
            self.special_id("<|observation|>"),
        )

    def build_single_message(self, role: str, metadata: str, message: str) -> list[int]:
        """Return the ids of one message; roles are system, user, assistant and observation."""
        return message_v3(self, role, metadata, message)

    def build_chat_input(
        self, query: str, history: Sequence[Message] | None = None, role: str = "user"
    ) -> Any:
        """Return the tensors, each [1, s], that ask the model for the assistant's next message."""
        ids = chat_input_v3(self, query, history or (), role)
        return self.pad({"input_ids": [ids]}, return_tensors="pt")

    def _tokenize(self, text: str, **kwargs: Any) -> list[str]:
        parts = _ROLE.split(text) if self.encode_special_tokens else [text]
        pieces: list[str] = []
        for part in parts:
            is_role = self.encode_special_tokens and part in ROLES
            pieces += [part] if is_role else self.split_text(part)
        return pieces

    def _decoded_pieces(self, ids: Any, skip_special_tokens: bool) -> list[str]:
        return ChatGLMTokenizer._decoded_pieces(self, ids, skip_special_tokens)
