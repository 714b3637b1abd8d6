"""The scenes at the start: recent ones first, and what one reads of a scene before playing it."""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from textual.content import Content

from base.errors import KnownError
from base.filenames import file_name
from base.messages import N_, _, _n, language, series
from base.text import one_line
from scenes.scene_list import ListedScene, find_scenes, glimpsed_scenes
from scenes.table.session_list import begun_at
from scenes.tutorial import tutorial_name
from tui.last_choices import LastChoice, last_choices
from tui.model_options import Choice, model_name
from tui.paint import printable
from tui.screens.start_rows import Hint, Row, Section, Told
from tui.widgets.preview import BLANK, Part, Words

if TYPE_CHECKING:
    from scenes.scene import Scene
    from scenes.table.shown import Shown

OPENING = 6
"""Lines of an opening that are shown."""
PROFILE = 60
"""Characters of a profile that are shown."""
HAN = re.compile(r"[\u3400-\u9fff]")
LOOK = "look:"
"""Begins the id of a session that ships, to be looked at."""
LANGUAGES = {"zh": N_("Chinese"), "en": N_("English"), "ja": N_("Japanese")}


def _is_readable(title: str) -> bool:
    """Whether a title is in the writing of the person's language."""
    return not title or (HAN.search(title) is None) == (language() == "en")


