"""The knowledge that play would have written into a log of which not all saw everything. Pure."""

from collections.abc import Callable, Sequence
from functools import partial

from scenes.injection import KnowledgeInjector, KnowledgeOf, role_of
from scenes.log import Entry
from scenes.note import Note
from scenes.owned import owned
from scenes.prompt import Count
from scenes.scene import Role, Scene
from scenes.view import Missing, common, view

Part = Callable[[Sequence[Entry], Sequence[Missing]], list[Entry]]
"""What some of the cast saw of lines."""


def informed_apart(
    scene: Scene,
    entries: Sequence[Entry],
    missing: Sequence[Missing],
    knowledge_of: KnowledgeOf,
    budget: int,
    count: Count,
    player: str | None = None,
) -> list[tuple[Entry, Missing]]:
    """As `scenes.injection.informed`, by what each role saw; with who does not see each line."""
    told = _Telling(scene, budget, count, player)
    for entry, away in zip(entries, missing, strict=True):
        role = role_of(scene, entry)
        if role is not None:
            for note in told.brought_up(role, away, knowledge_of):
                told.add(note, away)
        told.add(entry, away)
    return list(zip(told.entries, told.missing, strict=True))


class _Telling:
    """What has been told so far, and the injectors of those who read of it."""

    def __init__(self, scene: Scene, budget: int, count: Count, player: str | None) -> None:
        self.scene = scene
        self.entries: list[Entry] = []
        self.missing: list[Missing] = []
        self._empty = partial(KnowledgeInjector, scene, budget, count, player)
        self._readers: dict[object, tuple[KnowledgeInjector, int]] = {}

    def add(self, entry: Entry, missing: Missing) -> None:
        self.entries.append(entry)
        self.missing.append(missing)

    def brought_up(self, role: Role, away: Missing, knowledge_of: KnowledgeOf) -> list[Note]:
        """What comes up before a line of `role`, each note with whose it is."""
        own = self._reader(role.name, lambda e, m: view(e, m, role, self.scene))

        def shared() -> list[Entry]:
            return self._reader(away, lambda e, m: common(e, m, away, self.scene)).entries

        def notes(history: Sequence[Entry], reader: Role) -> list[Note]:
            known = own if history is own.entries else self._readers[away][0]
            return known.notes_for(reader, knowledge_of(reader))

        return owned(notes, self.scene, role, own.entries, shared)

    def _reader(self, key: object, part: Part) -> KnowledgeInjector:
        """The injector of those who see `part` of what is told, up to now."""
        injector, taken = self._readers.get(key) or (self._empty(), 0)
        injector.add(part(self.entries[taken:], self.missing[taken:]))
        self._readers[key] = injector, len(self.entries)
        return injector
