"""The keys of a scene file: one declaration gives the checks and the JSON Schema."""

import re
from dataclasses import fields
from types import GenericAlias
from typing import TYPE_CHECKING, Annotated, Any, Literal, get_origin, get_type_hints

from pydantic import AfterValidator, BeforeValidator, Field, create_model

from base.declaration import TEXT, Declaration, Lines, Name, Or, Words, docstrings
from base.messages import _
from base.ranges import LEAST_SHARE, MOST_SHARE
from base.ranges import SAMPLING as RANGES
from base.text import shown
from characters.schema import CharacterKeys, NoteKeys, note_value
from models.backend import AT_THE_TABLE, Sampling
from scenes.dice.rules import HOUSE_RULES, Game
from scenes.lesson import Wants
from scenes.scene import EMOTIONS

OWN = frozenset({"cues", "grammar", "logprobs"})
"""Settings of `Sampling` that belong to the program, not to a scene."""


def _sampling_keys() -> type[Declaration]:
    hints, descriptions = get_type_hints(Sampling), docstrings(Sampling)
    keys: dict[str, Any] = {}
    for one in fields(Sampling):
        if one.name not in OWN:
            type_, default = hints[one.name], AT_THE_TABLE.get(one.name, one.default)
            if get_origin(type_) is tuple:
                type_, default = GenericAlias(list, (str,)), []
            ranges: Any = RANGES.get(one.name, {})
            keys[one.name] = (type_, Field(default, description=descriptions[one.name], **ranges))
    return create_model(
        "SamplingKeys", __base__=Declaration, __doc__="How candidates are drawn.", **keys
    )


if TYPE_CHECKING:

    class SamplingKeys(Declaration):
        """How candidates are drawn: the names of `Sampling`."""

else:
    SamplingKeys = _sampling_keys()


class ModelKeys(Declaration):
    """Which model plays the others."""

    use: str | None = None
    """A name of the catalog, a path, or a server's URL; none is the embedded default."""
    quantization: Literal["none", "int8", "int4"] | None = None
    """How the weights are held: `none`, `int8` or `int4` (NF4)."""
    context: Annotated[int, Field(ge=256)] | None = None
    """Tokens of prompt and candidate together."""
    adapter: Name | None = None
    """The adapter of every role that has none of its own: a LoRA, or a P-tuning prefix."""
    scripts: Words = Field(default_factory=list)
    """The scripts that are written, such as `[han, latin]`: a model run by transformers draws among
    their tokens alone, which is faster; none is all."""


class MemoryKeys(Declaration):
    """How what happened before the model's reading is kept in mind."""

    model: Name | None = None
    """Which model sums up: a name, a path, or a server's URL; without one it is the model that
    plays, unless that is the embedded one; `none` is nobody."""
    share: Annotated[float, Field(ge=LEAST_SHARE, le=MOST_SHARE)] = 0.25
    """The part of the history's tokens that summaries may take together."""
    turns: Annotated[int, Field(ge=0, le=1_000_000)] | None = None
    """How many of the last turns are read at most; none is as many as there is room for."""


class CastKeys(CharacterKeys):
    """A role: what is written here comes before what the character's own file says.

    An `adapter:` with nothing after it is the model's own voice, `adapter: none` the base alone.
    """

    character: Name | None = None
    """A file of the character library, or one beside this scene such as `ann.yaml`."""
    talkativeness: Annotated[float, Field(ge=0, le=1)] = 0.5
    """Chance to speak next without being named, 0 to 1."""
    offers: Annotated[int, Field(ge=0, le=9)] = 0
    """How many numbered actions each narration of a narrator ends with, to choose from."""
    unknown: str = ""
    """What is said where this role's knowledge has nothing of what was said last; without it, the
    model answers all the same."""


class StepKeys(Declaration):
    """One thing to learn."""

    wants: Wants = "said"
    """What has to be done before the next step."""
    keys: Name
    """What is to be done, on the screen; it takes the place of `{task}`."""
    typed: str = ""
    """The same line by line; none passes the step over there."""
    keys_again: str = ""
    """What is to be done, on the screen, where it was not and a hand lies there."""
    typed_again: str = ""
    """The same line by line."""
    say: Annotated[Words, Field(min_length=1)]
    """What the teacher may say to ask for it."""
    nudge: Words = Field(default_factory=list)
    """What the teacher may say where it was not done."""
    praise: Words = Field(default_factory=list)
    """What the teacher may say once it is done, before the next task."""


