"""Who speaks next, by a rule, among those who are there. Pure: the same turns, the same answer."""

import random
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol, get_args

from scenes.log import Entry
from scenes.mentions import mentions
from scenes.scene import Role, Scene, Turns

RULES: tuple[Turns, ...] = get_args(Turns)
Why = Literal[
    "called", "named", "list", "pool", "talkative", "players", "alone", "manual", "nobody", "dice"
]
"""Why somebody is next: called by name or only named; by the list or the pool; drawn by
talkativeness; the player after others; because nobody else is there; or nobody is; or a narrator,
who tells what the dice have meant."""


@dataclass(frozen=True)
class Floor:
    """How the floor is given at the table; as it is made, the scene says."""

    rule: Turns | None = None
    """`None` is the rule of the scene."""
    muted: frozenset[str] = frozenset()
    """Roles that no rule chooses, though a person may."""
    away: frozenset[str] = frozenset()
    """Roles that have left."""

    @property
    def silent(self) -> frozenset[str]:
        return self.muted | self.away


OPEN_FLOOR = Floor()


@dataclass(frozen=True)
class Next:
    """Who is next, and why."""

    role: Role | None
    why: Why


class PlayedTurn(Protocol):
    """What is asked of a turn: a number of its own, what it says, and who chose it."""

    @property
    def id(self) -> int: ...

    @property
    def entry(self) -> Entry: ...

    @property
    def by(self) -> str:
        """`player`, `model`, or another who put it there."""
        ...

    @property
    def roll(self) -> int | None:
        """The roll that it tells of."""
        ...


def next_speaker(
    scene: Scene, path: Sequence[PlayedTurn], player: str | None, floor: Floor = OPEN_FLOOR
) -> Role | None:
    """The role whose line comes next; `None` leaves the choice to the person."""
    return next_by_rule(scene, path, player, floor).role


def next_by_rule(
    scene: Scene, path: Sequence[PlayedTurn], player: str | None, floor: Floor = OPEN_FLOOR
) -> Next:
    """The role whose line comes next, and why; nobody who is muted or away.

    - `natural`: behind a roll, a narrator; else who is called in the last line, else who is named
      in it; else one drawn by talkativeness among those who did not just speak; after a model's
      line it may be the player.
    - `list`: round the cast in its order.
    - `pooled`: one of those who have not spoken since the player did; then the player, or
      whoever did not just speak where nobody plays.
    - `manual`: always the person's choice.
    """
    rule = floor.rule or scene.turns
    if rule == "manual":
        return Next(None, "manual")
    there = [role for role in scene.cast if role.name not in floor.silent]
    if not there:
        return Next(None, "nobody")
    last = path[-1] if path else None
    said = _name_of(scene, last, player) if last else ""
    table = _Table(scene, path, player, there, said)
    if rule == "list":
        return Next(table.after(), "list")
    if rule == "pooled":
        return table.pooled()
    if last is not None and last.roll is not None:
        return table.narrator() or table.talkative()
    return table.named() or table.talkative()


def candidates_to_speak(scene: Scene, player: str | None, away: Collection[str] = ()) -> list[Role]:
    """The roles that a model may play and that are there, in the order of the cast."""
    return [role for role in scene.cast if role.name != player and role.name not in away]


@dataclass(frozen=True)
class _Table:
    """What a rule looks at."""

    scene: Scene
    path: Sequence[PlayedTurn]
    player: str | None
    there: Sequence[Role]
    """Those whom a rule may choose."""
    said: str
    """Who spoke last."""

    def named(self) -> Next | None:
        """The role that the last line calls first, else the one that it names first."""
        if not self.path:
            return None
        entry = self.path[-1].entry
        for role in self.there:
            if self._may(role) and any(name in entry.to for name in (role.name, *role.aliases)):
                return Next(role, "called")
        found = [
            mention
            for text in (entry.text, entry.thought)
            for mention in mentions(self.scene.cast, text)
            if self._may(mention.role) and not mention.role.narrator
        ]
        if not found:
            return None
        first = next((mention for mention in found if mention.called), found[0])
        return Next(first.role, "called" if first.called else "named")

    def narrator(self) -> Next | None:
        """A narrator that a model plays, behind a roll."""
        found = next((role for role in self._models() if role.narrator), None)
        return Next(found, "dice") if found else None

    def talkative(self) -> Next:
        path, player = self.path, self._player()
        if path and path[-1].by == "model" and player is not None and self.said != player.name:
            recent = [turn.by for turn in path[-3:]]
            if recent.count("model") >= 2 or len(self.there) <= 2:
                return Next(player, "players")
        others = self._others()
        if others == [player] or len(others) == 1:
            return Next(others[0], "players" if others == [player] else "alone")
        weights = [max(0.0, min(1.0, role.talkativeness)) for role in others]
        if not any(weights):
            weights = [1.0] * len(others)
        return Next(self._dice().choices(others, weights)[0], "talkative")

    def pooled(self) -> Next:
        since = [self.said]
        for turn in reversed(self.path):
            if turn.by == "player":
                break
            since.append(_name_of(self.scene, turn, self.player))
        waiting = [role for role in self._models() if role.name not in since]
        if not waiting and (player := self._player()):
            return Next(player, "players")
        return Next(self._dice().choice(waiting or self._others()), "pool")

    def after(self) -> Role:
        """Who of those that are there comes in the cast behind who spoke last."""
        cast = self.scene.cast
        places = {role.name: place for place, role in enumerate(cast, 1)}
        speakers = (_name_of(self.scene, turn, self.player) for turn in reversed(self.path))
        last = next((places[name] for name in speakers if name in places), 0)
        return next(role for role in (*cast[last:], *cast) if role in self.there)

    def _may(self, role: Role) -> bool:
        return role in self.there and role.name != self.said

    def _player(self) -> Role | None:
        return next((role for role in self.there if role.name == self.player), None)

    def _models(self) -> list[Role]:
        return [role for role in self.there if role.name != self.player]

    def _others(self) -> list[Role]:
        """The roles of models but for who just spoke; the player, or who is alone, where none."""
        others = [role for role in self._models() if role.name != self.said]
        player = self._player()
        return others or ([player] if player else self._models())

    def _dice(self) -> random.Random:
        return random.Random(self.path[-1].id if self.path else 0)


def _name_of(scene: Scene, turn: PlayedTurn, player: str | None) -> str:
    """Whose line a turn is: an alias is its role's; narration is the narrator's, but in the
    opening, and where a player who does not narrate describes something in passing."""
    entry = turn.entry
    for role in scene.cast:
        if entry.speaker in (role.name, *role.aliases):
            return role.name
        if entry.kind == "narration" and role.narrator:
            narrates = turn.by == "model" or (turn.by == "player" and role.name == player)
            return role.name if narrates else ""
    return entry.speaker
