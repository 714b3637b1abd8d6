"""What a key is pressed at on the table, and what it does there: the values of the law."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

Mode = Literal["text", "tray", "turns"]
"""What has the keys: what is written, the candidates, or what has been said."""
NAMES = {
    **{"enter": "Enter", "escape": "Esc", "tab": "Tab", "space": "Space", "home": "Home"},
    **{"up": "↑", "down": "↓", "left": "←", "right": "→", "pageup": "PgUp", "pagedown": "PgDn"},
    **{"delete": "Del", "backspace": "Backspace", "end": "End", "slash": "/"},
}
DIGITS = "1234567890"
"""The keys of the first ten candidates."""


@dataclass(frozen=True)
class State:
    """What a key is pressed at. Only what a person can see."""

    mode: Mode = "text"
    empty: bool = True
    """Whether nothing is written, and no feeling is set."""
    editing: bool = False
    """Whether a candidate or a turn is being rewritten."""
    places: int = 0
    """Candidates on the screen; none where they are hidden."""
    hidden: bool = False
    """Whether candidates wait behind Enter."""
    drawing: bool = False
    """Whether candidates are drawn, or a draw waits."""
    turns: int = 0
    """Turns on the screen that can be lit."""
    completes: bool = False
    """Whether the rest of a word is offered."""
    looking: bool = False
    """Whether the candidates on the screen are those of an earlier turn."""
    label: bool = False
    """Whether a feeling is set."""
    dropped: bool = False
    """Whether an edit was dropped at this place, and comes back."""
    directed: bool = False
    """Whether a line to the director waits for the next draw."""
    undoes: bool = False
    """Whether what was written changed, and changes back."""
    redoes: bool = False


@dataclass(frozen=True)
class Action:
    """What a key does, and what has the keys afterwards."""

    do: str
    value: int = 0
    mode: Mode | None = None
    """`None` leaves them where they are."""


Act = Callable[[State, str], Action | None]
"""What a key does there; `None` where this is not its meaning."""
PASSES = Action("pass")
"""Nobody's key here: the text's own, or one of the screen."""
NOTHING = Action("nothing")
TYPES = Action("type", mode="text")


@dataclass(frozen=True)
class Law:
    """Keys, and what they do while one of `modes` has the keys."""

    id: str
    keys: str
    modes: tuple[Mode, ...]
    words: str
    act: Act
    hint: str = ""
    """A word or two for a border; none where the border has no room for it."""
    shown: str = ""
    """How the keys are written for people, where their names are not it."""

    @property
    def names(self) -> list[str]:
        return [key.strip() for key in self.keys.split(",")]


def writes(key: str, character: str | None) -> bool:
    """Whether a key puts a character into a text."""
    return bool(character) and character is not None and character.isprintable()


def key_name(key: str) -> str:
    """How a key is written for people."""
    *held, last = key.split("+")
    name = NAMES.get(last, last.upper() if held or last[1:].isdigit() else last)
    return "+".join([*(part.capitalize() for part in held), name])
