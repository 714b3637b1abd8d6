"""ChatGLM-6B as a model of transformers: 2-D rotary positions, prefix-LM mask, scaled residuals."""

import math
from typing import Any

import torch
from torch import nn
from torch.nn import functional as F
from transformers import GenerationMixin, PreTrainedModel
from transformers.integrations.sdpa_attention import sdpa_attention_forward
from transformers.modeling_layers import GradientCheckpointingLayer
from transformers.modeling_outputs import BaseModelOutputWithPast, CausalLMOutputWithPast
from transformers.modeling_utils import ALL_ATTENTION_FUNCTIONS

from base.errors import KnownError
from base.messages import _
from models.cache_names import NAMES, OUTPUT, given_cache
from models.chatglm.cache import ChatGLMCache, new_tokens, peft_shift, prefix_length, read_only
from models.chatglm.config import ChatGLMConfig
from models.chatglm.masks import derive_positions, next_positions, reusable_length, visible
from models.chatglm.prefix import Prefixed, fill

Rotary = tuple[torch.Tensor, torch.Tensor]
RELEASED_LAYERS = 28


def rotary(positions: torch.Tensor, head_dim: int, dtype: torch.dtype) -> Rotary:
    """cos and sin [batch, 1, seq, D] of 2-D positions [batch, 2, seq].

    The first D/2 channels turn with the position, the last with the block position. Frequencies are
    rounded to float16 in every precision, as the reference does, and in float16 the angles are too.
    """
    half = head_dim // 2
    exponents = torch.arange(0, half, 2, device=positions.device).float() / half
    frequencies = (1.0 / 10000.0**exponents).half()
    precise = torch.float16 if dtype is torch.float16 else torch.float32
    angles = positions[..., None].to(precise) * frequencies.to(precise)  # [b, 2, s, D/4]
    angles = torch.cat((angles, angles), dim=-1)  # [b, 2, s, D/2]
    angles = torch.cat((angles[:, 0], angles[:, 1]), dim=-1)[:, None]
    return angles.cos().to(dtype), angles.sin().to(dtype)


def rotate(x: torch.Tensor, by: Rotary) -> torch.Tensor:
    """Turn x [batch, heads, seq, D]; inside each half channel j pairs with j + D/4."""
    a, b, c, d = x.chunk(4, dim=-1)
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
        qkv = self.query_key_value(x).view(batch, seq, self.heads, -1).transpose(1, 2)
        q, k, v = qkv.chunk(3, dim=-1)  # [b, H, s, D]
        q, k = rotate(q, turn), rotate(k, turn)
        if cache is not None:
            k, v = cache.update(k, v, self.layer)
        attend = ALL_ATTENTION_FUNCTIONS.get_interface(
            self.config._attn_implementation, sdpa_attention_forward
        )
        y, __ = attend(self, q, k, v, seen, is_causal=False)  # [b, s, H, D]
        return self.dense(y.reshape(batch, seq, hidden))


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
        a = self.input_layernorm(x)
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


