"""The macros of cards, those of Character Card V3 (CBS) and of SillyTavern, as one pure function:
chance and the time are given, and no macro is left raw once they are."""

import re
from collections import Counter
from datetime import datetime
from random import Random

from base.messages import N_

LEGACY = re.compile(r"<(user|char|bot)>", re.IGNORECASE)
DEEPEST = 8
"""Macros inside macros that are expanded."""
SILENT = ("hidden_key:", "comment:", "//")
ALONE = {"newline": "\n", "noop": "", "trim": ""}
MACROS = N_("macros that have no value here")
CHANCE = frozenset(("random", "pick", "roll"))
MOMENT = frozenset(("date", "time", "weekday", "isodate", "isotime"))
"""Macros of the day on which the scene is read."""
LONGEST = 1_000_000
"""Characters that variables may grow a text to."""
_SETTERS = {
    **dict.fromkeys(("setvar", "setglobalvar", "setdefaultvar", "tempvar", "settempvar"), "set"),
    **dict.fromkeys(("addvar", "addglobalvar"), "add"),
    **dict.fromkeys(("incvar", "incglobalvar"), "more"),
    **dict.fromkeys(("decvar", "decglobalvar"), "less"),
}
_GETTERS = frozenset(("getvar", "getglobalvar", "gettempvar"))
_MARK = re.compile(r"\{\{(?!\{)|\}\}")
_COMMA = re.compile(r"(?<!\\),")
_DICE = re.compile(r"(\d{0,2})d(\d{1,6})([+-]\d{1,6})?|(\d{1,6})", re.IGNORECASE)
_HAN = re.compile("[\u3400-\u9fff]")
_WEEKDAYS = "一二三四五六日"


def expand(
    text: str,
    char: str,
    user: str | None,
    rng: Random | None,
    now: datetime | None = None,
    variables: dict[str, str] | None = None,
    left_out: Counter[str] | None = None,
) -> str:
    r"""`text` with its macros replaced, whatever their case, innermost and leftmost first.

    `{{char}}` is `char`. Where `user` is `None` a `{{user}}` stays (and `<USER>` becomes one);
    where `rng` is `None` so do `{{random:…}}`, `{{pick:…}}`, `{{roll:…}}`, and `{{date}}` and the
    like; with `rng`, but without `now`, those say nothing. The same pick draws the same value from
    one text. `\,` is a comma that divides nothing. `variables` are those of the texts before, and
    of this one. What has no value here says nothing, and is counted in `left_out`.
    Source: SPEC_V3 “Curly Braced Syntaxes”, and SillyTavern for `::`, `2d6+1`, `{{roll 2d6}}`,
    `{{newline}}`, `{{noop}}`, `{{trim}}`, variables and dates.
    """
    if "<" in text:
        text = LEGACY.sub(lambda found: f"{{{{{_legacy(found[1])}}}}}", text)
    if "{{" not in text:
        return text
    scope = _Scope(char, user, rng, now, {} if variables is None else variables)
    told = scope.told(text)
    if left_out is not None:
        left_out[MACROS] += scope.unknown
    return told


def _legacy(name: str) -> str:
    return "user" if name.lower() == "user" else "char"


