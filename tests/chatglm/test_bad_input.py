"""What is wrong with a checkpoint is said in one line: the file, what it holds, what to do."""

import json
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file

from base.errors import KnownError
from models.chatglm import load_model
from models.chatglm.convert import convert
from tests.chatglm.made import VERSIONS, Make


def refusal(load: Callable[..., Any], *given: Any, **options: Any) -> str:
    """The one line a person gets."""
    with pytest.raises(KnownError) as caught:
        load(*given, **options)
    said = str(caught.value)
    assert "\n" not in said
    return said


def edit_config(folder: Path, **changes: object) -> None:
    file = folder / "config.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | changes))


def test_a_path_that_is_no_checkpoint(tmp_path: Path) -> None:
    assert "neither a folder nor a hub id" in refusal(load_model, tmp_path / "absent")
    assert "no config.json here" in refusal(load_model, tmp_path)
    file = tmp_path / "model.safetensors"
    file.write_bytes(b"")
    assert "expected the folder of a checkpoint" in refusal(load_model, file)


def test_a_configuration_of_something_else(tmp_path: Path) -> None:
    config = tmp_path / "config.json"
    config.write_text("{")
    assert "cannot be read as JSON" in refusal(load_model, tmp_path)
    config.write_text("[]")
    assert "expected a JSON object" in refusal(load_model, tmp_path)
    config.write_text('{"model_type": "llama"}')
    assert "model_type llama has neither inner_hidden_size" in refusal(load_model, tmp_path)


def test_a_configuration_with_a_missing_or_foreign_value(checkpoint: Make) -> None:
    first, second = checkpoint("v1"), checkpoint("v3")
    edit_config(first, num_layers="many")
    assert "num_layers is many, expected a whole number" in refusal(load_model, first)
    edit_config(second, add_bias_linear=True)
    assert "add_bias_linear is True, expected False" in refusal(load_model, second)
    third = checkpoint("v1", "flat")
    edit_config(third, position_encoding_2d=False)
    assert "position_encoding_2d is false" in refusal(load_model, third)


@pytest.mark.parametrize("version", VERSIONS)
def test_an_unknown_quantization_bit(checkpoint: Make, version: str) -> None:
    folder = checkpoint(version)
    edit_config(folder, quantization_bit=3)
    assert "quantization_bit is 3, expected 0, 4 or 8" in refusal(load_model, folder)


def test_no_weights_and_a_missing_shard(checkpoint: Make) -> None:
    folder = checkpoint("v2", shard_bytes=20_000)
    shard = sorted(folder.glob("*.safetensors"))[1]
    shard.unlink()
    said = refusal(load_model, folder)
    assert str(shard) in said
    assert "names, is missing; download it" in said
    for file in folder.glob("model*"):
        file.unlink()
    assert "expected model.safetensors or pytorch_model.bin" in refusal(load_model, folder)


def test_an_index_that_is_broken_or_leads_outside(checkpoint: Make) -> None:
    folder = checkpoint("v1", shard_bytes=20_000)
    index = folder / "model.safetensors.index.json"
    index.write_text('{"weight_map": {"a": "../../secret.safetensors"}}')
    assert "which does not lie beside it" in refusal(load_model, folder)
    index.write_text("{}")
    assert "no weight_map" in refusal(load_model, folder)


@pytest.mark.parametrize("container", ["safetensors", "bin"])
def test_a_truncated_file(checkpoint: Make, container: str) -> None:
    folder = checkpoint("v1", container=container)
    (file,) = folder.glob(f"*.{container}")
    file.write_bytes(file.read_bytes()[:-1000])
    said = refusal(load_model, folder)
    assert str(file) in said
    assert f"{file.stat().st_size:,} bytes, not a whole" in said
    file.write_bytes(b"")
    assert "0 bytes, not a whole" in refusal(load_model, folder)


