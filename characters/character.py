"""A character: who speaks, how, and what is known of them."""

from dataclasses import dataclass, field
from pathlib import Path

from characters.sheets.values import Sheet

DEEPEST = 1000
"""Lines that may stand behind an author's note."""


@dataclass(frozen=True)
class AuthorNote:
    """What a model is reminded of shortly before the end of the history; none without a text."""

    text: str = ""
    depth: int = 4
    """Lines of the history that stand behind it."""


NO_NOTE = AuthorNote()


@dataclass(frozen=True)
class Character:
    """One who may sit at any table; a scene gives the rest."""

    name: str
    aliases: tuple[str, ...] = ()
    profile: str = ""
    voice: str = ""
    """Sample lines in the log format, a line each."""
    likes: tuple[str, ...] = ()
    knowledge: tuple[Path, ...] = ()
    """Files that exist."""
    adapter: str | None = None
    emotions: tuple[str, ...] = ()
    """Labels of this character's own; none means those of the scene."""
    openings: tuple[str, ...] = ()
    """Log texts, one of which may begin a scene."""
    talkativeness: float | None = None
    """Chance to speak next without being named, 0 to 1; none leaves it to the scene."""
    sheet: Sheet = field(default_factory=dict, hash=False)
    """What this character begins with: skills, HP, things."""
    secret: str = ""
    """What only this character knows; no card has a place for it."""
    narrator: bool = False
    """Whether this is a narrator or a world, that tells with `【…】`."""
    notes: tuple[AuthorNote, ...] = ()
    """What a model is reminded of in the prompts of this character's lines alone."""
    card: Path | None = None
    """The card it comes from. In texts of a card `{{user}}` is the player's role."""
