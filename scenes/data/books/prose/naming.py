"""How likely a piece of modern Chinese prose is a name: a logistic model over how it is used."""

import json
import math
from collections.abc import Mapping
from functools import cache
from importlib import resources

from scenes.data.books.people import COMPOUND
from scenes.data.books.people import SURNAMES as OLD_SURNAMES
from scenes.data.books.prose import words as w
from scenes.data.books.prose.given_words import GIVEN
from scenes.name_words import SURNAMES as COMMON_SURNAMES

SURNAMES = OLD_SURNAMES | COMMON_SURNAMES
_COMMON = COMMON_SURNAMES - frozenset("时空成高路满冷白古万常安毛车江水关向温叶易")
_COUNTED = ("acts", "weak", "beside", "says", "called")
NUMBERS = frozenset("一二三四五六七八九十")
_CALLED_SO = tuple({*w.TITLES_F, *w.TITLES_M, *w.TITLES, *w.KIN_F, *w.KIN_M})
MOST = 1.5
"""Logarithm of how often a piece is used above which more tells nothing."""
LEAST = 0.35
"""Least probability of a name for it to be taken as one."""


def features(name: str, how: Mapping[str, int], text: str) -> dict[str, float]:
    """What speaks for and against a name of a text that is used as `how` tells."""
    count = text.count(name)
    found = {"": 1.0, f"long {len(name)}": 1.0, "count": min(MOST, math.log(count))}
    starts = max(1, how.get("starts", 0))
    for key in _COUNTED:
        if times := how.get(key, 0):
            found[key] = min(2.0, math.log1p(times))
            found[f"{key} often"] = times / max(count, 1)
    found["starts"] = min(1.0, starts / max(count, 1))
    found["acting"] = (how.get("acts", 0) + how.get("weak", 0)) / starts
    found["words behind"] = how.get("words", 0) / starts
    found["ends"] = how.get("ends", 0) / starts
    surname = next((each for each in COMPOUND if name.startswith(each)), name[0])
    given = len(name) - len(surname)
    word = is_word(name)
    part = not word and (is_word(name[-2:]) or is_word(name[:2]))
    of = "a word, " if word else "of words, " if part else ""
    if given in (1, 2) and (surname in COMPOUND or surname in _COMMON):
        found[f"{of}surname and {given}"] = 1.0
    elif given in (1, 2) and surname in SURNAMES:
        found[f"{of}rare surname and {given}"] = 1.0
    if given == 2 and not is_word(name[-2:]) and text.count(name[-2:]) > 2 * count:
        found["given name alone"] = 1.0
    if given in (1, 2) and (surname in COMPOUND or surname in SURNAMES):
        usual = sum(sign in GIVEN for sign in name[len(surname) :])
        found[f"usual {usual} of {given}"] = 1.0
    if name[0] in "老小阿大":
        found["old, young"] = 1.0
    if name[0] in NUMBERS:
        found["number"] = 1.0
    if name.endswith(_CALLED_SO):
        found["called so"] = 1.0
    elif name[-1] in w.SUFFIXES:
        found["what somebody is"] = 1.0
    if is_foreign(name):
        found[f"foreign {min(len(name), 4)}"] = 1.0
    if word:
        found["word"] = 1.0
    elif part:
        found["part word"] = 1.0
    found["no name"] = float(sum(sign in w.NO_NAME for sign in name))
    if len(name) == 2 and name[0] == name[1]:
        found["twice"] = 1.0
    if set(name[1:]) & w.WOMEN:
        found["woman"] = 1.0
    return found


def is_foreign(name: str) -> bool:
    """Whether a name is in the signs by which foreign names are written."""
    own = sum(sign in w.FOREIGN for sign in name)
    return own >= len(name) - (len(name) > 3)


def is_word(name: str) -> bool:
    """Whether a dictionary has it as a word."""
    from pypinyin.phrases_dict import phrases_dict

    return name in phrases_dict


def likelihood(found: Mapping[str, float]) -> float:
    """The probability of a name, from its features."""
    weights = name_weights()
    score = sum(weights.get(key, 0.0) * value for key, value in found.items())
    return 1 / (1 + math.exp(-max(-50.0, min(50.0, score))))


@cache
def name_weights() -> Mapping[str, float]:
    """The weights that `tests/corpora/train_names.py` learned from labelled chapters."""
    text = resources.files(__package__).joinpath("name_weights.json").read_text("utf-8")
    weights: dict[str, float] = json.loads(text)
    return weights
