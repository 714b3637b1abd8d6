"""One candidate of a server on its way: what is its line, when it has ended, what it cost."""

from dataclasses import dataclass, field

from models.answer.line import AnswerFilter
from models.backend import End, Finish, Sampling
from models.server.count import WORD
from models.server.event import Event, EventChoice
from models.stop_strings import StopScanner

MAX_THOUGHT = 1 << 16
"""Characters that a model may think before its line; then it is taken to go round in a circle."""
LONGEST_PIECE = 1 << 14
"""Characters of a candidate that are taken from one event."""
LOOSE = 3
"""A candidate is ended here at so many times its tokens, since they can only be estimated."""


@dataclass
class ServerRow:
    """One candidate: its pieces go through the filter, then through the stops."""

    sampling: Sampling
    cue: str
    asked: bool
    """Whether the model was told to begin with the cue."""
    ended: bool = False
    broken: bool = False
    """Whether it ended inside its thought."""
    begun: bool = False
    """Whether the server has sent anything of it."""
    finished: bool = False
    """Whether the server itself has ended it."""
    finish: Finish = "stop"
    pieces: int = 0
    thought: int = 0
    """Characters thought."""
    logprob: float | None = None
    answer: AnswerFilter = field(init=False)
    scanner: StopScanner = field(init=False)
    _wide: int = 0
    _latin: int = 0

    def __post_init__(self) -> None:
        self.answer = AnswerFilter(self.cue, self.asked)
        self.scanner = StopScanner(self.sampling.stop, self.sampling.cues)

    def take(self, choice: EventChoice) -> str:
        """Add what the server sent; return what more of the line is certain."""
        self.begun = self.begun or bool(choice.text or choice.thought or choice.finish)
        self.pieces += bool(choice.text)
        self.finished = bool(choice.finish)
        self.thought += len(choice.thought)
        if self.sampling.logprobs and choice.logprob is not None:
            self.logprob = (self.logprob or 0.0) + choice.logprob
        shown = self._push(choice.text)
        if choice.finish or self.answer.ended or self.scanner.stopped or self._is_long():
            cut = choice.finish == "length" or self._is_long()
            shown += self.end(cut and not self.scanner.stopped and not self.answer.ended)
        return shown

    def end(self, cut: bool) -> str:
        """Take it as whole, or as `cut` by its length; return what was held back."""
        rest = self.scanner.push(self.answer.flush(cut)) + self.scanner.flush()
        self.broken = self.answer.thinking or (self.thought > 0 and not self.pieces)
        self.ended, self.finish = True, "length" if cut and not self.scanner.stopped else "stop"
        if self.answer.thought:
            self.finish = "thought"
        return rest

    def cost(self, event: Event, alone: bool, prompt_tokens: int, cached_tokens: int) -> End:
        """How it ended; `alone`: the tokens that `event` tells are all its own. The numbers are
        what is known where it tells none."""
        told = event.tokens if alone or event.each else None
        return End(
            finish=self.finish,
            tokens=told or self.pieces,
            prompt_tokens=event.prompt_tokens or prompt_tokens,
            cached_tokens=cached_tokens if event.cached_tokens is None else event.cached_tokens,
            logprob=self.logprob if self.pieces or not self.sampling.logprobs else 0.0,
        )

    def _push(self, text: str) -> str:
        if not text:
            return ""
        text = text[:LONGEST_PIECE]
        shown = self.scanner.push(self.answer.push(text))
        if self.answer.thinking or self.answer.awaiting:
            self.thought += len(text)
        else:
            latin = sum(map(len, WORD.findall(text)))
            self._latin, self._wide = self._latin + latin, self._wide + len(text) - latin
        return shown

    def _is_long(self) -> bool:
        written = self._wide + self._latin // 3
        most = LOOSE * self.sampling.max_tokens + 32
        return written > most or self.thought > MAX_THOUGHT
