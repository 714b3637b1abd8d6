"""The characters at the start: who may sit at any table, and in which scenes they do."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from textual.content import Content

from base.errors import KnownError
from base.folders import CARDS, SUFFIXES, find, folders
from base.messages import _, series
from base.text import one_line
from scenes.scene_list import find_scenes
from tui.paint import printable
from tui.screens.start_rows import Hint, Row, Section, Told
from tui.widgets.preview import BLANK, Part, Words

PROFILE = 400
"""Characters of a profile that are shown."""
EXAMPLES = 8
"""Sample lines that are shown."""


@dataclass(frozen=True)
class ListedCharacter:
    """A character in the list, or a file that is none, with the reason."""

    file: str
    path: Path
    name: str = ""
    profile: str = ""
    aliases: tuple[str, ...] = ()
    problem: str = ""


class Characters(Section):
    """The characters in `./characters`, the person's, and those that ship."""

    def __init__(self) -> None:
        super().__init__("characters")
        self.found: list[ListedCharacter] = []

    @property
    def title(self) -> str:
        return _("Characters")

    @property
    def hints(self) -> Sequence[Hint]:
        return (
            ("Enter", _("new scene")),
            ("n", _("new")),
            ("e", _("edit")),
            ("x", _("card")),
            ("/", _("search")),
            ("i", _("import")),
            ("F1", _("help")),
        )

    @property
    def nothing(self) -> str:
        return _("No character yet; n writes a new one, i imports a card.")

    def read(self) -> list[ListedCharacter]:
        from characters.profile import names

        return [found for name in names() if (found := _listed(name))]

    def take(self, read: object) -> None:
        assert isinstance(read, list)
        self.found, self.many = read, len(read)

    def rows(self, query: str) -> list[Row]:
        found: Sequence[ListedCharacter] = self.found
        if query.strip():
            from scenes.pinyin import ranked

            found = ranked(query, found, lambda one: (one.name, one.file, *one.aliases))
        return [self._row(one) for one in found]

    def _row(self, one: ListedCharacter) -> Row:
        file = printable(one.file)
        if one.problem:
            words = Content.assemble((f"{file} ", "dim"), (_("cannot be read"), "$text-error"))
        else:
            words = Content.assemble(f"{one_line(one.name)}  ", (one_line(one.profile, 80), "dim"))
        return Row(one.file, words)

    def character(self, id: str) -> ListedCharacter | None:
        """The character of a row."""
        return next((one for one in self.found if one.file == id), None)

    def told(self, id: str) -> Told:
        one = self.character(id)
        if one is None:
            return Told()
        if one.problem:
            wrong = [Words(line, "wrong") for line in one.problem.split("\n")]
            return Told([Words(one.file, "title"), *wrong, BLANK, Words(str(one.path), "quiet")])
        return Told(list(_parts(one)), (one.name,))


def _listed(file: str) -> ListedCharacter | None:
    from characters.profile import read_character

    path = find(file, folders("characters"), (*SUFFIXES, *CARDS))
    if path is None:
        return None
    try:
        read = read_character(path)
    except KnownError as error:
        return ListedCharacter(file, path, problem="\n".join(error.problems))
    return ListedCharacter(file, path, read.name, read.profile, read.aliases)


def _parts(one: ListedCharacter) -> Iterator[Part]:
    from characters.profile import read_character
    from scenes.log import parse

    try:
        read = read_character(one.path)
    except KnownError as error:
        yield from (Words(problem, "wrong") for problem in error.problems)
        return
    yield Words(series((read.name, *read.aliases)), "title")
    yield Words(one_line(read.profile, PROFILE))
    if read.likes:
        yield Words(_("likes: {words}", words=one_line(series(read.likes), PROFILE)), "quiet")
    yield BLANK
    yield from parse(read.voice)[:EXAMPLES]
    yield BLANK
    used = [
        scene.title
        for scene in find_scenes()
        if one.file in (Path(name).stem for name in scene.characters) or read.name in scene.cast
    ]
    scenes = series(one_line(title) for title in used) if used else _("no scene yet")
    yield Words(_("in the scenes: {scenes}", scenes=scenes), "quiet")
    yield Words(
        _("voice: {name}", name=read.adapter) if read.adapter else _("voice: the model's own"),
        "quiet",
    )
    if read.knowledge:
        files = series(path.name for path in read.knowledge)
        yield Words(_("knowledge: {words}", words=files), "quiet")
    yield Words(str(one.path), "quiet")
