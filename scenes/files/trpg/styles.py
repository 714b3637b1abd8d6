"""How a table tells speech, action and thought apart in a text, and a text split by it."""

import re
from dataclasses import dataclass, field
from typing import Literal

Spoken = Literal["speech", "action", "thought", "narration"]
Pairs = tuple[tuple[str, str], ...]

QUOTES: Pairs = (("“", "”"), ("「", "」"), ("『", "』"), ('"', '"'))
PARENTHESES: Pairs = (("（", "）"), ("(", ")"))
_SAID = "：:道说問问喊叫答笑"
_STOP = "。！？!?…~～—."
_PAUSES = "，,；;。！？!?…"
_WRITTEN = re.compile(
    r"(?:[写寫刻印标標貼贴題题][着著了]?|[称稱名為为謂谓是的]|一[句个個]"
    r"|(?:[这這那名被就便都也自]|管.{1,6})叫[做作]?)$"
)
"""What stands before something that is quoted and not said."""
SENTENCE = 9
"""Signs from which on a quotation is a sentence, unless it is written somewhere."""
_TAIL = re.compile(r"(.*\S)\s*[（(]([^（）()]*)[）)]")
BEHIND = "，,、"
"""Signs that are left out where they begin what stands behind a quotation."""
_WHOLE = re.compile(r"[（(]\s*([^（）()]*[^（）()\s])\s*[）)]")
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
    beside_quotes: "Style | None" = None
    """How a message is read that holds a quotation, where that is otherwise."""
    opening: re.Pattern[str] = field(init=False)
    closing: dict[str, tuple[Spoken, str]] = field(init=False, hash=False)
    """What stands behind an opening sign, and what closes it."""

    def __post_init__(self) -> None:
        closing = {a: (kind, b) for kind, pairs in self.pairs for a, b in pairs}
        object.__setattr__(self, "closing", closing)
        object.__setattr__(self, "opening", re.compile(f"[{''.join(closing)}]"))

    def of(self, text: str) -> "Style":
        """How one message is read."""
        if self.beside_quotes is None or not any(sign in text for sign, _close in QUOTES):
            return self
        return self.beside_quotes


_NARRATED: Pairs = (("【", "】"),)
_STARS: Pairs = (("*", "*"),)

_QUOTED = Style("action", (("speech", QUOTES), ("narration", _NARRATED), ("action", _STARS)))
STYLES = {
    "quoted": _QUOTED,
    "spoken": Style("speech", (("action", PARENTHESES + _STARS), ("narration", _NARRATED))),
    "thoughts": Style(
        "action",
        (("speech", QUOTES), ("thought", _NARRATED), ("action", PARENTHESES + _STARS)),
        asides=False,
    ),
    "mixed": Style(
        "speech",
        (("action", PARENTHESES + _STARS), ("narration", _NARRATED)),
        beside_quotes=_QUOTED,
    ),
}
"""`quoted`: `“…”` is speech, the rest action. `spoken`: all is speech but for `（…）`.
`thoughts`: `“…”` is speech, `【…】` thought, `（…）` and the rest action.
`mixed`: a message with a quotation is `quoted`, any other `spoken`.
`*…*` is action in all, unless it stands inside a word or a sentence."""
_BOLD = re.compile(r"(?<![\w*])\*\*(?=[^\s*])([^*\n]+)\*\*(?![\w*])")


def split(line: str, style: Style) -> list[tuple[Spoken | None, str]]:
    """The parts of one line in their order; `None` is the rest, which depends on the speaker.

    A sign that is never closed holds up to the end, but for `"`, which then is no sign.
    """
    line = _BOLD.sub(r"*\1*", line) if "**" in line else line
    parts: list[tuple[Spoken | None, str]] = []
    never: set[str] = set()
    begun = at = 0
    while opening := style.opening.search(line, at):
        start = opening.start()
        kind, close = style.closing[line[start]]
        end = _end(line, start, close, never)
        inner = line[start + 1 : end].strip()
        at = end + 1
        if not inner or (line[start] == close and end == len(line)) or _is_inside(line, start, end):
            at = start + 1
        elif kind != "speech" or not style.terms or _is_speech(line, start, inner):
            if start > begun and (rest := line[begun:start].strip(_JOINS)):
                parts.append(_rest(rest))
            parts += _with_action(inner) if kind == "speech" else ((kind, inner),)
            begun = at
    if begun < len(line) and (rest := line[begun:].strip().lstrip(BEHIND)):
        parts.append(_rest(rest) if parts else (None, rest))
    return parts


def _rest(text: str) -> tuple[Spoken | None, str]:
    """What stands beside a quotation; all of it in `（…）` is what is done: `“好。”（点头）`."""
    whole = _WHOLE.fullmatch(text)
    return ("action", whole[1]) if whole else (None, text)


def _is_inside(line: str, start: int, end: int) -> bool:
    """Whether a `*` multiplies, or stresses a word inside a sentence."""
    if line[start] != "*":
        return False
    before, first, behind = line[start - 1 : start], line[start + 1], line[end + 1 : end + 2]
    if first.isdecimal() or first.isspace() or "*" in (before, first, behind):
        return True
    return bool(start and before.isalnum()) or behind.isalnum()


def _end(line: str, start: int, close: str, never: set[str]) -> int:
    """Where what opens at `start` ends; some people open twice and never close.

    `never` collects the signs that do not come again, so that none is looked for twice.
    """
    end = -1 if close in never else line.find(close, start + 1)
    if end < 0:
        never.add(close)
    again = line.find(line[start], start + 1, end if end >= 0 else len(line))
    if again >= 0 and (end < 0 or line.find(close, end + 1) < 0):
        return again
    return end if end >= 0 else len(line)


def _is_speech(line: str, start: int, inner: str) -> bool:
    """Whether a quotation is said, not a term in a sentence."""
    while start and line[start - 1].isspace():
        start -= 1
    before = line[start - 1 : start]
    if not before or not before.isalnum() or inner[-1] in _STOP:
        return True
    if _WRITTEN.search(line, max(0, start - 10), start):
        return False
    if before in _SAID:
        return True
    return len(inner) >= SENTENCE or any(sign in inner for sign in _PAUSES)


def _with_action(said: str) -> tuple[tuple[Spoken | None, str], ...]:
    """What is said, and what is done in `（…）` at its end: a log of ours would read a thought."""
    if said[-1] in "）)" and (found := _TAIL.fullmatch(said)) and found[2].strip():
        return ("speech", found[1]), ("action", found[2].strip())
    return (("speech", said),)