class ChatGLMForCausalLM(Prefixed, ChatGLMPreTrainedModel, GenerationMixin):
    """ChatGLM-6B with its tied output layer; works out masks and positions from the ids."""

    _tied_weights_keys = {  # noqa: RUF012 (as the library declares it)
        "lm_head.weight": "transformer.word_embeddings.weight"
    }

    def __init__(self, config: ChatGLMConfig) -> None:
        super().__init__(config)
        self.transformer = ChatGLMModel(config)
        self.lm_head = nn.Linear(config.hidden_size, config.vocab_size, bias=False)
        self.prefixes = nn.ModuleDict()
        self.active_prefix = None
        self.post_init()

    @property
    def context_length(self) -> int:
        """How many tokens the model was trained to take, prompt and answer together."""
        return int(self.config.max_sequence_length)

    def get_output_embeddings(self) -> nn.Module:
        return self.lm_head

    def set_output_embeddings(self, value: nn.Module) -> None:
        self.lm_head = value

    def reusable_length(self, cached: list[int], ids: list[int]) -> int:
        """How many leading tokens of a cache for `cached` serve `ids`: see `masks`."""
        return reusable_length(cached, ids, self.config)

    def forward(
        self,
        input_ids: torch.Tensor | None = None,
        attention_mask: torch.Tensor | None = None,
        position_ids: torch.Tensor | None = None,
        cache: Any = None,
        inputs_embeds: torch.Tensor | None = None,
        labels: torch.Tensor | None = None,
        use_cache: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        logits_to_keep: int | torch.Tensor = 0,
        **kwargs: Any,
    ) -> CausalLMOutputWithPast | tuple[Any, ...]:
        """Logits [batch, seq, vocab] (or of the last `logits_to_keep` positions).

        `attention_mask`: [batch, seq] or [batch, past + seq], 1 = keep; or the tokenizer's
        [batch, 1, seq, seq] bool, True = blocked. `position_ids`: [batch, 2, seq]; without them
        they follow from the ids, or from what a cache of ours holds. A filled cache of unknown
        origin is a prefix: visible to all, shifting no position. The loss is the mean over labels
        other than -100, each predicted one position earlier. `cache` may also come as
        `past_key_values`, as it does from transformers before 5.24.
        """
        shape = new_tokens(input_ids, inputs_embeds).shape[:2]
        cache = self._cache(given_cache(cache, kwargs), shape[0], use_cache)
        past = cache.get_seq_length() if cache is not None else 0
        if attention_mask is not None and attention_mask.shape[-1] < shape[1]:
            raise _wrong_width(attention_mask, past + shape[1])
        positions = self._positions(input_ids, shape, attention_mask, position_ids, cache, past)
        seen = self._seen(attention_mask, positions, past, prefix_length(cache))
        output = self.transformer(
            input_ids,
            positions,
            seen,
            cache,
            inputs_embeds,
            bool(output_hidden_states or self.config.output_hidden_states),
        )
        keep = slice(-logits_to_keep, None) if isinstance(logits_to_keep, int) else logits_to_keep
        logits = self.lm_head(output.last_hidden_state[:, keep])
        loss = None
        if labels is not None:
            loss = self.loss_function(logits, labels, vocab_size=self.config.vocab_size, **kwargs)
        result = CausalLMOutputWithPast(
            loss=loss,
            logits=logits,
            hidden_states=output.hidden_states,
            **{OUTPUT: cache if use_cache is not False else None},
        )
        return result if return_dict is not False else result.to_tuple()

    def _cache(self, cache: Any, batch: int, use_cache: bool | None) -> Any:
        """The given cache, a fresh one, or one that begins with a prefix."""
        if self.training and self.transformer.layers[0].gradient_checkpointing:
            given = cache is not None and cache.get_seq_length() > 0
            return read_only(cache) if given else self.starting_cache(batch, frozen=True)
        keep = self.config.use_cache if use_cache is None else use_cache
        if cache is None:
            fresh = ChatGLMCache() if keep and not self.training else None
            return self.starting_cache(batch) or fresh
        if cache.get_seq_length() == 0 and self.active_prefix is not None:
            fill(cache, self.prefixes[self.active_prefix], batch, self.dtype, self.device)
        return cache

    def _positions(
        self,
        ids: torch.Tensor | None,
        shape: tuple[int, int],
        attention_mask: torch.Tensor | None,
        given: torch.Tensor | None,
        cache: Any,
        past: int,
    ) -> torch.Tensor:
        """Positions [batch, 2, seq] of the new tokens, remembered in the cache."""
        if given is not None and given.dim() == 3:
            given = given - peft_shift(cache, ids, given, self.config.bos_token_id)
        known = getattr(cache, "token_positions", None)
        if known is None and past and given is None:
            cache.prefix_length = past
        if known is not None:
            known = _as_rows(known[..., : past - prefix_length(cache)], cache.batch_size)
        positions = given
        if positions is None and known is not None and known.shape[-1]:
            positions = _continued(known, *shape)
        elif positions is None:
            if ids is None:
                raise KnownError(
                    _("inputs_embeds without position_ids: pass position_ids [b, 2, s]")
                )
            keep = None
            if attention_mask is not None and attention_mask.dim() == 2:
                keep = attention_mask[:, -ids.shape[1] :]
            elif attention_mask is not None:  # the last row sees all but pads
                keep = ~attention_mask[:, 0, -1, -ids.shape[1] :]
            positions = derive_positions(ids, keep, self.config)
        if positions.dim() != 3 or positions.shape[1] != 2:
            raise KnownError(
                _(
                    "position_ids of shape {shape}: expected [batch, 2, seq] (position, block "
                    "position); leave them out to have them derived",
                    shape=list(positions.shape),
                )
            )
        if cache is not None and (known is not None or past == prefix_length(cache)):
            positions = positions.expand(shape[0], -1, -1)
            before = [known] if known is not None else []
            cache.token_positions = torch.cat((*before, positions), dim=-1)
        return positions

    def _seen(
        self, mask: torch.Tensor | None, positions: torch.Tensor, past: int, prefix: int
    ) -> torch.Tensor | None:
        seq = positions.shape[-1]
        if mask is None:
            return visible(positions, past, None)
        missing = past + seq - mask.shape[-1]
        if missing not in (0, prefix):
            raise _wrong_width(mask, past + seq)
        if mask.dim() == 2:
            return visible(positions, past, F.pad(mask.bool(), (missing, 0), value=True))
        if mask.dtype is not torch.bool:
            raise KnownError(
                _(
                    "attention_mask {shape} of {dtype}: expected [batch, seq] ones and zeros "
                    "or [batch, 1, seq, seq] bool, True = blocked",
                    shape=list(mask.shape),
                    dtype=mask.dtype,
                )
            )
        seen = F.pad(~mask[:, :, -seq:], (missing, 0), value=True)
        return seen | ~seen.any(dim=-1, keepdim=True)

    def generate(self, inputs: torch.Tensor | None = None, **kwargs: Any) -> Any:
        """As `GenerationMixin.generate`; takes the tokenizer's 4-D masks too."""
        mask = kwargs.get("attention_mask")
        if mask is not None and mask.dim() == 4:  # its last row blocks pads only
            kwargs["attention_mask"] = (~mask[:, 0, -1]).long()
        return super().generate(inputs, **kwargs)

    def _prepare_position_ids_for_generation(
        self, inputs_tensor: torch.Tensor, model_kwargs: dict[str, Any]
    ) -> torch.Tensor:
        mask = model_kwargs.get("attention_mask")
        keep = mask if mask is not None and not bool(mask.all()) else None
        return derive_positions(inputs_tensor, keep, self.config)

    def _expand_inputs_for_generation(
        self, expand_size: int = 1, input_ids: torch.Tensor | None = None, **kwargs: Any
    ) -> tuple[torch.Tensor, dict[str, Any]]:
        positions = kwargs.pop("position_ids", None)
        ids, model_kwargs = super()._expand_inputs_for_generation(
            expand_size=expand_size, input_ids=input_ids, **kwargs
        )
        if positions is not None:
            model_kwargs["position_ids"] = positions.repeat_interleave(expand_size, dim=0)
        return ids, model_kwargs

    def _update_model_kwargs_for_generation(
        self, outputs: Any, model_kwargs: dict[str, Any], *args: Any, **kwargs: Any
    ) -> dict[str, Any]:
        positions = model_kwargs.pop("position_ids")
        updated = super()._update_model_kwargs_for_generation(
            outputs, model_kwargs, *args, **kwargs
        )
        count = kwargs.get("num_new_tokens", 1)
        following = next_positions(positions[..., -1:], count)
        updated["position_ids"] = torch.cat((positions, following), dim=-1)
        return updated


