"""Quotation marks of a message evened out: swapped, unbalanced, or over several lines."""

import re
from collections.abc import Iterable

_SIGNS = re.compile("[“”]")
_DOUBLED = re.compile(r"(?<![\w'])''([^'\n]{1,400})''(?![\w'])")
"""Two single marks for each double one."""
_OTHERS = (("「", "」"), ("『", "』"), ('"', '"'))


def evened(text: str) -> str:
    """`text` with `“` where a quotation begins and `”` where it ends, in each of its lines.

    What is well nested stays. A single mark at the end of a line closes what began with the line.
    """
    text = _DOUBLED.sub(r'"\1"', text.replace("＂", '"'))
    if "“" in text or "”" in text:
        text = _in_turn(text)
    if "\n" in text:
        for pair in (("“", "”"), *_OTHERS):
            if pair[0] in text:
                text = _in_lines(text, *pair)
    return text


def _in_turn(text: str) -> str:
    """The marks by turns, where they are not balanced."""
    signs = [found.start() for found in _SIGNS.finditer(text)]
    if _is_balanced(text[at] for at in signs):
        return text
    if len(signs) == 1:
        at = signs[0]
        begins = text.rfind("\n", 0, at) + 1
        if at > begins and text[at + 1 : at + 2] in ("", "\n"):
            return f"{text[:begins]}“{text[begins:at]}”{text[at + 1 :]}"
        return f"{text[:at]}“{text[at + 1 :]}"
    parts = _SIGNS.split(text)
    return parts[0] + "".join(
        ("“" if number % 2 == 0 else "”") + part for number, part in enumerate(parts[1:])
    )


def _is_balanced(signs: Iterable[str]) -> bool:
    depth = 0
    for sign in signs:
        depth += 1 if sign == "“" else -1
        if depth < 0:
            return False
    return depth == 0


def _in_lines(text: str, opening: str, closing: str) -> str:
    """A quotation over several lines as one in each; only where all are closed."""
    count = text.count(opening)
    if opening == closing:
        if count % 2:
            return text
    elif count != text.count(closing):
        return text
    lines, is_open = [], False
    for line in text.split("\n"):
        begins_open = is_open
        for sign in line:
            if sign in (opening, closing):
                is_open = not is_open if opening == closing else sign == opening
        if line.strip():
            line = (opening if begins_open else "") + line + (closing if is_open else "")
        lines.append(line)
    return "\n".join(lines)
