"""What the messages of a log tell beside its lines, for a session made of it: dice, and sheets."""

import re
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from characters.sheets.st import ORDER, read_st
from scenes.dice.roll import Roll

_ROLLED = re.compile(r"([+-])\s*[0-9]{0,3}[dD][0-9]{1,4}\s*=\s*([0-9]{1,6})")
"""What was rolled for a change: `san-1d6=3`."""


class SheetOrder(NamedTuple):
    """A value of a sheet that somebody sets, or with a sign in `change` changes by so much."""

    role: str
    key: str
    change: str


@dataclass
class Beside:
    """What has been told beside the lines that were read so far, and was not taken yet."""

    rolls: deque[Roll] = field(default_factory=deque)
    """Each has a line of its own in the log, in the same order."""
    orders: list[SheetOrder] = field(default_factory=list)

    def hear_order(self, role: str, text: str) -> None:
        """Take an order to a dice bot, where it fills in a sheet: `.st hp-3`."""
        if order := ORDER.match(text):
            read = read_st(_ROLLED.sub(r"\1\2", text[order.end() :]))
            who = read.name or role
            self.orders += [SheetOrder(who, one.key, one.change) for one in read.assignments]

    def take_orders(self) -> Iterable[SheetOrder]:
        """The orders that came since the last time."""
        orders, self.orders = self.orders, []
        return orders