class _Scope:
    """What the macros of one text stand for."""

    def __init__(
        self,
        char: str,
        user: str | None,
        rng: Random | None,
        now: datetime | None,
        variables: dict[str, str],
    ) -> None:
        self.char, self.user, self.rng, self.now = char, user, rng, now
        self.variables = variables
        self.picked: dict[str, str] = {}
        self.unknown = 0
        self.room = LONGEST

    def told(self, text: str) -> str:
        """The text, read once from left to right; what is opened and not closed stays."""
        self.han = _HAN.search(text) is not None
        open_: list[list[str]] = [[]]
        at = 0
        for mark in _MARK.finditer(text):
            open_[-1].append(text[at : mark.start()])
            at = mark.end()
            if mark[0] == "{{":
                open_.append([])
            elif len(open_) == 1:
                open_[0].append("}}")
            else:
                body = "".join(open_.pop())
                deep = len(open_) > DEEPEST
                open_[-1].append(f"{{{{{body}}}}}" if deep else self.value(body))
        open_[-1].append(text[at:])
        while len(open_) > 1:
            rest = open_.pop()
            open_[-1] += ["{{", *rest]
        return "".join(open_[0])

    def value(self, whole: str) -> str:
        raw = f"{{{{{whole}}}}}"
        body = whole.strip()
        word = body.lower()
        if word == "char":
            return self.char
        if word == "user":
            return raw if self.user is None else self.user
        if word.startswith(SILENT):
            return ""
        if word in ALONE:
            return ALONE[word]
        if word in MOMENT:
            return raw if self.rng is None else self._moment(word)
        if word.startswith("roll "):
            body = f"roll:{body[5:]}"
        name, colon, given = body.partition(":")
        name = name.strip().lower()
        if name == "reverse" and colon:
            return raw if "{{" in given else given[::-1]
        if name in CHANCE and colon:
            return self._drawn(name, given, raw)
        return self._of_variable(name, given.removeprefix(":"))

    def _moment(self, word: str) -> str:
        now = self.now
        if now is None:
            return ""
        if word in ("time", "isotime"):
            return f"{now:%H:%M}"
        if word == "isodate":
            return f"{now:%Y-%m-%d}"
        if word == "weekday":
            return f"星期{_WEEKDAYS[now.weekday()]}" if self.han else f"{now:%A}"
        return (
            f"{now.year}年{now.month}月{now.day}日"
            if self.han
            else f"{now:%B} {now.day}, {now.year}"
        )

    def _drawn(self, name: str, given: str, raw: str) -> str:
        if self.rng is None:
            return raw
        if name == "roll":
            return _rolled(given, self.rng) or self._nothing()
        choices = _choices(given)
        if name == "random":
            return self.rng.choice(choices)
        if given not in self.picked:
            self.picked[given] = Random(given).choice(choices)
        return self.picked[given]

    def _of_variable(self, name: str, given: str) -> str:
        key, __, value = given.partition("::")
        key = key.strip()
        if name in _GETTERS:
            said = self.variables.get(key)
            if said is None:
                return self._nothing()
            self.room -= len(said)
            return said if self.room >= 0 else ""
        if name not in _SETTERS:
            return self._nothing()
        before = self.variables.get(key, "")
        match _SETTERS[name]:
            case "set":
                after = self._settled(value)
            case "add":
                after = _sum(before, self._settled(value))
            case "more":
                after = _sum(before or "0", "1")
            case _:
                after = _sum(before or "0", "-1")
        self.variables[key] = after[:LONGEST]
        return ""

    def _settled(self, value: str) -> str:
        """What is kept in a variable: chance that waits is drawn now, the same each time."""
        if "{{" not in value or self.rng is not None:
            return value
        scope = _Scope(self.char, "{{user}}", Random(value), self.now, self.variables)
        return scope.told(value)

    def _nothing(self) -> str:
        self.unknown += 1
        return ""


def _sum(before: str, more: str) -> str:
    """Both as one number, or one behind the other where one is none."""
    try:
        number = float(before) + float(more)
    except (ValueError, OverflowError):
        return before + more
    return (
        str(int(number))
        if number == number and abs(number) < 1e15 and number == int(number)
        else (str(number))
    )


def _choices(given: str) -> list[str]:
    given = given.removeprefix(":")
    parts = given.split("::") if "::" in given else _COMMA.split(given)
    return [part.replace("\\,", ",").strip() for part in parts]


def _rolled(given: str, rng: Random) -> str | None:
    dice = _DICE.fullmatch(given.strip())
    if dice is None:
        return None
    sides, count = int(dice[2] or dice[4]), int(dice[1] or 1)
    if not sides or not count:
        return None
    return str(sum(rng.randint(1, sides) for _ in range(count)) + int(dice[3] or 0))
