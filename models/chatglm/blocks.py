"""The blocks of ChatGLM-6B: 2-D rotary positions, attention, GELU, residuals that are scaled.

In comments b is the batch, s the new tokens, p the cached ones, H the heads, D their width.
"""

import math
from typing import Any

import torch
from torch import nn
from torch.nn import functional as F
from transformers import PreTrainedModel
from transformers.integrations.sdpa_attention import sdpa_attention_forward
from transformers.modeling_layers import GradientCheckpointingLayer
from transformers.modeling_outputs import BaseModelOutputWithPast
from transformers.modeling_utils import ALL_ATTENTION_FUNCTIONS

from models.cache_names import NAMES, OUTPUT
from models.chatglm.config import ChatGLMConfig

Rotary = tuple[torch.Tensor, torch.Tensor]
RELEASED_LAYERS = 28


def rotary(positions: torch.Tensor, head_dim: int, dtype: torch.dtype) -> Rotary:
    """cos and sin [batch, 1, seq, D] of 2-D positions [batch, 2, seq].

    The first D/2 channels turn with the position, the last with the block position. Frequencies are
    rounded to float16 in every precision, as the reference does, and in float16 the angles are too.
    """
    half = head_dim // 2
    exponents = torch.arange(0, half, 2, device=positions.device).float() / half  # [D/4]
    frequencies = (1.0 / 10000.0**exponents).half()  # [D/4]
    precise = torch.float16 if dtype is torch.float16 else torch.float32
    angles = positions[..., None].to(precise) * frequencies.to(precise)  # [b, 2, s, D/4]
    angles = torch.cat((angles, angles), dim=-1)  # [b, 2, s, D/2]
    # the two rows of positions side by side: [b, s, D], then a place for the heads
    angles = torch.cat((angles[:, 0], angles[:, 1]), dim=-1)[:, None]  # [b, 1, s, D]
    return angles.cos().to(dtype), angles.sin().to(dtype)


def rotate(x: torch.Tensor, by: Rotary) -> torch.Tensor:
    """Turn x [batch, heads, seq, D]; inside each half channel j pairs with j + D/4."""
    a, b, c, d = x.chunk(4, dim=-1)  # [b, H, s, D/4] each
    return x * by[0] + torch.cat((-b, a, -d, c), dim=-1) * by[1]


class ChatGLMAttention(nn.Module):
    """Self-attention whose query_key_value rows lie head by head (q, k, v of head 0, ...)."""

    def __init__(self, config: ChatGLMConfig, layer: int) -> None:
        super().__init__()
        self.config = config
        self.layer = layer
        self.heads = config.num_attention_heads
        self.query_key_value = nn.Linear(config.hidden_size, 3 * config.hidden_size)
        self.dense = nn.Linear(config.hidden_size, config.hidden_size)

    def forward(
        self, x: torch.Tensor, seen: torch.Tensor | None, turn: Rotary, cache: Any
    ) -> torch.Tensor:
        batch, seq, hidden = x.shape
        qkv = self.query_key_value(x)  # [b, s, 3 H D]
        qkv = qkv.view(batch, seq, self.heads, -1).transpose(1, 2)  # [b, H, s, 3 D]
        q, k, v = qkv.chunk(3, dim=-1)  # [b, H, s, D] each
        q, k = rotate(q, turn), rotate(k, turn)
        if cache is not None:
            k, v = cache.update(k, v, self.layer)  # [b, H, p + s, D]
        attend = ALL_ATTENTION_FUNCTIONS.get_interface(
            self.config._attn_implementation, sdpa_attention_forward
        )
        y, __ = attend(self, q, k, v, seen, is_causal=False)  # [b, s, H, D]
        return self.dense(y.reshape(batch, seq, hidden))  # [b, s, H D]


