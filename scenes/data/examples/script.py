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

MOST_NAMED = 8
"""Speakers of a log that an error names."""


@dataclass(frozen=True)
class LogChapter:
    """What is held out whole, or not at all; the heading is its first entry."""

    title: str
    entries: tuple[Entry, ...]


@dataclass(frozen=True)
class Script:
    """A log, read in a scene."""

    source: str
    """The file that it comes from."""
    scene: Scene
    chapters: tuple[LogChapter, ...]


def script_of(source: str, entries: Sequence[Entry], scene: Scene | None) -> Script:
    """A log in `scene`, its speakers under their names in the cast; without one in a bare scene,
    whose cast are all who speak, and which tells of them nothing but the title."""
    if scene is None:
        scene, entries = _bare(source, entries)
    elif entries and entries[0] == Entry("chapter", scene.title):
        entries = entries[1:]
    names = {alias: role.name for role in scene.cast for alias in role.aliases}
    folded = [
        replace(entry, speaker=names[entry.speaker]) if entry.speaker in names else entry
        for entry in entries
    ]
    return Script(source, scene, tuple(_chapters(folded)))


def learned_roles(script: Script, wanted: Iterable[str]) -> tuple[Role, ...]:
    """The roles of that name or alias, or, where none is wanted, the whole cast.

    Raises `KnownError` for a name of nobody, with the nearest one.
    """
    return tuple(dict.fromkeys(map(script.scene.role, wanted))) or script.scene.cast


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


def _bare(source: str, entries: Sequence[Entry]) -> tuple[Scene, Sequence[Entry]]:
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
