"""One candidate as it grows: tokens become text, and a stop string or end token closes it."""

from collections.abc import Callable, Collection, Sequence
from functools import lru_cache
from typing import Any

from models.answer.line import AnswerFilter
from models.backend import Delta, End, Finish, Sampling
from models.detokenize import TextStream
from models.stop_strings import StopScanner


class RememberedText:
    """A tokenizer's decoding that knows again the short runs of ids it has seen."""

    def __init__(self, tokenizer: Any) -> None:
        self._tokenizer = tokenizer
        self._decode = lru_cache(maxsize=1 << 14)(tokenizer.decode)

    def decode(self, ids: Sequence[int], **options: Any) -> str:
        text: str = self._decode(tuple(ids), **options)
        return text

    def __getattr__(self, name: str) -> Any:
        return getattr(self._tokenizer, name)


class CandidateText:
    """Follows one row and tells its deltas; the prompt's counts in its end are filled in later."""

    def __init__(
        self,
        number: int,
        tokenizer: Any,
        sampling: Sampling,
        ends: Collection[int],
        tell: Callable[[Delta], None],
        answer: AnswerFilter | None = None,
    ) -> None:
        """`answer` is the filter of a model that was asked through its chat template."""
        self.number, self.ends, self.tell = number, ends, tell
        self.longest = sampling.max_tokens
        self._stream = TextStream(tokenizer)
        self._answer = answer
        self._scanner = StopScanner(sampling.stop, sampling.cues)
        self._tokens = 0
        self._logprob: float | None = 0.0 if sampling.logprobs else None

    def take(self, token: int, logprob: float | None) -> bool:
        """Take the next token; False once the candidate has ended."""
        if logprob is not None and self._logprob is not None:
            self._logprob += logprob
        if token in self.ends:
            return self._end("stop")
        self._tokens += 1
        text = self._take(self._stream.push(token))
        if text:
            self.tell(Delta(self.number, text))
        if self._complete:
            return self._end("stop")
        if self._tokens >= self.longest:
            return self._end("length")
        return True

    @property
    def _complete(self) -> bool:
        return self._scanner.stopped or (self._answer is not None and self._answer.ended)

    def _take(self, text: str) -> str:
        return self._scanner.push(self._answer.push(text) if self._answer is not None else text)

    def _end(self, finish: Finish) -> bool:
        rest = self._take(self._stream.finish())
        finish = "stop" if self._complete else finish
        if self._answer is not None:
            rest += self._scanner.push(self._answer.flush(cut=finish == "length"))
        rest += self._scanner.flush()
        if self._scanner.stopped:
            finish = "stop"
        self.tell(Delta(self.number, rest, End(finish, self._tokens, 0, 0, self._logprob)))
        return False
