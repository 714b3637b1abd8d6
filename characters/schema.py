"""The keys of a character file: one declaration for the file and for the cast of a scene."""

from typing import Annotated, Any

from pydantic import BeforeValidator, Field, WithJsonSchema

from base.declaration import TEXT, Declaration, Lines, Name, Or, Words
from characters.character import DEEPEST, AuthorNote
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


class NoteKeys(Declaration):
    """An author's note: a reminder that stands in the prompt, and in no log."""

    text: Name
    """What the model is reminded of; a note that is a text is this."""
    depth: Annotated[int, Field(ge=0, le=DEEPEST)] = AuthorNote.depth
    """Lines of the history that stand behind it; each of them is read anew at every turn."""


def note_value(value: object) -> object:
    """A note that is written as a text, as what it is short for."""
    return {"text": value} if isinstance(value, str) else value


Note = Annotated[NoteKeys, BeforeValidator(note_value), Or((TEXT,))]


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
    narrator: bool = False
    """Whether this narrates with `【…】`, as a narrator or a world does."""
    notes: list[Note] = Field(default_factory=list)
    """Reminders in the prompts of this character's own lines, each a text or `{text, depth}`."""
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
