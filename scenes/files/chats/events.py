"""Messages to the events of a session: turns, draws with their candidates, branches. Pure."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from characters.cards.markup import TAGS
from scenes.files.chats.chat import ChatMessage
from scenes.files.chats.entries import Reading, entries_of, named
from scenes.files.report import ImportReport
from scenes.files.session_writer import Written
from scenes.log import Entry
from scenes.table.session import By, Candidate, Draw, Event
from scenes.table.snapshot import to_json

Marks = dict[str, Any]
"""What is kept with a turn under the other program's name."""


class TurnEvents:
    """Gives ids to turns and draws as messages come, after what there is already."""

    def __init__(
        self, key: str, reading: Reading, turns: int = 0, draws: int = 0, head: int | None = None
    ) -> None:
        self.key = key
        self.reading = reading
        self.turns = turns
        self.draws = draws
        self.head = head

    def events(self, message: ChatMessage, report: ImportReport) -> Iterator[Written]:
        """The events of a message."""
        by: By = "player" if message.player else "model"
        parent, picked = self.head, {}
        left_out: Counter[str] = Counter()
        entries = entries_of(message, message.text, self.reading, left_out)
        if message.swipes:
            rows = [
                entries if text == message.text else entries_of(message, text, self.reading)
                for text in message.swipes
            ]
            draw = self._draw(message, rows)
            picked = {"draw": draw.id, "candidate": message.picked}
            yield {"event": "draw", **to_json(draw)}, ()
            report.became["draws"] += 1
            report.became["candidates"] += len(rows)
            for place, row in enumerate(rows):
                if place != message.picked and len(row) > 1:
                    yield self._chain(row, parent, by, {}, {}, {"swipe": place}), ()
                    report.became["branches"] += 1
        report.became[TAGS] += left_out.pop(TAGS, 0)
        report.dropped.update(+left_out)
        marks = {"message": message.foreign, "turns": len(entries)} if message.foreign else {}
        event = self._chain(entries, parent, by, picked, marks, {})
        self.head = self.turns
        report.became["hidden messages"] += message.hidden
        report.became["turns"] += len(entries)
        report.kept += 1
        yield event, entries

    def _draw(self, message: ChatMessage, rows: list[list[Entry]]) -> Draw:
        self.draws += 1
        candidates = tuple(Candidate(row[0]) for row in rows)
        return Draw(self.draws, self.head, named(message.name), candidates, message.model)

    def _chain(
        self,
        entries: Sequence[Entry],
        parent: int | None,
        by: By,
        picked: Marks,
        first: Marks,
        each: Marks,
    ) -> Event:
        """A turn for each entry, one after another; `picked` and `first` are of the first one.

        What `to_json` gives for each `Turn`, without one being made.
        """
        made: list[Event] = []
        for number, entry in enumerate(entries):
            self.turns += 1
            turn: Event = {"id": self.turns, "parent": parent, "entry": entry.as_json()}
            if by != "player":
                turn["by"] = by
            if number == 0:
                turn |= picked
            kept = {**each, **first} if number == 0 else {**each, "part": number}
            if kept:
                turn["foreign"] = {self.key: kept}
            made.append(turn)
            parent = self.turns
        return {"event": "turns", "turns": made}
