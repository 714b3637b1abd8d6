"""Which tokens of a vocabulary stay, so that texts in the kept scripts are cut up as before."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from base.errors import KnownError
from base.messages import _
from base.text import one_line
from models.scripts import INCOMPLETE, SCRIPTS, check_scripts, script_of

SIGNS = "signs"
"""What can be limited beside scripts: tokens of blanks, digits and punctuation."""
UNUSED = re.compile(r"<unused\d+>|\[unused\d+\]|<\|?reserved[_a-z]*_?\d+\|?>|\[PAD\d+\]")
"""Names that makers give to places of a vocabulary which they leave free."""
LIMIT = re.compile(r"[0-9]{1,9}")


@dataclass(frozen=True)
class Cut:
    """What a vocabulary is cut to."""

    scripts: tuple[str, ...]
    """Names of `models.scripts.SCRIPTS`."""
    limits: Mapping[str, int] = field(default_factory=dict)
    """Of a script, or of `SIGNS`, how many tokens stay, the first that were learnt; those of one
    character are not counted and stay."""
    words: frozenset[str] = frozenset()
    """What tokens write that stay in any case, with a blank in front or without."""


@dataclass(frozen=True)
class Vocabulary:
    """The tokens of a model, by number."""

    texts: Sequence[str]
    """What each writes; `INCOMPLETE` stands for bytes that are no whole character."""
    kept: frozenset[int]
    """Those that the model cannot do without: controls, added tokens, single bytes."""
    parts: Callable[[int], Iterable[int]]
    """Tokens that one is put together from, each step of it."""


def read_cut(scripts: str, words: Iterable[str] = ()) -> Cut:
    """The cut that `han,latin:12000` names. Raises `KnownError`."""
    limits: dict[str, int] = {}
    names: list[str] = []
    for entry in filter(None, (part.strip().lower() for part in scripts.split(","))):
        name, colon, limit = entry.partition(":")
        if colon and not LIMIT.fullmatch(limit):
            raise KnownError(
                _(
                    "--scripts {entry}: expected a number of tokens behind the colon, as in "
                    "han,latin:12000",
                    entry=one_line(entry, 60),
                )
            )
        if name != SIGNS:
            check_scripts([name])
            names.append(name)
        if colon:
            limits[name] = int(limit)
    if not names:
        raise KnownError(
            _("--scripts: no script is named; expected some of {names}", names=", ".join(SCRIPTS))
        )
    return Cut(tuple(dict.fromkeys(names)), limits, frozenset(words))


def chosen(vocabulary: Vocabulary, cut: Cut) -> tuple[int, ...]:
    """Numbers of the tokens that stay, in their order."""
    left = dict(cut.limits)
    stay = set(vocabulary.kept)
    for token, text in enumerate(vocabulary.texts):
        if token in vocabulary.kept or not text:
            continue
        if text.strip() in cut.words:
            stay.add(token)
            continue
        scripts = {script for script in map(script_of, text) if script is not None}
        if not scripts <= set(cut.scripts):
            continue
        if len(text) > 1 and INCOMPLETE not in text:
            counted = next((name for name in cut.limits if name in (scripts or {SIGNS})), None)
            if counted is not None:
                if left[counted] <= 0:
                    continue
                left[counted] -= 1
        stay.add(token)
    return tuple(sorted(_closed(stay, vocabulary.parts)))


def _closed(tokens: set[int], parts: Callable[[int], Iterable[int]]) -> set[int]:
    """The tokens and all that they are put together from."""
    todo, closed = list(tokens), set(tokens)
    while todo:
        for part in parts(todo.pop()):
            if part not in closed:
                closed.add(part)
                todo.append(part)
    return closed
