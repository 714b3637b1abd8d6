"""The backend over a model in this process: text in, candidates out, by `Drawer` on ids."""

from collections.abc import Callable, Collection, Generator, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Literal

import torch

from base.errors import KnownError
from base.messages import _
from models.adapters import Adapters
from models.answer.line import AnswerFilter
from models.backend import Delta, Progress, Prompt, Sampling, Scorer
from models.chat import CHAT_TOKENS
from models.encode import Encoder
from models.local.attention import share_attention
from models.local.baselines import generate_at_once, generate_one_by_one
from models.local.candidate import CandidateText, RememberedText
from models.local.drawing import Drawer
from models.local.engine import chosen_parts
from models.local.loading import OpenedModel, Quantization, fitting_context, open_checkpoint
from models.local.scoring import ScoredText, score_texts
from models.local.vocabulary import Vocabulary, allowed_tokens, end_tokens, narrowed_head
from models.sampling import Breakers
from models.template import Mode, form_of


class Local(Scorer):
    """A ChatGLM or any other causal model of transformers, with adapters that share its weights.

    In `chat` mode the model is asked through its own template, with the cue as the beginning of
    its answer. Adapters are trained on logs as they stand, so what one of them draws or scores is
    continued raw, and so is ChatGLM.

    `notices` collects lines a person should see once, such as candidates drawn in two passes for
    want of memory.
    """

    own_adapter: str | None = None
    """With which lines are drawn of roles that name none, where it was opened for that."""

    def __init__(
        self,
        opened: OpenedModel,
        name: str,
        context: int | None = None,
        scripts: Sequence[str] | None = None,
        history: Literal["context", "causal"] = "context",
        mode: Mode | None = None,
        without: Collection[str] = (),
    ) -> None:
        self._name = name
        self._window = self.context = fitting_context(name, context, opened.context)
        self.model, self.tokenizer = opened.model, opened.tokenizer
        self._pieces = RememberedText(opened.tokenizer)
        self.notices: list[str] = []
        self.encoder = Encoder(opened.tokenizer, opened.markup, history == "causal")
        self._mode = self._fitting_mode(mode)
        if self._mode == "chat":
            self._window = min(self.context + CHAT_TOKENS, opened.context)
            self.context = max(1, self._window - CHAT_TOKENS)
        self.adapters = Adapters(opened.model, name)
        self.ends = end_tokens(opened.model, opened.tokenizer)
        joined = not share_attention(opened.model)
        self._full_head = opened.model.get_output_embeddings()
        vocabulary = self._narrow(scripts) if scripts else Vocabulary()
        parts = chosen_parts(without)
        self._drawer = Drawer(opened.model, self.adapters, joined, vocabulary, self.notices, parts)

    @classmethod
    def open(
        cls,
        path: str | Path,
        quantization: Quantization | None = None,
        device: str | None = None,
        adapters: Mapping[str, str | Path] | None = None,
        optional: Collection[str] = (),
        context: int | None = None,
        scripts: Sequence[str] | None = None,
        dtype: str | torch.dtype | None = None,
        history: Literal["context", "causal"] = "context",
        mode: Mode | None = None,
        without: Collection[str] = (),
    ) -> "Local":
        """Open a checkpoint's folder, hub id or GGUF file, with adapters by name.

        Of the adapters in `optional` one that cannot be used is left out with a notice, and the
        model plays without it.

        `quantization` is `int8` or `int4` (NF4) for weights stored in full; `device` is the GPU
        where there is one; `context` is at most the model's. `scripts` such as `["han", "latin"]`
        keeps the candidates to those scripts and evaluates the output layer only for their tokens.
        `history="causal"` is for ChatGLM-6B: see `models.encode`. `mode` is `chat` by default where
        the folder is named as a model that answers and has a chat template, else `raw`. `without`
        names parts of `models.local.engine` to leave out. Raises `KnownError`.
        """
        local = cls(
            open_checkpoint(path, quantization, device, dtype),
            Path(path).name,
            context,
            scripts,
            history,
            mode,
            without,
        )
        for name, folder in (adapters or {}).items():
            local._add(name, folder, name in optional)
        return local

    def _add(self, name: str, folder: str | Path, optional: bool) -> None:
        try:
            self.adapters.add(name, folder)
        except KnownError as error:
            if not optional:
                raise
            self.adapters.leave_out(name)
            self.notices.append(_("adapter {name} is left out: {error}", name=name, error=error))

    @property
    def name(self) -> str:
        """What a person calls this model."""
        return self._name

    def count(self, text: str) -> int:
        """Tokens of `text` in this model's own tokenizer."""
        return self.encoder.count(text)

    def generate(
        self, prompt: Prompt, sampling: Sampling, adapter: str | None = None
    ) -> Generator[Delta | Progress]:
        """Yield the candidates piece by piece; closing the generator stops at the next step.

        Log-probabilities are those of the model before sampling shapes them. Raises `KnownError`.
        """
        chat = self._chats(adapter)
        ids = self.encoder.encode(prompt, chat)
        sampling = replace(sampling, max_tokens=self._room(len(ids), sampling.max_tokens))
        deltas: list[Delta] = []
        candidates = [
            CandidateText(
                row,
                self._pieces,
                sampling,
                self.ends,
                deltas.append,
                AnswerFilter(prompt.cue) if chat else None,
            )
            for row in range(sampling.n)
        ]

        def accept(row: int, token: int, logprob: float | None) -> bool:
            return candidates[row].take(token, logprob)

        with closing(
            self._drawer.draw(ids, sampling, accept, adapter, self._breakers(sampling))
        ) as drawing:
            for __ in drawing:
                if not deltas:
                    yield Progress(self._drawer.read, len(ids))
                yield from self._completed(deltas, len(ids))
            yield from self._completed(deltas, len(ids))

    def prefill(self, prompt: Prompt, adapter: str | None = None) -> Generator[Progress]:
        """Compute the prompt for a later draw; the adapter's cache keeps what was computed."""
        ids = self.encoder.encode(prompt, self._chats(adapter))
        self._room(len(ids), 1)
        with closing(self._drawer.read_ahead(ids, adapter)) as reading:
            for __ in reading:
                yield Progress(self._drawer.read, len(ids))

    def score_pairs(
        self, pairs: Sequence[tuple[Prompt, str]], adapter: str | None = None
    ) -> list[float]:
        """The log-probability of each reply after its prompt; what the prompts have in common at
        their beginning, also with those scored or drawn before, is computed once."""
        texts = []
        for prompt, reply in pairs:
            before = self.encoder.encode(prompt, self._chats(adapter))
            after = self.encoder.encode_reply(reply)
            self._room(len(before) + len(after) - 1, 1)
            texts.append(ScoredText(before + after, len(before)))
        narrowed = self._drawer.vocabulary.kept is not None
        head = self._full_head if narrowed else self.model.get_output_embeddings()
        return score_texts(self._drawer, head, texts, adapter)

    def baselines(self) -> dict[str, Callable[[Prompt, Sampling], None]]:
        """What `models bench` compares with, on the same weights: transformers' own `generate`."""
        return {
            "generate × n": self._baseline(generate_one_by_one),
            "generate(num_return_sequences=n)": self._baseline(generate_at_once),
        }

    def close(self) -> None:
        """Stop a draw that is under way and free the caches."""
        self._drawer.stopped = True
        self._drawer.kept.clear()

    def _completed(self, deltas: list[Delta], prompt_tokens: int) -> list[Delta]:
        """The deltas collected so far, ends completed by what only the draw knows."""
        told = [
            delta
            if delta.end is None
            else delta._replace(
                end=replace(
                    delta.end, prompt_tokens=prompt_tokens, cached_tokens=self._drawer.reused
                )
            )
            for delta in deltas
        ]
        deltas.clear()
        return told

    def _fitting_mode(self, asked: Mode | None) -> Mode:
        """How prompts are given; what is a guess is told in a notice."""
        if asked == "chat" and not self.encoder.has_template:
            raise KnownError(
                _("{name}: has no chat template; leave ?mode=chat out", name=self.name)
            )
        if asked is not None:
            return asked
        form = form_of([self.name]) if self.encoder.has_template else "base"
        if form is None:
            self.notices.append(
                _(
                    "{name}: the log is continued as plain text; if this model was made to"
                    " answer, add ?mode=chat to its path, else ?mode=raw",
                    name=self.name,
                )
            )
        return "chat" if form == "chat" else "raw"

    def _chats(self, adapter: str | None) -> bool:
        return self._mode == "chat" and not self.adapters.holds(adapter)

    def _room(self, prompt: int, wanted: int) -> int:
        left = self._window - prompt
        if left < 1:
            raise KnownError(
                _(
                    "{name}: the prompt has {tokens} tokens, expected fewer than the "
                    "context of {context}; shorten the history, or open the model with a "
                    "larger context",
                    tokens=prompt,
                    name=self.name,
                    context=self._window,
                )
            )
        return min(wanted, left)

    def _breakers(self, sampling: Sampling) -> Breakers | None:
        if not sampling.dry_multiplier:
            return None
        return Breakers(sampling.dry_breakers, self.encoder.run, self._token_text)

    def _token_text(self, token: int) -> str:
        text: str = self.tokenizer.decode([token])
        return text

    def _narrow(self, scripts: Sequence[str]) -> Vocabulary:
        head = self._full_head
        size = getattr(head, "out_features", len(self.tokenizer))
        tokens = allowed_tokens(self.tokenizer, size, scripts, self.ends)
        kept = torch.tensor(tokens, device=self.model.device)
        self.model.set_output_embeddings(narrowed_head(self.model, kept))
        return Vocabulary(kept, max(size, len(self.tokenizer)))

    def _baseline(self, generate: Callable[..., None]) -> Callable[[Prompt, Sampling], None]:
        def run(prompt: Prompt, sampling: Sampling) -> None:
            narrow = self.model.get_output_embeddings()
            self.model.set_output_embeddings(self._full_head)
            try:
                generate(self.model, self.encoder.encode(prompt, self._chats(None)), sampling)
            finally:
                self.model.set_output_embeddings(narrow)

        return run
