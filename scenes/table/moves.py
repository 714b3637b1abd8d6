"""Where a play has stood, one move after another: what undo takes back, and redo does again. Pure.

A move is whatever puts the play elsewhere at a stroke: lines said, a pick, an edit, a deletion,
going to a turn; or a change of a sheet, which leaves it where it is. `None` is the place before the
first turn.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from scenes.table.sheets import SheetChange

Place = int | None
By = Literal["go", "delete", "pick", "undo", "redo"]
"""What moved the play to a turn that is there already."""


@dataclass
class Moves:
    """The places that were left and the sheets that were changed, and those taken back."""

    past: list[Place | SheetChange] = field(default_factory=list)
    future: list[Place | SheetChange] = field(default_factory=list)

    def take(self, here: Place, there: Place, by: object) -> None:
        """Remember that the play goes from `here` to `there`.

        Whatever leads to where redo would is one. `by` is `None` in journals of before, where an
        undo, too, is told by where it leads.
        """
        if by in ("undo", None) and self.past and self.past[-1] == there:
            self.future.append(here)
            self.past.pop()
        elif by != "undo" and self.future and self.future[-1] == there:
            self.past.append(here)
            self.future.pop()
        else:
            self.past.append(here)
            self.future.clear()

    def change(self, change: SheetChange) -> None:
        """Remember that a sheet was changed where the play stands, or that it was taken back or
        done again, as the change itself says."""
        if change.by == "undo" and self.last_change is not None:
            self.future.append(self.past.pop())
        elif change.by == "redo" and self.next_change is not None:
            self.past.append(self.future.pop())
        else:
            self.past.append(change)
            self.future.clear()

    @property
    def last_change(self) -> SheetChange | None:
        """What is taken back next, where it is a change of a sheet."""
        return _change(self.past)

    @property
    def next_change(self) -> SheetChange | None:
        """What is done again next, where it is a change of a sheet."""
        return _change(self.future)

    @property
    def place_before(self) -> Place:
        """The place that undo leads to."""
        return _place(self.past)

    @property
    def place_after(self) -> Place:
        """The place that redo leads to."""
        return _place(self.future)


def _change(moves: Sequence[Place | SheetChange]) -> SheetChange | None:
    return moves[-1] if moves and isinstance(moves[-1], SheetChange) else None


def _place(moves: Sequence[Place | SheetChange]) -> Place:
    last = moves[-1]
    assert not isinstance(last, SheetChange)
    return last
