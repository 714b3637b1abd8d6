"""DRY, XTC, top-p and the pick by row, on logits one can check by hand."""

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from transformers import (
    LogitsProcessorList,
    TemperatureLogitsWarper,
    TopKLogitsWarper,
    TopPLogitsWarper,
)

from models.backend import Sampling
from models.local import processors
from models.local.processors import (
    DryLogitsProcessor,
    Sampler,
    SeenPenalty,
    XtcLogitsWarper,
    inverse_cdf,
    shortlist,
)
from models.local.vocabulary import Vocabulary
from models.sampling import Breakers, dry_penalties, row_chances

CPU = torch.device("cpu")


def test_dry_punishes_what_would_prolong_a_repetition() -> None:
    ids = [1, 2, 3, 4, 9, 1, 2, 3]
    assert dry_penalties(ids, [False] * 8, 0.8, 1.75, 2) == {4: pytest.approx(0.8 * 1.75)}


def test_dry_takes_the_longest_of_several_repetitions() -> None:
    ids = [2, 3, 7, 8, 1, 2, 3, 7, 5, 1, 2, 3]
    assert dry_penalties(ids, [False] * 12, 1.0, 2.0, 2) == {7: 2.0}


def test_dry_lets_short_repetitions_pass() -> None:
    assert dry_penalties([1, 2, 3, 2], [False] * 4, 1.0, 2.0, 2) == {}


def test_dry_sees_no_repetition_across_a_breaker() -> None:
    ids = [1, 2, 3, 4, 9, 1, 2, 3]
    marks = [False, True, False, False, False, False, True, False]
    assert dry_penalties(ids, marks, 1.0, 2.0, 2) == {}


def test_dry_never_punishes_a_breaker() -> None:
    marks = [False, False, False, True, False, False, False, False]
    assert dry_penalties([1, 2, 3, 4, 9, 1, 2, 3], marks, 1.0, 2.0, 2) == {}


@given(st.lists(st.integers(0, 3), max_size=20), st.integers(1, 4))
def test_dry_agrees_with_its_definition(ids: list[int], allowed: int) -> None:
    expected: dict[int, float] = {}
    for end in range(1, len(ids)):  # ids[end] followed an earlier ids[end - n : end]
        for n in range(allowed, end + 1):
            if ids[end - n : end] == ids[len(ids) - n :] and n < len(ids):
                expected[ids[end]] = max(expected.get(ids[end], 0), 2.0 ** (n - allowed))
    assert dry_penalties(ids, [False] * len(ids), 1.0, 2.0, allowed) == expected


def test_breakers_are_found_inside_tokens_and_over_several() -> None:
    texts = {1: "好", 2: "：【", 3: "夏", 4: "娜"}
    breakers = Breakers(["：", "夏娜"], lambda s: [3, 4] if s == "夏娜" else [], texts.__getitem__)
    assert breakers.marks([1, 2, 3, 1, 3, 4]) == [False, True, False, False, True, True]


def test_dry_reads_whole_rows_and_narrowed_vocabularies() -> None:
    vocabulary = Vocabulary(torch.tensor([2, 4]), 10)
    sampling = Sampling(dry_multiplier=1.0, dry_base=2.0)
    breakers = Breakers([], lambda s: [], str)
    dry = DryLogitsProcessor(sampling, breakers, vocabulary)
    rows = torch.tensor([[1, 2, 3, 4, 9, 1, 2, 3], [1, 2, 3, 4, 9, 1, 2, 5]])
    assert dry(rows, torch.zeros(2, 2)).tolist() == [[0.0, -2.0], [0.0, 0.0]]


def test_xtc_keeps_only_the_least_likely_of_the_top_choices() -> None:
    xtc = XtcLogitsWarper(0.5, 0.1)
    xtc.chances = torch.tensor([0.4, 0.6])
    logits = torch.tensor([[0.5, 0.3, 0.15, 0.05]] * 2).log()
    kept = torch.isfinite(xtc(torch.zeros(2, 0), logits)).tolist()
    assert kept == [[False, False, True, True], [True] * 4]


def test_xtc_leaves_a_single_top_choice() -> None:
    xtc = XtcLogitsWarper(1.0, 0.2)
    xtc.chances = torch.tensor([0.0])
    logits = torch.tensor([[0.8, 0.1, 0.1]]).log()
    assert torch.isfinite(xtc(torch.zeros(1, 0), logits)).all()


