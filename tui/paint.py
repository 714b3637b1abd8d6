"""Log entries as styled, wrapped lines. Text is never markup, and nothing unprintable is kept."""

import re
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple
from zlib import crc32

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from base.text import UNPRINTABLE
from tui.wrapping import rows, slices

if TYPE_CHECKING:
    from scenes.log import Entry

DARK = (
    *("#7aa2f7", "#e0af68", "#9ece6a", "#fa8a9e", "#bb9af7"),
    *("#2ac3de", "#ff9e64", "#73daca", "#d7a1c8", "#c0caf5"),
)
LIGHT = (
    *("#1d4ed8", "#824800", "#2f6415", "#a81f34", "#6b3fa0"),
    *("#0b5a67", "#97390a", "#0f6250", "#8f3f77", "#3a4166"),
)
NO_STYLE = Style.null()


class Run(NamedTuple):
    """Text of one style."""

    text: str
    style: Style


ACTION = "* "
"""What an action begins with in the tray: one cell and a blank in any terminal and font."""
CANDIDATES = {"action": ACTION + "{}", "thought": "（{}）", "narration": "【{}】"}
_HALF_A_MARK = re.compile(r"\\[A-Za-z]*$")
_ACTION = re.compile(r"\\me(?![A-Za-z])\s*")

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
        return [*whisper_runs(entry, styles), Run(f"【{text}】", styles("narration"))]
    if entry.kind == "chapter":
        return [Run(f"── {text} ──", styles("chapter"))]
    if entry.kind == "comment":
        return [Run(f"# {text}", styles("context"))]
    if entry.kind in ("context", "unrecognised"):
        return [Run(text, styles("context"))]
    to = whisper_runs(entry, styles)
    runs = [Run(printable(entry.speaker), name), *to, *body_runs(entry, styles)]
    if entry.kind != "action":
        runs.insert(1, Run("：", name))
    return runs


def told(entry: "Entry") -> str:
    """An entry as it is read, without styles: on one line of a list."""
    return "".join(run.text for run in runs_of(entry, lambda part: NO_STYLE, NO_STYLE))


def whisper_runs(entry: "Entry", styles: Styles) -> list[Run]:
    """Who alone hears an entry; nothing where all do."""
    if not entry.to:
        return []
    names = "".join(f"＠{printable(name)}" for name in entry.to)
    return [Run(f"{' ' if entry.kind == 'action' else ''}{names} ", styles("context"))]


def body_runs(entry: "Entry", styles: Styles) -> list[Run]:
    """What follows the name: the words, a thought, an emotion."""
    text = printable(entry.text)
    blank = "" if entry.to else " "
    body = {"action": f"{blank}{text}", "thought": f"（{text}）"}.get(entry.kind, text)
    runs = [Run(body, styles(entry.kind))]
    if entry.thought:
        runs.append(Run(f"（{printable(entry.thought)}）", styles("thought")))
    if entry.emotion:
        runs.append(Run(f" 〔{printable(entry.emotion)}〕", styles("emotion")))
    return runs


def candidate_runs(entry: "Entry", styles: Styles) -> list[Run]:
    """A candidate as it lies in the tray: what it is can be told without colours."""
    runs = body_runs(entry, styles)
    form = CANDIDATES.get(entry.kind)
    if form:
        runs[0] = Run(form.format(printable(entry.text)), styles(entry.kind))
    return [*whisper_runs(entry, styles), *runs]


def growing_runs(text: str, styles: Styles, narrated: bool = False) -> list[Run]:
    """A candidate while it is written: its marks, also half of them, show as what they mean."""
    said, __, emotion = _HALF_A_MARK.sub("", printable(text)).partition(r"\emoji")
    kind = "narration" if narrated or said.startswith("【") else "speech"
    if _ACTION.match(said):
        kind = "action"
    elif said.startswith(("（", "(")):
        kind = "thought"
    elif narrated and not said.startswith("【"):
        said = f"【{said}"
    runs = [Run(_ACTION.sub(ACTION, said), styles(kind))]
    if emotion := emotion.strip():
        runs.append(Run(f" 〔{emotion}〕", styles("emotion")))
    return runs


def wrap(runs: Iterable[Run], width: int) -> list[list[Run]]:
    """The runs in lines of at most `width` cells, at least one line."""
    runs = [run for run in runs if run.text]
    text = "".join(run.text for run in runs)
    lines = []
    for start, end in slices(text, width):
        line, at = [], 0
        for run in runs:
            part = run.text[max(start - at, 0) : max(end - at, 0)]
            if part:
                line.append(Run(part, run.style))
            at += len(run.text)
        lines.append(line)
    return lines or [[]]


def height(entry: "Entry", width: int, aside: str = "") -> int:
    """How many lines an entry takes, with what stands behind it, wrapped to `width` cells."""
    return rows("".join(run.text for run in runs_of(entry, _plain, NO_STYLE)) + aside, width)


def _plain(part: str) -> Style:
    return NO_STYLE


def strip_of(line: Iterable[Run], width: int, base: Style) -> Strip:
    """A line padded to `width` cells on the style `base`."""
    segments = [Segment(run.text, base + run.style) for run in line]
    return Strip(segments).adjust_cell_length(width, base)
