"""Turns logits into the next tokens: transformers' own processors, DRY, XTC, and a pick by row."""

import secrets
from collections.abc import Sequence

import torch
from transformers import (
    LogitsProcessor,
    LogitsProcessorList,
    MinPLogitsWarper,
    RepetitionPenaltyLogitsProcessor,
    TemperatureLogitsWarper,
    TypicalLogitsWarper,
)

from models.backend import Sampling
from models.local.vocabulary import Vocabulary
from models.sampling import Breakers, dry_penalties, row_chances

REACHES = (128, 2048)
"""How many of the likeliest tokens are looked at for the nucleus, before all are."""


class SeenPenalty(RepetitionPenaltyLogitsProcessor):
    """The repetition penalty where ids of -1 stand for tokens without a logit."""

    def __call__(self, input_ids: torch.LongTensor, scores: torch.Tensor) -> torch.Tensor:
        any_id = input_ids.max(dim=1, keepdim=True).values
        if bool((any_id < 0).any()):
            return scores
        return super().__call__(torch.where(input_ids < 0, any_id, input_ids), scores)


class DryLogitsProcessor(LogitsProcessor):
    """Takes DRY's penalties off the logits; see `models.sampling.dry_penalties`.

    Reads whole rows of ids, prompt and candidate, as the tokenizer numbers them.
    """

    def __init__(self, sampling: Sampling, breakers: Breakers, vocabulary: Vocabulary) -> None:
        self.sampling, self.breakers, self.vocabulary = sampling, breakers, vocabulary
        self._marked: tuple[list[int], list[bool]] = ([], [])

    def __call__(self, input_ids: torch.LongTensor, scores: torch.Tensor) -> torch.Tensor:
        scores = scores.clone()
        for row, ids in enumerate(input_ids.tolist()):
            penalties = dry_penalties(
                ids,
                self._marks(ids),
                self.sampling.dry_multiplier,
                self.sampling.dry_base,
                self.sampling.dry_allowed_length,
            )
            for token, penalty in penalties.items():
                place = self.vocabulary.place(token)
                if place is not None:
                    scores[row, place] -= penalty
        return scores

    def _marks(self, ids: list[int]) -> list[bool]:
        """Marks of `ids`; those of the head shared with the first row seen are not found anew."""
        head, marks = self._marked
        if not head or ids[: len(head)] != head:
            self._marked = (list(ids), self.breakers.marks(ids))
            return self._marked[1]
        again = max(len(head) - self.breakers.reach, 0)
        return marks[:again] + self.breakers.marks(ids[again:])


class XtcLogitsWarper(LogitsProcessor):
    """XTC ("exclude top choices"): by chance drops all likely tokens but the least likely of them.

    Where a row's chance is below `probability` and at least two tokens have `threshold` or more,
    only the least likely of those is kept, with all tokens below the threshold.
    Source: text-generation-webui pull request 6335. `chances` [rows] is set before each call.
    """

    def __init__(self, probability: float, threshold: float) -> None:
        self.probability, self.threshold = probability, threshold
        self.chances = torch.zeros(0)

    def __call__(self, input_ids: torch.LongTensor, scores: torch.Tensor) -> torch.Tensor:
        shares = scores.softmax(dim=-1)  # [n, V]
        top = shares >= self.threshold
        least = shares.masked_fill(~top, 2.0).argmin(dim=-1, keepdim=True)  # [n, 1]
        dropped = top & (self.chances < self.probability)[:, None]  # [n, V]
        dropped = dropped.scatter(-1, least, False)
        return scores.masked_fill(dropped, float("-inf"))


def penalties(
    sampling: Sampling, breakers: Breakers | None, vocabulary: Vocabulary
) -> tuple[list[LogitsProcessor], list[LogitsProcessor]]:
    """What looks at the ids so far: by logit place, and by token id."""
    by_place: list[LogitsProcessor] = []
    by_token: list[LogitsProcessor] = []
    if sampling.repetition_penalty != 1:
        by_place.append(SeenPenalty(sampling.repetition_penalty))
    if sampling.dry_multiplier and breakers is not None:
        by_token.append(DryLogitsProcessor(sampling, breakers, vocabulary))
    return by_place, by_token


def shortlist(
    scores: torch.Tensor, top_k: int, top_p: float
) -> tuple[torch.Tensor, torch.Tensor | None]:
    """What top-k, then top-p leave of `scores` [n, V], likeliest first, with the places.

    Both [n, k]; what is not left has a score of -inf. Places are None where nothing is asked for.
    The same tokens as by transformers' warpers (but for ties at the border), without sorting the
    vocabulary where the nucleus is among the first `REACHES`.
    """
    places = None
    if top_k:
        scores, places = scores.topk(min(top_k, scores.shape[-1]), dim=-1)  # [n, V] → [n, k]
    if top_p >= 1:
        return scores, places
    top, order, mass = _nucleus(scores, top_p)
    # A token is in the nucleus while those before it have not reached `top_p`
    before = mass.roll(1, dims=-1)
    before[:, 0] = 0
    top = top.masked_fill(before >= top_p, float("-inf"))
    top[:, 0] = scores.amax(dim=-1)
    return top, order if places is None else places.gather(-1, order)


