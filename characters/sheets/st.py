"""The strings of `.st` by which dice bots are told a sheet: `力量50侦查60 hp11`, `hp-3`. Pure."""

import re
from dataclasses import dataclass

from characters.sheets.names import key_in, key_problem, usual_name
from characters.sheets.values import MOST_KEYS, Value

LONGEST = 5_000
"""Characters of a string that is looked at."""
_PAIR = re.compile(
    r"(?<![^\W\d_])(?P<key>[^\W\d_](?:[^\d\s:=+\-,;|&@/*]|/(?=[^\W\d])| (?=[^\W\d_])){0,40}?"
    r"(?:\([^()\d]{1,20}\))?)"
    r"\s*(?P<set>[:=]?)\s*(?P<sign>[+-]?)\s*(?P<number>\d{1,6})(?!\d)(?P<of>/\d{1,6})?"
)
_ROLLED = re.compile(r"(?<!\S)\S{0,60}?\d[dD]\d\S*")
"""What holds dice to roll, such as `&手枪=1d10`."""
ORDER = re.compile(
    r"\s*[.。．]st(?!\s*(?:show|clr|clear|del|rm|list)\b)"
    r"(?=[^a-z]|(?:hp|mp|san|str|con|siz|dex|app|int|pow|edu|luck?)[^a-z])"
    r"\s*",
    re.IGNORECASE,
)
"""What begins a message that fills in a sheet."""
_NAMED = re.compile(r"\s*(?P<name>[^\d\s\-:=+]{1,32}?)--?(?=[^\W\d_])")
_WIDE = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {
    ord("　"): " ",
    ord("−"): "-",
    ord("、"): " ",
}


@dataclass(frozen=True)
class Assignment:
    """One value that is set, or with a sign in `change` changed by so much."""

    key: str
    change: str

    @property
    def number(self) -> int | None:
        """What it is set to; `None` where it is changed, or holds more than a number."""
        return int(self.change) if self.change.isdecimal() else None


@dataclass(frozen=True)
class St:
    """What a string says, and what of it could not be read."""

    assignments: tuple[Assignment, ...]
    rest: str = ""
    name: str = ""
    """Whose sheet it is, as in `林默-力量50`."""


def read_st(text: str) -> St:
    """What stands behind `.st`: names with numbers, with or without anything between them."""
    level = text[:LONGEST].translate(_WIDE)
    name = ""
    if named := _NAMED.match(level):
        name, level = named["name"], level[named.end() :]
    found: list[Assignment] = []
    rest = _ROLLED.findall(level)
    level = _ROLLED.sub(" ", level)
    at = 0
    for pair in _PAIR.finditer(level):
        rest.append(level[at : pair.start()])
        at = pair.end()
        key = " ".join(pair["key"].split())
        if key_problem(key) or len(found) == MOST_KEYS:
            rest.append(pair[0])
            continue
        sign = pair["sign"] if not pair["set"] or pair["sign"] == "-" else ""
        set_to = "=" if pair["set"] and sign else ""
        found.append(Assignment(key, f"{set_to}{sign}{pair['number']}{pair['of'] or ''}"))
    rest.append(level[at:])
    left = " ".join(" ".join(rest).replace(",", " ").replace(";", " ").replace("|", " ").split())
    return St(tuple(found), left, name)


def sheet_of(text: str) -> dict[str, Value]:
    """The sheet that a string sets, as a log holds it; changes and what cannot be read are left
    out, and a later value of the same name counts."""
    sheet: dict[str, Value] = {}
    for one in read_st(text).assignments:
        if one.number is not None:
            sheet[key_in(sheet, one.key) or usual_name(one.key)] = one.number
    return sheet
