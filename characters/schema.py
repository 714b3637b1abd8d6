"""The keys of a character file: one declaration for the file and for the cast of a scene."""

from typing import Annotated, Any

from pydantic import Field, WithJsonSchema

from base.declaration import Declaration, Lines, Name, Words
from characters.sheets.values import LARGEST, LONGEST_TEXT, MOST_ITEMS, MOST_KEYS

_TEXT = {"type": "string", "minLength": 1, "maxLength": LONGEST_TEXT}
SheetValue = Annotated[
    Any,
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "integer", "minimum": -LARGEST, "maximum": LARGEST},
                _TEXT,
                {"type": "array", "items": _TEXT, "maxItems": MOST_ITEMS},
            ]
        }
    ),
]
"""A number, a short text, or a list of short texts; what is wrong says the room of sheets."""


class CharacterKeys(Declaration):
    """What can be said of a character, in its own file or in a scene's cast."""

    aliases: Words = Field(default_factory=list)
    """Other names by which lines may call this character."""
    profile: str = ""
    """Who this is, in a few sentences: part of every prompt."""
    secret: str = ""
    """What only this character knows: part of its own prompt, and of no other."""
    voice: Lines = ""
    """Three to five sample lines in the log format, as a list or a block of text."""
    likes: Words = Field(default_factory=list)
    """What this character is fond of."""
    knowledge: Words = Field(default_factory=list)
    """Files with what this character knows, in the folder of this file."""
    adapter: str | None = None
    """A LoRA adapter or P-tuning prefix trained on this character; none is the base model."""
    emotions: Words = Field(default_factory=list)
    """The labels this character uses after `\\emoji`; none means those of the scene."""
    sheet: Annotated[dict[str, SheetValue], Field(max_length=MOST_KEYS)] = Field(
        default_factory=dict
    )
    """What they begin with: skills and HP as numbers, texts, things as a list."""


class CharacterFile(CharacterKeys):
    """A character of paotuan (跑团)."""

    name: Name
    """The name that begins this character's lines."""
    openings: Words = Field(default_factory=list)
    """Log texts, one of which may begin a scene; `{{user}}` is the player's role."""
    talkativeness: Annotated[float, Field(ge=0, le=1)] | None = None
    """Chance to speak next without being named, 0 to 1, where a scene does not say."""
    card: str | None = None
    """The card this character was imported from, a file beside this one."""
