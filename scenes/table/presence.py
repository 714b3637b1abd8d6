"""Who is there at each place of a session's tree, and how its floor is given. Pure.

Who is away belongs to the branch: it holds after the turn where it was written, until another
such event further on says otherwise. The rule and who is muted hold for the session.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from base.messages import _
from base.names import name_problem
from scenes.scene import Role, Turns
from scenes.table.events import Event
from scenes.table.placed import Placed, PlacedTurn
from scenes.table.snapshot import from_json
from scenes.turns import RULES, Floor

NOBODY: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Presence:
    """Who is away after the turn `after`, for turns from the id `since` on."""

    after: int | None
    since: int
    away: tuple[str, ...] = ()
    unseen: bool = False
    """Whether those who are away see nothing of what is said meanwhile; journals of before do not
    say so, and there they read it all the same."""


@dataclass
class FloorState:
    """What the events `floor` and `presence` have said so far."""

    rule: Turns | None = None
    muted: tuple[str, ...] = ()
    written: Placed[Presence] = field(default_factory=Placed)
    hides: bool = False
    """Whether anything may have been said that one of the cast did not see."""
    _away: dict[int, frozenset[str]] = field(default_factory=dict, compare=False)
    _missing: dict[int, frozenset[str]] = field(default_factory=dict, compare=False)
    """Who was away when a turn was said, and who did not see it, for turns that were asked for: the
    tree only grows, and what is written later holds for what is said later."""
    _latest: int = field(default=0, compare=False)
    """The last of these turns."""

    def give(self, event: Event) -> None:
        """Take an event `floor`: another rule, others muted, or both. Raises `ValueError`."""
        if "rule" in event:
            if event["rule"] not in (None, *RULES):
                raise ValueError(_("there is no rule {rule!r}", rule=event["rule"]))
            self.rule = cast(Turns | None, event["rule"])
        if "muted" in event:
            self.muted = _names(event["muted"])

    def place(self, presence: Presence) -> None:
        """Take an event `presence`, whose place is known to be one."""
        self.written.place(presence)
        self.hides = self.hides or presence.unseen
        if presence.since <= self._latest:  # as no journal of ours has it
            self._away.clear()
            self._missing.clear()
            self._latest = 0

    def floor_at(self, turns: Mapping[int, PlacedTurn], place: int | None) -> Floor:
        """The floor for whatever is said next after the turn `place`."""
        away = self.away_at(turns, place)
        return Floor(self.rule, frozenset(self.muted), away)

    def missing_along(
        self, turns: Mapping[int, PlacedTurn], path: Sequence[PlacedTurn], then: int | None = None
    ) -> list[frozenset[str]]:
        """Who did not see each turn of a path, and at last who does not see what follows it: the
        turn `then`, or a new one."""
        last = path[-1].id if path else None
        self._read(turns, last)
        missing = self._missing
        return [*(missing[turn.id] for turn in path), self.missing_at(turns, last, then)]

    def missing_at(
        self, turns: Mapping[int, PlacedTurn], place: int | None, follower: int | None = None
    ) -> frozenset[str]:
        """Who does not see what follows a place: the turn `follower`, or a new one."""
        self._read(turns, place)
        before = NOBODY if place is None else self._missing[place]
        return self._after(turns, place, follower, NOBODY, before)[1]

    def away_before(self, turns: Mapping[int, PlacedTurn], turn: int) -> frozenset[str]:
        """Who was away when that turn was said."""
        self._read(turns, turn)
        return self._away[turn]

    def away_at(
        self, turns: Mapping[int, PlacedTurn], place: int | None, follower: int | None = None
    ) -> frozenset[str]:
        """Who is away after the turn `place`, for the turn `follower`, or for a new one."""
        self._read(turns, place)
        before = NOBODY if place is None else self._away[place]
        return self._after(turns, place, follower, before, NOBODY)[0]

    def _after(
        self,
        turns: Mapping[int, PlacedTurn],
        place: int | None,
        follower: int | None,
        away: frozenset[str],
        missing: frozenset[str],
    ) -> tuple[frozenset[str], frozenset[str]]:
        """Who is away behind a place, and who sees nothing, where it was those at the place."""
        written = self.written.here(turns, place, follower)
        if not written:
            return away, missing
        found = written[-1]
        gone = frozenset(found.away)
        return gone, gone if found.unseen else NOBODY

    def _read(self, turns: Mapping[int, PlacedTurn], turn: int | None) -> None:
        """Know of a turn, and of those before it, who was away and who did not see it."""
        unread = list[int]()
        while turn is not None and turn not in self._away:
            unread.append(turn)
            turn = turns[turn].parent
        away = NOBODY if turn is None else self._away[turn]
        missing = NOBODY if turn is None else self._missing[turn]
        for one in reversed(unread):
            away, missing = self._after(turns, turns[one].parent, one, away, missing)
            self._away[one], self._missing[one] = away, missing
            self._latest = max(self._latest, one)


def presence_of(event: Event) -> Presence:
    """What an event `presence` says. Raises `ValueError`, `TypeError` or `KeyError`."""
    presence = from_json(Presence, {key: event[key] for key in ("after", "since")})
    names, unseen = _names(event.get("away", ())), event.get("unseen") is True
    return Presence(presence.after, presence.since, names, unseen)


def newcomer_of(event: Event, cast_so_far: tuple[Role, ...]) -> Role:
    """The role that an event `cast` adds. Raises `ValueError`, `TypeError` or `KeyError`."""
    role: Role = from_json(Role, event["role"])
    if problem := name_problem(role.name) or taken(role.name, cast_so_far):
        raise ValueError(problem)
    return role


def taken(name: str, cast_so_far: tuple[Role, ...]) -> str | None:
    """Why no newcomer can have a name, where one of the cast has it."""
    if any(name in (role.name, *role.aliases) for role in cast_so_far):
        return _("{name} is in the cast already", name=name)
    return None


def _names(value: Any) -> tuple[str, ...]:
    if not isinstance(value, (list, tuple)) or not all(isinstance(one, str) for one in value):
        raise TypeError(_("expected a list of names, found {value!r}", value=value))
    return tuple(dict.fromkeys(value))
