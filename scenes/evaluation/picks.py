"""Does a model prefer what was picked? Pairs of a picked line and one that was left, from play.

Two measures: which of the two the model finds likelier, and which it has come to prefer over a
reference, log p(chosen)/p_ref(chosen) - log p(rejected)/p_ref(rejected) > 0, which is what DPO
rewards (Rafailov et al. 2023).
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from base.errors import KnownError
from base.messages import _
from models.backend import Backend, Prompt, scorer
from scenes.data.records import LONGEST_LINE, read_records
from scenes.evaluation.heldout import MARGIN
from scenes.table.session_list import find_session

CONTEXT = 1500
"""Characters of a session's prompt."""


@dataclass(frozen=True)
class Pair:
    """A prompt, the line that was picked after it, and one that was not."""

    prompt: Prompt
    chosen: str
    rejected: str


@dataclass(frozen=True)
class Preference:
    """The log-probabilities of a pair's two lines, and their lengths in tokens."""

    chosen: float
    rejected: float
    chosen_tokens: int
    rejected_tokens: int

    @property
    def by_token(self) -> float:
        """How much likelier a token of the chosen line is on the mean."""
        return self.chosen / self.chosen_tokens - self.rejected / self.rejected_tokens

    @property
    def margin(self) -> float:
        return self.chosen - self.rejected


@dataclass(frozen=True)
class Agreement:
    """How often a model agrees with the picks; shares are of 1."""

    pairs: int
    likelier: float
    """The picked line is the likelier one."""
    likelier_by_token: float
    """The same a token, so that short lines are not favoured."""
    rewarded: float | None
    """The picked line has the higher implicit reward against the reference."""


def read_pairs(source: str) -> list[Pair]:
    """The pairs of a saved session, by its name or journal, or of a file of pairs.

    Such a file has `{"prompt", "chosen", "rejected"}` a line, or `stable`, `history` and `cue` in
    place of the prompt. Raises `KnownError`.
    """
    path = Path(source)
    if not path.is_file():
        path = find_session(source)
    try:
        with path.open("rb") as file:
            is_session = b'"rejected"' not in file.readline(LONGEST_LINE)
    except OSError as error:
        raise KnownError(
            _("{path}: {value}; check the path", path=path, value=error.strerror or error)
        ) from error
    if is_session:
        return list(_of_session(path))
    return [_pair(record, where) for where, record in read_records(path)]


def prefer(
    backend: Backend, adapter: str | None, pairs: Sequence[Pair]
) -> Iterator[Preference | None]:
    """Score both lines of each pair in turn; None for one that is longer than the context."""
    scores = scorer(backend)
    for pair in pairs:
        sizes = [max(1, backend.count(line)) for line in (pair.chosen, pair.rejected)]
        if backend.count(pair.prompt.text) + max(sizes) + MARGIN > backend.context:
            yield None
            continue
        chosen, rejected = scores.score(pair.prompt, (pair.chosen, pair.rejected), adapter)
        yield Preference(chosen, rejected, *sizes)


def agreement(
    found: Sequence[Preference | None], reference: Sequence[Preference | None] | None
) -> Agreement | None:
    """The means over all pairs, with the reward against `reference`; None where there is none."""
    both = list(zip(found, reference or [None] * len(found), strict=True))
    there = [one for one, __ in both if one is not None]
    if not there:
        return None
    rewards = [one.margin > base.margin for one, base in both if one is not None and base]
    return Agreement(
        pairs=len(there),
        likelier=sum(one.margin > 0 for one in there) / len(there),
        likelier_by_token=sum(one.by_token > 0 for one in there) / len(there),
        rewarded=sum(rewards) / len(rewards) if rewards else None,
    )


def _of_session(path: Path) -> Iterator[Pair]:
    from scenes.data.examples.export import preference
    from scenes.table.journal import read_session

    for line in preference(read_session(path), None, CONTEXT):
        yield _pair(json.loads(line), str(path))


def _pair(value: Mapping[str, Any], where: str) -> Pair:
    how = "expected prompt, chosen and rejected; make them with: sessions export --to preference"
    keys = ("chosen", "rejected")
    if not all(isinstance(value.get(key), str) and value[key].strip() for key in keys):
        raise KnownError(
            _("{where}: chosen or rejected is missing or empty; {how}", where=where, how=how)
        )
    return Pair(_prompt(value, f"{where}: {how}"), *(_line(value[key]) for key in keys))


def _prompt(value: Mapping[str, Any], problem: str) -> Prompt:
    parts = [value.get(key, "") for key in ("stable", "history", "cue")]
    if isinstance(value.get("prompt"), str):
        head, newline, cue = value["prompt"].rpartition("\n")
        parts = [head + newline, "", cue]
    if not all(isinstance(part, str) for part in parts) or not any(parts):
        raise KnownError(problem)
    return Prompt(*parts)


def _line(text: str) -> str:
    return text if text.endswith("\n") else f"{text}\n"