@given(
    size=st.sampled_from([1, 7, 300, 5000, 9000]),
    spread=st.sampled_from([0.1, 2.0, 6.0]),
    temperature=st.sampled_from([0.5, 0.95, 1.5]),
    top_k=st.sampled_from([0, 3, 200]),
    top_p=st.sampled_from([0.01, 0.5, 0.8, 0.99]),
    seed=st.integers(0, 50),
)
@settings(max_examples=60, deadline=None)
def test_tokens_are_drawn_from_the_distribution_of_transformers(
    size: int, spread: float, temperature: float, top_k: int, top_p: float, seed: int
) -> None:
    logits = torch.randn(3, size, generator=torch.Generator().manual_seed(seed)).double() * spread
    kept, places = shortlist(logits / temperature, top_k, top_p)
    assert places is not None
    ours = torch.zeros_like(logits).scatter(-1, places, kept.softmax(dim=-1))
    chain = [TemperatureLogitsWarper(temperature), TopPLogitsWarper(top_p)]
    if top_k:
        chain.insert(1, TopKLogitsWarper(top_k))
    theirs = LogitsProcessorList(chain)(None, logits).softmax(dim=-1)
    assert ((ours > 0) == (theirs > 0)).all()
    torch.testing.assert_close(ours, theirs, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("reaches", [(), (16,), (128, 2048)])
def test_how_far_the_nucleus_is_looked_for_decides_nothing(
    reaches: tuple[int, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    logits = torch.randn(8, 70000, generator=torch.Generator().manual_seed(7))
    logits *= torch.tensor([1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0])[:, None]
    sampler = Sampler(Sampling(n=8, seed=2), Vocabulary(), None, CPU)
    usual = sampler.pick(logits, range(8), 1, None)
    monkeypatch.setattr(processors, "REACHES", reaches)
    assert sampler.pick(logits, range(8), 1, None).tolist() == usual.tolist()
    alone = [int(sampler.pick(logits[[i]], [i], 1, None)) for i in range(8)]
    assert alone == usual.tolist()


def test_the_repetition_penalty_passes_over_ids_without_a_logit() -> None:
    scores = SeenPenalty(2.0)(torch.tensor([[-1, 1, -1]]), torch.tensor([[4.0, 4.0]]))
    assert scores.tolist() == [[4.0, 2.0]]


def test_the_pick_follows_the_distribution() -> None:
    shares = torch.tensor([[0.2, 0.0, 0.5, 0.3]])
    chances = torch.tensor([0.0, 0.199, 0.201, 0.69, 0.71, 0.9999999, 1.0])
    picked = inverse_cdf(shares.expand(7, -1), chances)
    assert picked.tolist() == [0, 0, 2, 2, 3, 3, 3]


def test_a_row_draws_the_same_whatever_n_is_and_whoever_else_is_left() -> None:
    logits = torch.randn(8, 50, generator=torch.Generator().manual_seed(1))
    few = Sampler(Sampling(n=2, seed=5), Vocabulary(), None, CPU)
    many = Sampler(Sampling(n=8, seed=5), Vocabulary(), None, CPU)
    all_rows = many.pick(logits, range(8), 3, None)
    assert few.pick(logits[:2], range(2), 3, None).tolist() == all_rows[:2].tolist()
    assert many.pick(logits[[1, 6]], [1, 6], 3, None).tolist() == all_rows[[1, 6]].tolist()


def test_another_seed_draws_otherwise() -> None:
    assert row_chances(1, 0, 4) != row_chances(2, 0, 4)
    assert row_chances(1, 0, 4) != row_chances(1, 1, 4)
    assert row_chances(1, 0, 4) == row_chances(1, 0, 8)[:4]


def test_temperature_zero_takes_the_likeliest() -> None:
    logits = torch.tensor([[0.0, 1.0, 0.9]])
    greedy = Sampler(Sampling(n=1, temperature=0, top_p=0.5, min_p=0.2), Vocabulary(), None, CPU)
    assert greedy.pick(logits, [0], 0, None).tolist() == [1]


def test_min_p_and_typical_p_narrow_the_choice() -> None:
    logits = torch.tensor([[math.log(0.9), math.log(0.06), math.log(0.04)]]).expand(50, -1)
    sampler = Sampler(
        Sampling(n=50, seed=1, temperature=1, top_p=1, min_p=0.05), Vocabulary(), None, CPU
    )
    assert set(sampler.pick(logits, range(50), 0, None).tolist()) <= {0, 1}
