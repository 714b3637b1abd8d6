"""Rows learn what the examples would have taught one by one, and the loss is the whole model's."""

import math
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import pytest
import torch
from torch.nn import functional as F
from transformers import Gemma3ForCausalLM, Gemma3TextConfig

from base.errors import KnownError
from models.backend import Prompt
from models.train.data import Example, dumped, read_examples
from models.train.loss import batch_loss, target_loss
from models.train.rows import TrainingRow, batches_of, collate, rows_of
from models.train.trainer import take_head
from tests.train.made import STABLE, examples, opened, written


def naive_loss(model: Any, row: TrainingRow) -> tuple[float, float]:
    """The weighted loss of a row by a plain forward over the whole vocabulary, and its weight."""
    with torch.no_grad():
        logits = model(input_ids=torch.tensor([row.ids])).logits[0, :-1].float()
    nll = F.cross_entropy(logits, torch.tensor(row.ids[1:]), reduction="none")
    weights = torch.tensor(row.weights[1:])
    return float((nll * weights).sum()), float(weights.sum())


@pytest.mark.parametrize("kind", ["v3", "llama"])
def test_a_row_of_many_replies_has_the_loss_of_its_examples(
    bases: dict[str, Path], kind: str
) -> None:
    model, encoder = opened(bases[kind])
    given = examples(chapters=2, lines=5, held_out=0)
    joined = rows_of(given, encoder, 512).rows
    single = [rows_of([one], encoder, 512).rows[0] for one in given]
    assert len(joined) == 2 and [row.examples for row in joined] == [5, 5]
    totals = [sum(part) for part in zip(*(naive_loss(model, r) for r in joined), strict=True)]
    apart = [sum(part) for part in zip(*(naive_loss(model, r) for r in single), strict=True)]
    assert totals == pytest.approx(apart, rel=1e-5)
    assert sum(map(len, joined)) < sum(map(len, single)) / 2


def test_a_bidirectional_context_keeps_examples_apart(bases: dict[str, Path]) -> None:
    _, encoder = opened(bases["v1"])
    given = examples(chapters=2, lines=5, held_out=0)
    assert len(rows_of(given, encoder, 512).rows) == len(given)


def test_only_replies_are_learned_and_each_ends_with_its_newline(bases: dict[str, Path]) -> None:
    _, encoder = opened(bases["llama"])
    row = rows_of(examples(chapters=1, lines=3, held_out=0), encoder, 512).rows[0]
    learned = [token for token, weight in zip(row.ids, row.weights, strict=True) if weight]
    text = encoder.tokenizer.decode(learned)
    assert "：" not in text and text.count("\n") == 3 and STABLE.strip() not in text


def test_a_weight_of_an_example_weighs_its_tokens(bases: dict[str, Path]) -> None:
    _, encoder = opened(bases["llama"])
    example = Example(Prompt(STABLE, "", "关羽："), "某去便来。\n", weight=0.25)
    assert set(rows_of([example], encoder, 512).rows[0].weights) == {0.0, 0.25}


def test_examples_that_are_too_long_are_counted(bases: dict[str, Path]) -> None:
    _, encoder = opened(bases["llama"])
    found = rows_of([Example(Prompt("", "长" * 900 + "\n", "甲："), "短\n")], encoder, 128)
    assert found.too_long == 1 and not found.rows


@pytest.mark.parametrize("kind", ["v1", "v3", "llama"])
def test_the_loss_of_a_padded_batch_is_that_of_its_rows(bases: dict[str, Path], kind: str) -> None:
    model, encoder = opened(bases[kind])
    rows = rows_of(examples(chapters=2, lines=3, held_out=0), encoder, 512).rows
    rows.append(rows_of([Example(Prompt("", "", "关羽："), "某去\n")], encoder, 512).rows[0])
    expected = sum(naive_loss(model, row)[0] for row in rows)
    vocab = model.config.vocab_size
    head = take_head(model)
    batch = collate(rows, pad=1, left=encoder.markup != "plain")
    hidden = model(input_ids=batch["input_ids"], attention_mask=batch["attention_mask"]).logits
    loss = target_loss(hidden, batch["input_ids"], batch["weights"], head, vocab)
    assert float(loss) == pytest.approx(expected, rel=1e-4)


