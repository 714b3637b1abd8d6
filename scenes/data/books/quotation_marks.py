"""Where quotations begin and end in a text, nested ones kept inside, missing marks mended."""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

_CLOSE = {"“": "”", "「": "」", "『": "』", '"': '"', "‘": "’"}
_OPENERS = frozenset("“「『")
_MARK = re.compile('[“”「」『』"]')
MOST_PARAGRAPHS = 20
"""Paragraphs that one quotation may span."""
LONGEST_LEAD = 400
"""Characters before a mark in which a sentence ends, where the mark begins a new quotation."""
_SENTENCE_END = re.compile("[。！？!?…；]")


class Quotation(NamedTuple):
    """Where its opening mark is, and the position after its closing one."""

    start: int
    end: int
    closed: bool = True
    """Whether its closing mark is in the text."""


def quotations(text: str) -> Iterator[Quotation]:
    """The outermost quotations of a text, in order; paragraph by paragraph, but for one that is
    closed in a later paragraph before another is opened."""
    waiting: list[tuple[int, str]] = []
    paragraphs = 0
    end = 0
    for marks, stop in _paragraphs(text):
        if waiting and (marks[0][1] not in _CLOSE.values() or paragraphs == MOST_PARAGRAPHS):
            yield from _nested(waiting) or _flat(text, waiting, end)
            waiting, paragraphs = [], 0
        waiting, paragraphs, end = waiting + marks, paragraphs + 1, stop
        whole = _nested(waiting)
        if whole is not None or not _left_open(waiting):
            yield from _flat(text, waiting, end) if whole is None else whole
            waiting, paragraphs = [], 0
    if waiting:
        yield from _flat(text, waiting, end)


def blanked(text: str, spans: Sequence[Quotation]) -> str:
    """The narration: `text` with what is said as NUL, sign for sign."""
    pieces, at = [], 0
    for span in spans:
        pieces.append(text[at : span.start])
        pieces.append("\0" * (span.end - span.start))
        at = span.end
    return "".join([*pieces, text[at:]])


def _paragraphs(text: str) -> Iterator[tuple[list[tuple[int, str]], int]]:
    """The marks of each paragraph that has some, and where it ends."""
    marks: list[tuple[int, str]] = []
    stop = 0
    for mark in _MARK.finditer(text):
        if marks and mark.start() > stop:
            yield marks, stop
            marks = []
        if not marks:
            stop = text.find("\n", mark.start())
            stop = len(text) if stop < 0 else stop
        marks.append((mark.start(), mark[0]))
    if marks:
        yield marks, stop


def _left_open(marks: list[tuple[int, str]]) -> bool:
    """Whether the last mark opens and no other is left open before it."""
    return marks[-1][1] in _OPENERS and _nested(marks[:-1]) is not None


def _nested(marks: list[tuple[int, str]]) -> list[Quotation] | None:
    """The outermost quotations where every mark has its partner, else `None`."""
    outermost: list[Quotation] = []
    stack: list[str] = []
    start = 0
    for at, mark in marks:
        if stack and mark == _CLOSE[stack[-1]]:
            stack.pop()
            if not stack:
                outermost.append(Quotation(start, at + 1))
        elif mark in _OPENERS or mark == '"':
            if not stack:
                start = at
            stack.append(mark)
            if len(stack) > 3:
                return None
        else:
            return None
    return None if stack else outermost


def _flat(text: str, marks: list[tuple[int, str]], end: int) -> list[Quotation]:
    """Quotations where a mark is missing: one that is led by a colon ends the one before it."""
    outermost: list[Quotation] = []
    opened: int | None = None
    depth = 0
    for index, (at, mark) in enumerate(marks):
        opens = mark in _OPENERS or (mark == '"' and text[at - 1 : at] in "：:，,\n 　∶；")
        if opens and opened is None:
            opened, depth = at, 1
        elif opens and opened is not None:
            if _is_next(text, opened, at) and not _closes_twice(marks, index):
                outermost.append(Quotation(opened, _sentence_end(text, opened, at), False))
                opened, depth = at, 1
            else:
                depth += 1
        elif opened is not None:
            depth -= 1
            if depth <= 0 or not _closes_twice(marks, index - 1):
                outermost.append(Quotation(opened, at + 1))
                opened = None
    if opened is not None:
        outermost.append(Quotation(opened, end, False))
    return outermost


def _is_next(text: str, opened: int, at: int) -> bool:
    """Whether the mark at `at` begins a quotation of its own: after `。…曰：`."""
    if text[at - 1] not in "：:∶":
        return False
    return _SENTENCE_END.search(text, max(opened, at - LONGEST_LEAD), at) is not None


def _closes_twice(marks: list[tuple[int, str]], index: int) -> bool:
    """Whether the next two marks after `index` both close."""
    following = [mark for _, mark in marks[index + 1 : index + 3]]
    return len(following) == 2 and all(mark in "”」』" for mark in following)


def _sentence_end(text: str, start: int, end: int) -> int:
    last = start + 1
    for mark in _SENTENCE_END.finditer(text, start, end):
        last = mark.end()
    return last
