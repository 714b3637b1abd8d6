"""What the driver of the terminal tells the app, so that neither knows the other."""

from dataclasses import dataclass

from textual.message import Message


class TerminalGone(Message):
    """Nobody is at the terminal any more."""


class NotUtf8(Message):
    """The terminal sends bytes that are not UTF-8."""


@dataclass
class InputFailed(Message):
    """Reading the terminal has failed."""

    error: Exception
