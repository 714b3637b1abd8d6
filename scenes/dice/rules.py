"""Whose rules the dice follow: what `r` alone rolls, and how well a check came out. Pure."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, get_args

from scenes.dice.expression import Dice, Expression, FateDice, Number, Percentile

Game = Literal["coc7", "dnd5e", "fate", "pbta"]
GAMES: tuple[Game, ...] = get_args(Game)
DEFAULT: Game = "coc7"
"""The rules of a scene that names none."""
Degree = Literal[
    "critical",
    "extreme",
    "hard",
    "success",
    "failure",
    "fumble",
    "style",
    "tie",
    "full",
    "partial",
    "miss",
    "ladder+8",
    "ladder+7",
    "ladder+6",
    "ladder+5",
    "ladder+4",
    "ladder+3",
    "ladder+2",
    "ladder+1",
    "ladder+0",
    "ladder-1",
    "ladder-2",
]
"""How well a roll came out. The first six are those of Call of Cthulhu, of which D&D has the middle
and the ends; `style` and `tie` are of Fate, as is its ladder; the rest is Powered by the
Apocalypse."""
Difficulty = Literal["", "hard", "extreme", "critical"]
"""What a check asks for: any success, or one of that degree at least."""
HOUSE_RULES = range(6)
"""House rules of Call of Cthulhu by the numbers of `.setcoc`; 0 is the book's."""
_ATTACKS = ("攻击", "攻擊", "attack")


@dataclass(frozen=True)
class Rules:
    """The rules of one game."""

    game: Game
    alone: Expression
    """What `r` alone rolls."""
    sides: int
    """The sides of a `d` alone."""


_RULES: dict[str, Rules] = {
    "coc7": Rules("coc7", Percentile(0), 100),
    "dnd5e": Rules("dnd5e", Dice(Number(1), Number(20)), 20),
    "fate": Rules("fate", FateDice(Number(4)), 6),
    "pbta": Rules("pbta", Dice(Number(2), Number(6)), 6),
}


def rules_of(game: str | None) -> Rules:
    """The rules of that name; those of a scene that names none for any other."""
    return _RULES.get(game or DEFAULT, _RULES[DEFAULT])


# --- Call of Cthulhu, 7th edition ---


def _book(value: int, needed: int) -> tuple[int, int]:
    return 1, 96 if needed < 50 else 100


def _fifty(value: int, needed: int) -> tuple[int, int]:
    return (1, 96) if value < 50 else (5, 100)


def _five_in_value(value: int, needed: int) -> tuple[int, int]:
    return min(5, max(value, 1)), min(100, max(96, value + 1))


def _five(value: int, needed: int) -> tuple[int, int]:
    return 5, 96


def _tenth(value: int, needed: int) -> tuple[int, int]:
    return max(1, min(5, value // 10)), min(100, 96 + value // 10) if value < 50 else 100


def _two(value: int, needed: int) -> tuple[int, int]:
    return max(1, min(2, value // 5)), 96 if value < 50 else 99


_HOUSES: tuple[Callable[[int, int], tuple[int, int]], ...] = (
    _book,
    _fifty,
    _five_in_value,
    _five,
    _tenth,
    _two,
)


def needed_for(value: int, difficulty: Difficulty) -> int:
    """What a check of that difficulty may come to at most, of a skill of `value`."""
    match difficulty:
        case "hard":
            return value // 2
        case "extreme":
            return value // 5
        case "critical":
            return 1
    return value


def percentile_degree(
    rolled: int, value: int, difficulty: Difficulty = "", house: int = 0
) -> Degree:
    """How well `rolled` of 1 to 100 is, for a skill of `value`.

    1 is always a critical success and 100 always a fumble; where a difficulty was asked for, what
    does not reach it fails.
    """
    needed = needed_for(value, difficulty)
    critical, fumble = _HOUSES[house if house in HOUSE_RULES else 0](value, needed)
    if rolled <= critical:
        return "critical"
    if rolled >= fumble:
        return "fumble"
    if rolled > needed:
        return "failure"
    if rolled <= value // 5:
        return "extreme"
    return "hard" if rolled <= value // 2 else "success"


RANKS: dict[str, int] = {
    **{"fumble": 0, "failure": 1, "success": 2, "hard": 3, "extreme": 4, "critical": 5},
}
"""The degrees of Call of Cthulhu, the worst first."""


def opposed(first: tuple[Degree, int], second: tuple[Degree, int]) -> int:
    """Who of two has the better of it, each a degree and a skill: 0 or 1, or -1 for neither.

    The better degree wins, of equal ones the higher skill; nobody who has failed wins.
    """
    ranks = [RANKS.get(degree, 1) for degree, __ in (first, second)]
    if max(ranks) < RANKS["success"] or (ranks[0], first[1]) == (ranks[1], second[1]):
        return -1
    return 0 if (ranks[0], first[1]) > (ranks[1], second[1]) else 1


# --- the others ---


def against(total: int, needed: int, natural: int | None = None, reason: str = "") -> Degree:
    """A roll of a d20 against a DC; an attack hits by a natural 20, and misses by a natural 1."""
    if any(word in reason.casefold() for word in _ATTACKS) and natural in (1, 20):
        return "critical" if natural == 20 else "fumble"
    return "success" if total >= needed else "failure"


def fate_degree(total: int, needed: int | None) -> Degree:
    """A roll of Fate dice against an opposition; without one, its rung of the ladder."""
    if needed is None:
        rung = f"ladder{max(-2, min(8, total)):+d}"
        return next(degree for degree in get_args(Degree) if degree == rung)
    if total == needed:
        return "tie"
    if total < needed:
        return "failure"
    return "style" if total - needed >= 3 else "success"


def apocalypse_degree(total: int) -> Degree:
    """10 or more, 7 to 9, or less."""
    return "full" if total >= 10 else "partial" if total >= 7 else "miss"
