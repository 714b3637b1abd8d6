"""The grammar of rolls, by recursive descent: what of a text is an expression. Pure.

roll     ::= [NUMBER "#"] sum
sum      ::= product (("+" | "-") product)*
product  ::= factor (("*" | "x" | "×" | "/" | "÷") factor)*
factor   ::= ("+" | "-")* atom
atom     ::= dice | NUMBER | "(" sum ")"
dice     ::= [count] "d" [sides] [keep]
count, sides ::= NUMBER | "(" sum ")"     sides also "%" and "F"
keep     ::= ("kh" | "kl" | "dh" | "dl" | "k" | "q") [NUMBER] | ("b" | "p") [NUMBER]
           | "优势" | "劣势" | "adv" | "dis"
"""

import re

from base.errors import KnownError
from base.messages import _
from base.text import shown
from scenes.dice.expression import (
    DEEPEST,
    LARGEST,
    LONGEST,
    MOST_DICE,
    MOST_SIDES,
    PERCENT,
    Binary,
    Dice,
    Expression,
    FateDice,
    Keeps,
    Negative,
    Number,
    Operator,
    Percentile,
)

MOST_EXTRA = 10
"""Bonus or penalty dice of a check."""
_NARROW = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {
    **{ord(sign): "*" for sign in "×✕✖"},
    ord("÷"): "/",
    **{ord(sign): "-" for sign in "－−—–"},
    ord("　"): " ",
}
_OPERATORS: dict[str, Operator] = {"+": "+", "-": "-", "*": "*", "x": "*", "X": "*", "/": "/"}
_DIGITS = re.compile(r"[0-9]+")
_BLANKS = re.compile(r"\s*")
_KEEP = re.compile(r"(kh|kl|dh|dl|k|q)\s?([0-9]*)(?![A-Za-z])", re.IGNORECASE)
_EXTRA = re.compile(r"([bp])([0-9]*)(?![A-Za-z])", re.IGNORECASE)
_ADVANTAGE = re.compile(r"(优势|優勢|adv(?:antage)?)|(劣势|劣勢|dis(?:advantage)?)", re.IGNORECASE)
_BEGINS = re.compile(r"[-+(]*\(?\s*[0-9d(]", re.IGNORECASE)
_KEEPS: dict[str, Keeps] = {
    **{"kh": "kh", "k": "kh", "kl": "kl", "q": "kl", "dh": "dh", "dl": "dl"},
}


def narrow(text: str) -> str:
    """`text` with its full-width marks, letters and digits as half-width ones, as long as it is."""
    return text.translate(_NARROW)


def begins_with_dice(text: str) -> bool:
    """Whether a text begins as an expression does: with a number, a bracket, or a `d` and what may
    follow it."""
    level = narrow(text)
    if not _BEGINS.match(level):
        return False
    return not (level[:1] in "dD" and level[1:2].isalpha() and level[1:2] not in "fFkKqQ优劣優")


def read_expression(text: str, sides: int = PERCENT) -> tuple[Expression, str]:
    """The expression that a text begins with, a `d` alone having so many `sides`, and what follows.

    Raises `KnownError` that says where it is wrong, and what could stand there.
    """
    too_long(text)
    reader = _Reader(narrow(text), sides)
    found = reader.sum()
    rest = text[reader.at :]
    if rest[:1].isascii() and rest[:1].isalnum():
        raise reader.unexpected()
    return found, rest.strip()


def whole_expression(text: str, sides: int = PERCENT) -> Expression:
    """The expression that a text is. Raises `KnownError`, also for anything behind it."""
    found, rest = read_expression(text, sides)
    if rest:
        raise KnownError(
            _("{text}: {rest} does not belong to the dice", text=shown(text), rest=shown(rest))
        )
    return found


def too_long(text: str) -> None:
    """Raise `KnownError` for more than is read."""
    if len(text) > LONGEST:
        raise KnownError(
            _(
                "{text}: {n} characters; a roll has at most {most}",
                text=shown(text),
                n=len(text),
                most=LONGEST,
            )
        )


