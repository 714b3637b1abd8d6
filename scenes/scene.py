"""A scene: where we are, who is there, and how it opens. Reads and checks the YAML of it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from base.errors import KnownError
from base.folders import find, folders, is_path
from base.messages import _
from base.names import nearest
from base.text import shown
from base.yaml_reader import Document, read_document
from scenes.scene_list import find_scenes, scene_names

if TYPE_CHECKING:
    from scenes.schema import SceneKeys

Turns = Literal["natural", "list", "manual", "pooled"]

EMOTIONS = (
    *("平静", "专注", "微笑", "兴奋", "微怒", "大怒", "惊讶"),
    *("恐惧", "悲哀", "哭泣", "害羞", "困惑", "白眼"),
)
"""The labels after `\\emoji` that a scene has unless it lists its own."""


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
    talkativeness: float = 0.5
    """Chance to speak next without being named, 0 to 1."""
    adapter: str | None = None
    """None is the base model."""
    knowledge: tuple[Path, ...] = ()
    emotions: tuple[str, ...] = ()
    """Labels of its own; none means those of the scene."""
    openings: tuple[str, ...] = ()
    """Log texts of its own, one of which may begin a scene that has no opening."""


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
    emotions: tuple[str, ...] = EMOTIONS
    model: ModelChoice = ModelChoice()
    sampling: Mapping[str, Any] = field(default_factory=dict, hash=False)
    """What the scene says of `models.backend.Sampling`, by its names; the rest is not said."""
    turns: Turns = "natural"
    dice: str | None = None
    warnings: tuple[str, ...] = ()
    """What is odd but no error, a line each."""

    def role(self, name: str) -> Role:
        """The role of that name or alias. Raises `KnownError` with the nearest name."""
        for role in self.cast:
            if name == role.name or name in role.aliases:
                return role
        known = [role.name for role in self.cast]
        hint = nearest(name, known) or f"; the cast is {', '.join(known)}"
        raise KnownError(
            _("{name}: no role named {name2}{hint}", name=self.name, name2=shown(name), hint=hint)
        )


def load_scene(name_or_path: str | Path) -> Scene:
    """The scene of that name or title, or in that file.

    Raises `KnownError`, whose `problems` are all that is wrong with the file, a line each.
    """
    return read_scene(_located(name_or_path))


def read_scene(path: Path) -> Scene:
    """Read and check one scene file. Raises as `load_scene` does."""
    from base.validation import checked
    from scenes.schema import SceneKeys

    try:
        document = read_document(path)
    except KnownError as error:
        raise KnownError(*error.problems) from None
    keys, problems = checked(SceneKeys, document, {"title": "?"})
    if keys is None:
        raise KnownError(*problems)
    return _resolved(keys, document, path, problems)


def _located(name_or_path: str | Path) -> Path:
    if isinstance(name_or_path, Path) or is_path(name_or_path):
        return Path(name_or_path)
    if path := find(name_or_path, folders("scenes")):
        return path
    found = find_scenes()
    for scene in found:
        if name_or_path == scene.title:
            return scene.path
    known = [*(scene.name for scene in found), *(scene.title for scene in found if scene.title)]
    hint = nearest(name_or_path, known) or f"; there are {', '.join(scene_names())}"
    raise KnownError(
        _("no scene named {name_or_path}{hint}", name_or_path=shown(name_or_path), hint=hint)
    )


def _resolved(keys: "SceneKeys", document: Document, path: Path, wrong: list[str]) -> Scene:
    """The scene that the keys make. Raises `KnownError` with what is `wrong` and what is found."""
    from base.names import label_problem
    from characters.profile import missing_files
    from scenes.casting import cast_of, oddities, opening_of

    cast, problems = cast_of(keys, document, path.parent)
    problems += wrong
    problems += missing_files(keys.knowledge, document, ("knowledge",), path.parent, True)
    for index, label in enumerate(keys.emotions):
        if problem := label_problem(label):
            problems.append(document.at(("emotions", index), problem))
    problems += _stranger(keys, document, cast)
    warnings = tuple(oddities(keys, document, cast))
    if problems:
        told = (f"{warning} (a warning)" for warning in warnings)
        raise KnownError(*document.in_order([*problems, *told]))
    said = keys.sampling.model_dump(exclude_unset=True)
    return Scene(
        name=path.stem,
        path=path,
        title=keys.title,
        cast=tuple(cast),
        summary=keys.summary.strip(),
        aim=keys.aim.strip(),
        language=keys.language,
        play_as=keys.play_as,
        opening=keys.opening.strip("\n") or opening_of(cast, keys.play_as),
        knowledge=tuple(path.parent / name for name in keys.knowledge),
        emotions=tuple(keys.emotions),
        model=ModelChoice(
            keys.model.use,
            keys.model.quantization,
            keys.model.context,
            keys.model.adapter,
            tuple(keys.model.scripts),
        ),
        sampling={k: tuple(v) if isinstance(v, list) else v for k, v in said.items()},
        turns=keys.turns,
        dice=keys.dice,
        warnings=warnings,
    )


def _stranger(keys: "SceneKeys", document: Document, cast: Sequence[Role]) -> Iterator[str]:
    names = [role.name for role in cast]
    if keys.play_as is not None and keys.play_as not in names:
        hint = nearest(keys.play_as, names) or f"; the cast is {', '.join(names)}"
        yield document.at(("play_as",), f"{shown(keys.play_as)} is not in the cast{hint}")
