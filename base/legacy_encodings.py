"""Which of the encodings before Unicode a text of East Asia is in, by how common its signs are.

In each of them the common characters have a place of their own: GB 2312's and JIS's first level and
Big5's frequent ones. A text that is read in the encoding it was written in is nearly all of such;
read in another one it is mostly of rare characters, or of none.
"""

import codecs
import re
from collections import Counter

LEGACY = ("gb18030", "big5hkscs", "cp932")
"""Python's names; the first one is taken where none is more likely."""
LATIN = "cp1252"
"""What a text of Western Europe is in."""
NAMES = {"big5hkscs": "Big5", "cp932": "Shift_JIS", LATIN: "Windows-1252"}
"""What people call those that Python calls otherwise."""
SAMPLE = 1 << 16
"""Bytes that are looked at."""
CLEARLY = 0.02
"""How much likelier another than the first has to be."""
SURELY = 0.9
"""How common the signs of a single line have to be."""
_ABOVE = re.compile(rb"[\x80-\xff]+")
_BESIDE = re.compile(rb"(?<=[A-Za-z])[\xc0-\xff]|[\xc0-\xff](?=[A-Za-z])")
_LETTER = re.compile(b"[A-Za-z]")
_WRONG = 3
"""How much more a wrong place counts than a common sign."""


def legacy_encoding(raw: bytes) -> str:
    """The likeliest of `LEGACY` for a text that is no Unicode."""
    rates = {one: _rate(raw[:SAMPLE], one) for one in LEGACY}
    best = max(LEGACY, key=lambda one: rates[one])
    return best if rates[best] > rates[LEGACY[0]] + CLEARLY else LEGACY[0]


def is_latin(sample: bytes) -> bool:
    """Whether a sample is of a European language, a byte for each letter: nearly all that is not
    ASCII stands alone, beside letters that are, as no double byte does."""
    runs = _ABOVE.findall(sample)
    alone = sum(len(one) == 1 for one in runs)
    beside = len(_BESIDE.findall(sample))
    letters = len(_LETTER.findall(sample))
    return 10 * alone >= 9 * len(runs) and 2 * beside >= len(runs) and letters >= len(runs) > 0


def legacy_line(raw: bytes) -> str | None:
    """In which of `LEGACY` a line is that is no UTF-8, among others that are; `None` where it is
    rather UTF-8 with wrong bytes."""
    best = legacy_encoding(raw)
    return best if _rate(raw, best) > SURELY else None


def encoding_name(encoding: str) -> str:
    """What people call an encoding."""
    return NAMES.get(encoding, encoding.upper())


def _rate(sample: bytes, encoding: str) -> float:
    """Common signs less wrong places, as a share of all that is not ASCII."""
    text = codecs.getincrementaldecoder(encoding)("replace").decode(sample)
    signs = Counter(sign for sign in text if sign > "\x7f")
    wrong = signs.pop("\ufffd", 0)
    total = signs.total() + wrong
    if not total:
        return 0
    common = sum(count for sign, count in signs.items() if _is_common(sign, encoding))
    return (common - _WRONG * wrong) / total


def _is_common(sign: str, encoding: str) -> bool:
    """Whether a sign has its place among the common ones of an encoding."""
    try:
        place = sign.encode(encoding)
    except UnicodeEncodeError:
        return False
    if len(place) != 2:
        return False
    lead, trail = place
    match encoding:
        case "gb18030":
            return trail > 0xA0 and (0xB0 <= lead <= 0xD7 or 0xA1 <= lead <= 0xA3)
        case "big5hkscs":
            return 0xA4 <= lead <= 0xC6 or 0xA1 <= lead <= 0xA3
        case _:
            return 0x81 <= lead <= 0x83 or 0x88 <= lead <= 0x97
