"""The candidates of a draw, put together from the chunks of llama.cpp's server."""

from collections.abc import Iterator
from typing import Any

from models.answer.line import AnswerFilter
from models.backend import Delta, End, Finish, Progress, Sampling
from models.llamacpp.requests import Chunk
from models.stop_strings import StopScanner

SAME = 4
"""Pieces without any other from which on a candidate is doubted: NaN logits draw one token only."""


class LlamaCppRow:
    """One candidate on its way; its text is held back while it is one piece over and over."""

    def __init__(self, number: int, sampling: Sampling, answer: AnswerFilter | None) -> None:
        self.number = number
        self.ended = False
        self.doubted: list[Delta] = []
        """What it would say if the model computes, once it has ended with nothing but one piece."""
        self._answer = answer
        # llama.cpp itself stops a log that is continued; of cues it knows nothing
        self._scanner = StopScanner(sampling.stop if answer else (), sampling.cues)
        self._logprob: float | None = 0.0 if sampling.logprobs else None
        self._tokens = 0
        self._piece, self._held, self._varied = "", "", False
        self._unlikely = False

    def take(self, choice: dict[str, Any]) -> str:
        """Take what a chunk says of this candidate, and return what is certain to belong to it."""
        if self._logprob is not None and choice.get("logprobs"):
            logprobs = [token["logprob"] for token in choice["logprobs"]["content"]]
            self._unlikely |= None in logprobs
            self._logprob += sum(one for one in logprobs if one is not None)
        piece = choice["text"]
        if not piece:
            return ""
        self._tokens += 1
        self._varied |= self._tokens > 1 and piece != self._piece
        self._piece = piece
        self._held += piece
        return self._released() if self._varied else ""

    @property
    def complete(self) -> bool:
        """Whether the line has ended, though the server goes on."""
        return self._scanner.stopped or (self._answer is not None and self._answer.ended)

    def end(
        self, finish: Finish, prompt_tokens: int, cached: int, tokens: int | None
    ) -> list[Delta]:
        """The last of it: what was held back, and how it ended; nothing yet where it is doubted."""
        self.ended = True
        text = self._released()
        finish = "stop" if self.complete else finish
        if self._answer is not None:
            text += self._scanner.push(self._answer.flush(cut=finish == "length"))
        text += self._scanner.flush()
        finish = "stop" if self._scanner.stopped else finish
        used = self._tokens if tokens is None else tokens
        last = [Delta(self.number, text)] if text else []
        last.append(Delta(self.number, end=End(finish, used, prompt_tokens, cached, self._logprob)))
        if self._unlikely or (not self._varied and self._tokens >= SAME):
            self.doubted = last
            return []
        return last

    def _released(self) -> str:
        held, self._held = self._held, ""
        return self._scanner.push(held if self._answer is None else self._answer.push(held))


class LlamaCppRows:
    """The candidates that one request draws, of a prompt of `prompt_tokens` tokens.

    With `cue` they are answers of a chat, which begin behind it: they go through the filter of
    answers, and end where it, or a stop string, says so.
    """

    def __init__(
        self, n: int, sampling: Sampling, prompt_tokens: int, cue: str | None = None
    ) -> None:
        filters = [None if cue is None else AnswerFilter(cue) for _ in range(n)]
        self._rows = [LlamaCppRow(at, sampling, one) for at, one in enumerate(filters)]
        self._prompt_tokens = prompt_tokens
        self._cached = self._read = 0

    @property
    def progress(self) -> Progress:
        """How much of the prompt has been read."""
        return Progress(self._read, self._prompt_tokens)

    def take(self, chunk: Chunk) -> Iterator[Delta | Progress]:
        """What a chunk adds to each open candidate, and how far the prompt is read."""
        if progress := chunk.get("prompt_progress"):
            self._cached, self._read = progress["cache"], progress["processed"]
            yield self.progress
        for choice in chunk["choices"]:
            row = self._rows[choice["index"]]
            if row.ended:
                continue
            if text := row.take(choice):
                yield Delta(row.number, text)
            if choice["finish_reason"]:
                finish: Finish = "length" if choice["finish_reason"] == "length" else "stop"
                cached = chunk["timings"]["cache_n"]
                yield from row.end(
                    finish, self._prompt_tokens, cached, chunk["usage"]["completion_tokens"]
                )
            elif row.complete:
                yield from row.end("stop", self._prompt_tokens, self._cached, None)

    @property
    def over(self) -> bool:
        """Whether all have ended."""
        return all(row.ended for row in self._rows)

    @property
    def doubted(self) -> list[Delta]:
        """The last of those candidates that hold nothing but one piece."""
        return [delta for row in self._rows for delta in row.doubted]
