"""What may be told at a table: opened once, asked before each line that a model is to write."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from base.errors import KnownError
from base.folders import shown_path
from base.messages import _
from models.backend import Backend
from scenes.log import Entry
from scenes.note import Note
from scenes.prompt import history_budget, prime
from scenes.recall import Fact
from scenes.scene import Role, Scene

if TYPE_CHECKING:  # books and bases are imported where a scene has some
    from characters.knowledge import Shelf
    from scenes.table.lore import LoreRow

NONE_OFF: Mapping[str, Collection[str]] = {}


class TableKnowledge:
    """The lorebooks and bases of a scene and its cast, and the notes that they give."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self._shelf: Shelf | None = None

    def paths(self, player: str | None) -> list[Path]:
        """All that may be told where a person plays `player`."""
        roles = [role for role in self.scene.cast if role.name != player]
        return [*self.scene.knowledge, *(path for role in roles for path in role.knowledge)]

    def is_slow(self, player: str | None) -> bool:
        """Whether to open it takes more than a moment: bases may need a model."""
        paths = self.paths(player)
        return any(path.suffix.lower() == ".kb" or path.is_dir() for path in paths)

    def opened(self, player: str | None) -> "Shelf":
        """All that may be told, open; may run in another thread, for `use`."""
        shelf = _shelf()
        shelf.prepare(self.paths(player))
        return shelf

    def use(self, shelf: "Shelf") -> list[str]:
        """Take what was opened before the first draw; what is to be said of it."""
        self.close()
        self._shelf = shelf
        return shelf.take_problems()

    def notes(
        self,
        backend: Backend,
        history: Sequence[Entry],
        speaker: Role,
        reply: int,
        player: str | None,
        paths: Sequence[Path] | None = None,
        off: Mapping[str, Collection[str]] = NONE_OFF,
    ) -> tuple[list[Note], list[str]]:
        """What comes up before a line by `speaker` of `reply` tokens, and what is to be said of it;
        `paths` are the files that may be told, all of the role and the scene where none are given,
        and `off` the entries of them that may not.

        Nothing is written. Raises `KnownError` where the model cannot count or has no room.
        """
        if paths is None:
            paths = (*speaker.knowledge, *self.scene.knowledge)
        if not paths and not any(isinstance(entry, Fact) for entry in history):
            return [], []
        from scenes.injection import KnowledgeInjector

        prime(backend, self.scene, history)
        budget = history_budget(self.scene, backend.context, reply, backend.count)
        if self._shelf is None:
            self._shelf = _shelf()
        problems: list[str] = []
        injector = KnowledgeInjector(self.scene, budget, backend.count, player)
        injector.add(history)
        try:
            notes = injector.notes_for(speaker, self._shelf.of(paths, off))
        except KnownError as error:
            notes, problems = [], [*error.problems]
        return notes, [*problems, *self._shelf.take_problems()]

    def words_of(self, paths: Iterable[Path]) -> dict[str, tuple[str, ...]]:
        """The words that bring up what the files at `paths` tell, by the keys of its notes; only of
        what is open."""
        books = self._shelf.of(paths).books if self._shelf is not None else ()
        return {book.key_of(entry): entry.keys for book in books for entry in book.entries}

    def entries_of(self, path: Path) -> list["LoreRow"]:
        """The entries of the lorebooks in a file, which is read for that."""
        from scenes.table.lore import rows_of

        if self._shelf is None:
            self._shelf = _shelf()
        return rows_of(self._shelf.of([path]).books)

    def close(self) -> None:
        if self._shelf is not None:
            self._shelf.close()
            self._shelf = None


def notes_of_log(
    scene: Scene, backend: Backend, log: Sequence[Entry], speaker: Role, reply: int
) -> tuple[list[Note], list[str]]:
    """What comes up before a line by `speaker` of `reply` tokens behind a log, as it would in play;
    and what is to be said of it. Raises `KnownError`."""
    from scenes.owned import owned
    from scenes.view import NOBODY, common, missing_in, view

    knowledge, problems = TableKnowledge(scene), list[str]()
    missing = missing_in(log, scene)
    absent = missing[-1] if missing else NOBODY

    def brought_up(history: Sequence[Entry], reader: Role) -> list[Note]:
        notes, told = knowledge.notes(backend, history, reader, reply, None)
        problems.extend(one for one in told if one not in problems)
        return notes

    try:
        seen = view(log, missing, speaker, scene)
        shared = partial(common, log, missing, absent, scene)
        return owned(brought_up, scene, speaker, seen, shared), problems
    finally:
        knowledge.close()


def with_knowledge(scene: Scene, paths: Sequence[Path], player: str | None = None) -> Scene:
    """A scene that is told of more files of knowledge. Raises `KnownError` for one that cannot be
    read."""
    if not paths:
        return scene
    from characters.knowledge import read_knowledge
    from scenes.constants import constants_of

    paths = [path.expanduser().absolute() for path in paths]
    for path in paths:
        if not path.exists():
            raise KnownError(_("{where}: no such file or folder", where=shown_path(path)))
        if not path.is_dir():
            for base in read_knowledge(path).bases:
                base.close()
    names = [role.name for role in scene.cast]
    char = next((name for name in names if name != player), names[0])
    user = player or next((name for name in names if name != char), char)
    more = constants_of(paths, char, user)
    known = tuple(dict.fromkeys([*scene.knowledge, *paths]))
    return replace(scene, knowledge=known, constants=(*scene.constants, *more))


def _shelf() -> "Shelf":
    from characters.knowledge import Shelf
    from scenes.embedding import embedder

    return Shelf(embedder)
