"""What the first messages of a table tell: its style, and which accounts are dice bots."""

from collections import Counter
from collections.abc import Iterable

from base.text import shown
from scenes.files.importers import Message, Notice
from scenes.files.trpg.classify import BOT, COMMAND, is_aside, is_roll
from scenes.files.trpg.styles import QUOTES

SAMPLE, SAMPLED = 1000, 1 << 22
"""Messages that are looked at, and characters of them."""
QUOTED = 0.05
"""Share of messages with a quotation, from which on a table is one that quotes what is said."""
PATIENCE = 3
"""Messages after an order in which a roll is taken for its answer."""

Account = tuple[str, str]
"""A name and an id."""


def glance(
    messages: Iterable[Message], style: str | None
) -> tuple[frozenset[Account], str, list[Notice]]:
    """The dice bots that their names do not tell, the name of the style, what a person should know.

    `style` is the one that was asked for, if any was.
    """
    said = [one for one in messages if one.part == "person"]
    bots = [one for one in answering(said) if not BOT.search(one[0])]
    told = [f"{shown(name)} answers commands with dice; read as a dice bot" for name, _ in bots]
    texts = [one.text for one in said if (one.name, one.id) not in bots and _is_played(one)]
    if style is None and texts:
        opening = tuple(pair[0] for pair in QUOTES)
        quoted = sum(any(sign in text for sign in opening) for text in texts)
        style = "quoted" if quoted >= max(1, QUOTED * len(texts)) else "spoken"
        told.append(
            f"{quoted} of the first {len(texts)} quote what is said; read as --style {style}"
        )
    return frozenset(bots), style or "quoted", [Notice(0, text) for text in told]


def answering(messages: Iterable[Message]) -> list[Account]:
    """The accounts that answer orders with dice, give none, and say little else.

    Who answered most comes first.
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


def _is_played(message: Message) -> bool:
    return not (
        BOT.search(message.name)
        or COMMAND.match(message.text)
        or is_roll(message.text)
        or is_aside(message.text.strip())
    )
