"""Batches of examples that are read, encoded and packed while they are learned from.

The order is a function of the files, the seed and `shuffle_buffer` alone. Each pass takes the
shards in an order of its own; their rows fill a block of `shuffle_buffer` rows, which is shuffled
and cut into batches as a whole. So the order goes on from the beginning of any block, and only the
block that a run was stopped in is made again. Of several processes each makes the blocks and takes
its share of the batches of each step.
"""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from itertools import islice
from random import Random
from typing import Any

from torch.utils.data import IterableDataset

from models.encode import Encoder
from models.train.order import Share, shares_of
from models.train.rows import TrainingRow, TrainingRows, batches_of, rows_of
from models.train.settings import Settings
from models.train.shards import ShardIndex


@dataclass(frozen=True)
class Place:
    """Where a block begins."""

    epoch: int = 0
    shard: int = 0
    """Its place in the order of this pass."""
    pieces: int = 0
    """Pieces of that shard that are behind."""
    block: int = 0
    batches: int = 0
    """Batches in front of it, of all passes."""


@dataclass(frozen=True)
class Block:
    """Rows that are shuffled together, as batches."""

    place: Place
    after: Place
    batches: list[list[TrainingRow]]
    examples: int
    """Those that it was made of, the longer ones among them."""
    too_long: int


@dataclass(frozen=True)
class BlockCounts:
    """What a block holds, in numbers, from which a whole pass is reckoned."""

    examples: int
    batches: int
    rows: int
    tokens: int
    targets: int
    whole: bool
    """Whether it is the last one of a pass."""

    @classmethod
    def of(cls, block: Block) -> "BlockCounts":
        """The numbers of a block."""
        rows = TrainingRows([row for batch in block.batches for row in batch])
        return cls(
            block.examples,
            len(block.batches),
            len(rows.rows),
            sum(map(len, rows.rows)),
            rows.targets,
            block.after.epoch > block.place.epoch,
        )


class BlockOrder:
    """The blocks of a run, one after another, without end. Raises `KnownError` for a line or a row
    that is no example."""

    def __init__(self, index: ShardIndex, encoder: Encoder, settings: Settings) -> None:
        self.index, self.encoder, self.settings = index, encoder, settings
        self._made: Block | None = None
        self._learned = [i for i, shard in enumerate(index.shards) if shard.train]

    def from_(self, place: Place) -> Iterator[Block]:
        """The blocks from the one on that begins at a place."""
        while True:
            block = self._made if self._made and self._made.place == place else self.at(place)
            self._made = None
            yield block
            place = block.after

    def look(self) -> Block:
        """The first block with a batch, or the last of the first pass; one that a run begins with
        is not made twice."""
        block = next(one for one in self.from_(Place()) if one.batches or one.after.epoch)
        self._made = block
        return block

    def at(self, place: Place) -> Block:
        """The block that begins at a place; it has no batch where all of it is too long."""
        rows: list[TrainingRow] = []
        order = self._order(place.epoch)
        examples = too_long = 0
        after = replace(place, epoch=place.epoch + 1, shard=0, pieces=0)
        for at, pieces, piece in self._pieces(order, place):
            if len(rows) >= self.settings.shuffle_buffer:
                after = replace(place, shard=at, pieces=pieces)
                break
            made = rows_of(piece, self.encoder, self.settings.max_length, self._chance(order[at]))
            rows += made.rows
            examples, too_long = examples + len(piece), too_long + made.too_long
        batches = self._batches(rows, place) if rows else []
        after = replace(after, block=place.block + 1, batches=place.batches + len(batches))
        return Block(place, after, batches, examples, too_long)

    def _pieces(self, order: list[int], place: Place) -> Iterator[tuple[int, int, list[Any]]]:
        """What is learned from of each piece from a place on, and where the piece lies."""
        for at in range(place.shard, len(order)):
            skip = place.pieces if at == place.shard else 0
            for number, piece in enumerate(self.index.pieces(order[at], skip), skip):
                yield at, number, [one for one in piece if one.split == "train"]

    def _order(self, epoch: int) -> list[int]:
        order = list(self._learned)
        Random(f"{self.settings.seed} {epoch}").shuffle(order)
        return order

    def _chance(self, shard: int) -> Random | None:
        """What draws the rivals of a shard, the same ones in each pass."""
        settings = self.settings
        return Random(f"{settings.seed} shard {shard}") if settings.contrast else None

    def _batches(self, rows: list[TrainingRow], place: Place) -> list[list[TrainingRow]]:
        settings = self.settings
        seed = Random(f"{settings.seed} block {place.block}").getrandbits(32)
        count = settings.per_device_train_batch_size
        return batches_of(rows, settings.batch_tokens, seed, count)


@dataclass(frozen=True)
class StreamState:
    """Where a stream stands: at the batch `taken`, in the block that begins at `place`."""

    taken: int = 0
    place: Place = Place()

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def of_json(cls, value: dict[str, Any]) -> "StreamState":
        """The state that `as_json` gave. Raises `ValueError`, `KeyError` or `TypeError`."""
        place = {key: int(number) for key, number in value["place"].items()}
        return cls(int(value["taken"]), Place(**place))


class BatchStream(IterableDataset[list[TrainingRow]]):
    """The batches of a run, without end, as torch iterates them."""

    def __init__(self, order: BlockOrder, state: StreamState) -> None:
        self.order, self.state = order, state
        self.examples = self.too_long = 0
        """What was read in the first pass, and what of it was left out for its length."""

    def __iter__(self) -> Iterator[list[TrainingRow]]:
        begun = self.state.taken
        for block in self.order.from_(self.state.place):
            if block.place.epoch == 0:
                self.examples += block.examples
                self.too_long += block.too_long
            for number, batch in enumerate(block.batches, block.place.batches):
                if number >= begun:
                    self.state = StreamState(number + 1, block.place)
                    yield batch


class ShareStream(IterableDataset[Share[list[TrainingRow]]]):
    """A process's shares of the steps of a stream, `together` of whose batches are one."""

    def __init__(self, stream: BatchStream, together: int, rank: int, processes: int) -> None:
        self.stream, self.together = stream, together
        self.rank, self.processes = rank, processes

    def __iter__(self) -> Iterator[Share[list[TrainingRow]]]:
        batches = iter(self.stream)
        while step := list(islice(batches, self.together)):
            first = self.stream.state.taken - len(step)
            yield from shares_of(step, first, self.together, self.rank, self.processes)
