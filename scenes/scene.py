"""A scene: where we are, who is there, and how it opens."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from base.errors import KnownError
from base.messages import _, series
from base.names import nearest
from base.text import shown
from characters.character import DEEPEST as DEEPEST
from characters.character import NO_NOTE as NO_NOTE
from characters.character import AuthorNote as AuthorNote
from characters.sheets.values import Value
from scenes.lesson import Lesson

Turns = Literal["natural", "list", "manual", "pooled"]

Thoughts = Literal["private", "shared"]

EMOTIONS = (
    *("平静", "专注", "微笑", "兴奋", "微怒", "大怒", "惊讶"),
    *("恐惧", "悲哀", "哭泣", "害羞", "困惑", "白眼"),
)
"""The labels after `\\emoji` that a scene has unless it lists its own."""


@dataclass(frozen=True)
class Constant:
    """An entry of a lorebook that needs no key to be told: a part of the profiles."""

    text: str
    key: str
    """What tells it from all other knowledge, as long as its text stays the same."""
    path: Path
    """The file of the book."""
    order: int = 100
    """The higher one has the first claim to the room, and stands further down."""
    called: str = ""
    """What the table switches it by, also when its text is written anew."""


BASE_ALONE = "none"
"""An adapter's name that stands for none at all."""


@dataclass(frozen=True)
class Role:
    """One of the cast, with what its character's file says filled in."""

    name: str
    aliases: tuple[str, ...] = ()
    profile: str = ""
    voice: str = ""
    """Sample lines in the log format, a line each."""
    likes: tuple[str, ...] = ()
    narrator: bool = False
    """Whether it narrates with `【…】`."""
    offers: int = 0
    """How many numbered actions each of its narrations ends with; none is as it comes."""
    unknown: str = ""
    """What it says, without a model, where its knowledge has nothing of what was said last."""
    talkativeness: float = 0.5
    """Chance to speak next without being named, 0 to 1."""
    adapter: str | None = None
    """None is the model's own voice, `BASE_ALONE` the base without any."""
    knowledge: tuple[Path, ...] = ()
    emotions: tuple[str, ...] = ()
    """Labels of its own; none means those of the scene."""
    openings: tuple[str, ...] = ()
    """Log texts of its own, one of which may begin a scene that has no opening."""
    sheet: Mapping[str, Value] = field(default_factory=dict, hash=False)
    """What it begins with: skills, HP, things."""
    secret: str = ""
    """What only this role knows: part of its own prompt, and of no other."""
    notes: tuple[AuthorNote, ...] = ()
    """What a model is reminded of in the prompts of this role's lines alone."""
    constants: tuple[Constant, ...] = ()
    """What its own lorebooks tell without a key."""


@dataclass(frozen=True)
class ModelChoice:
    """Which model a scene asks for; `None` leaves it to the program."""

    use: str | None = None
    quantization: Literal["none", "int8", "int4"] | None = None
    context: int | None = None
    """Tokens of prompt and candidate together."""
    adapter: str | None = None
    """The adapter of roles that name none; `Role.adapter` has taken it over already."""
    scripts: tuple[str, ...] = ()
    """The scripts that candidates are written in; none is any."""


@dataclass(frozen=True)
class MemoryChoice:
    """How what happened before the model's reading is kept in mind."""

    model: str | None = None
    """Which model sums up; `None` is the one that plays, unless it is small; `none` is nobody."""
    share: float = 0.25
    """The part of the history's tokens that summaries may take together."""
    turns: int | None = None
    """How many of the last turns are read at most; `None` is as many as there is room for."""


@dataclass(frozen=True)
class Scene:
    """What a scene file says, checked and resolved."""

    name: str
    """The file's name without suffix."""
    path: Path
    title: str
    cast: tuple[Role, ...]
    summary: str = ""
    aim: str = ""
    language: str = "zh"
    play_as: str | None = None
    """The player's role; `None` is to watch."""
    opening: str = ""
    """The first lines of the log, as text."""
    knowledge: tuple[Path, ...] = ()
    constants: tuple[Constant, ...] = ()
    """What the lorebooks of the scene tell without a key."""
    emotions: tuple[str, ...] = EMOTIONS
    model: ModelChoice = ModelChoice()
    sampling: Mapping[str, object] = field(default_factory=dict, hash=False)
    """What the scene says of `models.backend.Sampling`, by its names; the rest is not said."""
    turns: Turns = "natural"
    dice: str | None = None
    """Whose rules the dice follow, one of `scenes.dice.rules.GAMES`; in journals of before, any."""
    thoughts: Thoughts | None = None
    """Whether a thought is its thinker's alone; `None` is `shared`, as in scenes of before."""
    house_rule: int = 0
    """The house rule of Call of Cthulhu, by the numbers of `.setcoc`."""
    lesson: Lesson | None = None
    """What is recited in place of a model."""
    ahead: int | None = None
    """How many turns are drawn while the person reads; `None` leaves it to the program."""
    note: AuthorNote = NO_NOTE
    banned: tuple[str, ...] = ()
    """Phrases that no candidate may hold."""
    memory: MemoryChoice = MemoryChoice()
    warnings: tuple[str, ...] = ()
    """What is odd but no error, a line each."""

    def role(self, name: str) -> Role:
        """The role of that name or alias. Raises `KnownError` with the nearest name."""
        for role in self.cast:
            if name == role.name or name in role.aliases:
                return role
        names = [role.name for role in self.cast]
        if hint := nearest(name, names):
            problem = _("no role is named {name}{hint}", name=shown(name), hint=hint)
        else:
            cast = series(names)
            problem = _("no role is named {name}; the cast is {cast}", name=shown(name), cast=cast)
        raise KnownError(_("{where}: {problem}", where=self.name, problem=problem))
