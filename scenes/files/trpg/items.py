"""What the readers of table logs give: messages, what is none, and what a person should know."""

from typing import Literal, NamedTuple

from base.messages import N_
from scenes.files.report import FileNotice
from scenes.log import Line

Part = Literal["person", "dice", "observer", "chapter", "aside", "system"]
"""What a format itself says of a message; most say nothing, which is `person`."""


class TableMessage(NamedTuple):
    """One message as another program kept it."""

    number: int
    """The line where it begins; in JSON its place among the items; from 1."""
    name: str
    text: str
    id: str = ""
    """The number or address of an account, where the format tells it."""
    part: Part = "person"


class Dropped(NamedTuple):
    """Something of a file that is no message. `reason` is one of few, since they are counted."""

    number: int
    reason: str
    text: str = ""


Item = TableMessage | Dropped | FileNotice | Line
"""What a reader gives. A `Line` is an entry of our own log already."""

NO_MESSAGE = N_("items that are not messages")
