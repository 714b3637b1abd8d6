"""What a person has picked in all sessions, and the order that it taught, as a file."""

import json
import math
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

from base.errors import KnownError
from base.folders import data_folder
from base.messages import _
from base.writing import reason, replace_text
from scenes.table.journal_reader import read_session
from scenes.table.ranker import FEATURES, Pick, Ranker, better
from scenes.table.session import Session

FILE = "ranker.json"
LARGEST = 10_000
"""Bytes of that file at most."""


def picks_of(session: Session) -> Iterator[Pick]:
    """The picks of one session in their order: of whole hands, by a person, of a new line."""
    for turn in session.turns.values():
        if turn.draw is None or turn.candidate is None or turn.of is not None or turn.unattended:
            continue
        try:
            draw = session.draws.get(turn.draw)
        except KnownError:  # the session tells of it when it is opened
            continue
        if draw is None or draw.begun or not 0 <= turn.candidate < len(draw.candidates):
            continue
        before = session.turns.get(turn.parent) if turn.parent is not None else None
        yield Pick(draw.candidates, turn.candidate, before.entry.text if before else "")


def picks_in(journals: Sequence[Path]) -> tuple[list[Pick], list[str]]:
    """The picks of journals, in the order given, and what is wrong with those that cannot be read,
    a line each."""
    found, problems = list[Pick](), list[str]()
    for path in journals:
        try:
            found += picks_of(read_session(path))
        except KnownError as error:
            problems.append(str(error))
    return found, problems


def keep(ranker: Ranker | None) -> Path | None:
    """Write an order down where it agrees better with the picks, else take away the one of before;
    the file. Raises `KnownError`."""
    path = data_folder() / FILE
    try:
        if ranker is None or not better(ranker):
            path.unlink(missing_ok=True)
            return None
        path.parent.mkdir(parents=True, exist_ok=True)
        replace_text(path, json.dumps(asdict(ranker) | {"features": FEATURES}) + "\n", ())
    except OSError as error:
        raise KnownError(
            _("{folder}: cannot be written: {error}", folder=path.parent, error=reason(error))
        ) from error
    return path


def read_ranker() -> Ranker | None:
    """The order that the person's picks taught; `None` where none did. Raises `KnownError` for a
    file that is none, or that another version wrote."""
    path = data_folder() / FILE
    try:
        with path.open(encoding="utf-8") as file:
            data = json.loads(file.read(LARGEST))
        weights = tuple(float(one) for one in data["weights"])
        shares = float(data["agreement"]), float(data["by_likelihood"])
        if data["features"] != list(FEATURES) or len(weights) != len(FEATURES):
            raise ValueError(data["features"])
        if not all(map(math.isfinite, (*weights, *shares))):
            raise ValueError(weights)
        return Ranker(weights, int(data["picks"]), *shares)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, TypeError, KeyError, OverflowError, RecursionError) as error:
        raise KnownError(
            _("{path}: not used: it is no order learnt by this version; learn it again", path=path)
        ) from error
