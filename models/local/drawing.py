"""The drawing loop on token ids: one prefill, n rows that share it, and what is kept for the next.

After a draw each adapter keeps its `models.local.prompt_cache`, from which the next one goes on.
"""

from collections.abc import Collection, Generator

import torch
from transformers import PreTrainedModel

from base.errors import KnownError
from base.messages import _
from models.adapters import Adapters
from models.backend import Sampling
from models.cache_names import cache_argument
from models.local.batch import Accept, Batch, Drawing
from models.local.cache import BranchingCache
from models.local.engine import OPTIONAL
from models.local.fast_step import FastStep, can_step_fast
from models.local.positions import TokenPlaces, places_of
from models.local.processors import Sampler
from models.local.prompt_cache import PromptCache, cut_back
from models.local.vocabulary import Vocabulary
from models.sampling import Breakers

CHUNK = {"cuda": 1024}
"""Prompt tokens computed at a time by device, so that a draw can be stopped in between."""
CHUNK_ELSEWHERE = 512
SMALLEST_CHUNK = 16


class Drawer:
    """Draws rows of tokens after a prompt; `reused` tells how much of it was not computed, `read`
    how much of it is in the cache.

    `notices` receives a line where memory made it draw otherwise than asked. `stopped` ends a draw
    at its next step, and may be set by another thread. `parts` are those of `models.local.engine`.
    """

    def __init__(
        self,
        model: PreTrainedModel,
        adapters: Adapters,
        joined: bool,
        vocabulary: Vocabulary,
        notices: list[str],
        parts: Collection[str] = tuple(OPTIONAL),
    ) -> None:
        self.model, self.adapters, self.vocabulary = model, adapters, vocabulary
        self.joined, self.notices = joined, notices
        self.kept: dict[str | None, PromptCache] = {}
        self.reused = self.read = 0
        self.stopped = False
        self.steps_fast = "fast_step" in parts and can_step_fast(model, joined)

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
        fast_step = None
        if self.steps_fast:
            positions = places.positions(len(ids), sampling.max_tokens, self.model.device)
            fast_step = FastStep(self.model, kept.cache, positions)
        draw = Drawing(kept, places, sampling, sampler, accept, fast_step)
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

    def take(self, ids: list[int], adapter: str | None) -> tuple[PromptCache, TokenPlaces]:
        """Make the adapter the active one, and take what it kept and where `ids` are placed.

        Who takes it puts it back into `kept`.
        """
        start = self.adapters.use(adapter)
        kept = self.kept.pop(adapter, None)
        if kept is None:
            kept = PromptCache(BranchingCache(self.joined))
            if start.layers:
                kept.cache.start_with(start.layers)
        return kept, places_of(self.model, ids, start.offset)

    def prefill(self, kept: PromptCache, places: TokenPlaces, ids: list[int]) -> Generator[None]:
        """Bring the cache and the logits to all of `ids`, yielding after each piece."""
        chunk = CHUNK.get(self.model.device.type, CHUNK_ELSEWHERE)
        done = self.reused = self.read = cut_back(self.model, kept, ids)
        while done < len(ids) and not self.stopped:
            at_once = places.first_piece() if done == 0 else 1
            count = min(max(chunk, at_once), len(ids) - done)
            new = torch.tensor([ids[done : done + count]], device=self.model.device)  # [1, count]
            logits = self.forward(kept.cache, places, new, done, last=1)  # [1, 1, V']
            if logits is None:
                chunk = self._less_memory(count, at_once)
                continue
            kept.cache.advance(count)
            self.read = done = done + count
            kept.ids = ids[:done]
            kept.logits = logits[:, -1] if done == len(ids) else None  # [1, V']
            yield

    def _grow(self, draw: Drawing) -> Generator[None]:
        """Draw the rows' tokens until each has ended; what they added is kept in `draw.kept`."""
        kept, count, room = draw.kept, draw.sampling.n, draw.sampling.max_tokens
        assert kept.logits is not None
        kept.cache.branch(count, room, packed=draw.fast_step is not None)
        nothing = torch.empty(count, dtype=torch.long, device=self.model.device)
        batch = Batch(list(range(count)), [[] for __ in range(count)], nothing)
        # Every row begins with the prompt's last logits: [1, V'] → [n, V'], without a copy
        waiting = [self._take(draw, batch, kept.logits.expand(count, -1))]
        while waiting and not self.stopped:
            batch = waiting.pop()
            if batch.aside is not None:
                kept.cache.restore(batch.aside, room, len(batch.fed[0]))
                batch.aside = None
            waiting += yield from self._grow_batch(draw, batch)

    def _grow_batch(self, draw: Drawing, batch: Batch) -> Generator[None, None, list[Batch]]:
        """Draw a batch to its end; returns batches to draw instead where memory was too small."""
        cache = draw.kept.cache
        try:
            while batch.rows and not self.stopped:
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
            self._keep(draw, batch, list(range(len(batch.rows))))

    def _take(self, draw: Drawing, batch: Batch, logits: torch.Tensor) -> Batch:
        """Pick each row's next token from `logits` [n, V']; rows that end leave the batch."""
        step = len(batch.fed[0])
        self.check_numbers(logits)
        places = draw.sampler.pick(logits, batch.rows, step, self._so_far(draw, batch))  # [n]
        batch.tokens = self.vocabulary.tokens(places)
        logprobs: list[float | None] = [None] * len(batch.rows)
        if draw.sampling.logprobs:
            # [n, V'] → [n, 1]: of each row that of the token picked
            picked = logits.float().log_softmax(dim=-1).gather(1, places[:, None])
            logprobs = picked[:, 0].tolist()
        last = step + 1 >= draw.sampling.max_tokens
        ended, going = list[int](), list[int]()
        for i, token in enumerate(batch.tokens.tolist()):
            goes_on = draw.accept(batch.rows[i], token, logprobs[i]) and not last
            (going if goes_on else ended).append(i)
        if not ended:
            return batch
        self._keep(draw, batch, ended)
        if going:
            draw.kept.cache.select(going)
        return batch.only(going)

    def check_numbers(self, logits: torch.Tensor) -> None:
        """Raise `KnownError` where a row of logits [n, V] is NaN, infinite, or nowhere open."""
        if bool(logits.amax(dim=-1).isfinite().all()):
            return
        base, adapter = self.adapters.base, self.adapters.active
        if adapter is not None:
            raise KnownError(
                _(
                    "{base} with the adapter {adapter}: computes NaN instead of probabilities; "
                    "play without the adapter, or train it anew",
                    base=base,
                    adapter=adapter,
                )
            )
        raise KnownError(
            _(
                "{base}: computes NaN instead of probabilities; its weights are damaged, or too "
                "large for {dtype}; download it again, or use another model",
                base=base,
                dtype=str(self.model.dtype).removeprefix("torch."),
            )
        )

    def _so_far(self, draw: Drawing, batch: Batch) -> torch.Tensor | None:
        """Prompt and candidate of each row [n, seq], where sampling looks at them."""
        if not draw.sampler.reads_ids:
            return None
        prompt = torch.tensor([draw.kept.ids], device=self.model.device)  # [1, prompt]
        fed = torch.tensor(batch.fed, dtype=torch.long, device=self.model.device)  # [n, fed]
        return torch.cat((prompt.expand(len(batch.rows), -1), fed), dim=1)

    def _keep(self, draw: Drawing, batch: Batch, places: list[int]) -> None:
        """Keep what these rows added, for the next prompt."""
        cache, fed = draw.kept.cache, batch.fed
        draw.kept.rows += [cache.row(i, list(fed[i])) for i in places if fed[i]]

    def _step(self, draw: Drawing, batch: Batch, place: int) -> torch.Tensor | None:
        """Logits [n, V'] after feeding each row its last token; None where memory was too small."""
        if draw.fast_step is not None:
            return draw.fast_step.step(batch.tokens)
        fed = batch.tokens[:, None]  # [n, 1]
        logits = self.forward(draw.kept.cache, draw.places, fed, place, last=1)
        return None if logits is None else logits[:, -1]  # [n, 1, V'] → [n, V']

    def forward(
        self,
        cache: BranchingCache,
        places: TokenPlaces,
        ids: torch.Tensor,
        place: int,
        last: int = 0,
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
        torch.cuda.empty_cache()
        if self.kept:
            self.kept.clear()
            self.notices.append(
                _("memory ran out, so the caches of the other adapters were dropped")
            )
            return count
        smaller = count // 2
        if smaller < max(at_once, SMALLEST_CHUNK):
            raise KnownError(
                _(
                    "out of memory on {device} while reading {count} tokens of the prompt at a "
                    "time; use a shorter context or a smaller quantization",
                    count=count,
                    device=self.model.device,
                )
            )
        return smaller

    def _halves(self, draw: Drawing, batch: Batch) -> list[Batch]:
        """The batch in two that are drawn one after the other; raises for a single row."""
        torch.cuda.empty_cache()
        count = len(batch.rows)
        if count == 1:
            raise KnownError(
                _(
                    "out of memory on {device} with a single candidate; use a shorter context or "
                    "a smaller quantization",
                    device=self.model.device,
                )
            )
        cache = draw.kept.cache
        batch.aside = [cache.row(i, batch.fed[i]) for i in range(count)]
        half = count // 2
        self.notices.append(
            _(
                "memory ran out with {count} candidates at once, so they were drawn in two "
                "parts: {first}, then {second}",
                count=count,
                first=count - half,
                second=half,
            )
        )
        return [batch.only(list(range(count - half, count))), batch.only(list(range(count - half)))]
