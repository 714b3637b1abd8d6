"""Logs made of lines to messages: a header with a name, then the text, up to the next header."""

from collections.abc import Callable, Iterable, Iterator
from itertools import islice

from base.messages import N_, _
from scenes.files.report import FileNotice
from scenes.files.source import TextFile
from scenes.files.trpg.broken_headers import LOOKED_AT, names_above, rejoined
from scenes.files.trpg.colours import without_colours
from scenes.files.trpg.headers import (
    BLACK,
    CHANNEL,
    CHANNELLED,
    DATED_NAME,
    DISCORD,
    FIRST,
    FVTT,
    HKTRPG,
    IRC,
    LAST,
    LONGEST,
    MINUTES,
    NAMED,
    PAINTED,
    QQ,
    RENDERED,
    SINANYA,
    STAMPED,
    STRICT,
    TABBED,
    LineForm,
    LineHeader,
)
from scenes.files.trpg.items import Dropped, Item, Part, TableMessage, part_of
from scenes.files.trpg.names import is_name

LARGEST = 1 << 20
"""Characters of a message, after which the next one begins under the same name."""
BEFORE = N_("before the first message")
FRAME = N_("lines the program wrote around the messages")
MOST = 10_000
"""Names that are remembered to be such."""
SWITCHES = 5
"""Changes of format that are told."""

ROBOT = "(🤖)"
"""What HKTRPG writes before the name of a program."""

Reader = Callable[[TextFile], Iterator[Item]]


def _reader(header: LineHeader) -> Reader:
    def read(file: TextFile) -> Iterator[Item]:
        return messages(file, header)

    return read


read_named = _reader(NAMED)
read_qq = _reader(QQ)
read_dated = _reader(DATED_NAME)
read_black = _reader(BLACK)
read_minutes = _reader(MINUTES)
read_sinanya = _reader(SINANYA)
read_rendered = _reader(RENDERED)
read_painted = _reader(PAINTED)
read_fvtt = _reader(FVTT)
read_tabbed = _reader(TABBED)
read_stamped = _reader(STAMPED)
read_channelled = _reader(CHANNELLED)
read_discord = _reader(DISCORD)


def read_irc(file: TextFile) -> Iterator[Item]:
    """The messages of an IRC program, without their colours."""
    return messages(file, IRC, map(without_colours, file.lines()))


def read_channel(file: TextFile) -> Iterator[Item]:
    """The messages under a name and a time, be they broken into lines by a copy."""
    above = names_above(islice(file.lines(), LOOKED_AT))
    return messages(file, CHANNEL, rejoined(file.lines(), above))


def read_hktrpg(file: TextFile) -> Iterator[Item]:
    """The messages of HKTRPG's text, in which programs are marked."""
    for item in messages(file, HKTRPG):
        if isinstance(item, TableMessage) and item.name.startswith(ROBOT):
            item = item._replace(name=item.name.removeprefix(ROBOT).strip(), part="bot")
        yield item


def messages(
    file: TextFile, header: LineHeader, lines: Iterable[str] | None = None
) -> Iterator[Item]:
    """The messages under headers of one kind, or of others where the file mixes formats.

    `lines` are those of the file, where they were changed before.
    """
    others = _Others(file.mixed)
    usual, match = header.usual.fullmatch, header.pattern.fullmatch
    inline, frame, tail, everywhere = header.inline, header.frame, header.tail, header.anywhere
    forms = header.forms
    of_name, of_id, of_text, of_channel = header.groups
    begun, name, id, size, number, tailing = 0, "", "", 0, 0, False
    part: Part = "person"
    body: list[str] = []
    names: set[str] = set()
    made = tuple.__new__  # half the time of a call of the class, at every message
    for line in file.lines() if lines is None else lines:
        number += 1
        if not line:
            continue
        if forms and (other_part := _formed(forms, line)):
            if begun:
                yield made(TableMessage, (begun, name, "\n".join(body), id, part))
            begun, name, part, tailing = number, other_part[0], other_part[2], False
            body, size, id = [other_part[1]], 0, ""
            continue
        if everywhere or line[0] in FIRST or line[-1] in LAST:
            heading = usual(line) or match(line) if inline or len(line) < LONGEST else None
            if heading is not None and (called := heading[of_name]) not in names:
                if not is_name(called):
                    heading = None
                elif len(names) < MOST:
                    names.add(called)
            if heading is None and (other := others.header(line, header)):
                yield from others.notice(number, other)
                header = STRICT[other]
                usual, match = header.usual.fullmatch, header.pattern.fullmatch
                inline, frame, tail = header.inline, header.frame, header.tail
                everywhere, forms = header.anywhere, header.forms
                of_name, of_id, of_text, of_channel = header.groups
                heading = match(line)
            if heading is not None:
                if begun:
                    yield made(TableMessage, (begun, name, "\n".join(body), id, part))
                begun, name = number, heading[of_name]
                id = (heading[of_id] or "") if of_id else ""
                body, size = [heading[of_text] or ""] if of_text else [], 0
                part = part_of(heading[of_channel]) if of_channel else "person"
                tailing = False
                continue
        if frame is not None and frame.fullmatch(line):
            if line[0] != "-":
                yield Dropped(number, FRAME, line)
        elif tail is not None and (tailing or tail.fullmatch(line)):
            tailing = True
        elif begun:
            body.append(line)
            size += len(line)
            if size > LARGEST:
                yield made(TableMessage, (begun, name, "\n".join(body), id, part))
                begun, body, size = number, [], 0
        elif not line.isspace():
            yield Dropped(number, BEFORE, line)
    if begun:
        yield made(TableMessage, (begun, name, "\n".join(body), id, part))


def _formed(forms: tuple[LineForm, ...], line: str) -> tuple[str, str, Part] | None:
    """Name, text and part of a line of another kind."""
    for form in forms:
        if found := form.pattern.fullmatch(line):
            groups = found.groupdict()
            name = groups.get("name") or ""
            if form.part == "system" or is_name(name):
                return name, groups.get("text") or line, form.part
    return None


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
            if other.pattern is now.pattern:
                continue
            found = other.pattern.fullmatch(line)
            if found and is_name(found[other.groups[0]]):
                return name
        return None

    def notice(self, number: int, other: str) -> Iterator[FileNotice]:
        self.told += 1
        if self.told <= SWITCHES:
            yield FileNotice(number, _("read as {format} from here on", format=other))
