"""How a hand of candidates is printed: rows that grow on a terminal, whole lines elsewhere."""

import shutil
import sys
import time
from typing import Protocol

from rich.cells import cell_len, set_cell_size

from base.messages import _, _n
from scenes.table.hand import Hand
from scenes.table.lines import body_of
from tui.colour import sgr, wants_colour
from tui.output import escaped_line, word
from tui.wrapping import slices

FRAME_S = 1 / 30
"""Seconds between two pictures of growing candidates."""


class View(Protocol):
    """Something that shows a hand while it is dealt."""

    def changed(self, hand: Hand) -> None:
        """A place has changed."""
        ...

    def done(self, hand: Hand) -> None:
        """Nothing more comes."""
        ...


def print_hand(hand: Hand) -> None:
    """Print the complete candidates, each as the number of its place, two blanks and the line; on
    stderr, why another place holds none."""
    coloured = wants_colour()
    for number, place in enumerate(hand.places[: hand.in_view], 1):
        if place.candidate is not None:
            text = escaped_line(body_of(place.candidate.entry))
            if coloured:
                print(f"{sgr(str(number), 1)}  {_wrapped(text, len(str(number)) + 2)}", flush=True)
            else:
                print(f"{number}  {text}", flush=True)
        elif place.over:
            word(_("{number}  no candidate ({why})", number=number, why=place.why))
    if more := hand.behind:
        word(_n("{n} more: /more shows it", "{n} more: /more shows them", more))


def _wrapped(text: str, indent: int) -> str:
    """A line as a terminal shows it, by the rules of punctuation, each row below the first."""
    width = shutil.get_terminal_size().columns - indent - 1
    return f"\n{' ' * indent}".join(text[start:end] for start, end in slices(text, width))


class Whole:
    """Prints a hand once it is complete."""

    def changed(self, hand: Hand) -> None:
        pass

    def done(self, hand: Hand) -> None:
        print_hand(hand)


class Rows:
    """Shows each place in a row that is drawn again as it grows, then all lines in full."""

    def __init__(self) -> None:
        self._rows = 0
        self._at = 0.0

    def changed(self, hand: Hand) -> None:
        now = time.monotonic()
        if now - self._at >= FRAME_S:
            self._at = now
            self._paint(hand)

    def done(self, hand: Hand) -> None:
        self._clear()
        print_hand(hand)

    def _paint(self, hand: Hand) -> None:
        columns, lines = shutil.get_terminal_size()
        self._clear()
        for number, place in list(enumerate(hand.places[: hand.in_view], 1))[: max(lines - 2, 1)]:
            row = f"{number}  {escaped_line(place.text) or place.why}"
            fitting = set_cell_size(row, columns - 1).rstrip() if cell_len(row) >= columns else row
            print(fitting if place.over else sgr(fitting, 2))
            self._rows += 1
        sys.stdout.flush()

    def _clear(self) -> None:
        """Take away the rows that were painted last."""
        if self._rows:
            print(f"\x1b[{self._rows}A\r\x1b[J", end="", flush=True)
            self._rows = 0


def view() -> View:
    """How a hand is shown on this stdout."""
    return Rows() if wants_colour() else Whole()
