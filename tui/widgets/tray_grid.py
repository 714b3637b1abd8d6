"""The cells of the tray: candidates in columns, each cut to the room there is. Lays out again only
the cells that have changed."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from base.messages import _
from scenes.table.draws import Candidate
from scenes.table.hand import Hand, Place
from tui.paint import Run, candidate_runs, growing_runs, strip_of, wrap
from tui.wrapping import fitted

if TYPE_CHECKING:
    from tui.widgets.tray import Tray

COLUMN = 36
"""Cells that a candidate needs to stand beside others."""
TAKEN = "✓"
"""What stands behind the number of a candidate that was taken."""
BOLD = Style(bold=True)
CURSOR = Run(" ", Style(reverse=True))
"""Where a candidate is being written: a cell that is as wide in every font."""


class Shown(NamedTuple):
    """All that the look of a cell depends on."""

    text: str
    candidate: Candidate | None
    why: str
    width: int


class Grid:
    """What the rows of the tray show, and which place stands where."""

    def __init__(self) -> None:
        self.strips: list[Strip] = []
        self.places: list[int] = []
        """The places that have a cell, in their order."""
        self.columns = 1
        self.cut: set[int] = set()
        """The places whose candidates do not fit."""
        self._tops: list[int] = []
        self._cells: dict[int, tuple[Shown, list[list[Run]]]] = {}

    def clear(self) -> None:
        """Forget what was laid out."""
        self._cells.clear()

    def show(self, tray: "Tray", hand: Hand | None, width: int, room: int) -> None:
        """Lay out a hand in `width` cells and, where it can be cut to that, in `room` rows."""
        places = hand.places[: hand.in_view] if hand else []
        self.places = [n for n, place in enumerate(places) if place.candidate or not place.over]
        self.columns = max(1, min(len(self.places), width // COLUMN))
        cell = width // self.columns
        digits = len(str(len(places)))
        if len(self.places) < len(places):
            room -= 1
        lines = [self._lines(tray, hand, n, cell - 3 - digits) for n in self.places if hand]
        grid = [
            range(at, min(at + self.columns, len(lines)))
            for at in range(0, len(lines), self.columns)
        ]
        most = _most([max(len(lines[at]) for at in row) for row in grid], room)
        self.cut = {self.places[at] for at, each in enumerate(lines) if len(each) > most}
        self.strips, self._tops = [], [0]
        base = tray.rich_style
        for row in grid:
            for line in range(min(most, max(len(lines[at]) for at in row))):
                segments: list[Segment] = []
                for at in row:
                    place, runs = self.places[at], lines[at][line : line + 1] or [[]]
                    if line == most - 1 and len(lines[at]) > most:
                        runs = [_ending_cut(runs[0], cell - 3 - digits, tray.part("waiting"))]
                    taken = hand is not None and place in hand.picked
                    head = f"{place + 1:>{digits}}{TAKEN if taken else ' '}" if line == 0 else ""
                    segments += self._part(tray, place, head, runs[0], cell, digits, base)
                segments.append(Segment(" " * (width - cell * len(row)), base))
                self.strips.append(Strip(segments, width))
            self._tops.append(len(self.strips))

    def _part(
        self,
        tray: "Tray",
        place: int,
        number: str,
        runs: list[Run],
        cell: int,
        digits: int,
        base: Style,
    ) -> Iterator[Segment]:
        """One row of one cell, and the blank beside it."""
        lit = place == tray.lit
        ground = base + tray.part("lit") if lit else base
        head = f"{'>' if lit and number else ' '}{number:<{digits + 1}}"
        yield Segment(head, ground + (tray.part("number") + BOLD if lit else tray.part("number")))
        used = digits + 2
        for run in runs:
            yield Segment(run.text, ground + run.style)
            used += cell_len(run.text)
        yield Segment(" " * (cell - 1 - used), ground)
        yield Segment(" ", base)

    def _lines(self, tray: "Tray", hand: Hand, place: int, width: int) -> list[list[Run]]:
        """The wrapped lines of one candidate, from what was laid out where it has not changed."""
        it = hand.places[place]
        shown = Shown(it.text, it.candidate, it.why, width)
        before = self._cells.get(place)
        if before is None or before[0] != shown:
            lines = wrap(self._runs(tray, it, hand.speaker.narrator), width)
            before = self._cells[place] = shown, lines
        return before[1]

    def _runs(self, tray: "Tray", place: Place, narrated: bool) -> list[Run]:
        waiting = tray.part("waiting")
        if place.candidate:
            runs = candidate_runs(place.candidate.entry, tray.part)
            cut = place.candidate.finish == "length"
            return [*runs, Run(_("(cut at its length limit)"), waiting)] if cut else runs
        if place.text:
            return [*growing_runs(place.text, tray.part, narrated), CURSOR]
        return [Run(_("drawing again ({why})…", why=place.why) if place.why else "…", waiting)]

    # --- one line instead of cells, or below them ---

    def show_nothing(self) -> None:
        self.strips, self.places, self._tops, self.cut = [], [], [0], set()

    def show_line(self, tray: "Tray", words: str, width: int, count: int) -> None:
        """Show one line, as high as `count` cells of one line each will be."""
        self.show_nothing()
        self.add_line(tray, words, width)
        columns = max(1, min(count, width // COLUMN))
        self.strips += [Strip.blank(width, tray.rich_style)] * (-(-count // columns) - 1)

    def add_line(self, tray: "Tray", words: str, width: int) -> None:
        """Add a line below the cells."""
        run = Run(fitted(f" {words}", width), tray.part("waiting"))
        self.strips.append(strip_of([run], width, tray.rich_style))

    # --- which place stands where ---

    def beside(self, place: int, dx: int, dy: int) -> int | None:
        """The place that many columns and rows away, if there is one."""
        if place not in self.places:
            return None
        at = self.places.index(place)
        row, column = divmod(at, self.columns)
        row, column = row + dy, column + dx
        last = (len(self.places) - 1) // self.columns
        if not (0 <= row <= last and 0 <= column < self.columns):
            return None
        to = row * self.columns + column
        if to >= len(self.places):
            if not dy:
                return None
            to = len(self.places) - 1  # the last row is shorter
        return self.places[to] if to != at else None

    def nearest(self, place: int) -> int:
        """The place with a cell that is nearest to one without."""
        return min(self.places, key=lambda each: (abs(each - place), each))

    def rows_of(self, place: int) -> tuple[int, int]:
        """The first row of a place, and the one after its last."""
        if place not in self.places or len(self._tops) < 2:
            return 0, len(self.strips)
        row = self.places.index(place) // self.columns
        return self._tops[row], self._tops[row + 1]


def _most(heights: list[int], room: int) -> int:
    """How many lines a cell may have, so that all rows of cells fit into `room`; at least one."""
    most = max(heights, default=1)
    while most > 1 and sum(min(height, most) for height in heights) > room:
        most -= 1
    return most


def _ending_cut(runs: list[Run], width: int, style: Style) -> list[Run]:
    """A line that says that more follows."""
    text = "".join(run.text for run in runs)
    kept = fitted(f"{text}……", width).removesuffix("…").removesuffix("…")
    line, at = [], 0
    for run in runs:
        line.append(Run(run.text[: max(len(kept) - at, 0)], run.style))
        at += len(run.text)
    return [*line, Run("…", style)]
