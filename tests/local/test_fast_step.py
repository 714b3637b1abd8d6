"""A fast step beside the model's own forward."""

from typing import Any

import pytest
import torch
from transformers import (
    Gemma3ForCausalLM,
    Gemma3TextConfig,
    GlmConfig,
    GlmForCausalLM,
    LlamaConfig,
    LlamaForCausalLM,
    Qwen3Config,
    Qwen3ForCausalLM,
)

from models.cache_names import cache_argument
from models.local import fast_step
from models.local.attention import share_attention
from models.local.cache import BranchingCache
from tests.local.tiny_models import tiny_llama

SIZES = {
    "vocab_size": 60,
    "hidden_size": 32,
    "intermediate_size": 48,
    "num_hidden_layers": 3,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "head_dim": 16,
    "rms_norm_eps": 1e-3,
    "pad_token_id": 0,
}


def made_up(kind: Any, config: Any) -> Any:
    torch.manual_seed(2)
    model = kind(config).eval()
    for parameter in model.parameters():
        torch.nn.init.normal_(parameter, std=0.4)
    share_attention(model)
    return model


@torch.inference_mode()
def stepped(model: Any, fast: bool, shared: int = 7) -> torch.Tensor:
    """Logits of three rows over two steps after `shared` tokens, and of two of them after that."""
    cache = BranchingCache(joined=False)
    text = torch.arange(1, 1 + shared)[None]
    named = cache_argument(type(model), cache)
    model(input_ids=text, position_ids=text - 1, use_cache=True, **named)
    cache.advance(shared)
    cache.branch(3, 4, packed=fast)
    positions = torch.arange(shared, shared + 4)[None]
    stepper = fast_step.FastStep(model, cache, positions) if fast else None
    logits = []
    for place, row in enumerate(([11, 12, 13], [21, 22, 23], [31, 33], [41, 43])):
        if place == 2:
            cache.select([0, 2])
        tokens = torch.tensor(row)
        if stepper is not None:
            logits.append(stepper.step(tokens))
        else:
            output = model(
                input_ids=tokens[:, None],
                position_ids=positions[:, place : place + 1],
                use_cache=True,
                **named,
            )
            logits.append(output.logits[:, -1])
        cache.advance(1)
    return torch.cat(logits)


def tiny_gemma(**changes: Any) -> Any:
    """A Gemma 3 of four layers, every second with a window of three tokens."""
    kinds = ["sliding_attention", "full_attention"] * 2
    config = Gemma3TextConfig(
        **SIZES | {"num_hidden_layers": 4, "sliding_window": 3, "layer_types": kinds} | changes
    )
    return made_up(Gemma3ForCausalLM, config)


MODELS = {
    "glm": lambda: made_up(GlmForCausalLM, GlmConfig(**SIZES)),
    "glm with biases": lambda: made_up(GlmForCausalLM, GlmConfig(**SIZES, attention_bias=True)),
    "llama": lambda: made_up(LlamaForCausalLM, LlamaConfig(**SIZES)),
    "qwen": lambda: made_up(Qwen3ForCausalLM, Qwen3Config(**SIZES)),
    "gemma": tiny_gemma,
    "gemma, whose window is smaller than what rows add": lambda: tiny_gemma(sliding_window=2),
}


@pytest.mark.parametrize("name", MODELS)
def test_a_fast_step_computes_what_the_model_does(name: str) -> None:
    model = MODELS[name]()
    own = stepped(model, False)
    torch.testing.assert_close(stepped(model, True), own, rtol=1e-5, atol=2e-5)


def test_only_what_is_computed_alike_steps_fast() -> None:
    assert all(fast_step.can_step_fast(make(), joined=False) for make in MODELS.values())
    assert not fast_step.can_step_fast(MODELS["glm"](), joined=True)
    assert not fast_step.can_step_fast(MODELS["glm"]().bfloat16(), joined=False)
    assert not fast_step.can_step_fast(tiny_gemma(final_logit_softcapping=30.0), joined=False)
    dynamic = {"rope_type": "dynamic", "factor": 2.0, "rope_theta": 10000.0}
    assert not fast_step.can_step_fast(tiny_llama(60, rope_parameters=dynamic), joined=False)
