"""A log of ours among the formats, so that it is counted and its names mapped like any other."""

from collections.abc import Iterator

from scenes.files.importers import Item
from scenes.files.source import Source
from scenes.log import read as read_log


def read(source: Source) -> Iterator[Item]:
    """The entries of a log of ours."""
    return iter(read_log(source.lines()))