class _Reader:
    """Reads one text from the left."""

    def __init__(self, text: str, sides: int) -> None:
        self.text, self.at, self.sides = text, 0, sides
        self._depth = 0

    def sum(self) -> Expression:
        left = self._product()
        while (sign := self._operator("+-")) is not None:
            left = Binary(sign, left, self._product())
        return left

    def _product(self) -> Expression:
        left = self._factor()
        while (sign := self._operator("*/xX")) is not None:
            left = Binary(sign, left, self._factor())
        return left

    def _factor(self) -> Expression:
        self._blanks()
        sign = self.text[self.at : self.at + 1]
        if sign and sign in "+-":
            self.at += 1
            self._deeper()
            inner = self._factor()
            self._depth -= 1
            return Negative(inner) if sign == "-" else inner
        return self._atom()

    def _atom(self) -> Expression:
        count = self._bracket() or self._number()
        sign = self.text[self.at : self.at + 1]
        if sign not in ("d", "D"):
            if count is None:
                raise self.unexpected()
            return count
        self.at += 1
        count = count or Number(1)
        if self.text[self.at : self.at + 1] in ("f", "F"):
            self.at += 1
            return FateDice(self._few(count))
        return self._kept(self._few(count), self._sides())

    def _sides(self) -> Expression:
        if self.text[self.at : self.at + 1] == "%":
            self.at += 1
            return Number(PERCENT)
        sides = self._bracket() or self._number()
        if sides is None:
            return Number(self.sides)
        if isinstance(sides, Number) and not 1 <= sides.value <= MOST_SIDES:
            raise self._wrong(
                _("a die of {n} sides; there are 1 to {most}", n=sides.value, most=MOST_SIDES)
            )
        return sides

    def _kept(self, count: Expression, sides: Expression) -> Expression:
        """Dice with what stands behind their sides."""
        if found := _KEEP.match(self.text, self.at):
            self.at = found.end()
            many = self._small(found[2], MOST_DICE)
            return Dice(count, sides, _KEEPS[found[1].lower()], many)
        one = count == Number(1)
        if one and (found := _ADVANTAGE.match(self.text, self.at)):
            self.at = found.end()
            return Dice(Number(2), sides, "kh" if found[1] else "kl")
        if one and sides == Number(PERCENT) and (found := _EXTRA.match(self.text, self.at)):
            self.at = found.end()
            many = self._small(found[2], MOST_EXTRA)
            return Percentile(many if found[1] in "bB" else -many)
        return Dice(count, sides)

    def _few(self, count: Expression) -> Expression:
        if isinstance(count, Number) and not 1 <= count.value <= MOST_DICE:
            raise self._wrong(_("{n} dice; there are 1 to {most}", n=count.value, most=MOST_DICE))
        return count

    def _small(self, digits: str, most: int) -> int:
        many = int(digits[:9] or 1)
        if not 1 <= many <= most:
            raise self._wrong(_("{n} dice; there are 1 to {most}", n=many, most=most))
        return many

    def _bracket(self) -> Expression | None:
        if self.text[self.at : self.at + 1] != "(":
            return None
        self.at += 1
        self._deeper()
        inner = self.sum()
        self._depth -= 1
        self._blanks()
        if self.text[self.at : self.at + 1] != ")":
            raise self._wrong(_("a bracket is not closed"))
        self.at += 1
        return inner

    def _number(self) -> Number | None:
        found = _DIGITS.match(self.text, self.at)
        if found is None:
            return None
        self.at = found.end()
        if len(found[0]) > 12 or int(found[0]) > LARGEST:
            raise self._wrong(_("a number above {most}", most=LARGEST))
        return Number(int(found[0]))

    def _operator(self, signs: str) -> Operator | None:
        """The operator that is next; what follows it is an expression, else it is none of it."""
        at = self._after_blanks()
        sign = self.text[at : at + 1]
        if not sign or sign not in signs:
            return None
        if (
            sign in "xX"
            and not _DIGITS.match(self.text, at + 1)
            and self.text[at + 1 : at + 2] != "("
        ):
            return None
        self.at = at + 1
        return _OPERATORS[sign]

    def _deeper(self) -> None:
        self._depth += 1
        if self._depth > DEEPEST:
            raise self._wrong(_("more than {most} brackets in brackets", most=DEEPEST))

    def _after_blanks(self) -> int:
        found = _BLANKS.match(self.text, self.at)
        return found.end() if found else self.at

    def _blanks(self) -> None:
        self.at = self._after_blanks()

    def unexpected(self) -> KnownError:
        behind = self.text[self.at :].strip()
        if not behind:
            return self._wrong(_("a number or dice are missing at its end, such as 1d6"))
        return self._wrong(
            _("a number or dice, such as 1d6, should stand before {rest}", rest=shown(behind[:12]))
        )

    def _wrong(self, problem: str) -> KnownError:
        return KnownError(
            _("{where}: {problem}", where=shown(self.text.strip()) or "d", problem=problem)
        )
