"""Which accounts are dice bots though their names do not tell: they answer orders with dice."""

from collections import Counter
from collections.abc import Iterable

from scenes.imports import Message
from scenes.imports.trpg.kinds import COMMAND, is_aside, is_roll

PATIENCE = 3
"""Messages after an order in which a roll is taken for its answer."""

Account = tuple[str, str]
"""A name and an id."""


def answering(messages: Iterable[Message]) -> list[Account]:
    """The accounts that answer, give no order, and say little else; who answered most first."""
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
        account
        for account, count in answers.most_common()
        if account not in ordering
        and (2 * count >= others[account] if count > 1 else not others[account])
    ]
