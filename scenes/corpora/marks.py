"""Where quotations begin and end in a text, nested ones kept inside, missing marks mended."""

import re
from collections.abc import Iterator
from typing import NamedTuple

_CLOSE = {"“": "”", "「": "」", "『": "』", '"': '"', "‘": "’"}
_OPENERS = frozenset("“「『")
_MARK = re.compile('[“”「」『』"]')
_SENTENCE_END = re.compile("[。！？!?…；]")


class Quotation(NamedTuple):
    """Where its opening mark is, and the position after its closing one."""

    start: int
    end: int
    closed: bool = True
    """Whether its closing mark is in the text."""


def quotations(text: str) -> Iterator[Quotation]:
    """The outermost quotations of a text, paragraph by paragraph, in order."""
    start = 0
    while start < len(text):
        end = text.find("\n", start)
        end = len(text) if end < 0 else end
        marks = [(found.start(), found[0]) for found in _MARK.finditer(text, start, end)]
        if marks:
            yield from _nested(marks) or _flat(text, marks, end)
        start = end + 1


def _nested(marks: list[tuple[int, str]]) -> list[Quotation] | None:
    """The outermost quotations where every mark has its partner, else `None`."""
    found: list[Quotation] = []
    stack: list[str] = []
    start = 0
    for at, mark in marks:
        if stack and mark == _CLOSE[stack[-1]]:
            stack.pop()
            if not stack:
                found.append(Quotation(start, at + 1))
        elif mark in _OPENERS or mark == '"':
            if not stack:
                start = at
            stack.append(mark)
            if len(stack) > 3:
                return None
        else:
            return None
    return None if stack else found


def _flat(text: str, marks: list[tuple[int, str]], end: int) -> list[Quotation]:
    """Quotations where a mark is missing: one that is led by a colon ends the one before it."""
    found: list[Quotation] = []
    opened: int | None = None
    depth = 0
    for index, (at, mark) in enumerate(marks):
        opens = mark in _OPENERS or (mark == '"' and text[at - 1 : at] in "：:，,\n 　∶；")
        if opens and opened is None:
            opened, depth = at, 1
        elif opens and opened is not None:
            if _is_next(text, opened, at) and not _closes_twice(marks, index):
                found.append(Quotation(opened, _sentence_end(text, opened, at), False))
                opened, depth = at, 1
            else:
                depth += 1
        elif opened is not None:
            depth -= 1
            if depth <= 0 or not _closes_twice(marks, index - 1):
                found.append(Quotation(opened, at + 1))
                opened = None
    if opened is not None:
        found.append(Quotation(opened, end, False))
    return found


def _is_next(text: str, opened: int, at: int) -> bool:
    """Whether the mark at `at` begins a quotation of its own: after `。…曰：`."""
    return text[at - 1] in "：:∶" and _SENTENCE_END.search(text, opened, at) is not None


def _closes_twice(marks: list[tuple[int, str]], index: int) -> bool:
    """Whether the next two marks after `index` both close."""
    following = [mark for _, mark in marks[index + 1 : index + 3]]
    return len(following) == 2 and all(mark in "”」』" for mark in following)


def _sentence_end(text: str, start: int, end: int) -> int:
    last = start + 1
    for found in _SENTENCE_END.finditer(text, start, end):
        last = found.end()
    return last
