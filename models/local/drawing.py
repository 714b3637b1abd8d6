"""The drawing loop on token ids: one prefill, n rows that share it, and what is kept for the next.

After a draw each adapter keeps the cache of its prompt and what every row added. The next prompt is
compared by ids with the kept prompt and each row: the longest common head is kept, the rest is cut
off. So a picked candidate costs nothing, and undo, edit, branch or trimming cost what differs.
What of a kept cache serves another prompt is `models.local.positions`' to say.
"""

from collections.abc import Callable, Generator
from dataclasses import dataclass, field

import torch
from transformers import PreTrainedModel

from base.errors import KnownError
from base.messages import _
from models.adapters import Adapters
from models.backend import Sampling
from models.cache_names import cache_argument
from models.local import fast_step
from models.local.cache import BranchingCache, Row
from models.local.cuda_graph import Replay, can_replay
from models.local.positions import Places, places_of, reusable
from models.local.processors import Sampler
from models.local.vocabulary import Vocabulary
from models.sampling import Breakers

CHUNK = {"cuda": 1024}
"""Prompt tokens computed at a time by device, so that a draw can be stopped in between."""
CHUNK_ELSEWHERE = 512
SMALLEST_CHUNK = 16

Accept = Callable[[int, int, float | None], bool]
"""Takes (row, token id, log-probability) and says whether the row goes on."""


@dataclass
class Kept:
    """What one adapter's last draw left: the prompt's cache and the rows' own parts."""

    cache: BranchingCache
    ids: list[int] = field(default_factory=list)
    logits: torch.Tensor | None = None
    """Those after the last of `ids` [1, V'], where they were computed."""
    rows: list[Row] = field(default_factory=list)


@dataclass
class Batch:
    """Rows that are drawn side by side, as long as each other."""

    rows: list[int]
    """Their numbers in the draw."""
    fed: list[list[int]]
    """The tokens of each row that are in the cache."""
    tokens: torch.Tensor
    """The token drawn last by each row [n]; not in the cache yet."""
    over: list[bool]
    """Rows that have ended, where they cannot leave the batch."""
    aside: list[Row] | None = None
    """The rows' part of the cache while another batch is drawn."""

    def only(self, places: list[int]) -> "Batch":
        """The rows at these places."""
        return Batch(
            [self.rows[i] for i in places],
            [self.fed[i] for i in places],
            self.tokens[places],
            [self.over[i] for i in places],
            None if self.aside is None else [self.aside[i] for i in places],
        )


@dataclass(frozen=True)
class Draw:
    """What stays the same while the rows of one draw grow."""

    kept: Kept
    places: Places
    sampling: Sampling
    sampler: Sampler
    accept: Accept
    stepper: fast_step.Stepper | None
    """What computes the steps in place of the model's own forward."""


