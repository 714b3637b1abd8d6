"""Where a play has stood, one move after another: what undo takes back, and redo does again. Pure.

A move is whatever puts the play elsewhere at a stroke: lines said, a pick, an edit, a deletion,
going to a turn. `None` is the place before the first turn.
"""

from dataclasses import dataclass, field
from typing import Literal

Place = int | None
By = Literal["go", "delete", "pick", "undo", "redo"]
"""What moved the play to a turn that is there already."""


@dataclass
class Moves:
    """The places that were left, and those that were taken back."""

    past: list[Place] = field(default_factory=list)
    future: list[Place] = field(default_factory=list)

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
