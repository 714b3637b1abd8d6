"""Steps of a draw replayed as one CUDA graph, since launching hundreds of kernels costs more.

A graph is recorded in the first step of a draw and serves all later draws with as many rows and as
much room, until a buffer of the cache moves. Shapes never change: rows that have ended stay in the
batch, and attention covers the whole room with what does not exist yet masked.
"""

from dataclasses import dataclass
from typing import Any

import torch
from transformers import PreTrainedModel

from models.local.cache import BranchingCache


def can_replay(model: PreTrainedModel) -> bool:
    """Whether steps of `model` can be recorded: it is on a CUDA device and has no sliding window."""
    kinds = set(getattr(model.config.get_text_config(), "layer_types", None) or ["full_attention"])
    return model.device.type == "cuda" and kinds == {"full_attention"}


@dataclass
class Recorded:
    """A graph with the tensors it reads and writes."""

    graph: Any
    logits: torch.Tensor
    buffers: tuple[int, ...]


class Inputs:
    """What changes from step to step, at addresses that do not."""

    def __init__(self, cache: BranchingCache, positions: torch.Tensor, capacity: int) -> None:
        device = positions.device
        self.tokens = torch.zeros(cache.rows, 1, dtype=torch.long, device=device)
        self.positions = positions.clone()
        self.at = torch.zeros(1, dtype=torch.long, device=device)
        self.seen = torch.zeros(capacity + cache.room, dtype=torch.bool, device=device)


class Replay:
    """Computes the logits after one more token of each row.

    A model whose pass cannot be recorded gives a notice and is run step by step.
    """

    def __init__(self, model: PreTrainedModel, notices: list[str]) -> None:
        self.model, self.notices = model, notices
        self.recordable = True
        self._inputs: dict[tuple[int, int, int, int], Inputs] = {}
        self._recorded: dict[tuple[int, int, int, int], Recorded] = {}

    def step(
        self, cache: BranchingCache, tokens: torch.Tensor, positions: torch.Tensor
    ) -> torch.Tensor | None:
        """Logits [rows, V'] after `tokens` [rows] at `positions`; None where memory was too small.

        The result is overwritten by the next step.
        """
        capacity = cache.layers[0].keys.shape[2]
        key = (id(cache), cache.rows, cache.room, capacity)
        inputs = self._inputs.get(key)
        if inputs is None:
            self._forget(id(cache))
            inputs = self._inputs[key] = Inputs(cache, positions, capacity)
        inputs.tokens.copy_(tokens[:, None])
        inputs.positions.copy_(positions)
        inputs.at.fill_(cache.row_length)
        inputs.seen.fill_(False)
        inputs.seen[: cache.length] = True
        inputs.seen[capacity : capacity + cache.row_length + 1] = True
        cache.at, cache.seen = inputs.at, inputs.seen
        try:
            return self._logits(key, cache, inputs)
        except torch.OutOfMemoryError:
            return None
        finally:
            cache.at = cache.seen = None

    def _logits(
        self, key: tuple[int, int, int, int], cache: BranchingCache, inputs: Inputs
    ) -> torch.Tensor:
        recorded = self._recorded.get(key)
        if recorded is not None and recorded.buffers == cache.buffers():
            recorded.graph.replay()
            return recorded.logits
        logits = self._forward(cache, inputs)
        if self.recordable:
            self._record(key, cache, inputs)
        return logits

    def _record(
        self, key: tuple[int, int, int, int], cache: BranchingCache, inputs: Inputs
    ) -> None:
        torch.cuda.synchronize()
        graph = torch.cuda.CUDAGraph()
        try:
            with torch.cuda.graph(graph):
                logits = self._forward(cache, inputs)
        except torch.OutOfMemoryError:
            raise
        except RuntimeError as error:
            self.recordable = False
            self.notices.append(f"steps are not recorded: {str(error).splitlines()[0]}")
            return
        self._recorded[key] = Recorded(graph, logits, cache.buffers())

    def _forward(self, cache: BranchingCache, inputs: Inputs) -> torch.Tensor:
        output = self.model(
            input_ids=inputs.tokens,
            position_ids=inputs.positions,
            past_key_values=cache,
            use_cache=True,
            logits_to_keep=1,
        )
        logits: torch.Tensor = output.logits[:, -1]
        return logits

    def _forget(self, cache: int) -> None:
        """Drop what was recorded for a cache, whose buffers have other sizes now."""
        for key in [key for key in self._inputs if key[0] == cache]:
            del self._inputs[key]
            self._recorded.pop(key, None)
