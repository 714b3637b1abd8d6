"""Tiny models of transformers written as GGUF in float32, as llama.cpp has them; LoRA on them."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import gguf
import numpy as np
import torch
from peft import LoraConfig, get_peft_model

ARCHITECTURES = {
    "llama": "llama",
    "gemma3_text": "gemma3",
    "qwen2": "qwen2",
    "qwen3": "qwen3",
    "stablelm": "stablelm",
}
NORMAL, CONTROL = 1, 3


CHAT = (
    "{% for message in messages %}{{ '<bos>' + message['role'] + '\\n' + message['content'] }}"
    "{{ '<eos>\\n' }}{% endfor %}{% if add_generation_prompt %}{{ '<bos>assistant\\n' }}{% endif %}"
)
"""A chat template over the two special tokens there are."""


def quantized(name: str, values: Any) -> Any:
    """Matrices in blocks of 8 bits a weight, as Q8_0 has them."""
    kind = gguf.GGMLQuantizationType.Q8_0
    return (values, None) if values.ndim == 1 else (gguf.quantize(values, kind), kind)


def write_model(
    path: Path,
    model: Any,
    tokenizer: Path,
    template: str | None = None,
    extra: Mapping[str, Any] | None = None,
    quantized: Callable[[str, Any], Any] = lambda name, values: (values, None),
) -> Path:
    """Write `model` with the pieces of a `tokenizer.json` that begins with <bos> <eos>.

    `extra` are tensors that the model does not have.
    """
    config = model.config
    architecture = ARCHITECTURES[config.model_type]
    writer = gguf.GGUFWriter(path, architecture)
    writer.add_name("tiny")
    writer.add_context_length(config.max_position_embeddings)
    writer.add_embedding_length(config.hidden_size)
    writer.add_block_count(config.num_hidden_layers)
    writer.add_feed_forward_length(config.intermediate_size)
    writer.add_head_count(config.num_attention_heads)
    writer.add_head_count_kv(config.num_key_value_heads)
    if architecture == "stablelm":
        writer.add_layer_norm_eps(config.layer_norm_eps)
        writer.add_rope_dimension_count(config.hidden_size // config.num_attention_heads // 4)
    else:
        writer.add_layer_norm_rms_eps(config.rms_norm_eps)
    writer.add_rope_freq_base(10000.0)
    writer.add_vocab_size(config.vocab_size)
    width = getattr(config, "head_dim", None)
    if width:
        writer.add_key_length(width)
        writer.add_value_length(width)
        writer.add_rope_dimension_count(width)
    if architecture == "gemma3":
        writer.add_sliding_window(config.sliding_window)
    if template is not None:
        writer.add_chat_template(template)
    _add_tokenizer(writer, json.loads(tokenizer.read_text(encoding="utf-8"))["model"])
    for name, tensor in [*_tensors(model, architecture), *(extra or {}).items()]:
        values, kind = quantized(name, tensor)
        writer.add_tensor(name, values, raw_dtype=kind)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def _add_tokenizer(writer: gguf.GGUFWriter, pieces: dict[str, Any]) -> None:
    tokens = sorted(pieces["vocab"], key=pieces["vocab"].__getitem__)
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("gpt-2")
    writer.add_token_list(tokens)
    writer.add_token_types([CONTROL if i < 2 else NORMAL for i in range(len(tokens))])
    writer.add_token_merges([" ".join(pair) for pair in pieces["merges"]])
    writer.add_bos_token_id(0)
    writer.add_eos_token_id(1)
    writer.add_add_bos_token(True)


def _tensors(model: Any, architecture: str) -> list[tuple[str, Any]]:
    config = model.config
    number = next(k for k, v in gguf.MODEL_ARCH_NAMES.items() if v == architecture)
    names = gguf.get_tensor_name_map(number, config.num_hidden_layers)
    found = []
    for name, tensor in model.state_dict().items():
        if name == "lm_head.weight" and config.tie_word_embeddings:
            continue
        values = tensor.detach().numpy().astype(np.float32)
        if architecture == "gemma3" and name.endswith("norm.weight"):
            values = values + 1
        if architecture == "llama" and "q_proj" in name:
            values = _interleaved(values, config.num_attention_heads)
        if architecture == "llama" and "k_proj" in name:
            values = _interleaved(values, config.num_key_value_heads)
        found.append((names.get_name(name, try_suffixes=(".weight", ".bias")), values))
    return found


def _interleaved(values: Any, heads: int) -> Any:
    """Rows of each head in the order of llama.cpp's rotary embedding: halves taken in turn."""
    halves = values.reshape(heads, 2, -1, values.shape[-1])
    return np.ascontiguousarray(halves.swapaxes(1, 2).reshape(values.shape))


def tuned(model: Any, folder: Path, base: Path | str, scale: float = 1.0, **more: Any) -> Any:
    """`model` with a LoRA whose B is not nothing, saved in `folder`."""
    config = LoraConfig(r=4, lora_alpha=12, target_modules="all-linear", **more)
    torch.manual_seed(4)  # A of a LoRA begins at random
    peft_model = get_peft_model(model, config)
    for name, parameter in peft_model.named_parameters():
        if "lora_B" in name:
            torch.nn.init.normal_(parameter, std=scale)
    peft_model.peft_config["default"].base_model_name_or_path = str(base)
    peft_model.save_pretrained(str(folder), save_embedding_layers=False)
    return peft_model
