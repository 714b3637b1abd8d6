"""Rolls of ours as the sentences of other tools, by the table that reads them. Pure."""

from collections.abc import Sequence
from dataclasses import replace

from base.errors import KnownError
from scenes.dice.expression import Dice, Expression, Number, Percentile
from scenes.dice.faces import faces_of
from scenes.dice.grammar import whole_expression
from scenes.dice.roll import Roll
from scenes.dice.skills import skill_called
from scenes.dice.throwing import Thrown
from scenes.dice.words import degree_word, without_difficulty
from scenes.files.trpg.roll_words import SAYINGS, Said, Saying, Tool
from scenes.files.trpg.rolls import Heard, foreign_rolls


def said_by(tool: Tool, roll: Roll) -> str:
    """What a tool says of a roll; nothing where it could not be read again as the same roll."""
    for saying in SAYINGS:
        if saying.tool == tool and saying.said == said_of(roll):
            text = sentence(saying, roll)
            if text and reads_back(text, roll, is_bot=tool in ("sealdice", "dice", "hktrpg")):
                return text
    return ""


def said_of(roll: Roll) -> Said:
    """What kind of sentence tells of a roll."""
    if roll.hidden:
        return "hidden"
    if roll.kind == "roll" and len(roll.totals) > 1:
        return "repeat"
    if roll.kind == "roll" and roll.target is not None and roll.expression.startswith("1d100"):
        return "check"
    return roll.kind


def sentence(saying: Saying, roll: Roll) -> str:
    """A roll in the words of a sentence; nothing where they have no place for it."""
    plain = not any(field in saying.text for field in ("{d100}", "{extra}", "{dice}", "{rolls}"))
    if plain and not roll.hidden and roll.expression != "1d100":
        return ""
    try:
        return saying.written(fields_of(roll)) + (f"（第{roll.nth}次）" if roll.nth > 1 else "")
    except (KeyError, KnownError):
        return ""


def reads_back(text: str, roll: Roll, is_bot: bool) -> bool:
    """Whether a sentence is read as that roll, and no other."""
    heard = Heard(roll.who, is_bot, lambda name: name, roll.who)
    rolls = foreign_rolls(" ".join(text.split()), heard).rolls
    return len(rolls) == 1 and shared(rolls[0]) == shared(roll)


def shared(roll: Roll) -> Roll:
    """What of a roll the log of another tool holds: nothing of its place, of its seed, of how it is
    called where its kind says that, nor anything of one that is hidden."""
    if roll.hidden:
        return Roll(0, None, roll.who, "", (), hidden=True, nth=roll.nth)
    kind = "check" if said_of(roll) == "check" else roll.kind
    named = "" if kind in ("sanity", "growth") else roll.reason
    return replace(
        roll,
        id=0,
        after=None,
        seed=0,
        value=None,
        kind=kind,
        reason=named,
        skill=_skill(roll, kind),
    )


def _skill(roll: Roll, kind: str) -> str:
    return roll.skill or (skill_called(_named(roll)[0]) if kind == "check" else "")


def fields_of(roll: Roll) -> dict[str, str]:
    """What a sentence may tell of a roll. Raises `KnownError` for dice that are none of ours."""
    fields = {"who": f"<{roll.who}>", "name": roll.who, "words": " ", "again": "", "tag": "ROLL"}
    if roll.hidden:
        return fields
    text = roll.expression.partition("#")[2] or roll.expression
    expression = whole_expression(text)
    if expression == Dice(Number(1), Number(100)):
        expression = Percentile(0)
    skill, why = _named(roll)
    total = str(roll.totals[0])
    fields |= {"why": why, "skill": skill, "again": skill, "total": total, "rolled": total}
    if roll.totals[0] >= 0:
        fields["score"] = total
    fields |= {
        "target": str(roll.target),
        "tail": skill,
        "degree": degree_word(roll.degree),
        "first": total,
    }
    fields |= {"d100": "D100", "faces": "", "extra": "", "each": "", "dice": text}
    many = len(roll.totals)
    each = roll.dice[: len(roll.dice) // many] if many > 1 else roll.dice
    fields["detail"] = _detail(expression, each)
    fields |= {"n": str(many), "repeats": str(many), "totals": ",".join(map(str, roll.totals))}
    if many > 1:
        fields["rolls"] = " ".join(_rolls(expression, text, roll))
    if isinstance(expression, Percentile):
        fields |= _extra(expression, roll.dice[:1])
        fields |= _changes(roll)
    return fields


def _named(roll: Roll) -> tuple[str, str]:
    """The skill as it was written, and why else it was rolled."""
    words = roll.reason.split()
    if said_of(roll) not in ("check", "growth"):
        return "", roll.reason
    if roll.kind == "growth":
        return roll.reason.removesuffix("成长").removesuffix(" growth"), ""
    for many in range(len(words), 0, -1):
        head = " ".join(words[:many])
        if skill_called(without_difficulty(head)[1]) == roll.skill:
            return head, " ".join(words[many:])
    return (words[0], " ".join(words[1:])) if words else ("", "")


def _extra(expression: Percentile, dice: Sequence[Thrown]) -> dict[str, str]:
    bonus = expression.bonus
    if not bonus:
        return {}
    letter = f"{'b' if bonus > 0 else 'p'}{abs(bonus)}"
    if not dice:
        return {"d100": letter, "extra": f"ボーナス・ペナルティダイス[{bonus}]"}
    return {
        "d100": letter,
        "faces": f"[{faces_of(expression, dice)}]",
        "extra": f"ボーナス・ペナルティダイス[{bonus}]",
        "each": ", ".join(map(str, dice[0].values)),
    }


def _changes(roll: Roll) -> dict[str, str]:
    """What a roll has cost or gained, with the dice of that behind its own."""
    if not roll.changes:
        return {}
    change = roll.changes[0]
    lost = abs(change.after - change.before)
    dice = roll.dice[1:]
    told = str(lost)
    if dice and roll.kind == "growth":
        told = f"1D10={lost}"
    elif len(dice) == 1 and sum(dice[0].values) == lost and not dice[0].dropped:
        shown = "+".join(map(str, dice[0].values))
        middle = f"[{shown}]=" if len(dice[0].values) > 1 else ""
        told = f"{len(dice[0].values)}d{dice[0].sides}={middle}{lost}"
    return {
        "before": str(change.before),
        "after": str(change.after),
        "loss": told,
        "gain": told,
    }


def _detail(expression: Expression, dice: Sequence[Thrown]) -> str:
    shown = faces_of(expression, dice)
    return f"={shown}" if shown and not shown.lstrip("-").isdigit() else ""


def _rolls(expression: Expression, text: str, roll: Roll) -> list[str]:
    many = len(roll.totals)
    size = len(roll.dice) // many
    return [
        f"{text}{_detail(expression, roll.dice[at * size : (at + 1) * size])}={total}"
        for at, total in enumerate(roll.totals)
    ]