class Scenes(Section):
    """The scenes that there are."""

    def __init__(self, choice: Choice) -> None:
        super().__init__("scenes")
        self.choice = choice
        self.found: list[ListedScene] = []
        self.choices: dict[str, LastChoice] = {}
        self.shipped: list[Shown] = []
        self.is_read = False

    @property
    def title(self) -> str:
        return _("Scenes")

    @property
    def hints(self) -> Sequence[Hint]:
        return (
            ("Enter", _("play")),
            ("r", _("role")),
            ("n", _("new")),
            ("e", _("edit")),
            ("/", _("search")),
            ("i", _("import")),
            ("m", _("models")),
            ("F1", _("help")),
        )

    @property
    def nothing(self) -> str:
        return _("No scene yet; n writes a new one.")

    def glimpse(self) -> None:
        if not self.is_read:
            self._order(glimpsed_scenes())

    def read(self) -> tuple[list[ListedScene], list["Shown"]]:
        from scenes.table.shown import shipped_sessions

        return find_scenes(), shipped_sessions()

    def take(self, read: object) -> None:
        assert isinstance(read, tuple)
        found, self.shipped = read
        self.is_read = True
        self._order(found)

    def _order(self, found: list[ListedScene]) -> None:
        """The tutorial first where nothing was ever played; else the latest first, then those in
        the person's writing, then by name."""
        self.choices, begun = last_choices(), begun_at()
        new = not begun and not self.choices

        def moment(scene: ListedScene) -> str:
            opened = self.choices.get(scene.name, LastChoice()).opened
            return max(opened, begun.get(file_name(scene.name, "scene"), ""))

        mine = sorted(found, key=lambda one: (bool(one.problem), not _is_readable(one.title)))
        self.found = sorted(mine, key=moment, reverse=True)
        if new:
            self.found.sort(key=lambda scene: scene.name != tutorial_name())
        self.many = len(found)

    def rows(self, query: str) -> list[Row]:
        found: Sequence[ListedScene] = self.found
        if query.strip():
            from scenes.pinyin import ranked

            found = ranked(query, found, lambda one: (one.title, one.name, *one.cast))
            games = ranked(query, self.shipped, lambda one: (_looked_at(one),))
            return [*map(self._row, found), *map(_row_of_shown, games)]
        looked = [_row_of_shown(one) for one in self.shipped]
        rows = [self._row(scene) for scene in found]
        first = bool(found) and found[0].name == tutorial_name()
        at = len(rows)
        if first and all(_is_readable(one.name) for one in self.shipped):
            at = 1
        elif first:
            at = next((n for n, one in enumerate(found) if not _is_readable(one.title)), at)
        return [*rows[:at], *looked, *rows[at:]]

    def _row(self, scene: ListedScene) -> Row:
        name = printable(scene.name)
        if scene.problem:
            words = Content.assemble((f"{name} ", "dim"), (_("cannot be read"), "$text-error"))
        elif scene.title:
            words = Content.assemble(one_line(scene.title), (f"  {name}", "dim"))
        else:
            words = Content(name)
        return Row(scene.name, words)

    def scene(self, id: str) -> ListedScene | None:
        """The scene of a row."""
        return next((scene for scene in self.found if scene.name == id), None)

    def shown(self, id: str) -> "Shown | None":
        """The session to look at of a row."""
        return next((one for one in self.shipped if f"{LOOK}{one.name}" == id), None)

    def role_of(self, scene: "Scene") -> str | None:
        """The role that the player has unless they choose another: the one of last time."""
        last = self.choices.get(scene.name)
        names = [role.name for role in scene.cast]
        if last and last.chose and (last.role is None or last.role in names):
            return last.role
        return scene.play_as

    def told(self, id: str) -> Told:
        if shown := self.shown(id):
            copy = _("A game that was played. Enter opens a copy of it: leaf through it, go on.")
            return Told([Words(shown.name, "title"), Words(shown.summary), BLANK, Words(copy)])
        listed = self.scene(id)
        if listed is None:
            return Told()
        try:
            scene = scene_at(listed.path)
        except KnownError as error:
            wrong = [Words(problem, "wrong") for problem in error.problems]
            place = Words(str(listed.path), "quiet")
            return Told([Words(listed.title or listed.name, "title"), *wrong, BLANK, place])
        return Told(list(self._parts(scene)), tuple(role.name for role in scene.cast))

    def _parts(self, scene: "Scene") -> Iterator[Part]:
        from scenes.log import parse

        opening = [entry for entry in parse(scene.opening) if entry.kind != "comment"]
        yield Words(scene.title, "title")
        yield Words("  ·  ".join(self._facts(scene, len(opening))), "quiet")
        if scene.summary:
            yield Words(one_line(scene.summary))
        yield BLANK
        yield from opening[:OPENING]
        if len(opening) > OPENING:
            yield Words("…", "quiet")
        yield BLANK
        role = self.role_of(scene)
        for each in scene.cast:
            you = _("(you) ") if each.name == role else ""
            yield Words(f"{you}{one_line(each.profile, PROFILE)}", name=each.name)
        yield BLANK
        if scene.aim:
            yield Words(_("aim: {aim}", aim=one_line(scene.aim)), "quiet")
        yield Words(self._model(scene), "quiet")
        for warning in scene.warnings:
            yield Words(warning, "quiet")

    def _facts(self, scene: "Scene", lines: int) -> Iterator[str]:
        role = self.role_of(scene)
        yield _("you are {role}", role=role) if role else _("you watch")
        yield _n("{n} role", "{n} roles", len(scene.cast))
        language = LANGUAGES.get(scene.language)
        yield _(language) if language else scene.language
        if lines:
            yield _n("opening: {n} line", "opening: {n} lines", lines)

    def _model(self, scene: "Scene") -> str:
        """The model that will speak, and whose voices."""
        from scenes.adapters import find_adapter
        from scenes.scene import BASE_ALONE

        if scene.lesson is not None:
            return _("It is recited; no model is needed.")
        name = model_name(self.choice, scene)
        model = _("the starter") if name == "starter" else name
        voices = []
        for role in scene.cast:
            if role.adapter and role.adapter != BASE_ALONE:
                here = role.adapter in self.choice.adapters or find_adapter(role.adapter, True)
                missing = "" if here else _(" (not on this machine)")
                voices.append(f"{role.name} ← {role.adapter}{missing}")
        if voices:
            return _("model: {model}  ·  voices: {voices}", model=model, voices=series(voices))
        return _("model: {model}", model=model)


def scene_at(path: Path) -> "Scene":
    """The scene in a file, read again only where it has changed. Raises `KnownError`."""
    try:
        state = path.stat()
    except (OSError, ValueError):
        from scenes.scene_loader import read_scene

        return read_scene(path)
    return _scene_at(path, state.st_mtime_ns, state.st_size)


@lru_cache(maxsize=64)
def _scene_at(path: Path, changed: int, size: int) -> "Scene":
    from scenes.scene_loader import read_scene

    return read_scene(path)


def _looked_at(one: "Shown") -> str:
    return _("▷ Watch a game: {name}", name=one.name)


def _row_of_shown(one: "Shown") -> Row:
    return Row(f"{LOOK}{one.name}", Content(_looked_at(one)))
