"""Files of examples or of preference pairs as rows of one table, read one after another. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any, Literal

from base.errors import KnownError
from base.messages import _
from models.train.data import COLUMNS, example_of, iterate_records, record_of
from models.train.pairs import COLUMNS as PAIR_COLUMNS
from models.train.pairs import columns_of
from models.train.pairs import record_of as pair_record
from models.train.parquet import Columns

Kind = Literal["examples", "pairs"]
EITHER: Columns = {**COLUMNS, **PAIR_COLUMNS}


@dataclass(frozen=True)
class Conversion:
    """The rows of files that hold the same kind of thing."""

    kind: Kind
    columns: Columns
    rows: Iterator[tuple[str, Mapping[str, Any]]]
    """Each with where it stood; raises `KnownError` where one is none."""


def conversion_of(files: Sequence[Path]) -> Conversion:
    """What files hold, as their first record tells. Raises `KnownError` where that is neither."""
    records = chain.from_iterable(iterate_records(path, EITHER) for path in files)
    first = next(records, None)
    if first is None:
        raise KnownError(_("{path}: empty, expected examples or pairs", path=files[0]))
    where, value = first
    everything = chain([first], records)
    if "reply" in value:
        rows = ((place, record_of(example_of(one, place))) for place, one in everything)
        return Conversion("examples", COLUMNS, rows)
    if "chosen" not in value:
        raise KnownError(
            _(
                "{where}: neither an example (stable, history, cue, reply) nor a pair (prompt, "
                "chosen, rejected); make them with: paotuan corpus examples, or paotuan sessions "
                "export --to preference",
                where=where,
            )
        )
    columns = columns_of(value)
    pairs = ((place, pair_record(one, place, columns)) for place, one in everything)
    return Conversion("pairs", columns, pairs)
