"""Log entries as styled, wrapped lines. Text is never markup, and nothing unprintable is kept."""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from itertools import accumulate
from typing import TYPE_CHECKING, NamedTuple
from zlib import crc32

from rich.cells import get_character_cell_size
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from base.text import UNPRINTABLE

if TYPE_CHECKING:
    from scenes.log import Entry

DARK = (
    *("#7aa2f7", "#e0af68", "#9ece6a", "#f7768e", "#bb9af7"),
    *("#2ac3de", "#ff9e64", "#73daca", "#d7a1c8", "#c0caf5"),
)
LIGHT = (
    *("#1d4ed8", "#a15c00", "#3f7d20", "#b3263a", "#6b3fa0"),
    *("#0f6b7a", "#b5480b", "#187563", "#8f3f77", "#3a4166"),
)
NO_STYLE = Style.null()
WIDEST = 2
"""Cells of a character, at most."""
NEVER_FIRST = frozenset("，。！？；：、）】》」』”’…—·,.!?;:)]}%")
NEVER_LAST = frozenset("（【《「『“‘([{")


class Run(NamedTuple):
    """Text of one style."""

    text: str
    style: Style


Styles = Callable[[str], Style]
"""The style of a part: narration, speech, action, thought, emotion, chapter, context, player."""


def printable(text: str) -> str:
    """`text` without what could drive a terminal; tabs and line breaks as blanks."""
    return UNPRINTABLE.sub("", text.replace("\n", " ").replace("\t", " "))


def ink(style: Style) -> Style:
    """A style without its background, to be laid on another one."""
    return Style(color=style.color, bold=style.bold, italic=style.italic, dim=style.dim)


def name_style(name: str, cast: Sequence[str], dark: bool) -> Style:
    """The colour of a name: its place in the cast, or, for a stranger, the name itself."""
    palette = DARK if dark else LIGHT
    place = cast.index(name) if name in cast else crc32(name.encode(errors="replace"))
    return Style(color=palette[place % len(palette)], bold=True)


def runs_of(entry: "Entry", styles: Styles, name: Style) -> list[Run]:
    """The parts of an entry in their styles."""
    text = printable(entry.text)
    if entry.kind == "narration":
        return [Run(f"【{text}】", styles("narration"))]
    if entry.kind == "chapter":
        return [Run(f"── {text} ──", styles("chapter"))]
    if entry.kind == "comment":
        return [Run(f"# {text}", styles("context"))]
    if entry.kind in ("context", "unrecognised"):
        return [Run(text, styles("context"))]
    runs = [Run(printable(entry.speaker), name), *body_runs(entry, styles)]
    if entry.kind != "action":
        runs.insert(1, Run("：", name))
    return runs


def body_runs(entry: "Entry", styles: Styles) -> list[Run]:
    """What follows the name: the words, a thought, an emotion."""
    text = printable(entry.text)
    body = {"action": f" {text}", "thought": f"（{text}）"}.get(entry.kind, text)
    runs = [Run(body, styles(entry.kind))]
    if entry.thought:
        runs.append(Run(f"（{printable(entry.thought)}）", styles("thought")))
    if entry.emotion:
        runs.append(Run(f" 〔{printable(entry.emotion)}〕", styles("emotion")))
    return runs


def wrap(runs: Iterable[Run], width: int) -> list[list[Run]]:
    """The runs in lines of at most `width` cells, at least one line."""
    runs = [run for run in runs if run.text]
    text = "".join(run.text for run in runs)
    lines = []
    for start, end in _slices(text, max(width, WIDEST)):
        line, at = [], 0
        for run in runs:
            part = run.text[max(start - at, 0) : max(end - at, 0)]
            if part:
                line.append(Run(part, run.style))
            at += len(run.text)
        lines.append(line)
    return lines or [[]]


def height(entry: "Entry", width: int) -> int:
    """How many lines an entry takes, wrapped to `width` cells."""
    text = "".join(run.text for run in runs_of(entry, _plain, NO_STYLE))
    return 1 if WIDEST * len(text) <= width else len(_slices(text, max(width, WIDEST)))


def _plain(part: str) -> Style:
    return NO_STYLE


def strip_of(line: Iterable[Run], width: int, base: Style) -> Strip:
    """A line padded to `width` cells on the style `base`."""
    segments = [Segment(run.text, base + run.style) for run in line]
    return Strip(segments).adjust_cell_length(width, base)


def _slices(text: str, width: int) -> list[tuple[int, int]]:
    """Where lines begin and end: at blanks, and between wide characters but for punctuation."""
    ends = list(accumulate(map(get_character_cell_size, text)))
    slices: list[tuple[int, int]] = []
    start = used = 0
    while start < len(text):
        most = bisect_right(ends, used + width, start)
        places = range(most, start, -1) if most < len(text) else ()
        cut = next((at for at in places if _may_break(text[at - 1], text[at])), most)
        slices.append((start, cut))
        start, used = cut, ends[cut - 1]
    return slices


def _may_break(character: str, following: str) -> bool:
    if following in NEVER_FIRST or character in NEVER_LAST:
        return False
    return character == " " or 2 in map(get_character_cell_size, character + following)
