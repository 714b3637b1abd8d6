"""QLoRA: what it leaves of its base, what it learns, and that its adapter plays without NF4."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from peft import PeftModel

from models.encode import Encoder
from models.local import Local
from models.local.loading import open_checkpoint
from models.train.base import open_base
from models.train.run import train
from models.train.settings import Settings
from tests.local.tiny_models import make_llama, tiny_llama
from tests.train.made import examples, settings, written

bitsandbytes = pytest.importorskip("bitsandbytes")


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Llama whose widths are whole blocks of NF4."""
    folder = make_llama(tmp_path_factory.mktemp("made") / "base")
    vocabulary = json.loads((folder / "config.json").read_text())["vocab_size"]
    tiny_llama(vocabulary, hidden_size=64, intermediate_size=128).save_pretrained(folder)
    return folder


@pytest.fixture
def wanted(tmp_path: Path) -> Settings:
    written(tmp_path / "examples.jsonl", examples(chapters=4, lines=4, held_out=1))
    return settings(tmp_path, method="qlora", learning_rate=3e-2)


def quantized(base: Path) -> tuple[Any, Encoder]:
    return open_base(base, None, "int4", "cpu")


def layers(model: Any) -> dict[str, Any]:
    """The layers in NF4, under the names that they have without an adapter."""
    return {
        name.removesuffix(".base_layer"): layer
        for name, layer in model.named_modules()
        if isinstance(layer, bitsandbytes.nn.Linear4bit)
    }


def losses(folder: Path) -> list[tuple[int, float | None, float | None]]:
    points = map(json.loads, (folder / "log.jsonl").read_text().splitlines())
    return [(point["step"], point["loss"], point["held_out"]) for point in points]


def test_a_qlora_learns_and_its_base_stays_in_four_bits_as_it_was(
    base: Path, wanted: Settings
) -> None:
    model, encoder = quantized(base)
    before = {name: layer.weight.detach().clone() for name, layer in layers(model).items()}
    assert len(before) == 14
    done = train(wanted, model, encoder, "made-up")
    assert done.first_held_out is not None and done.best_held_out is not None
    assert done.best_held_out < done.first_held_out - 0.1
    after = {name: layer.weight for name, layer in layers(model).items()}
    assert after.keys() == before.keys()
    for name, weight in after.items():
        assert weight.dtype == torch.uint8 and weight.quant_state.quant_type == "nf4"
        assert torch.equal(weight, before[name])


def test_a_qlora_is_one_that_peft_puts_on_the_base_without_nf4(
    base: Path, wanted: Settings
) -> None:
    train(wanted, *quantized(base), "made-up")
    found = open_checkpoint(base, device="cpu")
    text = "".join(one.prompt.cue + one.reply for one in examples(chapters=1, lines=3))
    ids = torch.tensor([found.tokenizer.encode(text)])
    with torch.no_grad():
        bare = float(found.model(input_ids=ids, labels=ids).loss)
        tuned = PeftModel.from_pretrained(found.model, str(wanted.out))
        learned = float(tuned(input_ids=ids, labels=ids).loss)
    assert learned < bare - 0.1
    backend = Local.open(base, device="cpu", adapters={"made": str(wanted.out)})
    assert backend.adapters.names == ("made",)


def test_a_qlora_that_was_cut_goes_on_to_the_same_losses(base: Path, wanted: Settings) -> None:
    wanted = replace(wanted, lora_dropout=0.1, max_steps=6, save_steps=2, eval_steps=2)
    whole, cut = (replace(wanted, out=wanted.out.parent / name) for name in ("whole", "cut"))
    train(whole, *quantized(base), "made-up")

    def lost(point: Any) -> None:
        if point.step == 4:
            raise ConnectionAbortedError("cut off here")

    with pytest.raises(ConnectionAbortedError):
        train(cut, *quantized(base), "made-up", tell=lost)
    assert losses(cut.out)[-1][0] == 4
    assert train(cut, *quantized(base), "made-up").steps == 6
    assert losses(cut.out) == losses(whole.out)
    first, second = (one.out / "adapter_model.safetensors" for one in (whole, cut))
    assert first.read_bytes() == second.read_bytes()


def test_a_lora_on_int8_learns_and_plays_without_int8(base: Path, wanted: Settings) -> None:
    model, encoder = open_base(base, None, "int8", "cpu")
    assert any(isinstance(one, bitsandbytes.nn.Linear8bitLt) for one in model.modules())
    result = train(replace(wanted, method="lora-int8"), model, encoder, "made-up")
    assert result.best_held_out is not None and result.first_held_out is not None
    assert result.best_held_out < result.first_held_out - 0.03
    backend = Local.open(base, device="cpu", adapters={"voice": str(wanted.out)})
    assert backend.adapters.names == ("voice",)
