"""What the controller of a table tells its front ends. Values only; nothing here is recorded."""

from dataclasses import dataclass
from typing import Literal

from scenes.scene import Role
from scenes.table.hand import Hand
from scenes.table.moves import By
from scenes.table.session import Turn

View = Literal[
    "help",
    "log",
    "branches",
    "quit",
    "where",
    "find",
    "marks",
    "copy",
    "export",
    "memory",
    "sheet",
    "rolls",
    "sampling",
    "lore",
    "prompt",
]
"""What only a front end can show or do."""


@dataclass(frozen=True)
class TurnsSaid:
    """Turns were added where the play stood."""

    turns: tuple[Turn, ...]


@dataclass(frozen=True)
class TurnEdited:
    """A turn of the branch says another thing now; the old one stays on its own branch."""

    turn: Turn


@dataclass(frozen=True)
class PlaceChanged:
    """The play stands at another turn: by undo, by redo, by going there, by leaving out the last
    one, or by picking what was picked before."""

    by: By


@dataclass(frozen=True)
class TurnDeleted:
    """A turn was left out of the branch; it stays on a branch of its own."""

    turn: Turn


@dataclass(frozen=True)
class Marked:
    """A turn has a bookmark, maybe without a name; `None` is none any more."""

    turn: int
    name: str | None


@dataclass(frozen=True)
class NextChanged:
    """Another role was chosen to speak next; `None` is nobody."""

    role: Role | None


@dataclass(frozen=True)
class SheetChanged:
    """The sheet of a role has changed where the play stands."""

    role: str
    words: str
    """What changed, in a line."""


@dataclass(frozen=True)
class FloorChanged:
    """The rule, who is muted, who is there, or a role's adapter is another than before."""


@dataclass(frozen=True)
class CastChanged:
    """A newcomer has joined the cast."""

    role: Role


@dataclass(frozen=True)
class ModelAsked:
    """The model is to be another: one that has a name, or none, which is to choose one; `retry`
    is to open the one that was not to be had once more."""

    name: str = ""
    retry: bool = False


@dataclass(frozen=True)
class AdapterAsked:
    """The lines of a role are to be drawn with an adapter; both empty is to tell what there is."""

    role: str = ""
    adapter: str | None = None


@dataclass(frozen=True)
class WatchAsked:
    """The table is to play by itself, or no longer; `turns` is how many, where that was said."""

    turns: int | None = None


@dataclass(frozen=True)
class HandOpened:
    """There is a hand on the table: its candidates are being drawn, or it lies there again."""

    hand: Hand


@dataclass(frozen=True)
class HandChanged:
    """Places were added to the hand, or one of them has changed."""

    hand: Hand


@dataclass(frozen=True)
class HandShown:
    """A hand is on the table that was there before: leafed to, brought back, or of the place where
    the play stands now."""

    hand: Hand


@dataclass(frozen=True)
class HandUnfolded:
    """More of the candidates of a hand on the table are shown."""

    hand: Hand


@dataclass(frozen=True)
class HandRanked:
    """All candidates of the hand on the table are drawn, and stand in another order."""

    hand: Hand


@dataclass(frozen=True)
class HandHidden:
    """The hand is out of sight; what goes on with it goes on."""

    hand: Hand


@dataclass(frozen=True)
class Doubted:
    """What was typed may not be meant as speech; the same again does what is asked about."""

    question: str


@dataclass(frozen=True)
class HandLeft:
    """The hand is no longer on the table; what was complete is remembered."""

    hand: Hand


@dataclass(frozen=True)
class PromptRead:
    """So many tokens of a prompt have been read, before a draw or ahead of one."""

    done: int
    total: int
    ahead: bool


@dataclass(frozen=True)
class DrawEnded:
    """Nothing more is drawn: all came, the person stopped it, or an error did.

    `hand` is `None` where it had not begun.
    """

    hand: Hand | None
    error: Exception | None = None
    stopped: bool = False


@dataclass(frozen=True)
class DrawWaits:
    """A draw begins as soon as this is there."""

    until: Literal["model", "knowledge"]


@dataclass(frozen=True)
class WarmUpFailed:
    """The prompt could not be read ahead; the draw that follows tells the person why."""

    error: Exception


@dataclass(frozen=True)
class KnowledgeOpened:
    """What may be told is open; with an error, it is opened anew before each line."""

    error: Exception | None = None


@dataclass(frozen=True)
class EditAsked:
    """The text of a turn is to be put where the person writes."""

    turn: Turn


@dataclass(frozen=True)
class ViewAsked:
    """A command was typed that a front end obeys."""

    view: View
    text: str = ""
    """What was written behind it."""


@dataclass(frozen=True)
class Directed:
    """This is to happen in the next line that is drawn; `None`: it was taken back, an empty text:
    a line drawn once more does not keep what it was drawn with."""

    line: str | None


@dataclass(frozen=True)
class Steered:
    """The note, the bans, the knowledge or the sampling are others than before."""


@dataclass(frozen=True)
class MemoryChanged:
    """What is remembered is another than before: a summary or a fact, by a person or a model."""

    what: Literal["written", "edited", "switched", "pinned", "forgotten"]


@dataclass(frozen=True)
class Notice:
    """What a person should know, in one line; nothing went wrong that they wanted done."""

    text: str


TableEvent = (
    TurnsSaid
    | TurnEdited
    | TurnDeleted
    | Marked
    | PlaceChanged
    | NextChanged
    | FloorChanged
    | SheetChanged
    | CastChanged
    | ModelAsked
    | AdapterAsked
    | WatchAsked
    | HandOpened
    | HandChanged
    | HandShown
    | HandUnfolded
    | HandRanked
    | HandHidden
    | HandLeft
    | HandHidden
    | Doubted
    | PromptRead
    | DrawEnded
    | DrawWaits
    | WarmUpFailed
    | KnowledgeOpened
    | EditAsked
    | ViewAsked
    | Directed
    | Steered
    | MemoryChanged
    | Notice
)
