"""How a table tells speech, action and thought apart in a text, and a text split by it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

Spoken = Literal["speech", "action", "thought", "narration"]
Pairs = tuple[tuple[str, str], ...]

QUOTES: Pairs = (("“", "”"), ("「", "」"), ("『", "』"), ('"', '"'))
PARENTHESES: Pairs = (("（", "）"), ("(", ")"))
_SAID = "：:道说問问喊叫答笑"
_STOP = "。！？!?…~～—"
_TAIL = re.compile(r"(.*\S)\s*[（(]([^（）()]*)[）)]")
_JOINS = " \t：:，,、"


@dataclass(frozen=True)
class Style:
    """What stands in which brackets, and what the rest is; the narrator's rest is narration."""

    rest: Spoken
    pairs: tuple[tuple[Spoken, Pairs], ...]
    terms: bool = True
    """Whether a quotation inside a sentence may be a term: `门上写着“禁止入内”`."""
    asides: bool = True
    """Whether a message in `（…）` is off-topic."""
    pattern: re.Pattern[str] = field(init=False)
    kinds: tuple[Spoken, ...] = field(init=False)

    def __post_init__(self) -> None:
        found = [(kind, *pair) for kind, pairs in self.pairs for pair in pairs]
        parts = [
            rf"{re.escape(a)}([^{re.escape(a + b)}]+)(?:{re.escape(b)}|$)"
            if a != b
            else f"{a}([^{a}]+){a}"
            for _, a, b in found
        ]
        object.__setattr__(self, "pattern", re.compile("|".join(parts)))
        object.__setattr__(self, "kinds", tuple(kind for kind, _, _ in found))


_NARRATED: Pairs = (("【", "】"),)

STYLES = {
    "quoted": Style("action", (("speech", QUOTES), ("narration", _NARRATED))),
    "spoken": Style("speech", (("action", PARENTHESES), ("narration", _NARRATED))),
    "thoughts": Style(
        "action",
        (("speech", QUOTES), ("thought", _NARRATED), ("action", PARENTHESES)),
        asides=False,
    ),
}
"""`quoted`: `“…”` is speech, the rest action. `spoken`: all is speech but for `（…）`.
`thoughts`: `“…”` is speech, `【…】` thought, `（…）` and the rest action."""


def split(line: str, style: Style) -> Iterator[tuple[Spoken | None, str]]:
    """The parts of one line in their order; `None` is the rest, which depends on the speaker."""
    begun = 0
    for found in style.pattern.finditer(line):
        kind = style.kinds[(found.lastindex or 1) - 1]
        start, end = found.span()
        if (
            kind == "speech"
            and style.terms
            and not _is_speech(line, start, found[found.lastindex or 1])
        ):
            continue
        if rest := line[begun:start].strip(_JOINS):
            yield None, rest
        if inner := found[found.lastindex or 1].strip():
            yield from _with_action(inner) if kind == "speech" else ((kind, inner),)
        begun = end
    if rest := line[begun:].strip().lstrip("，,、"):
        yield None, rest


def _is_speech(line: str, start: int, inner: str) -> bool:
    """Whether a quotation is said, not a term in a sentence."""
    before = line[:start].rstrip()
    if not before or before[-1] in _SAID or not before[-1].isalnum():
        return True
    return inner[-1] in _STOP


def _with_action(said: str) -> Iterator[tuple[Spoken | None, str]]:
    """What is said, and what is done in `（…）` at its end: a log of ours would read a thought."""
    if (found := _TAIL.fullmatch(said)) and found[2].strip():
        yield "speech", found[1]
        yield "action", found[2].strip()
    else:
        yield "speech", said
