"""What is said behind a dash at the beginning of a paragraph, without quotation marks."""

import re
from collections.abc import Iterator

from scenes.data.books.quotation_marks import Quotation

_LINE = re.compile(r"(?m)^[ \t　]*(——?|―+|—|–)[ \t]?(?=[^\s—―–])([^\n“”「」]{1,2000})$")
_TOLD = re.compile(
    r"(?<=[。！？!?…，,])(?=[^。！？!?，,；]{1,8}(?:说|问|道|喊|叫|答|嚷|回答)(?:道|着|[^，。]{0,3}声)?[，。,：])"
)
_ENDS = re.compile(r"[。！？!?…～，,.][”」』\"’）)]*[ 　]*$")
FEWEST = 2
"""Lines with a dash from which on they are speech."""


def dashed(text: str) -> Iterator[Quotation]:
    """What is said so, each to the words that tell who says it, or to the end of its line."""
    lines = [line for line in _LINE.finditer(text) if _ENDS.search(line[2])]
    if len(lines) < FEWEST:
        return
    for line in lines:
        told = _TOLD.search(text, line.start(2), line.end())
        yield Quotation(line.start(1), told.start() if told else line.end(), False)
