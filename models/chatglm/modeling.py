"""ChatGLM-6B as a causal model of transformers; masks and positions follow from the ids.

In comments b is the batch, s the new tokens, p the cached ones.
"""

from typing import Any

import torch
from torch import nn
from transformers import GenerationMixin
from transformers.modeling_outputs import CausalLMOutputWithPast

from models.cache_names import OUTPUT, given_cache
from models.chatglm.blocks import ChatGLMModel, ChatGLMPreTrainedModel
from models.chatglm.cache import ChatGLMCache, new_tokens, prefix_length, read_only
from models.chatglm.config import ChatGLMConfig
from models.chatglm.masks import derive_positions, next_positions, reusable_length
from models.chatglm.positions import positions_of, seen_by, wrong_width
from models.chatglm.prefix import Prefixed, fill


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
        shape = new_tokens(input_ids, inputs_embeds).shape[:2]  # (b, s)
        cache = self._cache(given_cache(cache, kwargs), shape[0], use_cache)
        past = cache.get_seq_length() if cache is not None else 0
        if attention_mask is not None and attention_mask.shape[-1] < shape[1]:
            raise wrong_width(attention_mask, past + shape[1])
        positions = positions_of(
            self.config, input_ids, shape, attention_mask, position_ids, cache, past
        )  # [b, 2, s]
        seen = seen_by(attention_mask, positions, past, prefix_length(cache))  # [b, 1, s, p + s]
        output = self.transformer(
            input_ids,
            positions,
            seen,
            cache,
            inputs_embeds,
            bool(output_hidden_states or self.config.output_hidden_states),
        )
        # of [b, s, hidden] the last positions, or those that a tensor names; 0 is all of them
        keep = slice(-logits_to_keep, None) if isinstance(logits_to_keep, int) else logits_to_keep
        logits = self.lm_head(output.last_hidden_state[:, keep])  # [b, s or kept, V]
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

    def generate(self, inputs: torch.Tensor | None = None, **kwargs: Any) -> Any:
        """As `GenerationMixin.generate`; takes the tokenizer's 4-D masks too."""
        mask = kwargs.get("attention_mask")
        if mask is not None and mask.dim() == 4:  # its last row blocks pads only
            kwargs["attention_mask"] = (~mask[:, 0, -1]).long()  # [b, 1, s, s] → [b, s]
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
            # [b, 2, s] → [b * expand_size, 2, s]
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
        following = next_positions(positions[..., -1:], count)  # [b, 2, count]
        updated["position_ids"] = torch.cat((positions, following), dim=-1)  # [b, 2, s + count]
        return updated
