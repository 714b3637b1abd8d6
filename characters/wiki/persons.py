"""Whether a heading names a person, and which text about them a question is about. Pure."""

import re
from collections.abc import Sequence
from math import log, sqrt

from characters.wiki.terms import FUNCTION, PARTICLES, fold

BETWEEN = " · "
"""What stands between the headings of a title."""
LONGEST_SURNAME = 3
"""Characters that may stand before a given name, as 坂井 does before 悠二."""
_BESIDE = re.compile(r"[（(\[［【].*?[）)\]］】]")
_HAN = re.compile("[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U000323af]")
_IS_HAN = re.compile(rf"{_HAN.pattern}+")
_WORD = re.compile(r"[\w'’-]+")


def is_about(title: str, names: Sequence[str]) -> bool:
    """Whether one of the headings of a title names somebody who is called one of `names`.

    What a heading has in brackets does not count; a surname may stand in it, or be left out.
    """
    headings = [_plain(heading) for heading in title.split(BETWEEN)]
    return any(_same(heading, _plain(name)) for heading in headings for name in names)


def _plain(text: str) -> str:
    return _BESIDE.sub("", fold(text)).strip()


def _same(heading: str, name: str) -> bool:
    if not name or not heading:
        return False
    if heading == name:
        return True
    longer, shorter = sorted((heading, name), key=len, reverse=True)
    if _IS_HAN.fullmatch(longer) and _IS_HAN.fullmatch(shorter):
        more = len(longer) - len(shorter)
        return len(shorter) > 1 and more <= LONGEST_SURNAME and longer.endswith(shorter)
    parts = re.split("[·・•]", longer)
    if len(parts) > 1:
        return shorter in (parts[0], parts[-1])
    words = _WORD.findall(longer)
    return 1 < len(words) <= 4 and shorter in (words[0], words[-1])


def letters(text: str) -> set[str]:
    """The Chinese characters of a text that say something by themselves."""
    return set(_HAN.findall(fold(text))) - FUNCTION - PARTICLES


def letters_shared(wanted: set[str], texts: Sequence[str]) -> list[float]:
    """How much of the characters that are `wanted` each text has: those that few of the texts have
    count most, and 1 is about one that no other has."""
    if not wanted:
        return [0.0] * len(texts)
    held = [wanted & set(fold(text)) for text in texts]
    most = log(1 + (len(texts) - 0.5) / 1.5)
    counts = {one: sum(one in each for each in held) for one in wanted}
    worth = {
        one: log(1 + (len(texts) - many + 0.5) / (many + 0.5)) / most
        for one, many in counts.items()
        if many
    }
    return [sum(worth[one] for one in each) / sqrt(len(wanted)) for each in held]
