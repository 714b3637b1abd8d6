"""What a model draws by itself: lines as they come, before play refuses and redraws any.

Nothing constrains them here: no grammar, and no stop but the newline that ends a line.
"""

import re
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass

from base.text import UNPRINTABLE, is_blank
from models.backend import Backend, Finish, Progress, Prompt, Sampling
from models.stop_strings import StopScanner
from models.train.data import Example
from scenes.evaluation.kinds import KindShares, kind_shares
from scenes.evaluation.overlap import distinct, rouge_l, self_bleu
from scenes.prompt import NARRATION_CUE
from scenes.scene import Role
from scenes.table.draw import read_line

SPOKEN_FOR = 3
"""Characters that may stand between a name and its colon, such as those of `曹操笑曰：`."""


@dataclass(frozen=True)
class RawLine:
    """A candidate as it was drawn, up to its newline."""

    text: str
    finish: Finish


@dataclass(frozen=True)
class DrawnLines:
    """The candidates for one held-out line."""

    example: Example
    candidates: tuple[RawLine, ...]


@dataclass(frozen=True)
class DrawnHabits:
    """The means over all candidates; shares are of 1."""

    prompts: int
    candidates: int
    well_formed: float
    """Lines that are one well-formed line by the cued role as they stand."""
    unfinished: float
    """Lines that reached the most tokens before they ended; they count as what they are so far."""
    names_another: float
    """Lines that name another of the cast."""
    speaks_for_another: float
    """Lines in which another's name and a colon stand, as if that one spoke."""
    distinct_1: float | None
    distinct_2: float | None
    self_bleu: float | None
    """Of the candidates of one draw among each other."""
    rouge_l: float
    """Of each candidate with the line that was really said, on the mean."""
    length: float
    """Characters of a line."""
    kinds: KindShares | None


def raw_sampling(n: int, max_tokens: int, seed: int, temperature: float, top_p: float) -> Sampling:
    """How lines are drawn to be looked at."""
    return Sampling(
        n=n, max_tokens=max_tokens, seed=seed, temperature=temperature, top_p=top_p, stop=("\n",)
    )


def draw(
    backend: Backend, adapter: str | None, examples: Sequence[Example], sampling: Sampling
) -> Iterator[DrawnLines | None]:
    """Draw for each example in turn; None for one that is longer than the context."""
    for example in examples:
        if backend.count(example.prompt.text) + sampling.max_tokens >= backend.context:
            yield None
            continue
        yield DrawnLines(example, raw_lines(backend, adapter, example.prompt, sampling))


def raw_lines(
    backend: Backend, adapter: str | None, prompt: Prompt, sampling: Sampling
) -> tuple[RawLine, ...]:
    """The candidates of one draw up to their first newline, whatever the backend sends."""
    scanners = [StopScanner(sampling.stop, sampling.cues) for _ in range(sampling.n)]
    texts = [""] * sampling.n
    finishes: list[Finish] = ["length"] * sampling.n
    with closing(backend.generate(prompt, sampling, adapter)) as deltas:
        for delta in deltas:
            if isinstance(delta, Progress):
                continue
            row, text, end = delta
            texts[row] += scanners[row].push(text)
            if end is not None:
                texts[row] += "" if scanners[row].stopped else scanners[row].flush()
                finishes[row] = "stop" if scanners[row].stopped else end.finish
    return tuple(map(RawLine, texts, finishes))


def is_well_formed(example: Example, raw: RawLine) -> bool:
    """Whether a candidate is one line by the role of the example's cue, with words in it."""
    role = Role(example.speaker or "旁白", narrator=example.prompt.cue == NARRATION_CUE)
    entry = None if UNPRINTABLE.search(raw.text) else read_line(role, raw.text)
    return entry is not None and not is_blank(f"{entry.text}{entry.thought}")


def habits(drawings: Sequence[DrawnLines], cast: Sequence[str]) -> DrawnHabits | None:
    """The means over all candidates; None where none was drawn."""
    pairs = [(one.example, raw) for one in drawings for raw in one.candidates]
    if not pairs:
        return None
    texts = [raw.text for _, raw in pairs]
    groups = [self_bleu([raw.text for raw in one.candidates]) for one in drawings]
    alike = [score for score in groups if score is not None]
    return DrawnHabits(
        prompts=len(drawings),
        candidates=len(pairs),
        well_formed=_mean([is_well_formed(*pair) for pair in pairs]),
        unfinished=_mean([raw.finish == "length" for _, raw in pairs]),
        names_another=_mean([_names(example, raw.text, cast) for example, raw in pairs]),
        speaks_for_another=_mean([_speaks(example, raw.text, cast) for example, raw in pairs]),
        distinct_1=distinct(texts, 1),
        distinct_2=distinct(texts, 2),
        self_bleu=_mean(alike) if alike else None,
        rouge_l=_mean([rouge_l(raw.text, [example.reply]) for example, raw in pairs]),
        length=_mean([len(text.strip()) for text in texts]),
        kinds=kind_shares([(e.speaker, e.prompt.cue, raw.text) for e, raw in pairs]),
    )


def as_said(drawings: Sequence[DrawnLines]) -> list[DrawnLines]:
    """The same prompts with what was really said in place of candidates, to compare with."""
    return [
        DrawnLines(one.example, (RawLine(one.example.reply.rstrip("\n"), "stop"),))
        for one in drawings
    ]


def _others(example: Example, cast: Sequence[str]) -> list[str]:
    """The names of others; one that is part of the speaker's own name does not count."""
    return [name for name in cast if len(name) > 1 and name not in example.speaker]


def _names(example: Example, text: str, cast: Sequence[str]) -> bool:
    return any(name in text for name in _others(example, cast))


def _speaks(example: Example, text: str, cast: Sequence[str]) -> bool:
    names = "|".join(map(re.escape, _others(example, cast)))
    between = rf"[^\s：:，。！？]{{0,{SPOKEN_FOR}}}[：:]"
    return bool(names) and re.search(rf"(?:{names}){between}", text) is not None


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)
