"""Logs made of lines to messages: a header with a name, then the text, up to the next header."""

from collections.abc import Callable, Iterator

from base.messages import N_, _
from scenes.files.report import FileNotice
from scenes.files.source import TextFile
from scenes.files.trpg.headers import (
    CHANNEL,
    FIRST,
    FVTT,
    LAST,
    LONGEST,
    NAMED,
    PAINTED,
    QQ,
    RENDERED,
    SINANYA,
    STRICT,
    LineHeader,
)
from scenes.files.trpg.items import Dropped, Item, TableMessage

LARGEST = 1 << 20
"""Characters of a message, after which the next one begins under the same name."""
BEFORE = N_("before the first message")
FRAME = N_("lines the program wrote around the messages")
SWITCHES = 5
"""Changes of format that are told."""

Reader = Callable[[TextFile], Iterator[Item]]


def _reader(header: LineHeader) -> Reader:
    def read(file: TextFile) -> Iterator[Item]:
        return messages(file, header)

    return read


read_named = _reader(NAMED)
read_qq = _reader(QQ)
read_channel = _reader(CHANNEL)
read_sinanya = _reader(SINANYA)
read_rendered = _reader(RENDERED)
read_painted = _reader(PAINTED)
read_fvtt = _reader(FVTT)


def messages(file: TextFile, header: LineHeader) -> Iterator[Item]:
    """The messages under headers of one kind, or of others where the file mixes formats."""
    others = _Others(file.mixed)
    usual = header.usual.fullmatch
    match, inline, frame = header.pattern.fullmatch, header.inline, header.frame
    begun, name, id, size, number = 0, "", "", 0, 0
    body: list[str] = []
    made = tuple.__new__  # half the time of a call of the class, at every message
    for line in file.lines():
        number += 1
        if not line:
            continue
        if line[0] in FIRST or line[-1] in LAST:
            heading = usual(line) or match(line) if inline or len(line) < LONGEST else None
            if heading is None and (other := others.header(line, header)):
                yield from others.notice(number, other)
                header = STRICT[other]
                usual = header.usual.fullmatch
                match, inline, frame = header.pattern.fullmatch, header.inline, header.frame
                heading = match(line)
            if heading is not None:
                if begun:
                    yield made(TableMessage, (begun, name, "\n".join(body), id, "person"))
                begun, name, id = number, heading[1], heading[2] or ""
                body, size = [heading[3] or ""] if inline else [], 0
                continue
        if frame is not None and frame.fullmatch(line):
            if line[0] != "-":
                yield Dropped(number, FRAME, line)
        elif begun:
            body.append(line)
            size += len(line)
            if size > LARGEST:
                yield made(TableMessage, (begun, name, "\n".join(body), id, "person"))
                begun, body, size = number, [], 0
        elif not line.isspace():
            yield Dropped(number, BEFORE, line)
    if begun:
        yield made(TableMessage, (begun, name, "\n".join(body), id, "person"))


class _Others:
    """Finds headers of other formats."""

    def __init__(self, mixed: bool) -> None:
        self.told = 0
        self.mixed = mixed

    def header(self, line: str, now: LineHeader) -> str | None:
        """The format of whose headers `line` is one, though it is none of `now`."""
        if not self.mixed or (len(line) >= LONGEST and line[0] not in FIRST):
            return None
        for name, other in STRICT.items():
            if other.pattern is not now.pattern and other.pattern.fullmatch(line):
                return name
        return None

    def notice(self, number: int, other: str) -> Iterator[FileNotice]:
        self.told += 1
        if self.told <= SWITCHES:
            yield FileNotice(number, _("read as {format} from here on", format=other))
