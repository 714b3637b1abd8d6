"""Official int8 and int4 checkpoints load as they are and compute with q * scale exactly."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from safetensors.torch import load_file, save_file

from models.chatglm import load_model
from models.chatglm.convert import convert
from models.chatglm.quantized import QuantizedLinear, dequantise, dequantise_int4, quantise
from models.chatglm.weight_loader import PIECE, nf4_in_pieces
from tests.chatglm.made import VERSIONS, Make, prompt


@given(st.lists(st.integers(-128, 127), min_size=1, max_size=8), st.floats(2**-13, 2.0, width=16))
def test_nibbles_unpack_high_first_as_signed_numbers(row: list[int], scale: float) -> None:
    packed = torch.tensor([row], dtype=torch.int8)
    signed = [n - 16 if n > 7 else n for byte in row for n in ((byte >> 4) & 15, byte & 15)]
    expected = torch.tensor([signed], dtype=torch.float32) * scale
    factor = torch.tensor([scale], dtype=torch.float16)
    assert torch.equal(dequantise_int4(packed, factor, torch.float32), expected)


@given(st.integers(0, 1000), st.sampled_from([4, 8]))
def test_quantising_loses_at_most_half_a_step(seed: int, bits: int) -> None:
    weight = torch.randn(5, 8, generator=torch.Generator().manual_seed(seed))
    packed, scale = quantise(weight, bits)
    back = (dequantise if bits == 8 else dequantise_int4)(packed, scale, torch.float32)
    assert packed.dtype is torch.int8
    assert packed.shape == (5, bits)
    assert bool(((weight - back).abs() <= 0.505 * scale.float()[:, None]).all())


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("bits", [4, 8])
def test_packed_weights_compute_what_their_matrices_do(
    checkpoint: Make, version: str, bits: int
) -> None:
    folder = checkpoint(version, quantization_bit=bits)
    whole = convert(folder, folder.parent / "whole", dtype="float32").folder
    ids = prompt(version)
    packed, plain = load_model(folder), load_model(whole)
    assert torch.equal(packed(ids).logits, plain(ids).logits)
    assert any(isinstance(module, QuantizedLinear) for module in packed.modules())
    assert not any(isinstance(module, QuantizedLinear) for module in plain.modules())


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("bits", [4, 8])
def test_bfloat16_on_a_cpu_multiplies_integers_as_exactly(
    checkpoint: Make, version: str, bits: int
) -> None:
    """torch's kernels round no more than a product with the dequantised matrix does."""
    options = {"hidden": 64, "heads": 4, "ffn": 128, "quantization_bit": bits}
    folder = checkpoint(version, **options)
    exact, fast = load_model(folder), load_model(folder, dtype="bfloat16", device="cpu")
    kernels = 0
    for name, layer in exact.named_modules():
        if isinstance(layer, QuantizedLinear):
            other = fast.get_submodule(name)
            kernels += other.kernel
            matrix = layer.dequantised(torch.float32)
            assert torch.equal(other.dequantised(torch.float32), matrix)
            x = torch.randn(5, layer.in_features).bfloat16()
            expected = x.float() @ matrix.T
            assert torch.allclose(other.product(x).float(), expected, rtol=0.01, atol=0.02)
    assert kernels > 0
    ids = prompt(version)
    a, b = exact(ids).logits.detach(), fast(ids).logits.detach().float()
    assert torch.cosine_similarity(a.flatten(), b.flatten(), dim=0) > 0.999


def test_int4_qe_keeps_embedding_and_head_packed_once(checkpoint: Make) -> None:
    folder = checkpoint("v1", quantization_bit=4, qe=True)
    model = load_model(folder)
    head, embedding = model.get_output_embeddings(), model.get_input_embeddings()
    assert head.weight is embedding.weight
    assert head.weight.dtype is torch.int8
    whole = load_model(convert(folder, folder.parent / "whole", dtype="float32").folder)
    ids = prompt("v1")
    assert torch.equal(model(ids).logits, whole(ids).logits)


def test_only_wanted_rows_of_a_head_are_unpacked(checkpoint: Make) -> None:
    head = load_model(checkpoint("v1", quantization_bit=4, qe=True)).get_output_embeddings()
    rows = torch.tensor([3, 77, 5])
    assert torch.equal(head.dequantised(torch.float32, rows), head.dequantised(torch.float32)[rows])


def test_gradients_reach_the_input_of_a_packed_layer() -> None:
    layer = QuantizedLinear(8, 4, bias=True, bits=4)
    packed, scale = quantise(torch.randn(4, 8), 4)
    layer.weight.data, layer.weight_scale.data = packed, scale
    x = torch.randn(3, 8, requires_grad=True)
    y = layer(x)
    y.sum().backward()
    expected = layer.dequantised(torch.float32).sum(0).expand(3, -1)
    assert torch.allclose(x.grad, expected, atol=1e-6)
    assert layer.weight.grad is None


def test_chatglm_6b_s_head_is_its_embedding_whatever_the_file_holds(checkpoint: Make) -> None:
    folder = checkpoint("v1")
    ids = prompt("v1")
    before = load_model(folder)(ids).logits
    tensors = load_file(folder / "model.safetensors")
    tensors["lm_head.weight"] = torch.zeros_like(tensors["lm_head.weight"])
    save_file(tensors, folder / "model.safetensors")
    assert torch.equal(load_model(folder)(ids).logits, before)


def test_nf4_packed_in_pieces_is_what_bitsandbytes_packs_at_once() -> None:
    bnb = pytest.importorskip("bitsandbytes")
    layer = bnb.nn.Linear4bit(1024, PIECE // 256, False, torch.float32, quant_type="nf4")
    weight = torch.randn(layer.weight.shape, generator=torch.Generator().manual_seed(0)).half()
    whole = type(layer.weight)(weight.clone(), requires_grad=False, **layer.weight.__dict__)
    pieces = nf4_in_pieces(layer.weight, weight)
    assert weight.numel() > 2 * PIECE
    assert torch.equal(pieces, whole.to("cpu"))
    x = torch.randn(2, 1024)
    layer.weight = pieces
    found = layer(x)
    layer.weight = whole
    assert torch.equal(found, layer(x))