class Payload:
    """Unpickled, it would leave a file behind."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (self.mark,)


@pytest.mark.parametrize("save", [torch.save, lambda o, f: f.write_bytes(pickle.dumps(o))])
def test_a_pickled_payload_does_not_run(
    checkpoint: Make, tmp_path: Path, save: Callable[..., Any]
) -> None:
    folder = checkpoint("v1", container="bin")
    mark = tmp_path / "ran"
    save({"transformer.final_layernorm.bias": Payload(mark)}, folder / "pytorch_model.bin")
    assert "could run code" in refusal(load_model, folder)
    assert not mark.exists()


def test_a_torch_file_of_something_else(checkpoint: Make) -> None:
    folder = checkpoint("v1", container="bin")
    torch.save([1, 2], folder / "pytorch_model.bin")
    assert "holds a list, expected named tensors" in refusal(load_model, folder)
    torch.save({"step": 3}, folder / "pytorch_model.bin")
    assert "step is a int, expected a tensor" in refusal(load_model, folder)


@pytest.mark.parametrize("version", VERSIONS)
def test_weights_that_do_not_belong_to_the_configuration(checkpoint: Make, version: str) -> None:
    folder = checkpoint(version)
    file = folder / "model.safetensors"
    tensors = load_file(file)
    bias = next(name for name in tensors if name.endswith("query_key_value.bias"))
    whole = tensors.pop(bias)
    save_file(tensors, file)
    assert "its config.json asks for" in refusal(load_model, folder)
    save_file(tensors | {bias: whole[:-2]}, file)
    assert "the two do not belong together" in refusal(load_model, folder)
    save_file(tensors | {bias: whole, "adapter.weight": whole.clone()}, file)
    assert "adapter.weight, which its config.json does not know" in refusal(load_model, folder)


def test_quantised_weights_under_another_quantization_bit(checkpoint: Make) -> None:
    folder = checkpoint("v1", quantization_bit=8)
    edit_config(folder, quantization_bit=4)
    assert "has the shape [32, 32], but config.json asks for [32, 16]" in refusal(
        load_model, folder
    )
    edit_config(folder, quantization_bit=0)
    assert "expected" in refusal(load_model, folder)
    plain = checkpoint("v3")
    edit_config(plain, quantization_bit=8)
    assert "quantization_bit in config.json does not fit" in refusal(load_model, plain)


def test_a_quantization_that_cannot_be_had(checkpoint: Make) -> None:
    packed = checkpoint("v1", quantization_bit=4)
    assert "its weights are stored as int4" in refusal(load_model, packed, quantization="int8")
    assert "expected none, int8 or int4" in refusal(load_model, packed, quantization="int3")
    assert load_model(packed, quantization="int4").config.num_layers == 2
    assert load_model(packed, quantization="none").config.num_layers == 2


def test_an_unknown_precision_or_device(checkpoint: Make) -> None:
    folder = checkpoint("v1")
    assert "expected one of float32, float16" in refusal(load_model, folder, dtype="float64")
    assert "expected cpu or cuda" in refusal(load_model, folder, device="abacus")


@pytest.mark.skipif(torch.cuda.is_available(), reason="this machine has a CUDA device")
def test_cuda_asked_for_where_there_is_none(checkpoint: Make) -> None:
    said = refusal(load_model, checkpoint("v1"), device="cuda")
    assert "(CUDA devices: 0)" in said
    assert "use device cpu" in said


def test_converting_onto_something_or_from_half_a_checkpoint(checkpoint: Make) -> None:
    folder = checkpoint("v3")
    assert "exists already" in refusal(convert, folder, folder)
    file = folder / "model.safetensors"
    tensors = load_file(file)
    tensors.pop("transformer.output_layer.weight")
    save_file(tensors, file)
    out = folder.parent / "out"
    assert "transformer.output_layer.weight is missing" in refusal(convert, folder, out)
    assert not out.exists()
    assert sorted(p.name for p in folder.parent.iterdir()) == [folder.name]