def test_what_flows_back_is_the_gradient_of_the_whole_loss(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("models.train.loss.CHUNK_BYTES", 4 * 50 * 3)  # three rows at a time
    torch.manual_seed(0)
    head = torch.nn.Linear(8, 50, bias=False).requires_grad_(False)
    hidden = torch.randn(2, 7, 8, requires_grad=True)
    ids, weights = torch.randint(0, 50, (2, 7)), torch.rand(2, 7) * (torch.rand(2, 7) < 0.6)
    (2 * target_loss(hidden, ids, weights, head, 50)).backward()
    found, hidden.grad = hidden.grad, None
    nll = F.cross_entropy(head(hidden[:, :-1]).transpose(1, 2), ids[:, 1:], reduction="none")
    (2 * (nll * weights[:, 1:]).sum()).backward()
    assert found is not None and hidden.grad is not None
    assert torch.allclose(found, hidden.grad, atol=1e-6)


def test_batches_hold_every_row_once_and_keep_to_their_tokens() -> None:
    rows = [TrainingRow([1] * (1 + i % 40), [0.0] * (1 + i % 40)) for i in range(200)]
    batches = batches_of(rows, 100, seed=3)
    assert sorted(map(id, rows)) == sorted(id(row) for batch in batches for row in batch)
    sizes = [len(batch) * max(map(len, batch)) for batch in batches]
    assert max(sizes) <= 100
    assert sum(map(len, rows)) / sum(sizes) > 0.9  # hardly any padding


def test_a_file_of_examples_reads_back(tmp_path: Path) -> None:
    given = examples(chapters=2, lines=3)
    assert read_examples(written(tmp_path / "a.jsonl", given)) == given


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("{]", "not JSON"),
        ("[" * 100_000, "not JSON"),
        ("[1]", "expected an object"),
        ('{"stable": "", "history": "", "cue": 7}', "cue is the number 7"),
        (dumped(examples()[0]).replace('"train"', '"dev"'), "expected train or test"),
        (dumped(examples()[0]).replace("1.0", "-1"), "weight is -1"),
        (dumped(examples()[0]).replace("1.0", "NaN"), "weight is nan"),
        (dumped(Example(Prompt("", "", "a："), " \n")), "the reply is empty"),
    ],
)
def test_a_line_that_is_no_example_is_told_with_its_number(
    tmp_path: Path, content: str, told: str
) -> None:
    file = tmp_path / "a.jsonl"
    file.write_text(dumped(examples()[0]) + "\n" + content, encoding="utf-8")
    with pytest.raises(KnownError, match=told) as error:
        read_examples(file)
    assert f"{file}:3" in str(error.value) and "\n" not in str(error.value)


def test_another_encoding_and_an_absent_file_are_told(tmp_path: Path) -> None:
    file = tmp_path / "a.jsonl"
    file.write_bytes("刘备".encode("gb18030"))
    with pytest.raises(KnownError, match="not UTF-8"):
        read_examples(file)
    with pytest.raises(KnownError, match="cannot be read"):
        read_examples(tmp_path / "none.jsonl")


RIVALS = ("张飞：", "诸葛亮：")


def contested() -> list[Example]:
    return [replace(one, rivals=RIVALS) for one in examples(chapters=2, lines=3, held_out=0)]


def tiny_gemma() -> Any:
    """A base whose layers have windows or look at all, with the vocabulary of the tiny Llama."""
    torch.manual_seed(2)
    config = Gemma3TextConfig(
        vocab_size=400,
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=6,
        num_attention_heads=4,
        num_key_value_heads=2,
        head_dim=8,
        sliding_window=256,
    )
    return Gemma3ForCausalLM(config).eval()


@pytest.mark.parametrize("kind", ["llama", "gemma3"])
def test_who_speaks_is_learned_from_plain_likelihoods(bases: dict[str, Path], kind: str) -> None:
    model, encoder = opened(bases["llama"])
    if kind == "gemma3":
        model = tiny_gemma()
    for parameter in model.parameters():
        parameter.data *= 3  # so that it matters who speaks
    rows = rows_of(contested(), encoder, 256, Random(1)).rows
    assert [len(row.branches) for row in rows] == [3, 3]
    told = 0.0
    for row in rows:
        for branch in row.branches:
            sides = []
            for ids in (row.ids[: branch.own], row.ids[: branch.at] + branch.ids):
                weights = [0.0] * (len(ids) - branch.reply) + [1.0] * branch.reply
                sides.append(naive_loss(model, TrainingRow(ids, weights))[0])
            assert abs(sides[0] - sides[1]) > 0.01
            told += math.log1p(math.exp(sides[0] - sides[1]))
    said = sum(naive_loss(model, TrainingRow(row.ids, row.weights))[0] for row in rows)
    batch, vocab = collate(rows, pad=1, left=False), model.config.vocab_size
    head = take_head(model)
    for contrast in (0.0, 1.0, 30.0):
        found = float(batch_loss(model, batch, head, vocab, contrast))
        assert found == pytest.approx(said + contrast * told, rel=1e-4)


def test_a_rivals_cue_stands_where_the_own_one_does(bases: dict[str, Path]) -> None:
    _, encoder = opened(bases["llama"])
    row = rows_of(contested()[:2], encoder, 512, Random(1)).rows[0]
    for branch, example in zip(row.branches, contested(), strict=False):
        other = encoder.tokenizer.decode(row.ids[: branch.at] + branch.ids)
        own = encoder.tokenizer.decode(row.ids[: branch.own])
        assert own.endswith(example.prompt.cue + example.reply)
        assert other.removesuffix(example.reply).endswith(RIVALS)
        assert other.count("\n") == own.count("\n")


def test_nobody_is_their_own_rival(bases: dict[str, Path]) -> None:
    _, encoder = opened(bases["llama"])
    given = [replace(one, rivals=(one.prompt.cue,)) for one in contested()]
    assert not any(row.branches for row in rows_of(given, encoder, 512, Random(1)).rows)