def _nucleus(scores: torch.Tensor, top_p: float) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """The first scores in order, their places, and running sums that reach `top_p`, [n, k] each."""
    total = scores.logsumexp(dim=-1, keepdim=True)  # [n, 1]
    size = scores.shape[-1]
    for reach in REACHES if scores.device.type == "cpu" else ():
        if 32 * reach > size:
            break
        top, places = scores.topk(reach, dim=-1)  # [n, reach]
        mass = (top - total).double().exp().cumsum(dim=-1)
        if bool((mass[:, -1] >= top_p).all()):
            return top, places, mass
    top, places = scores.sort(dim=-1, descending=True)
    return top, places, (top - total).double().exp().cumsum(dim=-1)


def warpers(sampling: Sampling) -> LogitsProcessorList:
    """What shapes the distribution after temperature, top-k and top-p, XTC last."""
    shaped = LogitsProcessorList()
    if sampling.min_p:
        shaped.append(MinPLogitsWarper(sampling.min_p))
    if sampling.typical_p < 1:
        shaped.append(TypicalLogitsWarper(sampling.typical_p))
    if sampling.xtc_probability and sampling.xtc_threshold <= 0.5:
        shaped.append(XtcLogitsWarper(sampling.xtc_probability, sampling.xtc_threshold))
    return shaped


class Sampler:
    """Picks each row's next token. What a row gets depends on the seed, its number and its logits.

    Row i uses uniform numbers made from (seed, i) alone, two a token: one picks from the cumulative
    distribution, one is XTC's. Temperature 0 takes the likeliest token.
    """

    def __init__(
        self,
        sampling: Sampling,
        vocabulary: Vocabulary,
        breakers: Breakers | None,
        device: torch.device,
    ) -> None:
        self.vocabulary = vocabulary
        self.by_place, self.by_token = penalties(sampling, breakers, vocabulary)
        self.greedy = sampling.temperature == 0
        self.warpers = warpers(sampling)
        self.temper = TemperatureLogitsWarper(float(sampling.temperature or 1))
        self.top_k, self.top_p = sampling.top_k, sampling.top_p
        seed = secrets.randbits(63) if sampling.seed is None else sampling.seed
        table = [row_chances(seed, row, 2 * sampling.max_tokens) for row in range(sampling.n)]
        self.chances = torch.tensor(table, dtype=torch.float32, device=device)

    @property
    def reads_ids(self) -> bool:
        """Whether `pick` needs the ids so far."""
        return bool(self.by_place or self.by_token)

    def pick(
        self, logits: torch.Tensor, rows: Sequence[int], step: int, ids: torch.Tensor | None
    ) -> torch.Tensor:
        """Return the places [n] in `logits` [n, V] picked for `rows`, their `step`-th token.

        `ids` [n, seq] are prompt and candidate so far, where `reads_ids`.
        """
        scores = logits.float()  # [n, V]
        if ids is not None:
            for processor in self.by_place:
                scores = processor(self.vocabulary.places(ids), scores)
            for processor in self.by_token:
                scores = processor(ids, scores)
        if self.greedy:
            return scores.argmax(dim=-1)  # [n]
        chances = self.chances[list(rows), 2 * step : 2 * step + 2]  # [n, 2] of [all rows, steps]
        scores, places = shortlist(self.temper(ids, scores), self.top_k, self.top_p)
        for warper in self.warpers:
            if isinstance(warper, XtcLogitsWarper):
                warper.chances = chances[:, 1]
            scores = warper(ids, scores)
        # [n, V], or [n, k] of a shortlist
        # Double, so that the length of the list, which depends on the other rows, decides nothing
        shares = scores.softmax(dim=-1, dtype=None if places is None else torch.float64)
        picked = inverse_cdf(shares, chances[:, 0])  # [n], places in the shortlist
        return picked if places is None else places.gather(-1, picked[:, None])[:, 0]


def inverse_cdf(shares: torch.Tensor, chances: torch.Tensor) -> torch.Tensor:
    """The first place [n] at which the running sum of `shares` [n, V] exceeds `chances` [n]."""
    sums = shares.cumsum(dim=-1)  # [n, V]
    total = sums[:, -1:]  # [n, 1]
    below_total = torch.nextafter(total, torch.zeros_like(total))
    aim = torch.minimum(chances[:, None] * total, below_total)
    # [n, 1]: how many sums are not above the aim, which is the place of the first that is
    return torch.searchsorted(sums, aim, right=True)[:, 0].clamp(max=shares.shape[-1] - 1)