class Drawer:
    """Draws rows of tokens after a prompt; `reused` tells how much of it was not computed, `read`
    how much of it is in the cache.

    `notices` receives a line where memory made it draw otherwise than asked. `stopped` ends a draw
    at its next step, and may be set by another thread.
    """

    def __init__(
        self,
        model: PreTrainedModel,
        adapters: Adapters,
        joined: bool,
        vocabulary: Vocabulary,
        notices: list[str],
    ) -> None:
        self.model, self.adapters, self.vocabulary = model, adapters, vocabulary
        self.joined, self.notices = joined, notices
        self.kept: dict[str | None, Kept] = {}
        self.reused = self.read = 0
        self.stopped = False
        self.replay = Replay(model, notices) if can_replay(model) and not joined else None
        self.lean = fast_step.can_step(model, joined)

    @torch.inference_mode()
    def draw(
        self,
        ids: list[int],
        sampling: Sampling,
        accept: Accept,
        adapter: str | None = None,
        breakers: Breakers | None = None,
    ) -> Generator[None]:
        """Draw `sampling.n` rows of up to `max_tokens` tokens, yielding after each piece of work.

        `accept` is called for each token of each row. Raises `KnownError` where memory does not
        suffice even for one row.
        """
        kept, places = self.take(ids, adapter)
        sampler = Sampler(sampling, self.vocabulary, breakers, self.model.device)
        stepper = None
        if self.lean:
            steps = places.positions(len(ids), sampling.max_tokens, self.model.device)
            stepper = fast_step.Stepper(self.model, kept.cache, steps)
        draw = Draw(kept, places, sampling, sampler, accept, stepper)
        try:
            yield from self.prefill(kept, places, ids)
            if not self.stopped:
                yield from self._grow(draw)
        finally:
            self.kept[adapter] = kept

    @torch.inference_mode()
    def read_ahead(self, ids: list[int], adapter: str | None = None) -> Generator[None]:
        """Bring the cache to all of `ids` for a later draw, yielding after each piece."""
        kept, places = self.take(ids, adapter)
        try:
            yield from self.prefill(kept, places, ids)
        finally:
            self.kept[adapter] = kept

    def take(self, ids: list[int], adapter: str | None) -> tuple[Kept, Places]:
        """Make the adapter the active one, and take what it kept and where `ids` are placed.

        Who takes it puts it back into `kept`.
        """
        start = self.adapters.use(adapter)
        kept = self.kept.pop(adapter, None)
        if kept is None:
            kept = Kept(BranchingCache(self.joined))
            if start.layers:
                kept.cache.start_with(start.layers)
        return kept, places_of(self.model, ids, start.offset)

    def prefill(self, kept: Kept, places: Places, ids: list[int]) -> Generator[None]:
        """Bring the cache and the logits to all of `ids`, yielding after each piece."""
        chunk = CHUNK.get(self.model.device.type, CHUNK_ELSEWHERE)
        done = self.reused = self.read = go_back(self.model, kept, ids)
        while done < len(ids) and not self.stopped:
            at_once = places.first_piece() if done == 0 else 1
            count = min(max(chunk, at_once), len(ids) - done)
            new = torch.tensor([ids[done : done + count]], device=self.model.device)
            logits = self.forward(kept.cache, places, new, done, last=1)
            if logits is None:
                chunk = self._less_memory(count, at_once)
                continue
            kept.cache.advance(count)
            self.read = done = done + count
            kept.ids = ids[:done]
            kept.logits = logits[:, -1] if done == len(ids) else None
            yield

    def _grow(self, draw: Draw) -> Generator[None]:
        """Draw the rows' tokens until each has ended; what they added is kept in `Kept.rows`."""
        kept, count, room = draw.kept, draw.sampling.n, draw.sampling.max_tokens
        assert kept.logits is not None
        kept.cache.branch(count, room, packed=draw.stepper is not None)
        nothing = torch.empty(count, dtype=torch.long, device=self.model.device)
        batch = Batch(list(range(count)), [[] for __ in range(count)], nothing, [False] * count)
        waiting = [self._take(draw, batch, kept.logits.expand(count, -1))]
        while waiting and not self.stopped:
            batch = waiting.pop()
            if batch.aside is not None:
                kept.cache.restore(batch.aside, room, len(batch.fed[0]))
                batch.aside = None
            waiting += yield from self._grow_batch(draw, batch)

    def _grow_batch(self, draw: Draw, batch: Batch) -> Generator[None, None, list[Batch]]:
        """Draw a batch to its end; returns batches to draw instead where memory was too small."""
        cache = draw.kept.cache
        try:
            while not all(batch.over) and not self.stopped:
                yield
                place = len(draw.kept.ids) + len(batch.fed[0])
                logits = self._step(draw, batch, place)
                if logits is None:
                    halves = self._halves(draw, batch)
                    batch = batch.only([])
                    return halves
                cache.advance(1)
                for fed, token in zip(batch.fed, batch.tokens.tolist(), strict=True):
                    fed.append(token)
                batch = self._take(draw, batch, logits)
            return []
        finally:
            self._keep(draw, batch, [i for i, over in enumerate(batch.over) if not over])

    def _take(self, draw: Draw, batch: Batch, logits: torch.Tensor) -> Batch:
        """Pick each row's next token from `logits` [n, V']; rows that end leave the batch."""
        step = len(batch.fed[0])
        self.check_numbers(logits)
        places = draw.sampler.pick(logits, batch.rows, step, self._so_far(draw, batch))
        batch.tokens = self.vocabulary.tokens(places)
        chances: list[float | None] = [None] * len(batch.rows)
        if draw.sampling.logprobs:
            found = logits.float().log_softmax(dim=-1).gather(1, places[:, None])
            chances = found[:, 0].tolist()
        last = step + 1 >= draw.sampling.max_tokens
        ended = []
        for i, token in enumerate(batch.tokens.tolist()):
            if not batch.over[i] and (not draw.accept(batch.rows[i], token, chances[i]) or last):
                ended.append(i)
        self._keep(draw, batch, ended)
        for i in ended:
            batch.over[i] = True
        if not ended or self.replay is not None:
            return batch
        going = [i for i, over in enumerate(batch.over) if not over]
        if going:
            draw.kept.cache.select(going)
        return batch.only(going)

    def check_numbers(self, found: torch.Tensor) -> None:
        """Raise `KnownError` where a row of logits [n, V] is NaN, infinite, or nowhere open."""
        if bool(found.amax(dim=-1).isfinite().all()):
            return
        base, adapter = self.adapters.base, self.adapters.active
        if adapter is not None:
            raise KnownError(
                _(
                    "{base} with the adapter {adapter}: computes NaN instead of probabilities; "
                    "play without it, or train it anew",
                    base=base,
                    adapter=adapter,
                )
            )
        raise KnownError(
            _(
                "{base}: computes NaN instead of probabilities; its weights are damaged, "
                "or too large for {removeprefix}; fetch it again, or use another",
                base=base,
                removeprefix=str(self.model.dtype).removeprefix("torch."),
            )
        )

    def _so_far(self, draw: Draw, batch: Batch) -> torch.Tensor | None:
        """Prompt and candidate of each row [n, seq], where sampling looks at them."""
        if not draw.sampler.reads_ids:
            return None
        prompt = torch.tensor([draw.kept.ids], device=self.model.device)
        fed = torch.tensor(batch.fed, dtype=torch.long, device=self.model.device)
        return torch.cat((prompt.expand(len(batch.rows), -1), fed), dim=1)

    def _keep(self, draw: Draw, batch: Batch, places: list[int]) -> None:
        """Keep what these rows added, for the next prompt."""
        cache = draw.kept.cache
        draw.kept.rows += [cache.row(i, list(batch.fed[i])) for i in places if batch.fed[i]]

    def _step(self, draw: Draw, batch: Batch, place: int) -> torch.Tensor | None:
        """Logits [n, V'] after feeding each row its last token; None where memory was too small."""
        if draw.stepper is not None:
            return draw.stepper.step(batch.tokens)
        if self.replay is None:
            fed = batch.tokens[:, None]
            logits = self.forward(draw.kept.cache, draw.places, fed, place, last=1)
            return None if logits is None else logits[:, -1]
        positions = draw.places.positions(place, 1, self.model.device)
        return self.replay.step(draw.kept.cache, batch.tokens, positions)

    def forward(
        self, cache: BranchingCache, places: Places, ids: torch.Tensor, place: int, last: int = 0
    ) -> torch.Tensor | None:
        """Logits [rows, last, V'] after the `last` tokens (0: all) of `ids` [rows, new], of which
        the first stands at `place`; None where memory was too small."""
        try:
            output = self.model(
                input_ids=ids,
                position_ids=places.positions(place, ids.shape[1], ids.device),
                use_cache=True,
                logits_to_keep=last,
                **cache_argument(type(self.model), cache),
            )
        except torch.OutOfMemoryError:
            return None
        logits: torch.Tensor = output.logits
        return logits

    def _less_memory(self, count: int, at_once: int) -> int:
        """A smaller piece of prompt to try after memory ran out, other caches being dropped."""
        _release()
        if self.kept:
            self.kept.clear()
            self.notices.append(_("out of memory: the caches of the other adapters were dropped"))
            return count
        smaller = count // 2
        if smaller < max(at_once, SMALLEST_CHUNK):
            raise KnownError(
                _(
                    "out of memory with {count} tokens of prompt at a time on {device}: use a "
                    "shorter context or a smaller quantization",
                    count=count,
                    device=self.model.device,
                )
            )
        return smaller

    def _halves(self, draw: Draw, batch: Batch) -> list[Batch]:
        """The batch in two that are drawn one after the other; raises for a single row."""
        _release()
        count = len(batch.rows)
        if count == 1:
            raise KnownError(
                _(
                    "out of memory with one candidate on {device}: use a shorter context or a "
                    "smaller quantization",
                    device=self.model.device,
                )
            )
        cache = draw.kept.cache
        batch.aside = [cache.row(i, batch.fed[i]) for i in range(count)]
        half = count // 2
        self.notices.append(
            _(
                "out of memory with {count} candidates at once: drawn as {count2} and {half}",
                count=count,
                count2=count - half,
                half=half,
            )
        )
        return [batch.only(list(range(count - half, count))), batch.only(list(range(count - half)))]


def go_back(model: PreTrainedModel, kept: Kept, ids: list[int]) -> int:
    """Cut what is kept back to what serves `ids`; returns how many of them need no computing.

    The logits of the last token are needed, so it is computed again unless nothing changed.
    """
    if kept.ids == ids and kept.logits is not None:
        kept.rows = []
        kept.cache.join(None, kept.cache.prefix_length + len(ids), 0)
        return len(ids)
    common = reusable(model, kept.ids, ids)
    row, best = None, min(common, len(ids) - 1)
    if common == len(kept.ids):
        for candidate in kept.rows:
            longer = min(reusable(model, kept.ids + candidate.ids, ids), len(ids) - 1)
            if longer > best:
                row, best = candidate, longer
    shared = min(best, len(kept.ids))
    kept.cache.join(row, kept.cache.prefix_length + shared, best - shared)
    kept.ids, kept.logits, kept.rows = ids[:best], None, []
    return best


def _release() -> None:
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