class ChatGLMMLP(nn.Module):
    """Two linear layers around the tanh GELU."""

    def __init__(self, config: ChatGLMConfig) -> None:
        super().__init__()
        self.dense_h_to_4h = nn.Linear(config.hidden_size, config.inner_hidden_size)
        self.dense_4h_to_h = nn.Linear(config.inner_hidden_size, config.hidden_size)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.dense_4h_to_h(F.gelu(self.dense_h_to_4h(x), approximate="tanh"))


class ChatGLMBlock(GradientCheckpointingLayer):
    """One layer; its residual branch is the normalised input times sqrt(2 * 28).

    The reference takes the released model's 28 layers whatever the configuration says.
    """

    _can_checkpoint_with_cache = True  # a cache that is trained through stores nothing

    def __init__(self, config: ChatGLMConfig, layer: int) -> None:
        super().__init__()
        self.alpha = math.sqrt(2 * RELEASED_LAYERS)
        eps = config.layernorm_epsilon
        self.input_layernorm = nn.LayerNorm(config.hidden_size, eps=eps)
        self.attention = ChatGLMAttention(config, layer)
        self.post_attention_layernorm = nn.LayerNorm(config.hidden_size, eps=eps)
        self.mlp = ChatGLMMLP(config)

    def forward(
        self, x: torch.Tensor, seen: torch.Tensor | None, turn: Rotary, cache: Any
    ) -> torch.Tensor:
        a = self.input_layernorm(x)  # [b, s, H D], as is all that follows
        m = self.post_attention_layernorm(self.alpha * a + self.attention(a, seen, turn, cache))
        return self.alpha * m + self.mlp(m)


class ChatGLMPreTrainedModel(PreTrainedModel):
    """What transformers and its friends need to know of ChatGLM-6B."""

    config_class = ChatGLMConfig
    base_model_prefix = "transformer"
    supports_gradient_checkpointing = True
    _no_split_modules = ["ChatGLMBlock"]  # noqa: RUF012 (as the library declares it)
    _skip_keys_device_placement = list(NAMES)  # noqa: RUF012 (as the library declares it)
    _supports_sdpa = True
    _supports_attention_backend = True


class ChatGLMModel(ChatGLMPreTrainedModel):
    """Embedding, blocks and final norm; takes ready positions and mask."""

    def __init__(self, config: ChatGLMConfig) -> None:
        super().__init__(config)
        self.word_embeddings = nn.Embedding(config.vocab_size, config.hidden_size)
        self.layers = nn.ModuleList(ChatGLMBlock(config, i) for i in range(config.num_layers))
        self.final_layernorm = nn.LayerNorm(config.hidden_size, eps=config.layernorm_epsilon)
        self.gradient_checkpointing = False
        self.post_init()

    def get_input_embeddings(self) -> nn.Module:
        return self.word_embeddings

    def set_input_embeddings(self, value: nn.Module) -> None:
        self.word_embeddings = value

    def forward(
        self,
        input_ids: torch.Tensor | None,
        positions: torch.Tensor,
        seen: torch.Tensor | None,
        cache: Any = None,
        inputs_embeds: torch.Tensor | None = None,
        output_hidden_states: bool = False,
    ) -> BaseModelOutputWithPast:
        """`positions` [b, 2, s]; `seen` as `masks.visible` gives it.

        Hidden states are the embeddings, the outputs of all blocks but the last, and the last
        one's after the final norm.
        """
        # [b, s] → [b, s, H D]
        x = self.word_embeddings(input_ids) if inputs_embeds is None else inputs_embeds
        turn = rotary(
            positions, self.config.hidden_size // self.config.num_attention_heads, x.dtype
        )
        states: tuple[torch.Tensor, ...] = ()
        for block in self.layers:
            states = (*states, x) if output_hidden_states else states
            x = block(x, seen, turn, cache)
        x = self.final_layernorm(x)
        return BaseModelOutputWithPast(
            last_hidden_state=x,
            hidden_states=(*states, x) if output_hidden_states else None,
            **{OUTPUT: cache},
        )
