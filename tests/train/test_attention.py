"""Blocks of attention and shared prompts change what is computed, never what comes out."""

from dataclasses import replace
from typing import Any

import pytest
import torch
from transformers import Gemma3ForCausalLM, Gemma3TextConfig

from models.train.attention import attend_in_blocks
from models.train.dpo import reply_logprobs
from models.train.loss import batch_loss
from models.train.preference_rows import PreferenceRow, collate_preferences
from models.train.rows import TrainingRow, collate
from models.train.trainer import take_head

VOCAB, WINDOW = 97, 16


def gemma() -> Any:
    torch.manual_seed(3)
    config = Gemma3TextConfig(
        vocab_size=VOCAB,
        hidden_size=32,
        intermediate_size=48,
        num_hidden_layers=3,
        num_attention_heads=4,
        num_key_value_heads=1,
        head_dim=8,
        sliding_window=WINDOW,
        layer_types=["sliding_attention", "sliding_attention", "full_attention"],
        max_position_embeddings=1024,
    )
    return Gemma3ForCausalLM(config).eval()


def ids(count: int, seed: int) -> list[int]:
    return torch.randint(3, VOCAB, (count,), generator=torch.Generator().manual_seed(seed)).tolist()


def test_attention_in_blocks_gives_the_same_loss_and_gradients(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("models.train.attention.BLOCK", 20)
    rows = [TrainingRow(ids(n, n), [0.0] * 5 + [1.0] * (n - 5)) for n in (70, 53)]
    told = []
    for blocks in (False, True):
        model = gemma()
        head = take_head(model)
        if blocks:
            attend_in_blocks(model)
            assert model.config._attn_implementation == "paotuan_blocks"
        loss = batch_loss(model, collate(rows, 0, left=False), head, VOCAB)
        loss.backward()
        told.append((float(loss), model.model.layers[0].self_attn.k_proj.weight.grad))
    assert told[1][0] == pytest.approx(told[0][0], rel=1e-5)
    assert torch.allclose(told[0][1], told[1][1], rtol=1e-3, atol=1e-5)


def test_rows_that_are_filled_up_on_the_left_are_seen_as_before() -> None:
    rows = [TrainingRow(ids(n, n), [1.0] * n) for n in (40, 31)]
    batch = collate(rows, 0, left=True)
    losses = []
    for blocks in (False, True):
        model = gemma()
        head = take_head(model)
        if blocks:
            attend_in_blocks(model)
        losses.append(float(batch_loss(model, batch, head, VOCAB)))
    assert losses[1] == pytest.approx(losses[0], rel=1e-5)


@pytest.mark.parametrize("left", [False, True])
def test_replies_behind_one_prompt_are_as_likely_as_each_behind_its_own(left: bool) -> None:
    model = gemma()
    prompts, replies = [ids(40, 1), ids(23, 2)], [[ids(6, 3), ids(9, 4), ids(4, 5)], [ids(7, 6)]]
    wanted = []
    for prompt, answers in zip(prompts, replies, strict=True):
        for reply in answers:
            with torch.no_grad():
                logits = model(torch.tensor([prompt + reply])).logits.log_softmax(-1)[0]
            at = torch.arange(len(prompt) - 1, len(prompt) + len(reply) - 1)
            wanted.append(float(logits[at, torch.tensor(reply)].sum()))
    rows = [PreferenceRow(*two, [(0, 0)]) for two in zip(prompts, replies, strict=True)]
    batch = collate_preferences(rows, 0, left, WINDOW)
    assert ("sliding_mask" in batch) is not left
    head = take_head(model)
    with torch.no_grad():
        told = reply_logprobs(model, batch, head, VOCAB)
    assert told.tolist() == pytest.approx(wanted, rel=1e-4)


def test_pairs_of_a_batch_know_their_replies() -> None:
    one = PreferenceRow(ids(5, 1), [ids(2, 2), ids(3, 3)], [(0, 1)], [-1.0, -2.0])
    other = replace(one, pairs=[(1, 0)], reference=[-3.0, -4.0])
    batch = collate_preferences([one, other], 0, False, None)
    assert batch["contests"].tolist() == [[0, 1], [3, 2]]
    assert batch["reference"].tolist() == [-1.0, -2.0, -3.0, -4.0]
    assert (batch["labels"][:, 1:] != -100).sum() == 2 and batch["replies"].max() == 4
