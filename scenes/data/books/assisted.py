"""Undecided quotations given to whoever a model finds likeliest among those at hand."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace

from models.backend import Backend, Prompt, scorer
from scenes.data.books.book import Book
from scenes.data.books.convert import entries
from scenes.data.books.quote import Quote

NEAR = 6
"""Quotations before and behind whose speakers may say one that is undecided."""
MOST = 5
"""Candidates for one quotation."""
BEFORE = 12
"""Entries of the log before it that a model reads."""
LONGEST = 120
"""Characters of what is said that are scored."""
SURE = 0.6
"""Least share of the likelihood among the candidates for one to be chosen."""


def assisted(book: Book, quotes: Sequence[Quote], backend: Backend) -> Iterator[Quote]:
    """The quotations, those that nobody was given for by whoever a model chose, marked as such.

    A model reads the log up to the quotation, and the line that each candidate would say: how
    likely each is decides, so that a base model can. Raises `KnownError` where it cannot score.
    """
    scores = scorer(backend)
    done: list[Quote] = []
    for index, quote in enumerate(quotes):
        if quote.speaker or quote.kind not in ("speech", "thought") or not quote.text:
            done.append(quote)
            yield quote
            continue
        names = candidates(quotes, done, index)
        chosen = ""
        if len(names) > 1:
            history = _history(book, done, quote)
            text = quote.text.replace("\n", "")[:LONGEST]
            lines = [f"{name}：{text}\n" for name in names]
            chosen = _chosen(names, scores.score(Prompt("", history, ""), lines))
        done.append(replace(quote, speaker=chosen, by_model=bool(chosen)))
        yield done[-1]


def candidates(quotes: Sequence[Quote], done: Sequence[Quote], index: int) -> list[str]:
    """Who may say a quotation: who speaks near it, the nearest first."""
    before = [one.speaker for one in reversed(done[max(0, index - NEAR) :]) if one.speaker]
    behind = [one.speaker for one in quotes[index + 1 : index + 1 + NEAR] if one.speaker]
    mixed = [name for pair in zip(before, behind, strict=False) for name in pair]
    return list(dict.fromkeys([*mixed, *before, *behind]))[:MOST]


def _history(book: Book, done: Sequence[Quote], quote: Quote) -> str:
    """The log of the last entries before a quotation."""
    near = done[-BEFORE:]
    start = near[0].lead[0] if near else quote.lead[0]
    floor = max(start, quote.start - 1500)
    piece = replace(book, text=book.text[: quote.start], chapters=(), advertising=())
    told = [one for one in near if one.start >= floor]
    shifted = replace(piece, text=piece.text[floor:])
    moved = [
        replace(
            one,
            start=one.start - floor,
            end=one.end - floor,
            lead=(max(0, one.lead[0] - floor), one.lead[1] - floor),
            bare=max(0, one.bare - floor),
            after=one.after - floor if one.after >= 0 else -1,
        )
        for one in told
    ]
    lines = [entry.line for entry in entries(shifted, moved)]
    return "".join(line + "\n" for line in lines[-BEFORE:])


def _chosen(names: Sequence[str], scores: Sequence[float]) -> str:
    """The likeliest, if it is likely enough beside the others."""
    best = max(range(len(names)), key=scores.__getitem__)
    total = sum(math.exp(score - scores[best]) for score in scores)
    return names[best] if 1 / total >= SURE else ""
