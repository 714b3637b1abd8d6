"""Numbers of chapters, written in digits or in Chinese."""

import unicodedata

_UNITS = {"十": 10, "百": 100, "千": 1000}
_TENS = {"廿": 20, "卅": 30}
_DIGITS = {
    sign: value
    for signs in ("0123456789", "零一二三四五六七八九", "〇")
    for value, sign in enumerate(signs)
} | {"两": 2}


def number(text: str) -> int:
    """The value of a numeral such as 120, 一百二十 or 一二〇; other signs count as zero."""
    total = last = 0
    for sign in unicodedata.normalize("NFKC", text):
        if sign in _UNITS:
            total, last = total + (last or 1) * _UNITS[sign], 0
        elif sign in _TENS:
            total, last = total + _TENS[sign], 0
        else:
            last = 10 * last + _DIGITS.get(sign, 0)
    return total + last
