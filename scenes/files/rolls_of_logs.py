"""Rolls that the lines of a log tell of, as the events that the dice of a table make. Pure."""

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from base.errors import KnownError
from scenes.dice.expression import Dice, Expression, Number, Percentile
from scenes.dice.faces import dice_told
from scenes.dice.grammar import whole_expression
from scenes.dice.log_form import RollLine, line_of, read_roll
from scenes.dice.roll import Change, Kind, Roll
from scenes.dice.skills import SAN, base_value, skill_called
from scenes.dice.words import without_difficulty
from scenes.log import Entry
from scenes.table.session import Event
from scenes.table.snapshot import to_json

Written = tuple[Event, Sequence[Entry]]
"""An event and the entries that it adds to the branch played."""
GROWTH = ("成长", " growth")


def roll_of_line(line: RollLine) -> Roll:
    """The roll that a line tells of, with its dice where they follow from what it came to."""
    kind = _kind(line)
    difficulty, named = without_difficulty(line.reason)
    for word in GROWTH:
        named = named.removesuffix(word)
    skill = "" if kind == "roll" else SAN if kind == "sanity" else _skill(named)
    plain = kind != "roll" and not difficulty
    return Roll(
        0,
        None,
        line.who,
        line.expression,
        line.totals,
        kind,
        line.reason,
        skill,
        line.target,
        line.degree,
        _dice(line),
        line.hidden,
        tuple(Change(line.who, *change) for change in line.changes),
        line.nth,
        line.target if plain else None,
    )


def _kind(line: RollLine) -> Kind:
    if any(skill_called(key) == SAN for key, __, __ in line.changes):
        return "sanity"
    if line.reason.endswith(GROWTH):
        return "growth"
    is_check = line.target is not None and line.expression.startswith("1d100") and line.degree
    return "check" if is_check else "roll"


def _skill(named: str) -> str:
    """The skill that the words of a check begin with."""
    words = named.split()
    for many in range(len(words), 1, -1):
        skill = skill_called(" ".join(words[:many]))
        if base_value(skill) is not None:
            return skill
    return skill_called(words[0]) if words else ""


def _dice(line: RollLine) -> tuple[Any, ...]:
    if len(line.totals) != 1 or line.hidden or line.changes:
        return ()
    try:
        expression: Expression = whole_expression(line.expression)
    except KnownError:
        return ()
    if expression == Dice(Number(1), Number(100)):
        expression = Percentile(0)
    return dice_told(expression, "", line.totals[0])


class RollEvents:
    """Makes the events of rolls, one after another, in a session that is written."""

    def __init__(
        self, names: Iterable[str], found: deque[Roll] | None = None, count: int = 0
    ) -> None:
        """`names` are those who may roll; `found` are rolls with all that is known of them, in the
        order of their lines; `count` is how many rolls there are already."""
        self.names = tuple(names)
        self.found: deque[Roll] = deque() if found is None else found
        self.count = count

    def roll_of(self, entry: Entry) -> Roll | None:
        """The roll that an entry tells of, `None` where it tells of none."""
        if entry.kind != "narration" or " " not in entry.text:
            return None
        while self.found:
            known = line_of(self.found[0])
            line = read_roll(entry.text, (known.who, *self.names))
            if line is None:
                return None
            return self.found.popleft() if line == known else roll_of_line(line)
        line = read_roll(entry.text, self.names)
        return roll_of_line(line) if line is not None else None

    def event(self, roll: Roll, after: int | None) -> Event:
        """The event of a roll after that turn."""
        self.count += 1
        return {"event": "roll", **to_json(roll.numbered(self.count, after, roll.nth, 0))}


def with_rolls(events: Iterable[Written], rolls: RollEvents) -> Iterator[Written]:
    """The same events with those of the rolls that turns tell of, each before its turn."""
    for event, entries in events:
        if event["event"] != "turns" or not any(e.kind == "narration" for e in entries):
            yield event, entries
            continue
        head, said = event, list(entries)
        turns, begun = event["turns"], 0
        for at, entry in enumerate(said):
            if (roll := rolls.roll_of(entry)) is None:
                continue
            if at > begun:
                yield {**head, "turns": turns[begun:at]}, said[begun:at]
                begun = at
            made = rolls.event(roll, turns[at]["parent"])
            turns[at]["roll"] = made["id"]
            yield made, ()
        yield {**head, "turns": turns[begun:]}, said[begun:]
