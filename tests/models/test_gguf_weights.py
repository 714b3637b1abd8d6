"""Adapters whose weights are no numbers are refused before anything is drawn."""

from pathlib import Path

import gguf
import numpy as np
import pytest

from base.errors import KnownError
from models.backend import open_backend
from models.gguf.header import read_header
from models.gguf.weights import check_weights

KINDS = {
    "F32": np.float32,
    "F16": np.float16,
    "BF16": gguf.GGMLQuantizationType.BF16,
    "Q8_0": gguf.GGMLQuantizationType.Q8_0,
}


def write(path: Path, kind: str, value: float, at: int = 70_000) -> Path:
    """An adapter one of whose numbers is `value`; the others go up to the largest of its kind."""
    weights = np.linspace(-60_000, 60_000, 640 * 256, dtype=np.float32).reshape(256, 640)
    weights.flat[at] = value
    writer = gguf.GGUFWriter(path, "gemma3")
    writer.add_type(gguf.GGUFType.ADAPTER)
    writer.add_string(gguf.Keys.Adapter.TYPE, "lora")
    writer.add_float32(gguf.Keys.Adapter.LORA_ALPHA, 2.0)
    for name, values in (
        ("a", np.zeros((2, 640), dtype=np.float32)),
        ("b", np.zeros((256, 2), dtype=np.float32)),
    ):
        writer.add_tensor(f"blk.0.attn_v.weight.lora_{name}", values)
    if kind in ("F32", "F16"):
        writer.add_tensor("odd", weights.astype(KINDS[kind]))
    else:
        raw = gguf.quantize(weights, KINDS[kind])
        writer.add_tensor("odd", raw, raw_dtype=KINDS[kind])
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_one_weight_that_is_no_number_is_found_among_large_ones(kind: str, tmp_path: Path) -> None:
    check_weights(read_header(write(tmp_path / "whole.gguf", kind, 1.0)))
    for value in (float("nan"), float("inf")):
        with np.errstate(invalid="ignore", over="ignore"):
            file = write(tmp_path / "nan.gguf", kind, value)
        with pytest.raises(KnownError, match="odd holds NaN or infinite weights") as refused:
            check_weights(read_header(file))
        assert "\n" not in str(refused.value)


def test_an_adapter_that_is_no_number_is_refused_on_opening_or_left_out(
    starter_file: Path, tmp_path: Path
) -> None:
    from tests.models.conftest import write_lora

    file = write_lora(tmp_path / "lora.gguf", "gemma3", 640)
    data = bytearray(file.read_bytes())
    start = read_header(file).tensors["blk.0.attn_v.weight.lora_b"].start
    data[start : start + 4] = np.float32("nan").tobytes()
    file.write_bytes(data)
    with pytest.raises(KnownError, match=r"lora_b holds NaN"):
        open_backend("llamacpp", path=starter_file, adapters={"voice": file})
    backend = open_backend(
        "llamacpp", path=starter_file, adapters={"voice": file}, optional=["voice"], context=64
    )
    assert "adapter voice is left out" in backend.notices[0]
    backend.close()
