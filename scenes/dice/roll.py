"""One roll as it is remembered: whose, what was thrown, what came of it, and what it changed."""

from dataclasses import dataclass, replace
from typing import Literal

from scenes.dice.throwing import Thrown

Kind = Literal["roll", "check", "sanity", "growth"]


@dataclass(frozen=True)
class Change:
    """What a roll changed of a role's sheet."""

    role: str
    key: str
    before: int
    after: int


@dataclass(frozen=True)
class Roll:
    """A roll, as its event holds it."""

    id: int
    """They count from 1 in a session."""
    after: int | None
    """The turn that it was rolled after."""
    who: str
    expression: str
    totals: tuple[int, ...]
    """What it came to; several where it was repeated."""
    kind: Kind = "roll"
    reason: str = ""
    """What it is for, as the log tells it: a skill, or what a person wrote behind the dice."""
    skill: str = ""
    """The skill of a check, as `skills.skill_called` names it."""
    target: int | None = None
    """What a check needed."""
    degree: str = ""
    """How well it came out, one of `rules.Degree`; nothing where nothing was at stake."""
    dice: tuple[Thrown, ...] = ()
    """Every die, in the order in which they fell."""
    hidden: bool = False
    changes: tuple[Change, ...] = ()
    nth: int = 1
    """Which roll of the same it is at its place: 2 where it was rolled there once before."""
    value: int | None = None
    """The skill that a check was made with."""
    seed: int = 0
    """The session's seed; with `id`, it gives the dice again."""

    @property
    def same(self) -> tuple[str, str, str]:
        """What tells whether another roll is the same one: whose, and for what; of dice without a
        reason, the dice. A value, bonus dice or being hidden make no other roll of it."""
        return self.kind, self.who, self.skill or self.reason or self.expression

    def numbered(self, id: int, after: int | None, nth: int, seed: int) -> "Roll":
        """The same roll in its place of a session."""
        return replace(self, id=id, after=after, nth=nth, seed=seed)
