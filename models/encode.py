"""The only place with a model's markup: prompt to ids, and training pair to ids and loss mask.

A text is cut into segments after each run of newlines, and after the first `：` of a line (where a
cue ends), and each is encoded by itself as the continuation of a line. So ids of a longer history
begin with those of the shorter one whatever follows, a cue's ids are those that the finished line
begins with, and `encode(prompt + reply)` begins with `encode(prompt)`. Of the known models'
tokenizers hardly any has tokens that reach across such a cut: runs of newlines are not cut, and
Gemma's one token for `：“` is two here, which llama.cpp joins.
"""

import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, Literal

from base.errors import KnownError, first_line
from base.messages import _
from models.backend import Prompt
from models.template import Frame, Message, frame_of_model

Markup = Literal["glm1", "glm2", "plain"]

_LINE = re.compile(r"[^\n]*\n+|[^\n]+")
_ANCHOR = "\n"


def segments(text: str) -> list[str]:
    """The pieces that are encoded apart; joined they are the text."""
    return [piece for line in _LINE.findall(text) for piece in _cut_at_cue(line) if piece]


def _cut_at_cue(line: str) -> tuple[str, str]:
    cue = line.find("：") + 1
    return line[:cue], line[cue:]


class Encoder:
    """Encodes for one tokenizer; `markup` says what stands around the text.

    - `glm1` (ChatGLM-6B): text [gMASK] <sop>, then the reply and <eop>. All of the text is the
      bidirectional context. With `causal_history` only the stable part is; history and cue stand
      after <sop> as if the model had written them, so that a follow-up turn need not compute the
      context anew. The model then sees the same words by another mask, so adapters must be trained
      the same way.
    - `glm2` (ChatGLM2/3-6B): [gMASK] sop text, then the reply and </s>.
    - `plain`: the tokenizer's own beginning (<bos>, or nothing), text, then the reply and its end.

    Literal special tokens in a text are text.
    """

    def __init__(self, tokenizer: Any, markup: Markup, causal_history: bool = False) -> None:
        if causal_history and markup != "glm1":
            raise KnownError(
                _(
                    "history 'causal' is for ChatGLM-6B alone, since every other model reads its "
                    "history so anyway; leave it out"
                )
            )
        self.tokenizer = tokenizer
        self.markup = markup
        self.causal_history = causal_history
        self.text_ids: Callable[[str], tuple[int, ...]] = lru_cache(maxsize=1 << 14)(self._segment)
        self._first: Callable[[str], tuple[int, ...]] = lru_cache(maxsize=64)(self._plain)
        self._anchor = self._plain(_ANCHOR)
        self._frame: Callable[[bool], Frame] = lru_cache(self._find_frame)
        self._beginning: Callable[[], tuple[int, ...]] = lru_cache(self._find_beginning)

    @property
    def has_template(self) -> bool:
        """Whether the tokenizer brings a chat template that these prompts can go through."""
        return self.markup == "plain" and bool(getattr(self.tokenizer, "chat_template", None))

    def encode(self, prompt: Prompt, chat: bool = False) -> list[int]:
        """The ids after which the model writes on; those of a `chat` begin its answer by the cue.

        Raises `KnownError` for a template that cannot be used.
        """
        if chat:
            return self._framed(prompt)
        if self.causal_history:
            stable = self._text(prompt.stable)
            return self._around(stable) + self._text(prompt.history + prompt.cue, first=False)
        return self._around(self._text(prompt.text))

    def encode_pair(self, prompt: Prompt, reply: str) -> tuple[list[int], list[bool]]:
        """The ids of prompt, reply and end, and True where a token is a target of the loss.

        Targets are the reply and its end; for ChatGLM-6B with its whole prompt as context <sop> is
        one too, as in its official training.
        """
        before = self.encode(prompt)
        after = [*self.encode_reply(reply), *self._end()]
        targets = [False] * len(before) + [True] * len(after)
        if self.markup == "glm1" and not self.causal_history:
            targets[len(before) - 1] = True
        return before + after, targets

    def encode_reply(self, reply: str) -> list[int]:
        """The ids of a reply as it stands behind a prompt, without an end."""
        return self._text(reply, first=False)

    def count(self, text: str) -> int:
        """Tokens of a text by itself, without markup."""
        return len(self._text(text)) if text else 0

    def run(self, text: str) -> tuple[int, ...]:
        """The ids of a piece of a line, such as a role's name."""
        return self.text_ids(text)

    def _framed(self, prompt: Prompt) -> list[int]:
        """The prompt's texts as text, the template's marks between them as the tokens they are."""
        frame = self._frame(bool(prompt.stable.strip()))
        ids: list[int] = []
        for mark, text in zip(frame.marks, [*frame.texts(prompt), prompt.cue], strict=True):
            ids += self.tokenizer.encode(mark, add_special_tokens=False)
            ids += self._text(text, first=False)
        return ids

    def _find_frame(self, system: bool) -> Frame:
        return frame_of_model(self.tokenizer.name_or_path, self._render, system)

    def _render(self, messages: Sequence[Message], answering: bool) -> str:
        from jinja2 import TemplateError

        try:
            text: str = self.tokenizer.apply_chat_template(
                list(messages),
                tokenize=False,
                add_generation_prompt=answering,
                enable_thinking=False,
            )
        except (TemplateError, ValueError, TypeError, KeyError, AttributeError) as error:
            reason = first_line(error)
            raise KnownError(reason) from error
        return text

    def _text(self, text: str, first: bool = True) -> list[int]:
        """Ids of all segments; the first of a text is encoded as the tokenizer begins texts."""
        ids: list[int] = []
        for place, segment in enumerate(segments(text)):
            ids += self._first(segment) if first and place == 0 else self.text_ids(segment)
        return ids

    def _segment(self, text: str) -> tuple[int, ...]:
        """Ids of a segment in the middle: behind a newline, whose own ids are then taken off."""
        ids = self._plain(_ANCHOR + text)
        head = len(self._anchor)
        return ids[head:] if ids[:head] == self._anchor else self._plain(text)

    def _plain(self, text: str) -> tuple[int, ...]:
        as_text = getattr(self.tokenizer, "text_ids", None)
        if as_text is not None:
            return tuple(as_text(text))
        return tuple(
            self.tokenizer.encode(text, add_special_tokens=False, split_special_tokens=True)
        )

    def _around(self, text: list[int]) -> list[int]:
        if self.markup != "plain":
            ids: list[int] = self.tokenizer.build_inputs_with_special_tokens(text)
            return ids
        return [*self._beginning(), *text]

    def _find_beginning(self) -> tuple[int, ...]:
        """What the tokenizer itself puts in front of a text: its <bos>, other marks, or nothing."""
        bare = self._plain("a")
        whole = tuple(self.tokenizer.encode("a", add_special_tokens=True))
        places = range(len(whole) - len(bare) + 1)
        at = next((i for i in places if whole[i : i + len(bare)] == bare), 0)
        return whole[:at]

    def _end(self) -> list[int]:
        end = self.tokenizer.eos_token_id
        if end is None:
            raise KnownError(
                _(
                    "{name}: its tokenizer has no end-of-text token, which training needs; set "
                    "eos_token in tokenizer_config.json",
                    name=self.tokenizer.name_or_path,
                )
            )
        return [int(end)]
