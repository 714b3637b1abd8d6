"""A log of ours among the formats, so that it is counted and its names mapped like any other."""

from collections.abc import Iterator

from scenes.files.head import FileHead
from scenes.files.source import TextFile
from scenes.files.trpg.items import Item
from scenes.log import read as read_log


def detect(head: FileHead) -> float:
    """Up to 0.55, by the share of lines that are entries of a log of ours; JSON is none, though it
    reads, and what is in the form of another program is rather that."""
    if head.is_json or not head.lines or head.suffix in (".yaml", ".yml"):
        return 0
    kinds = [line.entry.kind for line in read_log(head.lines)]
    share = sum(kind != "unrecognised" for kind in kinds) / max(len(kinds), 1)
    return 0.3 + 0.25 * share if share > 0.5 else 0


def read(file: TextFile) -> Iterator[Item]:
    """The entries of a log of ours."""
    return iter(read_log(file.lines()))
