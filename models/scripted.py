"""Recites given lines as candidates: for tests, demos, and a table without a model."""

import re
import time
from collections.abc import Callable, Generator, Mapping, Sequence
from itertools import takewhile, zip_longest
from typing import Literal, Self

from base.errors import KnownError
from base.messages import _
from models.backend import Delta, End, Finish, Progress, Prompt, Sampling
from models.stop_strings import StopScanner

DEFAULT_LINES = (
    "你听见了吗？楼上有人在走动。 \\emoji 惊讶",
    "\\me 把灯举高了一些，照着墙上的画",
    "（这地方我小时候来过，可门不在这一边。）",
    "先别出声，跟在我后面。 \\emoji 专注",
    "我倒觉得，我们该把那封信再读一遍。",
    "\\me 笑了笑，把钥匙抛给你 \\emoji 微笑",
    "要走你走，我得弄清楚这是怎么回事。",
    "雨停了。（奇怪，怎么还有水声？） \\emoji 困惑",
)
ENGLISH_LINES = (
    "Did you hear that? Somebody is walking about upstairs. \\emoji surprised",
    "\\me raises the lamp and looks along the wall",
    "（I was here as a child, but the door was on the other side.）",
    "Quiet now, and stay behind me. \\emoji focused",
    "I say we read that letter once more.",
    "\\me smiles and throws the keys across \\emoji smiling",
    "Go if you like. I mean to find out what this is.",
    "The rain has stopped.（Then where is that water running?） \\emoji puzzled",
)
"""What is recited in their place after a prompt in English."""
CHINESE = re.compile(r"[\u4e00-\u9fff]")
LATIN = re.compile(r"[A-Za-z]")
PIECE = re.compile(r"[A-Za-z0-9']+\s?|.", re.DOTALL)


Answers = Callable[[Prompt, int], Sequence[str]]
"""What is recited after a prompt in so many candidates."""
LESSON_CONTEXT = 1_000_000
"""Tokens of a model that answers: whatever was said, nothing of it is left out."""


class Scripted:
    """Gives its lines in order, the next `n` at each draw, from the first again after the last; or
    what it is told to answer to a prompt, whole.

    It remembers what it was asked in `prompts`, `samplings` and `adapters`, and what it was to
    read ahead in `prefilled`. A token is a character. Of each adapter it keeps the prompt that it
    read last, as models do, and a draw or a prefill reads only what differs.
    """

    recites: Literal[True] = True

    def __init__(
        self,
        lines: Sequence[str] = DEFAULT_LINES,
        *,
        delay: float = 0.0,
        batch: int = 256,
        batch_delay: float = 0.0,
        failures: Mapping[int, str] | None = None,
        name: str = "scripted",
        context: int = 4096,
        answers: Answers | None = None,
    ) -> None:
        """`delay` is in seconds a piece; `failures` are error lines by draw, counted from 0.

        Reading a prompt gives a sign of life after each `batch` of tokens, which takes
        `batch_delay` seconds.
        """
        if not lines:
            raise KnownError(_("scripted: there is no line to recite; give at least one"))
        self.name = name
        self.notices: list[str] = []
        self.context = context if answers is None else LESSON_CONTEXT
        self.prompts: list[Prompt] = []
        self.prefilled: list[Prompt] = []
        self.samplings: list[Sampling] = []
        self.adapters: list[str | None] = []
        self.closed = False
        self._lines = tuple(lines)
        self._next = 0
        self._answers = answers
        self._delay = delay
        self._batch = batch
        self._batch_delay = batch_delay
        self._kept: dict[str | None, str] = {}
        self._failures = dict(failures or {})

    @classmethod
    def open(
        cls,
        lines: Sequence[str] = DEFAULT_LINES,
        *,
        delay: float = 0.0,
        batch: int = 256,
        batch_delay: float = 0.0,
        failures: Mapping[int, str] | None = None,
        name: str = "scripted",
        context: int = 4096,
        answers: Answers | None = None,
    ) -> Self:
        return cls(
            lines,
            delay=delay,
            batch=batch,
            batch_delay=batch_delay,
            failures=failures,
            name=name,
            context=context,
            answers=answers,
        )

    def count(self, text: str) -> int:
        return len(text)

    def generate(
        self, prompt: Prompt, sampling: Sampling, adapter: str | None = None
    ) -> Generator[Delta | Progress]:
        draw = len(self.prompts)
        self.prompts.append(prompt)
        self.samplings.append(sampling)
        self.adapters.append(adapter)
        if draw in self._failures:
            raise KnownError(self._failures[draw])
        cached = yield from self._read(prompt, adapter)
        cost = len(prompt.text), cached
        rows = [self._recite(line, sampling, *cost) for line in self._take(prompt, sampling.n)]
        for column in zip_longest(*rows):
            for candidate, piece in enumerate(column):
                if piece is None:
                    continue
                if self._delay:
                    time.sleep(self._delay)
                yield piece._replace(candidate=candidate)

    def prefill(self, prompt: Prompt, adapter: str | None = None) -> Generator[Progress]:
        self.prefilled.append(prompt)
        yield from self._read(prompt, adapter)

    def close(self) -> None:
        self.closed = True

    def _read(self, prompt: Prompt, adapter: str | None) -> Generator[Progress, None, int]:
        """Read what of a prompt is not kept; how much was."""
        text = prompt.text
        total = len(text)
        if total >= self.context:
            raise KnownError(
                _(
                    "{name}: the prompt has {tokens} tokens, the context has {context}; shorten "
                    "the prompt",
                    name=self.name,
                    tokens=total,
                    context=self.context,
                )
            )
        cached = done = _common_length(self._kept.get(adapter, ""), text)
        while True:
            if self._batch_delay and done < total:
                time.sleep(self._batch_delay)
            done = min(done + self._batch, total)
            self._kept[adapter] = text[:done]
            yield Progress(done, total)
            if done == total:
                return cached

    def _take(self, prompt: Prompt, n: int) -> Sequence[str]:
        if self._answers is not None:
            return self._answers(prompt, n)
        at = self._next
        self._next += n
        lines = self._lines
        if lines == DEFAULT_LINES and is_english(prompt.text):
            lines = ENGLISH_LINES
        return [lines[i % len(lines)] for i in range(at, at + n)]

    def _recite(
        self, line: str, sampling: Sampling, prompt_tokens: int, cached: int
    ) -> Generator[Delta]:
        scanner = StopScanner(sampling.stop, sampling.cues)
        longest = sampling.max_tokens if self._answers is None else len(line)
        finish: Finish = "stop" if len(line) <= longest else "length"
        tokens = 0
        for match in PIECE.finditer(line[:longest]):
            tokens += len(match[0])
            if certain := scanner.push(match[0]):
                yield Delta(0, certain)
            if scanner.stopped:
                finish = "stop"
                break
        if rest := scanner.flush():
            yield Delta(0, rest)
        yield Delta(0, end=End(finish, tokens, prompt_tokens, cached))


def _common_length(one: str, other: str) -> int:
    """How many characters two texts have in common at their beginning."""
    return sum(
        1 for __ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False))
    )


def is_english(text: str) -> bool:
    """Whether a text of some length is all but without Chinese."""
    letters = len(LATIN.findall(text))
    return letters > 40 and len(CHINESE.findall(text)) * 10 < letters
