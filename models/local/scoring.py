"""How likely given texts are: what they have in common is computed once, the rest side by side.

The output layer is evaluated only where a token of a reply is predicted. The cache of the common
part and of each row stays with the drawing loop, so the next texts compute only what differs.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, NamedTuple

import torch

from base.errors import KnownError
from base.messages import _
from models.local.drawing import Drawer
from models.local.positions import TokenPlaces, is_prefix_lm
from models.local.prompt_cache import PromptCache

ROW_TOKENS = {"cuda": 8192}
"""Tokens of rows computed side by side by device."""
ROW_TOKENS_ELSEWHERE = 1024
LOGIT_BYTES = 96 << 20
"""Float32 logits that are held at a time."""
SHAPED = ("final_logit_softcapping", "logit_scale", "logits_scaling", "lm_head_multiplier")
"""What a configuration says where a model does more to its logits than the output layer does."""

Head = Callable[[torch.Tensor], torch.Tensor]


class ScoredText(NamedTuple):
    """The ids of a prompt and its reply, of which the first `start` are the prompt's."""

    ids: list[int]
    start: int


@dataclass(frozen=True)
class TextFamily:
    """Texts that begin with the same `shared` ids, none of them a reply's."""

    members: list[int]
    shared: int


class Passed(torch.nn.Module):
    """Stands where the output layer was, so that the model gives its hidden states."""

    def forward(self, hidden: torch.Tensor) -> torch.Tensor:
        return hidden


@torch.inference_mode()
def score_texts(
    drawer: Drawer, head: torch.nn.Module, texts: Sequence[ScoredText], adapter: str | None
) -> list[float]:
    """The sum of the natural log-probabilities of each text's reply. Raises `KnownError`.

    `head` is the output layer of the whole vocabulary.
    """
    scores = [0.0] * len(texts)
    with _hidden_states(drawer.model, head) as logits_of:
        for family in _families(drawer.model, texts):
            ids = texts[family.members[0]].ids[: family.shared]
            kept, places = drawer.take(ids, adapter)
            kept.logits = None
            try:
                of_family = _score_family(drawer, kept, places, logits_of, texts, family)
            finally:
                kept.logits = None
                drawer.kept[adapter] = kept
            for member, score in zip(family.members, of_family, strict=True):
                scores[member] = score
    return scores


@contextmanager
def _hidden_states(model: Any, head: torch.nn.Module) -> Iterator[Head]:
    """Let `model` give hidden states, and yield what makes logits of them.

    A model that shapes its logits gives those instead.
    """
    config = model.config.get_text_config()
    shaped = any(getattr(config, key, None) not in (None, 1, 1.0) for key in SHAPED)
    before = model.get_output_embeddings()
    model.set_output_embeddings(head if shaped else Passed())
    try:
        yield torch.nn.Identity() if shaped else head
    finally:
        model.set_output_embeddings(before)


def _families(model: Any, texts: Sequence[ScoredText]) -> list[TextFamily]:
    """All texts as one family, or, where a context is bidirectional, one for each prompt."""
    wanted = [i for i, text in enumerate(texts) if len(text.ids) > text.start]
    if is_prefix_lm(model):
        by_prompt: dict[tuple[int, ...], list[int]] = {}
        for i in wanted:
            by_prompt.setdefault(tuple(texts[i].ids[: texts[i].start]), []).append(i)
        return [TextFamily(members, len(prompt)) for prompt, members in by_prompt.items()]
    if any(texts[i].start == 0 for i in wanted):
        raise KnownError(_("the prompt is empty, but what is scored must follow a text; give one"))
    shared = _shared([texts[i] for i in wanted])
    if shared == 0:
        return [TextFamily([i], texts[i].start) for i in wanted]
    return [TextFamily(wanted, shared)]


def _shared(texts: Sequence[ScoredText]) -> int:
    """How many leading ids all prompts have in common."""
    if not texts:
        return 0
    limit = min(text.start for text in texts)
    low, high = min(text.ids[:limit] for text in texts), max(text.ids[:limit] for text in texts)
    return next((i for i in range(limit) if low[i] != high[i]), limit)


