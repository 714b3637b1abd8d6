"""Models that keep a state beside their cache, as Qwen3.5 does, play in llama.cpp."""

import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("xllamacpp", reason="the extra `starter` is not installed")
pytest.importorskip("torch", reason="the extra `local` is not installed")

import gguf
import numpy as np
import torch
from transformers import Qwen3_5ForCausalLM, Qwen3_5TextConfig

from models.backend import Prompt, Sampling
from models.llamacpp.backend import LlamaCpp
from tests.local.tiny_models import make_llama
from tests.models.conftest import draw
from tests.models.tiny_gguf import CHAT, _add_tokenizer

SIZES: dict[str, Any] = {
    "vocab_size": 400,
    "hidden_size": 64,
    "intermediate_size": 64,
    "num_hidden_layers": 4,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "head_dim": 32,
    "max_position_embeddings": 2048,
    "linear_num_key_heads": 2,
    "linear_num_value_heads": 4,
    "linear_key_head_dim": 32,
    "linear_value_head_dim": 32,
    "linear_conv_kernel_dim": 4,
}


def write(path: Path, pieces: Path) -> Path:
    """Write a model of four layers with made-up weights, one layer of them with attention."""
    writer = gguf.GGUFWriter(path, "qwen35")
    for add, value in (
        (writer.add_context_length, 2048),
        (writer.add_embedding_length, 64),
        (writer.add_block_count, 4),
        (writer.add_feed_forward_length, 64),
        (writer.add_head_count, 4),
        (writer.add_head_count_kv, 2),
        (writer.add_key_length, 32),
        (writer.add_value_length, 32),
        (writer.add_vocab_size, 400),
        (writer.add_layer_norm_rms_eps, 1e-6),
        (writer.add_rope_freq_base, 10000.0),
        (writer.add_rope_dimension_count, 8),
        (writer.add_rope_dimension_sections, [2, 1, 1, 0]),
        (writer.add_ssm_conv_kernel, 4),
        (writer.add_ssm_state_size, 32),
        (writer.add_ssm_group_count, 2),
        (writer.add_ssm_time_step_rank, 4),
        (writer.add_ssm_inner_size, 128),
        (writer.add_full_attention_interval, 4),
        (writer.add_chat_template, CHAT),
    ):
        add(value)
    _add_tokenizer(writer, json.loads(pieces.read_text(encoding="utf-8"))["model"])
    torch.manual_seed(3)
    number = next(k for k, v in gguf.MODEL_ARCH_NAMES.items() if v == "qwen35")
    names = gguf.get_tensor_name_map(number, 4)
    for name, tensor in Qwen3_5ForCausalLM(Qwen3_5TextConfig(**SIZES)).state_dict().items():
        values = tensor.float().numpy()
        known = names.get_name(name, try_suffixes=(".weight", ".bias"))
        if name.endswith("A_log"):
            values = -np.exp(values)
        values = values.squeeze(1) if "conv1d" in name else values
        known = known or f"blk.{name.split('.')[2]}.ssm_dt.bias"
        writer.add_tensor(known, np.ascontiguousarray(values))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


@pytest.fixture(scope="module")
def backend(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LlamaCpp]:
    folder = tmp_path_factory.mktemp("qwen35")
    pieces = make_llama(folder / "llama") / "tokenizer.json"
    with closing(LlamaCpp.open(write(folder / "tiny-chat.gguf", pieces))) as opened:
        yield opened


def test_five_candidates_share_a_prefill_and_the_next_turn_goes_on_from_a_state(
    backend: LlamaCpp,
) -> None:
    history = "【雨下了一整夜。】\n苏晚：你确定是这里？\n" * 40
    five = Sampling(n=5, max_tokens=6)
    first = draw(backend, Prompt("雨夜旧宅\n", history, "林默："), five)
    assert len(set(first.texts)) > 1
    longer = Prompt("雨夜旧宅\n", history + "林默：走吧。\n", "苏晚：")
    end = draw(backend, longer, five).ends[0]
    assert 0 < end.prompt_tokens - end.cached_tokens <= 300
