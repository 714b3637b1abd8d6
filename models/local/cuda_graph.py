"""Steps of a draw replayed as one CUDA graph, since launching hundreds of kernels costs more.

A graph is recorded in the first step of a draw and serves later draws from the same cache with as
many rows and as much room, until a buffer of the cache moves. Shapes never change: rows that have
ended stay in the batch, and attention covers the whole room with what does not exist yet masked.
"""

from dataclasses import dataclass
from typing import Any

import torch
from transformers import PreTrainedModel

from base.errors import first_line
from base.messages import _
from models.cache_names import cache_argument
from models.local.cache import BranchingCache


def can_replay(model: PreTrainedModel) -> bool:
    """Whether steps of `model` can be recorded: on a CUDA device, without sliding windows."""
    kinds = set(getattr(model.config.get_text_config(), "layer_types", None) or ["full_attention"])
    return model.device.type == "cuda" and kinds == {"full_attention"}


@dataclass
class Inputs:
    """What changes from step to step, at addresses that do not."""

    tokens: torch.Tensor
    positions: torch.Tensor
    at: torch.Tensor
    seen: torch.Tensor


@dataclass
class Recorded:
    """A graph, the tensors it reads and writes, and where the cache's buffers lay."""

    graph: Any
    inputs: Inputs
    logits: torch.Tensor
    buffers: tuple[int, ...]


class Replay:
    """Computes the logits after one more token of each row.

    A model whose pass cannot be recorded gives a notice and is run step by step.
    """

    def __init__(self, model: PreTrainedModel, notices: list[str]) -> None:
        self.model, self.notices = model, notices
        self.recordable = True

    def step(
        self, cache: BranchingCache, tokens: torch.Tensor, positions: torch.Tensor
    ) -> torch.Tensor | None:
        """Logits [rows, V'] after `tokens` [rows] at `positions`; None where memory was too small.

        The result is overwritten by the next step.
        """
        recorded: Recorded | None = cache.recorded
        if recorded is not None and recorded.buffers != cache.buffers():
            recorded = cache.recorded = None
        inputs = recorded.inputs if recorded is not None else _inputs(cache, positions)
        _fill(inputs, cache, tokens, positions)
        if recorded is not None:
            recorded.graph.replay()
            return recorded.logits
        cache.at, cache.seen = inputs.at, inputs.seen
        try:
            logits = self._forward(cache, inputs)
            if self.recordable:
                self._record(cache, inputs)
        except torch.OutOfMemoryError:
            return None
        finally:
            cache.at = cache.seen = None
        return logits

    def _record(self, cache: BranchingCache, inputs: Inputs) -> None:
        torch.cuda.synchronize()
        graph = torch.cuda.CUDAGraph()
        try:
            with torch.cuda.graph(graph):
                logits = self._forward(cache, inputs)
        except torch.OutOfMemoryError:
            raise
        except RuntimeError as error:
            self.recordable = False
            self.notices.append(_("steps are not recorded: {error}", error=first_line(error)))
            return
        cache.recorded = Recorded(graph, inputs, logits, cache.buffers())

    def _forward(self, cache: BranchingCache, inputs: Inputs) -> torch.Tensor:
        output = self.model(
            input_ids=inputs.tokens,
            position_ids=inputs.positions,
            use_cache=True,
            logits_to_keep=1,
            **cache_argument(type(self.model), cache),
        )
        logits: torch.Tensor = output.logits[:, -1]
        return logits


def _inputs(cache: BranchingCache, positions: torch.Tensor) -> Inputs:
    device = positions.device
    columns = cache.layers[0].keys.shape[2] + cache.room
    return Inputs(
        tokens=torch.zeros(cache.rows, 1, dtype=torch.long, device=device),
        positions=positions.clone(),
        at=torch.zeros(1, dtype=torch.long, device=device),
        seen=torch.zeros(columns, dtype=torch.bool, device=device),
    )


def _fill(
    inputs: Inputs, cache: BranchingCache, tokens: torch.Tensor, positions: torch.Tensor
) -> None:
    capacity = cache.layers[0].keys.shape[2]
    inputs.tokens.copy_(tokens[:, None])
    inputs.positions.copy_(positions)
    inputs.at.fill_(cache.row_length)
    inputs.seen.fill_(False)
    inputs.seen[: cache.length] = True
    inputs.seen[capacity : capacity + cache.row_length + 1] = True
