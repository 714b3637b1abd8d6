"""Prompts as ids for llama.cpp: a log as it stands, or framed by the model's own chat template."""

from collections.abc import Callable, Sequence
from functools import lru_cache
from itertools import chain

from models.backend import Prompt
from models.llamacpp.http import HttpPoster
from models.llamacpp.tokens import Tokens
from models.template import Frame, Message, frame_of_model

LINE = "\n"


class Prompts:
    """Encodes the prompts of one model; with `chat` each is framed by its chat template."""

    def __init__(self, poster: HttpPoster, tokens: Tokens) -> None:
        self._poster, self._tokens = poster, tokens
        self._frame: Callable[[bool], Frame] = lru_cache(self._framed)

    def ids(self, prompt: Prompt, reply: str = "", *, chat: bool = False) -> list[int]:
        """The ids of a prompt, and of the beginning of a reply behind its cue."""
        if not chat:
            return self._tokens.beginning(prompt.text + reply)
        frame = self._frame(bool(prompt.stable.strip()))
        texts = [*frame.texts(prompt), prompt.cue + reply]
        marks = [self._tokens.markup(mark, at == 0) for at, mark in enumerate(frame.marks)]
        after = self._behind(frame.marks, texts)
        return list(chain.from_iterable(chain(*pair) for pair in zip(marks, after, strict=True)))

    def _behind(self, marks: Sequence[str], texts: Sequence[str]) -> list[list[int]]:
        """The ids of texts where they stand: behind a newline if that is how the mark ends, since
        some tokenizers begin a text of its own with a blank."""
        before = [LINE if mark.endswith(LINE) else "" for mark in marks]
        alone, *found = self._tokens.ids([LINE, *map(str.__add__, before, texts)])
        ids = []
        for line, text, both in zip(before, texts, found, strict=True):
            if not line:
                ids.append(both)
            elif both[: len(alone)] == alone:
                ids.append(both[len(alone) :])
            else:
                ids.append(self._tokens.ids([text])[0])
        return ids

    def _framed(self, system: bool) -> Frame:
        return frame_of_model(self._poster.name, self._render, system)

    def _render(self, messages: Sequence[Message], answering: bool) -> str:
        body = {
            "messages": list(messages),
            "add_generation_prompt": answering,
            "chat_template_kwargs": {"enable_thinking": False},
        }
        return str(self._poster.ask("/apply-template", body)["prompt"])
