"""Who wrote in a table's log, to be asked about: nicknames, and what each most likely is."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Literal

from base.errors import KnownError
from characters.sheets.st import ORDER, sheet_of
from characters.sheets.values import Sheet, merged
from scenes.files.report import ImportReport
from scenes.files.trpg.classify import BOT
from scenes.files.trpg.convert import LogConverter
from scenes.files.trpg.files import TableLog
from scenes.files.trpg.habits import SAMPLE, Account, table_habits
from scenes.files.trpg.items import TableMessage
from scenes.files.trpg.people import MOST, Participant, Participants, TableRules
from scenes.log import Line

DEFAULT = TableRules()
LOOKED_AT = 50_000
"""Messages of a log by which its players are found."""

WRITTEN = ("person", "dice", "bot", "observer", "action")
"""What accounts write that are asked about."""

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
    is_guessed: bool = False
    """Whether its part is only a guess by what it writes."""

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
        habits = table_habits(list(islice(_messages(log, LOOKED_AT), SAMPLE)), table)
        people.bots, people.narrators = habits.bots, habits.narrators
        for message in _messages(log, LOOKED_AT):
            key = message.name, message.id
            if order := ORDER.match(message.text):
                told = sheet_of(message.text[order.end() :])
                sheets[key] = merged(told, sheets.get(key, {}))
            if known := accounts.get(key):
                accounts[key] = replace(known, count=known.count + 1)
            elif message.part in WRITTEN and message.name.strip() and len(accounts) < MOST:
                who = people.meet(*key)
                if not who.system:
                    is_guessed = key in people.narrators or (
                        key in people.bots and not BOT.search(message.name)
                    )
                    accounts[key] = replace(_player(message, who), is_guessed=is_guessed)
    found = (replace(one, sheet=sheets.get(key, {})) for key, one in accounts.items())
    return sorted(found, key=lambda one: -one.count)


@dataclass(frozen=True)
class Guessed:
    """What an account is taken for by what it writes, where neither its name nor a person says."""

    name: str
    key: str
    part: PlayerPart


def guessed(logs: Sequence[TableLog], table: TableRules = DEFAULT) -> list[Guessed]:
    """The dice bots and the narrators that only what they write tells. Raises `KnownError`."""
    found: dict[str, Guessed] = {}
    for log in logs:
        habits = table_habits(list(islice(_messages(log, LOOKED_AT), SAMPLE)), table)
        parts: tuple[tuple[PlayerPart, frozenset[Account]], ...] = (
            ("dice", habits.bots),
            ("narrator", habits.narrators),
        )
        for part, accounts in parts:
            for name, id in sorted(accounts):
                known = {name.strip(), id} & (table.roles.keys() | table.bots | table.narrators)
                if not known and not BOT.search(name):
                    found.setdefault(id or name.strip(), Guessed(name, id or name.strip(), part))
    return list(found.values())


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
    converter = LogConverter(table, ImportReport(log.report.where), labelled=log.labelled)
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
