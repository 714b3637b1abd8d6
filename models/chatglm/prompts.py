"""The official ChatGLM prompts, replies and training examples, as text and as ids."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol

from base.errors import KnownError
from base.messages import _, series

Message = Mapping[str, Any]
"""``role`` (system, user, assistant, observation), ``content``; perhaps ``metadata``, ``tools``."""

_CJK = "\u4e00-\u9fff"
_FULL_WIDTH = {",": "，", "!": "！", ":": "：", ";": "；", "?": "？"}
_ROLES = ("system", "user", "assistant", "observation")


class PromptTokenizer(Protocol):
    """What a prompt needs of a ChatGLM tokenizer."""

    first_target: int

    def text_ids(self, text: str) -> list[int]: ...
    def special_id(self, token: str) -> int: ...
    def build_inputs_with_special_tokens(
        self, token_ids_0: list[int], token_ids_1: list[int] | None = None
    ) -> list[int]: ...


def round_prompt_v1(query: str, history: Iterable[Sequence[str]]) -> str:
    """Return the chat text of ChatGLM-6B: rounds from 0, and none at all without a history."""
    past = list(history)
    if not past:
        return query
    rounds = [f"[Round {i}]\n问：{asked}\n答：{said}\n" for i, (asked, said) in enumerate(past)]
    return "".join(rounds) + f"[Round {len(past)}]\n问：{query}\n答："


def round_prompt_v2(query: str, history: Iterable[Sequence[str]]) -> str:
    """Return the chat text of ChatGLM2-6B: rounds from 1, always with a header."""
    past = list(history)
    rounds = [
        f"[Round {i}]\n\n问：{asked}\n\n答：{said}\n\n" for i, (asked, said) in enumerate(past, 1)
    ]
    return "".join(rounds) + f"[Round {len(past) + 1}]\n\n问：{query}\n\n答："


def clean_reply(text: str) -> str:
    """Return a decoded reply of ChatGLM2-6B or ChatGLM3-6B as their chat shows it."""
    return text.strip().replace("[[训练时间]]", "2023年")


def clean_reply_v1(text: str) -> str:
    """Return a decoded reply of ChatGLM-6B: half-width marks beside Chinese become full-width."""
    text = clean_reply(text)
    for half, full in _FULL_WIDTH.items():
        mark = re.escape(half)
        text = re.sub(f"(?<=[{_CJK}]){mark}", full, text)
        text = re.sub(f"{mark}(?=[{_CJK}])", full, text)
    return text


def message_v3(tokenizer: PromptTokenizer, role: str, metadata: str, content: str) -> list[int]:
    """Return the ids of one ChatGLM3-6B message: role token, metadata line, content.

    Raises KnownError for a role that the model does not know.
    """
    if role not in _ROLES:
        raise KnownError(
            _(
                "a message of the role {role}; ChatGLM3-6B only knows {roles}",
                role=role,
                roles=series(_ROLES),
            )
        )
    line = tokenizer.text_ids(f"{metadata}\n")
    return [tokenizer.special_id(f"<|{role}|>"), *line, *tokenizer.text_ids(content)]


def chat_input_v3(
    tokenizer: PromptTokenizer, query: str, history: Iterable[Message], role: str = "user"
) -> list[int]:
    """Return the ids that ask ChatGLM3-6B for the assistant's next message."""
    body = [token for message in history for token in _message_ids(tokenizer, message)]
    body += message_v3(tokenizer, role, "", query)
    body.append(tokenizer.special_id("<|assistant|>"))
    return tokenizer.build_inputs_with_special_tokens(body)


def parse_reply_v3(text: str) -> list[dict[str, str]]:
    """Return the messages in a decoded reply of ChatGLM3-6B, as ``metadata`` and ``content``."""
    messages = []
    for piece in text.split("<|assistant|>"):
        metadata, newline, content = piece.partition("\n")
        if not newline:
            metadata, content = "", piece
        if not metadata.strip():
            metadata, content = "", clean_reply(content)
        messages.append({"metadata": metadata, "content": content})
    return messages


def encode_continuation(tokenizer: PromptTokenizer, text: str) -> list[int]:
    """Return the ids after which a model writes on from ``text``, e.g. a log that ends ``夏娜：``.

    ChatGLM-6B: text [gMASK] <sop>. ChatGLM2-6B and ChatGLM3-6B: [gMASK] sop text. Whatever the
    text holds is text: a literal ``<eop>`` in a log ends nothing.
    """
    return tokenizer.build_inputs_with_special_tokens(tokenizer.text_ids(text))


def encode_pair(
    tokenizer: PromptTokenizer, prompt: str | Sequence[int], reply: str | Sequence[int]
) -> tuple[list[int], list[bool]]:
    """Return the ids of a training pair and a mask, True where a token is a target of the loss.

    ChatGLM-6B: prompt [gMASK] <sop> reply <eop>, targets from <sop> on. ChatGLM2-6B and
    ChatGLM3-6B: [gMASK] sop prompt reply </s>, targets from the reply on. Prompt and reply are
    encoded apart, as the official training does, so the ids always start with
    ``encode_continuation(tokenizer, prompt)``; the reply thereby begins with sentencepiece's
    blank, as replies of the model do, and decoding the reply by itself drops that blank.
    Either part may be given as ids, e.g. after cutting it to a length.
    """
    before = tokenizer.text_ids(prompt) if isinstance(prompt, str) else list(prompt)
    after = tokenizer.text_ids(reply) if isinstance(reply, str) else list(reply)
    start = len(tokenizer.build_inputs_with_special_tokens(before)) + tokenizer.first_target
    ids = tokenizer.build_inputs_with_special_tokens(before, after)
    return ids, [place >= start for place in range(len(ids))]


def encode_conversation(
    tokenizer: PromptTokenizer, messages: Iterable[Message]
) -> tuple[list[int], list[bool]]:
    """Return the ids of a ChatGLM3-6B training conversation and a mask, True for targets.

    As in the official training the mask lags one token: an ``<|assistant|>`` is no target, and
    the token right after an assistant's message (the next role, or </s>) is one. An observation
    counts as the assistant's, there as here.
    """
    ids = tokenizer.build_inputs_with_special_tokens([], [])
    end = ids.pop()
    spoken = [False] * len(ids)
    for message in messages:
        piece = _message_ids(tokenizer, message)
        ids += piece
        spoken += [message["role"] not in ("system", "user")] * len(piece)
    return [*ids, end], [False, *spoken]


def _message_ids(tokenizer: PromptTokenizer, message: Message) -> list[int]:
    content = str(message["content"])
    if message["role"] == "system" and "tools" in message:
        content += "\n" + json.dumps(message["tools"], indent=4, ensure_ascii=False)
    return message_v3(tokenizer, str(message["role"]), str(message.get("metadata", "")), content)
