"""Novels among the importers, only to be told apart: another command makes data of them."""

import re
import shlex
from pathlib import Path

from scenes.files.head import FileHead

LINES, LONG, QUOTES = 8, 25, 3
"""Lines of a text at least, characters of a line of prose, quotations at least."""
_NUMBER = "[0-9０-９〇零一二三四五六七八九十百千两]{1,7}"
_CHAPTER = re.compile(rf"\s*(?:第[ 　]*{_NUMBER}[ 　]*[回章节節卷部集]|Chapter\s+\w)")
_LABEL = re.compile(r"[^：:，。！？“”「」]{1,16}[：:]")
_QUOTE = re.compile('[“「『"]')


def detect(head: FileHead) -> float:
    """Hardly sure of long lines with quotations, surer where they have chapters."""
    lines = head.lines
    if head.is_json or len(lines) < LINES:
        return 0
    labelled = sum(_LABEL.match(line) is not None for line in lines)
    prose = sum(len(line) > LONG for line in lines)
    if 3 * labelled > len(lines) or 3 * prose < len(lines):
        return 0
    if sum(len(_QUOTE.findall(line)) for line in lines) < QUOTES:
        return 0
    return 0.55 if any(map(_CHAPTER.match, lines)) else 0.38


def read(path: Path) -> str:
    """The command that finds out who says what in a novel."""
    return f"paotuan corpus quotes {shlex.quote(str(path))}"
