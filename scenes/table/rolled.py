"""What was rolled in a session: thrown in its place, told in one line, never twice in secret."""

import random
from collections.abc import Callable, Iterable, Iterator, Sequence

from base.errors import KnownError
from base.messages import _
from base.text import shown
from scenes.dice.log_form import line_of, write_roll
from scenes.dice.orders import Order
from scenes.dice.roll import Roll
from scenes.dice.rules import Degree, opposed
from scenes.dice.skills import base_value
from scenes.dice.throwing import written
from scenes.dice.words import is_chinese
from scenes.log import Entry
from scenes.table.session import Session, Turn

NEAR = 8
"""Turns back to where another branch parted, within which its rolls are told of."""


def chance_of(seed: int, roll: int) -> random.Random:
    """The chance of one roll of a session: the same seed and number, the same dice."""
    return random.Random(f"{seed}:{roll}")


def throw(session: Session, orders: Iterable[Order], new_seed: Callable[[], int]) -> list[Roll]:
    """The rolls that orders come to where the play stands; nothing is recorded yet.

    A session keeps the seed of its first roll. Raises `KnownError` for what cannot be thrown.
    """
    known = max(session.rolls, default=0)
    seed = next((roll.seed for roll in session.rolls.values() if roll.seed), 0) or new_seed()
    last = max((turn.roll or 0 for turn in session.turns.values()), default=0)
    rolls = []
    for number, order in enumerate(orders, max(known, last) + 1):
        roll = order.thrown(chance_of(seed, number))
        nth = 1 + max((one.nth for one in rolled_here(session, roll)), default=0)
        rolls.append(roll.numbered(number, session.head, nth, seed))
    return rolls


def rolled_here(session: Session, roll: Roll) -> list[Roll]:
    """The same roll as it was made before where the play stands, whatever became of it."""
    places = set(session.alike(session.head))
    return [one for one in session.rolls.values() if one.after in places and one.same == roll.same]


def rolled_nearby(session: Session, roll: Roll) -> Roll | None:
    """The same roll as it was made last on a branch that parted from this one a few turns ago."""
    here = {one.id for one in session.rolled}
    for one in reversed(session.rolls.values()):
        if one.id not in here and one.same == roll.same and _parted(session, one) < NEAR:
            return one
    return None


def _parted(session: Session, roll: Roll) -> int:
    """How many turns of this branch stand behind where that of a roll parted from it."""
    at = roll.after
    while at is not None and not session.is_on_path(at):
        at = session.turns[at].parent
    if at is None:
        return len(session.path)
    return next(back for back, turn in enumerate(reversed(session.path)) if turn.id == at)


def may_be_rewritten(turn: Turn) -> None:
    """Raise `KnownError` for a turn that tells what the dice said."""
    if turn.roll is not None:
        raise KnownError(
            _(
                "turn {number} is what the dice said, and is not rewritten; /undo or /delete it, "
                "and roll again",
                number=turn.id,
            )
        )


def entry_of(roll: Roll, language: str) -> Entry:
    """A roll as it stands in the log."""
    return Entry("narration", write_roll(line_of(roll), language))


def outcome_of(first: Roll, second: Roll, language: str) -> Entry:
    """Who of two has won, as it stands in the log."""
    better = opposed(_won(first), _won(second))
    name = (first.who, second.who)[better]
    skill = first.reason if first.skill == second.skill else f"{first.reason}/{second.reason}"
    if is_chinese(language):
        text = f"{skill}对抗：" + ("平手" if better < 0 else f"{name}胜出")
    else:
        text = f"opposed {skill}: " + ("a tie" if better < 0 else f"{name} wins")
    return Entry("narration", text)


def _won(roll: Roll) -> tuple[Degree, int]:
    degree: Degree = roll.degree if roll.degree else "failure"  # type: ignore[assignment]
    return degree, roll.value if roll.value is not None else roll.totals[0]


def told_of(session: Session, rolls: Sequence[Roll], given: Sequence[bool]) -> Iterator[str]:
    """What a person should know of rolls beside what the log says, a line for each that has any:
    its dice, where its value is from, and what was rolled before. `given` is whether a person
    said how good the roller is."""
    for roll, said in zip(rolls, given, strict=True):
        parts = list(_parts(session, roll, said))
        if parts:
            yield _("{who}: {parts}", who=roll.who, parts=" · ".join(parts))


def _parts(session: Session, roll: Roll, given: bool) -> Iterator[str]:
    if roll.hidden:
        yield _("rolled in secret; /rolls tells what")
    elif any(len(one.values) > 1 for one in roll.dice) or len(roll.dice) > 1:
        yield " ".join(map(written, roll.dice))
    if not given and not roll.hidden and _is_base(session, roll):
        yield _(
            "{value} is what everybody has; .ra {skill} 60 says more",
            value=roll.value,
            skill=roll.skill,
        )
    for change in roll.changes:
        if change.after == 0 and change.before and not roll.hidden:
            yield _("{key} falls no lower than 0", key=shown(change.key))
    before = rolled_here(session, roll)
    if before:
        yield _(
            "rolled here before: {before}; this is roll {n}",
            before=_short(before[-1]),
            n=roll.nth,
        )
    elif (other := rolled_nearby(session, roll)) is not None:
        yield _("rolled on another branch: {before}", before=_short(other))


def _is_base(session: Session, roll: Roll) -> bool:
    """Whether a check is made with what everybody has, and nobody has been told so yet."""
    base = base_value(roll.skill)
    told = any((one.who, one.skill) == (roll.who, roll.skill) for one in session.rolls.values())
    return roll.kind == "check" and base is not None and roll.value == base and not told


def _short(roll: Roll) -> str:
    """What came of a roll, in few words; nothing of one that is hidden."""
    return _("in secret") if roll.hidden else result_of(roll)


def result_of(roll: Roll, language: str = "zh") -> str:
    """What came of a roll, without whose it was, also where the log hides it."""
    shown = Roll(
        roll.id,
        roll.after,
        roll.who,
        roll.expression,
        roll.totals,
        target=roll.target,
        degree=roll.degree,
        changes=roll.changes,
    )
    return write_roll(line_of(shown), language).removeprefix(f"{roll.who} ")


def rolls_told(session: Session, language: str) -> Iterator[str]:
    """Every roll of this branch, and those made along it that were taken back, a line each; what
    the log hides is told, too."""
    for turn in session.path:
        if (roll := session.roll_of(turn)) is not None:
            yield f"#{turn.id}  {_whole(roll, language)}"
    here, places = {one.id for one in session.rolled}, set(session.alike(session.head))
    for roll in session.rolls.values():
        along = roll.after in places or (roll.after is not None and session.is_on_path(roll.after))
        if along and roll.id not in here:
            yield _("taken back: {roll}", roll=_whole(roll, language))


def _whole(roll: Roll, language: str) -> str:
    if not roll.totals:
        return write_roll(line_of(roll), language)
    dice = " ".join(map(written, roll.dice))
    head = f"{roll.who} {roll.reason}" if roll.reason else roll.who
    hidden = _(" (hidden)") if roll.hidden else ""
    return f"{head} {result_of(roll, language)}  {dice}{hidden}".rstrip()
