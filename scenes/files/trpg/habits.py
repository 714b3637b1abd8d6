"""What the first messages of a table tell: its style, its dice bots, and who narrates."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from base.messages import _, _n
from base.text import shown
from scenes.files.report import FileNotice
from scenes.files.trpg.classify import (
    BOT,
    CHECK,
    COMMAND,
    MARKED_NARRATOR,
    NARRATOR,
    OBSERVER,
    is_aside,
    is_roll,
)
from scenes.files.trpg.items import TableMessage
from scenes.files.trpg.narrating import narrator_of
from scenes.files.trpg.people import TableRules
from scenes.files.trpg.styles import QUOTES

SAMPLE, SAMPLED = 1000, 1 << 22
"""Messages that are looked at, and characters of them."""
QUOTED = 0.05
"""Share of messages with a quotation, from which on a table is one that quotes what is said."""
PATIENCE = 3
"""Messages after an order in which a roll is taken for its answer."""

Account = tuple[str, str]
"""A name and an id."""


@dataclass(frozen=True)
class TableHabits:
    """How a table writes, as its first messages tell."""

    bots: frozenset[Account]
    """The dice bots that their names do not tell."""
    narrators: frozenset[Account]
    """The same of narrators; one or none."""
    style: str
    notices: list[FileNotice]


def table_habits(
    messages: Sequence[TableMessage], table: TableRules, labelled: bool = False
) -> TableHabits:
    """How a table writes, unless `table` says so.

    Where names and colons are `labelled`, what holds no quotation is said too.
    """
    written = [one for one in messages if one.part in ("person", "bot")]
    said = table.roles.keys() | table.bots
    bots = [
        one
        for one in rolling(written)
        if not (accounts := {one[0].strip(), one[1]}) & table.roles.keys() or accounts & table.bots
    ]
    notices = [
        answers(name) for name, id in bots if not BOT.search(name) and not {name.strip(), id} & said
    ]
    narrator = _narrator(written, table, bots)
    if narrator is not None:
        notices.append(narrates(narrator[0]))
    style = table.style
    texts = [one.text for one in written if (one.name, one.id) not in bots and _is_played(one)]
    if style is None and texts:
        opening = tuple(pair[0] for pair in QUOTES)
        quoted = sum(any(sign in text for sign in opening) for text in texts)
        style = "quoted" if quoted >= max(1, QUOTED * len(texts)) else "spoken"
        style = "mixed" if labelled and style == "quoted" else style
        notices.append(
            _n(
                "{quoted} of the first {n} message holds quoted speech; read as --style {style}",
                "{quoted} of the first {n} messages hold quoted speech; read as --style {style}",
                len(texts),
                quoted=quoted,
                style=style,
            )
        )
    file_notices = [FileNotice(0, text) for text in notices]
    narrators = frozenset([narrator] if narrator is not None else [])
    return TableHabits(frozenset(bots), narrators, style or "quoted", file_notices)


def answers(name: str) -> str:
    """What to say of somebody who is taken for a dice bot."""
    return _("{name} answers commands with dice; read as a dice bot", name=shown(name))


def narrates(name: str) -> str:
    """What to say of somebody who is taken for the narrator."""
    return _(
        "{name} writes as narrators do; read as --narrator {name} (--map {name}={name} takes it "
        "for a role)",
        name=shown(name),
    )


def _narrator(
    written: Sequence[TableMessage], table: TableRules, bots: Collection[Account]
) -> Account | None:
    """Who likely narrates, where neither a name nor a person says so."""
    accounts = {(one.name, one.id) for one in written}
    named = {key for key in accounts if NARRATOR.fullmatch(key[0].strip())}
    named |= {key for key in accounts if MARKED_NARRATOR.search(key[0])}
    if named or any(key[0] in table.narrators or key[1] in table.narrators for key in accounts):
        return None
    told = table.roles.keys() | table.observers | table.bots
    others = {
        key
        for key in accounts
        if key in bots or BOT.search(key[0]) or OBSERVER.match(key[0]) or set(key) & told
    }
    return narrator_of((one for one in written if _is_written(one)), others)


def rolling(messages: Sequence[TableMessage]) -> list[Account]:
    """The accounts that are dice bots, as what they write tells: they answer orders, or the format
    calls them programs and they roll."""
    people = [one for one in messages if one.part != "bot"]
    said: Counter[Account] = Counter()
    rolled: Counter[Account] = Counter()
    for one in messages:
        if one.part == "bot":
            said[one.name, one.id] += 1
            rolled[one.name, one.id] += is_roll(one.text) or CHECK.search(one.text) is not None
    programs = [
        key for key, count in said.items() if 3 * rolled[key] >= count or BOT.search(key[0])
    ]
    return [*answering(people), *programs]


def answering(messages: Iterable[TableMessage]) -> list[Account]:
    """The accounts that answer orders with dice, give none, and say little else; somewhat more
    where an answer names who ordered.

    Who answered most comes first.
    """
    answers: Counter[Account] = Counter()
    others: Counter[Account] = Counter()
    told: set[Account] = set()
    ordering: set[Account] = set()
    orderer, waiting = "", 0
    for message in messages:
        account, text = (message.name, message.id), message.text.strip()
        waiting -= 1
        if COMMAND.match(text):
            ordering.add(account)
            orderer, waiting = message.name.strip(), PATIENCE
        elif waiting >= 0 and is_roll(text):
            answers[account] += 1
            if len(orderer) > 1 and orderer in text and CHECK.search(text):
                told.add(account)
        elif not is_aside(text):
            others[account] += 1

    def is_bot(account: Account, count: int) -> bool:
        if account in told:
            return 4 * count >= others[account]
        return 2 * count >= others[account] if count > 1 else not others[account]

    return [
        one for one, count in answers.most_common() if one not in ordering and is_bot(one, count)
    ]


def _is_written(message: TableMessage) -> bool:
    """Whether a message is more than an order or a roll; asides may be what a narrator asks."""
    return not (COMMAND.match(message.text) or is_roll(message.text))


def _is_played(message: TableMessage) -> bool:
    return not (
        BOT.search(message.name)
        or COMMAND.match(message.text)
        or is_roll(message.text)
        or is_aside(message.text.strip())
    )
