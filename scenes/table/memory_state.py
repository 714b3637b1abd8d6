"""Summaries and facts of a session, and which of them hold on a branch. Pure.

A summary holds where the very turns stand in a row that it sums up, or copies of them that say the
same; a fact where the turn stands, or such a copy, after which it was pinned. So another branch, an
edit or an undo takes away what rests on what is gone, and nothing else.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

from base.messages import _
from scenes.log import Entry
from scenes.recall import key_of
from scenes.table.events import Event

SummaryBy = Literal["player", "model"]
MOST_LOST = 1000
"""Summaries or facts in a row that a damaged journal may have lost."""


class RememberedTurn(Protocol):
    """What is asked of a turn of the tree."""

    @property
    def id(self) -> int: ...

    @property
    def parent(self) -> int | None: ...

    @property
    def of(self) -> int | None: ...

    @property
    def entry(self) -> Entry: ...


Turns = Mapping[int, RememberedTurn]


@dataclass(frozen=True)
class Summary:
    """What happened in a row of turns."""

    number: int
    turns: tuple[int, ...]
    """The ids of the turns, as they stood where it was written."""
    text: str
    by: SummaryBy = "player"
    on: str = ""
    """The model that wrote it."""


@dataclass(frozen=True)
class Standing:
    """A summary that holds on a branch: of its turns from `start` up to but not `end`, from 0."""

    summary: Summary
    start: int
    end: int
    used: bool
    """Whether models read it: it may be switched off."""


@dataclass(frozen=True)
class Pinned:
    """A fact, pinned after the turn `after`."""

    number: int
    text: str
    known: tuple[str, ...] = ()
    """Who knows it; nobody is everybody."""
    after: int | None = None


@dataclass(frozen=True)
class Forgotten:
    """A fact is none any more after the turn `after`, for turns from the id `since` on."""

    fact: int
    after: int | None
    since: int


@dataclass
class MemoryState:
    """What the events `summary`, `recall`, `fact` and `forget` have said so far."""

    summaries: list[Summary] = field(default_factory=list)
    off: set[int] = field(default_factory=set)
    """The summaries that no model reads."""
    all_off: bool = False
    facts: list[Pinned] = field(default_factory=list)
    forgotten: list[Forgotten] = field(default_factory=list)
    _originals: dict[int, int] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.summaries or self.facts)

    # --- events ---

    def sum_up(self, event: Event, turns: Turns) -> None:
        """Take an event `summary`. Raises `ValueError`, `TypeError` or `KeyError`."""
        first, last = event["from"], event["to"]
        number = _number(event, len(self.summaries))
        row = list(_back_to(turns, last, first))
        by = event.get("by", "player")
        if not row or row[-1] != first or by not in ("player", "model"):
            raise ValueError(_("turn {turn!r} is not before {last!r}", turn=first, last=last))
        text, on = _text(event["text"]), str(event.get("on", ""))
        for lost in range(len(self.summaries) + 1, number):
            self.summaries.append(Summary(lost, (), ""))
        if number > len(self.summaries):
            self.summaries.append(Summary(number, tuple(reversed(row)), text, by, on))

    def recall(self, event: Event) -> None:
        """Take an event `recall`: a summary is read, or not; without a number, all of them."""
        number, use = event.get("summary"), bool(event["use"])
        if number is None:
            self.all_off = not use
        elif type(number) is not int or not 1 <= number <= len(self.summaries):
            raise ValueError(_("there is no summary {number!r}", number=number))
        elif use:
            self.off.discard(number)
        else:
            self.off.add(number)

    def pin(self, event: Event, turns: Turns) -> None:
        """Take an event `fact`. Raises `ValueError`, `TypeError` or `KeyError`."""
        number = _number(event, len(self.facts))
        known = event.get("known", ())
        if not isinstance(known, list | tuple) or not all(isinstance(one, str) for one in known):
            raise TypeError(_("expected a list of names, found {value!r}", value=known))
        after = _place(event.get("after"), turns)
        text = _text(event["text"])
        for lost in range(len(self.facts) + 1, number):
            self.facts.append(Pinned(lost, ""))
        if number > len(self.facts):
            self.facts.append(Pinned(number, text, tuple(known), after))

    def forget(self, event: Event, turns: Turns) -> None:
        """Take an event `forget`. Raises `ValueError`, `TypeError` or `KeyError`."""
        fact, since = event["fact"], event["since"]
        if type(fact) is not int or not 1 <= fact <= len(self.facts) or type(since) is not int:
            raise ValueError(_("there is no fact {number!r}", number=fact))
        self.forgotten.append(Forgotten(fact, _place(event.get("after"), turns), since))

    # --- what holds on a branch ---

    def standing(self, turns: Turns, path: Sequence[RememberedTurn]) -> list[Standing]:
        """The summaries that hold on a branch, in its order; of those that sum up the same turn,
        the one that was written last."""
        if not self.summaries:
            return []
        places = {self._original(turns, turn.id): at for at, turn in enumerate(path)}
        taken: list[Standing] = []
        for summary in reversed(self.summaries):
            row = [places.get(self._original(turns, id)) for id in summary.turns]
            start = row[0] if row else None
            if start is None or row != list(range(start, start + len(row))):
                continue
            end = start + len(row)
            if all(end <= other.start or other.end <= start for other in taken):
                used = not self.all_off and summary.number not in self.off
                taken.append(Standing(summary, start, end, used))
        return sorted(taken, key=lambda one: one.start)

    def facts_on(
        self, turns: Turns, path: Sequence[RememberedTurn], then: int | None = None
    ) -> list[tuple[int, Pinned]]:
        """The facts that hold on a branch, for the turn `then` or a new one, each with the number
        of turns after which it was pinned."""
        if not self.facts:
            return []
        places = self._places(turns, path)
        gone = self.gone(turns, path, then)
        return [
            (places[after], fact)
            for fact in self.facts
            if fact.text
            and key_of(fact.number) not in gone
            and (after := self._original_of(turns, fact.after)) in places
        ]

    def gone(
        self, turns: Turns, path: Sequence[RememberedTurn], then: int | None = None
    ) -> frozenset[str]:
        """The keys of the facts that were forgotten on a branch, for the turn `then` or a new
        one."""
        if not self.forgotten:
            return frozenset()
        places = self._places(turns, path)
        return frozenset(
            key_of(one.fact)
            for one in self.forgotten
            if (then is None or one.since <= then) and self._original_of(turns, one.after) in places
        )

    def _places(self, turns: Turns, path: Iterable[RememberedTurn]) -> dict[int | None, int]:
        places: dict[int | None, int] = {None: 0}
        for at, turn in enumerate(path, 1):
            places[self._original(turns, turn.id)] = at
        return places

    def _original_of(self, turns: Turns, turn: int | None) -> int | None:
        return None if turn is None else self._original(turns, turn)

    def _original(self, turns: Turns, id: int) -> int:
        """The first turn that this one is a copy of, saying the same."""
        chain: list[int] = []
        while id not in self._originals:
            chain.append(id)
            of = turns[id].of
            copies = of is not None and of < id and of in turns
            if of is None or not copies or turns[of].entry != turns[id].entry:
                self._originals[id] = id
            else:
                id = of
        self._originals.update(dict.fromkeys(chain, self._originals[id]))
        return self._originals[id]


def _number(event: Event, last: int) -> int:
    """The number of a summary or a fact: the next, one that is there twice, or one behind some
    that a damaged journal has lost. Raises `ValueError`."""
    number = event["id"]
    if type(number) is not int or not 1 <= number <= last + MOST_LOST:
        raise ValueError(_("event {number!r} does not follow what stands before it", number=number))
    return number


def _back_to(turns: Turns, last: object, first: object) -> Iterator[int]:
    at = last if type(last) is int and last in turns else None
    while at is not None:
        yield at
        at = None if at == first else turns[at].parent


def _place(after: object, turns: Turns) -> int | None:
    if after is None or (type(after) is int and after in turns):
        return after
    raise ValueError(_("there is no turn {turn!r}", turn=after))


def _text(value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ValueError(_("{value!r} is no text", value=value))
    return value