def _wrong_width(mask: torch.Tensor, expected: int) -> KnownError:
    return KnownError(
        _(
            "attention_mask of width {shape}: expected {expected} columns (cached and new tokens)",
            shape=mask.shape[-1],
            expected=expected,
        )
    )


def _continued(known: torch.Tensor, batch: int, seq: int) -> torch.Tensor:
    """Positions after the cached ones; raises where the cache ends inside the context."""
    if known.shape[0] != batch:
        raise KnownError(
            _(
                "a cache of {shape} rows with {batch} rows of input_ids: expected as many; "
                "repeat or select the cache's rows",
                shape=known.shape[0],
                batch=batch,
            )
        )
    last = known[..., -1:]
    if bool((last[:, 1] == 0).any()):
        raise KnownError(
            _(
                "the cache ends before <sop>: ChatGLM-6B's context is bidirectional, so it "
                "is computed in one piece; pass the whole prompt without a cache"
            )
        )
    return next_positions(last, seq)


def _as_rows(known: torch.Tensor, rows: int) -> torch.Tensor:
    """Remembered positions for a cache whose rows were each repeated as often since then."""
    if rows in (-1, known.shape[0]):
        return known
    if rows % known.shape[0]:
        raise KnownError(
            _(
                "a cache of {rows} rows that held {shape}: expected a multiple; select "
                "rows of a models.chatglm.cache.ChatGLMCache, which keeps their positions",
                rows=rows,
                shape=known.shape[0],
            )
        )
    return known.repeat_interleave(rows // known.shape[0], dim=0)
