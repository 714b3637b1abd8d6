"""The tree of a session as rows: turns, hands nobody picked from, bookmarks, where one is. Pure.

The branch that goes on stands in one column, the one where the play stands before all others;
each other branch is a column further in, before what its fork goes on with. Turns in a row about
which there is nothing to tell are one row, until they are unfolded.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from typing import Literal

from base.messages import _, _n, series
from scenes.table.hands import count_hands
from scenes.table.session import Session, Turn

SHORTEST = 3
"""Turns in a row that are folded."""
DEEPEST = 8
"""Columns that are drawn; what is further in stands in the last one."""


@dataclass(frozen=True)
class Row:
    """One line of the map."""

    turn: int
    """The turn that it is about; of a run, its first; of a hand, the one that it follows."""
    kind: Literal["turn", "run", "hand"] = "turn"
    depth: int = 0
    begins: bool = False
    """Whether a branch begins here that is not the one that goes on."""
    count: int = 0
    """How many turns a run, or a branch that is folded, holds out of sight."""
    run: int | None = None
    """The first turn of the run that it is in, where that is unfolded."""
    ways: int = 0
    """How many turns follow it, where that is a fork."""
    mark: str | None = None
    here: bool = False
    on_path: bool = False

    @property
    def rails(self) -> str:
        """The lines before it that show of which branch it is."""
        depth = min(self.depth, DEEPEST)
        further = "⋯" if self.depth > DEEPEST else ""
        if not self.begins:
            return further + "│ " * depth
        return further + "│ " * (depth - 1) + "├─"


def map_rows(
    session: Session,
    unfolded: Collection[int] = (),
    folded: Collection[int] = (),
    wanted: str = "",
) -> list[Row]:
    """The rows, from the opening on; with `wanted`, those alone whose line or bookmark holds it.

    `unfolded` are the first turns of runs that are shown whole, `folded` those of branches that
    are shown as one row.
    """
    layout = _Layout(session, frozenset(unfolded), frozenset(folded))
    if not wanted:
        return list(layout.rows())
    needle = wanted.casefold()
    found = (turn for turn in session.turns.values() if _holds(session, turn, needle))
    return [layout.row(turn) for turn in found]


def _holds(session: Session, turn: Turn, needle: str) -> bool:
    entry = turn.entry
    texts = (entry.text, entry.speaker, entry.thought, session.marks.get(turn.id) or "")
    return any(needle in text.casefold() for text in texts)


class _Layout:
    """Lays out one session."""

    def __init__(self, session: Session, unfolded: frozenset[int], folded: frozenset[int]) -> None:
        self.session, self.unfolded, self.folded = session, unfolded, folded
        self.path = {turn.id for turn in session.path}

    def rows(self) -> Iterator[Row]:
        later = self._forked(self._ways(None), 0)
        while later:
            turn, depth, begins = later.pop()
            if begins and turn.id in self.folded:
                yield replace(self.row(turn, depth, True), count=self._size(turn))
                continue
            column = [turn]
            while len(ids := self.session.follow(column[-1].id)) == 1:
                column.append(self.session.turns[ids[0]])
            ways = self._ways(column[-1].id) if ids else []
            yield from self._column(column, depth, begins, len(ways))
            later += self._forked(ways, depth)

    def _forked(self, ways: list[Turn], depth: int) -> list[tuple[Turn, int, bool]]:
        """What is laid out after a fork, the last one first."""
        others = [(turn, depth + 1, True) for turn in ways[:0:-1]]
        return [*((turn, depth, False) for turn in ways[:1]), *others]

    def _column(self, column: list[Turn], depth: int, begins: bool, ways: int) -> Iterator[Row]:
        """Turns in a row, up to a fork or the end of their branch."""
        head, marks, first = self.session.head, self.session.marks, column[0]
        run: list[Turn] = []
        for turn in column[:-1]:
            begun = begins and turn is first
            if begun or turn.parent is None or turn.id == head or turn.id in marks:
                yield from self._run(run, depth)
                run = []
                yield self.row(turn, depth, begun)
            else:
                run.append(turn)
        yield from self._run(run, depth)
        last = column[-1]
        yield self.row(last, depth, begins and last is column[0], ways)
        if not ways and self.session.draws.after(last.id):
            yield replace(self.row(last, depth), kind="hand", mark=None, here=False)

    def _run(self, run: list[Turn], depth: int) -> Iterator[Row]:
        if not run:
            return
        first = run[0].id
        if len(run) < SHORTEST:
            yield from (self.row(turn, depth) for turn in run)
        elif first in self.unfolded:
            yield from (replace(self.row(turn, depth), run=first) for turn in run)
        else:
            yield replace(self.row(run[0], depth), kind="run", count=len(run))

    def _size(self, turn: Turn) -> int:
        """How many turns there are from this one on."""
        count, later = 0, [turn.id]
        while later:
            count += 1
            later += [each.id for each in self.session.branches_at(later.pop())]
        return count

    def _ways(self, turn: int | None) -> list[Turn]:
        """What follows a turn: first the one with which its branch goes on."""
        turns = self.session.branches_at(turn)
        if len(turns) < 2:
            return turns
        latest = self.session.latest_after(turn) or turns[-1]
        main = next((each for each in turns if each.id in self.path), latest)
        return [main, *(each for each in turns if each is not main)]

    def row(self, turn: Turn, depth: int = 0, begins: bool = False, ways: int = 0) -> Row:
        session = self.session
        return Row(
            turn.id,
            depth=depth,
            begins=begins,
            ways=ways if ways > 1 else 0,
            mark=session.marks.get(turn.id),
            here=turn.id == session.head,
            on_path=turn.id in self.path,
        )


@dataclass(frozen=True)
class Words:
    """What a row says."""

    number: str
    signs: str
    """A bookmark ★, several hands ⧉, a fork ⑂, the place where the play stands ●."""
    text: str
    """What stands in the row where it is no turn of one's own, else nothing."""
    mark: str = ""
    """The name of its bookmark."""


def words_of(session: Session, row: Row) -> Words:
    """What a row says, in the person's language; the line of a turn is not among it."""
    if row.kind == "run":
        return Words("", "", _n("… {n} turn …", "… {n} turns …", row.count))
    if row.kind == "hand":
        draws = [session.draws[id] for id in session.draws.after(row.turn)]
        names = series(dict.fromkeys(draw.speaker for draw in draws))
        return Words("", "⧉", _("drawn and not taken: {names}", names=names))
    hands = count_hands(session, session.turns[row.turn].parent)
    signs = [
        "●" if row.here else "",
        "★" if row.mark is not None else "",
        f"⧉{hands}" if hands > 1 else "",
        f"⑂{row.ways}" if row.ways else "",
    ]
    text = _n("(+{n} turn)", "(+{n} turns)", row.count - 1) if row.count > 1 else ""
    return Words(str(row.turn), " ".join(filter(None, signs)), text, row.mark or "")
