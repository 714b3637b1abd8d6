"""What a role saw of a branch: the one place that decides which line stands in whose prompt. Pure.

A line is seen by those who are there, a whisper by those whom it names, a private thought by its
thinker. Narrators hear every whisper that is said while they are there, and read no private
thought. Whoever speaks knows what they said.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from scenes.log import SPOKEN, Entry
from scenes.note import Note
from scenes.scene import Role, Scene

Missing = frozenset[str]
"""The names of those who did not see a line; empty is that all did."""
NOBODY: Missing = frozenset()
BETWEEN = "、"

_PRESENCE = re.compile(r"(离席|入席)[：:]\s*(\S.*)")


def view(
    entries: Sequence[Entry], missing: Sequence[Missing] | None, role: Role, scene: Scene
) -> list[Entry]:
    """What `role` saw of `entries`; `missing` says for each who did not, `None` that nobody did."""
    private = scene.thoughts == "private"
    if missing is None and not private and not any(entry.to for entry in entries):
        return list(entries)
    absent = [NOBODY] * len(entries) if missing is None else missing
    seen = (
        seen_by(entry, away, role, private) for entry, away in zip(entries, absent, strict=True)
    )
    return [entry for entry in seen if entry is not None]


def seen_by(entry: Entry, missing: Missing, role: Role, private: bool) -> Entry | None:
    """What a role saw of one line, or nothing; `private` is whether thoughts are."""
    names = (role.name, *role.aliases)
    if entry.speaker in names or entry.kind == "chapter":
        return entry
    if entry.kind == "comment":
        return entry if not entry.to or _hears(entry, role, names) else None
    if role.name in missing or (entry.to and not _hears(entry, role, names)):
        return None
    return without_thought(entry) if private else entry


def _hears(entry: Entry, role: Role, names: Sequence[str]) -> bool:
    narrates = role.narrator and entry.kind != "comment" and not isinstance(entry, Note)
    return narrates or any(name in entry.to for name in names)


def without_thought(entry: Entry) -> Entry | None:
    """A line as it is heard by those who read no thoughts."""
    if entry.kind == "thought":
        return None
    return replace(entry, thought="") if entry.thought else entry


def common(
    entries: Sequence[Entry], missing: Sequence[Missing] | None, absent: Missing, scene: Scene
) -> list[Entry]:
    """What all saw who are there while those of `absent` are not."""
    private = scene.thoughts == "private"
    shared = (
        without_thought(entry) if private else entry
        for entry, away in zip(entries, missing or [NOBODY] * len(entries), strict=True)
        if not entry.to and away <= absent
    )
    return [entry for entry in shared if entry is not None]


def unseen_of(
    entries: Sequence[Entry], missing: Sequence[Missing] | None, role: Role, scene: Scene
) -> list[Entry]:
    """What `role` did not see of `entries`: whole lines, and what others thought behind theirs."""
    private = scene.thoughts == "private"
    unseen: list[Entry] = []
    for entry, away in zip(entries, missing or [NOBODY] * len(entries), strict=True):
        seen = seen_by(entry, away, role, private)
        if seen is None:
            unseen.append(entry)
        elif seen.thought != entry.thought:
            unseen.append(Entry("thought", entry.thought, entry.speaker))
    return unseen


# --- who is there, in a log -----------------------------------------------------------------------


def presence_lines(before: Missing, after: Missing) -> Iterator[Entry]:
    """How a log says who leaves and who enters: `# 离席：苏晚、顾三`."""
    for word, names in (("离席", after - before), ("入席", before - after)):
        if names:
            yield Entry("comment", f"{word}：{BETWEEN.join(sorted(names))}")


def is_presence(entry: Entry) -> bool:
    """Whether a line says that somebody leaves or enters."""
    return entry.kind == "comment" and _PRESENCE.fullmatch(entry.text) is not None


def missing_in(entries: Iterable[Entry], scene: Scene) -> list[Missing] | None:
    """Who did not see each line of a log, by those that say who leaves and enters; `None` where
    none does. Whoever speaks is there again."""
    roles = {name: role.name for role in scene.cast for name in (role.name, *role.aliases)}
    missing, along = NOBODY, list[Missing]()
    for entry in entries:
        presence = _PRESENCE.fullmatch(entry.text) if entry.kind == "comment" else None
        if presence:
            named = {roles.get(name.strip(), name.strip()) for name in presence[2].split(BETWEEN)}
            missing = missing | named if presence[1] == "离席" else missing - named
        elif entry.kind in SPOKEN:
            missing = missing - {roles.get(entry.speaker, entry.speaker)}
        along.append(missing)
    return along if any(along) else None


def view_of_log(entries: Sequence[Entry], role: Role, scene: Scene) -> list[Entry]:
    """What `role` saw of a log."""
    return view(entries, missing_in(entries, scene), role, scene)
