"""A log of ours among the formats, so that it is counted and its names mapped like any other."""

from collections.abc import Iterator

from scenes.files.head import FileHead
from scenes.files.source import TextFile
from scenes.files.trpg.items import Item
from scenes.log import read as read_log

_KEYS = frozenset(
    (
        *("from", "to", "cc", "bcc", "subject", "date", "reply-to", "message-id", "content-type"),
        *("name", "greeting", "context", "description", "title", "version", "type", "id", "url"),
        *("author", "key", "value", "host", "user-agent", "accept", "tags", "language", "status"),
    )
)
"""What stands before a colon in letters, settings and the like."""


def detect(head: FileHead) -> float:
    """Up to 0.55, by the share of lines that are entries of a log of ours; JSON is none, though it
    reads, and what is in the form of another program is rather that."""
    if head.is_json or not head.lines or head.suffix in (".yaml", ".yml"):
        return 0
    entries = [line.entry for line in read_log(head.lines)]
    share = sum(entry.kind != "unrecognised" for entry in entries) / max(len(entries), 1)
    if share <= 0.5:
        return 0
    labels = {entry.speaker.lower() for entry in entries if entry.speaker}
    if labels and 2 * len(labels & _KEYS) >= len(labels):
        return 0.3
    return 0.3 + 0.25 * share


def read(file: TextFile) -> Iterator[Item]:
    """The entries of a log of ours."""
    return iter(read_log(file.lines()))
