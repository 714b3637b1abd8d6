"""Which candidates of a draw stand first: the likeliest, and none much like one before it. Pure.

How likely a line is, is the sum of its tokens' log-probabilities. Where more are drawn than shown,
the best are put in front by maximal marginal relevance (Carbonell and Goldstein 1998); the others
stand behind them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

from base.messages import _
from models.backend import Sampling
from models.entries import EMBEDDED
from scenes.table.draws import Candidate
from scenes.table.ranker import Ranker
from scenes.table.refusing import units, words_of

DRAWN = 10
"""Candidates that are drawn where more are worth their time: as many as go side by side."""
WORTH = frozenset(model.name for model in EMBEDDED)
"""Models with which they are, unless a scene or a person says otherwise."""
LIKELY = 0.7
"""The weight of how good a line is, beside how unlike those before it."""
ECHO = 0.5
"""The share of a line that may be the words of the one before, ere it stands behind others."""


def pooled(sampling: Sampling, model: str) -> Sampling:
    """A sampling with how many candidates are drawn for it by `model`, where nobody said it."""
    sampling = greedy_alone(sampling)
    if sampling.draw == 0 and model in WORTH and sampling.n < DRAWN:
        return replace(sampling, draw=DRAWN)
    return sampling


def greedy_alone(sampling: Sampling) -> Sampling:
    """A sampling that draws one candidate where all would be the same: always the likeliest."""
    return sampling if sampling.temperature else replace(sampling, n=1, draw=1)


def ranks(sampling: Sampling) -> bool:
    """Whether more candidates are drawn than shown first."""
    return sampling.draw > sampling.n


def ranked(
    candidates: Mapping[int, Candidate], n: int, last: str = "", ranker: Ranker | None = None
) -> list[int]:
    """The places of candidates, the best first; the first `n` are unlike each other. `last` is the
    line before; a `ranker` tells how good they are instead of their likelihood.

    It is the same in whatever order they were drawn.
    """
    good = {at: one.logprob or 0.0 for at, one in candidates.items()}
    if ranker is not None and candidates:
        learnt = ranker.scores(list(candidates.values()), last)
        good = dict(zip(candidates, learnt, strict=True))
    by_score = sorted(
        candidates,
        key=lambda at: (*_kept_behind(candidates[at], last), good[at], _words(candidates[at])),
    )
    by_score.reverse()
    worth = {at: 1 - rank / max(len(by_score) - 1, 1) for rank, at in enumerate(by_score)}
    pairs = {at: _pairs(candidates[at]) for at in by_score}
    front: list[int] = []
    while len(front) < min(n, len(by_score)):
        left = [at for at in by_score if at not in front]

        def gain(at: int) -> float:
            like = max((likeness(pairs[at], pairs[other]) for other in front), default=0.0)
            return LIKELY * worth[at] - (1 - LIKELY) * like

        front.append(max(left, key=gain))
    return [*front, *(at for at in by_score if at not in front)]


def _kept_behind(candidate: Candidate, last: str) -> tuple[bool, bool]:
    """Whole lines before such as were cut, those that say something of their own before such as
    repeat the last one."""
    own, before = _pairs(candidate), _of(units(last))
    echo = len(own & before) / len(own) if own else 0.0
    return candidate.finish == "stop", echo < ECHO


def _words(candidate: Candidate) -> str:
    return words_of(candidate.entry)


def _pairs(candidate: Candidate) -> frozenset[tuple[str, ...]]:
    """Pairs of neighbours of what a line says, and its kind."""
    return _of(units(f"{candidate.entry.text} {candidate.entry.thought}")) | {
        (candidate.entry.kind,)
    }


def _of(said: Sequence[str]) -> frozenset[tuple[str, ...]]:
    return frozenset(pairwise(said))


def likeness(one: frozenset[tuple[str, ...]], other: frozenset[tuple[str, ...]]) -> float:
    """How much two lines have in common, from 0 to 1 (Dice)."""
    return 2 * len(one & other) / (len(one) + len(other)) if one or other else 0.0


# --- what a person is told -----------------------------------------------------------------------


def why(candidates: Sequence[Candidate], at: int) -> str:
    """Why the candidate `at`, from 0, stands where it does, in one line; nothing where it is not
    known of all how likely they are."""
    likely = [one.logprob for one in candidates if one.logprob is not None]
    if len(likely) < len(candidates):
        return ""
    it, mine = candidates[at], likely[at]
    place = {
        "n": sum(one >= mine for one in likely),
        "of": len(likely),
        "logprob": f"{mine:.1f}",
    }
    if it.finish == "length":
        return _("{n} of {of} by likelihood ({logprob}); it was cut, so it stands behind", **place)
    if at == 0 and place["n"] == 1:
        return _("the likeliest of {of} ({logprob})", **place)
    whole = (n for n in range(at + 1, len(likely)) if candidates[n].finish == "stop")
    if any(likely[n] > mine for n in whole):
        return _(
            "{n} of {of} by likelihood ({logprob}); unlike those before it, or like your picks",
            **place,
        )
    return _("{n} of {of} by likelihood ({logprob})", **place)
