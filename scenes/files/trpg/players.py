"""Who wrote in a table's log, to be asked about: nicknames, and what each most likely is."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Literal

from base.errors import KnownError
from characters.sheets.st import ORDER, sheet_of
from characters.sheets.values import Sheet, merged
from scenes.files.report import ImportReport
from scenes.files.trpg.convert import LogConverter
from scenes.files.trpg.files import TableLog
from scenes.files.trpg.habits import SAMPLE, answering
from scenes.files.trpg.items import TableMessage
from scenes.files.trpg.people import MOST, Participant, Participants, TableRules
from scenes.log import Line

DEFAULT = TableRules()
LOOKED_AT = 50_000
"""Messages of a log by which its players are found."""

PlayerPart = Literal["role", "narrator", "observer", "dice"]
PLAYER_PARTS: tuple[PlayerPart, ...] = ("role", "narrator", "observer", "dice")


@dataclass(frozen=True)
class Player:
    """One account, and what a person says that it is."""

    name: str
    id: str
    role: str
    """The role that its messages go under, whatever its part."""
    part: PlayerPart
    count: int
    """Messages among those that were looked at."""
    sheet: Sheet = field(default_factory=dict, hash=False)
    """What its orders `.st` among them set first; what they set later is a change of it."""

    @property
    def key(self) -> str:
        """By which a `TableRules` knows the account."""
        return self.id or self.name


def players(logs: Sequence[TableLog], table: TableRules = DEFAULT) -> list[Player]:
    """The accounts in logs, those that wrote most first; `table` is what a person said of them.

    Raises `KnownError` for a damaged file.
    """
    accounts: dict[tuple[str, str], Player] = {}
    sheets: dict[tuple[str, str], Sheet] = {}
    for log in logs:
        people = Participants(table)
        first = islice(_messages(log, LOOKED_AT), SAMPLE)
        people.bots = frozenset(answering(one for one in first if one.part == "person"))
        for message in _messages(log, LOOKED_AT):
            key = message.name, message.id
            if order := ORDER.match(message.text):
                told = sheet_of(message.text[order.end() :])
                sheets[key] = merged(told, sheets.get(key, {}))
            if known := accounts.get(key):
                accounts[key] = replace(known, count=known.count + 1)
            elif message.part in ("person", "dice", "observer") and len(accounts) < MOST:
                accounts[key] = _player(message, people.meet(*key))
    found = (replace(one, sheet=sheets.get(key, {})) for key, one in accounts.items())
    return sorted(found, key=lambda one: -one.count)


def table_of(table: TableRules, players: Iterable[Player]) -> TableRules:
    """`table` with what a person settled of its players."""
    players = list(players)

    def of(part: PlayerPart) -> frozenset[str]:
        return frozenset(one.key for one in players if one.part == part)

    return replace(
        table,
        roles={one.key: one.role for one in players},
        narrators=of("narrator"),
        observers=of("observer"),
        bots=of("dice"),
    )


def preview(log: TableLog, table: TableRules, lines: int) -> list[str]:
    """The first lines that a log would have. Raises `KnownError`."""
    converter = LogConverter(table, ImportReport(log.report.where))
    items = islice(log.importer.read(log.file), SAMPLE)
    whole = (line for piece in converter.lines(items) for line in piece.splitlines())
    return list(islice(whole, lines))


def _player(message: TableMessage, who: Participant) -> Player:
    part: PlayerPart = "narrator" if who.narrator else "role"
    if who.bot or (message.part == "dice" and message.id):  # without an account, players roll
        part = "dice"
    elif who.observer:
        part = "observer"
    return Player(message.name, message.id, who.name, part, 1)


def _messages(log: TableLog, most: int) -> Iterator[TableMessage]:
    """The first messages of a log; an entry of ours is one of its speaker."""
    read_nothing = True
    try:
        for item in islice(log.importer.read(log.file), most):
            read_nothing = False
            if isinstance(item, TableMessage):
                yield item
            elif isinstance(item, Line) and item.entry.speaker:
                yield TableMessage(item.number, item.entry.speaker, item.entry.text)
    except KnownError:
        if read_nothing:
            raise
