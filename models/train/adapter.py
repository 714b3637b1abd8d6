"""Puts a new, trainable adapter on a base: LoRA, or a prefix of keys and values (P-tuning v2)."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from peft import (
    LoraConfig,
    PeftModel,
    PrefixTuningConfig,
    get_peft_model,
    prepare_model_for_kbit_training,
)
from transformers import PreTrainedModel

from base.errors import KnownError, first_line
from base.messages import _, series
from models.adapters import Adapters
from models.cache_names import cache_of
from models.chatglm.prefix import prefix_shape
from models.train.full import make_trainable
from models.train.settings import Settings
from models.train.shard import is_sharded

ALL_LINEAR = "all-linear"
"""What PEFT calls every linear layer but the output."""


def new_adapter(
    model: PreTrainedModel, settings: Settings, base: str, text: Sequence[int] = ()
) -> Any:
    """A `PeftModel` whose adapter alone is trained, in float32; `base` is what its card will name;
    the model itself where it is trained in full.

    A prefix begins as the keys and values of `text`, ids of at least its length, where positions
    are counted on behind it; otherwise at random. Raises `KnownError` where the base has no layer
    of the names that are to be adapted.
    """
    if settings.method == "full":
        return make_trainable(model, settings.gradient_checkpointing)
    model.config.use_cache = False
    model.requires_grad_(False)
    if settings.method in ("qlora", "lora-int8") and not is_sharded(model):
        prepare_model_for_kbit_training(model, use_gradient_checkpointing=False)
    if settings.method in ("qlora", "lora-int8"):
        _keep_differentiable(model)
    if settings.gradient_checkpointing:
        if settings.method == "prefix":
            raise KnownError(
                _(
                    "gradient_checkpointing: not possible with a prefix, whose cache is in the "
                    "way; set it to false, and lower batch_tokens to save memory"
                )
            )
        model.gradient_checkpointing_enable({"use_reentrant": False})
        model.enable_input_require_grads()
    if settings.start is not None:
        return _gone_on_from(model, settings.start, base)
    config: Any = _prefix(model, settings) if settings.method == "prefix" else _lora(settings)
    try:
        tuned = get_peft_model(model, config)
    except ValueError as error:
        raise KnownError(
            _(
                "target_modules {modules}: {error}",
                modules=series(settings.target_modules),
                error=first_line(error),
            )
        ) from error
    if settings.method == "prefix" and len(text) >= settings.num_virtual_tokens:
        _begin_as(tuned, model, text[: settings.num_virtual_tokens])
    tuned.peft_config[tuned.active_adapter].base_model_name_or_path = base
    for parameter in tuned.parameters():
        if parameter.requires_grad:
            parameter.data = parameter.data.to(torch.float32)
    return tuned


def _keep_differentiable(model: PreTrainedModel) -> None:
    """Keep the NF4 layers of a CPU that knows bfloat16 in the form that gradients pass through.

    bitsandbytes would repack them at the first look at what is held out, for good.
    """
    for layer in model.modules():
        if getattr(layer, "support_avx512bf16_for_cpu", False):
            layer.support_avx512bf16_for_cpu = False


def _gone_on_from(model: PreTrainedModel, start: Path, base: str) -> Any:
    """The adapter of a folder, to be trained further; refused as `models.adapters` refuses one."""
    Adapters(model, base).check(start)
    tuned = PeftModel.from_pretrained(model, str(start), is_trainable=True)
    tuned.peft_config["default"].base_model_name_or_path = base
    return tuned


def _lora(settings: Settings) -> LoraConfig:
    return LoraConfig(
        r=settings.r,
        lora_alpha=settings.lora_alpha,
        lora_dropout=settings.lora_dropout,
        target_modules=list(settings.target_modules) or ALL_LINEAR,
        task_type="CAUSAL_LM",
    )


def _prefix(model: PreTrainedModel, settings: Settings) -> PrefixTuningConfig:
    slices, heads, width = prefix_shape(model.config.get_text_config())
    return PrefixTuningConfig(
        num_virtual_tokens=settings.num_virtual_tokens,
        token_dim=heads * width,
        num_attention_heads=heads,
        num_layers=slices // 2,
        task_type="CAUSAL_LM",
    )


def _begin_as(tuned: Any, model: PreTrainedModel, ids: Sequence[int]) -> None:
    """Fill the prefix with what the base itself computes for `ids` (Li and Liang 2021, 7.4)."""
    if getattr(model.config, "position_encoding_2d", False):
        return  # its text begins at position 0 again, not behind the prefix
    with torch.no_grad():
        output = model(input_ids=torch.tensor([ids], device=model.device), use_cache=True)
    pairs = [part[0] for layer in cache_of(output).layers for part in (layer.keys, layer.values)]
    table = torch.stack(pairs).permute(2, 0, 1, 3)  # [P, 2L, heads, D]
    weight = tuned.prompt_encoder[tuned.active_adapter].embedding.weight
    weight.data = table.reshape(weight.shape).to(weight.dtype)
