"""Messages to the events of a session: turns, draws with their candidates, branches. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from scenes.imports.chats.chat import Message, Report
from scenes.imports.chats.entries import entries_of, named
from scenes.log import Entry
from scenes.session import By, Candidate, Draw, Event, Turn
from scenes.snapshot import to_json

Written = tuple[Event, Sequence[Entry]]
"""An event and the entries that it adds to the branch played."""
Marks = dict[str, Any]
"""What is kept with a turn under the other program's name."""


class Turning:
    """Gives ids to turns and draws as messages come, after what there is already."""

    def __init__(
        self, key: str, player: str | None, turns: int = 0, draws: int = 0, head: int | None = None
    ) -> None:
        self.key = key
        self.player = player
        self.turns = turns
        self.draws = draws
        self.head = head

    def events(self, message: Message, report: Report) -> Iterator[Written]:
        """The events of a message."""
        by: By = "player" if message.player else "model"
        parent, draw = self.head, None
        if message.swipes:
            rows = [entries_of(replace(message, text=text), self.player) for text in message.swipes]
            draw = self._draw(message, rows)
            yield {"event": "draw", **to_json(draw)}, ()
            report.kept["draws"] += 1
            report.kept["candidates"] += len(rows)
            for place, row in enumerate(rows):
                if place != message.picked and len(row) > 1:
                    branch = self._chain(row, parent, by, {}, {"swipe": place})
                    yield _turns(branch), ()
                    report.kept["branches"] += 1
        entries = entries_of(message, self.player)
        first = {"message": message.foreign, "turns": len(entries)} if message.foreign else {}
        turns = self._chain(entries, parent, by, first, {})
        if draw is not None:
            turns[0] = replace(turns[0], draw=draw.id, candidate=message.picked)
        self.head = turns[-1].id
        report.kept["hidden messages"] += message.hidden
        report.kept["turns"] += len(turns)
        report.kept["messages"] += 1
        yield _turns(turns), entries

    def _draw(self, message: Message, rows: list[list[Entry]]) -> Draw:
        self.draws += 1
        candidates = tuple(Candidate(row[0]) for row in rows)
        return Draw(self.draws, self.head, named(message.name), candidates, message.model)

    def _chain(
        self, entries: Sequence[Entry], parent: int | None, by: By, first: Marks, each: Marks
    ) -> list[Turn]:
        """A turn for each entry, one after another; `first` is marked on the first one."""
        made: list[Turn] = []
        for number, entry in enumerate(entries):
            self.turns += 1
            kept = {**each, **first} if number == 0 else {**each, "part": number}
            foreign = {self.key: kept} if kept else None
            made.append(Turn(self.turns, parent, entry, by, foreign=foreign))
            parent = self.turns
        return made


def _turns(turns: list[Turn]) -> Event:
    return {"event": "turns", "turns": [to_json(turn) for turn in turns]}
