"""The KV cache of a draw: one shared text in front, and rows that each continue it their own way.

The shared text is kept once, `[1, heads, capacity, D]` a layer, and is written in place. While it
is being computed the cache behaves like any other. After `branch(n)` the same layers store what
each of the n rows adds, `[n, heads, room, D]`, and attention reads both parts without repeating
the shared one (`models.local.attention`), or, where the model has its own attention, a joined
copy made for one layer at a time. Every layer is kept whole, a sliding window's too (its mask hides
what lies outside), so cutting the text back is exact for all of them.

A packed cache (`models.local.fast_step`) stores the rows' tokens behind the shared text instead,
those of one step side by side, so that keys are one matrix for all rows; a mask says whose is
whose.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import torch
from transformers import Cache, DynamicLayer

BLOCK = 256
"""Tokens by which the room for the shared text grows."""


class SharedText(NamedTuple):
    """What a layer's rows have in common, handed to attention beside their own keys."""

    keys: torch.Tensor
    values: torch.Tensor


class BranchingLayer(DynamicLayer):
    """One layer's keys and values, shared and by row."""

    def __init__(self, cache: "BranchingCache") -> None:
        super().__init__()
        self.cache = cache
        self.row_keys: torch.Tensor | None = None
        self.row_values: torch.Tensor | None = None

    def update(
        self, key_states: torch.Tensor, value_states: torch.Tensor, *args: Any, **kwargs: Any
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Store [batch, heads, new, D] and return the keys and values to attend to."""
        if self.cache.rows:
            return self._update_rows(key_states, value_states)
        end = self.cache.length + key_states.shape[-2]  # [1, heads, new, D]
        self._reserve(end, key_states, value_states)
        self.keys[:, :, self.cache.length : end] = key_states
        self.values[:, :, self.cache.length : end] = value_states
        # the columns that exist so far, a view: [1, heads, end, D]
        return self.keys[:, :, :end], self.values[:, :, :end]

    def get_seq_length(self) -> int:
        return self.cache.length + self.cache.row_length

    def put(self, key: torch.Tensor, value: torch.Tensor) -> None:
        """Store one token a row, [rows, heads, D], in the next columns."""
        begin = self.cache.length + self.cache.starts[-1]
        end = begin + len(key)
        self._reserve(end, key[:1, :, None], value[:1, :, None])  # as [1, heads, 1, D]
        # [rows, heads, D] → [heads, rows, D]: a column for each row's token
        self.keys[0, :, begin:end] = key.transpose(0, 1)
        self.values[0, :, begin:end] = value.transpose(0, 1)

    def _reserve(self, end: int, keys: torch.Tensor, values: torch.Tensor) -> None:
        if not self.is_initialized:
            self.lazy_initialization(keys, values)
            self.keys, self.values = keys[:, :, :0], values[:, :, :0]  # [1, heads, 0, D]
        if self.keys.shape[2] < end:
            capacity = self.cache.capacity(end + self.cache.packed_room)
            self.keys = _grown(self.keys, capacity)
            self.values = _grown(self.values, capacity)

    def _update_rows(
        self, key_states: torch.Tensor, value_states: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        cache = self.cache
        if self.row_keys is None or self.row_values is None:
            self.row_keys = _room(key_states, cache.room)
            self.row_values = _room(value_states, cache.room)
        end = cache.row_length + key_states.shape[-2]
        # [rows, heads, room, D] holds what the rows added, [rows, heads, new, D] is put behind it
        self.row_keys[:, :, cache.row_length : end] = key_states
        self.row_values[:, :, cache.row_length : end] = value_states
        keys, values = self.row_keys[:, :, :end], self.row_values[:, :, :end]
        front = SharedText(self.keys[:, :, : cache.length], self.values[:, :, : cache.length])
        if cache.joined:
            return _joined(front.keys, keys), _joined(front.values, values)
        # Attention is handed [rows, heads, own, D] and finds the shared text on the keys
        keys.shared_text = front
        return keys, values


class RowStates(NamedTuple):
    """What one row added: the ids that were fed, and a layer's keys and values [1, heads, n, D]."""

    ids: list[int]
    layers: list[tuple[torch.Tensor, torch.Tensor]]


class BranchingCache(Cache):
    """Holds `length` shared columns and, while `rows` is not zero, `row_length` more in each row.

    `prefix_length` of the shared columns are a trained prefix, which is no text. `advance` is
    called after a forward pass that succeeded, so that one which failed leaves no trace.
    """

    token_positions = property(lambda self: None, lambda self, value: None)
    """ChatGLM's models would keep positions here; the drawing loop passes its own."""

    def __init__(self, joined: bool) -> None:
        super().__init__(layers=[])
        self.joined, self.packed = joined, False
        self.owners: list[int] = []
        """Packed: the rows, as numbered by `branch`, whose tokens the columns hold, in order."""
        self.starts = [0]
        """Packed: the first column of each step, and of the next."""
        self.going: list[int] = []
        """Packed: the rows that have not left."""
        self._mask: torch.Tensor | None = None
        self.prefix_length = 0
        self.length = 0
        self.rows = 0
        self.row_length = 0
        self.room = 0

    def update(
        self,
        key_states: torch.Tensor,
        value_states: torch.Tensor,
        layer_idx: int,
        *args: Any,
        **kwargs: Any,
    ) -> tuple[torch.Tensor, torch.Tensor]:
        while len(self.layers) <= layer_idx:
            self.layers.append(BranchingLayer(self))
        keys, values = self.layers[layer_idx].update(key_states, value_states)
        return keys, values

    def put(
        self, key: torch.Tensor, value: torch.Tensor, index: int, window: int | None
    ) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Store one token a row [rows, heads, D] in a packed layer; what its queries attend to.

        Keys and values [heads, columns, D], less what lies before a sliding `window`, and a mask
        [rows, own] to add to the scores of the last columns, those that the rows added.
        """
        layer = self.layers[index]
        layer.put(key, value)
        end = self.starts[-1] + self.rows
        first, own = self._first(window)
        # [1, heads, capacity, D] → [heads, columns, D]
        keys = layer.keys[0, :, first : self.length + end]
        values = layer.values[0, :, first : self.length + end]
        return keys, values, self._hidden()[:, own:end]

    def _first(self, window: int | None) -> tuple[int, int]:
        """The first column in a window that ends at this step, and the first of the rows' own."""
        place = max(self.length + self.row_length + 1 - window, 0) if window else 0
        if place <= self.length:
            return place, 0
        # The window begins behind the shared text, where each step has a column a row
        own = self.starts[place - self.length]
        return self.length + own, own

    def _hidden(self) -> torch.Tensor:
        """What hides the rows' tokens from each other, [rows, columns to the end of the draw]."""
        if self._mask is None:
            # Whose columns they are is known to the end of the draw, as long as nobody leaves
            steps = self.room - self.row_length
            owners = torch.tensor(self.owners + self.going * steps)  # [columns]
            others = owners[None] != torch.tensor(self.going)[:, None]  # [rows, columns]
            self._mask = torch.zeros(others.shape).masked_fill_(others, float("-inf"))
        return self._mask

    @property
    def packed_room(self) -> int:
        """Columns to hold ready for the rows of a packed cache."""
        return self.rows * max(self.room - self.row_length, 0) if self.packed else 0

    def capacity(self, length: int) -> int:
        """The room for at least `length` shared tokens, a multiple of a block."""
        return -(-length // BLOCK) * BLOCK

    def advance(self, count: int) -> None:
        """Count `count` more columns as stored, shared ones or the rows'."""
        if self.rows:
            self.row_length += count
            for _ in range(count):
                self.owners += self.going
                self.starts.append(len(self.owners))
        else:
            self.length += count

    def start_with(self, layers: Sequence[tuple[torch.Tensor, torch.Tensor]]) -> None:
        """Begin with a trained prefix, keys and values [1, heads, P, D] a layer."""
        for index, (keys, values) in enumerate(layers):
            self.update(keys, values, index)
        self.prefix_length = layers[0][0].shape[2]
        self.advance(self.prefix_length)

    def branch(self, rows: int, room: int, packed: bool = False) -> None:
        """From now on `rows` rows continue the shared text, by up to `room` tokens each."""
        self.packed = packed
        self.rows, self.room, self.row_length = rows, room, 0
        self.owners, self.starts, self.going, self._mask = [], [0], list(range(rows)), None
        for layer in self.layers:
            if layer.row_keys is not None and layer.row_keys.shape[::2] != (rows, room):
                layer.row_keys = layer.row_values = None

    def row(self, index: int, ids: list[int]) -> RowStates:
        """What row `index` holds now; stays readable when rows leave."""
        if self.packed:
            own = [i for i, owner in enumerate(self.owners) if owner == self.going[index]]
            at = torch.tensor(own) + self.length  # [tokens of the row]
            # [1, heads, capacity, D] → [1, heads, tokens, D]
            return RowStates(ids, [(y.keys[:, :, at], y.values[:, :, at]) for y in self.layers])
        return RowStates(
            ids,
            [
                (y.row_keys[index : index + 1], y.row_values[index : index + 1])
                for y in self.layers
                if y.row_keys is not None
            ],
        )

    def select(self, indices: list[int]) -> None:
        """Keep only these rows."""
        self.going, self._mask = [self.going[index] for index in indices], None
        for layer in self.layers:
            if layer.row_keys is not None:
                # [rows, heads, room, D] → [those kept, heads, room, D]
                layer.row_keys = layer.row_keys[indices]
                layer.row_values = layer.row_values[indices]
        self.rows = len(indices)

    def restore(self, rows: Sequence[RowStates], room: int, length: int) -> None:
        """Continue with rows put aside, all `length` tokens long."""
        self.branch(len(rows), room)
        self.row_length = length
        if length:
            for index, layer in enumerate(self.layers):
                # of [1, heads, room, D] a row
                layer.row_keys = torch.cat([row.layers[index][0] for row in rows])
                layer.row_values = torch.cat([row.layers[index][1] for row in rows])

    def join(self, row: RowStates | None, length: int, extra: int) -> None:
        """Go back to one text: the first `length` shared columns and `extra` tokens of `row`."""
        self.rows = self.row_length = 0
        self.owners, self.starts, self.going, self._mask = [], [0], [], None
        self.length = length
        if row is not None and extra:
            # The row's first tokens become shared columns: of [1, heads, n, D] `extra` of them
            for layer, (keys, values) in zip(self.layers, row.layers, strict=True):
                layer.update(keys[:, :, :extra], values[:, :, :extra])
            self.advance(extra)


def _grown(states: torch.Tensor, capacity: int) -> torch.Tensor:
    grown = states.new_zeros(states.shape[0], states.shape[1], capacity, states.shape[3])
    grown[:, :, : states.shape[2]] = states
    return grown


def _room(states: torch.Tensor, room: int) -> torch.Tensor:
    return states.new_zeros(states.shape[0], states.shape[1], room, states.shape[3])


def _joined(shared: torch.Tensor, own: torch.Tensor) -> torch.Tensor:
    # [1, heads, shared, D] once a row, in front of [rows, heads, own, D]
    return torch.cat((shared.expand(own.shape[0], -1, -1, -1), own), dim=2)