class LessonKeys(Declaration):
    """What is said step by step, so that somebody learns the table by playing."""

    teacher: Name
    """The role that teaches; the opening ends with its line that asks for the first step."""
    steps: Annotated[list[StepKeys], Field(min_length=1)]
    """What is learnt, in this order."""
    after: Annotated[Words, Field(min_length=1)]
    """What the teacher says when all is learnt."""
    asides: Words = Field(default_factory=list)
    """How a task is put in other words, for further draws; with `{task}` in each."""
    others: dict[str, Words] = Field(default_factory=dict)
    """What the other roles say, by their names; `【】` is whoever narrates."""
    anybody: Words = Field(default_factory=lambda: ["嗯……"])
    """What somebody says who is not among them."""


def _entry(value: object) -> object:
    if value is None:
        return {}
    return {"profile": value} if isinstance(value, str) else value


def _language(tag: str) -> str:
    if not re.fullmatch(r"[a-z]{2,3}(-[A-Za-z0-9]+)*", tag):
        raise ValueError(
            _("found {tag}, expected the tag of a language, such as zh or en", tag=shown(tag))
        )
    return tag


class SceneKeys(Declaration):
    """A scene of paotuan (跑团)."""

    title: Name
    """What the scene is called."""
    summary: str = ""
    """A sentence for the list of scenes."""
    aim: str = ""
    """What the player is after; shown to the player, and part of the prompt."""
    language: Annotated[str, AfterValidator(_language)] = "zh"
    """The language of the scene, as a tag such as `zh` or `en`."""
    play_as: str | None = None
    """The player's role; none is to watch."""
    cast: Annotated[
        dict[str, Annotated[CastKeys, BeforeValidator(_entry), Or(({"type": "null"}, TEXT))]],
        Field(min_length=1, max_length=64),
    ]
    """The roles by name; a role may be a text, its profile, or nothing at all."""
    opening: Lines = ""
    """The first lines of the log."""
    knowledge: Words = Field(default_factory=list)
    """Lorebooks and wiki text, as files in the folder of the scene."""
    emotions: Words = Field(default_factory=lambda: list(EMOTIONS))
    """The labels that may follow `\\emoji`."""
    model: ModelKeys = ModelKeys()
    """The model that this scene asks for."""
    sampling: SamplingKeys = SamplingKeys()
    """How candidates are drawn; what is not said keeps the default."""
    turns: Literal["natural", "list", "manual", "pooled"] = "natural"
    """How the next speaker is chosen."""
    dice: Game | None = None
    """Whose rules the dice follow: `coc7`, `dnd5e`, `fate` or `pbta`; none is `coc7`."""
    house_rule: Annotated[int, Field(ge=HOUSE_RULES[0], le=HOUSE_RULES[-1])] = 0
    """Which house rule of `coc7` tells critical successes and fumbles, by the number of `.setcoc`;
    0 is the book's."""
    thoughts: Literal["private", "shared"] | None = None
    """Whether a thought is its thinker's alone (`private`), or read by every role; none is
    `shared`."""
    lesson: LessonKeys | None = None
    """What is recited in place of a model: a scene with a lesson needs none, and uses none."""
    note: Annotated[NoteKeys | None, BeforeValidator(note_value), Or((TEXT,))] = None
    """What the model is reminded of shortly before the end of what was said; none is nothing."""
    banned: Words = Field(default_factory=list)
    """Phrases that no candidate may hold: one that does is drawn again."""
    ahead: Literal[0, 1] | None = None
    """How many turns are drawn while one reads: 1 costs more work, and waits less."""
    memory: MemoryKeys = MemoryKeys()
    """How long stories are summed up."""


DIALECT = "https://json-schema.org/draft/2020-12/schema"


def json_schema() -> dict[str, Any]:
    """The JSON Schema of a scene file, which completes and checks it in editors.

    An editor finds it by a first line `# yaml-language-server: $schema=scene.schema.json`.
    """
    return {"$schema": DIALECT, **SceneKeys.model_json_schema()}
