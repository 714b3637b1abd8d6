"""A log of ours among the formats, so that it is counted and its names mapped like any other."""

import re
from collections import Counter
from collections.abc import Iterator

from scenes.files.head import FileHead
from scenes.files.source import TextFile
from scenes.files.trpg.items import Item
from scenes.files.trpg.names import may_speak
from scenes.log import read as read_log

_KEYS = frozenset(
    (
        *("from", "to", "cc", "bcc", "subject", "date", "reply-to", "message-id", "content-type"),
        *("name", "greeting", "context", "description", "title", "version", "type", "id", "url"),
        *("author", "key", "value", "host", "user-agent", "accept", "tags", "language", "status"),
    )
)
"""What stands before a colon in letters, settings and the like."""

_HYPHENED = re.compile(r"[A-Z][a-z]+(?:-[A-Z][A-Za-z]*)+")
_OWN = ("action", "thought", "narration", "chapter")
"""Entries that nobody else writes so."""
UNSURE = 0.3


def detect(head: FileHead) -> float:
    """Up to 0.55, by the share of lines that are entries of a log of ours; JSON is none, though it
    reads, and what is in the form of another program is rather that. Where nothing but names and
    colons is seen, some names have to come again."""
    if head.is_json or not head.lines or head.suffix in (".yaml", ".yml"):
        return 0
    entries = [line.entry for line in read_log(head.lines)]
    entries = [entry for entry in entries if entry.kind != "comment"]
    share = sum(entry.kind != "unrecognised" for entry in entries) / max(len(entries), 1)
    if share <= 0.5:
        return 0
    is_own = any(entry.kind in _OWN for entry in entries) or any(
        "：" in line for line in head.lines
    )
    speakers = Counter(entry.speaker for entry in entries if entry.speaker)
    if not (is_own or _are_people(speakers)) or _are_keys(speakers):
        return UNSURE
    return 0.3 + 0.25 * share


def _are_people(speakers: Counter[str]) -> bool:
    """Whether labels look like those who talk: few, and with names."""
    named = sum(may_speak(name) and not name[0].islower() for name in speakers)
    return 2 * len(speakers) <= speakers.total() and named == len(speakers)


def _are_keys(speakers: Counter[str]) -> bool:
    """Whether labels are those of letters and settings."""
    keys = sum(name.lower() in _KEYS or bool(_HYPHENED.fullmatch(name)) for name in speakers)
    return keys > 0 and 2 * keys >= len(speakers)


def read(file: TextFile) -> Iterator[Item]:
    """The entries of a log of ours."""
    return iter(read_log(file.lines()))
