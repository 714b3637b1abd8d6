"""The curly braced macros of Character Card V3 (CBS), as one pure function; chance is given."""

import re
from random import Random

MACRO = re.compile(r"\{\{([^{}]*)\}\}")
LEGACY = re.compile(r"<(user|char|bot)>", re.IGNORECASE)
DEEPEST = 8
"""Macros inside macros that are expanded."""
SILENT = ("hidden_key:", "comment:", "//")
ALONE = {"newline": "\n", "noop": "", "trim": ""}
_COMMA = re.compile(r"(?<!\\),")
_DICE = re.compile(r"(\d{0,2})d(\d{1,6})([+-]\d{1,6})?|(\d{1,6})", re.IGNORECASE)


def expand(text: str, char: str, user: str | None, rng: Random | None) -> str:
    r"""`text` with its macros replaced, whatever their case, innermost first.

    `{{char}}` is `char`. Where `user` is `None` a `{{user}}` stays (and `<USER>` becomes one);
    where `rng` is `None` so do `{{random:…}}`, `{{pick:…}}` and `{{roll:…}}`. The same pick draws
    the same value from one text. `\,` is a comma that divides nothing. Unknown macros stay.
    Source: SPEC_V3 “Curly Braced Syntaxes”, and SillyTavern for `::`, `2d6+1`, `{{roll 2d6}}`,
    `{{newline}}`, `{{noop}}` and `{{trim}}`.
    """
    if "<" in text:
        text = LEGACY.sub(lambda found: f"{{{{{_legacy(found[1])}}}}}", text)
    if "{{" not in text:
        return text
    scope = _Scope(char, user, rng)
    for _ in range(DEEPEST):
        replaced = MACRO.sub(scope.value, text)
        if replaced == text:
            break
        text = replaced
    return text


def _legacy(name: str) -> str:
    return "user" if name.lower() == "user" else "char"


class _Scope:
    """What the macros of one text stand for."""

    def __init__(self, char: str, user: str | None, rng: Random | None) -> None:
        self.char, self.user, self.rng = char, user, rng
        self.picked: dict[str, str] = {}

    def value(self, found: re.Match[str]) -> str:
        body = found[1].strip()
        word = body.lower()
        if word == "char":
            return self.char
        if word == "user":
            return found[0] if self.user is None else self.user
        if word.startswith(SILENT):
            return ""
        if word in ALONE:
            return ALONE[word]
        if word.startswith("roll "):
            body = f"roll:{body[5:]}"
        name, colon, given = body.partition(":")
        if not colon:
            return found[0]
        return self._called(name.strip().lower(), given, found[0])

    def _called(self, name: str, given: str, whole: str) -> str:
        if name == "reverse":
            return given[::-1]
        if self.rng is None or name not in ("random", "pick", "roll"):
            return whole
        if name == "roll":
            return _rolled(given, self.rng) or whole
        choices = _choices(given)
        if name == "random":
            return self.rng.choice(choices)
        if given not in self.picked:
            self.picked[given] = Random(given).choice(choices)
        return self.picked[given]


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
