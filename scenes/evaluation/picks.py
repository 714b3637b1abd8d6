"""Does a model prefer what was picked? Pairs of a picked line and one that was left, from play.

Two measures: which of the two the model finds likelier, and which it has come to prefer over a
reference, log p(chosen)/p_ref(chosen) - log p(rejected)/p_ref(rejected) > 0, which is what DPO
rewards (Rafailov et al. 2023).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from base.errors import KnownError
from base.messages import _
from base.system_errors import system_reason
from models.backend import Backend, scorer
from models.train.pairs import PreferencePair, read_pairs
from scenes.data.examples.export import preferred
from scenes.data.records import LONGEST_LINE
from scenes.evaluation.heldout import MARGIN
from scenes.table.journal import read_session
from scenes.table.session_list import find_session

CONTEXT = 1500
"""Characters of a session's prompt where its journal does not say what the model had read."""


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


def pairs_of(source: str) -> list[PreferencePair]:
    """The pairs of a saved session, by its name or journal, or of a file of pairs.

    Raises `KnownError`.
    """
    path = Path(source)
    if not path.is_file():
        path = find_session(source)
    try:
        with path.open("rb") as file:
            is_session = b'"rejected"' not in file.readline(LONGEST_LINE)
    except OSError as error:
        raise KnownError(
            _("{path}: {reason}; check the path", path=path, reason=system_reason(error))
        ) from error
    return list(preferred(read_session(path), None, CONTEXT)) if is_session else read_pairs(path)


def prefer(
    backend: Backend, adapter: str | None, pairs: Sequence[PreferencePair]
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
    preferences: Sequence[Preference | None], reference: Sequence[Preference | None] | None
) -> Agreement | None:
    """The means over all pairs, with the reward against `reference`; None where there is none."""
    compared = list(zip(preferences, reference or [None] * len(preferences), strict=True))
    scored = [one for one, __ in compared if one is not None]
    if not scored:
        return None
    rewards = [one.margin > base.margin for one, base in compared if one is not None and base]
    return Agreement(
        pairs=len(scored),
        likelier=sum(one.margin > 0 for one in scored) / len(scored),
        likelier_by_token=sum(one.by_token > 0 for one in scored) / len(scored),
        rewarded=sum(rewards) / len(rewards) if rewards else None,
    )
