"""A lean step beside the model's own forward."""

import torch
from transformers import GlmConfig, GlmForCausalLM

from models.local import lean
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


def tiny_glm(bias: bool) -> GlmForCausalLM:
    torch.manual_seed(2)
    model = GlmForCausalLM(GlmConfig(**SIZES, attention_bias=bias)).eval()
    for parameter in model.parameters():
        torch.nn.init.normal_(parameter, std=0.4)
    share_attention(model)
    return model


@torch.inference_mode()
def stepped(model: GlmForCausalLM, leanly: bool) -> torch.Tensor:
    """Logits of three rows over two steps after seven shared tokens."""
    cache = BranchingCache(joined=False)
    text = torch.arange(1, 8)[None]
    model(input_ids=text, position_ids=text - 1, past_key_values=cache, use_cache=True)
    cache.advance(7)
    cache.branch(3, 4)
    logits = []
    for place, row in enumerate(([11, 12, 13], [21, 22, 23]), start=7):
        tokens, position = torch.tensor(row), torch.tensor([[place]])
        if leanly:
            logits.append(lean.step(model, cache, tokens, position))
        else:
            output = model(
                input_ids=tokens[:, None],
                position_ids=position,
                past_key_values=cache,
                use_cache=True,
            )
            logits.append(output.logits[:, -1])
        cache.advance(1)
    return torch.stack(logits)


def test_a_lean_step_computes_what_the_model_does() -> None:
    for bias in (False, True):
        model = tiny_glm(bias)
        torch.testing.assert_close(
            stepped(model, True), stepped(model, False), rtol=1e-5, atol=1e-5
        )


def test_only_glm_in_float32_steps_leanly() -> None:
    assert lean.can_step(tiny_glm(False), joined=False)
    assert not lean.can_step(tiny_glm(False), joined=True)
    assert not lean.can_step(tiny_glm(False).bfloat16(), joined=False)
    assert not lean.can_step(tiny_llama(60), joined=False)
