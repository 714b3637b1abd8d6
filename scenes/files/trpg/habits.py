"""What the first messages of a table tell: its style, and which accounts are dice bots."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from base.messages import _, _n
from base.text import shown
from scenes.files.report import FileNotice
from scenes.files.trpg.classify import BOT, COMMAND, is_aside, is_roll
from scenes.files.trpg.items import TableMessage
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
    style: str
    notices: list[FileNotice]


def table_habits(messages: Iterable[TableMessage], style: str | None) -> TableHabits:
    """How a table writes; `style` is the one that was asked for, if any was."""
    written = [one for one in messages if one.part == "person"]
    bots = [one for one in answering(written) if not BOT.search(one[0])]
    notices = [
        _("{name} answers commands with dice; read as a dice bot", name=shown(name))
        for name, _id in bots
    ]
    texts = [one.text for one in written if (one.name, one.id) not in bots and _is_played(one)]
    if style is None and texts:
        opening = tuple(pair[0] for pair in QUOTES)
        quoted = sum(any(sign in text for sign in opening) for text in texts)
        style = "quoted" if quoted >= max(1, QUOTED * len(texts)) else "spoken"
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
    return TableHabits(frozenset(bots), style or "quoted", file_notices)


def answering(messages: Iterable[TableMessage]) -> list[Account]:
    """The accounts that answer orders with dice, give none, and say little else.

    Participant answered most comes first.
    """
    answers: Counter[Account] = Counter()
    others: Counter[Account] = Counter()
    ordering: set[Account] = set()
    waiting = 0
    for message in messages:
        account, text = (message.name, message.id), message.text.strip()
        waiting -= 1
        if COMMAND.match(text):
            ordering.add(account)
            waiting = PATIENCE
        elif waiting >= 0 and is_roll(text):
            answers[account] += 1
        elif not is_aside(text):
            others[account] += 1
    return [
        one
        for one, count in answers.most_common()
        if one not in ordering and (2 * count >= others[one] if count > 1 else not others[one])
    ]


def _is_played(message: TableMessage) -> bool:
    return not (
        BOT.search(message.name)
        or COMMAND.match(message.text)
        or is_roll(message.text)
        or is_aside(message.text.strip())
    )
