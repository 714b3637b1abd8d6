"""What a typed line looks like, whichever keyboard wrote it: a command, an action, a name. Pure."""

import re
from dataclasses import dataclass

from base.names import name_problem
from scenes.table.typed_words import OPENERS

_NARROW = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {
    **{ord(wide): "/" for wide in "∕⁄⧸"},
    **{ord(wide): "、" for wide in "､﹑"},
    **{ord(wide): "。" for wide in "｡︒"},
    ord("　"): " ",
    ord("﹨"): "\\",
    ord("﹒"): ".",
    **{ord(wide): "~" for wide in "〜∼˜"},
}

_MARKED = re.compile(r"([/、.。\\!])( ?)(.*)")
_STANDING_OUT = frozenset("/、.。\\!@*_[〔〖﹝{【(~")
_LATIN = re.compile(r"[A-Za-z]+")
_ESCAPE = re.compile(r"\\u\{[0-9a-f]{1,6}\}")
_LABEL = re.compile(r"[\\/、]emoji *(?=[^\s\\]+$)", re.IGNORECASE)
_INSIDE = re.compile(r"\\(me|emoji)(?![A-Za-z])")

_ROLLED = re.compile(r"\d{0,3}d\d{1,4}(?: ?[+-] ?\d{1,4})?", re.IGNORECASE)

_STARRED = re.compile(r"(?<![*\w])\*{1,3}([^\W_][^*]*|[（(“\"「][^*]*)\*{1,3}")
_STAR_OPEN = re.compile(r"\*{1,3} ?([^\W\d_][^*]*)")
_UNDERLINED = re.compile(r"_{1,3}([^\W_](?:[^_]*[^\s_])?)_{1,3}")
_BRACKETED = re.compile(r"([\[〔〖﹝{])\s*([^\W\d_][^\]〕〗﹞}]*)(?:[\]〕〗﹞}]|$)\s*(?!\()(.*)")
_FACE = re.compile(r"\((?=[^()]*[\^_<>°ω・╯□;=*])(?!.*[^\W_]{2})[^()]{1,8}\).{0,4}")

_SAYING = re.compile(r".{2,}(?:说|道|问|喊|說|問)|.*[的了着著過过是]")
_NO_NAME = re.compile(
    r"[我你妳您他她它们們这這]|什么|什麼|怎么|怎麼|那么|那麼|第[一二三四五六七八九十]"
    r"|其[一二三次中实實]"
)
_NAME = re.compile(r"[^\W_](?:[\w·・.'’ -]*[\w.])?")
_WIDE = re.compile(r"[\u2e80-\uffff]")


def narrow(text: str) -> str:
    """`text` with its full-width marks, letters and digits as half-width ones, as long as it was;
    `、` and `。` stay."""
    return text if text.isascii() else text.translate(_NARROW)


@dataclass(frozen=True)
class Marked:
    """A line that begins like a command: its mark, the word behind it, and what follows."""

    mark: str
    word: str
    """Latin letters, or what stands up to the first blank; empty behind a mark alone."""
    rest: str

    @property
    def latin(self) -> bool:
        return _LATIN.fullmatch(self.word) is not None


def marked(line: str) -> Marked | None:
    """How a line begins like a command; `None` where it does not."""
    found = _MARKED.fullmatch(narrow(line))
    if found is None or _ESCAPE.match(line):
        return None
    mark, blank, body = found.groups()
    begins = len(line) - len(body)
    if blank and mark in ".。!\\":
        return None
    if latin := _LATIN.match(body):
        return Marked(mark, latin[0], line[begins + latin.end() :].strip())
    if mark in "、.。\\!" and not body[:1].isalpha() and not (mark == "、" and not body):
        return None
    ends = begins + len(body.partition(" ")[0])
    return Marked(mark, line[begins:ends], line[ends:].strip())


def directed(line: str) -> str | None:
    """What a line tells the director, behind a `~`; `None` where it does not.

    Nothing behind it is that nothing is told. What is drawn out, as in `~~~` or `~♪`, is said.
    """
    if narrow(line[:1]) != "~":
        return None
    behind = line[1:].strip()
    return behind if not behind or behind[0].isalnum() or behind[0] in "“\"'「『（(【" else None


def literal(line: str) -> str | None:
    """What a line says as it stands, marked so: `//` before any mark, or a doubled `/` or `、`.

    `//undo` says `/undo`, `、、me` says `、me`, `//*x*` says `*x*`, `//老顾：走` says `老顾：走`.
    """
    if narrow(line[:2]) not in ("//", "、、"):
        return None
    mark, behind = line[0], line[2:]
    if narrow(behind[:1]) in ("", " ", narrow(mark)) or not stands_out(behind):
        return f"{mark}{behind}"
    return behind


def stands_out(text: str) -> bool:
    """Whether a line may be anything but plain speech: it begins with a mark, or with a name."""
    line = narrow(text)
    return line[:1] in _STANDING_OUT or line.find(":") > 0


def rolled(line: str) -> bool:
    """Whether a line is nothing but dice to roll."""
    return _ROLLED.fullmatch(narrow(line)) is not None


def with_plain_marks(line: str) -> str:
    """A line with the mark of its emotion as the log writes it, whichever one it was."""
    found = _LABEL.search(narrow(line))
    return f"{line[: found.start()]}\\emoji {line[found.end() :]}" if found else line


def mark_inside(text: str) -> str | None:
    """The `\\me` or `\\emoji` that stands in the middle of a text."""
    found = _INSIDE.search(narrow(text))
    return f"\\{found[1]}" if found else None


def acted(line: str) -> list[tuple[bool, str]] | None:
    """The parts of a line with an action in stars, or in underlines as a whole; whether each is
    an action. `None` where there is none."""
    level = narrow(line)
    whole = _UNDERLINED.fullmatch(level) or _STAR_OPEN.fullmatch(level)
    if whole:
        return [(True, line[whole.start(1) : whole.end(1)].strip())]
    found = list(_STARRED.finditer(level))
    if not found or (found[0].start() and found[-1].end() < len(level.rstrip())):
        return None
    parts, at = [], 0
    for each in found:
        parts.append((False, line[at : each.start()].strip()))
        parts.append((True, line[each.start(1) : each.end(1)].strip()))
        at = each.end()
    parts.append((False, line[at:].strip()))
    return [part for part in parts if part[1]]


def bracketed(line: str) -> tuple[str, str] | None:
    """What stands in the brackets that a line begins with, and what follows them."""
    found = _BRACKETED.fullmatch(narrow(line))
    if found is None or re.fullmatch(r"[a-z]{1,2}\s*", found[2]):  # as `[b]` in a markup
        return None
    return line[found.start(2) : found.end(2)].strip(), line[found.start(3) :].strip()


def is_face(line: str) -> bool:
    """Whether a line in parentheses is a face such as `(^_^)`, and no thought."""
    return _FACE.fullmatch(narrow(line)) is not None


def can_be_name(text: str) -> bool:
    """Whether what stands before a colon can be who speaks, and not how a sentence begins."""
    if (
        name_problem(text)
        or not _NAME.fullmatch(text)
        or narrow(text).casefold().rstrip(".") in OPENERS
    ):
        return False
    words = narrow(text).split()
    if not any(letter.isalpha() for letter in text) or text[0].isdigit():
        return False
    if not _WIDE.search(text):
        return (len(words) == 1 and len(text) <= 16) or (len(words) <= 3 and text.istitle())
    return len(text) <= 8 and not _NO_NAME.search(text) and not _SAYING.fullmatch(text)
