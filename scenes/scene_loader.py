"""Reads and checks scene files, and finds them by name or title."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from base.errors import KnownError
from base.folders import find, folders, is_path
from base.messages import _, series
from base.names import label_problem, nearest
from base.text import one_line, shown
from base.validation import checked
from base.yaml_reader import Document, read, read_document
from characters.profile import missing_files
from scenes.casting import NOBODY, cast_of, opening_of
from scenes.constants import constants_of
from scenes.lesson import NARRATOR, Lesson, Step, unsayable
from scenes.lint import lint
from scenes.scene import AuthorNote, Constant, MemoryChoice, ModelChoice, Role, Scene
from scenes.scene_list import find_scenes, scene_names
from scenes.schema import LessonKeys, SceneKeys
from scenes.steering import ban_problem, phrases


def load_scene(name_or_path: str | Path) -> Scene:
    """The scene of that name or title, or in that file.

    Raises `KnownError`, whose `problems` are all that is wrong with the file, a line each.
    """
    return read_scene(_located(name_or_path))


def read_scene(path: Path) -> Scene:
    """Read and check one scene file. Raises as `load_scene` does."""
    return _made(read_document(path), path)


def scene_of(text: str, path: Path) -> Scene:
    """The scene that a text is, as if it stood in the file `path`. Raises as `load_scene` does."""
    return _made(read(text.encode(), path.name), path)


def _made(document: Document, path: Path) -> Scene:
    keys, problems = checked(SceneKeys, document, {"title": "?"})
    if keys is None:
        raise KnownError(*problems)
    return _resolved(keys, document, path, problems)


def _located(name_or_path: str | Path) -> Path:
    if isinstance(name_or_path, Path) or is_path(name_or_path):
        return Path(name_or_path)
    if path := find(name_or_path, folders("scenes")):
        return path
    scenes = find_scenes()
    for scene in scenes:
        if name_or_path == scene.title:
            return scene.path
    known = [*(scene.name for scene in scenes), *(scene.title for scene in scenes if scene.title)]
    name = shown(name_or_path)
    if hint := nearest(name_or_path, known):
        raise KnownError(_("no scene is named {name}{hint}", name=name, hint=hint))
    there = series(scene_names())
    raise KnownError(_("no scene is named {name}; there are {scenes}", name=name, scenes=there))


def _resolved(keys: SceneKeys, document: Document, path: Path, wrong: list[str]) -> Scene:
    """The scene that the keys make. Raises `KnownError` with what is `wrong` and what is found."""
    cast, problems = cast_of(keys, document, path.parent)
    problems += wrong
    problems += missing_files(keys.knowledge, document, ("knowledge",), path.parent, True)
    for index, label in enumerate(keys.emotions):
        if problem := label_problem(label):
            problems.append(document.at(("emotions", index), problem))
    for index, phrase in enumerate(keys.banned):
        if problem := ban_problem(phrase):
            problems.append(document.at(("banned", index), problem))
    problems += _stranger(keys, document, cast)
    lesson = _lesson(keys.lesson, keys.play_as) if keys.lesson else None
    if lesson is not None:
        problems += _unteachable(lesson, document, cast)
    warnings = tuple(lint(keys, document, cast))
    constants = _constants(keys, cast, path.parent)
    if problems:
        marked = (_("{warning} (a warning)", warning=warning) for warning in warnings)
        raise KnownError(*document.in_order([*problems, *marked]))
    sampling = keys.sampling.model_dump(exclude_unset=True)
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
        constants=constants,
        emotions=tuple(keys.emotions),
        model=ModelChoice(
            keys.model.use,
            keys.model.quantization,
            keys.model.context,
            keys.model.adapter,
            tuple(keys.model.scripts),
        ),
        sampling={k: tuple(v) if isinstance(v, list) else v for k, v in sampling.items()},
        turns=keys.turns,
        dice=keys.dice,
        thoughts=keys.thoughts,
        house_rule=keys.house_rule,
        lesson=lesson,
        ahead=keys.ahead,
        note=AuthorNote(one_line(keys.note.text), keys.note.depth) if keys.note else AuthorNote(),
        banned=phrases(keys.banned),
        memory=MemoryChoice(keys.memory.model, keys.memory.share, keys.memory.turns),
        warnings=warnings,
    )


def _constants(keys: SceneKeys, cast: Sequence[Role], folder: Path) -> tuple[Constant, ...]:
    """What the scene's own books tell without a key; `{{char}}` is the first that is not the
    player's."""
    names = [role.name for role in cast]
    char = next((name for name in names if name != keys.play_as), names[0])
    user = keys.play_as or next((name for name in names if name != char), NOBODY)
    return constants_of((folder / name for name in keys.knowledge), char, user)


def _stranger(keys: SceneKeys, document: Document, cast: Sequence[Role]) -> Iterator[str]:
    """A line where the player's role is none of the cast."""
    names = [role.name for role in cast]
    if keys.play_as is None or keys.play_as in names:
        return
    yield document.at(("play_as",), _not_in(names, keys.play_as))


def _not_in(names: Sequence[str], name: str) -> str:
    """That no role has a name, with the nearest that one has."""
    if hint := nearest(name, names):
        return _("{role} is not in the cast{hint}", role=shown(name), hint=hint)
    return _("{role} is not in the cast: {cast}", role=shown(name), cast=series(names))


def _lesson(keys: LessonKeys, learner: str | None) -> Lesson:
    steps = (
        Step(
            each.keys,
            each.typed,
            tuple(each.say),
            tuple(each.nudge),
            tuple(each.praise),
            each.wants,
            each.keys_again,
            each.typed_again,
        )
        for each in keys.steps
    )
    return Lesson(
        keys.teacher,
        learner or "",
        tuple(steps),
        tuple(keys.after),
        tuple(keys.asides),
        {name: tuple(lines) for name, lines in keys.others.items()},
        tuple(keys.anybody),
    )


def _unteachable(lesson: Lesson, document: Document, cast: Sequence[Role]) -> Iterator[str]:
    """A line for somebody who is none of the cast, and for what is no line of theirs."""
    names = [role.name for role in cast]
    for key, name in (("teacher", lesson.teacher), *(("others", each) for each in lesson.others)):
        if name not in (*names, NARRATOR):
            yield document.at(("lesson", key), _not_in(names, name))
    for text in unsayable(lesson):
        problem = _("not one line that somebody could say: {text}", text=shown(text))
        yield document.at(("lesson",), problem)
