"""Decoding with a cache gives what a whole forward pass gives, for padded and repeated rows too."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from transformers import DynamicCache, PreTrainedModel

from base.errors import KnownError
from models.cache_names import NAMES, cache_of
from models.chatglm import load_model, load_prefix
from models.chatglm.cache import prefix_length
from models.chatglm.config import ChatGLMConfig
from models.chatglm.masks import reusable_length
from tests.chatglm.made import VERSIONS, Make, prompt


def left_padded(rows: list[torch.Tensor], pad: int) -> tuple[torch.Tensor, torch.Tensor]:
    width = max(row.shape[1] for row in rows)
    padded = [torch.nn.functional.pad(row, (width - row.shape[1], 0), value=pad) for row in rows]
    keep = [torch.nn.functional.pad(torch.ones_like(r), (width - r.shape[1], 0)) for r in rows]
    return torch.cat(padded), torch.cat(keep)


def greedy(model: PreTrainedModel, ids: torch.Tensor, **inputs: torch.Tensor) -> torch.Tensor:
    out = model.generate(
        ids, max_new_tokens=6, do_sample=False, eos_token_id=None, pad_token_id=3, **inputs
    )
    return out[:, ids.shape[1] :]


@pytest.fixture(params=[(v, p) for v in VERSIONS for p in (False, True)], ids=str)
def loaded(request: pytest.FixtureRequest, checkpoint: Make, prefix: Make) -> PreTrainedModel:
    """A model of each version, with and without a prefix."""
    version, prefixed = request.param
    folder = checkpoint(version)
    model = load_model(folder).requires_grad_(False)
    model.family = version
    if prefixed:
        load_prefix(model, prefix(folder)).requires_grad_(False)
    return model


def test_tokens_in_pieces_give_the_logits_of_one_pass(loaded: PreTrainedModel) -> None:
    ids = prompt(loaded.family, 6, 5)
    whole = loaded(ids).logits
    first = loaded(ids[:, :9])
    second = loaded(ids[:, 9:], cache=cache_of(first))
    assert torch.allclose(torch.cat((first.logits, second.logits), 1), whole, atol=1e-5)


@pytest.mark.parametrize("name", NAMES)
def test_a_cache_goes_on_by_either_of_its_names(loaded: PreTrainedModel, name: str) -> None:
    ids = prompt(loaded.family, 6, 5)
    cache = cache_of(loaded(ids[:, :9]))
    rest = loaded(ids[:, 9:], **{name: cache}).logits
    assert torch.allclose(rest, loaded(ids).logits[:, 9:], atol=1e-5)
    assert cache.get_seq_length() == 13 + prefix_length(cache)


def test_a_cache_by_a_third_name_is_refused_and_not_overlooked(loaded: PreTrainedModel) -> None:
    with pytest.raises(KnownError, match="kv_cache: no cache has this name; expected one of cache"):
        loaded(prompt(loaded.family), kv_cache=DynamicCache())


def test_a_plain_cache_of_transformers_serves_too(loaded: PreTrainedModel) -> None:
    ids = prompt(loaded.family, 6, 3)
    cache = DynamicCache()
    loaded(ids[:, :8], cache=cache)
    out = loaded(ids[:, 8:], cache=cache).logits
    assert torch.allclose(out, loaded(ids).logits[:, 8:], atol=1e-5)


def test_rows_repeated_and_cropped_go_on_as_one_row_would(loaded: PreTrainedModel) -> None:
    ids = prompt(loaded.family, 6, 5)
    cache = cache_of(loaded(ids))
    cache.crop(-3)
    cache.batch_repeat_interleave(3)
    rows = torch.cat([prompt(loaded.family, 6, 5, seed=0)[:, -3:] + k for k in range(3)])
    out = loaded(rows, cache=cache).logits
    whole = loaded(torch.cat((ids[:, :-3].expand(3, -1), rows), 1)).logits[:, -3:]
    assert torch.allclose(out, whole, atol=1e-5)


def test_rows_that_end_may_leave_the_batch(loaded: PreTrainedModel) -> None:
    rows = torch.cat([prompt(loaded.family, 6, 2, seed=s) for s in range(3)])
    cache = cache_of(loaded(rows[:, :-1]))
    cache.batch_select_indices(torch.tensor([0, 2]))
    out = loaded(rows[[0, 2], -1:], cache=cache).logits[:, -1]
    assert torch.allclose(out, loaded(rows).logits[[0, 2], -1], atol=1e-5)


def test_left_padded_rows_generate_what_each_alone_does(loaded: PreTrainedModel) -> None:
    rows = [prompt(loaded.family, length, seed=length) for length in (3, 7, 5)]
    ids, keep = left_padded(rows, loaded.config.pad_token_id)
    together = greedy(loaded, ids, attention_mask=keep)
    alone = torch.cat([greedy(loaded, row) for row in rows])
    assert torch.equal(together, alone)


def test_one_prompt_can_be_drawn_several_times(loaded: PreTrainedModel) -> None:
    ids = prompt(loaded.family)
    torch.manual_seed(0)
    rows = loaded.generate(ids, max_new_tokens=4, do_sample=True, num_return_sequences=3)
    assert rows.shape[0] == 3
    assert torch.equal(rows[:, : ids.shape[1]], ids.expand(3, -1))


def test_beams_follow_their_rows(loaded: PreTrainedModel) -> None:
    ids = prompt(loaded.family)
    options = {"max_new_tokens": 5, "num_beams": 3, "do_sample": False, "eos_token_id": None}
    cached = loaded.generate(ids, **options)
    assert torch.equal(cached, loaded.generate(ids, use_cache=False, **options))


def test_the_tokenizers_four_dimensional_mask_generates_too(checkpoint: Make) -> None:
    model = load_model(checkpoint("v1"))
    rows = [prompt("v1", length, seed=length) for length in (3, 6)]
    ids, keep = left_padded(rows, 3)
    seq = ids.shape[1]
    context = torch.arange(seq)[None, None] < seq - 1
    seen = torch.ones(seq, seq).tril().bool()[None] | context
    blocked = ~(seen & keep.bool()[:, None] & keep.bool()[:, :, None])[:, None]
    expected = torch.cat([greedy(model, row) for row in rows])
    assert torch.equal(greedy(model, ids, attention_mask=blocked), expected)
    with torch.no_grad():
        last = model(ids, attention_mask=blocked).logits[:, -1]
    assert torch.equal(last.argmax(-1), expected[:, 0])


def test_a_context_in_pieces_is_refused_for_chatglm_6b(checkpoint: Make) -> None:
    model = load_model(checkpoint("v1"))
    ids = prompt("v1")
    positions = torch.stack((torch.arange(4), torch.zeros(4, dtype=torch.long)))[None]
    cache = cache_of(model(ids[:, :4], position_ids=positions))
    with pytest.raises(KnownError, match=r"before <sop>.*pass the whole prompt"):
        model(ids[:, 4:], cache=cache)


def test_a_prompt_without_special_tokens_is_refused_for_chatglm_6b(checkpoint: Make) -> None:
    model = load_model(checkpoint("v1"))
    with pytest.raises(KnownError, match=r"neither \[gMASK\]"):
        model(torch.tensor([[5, 6, 7]]))
    with pytest.raises(KnownError, match="no <sop>"):
        model(torch.tensor([[5, 119, 7]]))


def test_a_mask_of_another_width_is_refused(loaded: PreTrainedModel) -> None:
    ids = prompt(loaded.family)
    with pytest.raises(KnownError, match="attention_mask of width 3: expected"):
        loaded(ids, attention_mask=torch.ones(1, 3))


@given(
    st.lists(st.integers(5, 9), max_size=6),
    st.lists(st.integers(5, 9), max_size=6),
    st.lists(st.integers(5, 6), max_size=4),
    st.lists(st.integers(5, 6), max_size=4),
)
def test_only_a_cache_with_the_same_context_may_be_reused(
    context: list[int], other: list[int], answer: list[int], another: list[int]
) -> None:
    config = ChatGLMConfig(vocab_size=128, gmask_token_id=119, bos_token_id=122)
    cached, ids = [*context, 119, 122, *answer], [*other, 119, 122, *another]
    length = reusable_length(cached, ids, config)
    assert cached[:length] == ids[:length]
    assert (length > 0) == (context == other)
    if length:
        assert length == len(ids) or length == len(cached) or cached[length] != ids[length]
