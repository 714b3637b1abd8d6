"""The draws of a session; those that come from a journal are read when they are asked for."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import msgspec

from base.errors import KnownError
from base.messages import _
from base.writing import UTF8
from scenes.log import Entry
from scenes.recall import NOTHING_RECALLED, Recalled
from scenes.steering import UNSTEERED, Steering
from scenes.table.followers import Followers
from scenes.table.snapshot import from_json


@dataclass(frozen=True)
class Candidate:
    """One drawn line, as it was before any edit."""

    entry: Entry
    finish: Literal["stop", "length"] = "stop"
    tokens: int = 0
    logprob: float | None = None
    """Sum of natural log-probabilities, where it was asked for."""


@dataclass(frozen=True)
class Draw:
    """Candidates drawn for `speaker` after the turn `parent`; what was rejected is kept too."""

    id: int
    parent: int | None
    speaker: str
    candidates: tuple[Candidate, ...]
    model: str = ""
    adapter: str | None = None
    seed: int | None = None
    sampling: Mapping[str, object] = field(default_factory=dict, hash=False)
    """What differs from the defaults of `Sampling`, without its seed, which stands above, and what
    the log's form gives: stops, grammar, breakers."""
    context: int = 0
    """Tokens that prompt and candidate could have together; 0 where it is not known."""
    budget: int = 0
    """Tokens that the history could take; 0 where it is not known."""
    tokenizer: str = ""
    """The model whose tokenizer counted them."""
    dropped: int | None = None
    """Entries of the branch's history, comments aside, that the budget cut from its left; `None`
    where it is not known, as in journals of before."""
    begun: str = ""
    """What each candidate begins with: a line that had stopped early, and was continued."""
    continues: int | None = None
    """The turn whose line that is; `None` where it was a candidate."""
    steering: Steering = UNSTEERED
    """What stood in the prompt beside the log, and what was banned."""
    recalled: Recalled = NOTHING_RECALLED
    """What was read in the place of the entries that were cut."""


_read = msgspec.json.Decoder(Draw).decode


class Draws(Mapping[int, Draw]):
    """The draws by their ids, which count from 1."""

    def __init__(self) -> None:
        self._draws: list[Draw | bytes] = []
        self._after = Followers()

    def add(self, draw: Draw | bytes, parent: int | None) -> None:
        """Add a draw, or the line of a journal that holds it, made after the turn `parent`."""
        self._draws.append(draw)
        self._after.add(parent, len(self._draws))

    def after(self, parent: int | None) -> Sequence[int]:
        """The draws that were made after a turn, in their order."""
        return self._after.of(parent)

    def __getitem__(self, id: int) -> Draw:
        """Raises `KnownError` where what a journal holds is no draw."""
        if not 1 <= id <= len(self._draws):
            raise KeyError(id)
        draw = self._draws[id - 1]
        return _draw(draw) if isinstance(draw, bytes) else draw

    @property
    def unread(self) -> Sequence[Draw | bytes]:
        """The draws in their order, those of a journal as the lines that hold them."""
        return self._draws

    def __iter__(self) -> Iterator[int]:
        return iter(range(1, len(self._draws) + 1))

    def __len__(self) -> int:
        return len(self._draws)


def _draw(line: bytes) -> Draw:
    try:
        return _read(line)
    except (msgspec.MsgspecError, ValueError):
        pass  # a half of a surrogate pair, which is kept
    try:
        return from_json(Draw, json.loads(line.decode(*UTF8)))
    except (TypeError, KeyError, ValueError, RecursionError) as error:
        raise KnownError(
            _("a draw of this session cannot be read ({reason!r})", reason=error)
        ) from error


def read_draw(line: bytes) -> Draw | None:
    """The draw that a line of a journal holds, or `None` where it cannot be read."""
    try:
        return _draw(line)
    except KnownError:
        return None