def _score_family(
    drawer: Drawer,
    kept: PromptCache,
    places: TokenPlaces,
    logits_of: Head,
    texts: Sequence[ScoredText],
    family: TextFamily,
) -> list[float]:
    shared = family.shared
    ids = texts[family.members[0]].ids[:shared]
    for __ in drawer.prefill(kept, places, ids):
        pass
    if kept.logits is None:
        raise KnownError(_("the model has been closed"))
    last = kept.logits  # [1, H]
    tails = [ScoredText(texts[i].ids[shared:], texts[i].start - shared) for i in family.members]
    scores = [0.0] * len(tails)
    order = sorted(range(len(tails)), key=lambda i: -len(tails[i].ids))
    limit = ROW_TOKENS.get(drawer.model.device.type, ROW_TOKENS_ELSEWHERE)
    while order:
        count = min(len(order), max(1, limit // len(tails[order[0]].ids)))
        rows = order[:count]
        of_rows = _score_rows(drawer, kept, places, logits_of, last, [tails[i] for i in rows])
        if of_rows is None:
            limit = _less(drawer, len(tails[order[0]].ids) * count, count)
            continue
        for i, score in zip(rows, of_rows, strict=True):
            scores[i] = score
        order = order[count:]
    return scores


def _score_rows(
    drawer: Drawer,
    kept: PromptCache,
    places: TokenPlaces,
    logits_of: Head,
    last: torch.Tensor,
    tails: Sequence[ScoredText],
) -> list[float] | None:
    """The score of each tail, all computed in one pass; None where memory was too small."""
    width, shared, device = len(tails[0].ids), len(kept.ids), drawer.model.device
    kept.rows = []
    kept.cache.branch(len(tails), width)
    # [rows, width], shorter rows filled up on the right, where nothing that counts looks
    fed = torch.tensor([tail.ids + [0] * (width - len(tail.ids)) for tail in tails], device=device)
    hidden = drawer.forward(kept.cache, places, fed, shared)  # [rows, width, H]
    if hidden is None:
        kept.cache.join(None, kept.cache.length, 0)
        return None
    kept.cache.advance(width)
    kept.rows = [kept.cache.row(i, tail.ids) for i, tail in enumerate(tails)]
    # The state before column j predicts it; before column 0 stands the last of the shared part.
    # [rows, 1, H] and [rows, width - 1, H] → [rows, width, H]
    before = torch.cat((last.expand(len(tails), -1)[:, None], hidden[:, :-1]), dim=1)
    column = torch.arange(width, device=device)  # [width]
    # columns [width] against where each row's reply begins and ends [rows, 1]
    start = torch.tensor([tail.start for tail in tails], device=device)[:, None]
    end = torch.tensor([len(tail.ids) for tail in tails], device=device)[:, None]
    wanted = (column >= start) & (column < end)  # [rows, width]: tokens of replies
    logprobs = torch.zeros(wanted.shape, dtype=torch.float64, device=device)
    # [rows, width, H] → [wanted, H]: the output layer is evaluated for these alone
    logprobs[wanted] = _logprobs(before[wanted], fed[wanted], logits_of, drawer.check_numbers)
    sums: list[float] = logprobs.sum(dim=1).tolist()
    return sums


def _logprobs(
    states: torch.Tensor, ids: torch.Tensor, logits_of: Head, check: Callable[[torch.Tensor], None]
) -> torch.Tensor:
    """The log-probability [n] of each id after its state [n, H], a few rows of logits at a time."""
    logprobs: list[torch.Tensor] = []
    start, count = 0, 1
    while start < len(states):
        logits = logits_of(states[start : start + count]).float()  # [count, V]
        check(logits)
        # of [count, V] the logit of each row's own id, [count]
        target = logits.gather(1, ids[start : start + count, None])[:, 0]
        logprobs.append((target - logits.logsumexp(dim=-1)).double())
        start += count
        count = max(1, LOGIT_BYTES // (4 * logits.shape[-1]))
    return torch.cat(logprobs)


def _less(drawer: Drawer, tokens: int, rows: int) -> int:
    """Tokens of rows to try after memory ran out with `tokens` of them."""
    torch.cuda.empty_cache()
    if drawer.kept:
        drawer.kept.clear()
        return tokens
    if rows == 1:
        raise KnownError(
            _(
                "out of memory on {device} with a text of {tokens} tokens; use shorter "
                "texts or a smaller quantization",
                tokens=tokens,
                device=drawer.model.device,
            )
        )
    return tokens // 2
