"""A log as a script to learn from: the scene it is read in, its chapters, who is learned. Pure."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from base.errors import KnownError
from base.messages import _, series
from base.names import nearest
from base.text import shown
from scenes.dice.log_form import tells_of_roll
from scenes.log import Entry
from scenes.prompt import cue_of
from scenes.scene import Role, Scene
from scenes.table.draw import read_line

NOBODY = ("unknown", "Unknown", "UNKNOWN")
"""What distilled logs write for a speaker that nobody knows; learned only where asked for."""
MOST_NAMED = 8
"""Speakers of a log that an error names."""


@dataclass(frozen=True)
class LogChapter:
    """What is held out whole, or not at all; the heading is its first entry."""

    title: str
    entries: tuple[Entry, ...]
    known: int = 0
    """How many of the first are read but never learned."""
    gap: int = 0
    """Of a block of a longer stretch: how many are not learned where the block before it is on the
    other side of the split."""
    weight: float = 1.0
    """How much each token of its replies counts."""


@dataclass(frozen=True)
class Script:
    """A log, read in a scene."""

    source: str
    """The file that it comes from."""
    scene: Scene
    chapters: tuple[LogChapter, ...]
    apart: bool = False
    """Whether the chapters have nothing to do with each other, so that none is history of another:
    questions with their answers, conversations."""
    groups: tuple[str, ...] = ()
    """Of chapters that are apart: those of one group are held out together."""
    asking: frozenset[str] = frozenset()
    """Who asks in them, and so is not learned unless asked for."""


def script_of(source: str, entries: Sequence[Entry], scene: Scene | None) -> Script:
    """A log in `scene`, its speakers under their names in the cast; without one in a bare scene,
    whose cast are all who speak, and which tells of them nothing but the title."""
    if scene is None:
        scene, entries = bare_scene(source, entries)
    elif entries and entries[0] == Entry("chapter", scene.title):
        entries = entries[1:]
    return Script(source, scene, tuple(_chapters(under_own_names(entries, scene))))


def under_own_names(entries: Iterable[Entry], scene: Scene) -> list[Entry]:
    """The entries with speakers under their names in the cast."""
    names = {alias: role.name for role in scene.cast for alias in role.aliases}
    return [
        replace(entry, speaker=names[entry.speaker]) if entry.speaker in names else entry
        for entry in entries
    ]


def learned_roles(
    script: Script, wanted: Iterable[str], without: Iterable[str] = ()
) -> tuple[Role, ...]:
    """The roles of that name or alias, or, where none is wanted, the whole cast without those who
    only ask, and without what is written for nobody; never those of `without`.

    Raises `KnownError` for a name of nobody, with the nearest one.
    """
    roles = tuple(dict.fromkeys(map(script.scene.role, wanted)))
    if not roles:
        idle = {*script.asking, *NOBODY}
        roles = tuple(one for one in script.scene.cast if one.name not in idle)
    left_out = set(without)
    return tuple(one for one in roles if not left_out & {one.name, *one.aliases})


def speaker_of(roles: Iterable[Role], entry: Entry) -> Role | None:
    """Who of `roles` says an entry; a narrator tells what is narrated, but for what the dice
    said."""
    if entry.kind == "narration" and tells_of_roll(entry.text):
        return None
    for role in roles:
        if entry.kind == "narration" if role.narrator else entry.speaker == role.name:
            return role
    return None


def reply_of(role: Role, entry: Entry) -> str | None:
    """The rest of the line after the cue, with its newline; `None` where play could not draw it:
    nothing is said in it, or it is not one line in form."""
    cue = cue_of(role)
    if not entry.line.startswith(cue) or not (entry.text + entry.thought).strip():
        return None
    reply = entry.line.removeprefix(cue)
    return None if read_line(role, reply) is None else f"{reply}\n"


def texts_of(entries: Iterable[Entry]) -> Iterator[str]:
    """The texts whose tokens will be asked for: the lines, and what follows their cues."""
    for entry in entries:
        line = entry.line
        yield f"{line}\n"
        yield f"{line.partition('：')[2] if entry.speaker else line[1:]}\n"


def nobody(source: str, chapters: Iterable[LogChapter], roles: Sequence[Role]) -> KnownError:
    """What to say of a log in which none of `roles` speaks."""
    lines = Counter(e.speaker for chapter in chapters for e in chapter.entries if e.speaker)
    if not lines:
        return KnownError(
            _(
                "{source}: nobody speaks in it; is it a log, with lines such as 名字：…?",
                source=source,
            )
        )
    speakers = series(f"{shown(name)} {count}" for name, count in lines.most_common(MOST_NAMED))
    return KnownError(
        _(
            "{source}: no line by {names}{hint}; those who speak in it, with their lines: "
            "{speakers}",
            source=source,
            names=series(role.name for role in roles[:MOST_NAMED]),
            hint=nearest(roles[0].name, lines) if len(roles) == 1 else "",
            speakers=speakers,
        )
    )


def bare_scene(source: str, entries: Sequence[Entry]) -> tuple[Scene, Sequence[Entry]]:
    """A scene of those who speak, entitled as the log is: by a first heading that is the only
    one, or has another right behind it; else by the name of its file."""
    headings = [at for at, entry in enumerate(entries) if entry.kind == "chapter"]
    title = Path(source).stem or source
    if headings[:1] == [0] and headings[1:2] in ([], [1]):
        title, entries = entries[0].text, entries[1:]
    cast = tuple(Role(name) for name in dict.fromkeys(e.speaker for e in entries if e.speaker))
    return Scene(Path(source).name or source, Path(), title, cast), entries


def _chapters(entries: Iterable[Entry]) -> Iterator[LogChapter]:
    title, part = "", list[Entry]()
    for entry in entries:
        if entry.kind == "chapter" and part:
            yield LogChapter(title, tuple(part))
            part = []
        if entry.kind == "chapter":
            title = entry.text
        part.append(entry)
    if part:
        yield LogChapter(title, tuple(part))
