"""Entries of lorebooks that need no key: a part of the profiles, with room of their own. Pure but
for reading the books.

They are read with the scene, as profiles are, and stay as they were while a session lasts.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

from base.errors import KnownError
from base.folders import shown_path
from base.messages import _, _n, series
from base.text import one_line, shown
from scenes.scene import Constant, Role, Scene

if TYPE_CHECKING:
    from characters.lore.book import Lorebook

SHARE = 3
"""The part of a context, one in so many, that they may take together; in SillyTavern all of world
info has a quarter."""
LEFT = 3
"""The part of a context, one in so many, that they leave to what is said, whatever else stands."""
USUAL_CONTEXT = 4096
"""Tokens of a context where no model says how many it has."""
BOOKS = (".yaml", ".yml", ".json", ".png", ".webp", ".charx")
MOST_NAMED = 3
"""Entries that a line names."""

Count = Callable[[str], int]


def constants_of(
    paths: Iterable[Path], char: str, user: str, problems: list[str] | None = None
) -> tuple[Constant, ...]:
    """The constant entries of the lorebooks among `paths`, in the order in which they stand.

    `{{char}}` and `{{user}}` are the two names. A book that cannot be read has none; `problems`
    gets why, which the table tells where it opens the book.
    """
    found: list[Constant] = []
    for path in dict.fromkeys(paths):
        if path.suffix.lower() not in BOOKS:
            continue
        from characters.lore.files import read_lorebook

        try:
            found += constants_in(read_lorebook(path), path, char, user)
        except KnownError as error:
            if problems is not None:
                problems += error.problems
    return tuple(sorted(found, key=lambda one: one.order))


def constants_in(book: "Lorebook", path: Path, char: str, user: str) -> list[Constant]:
    """The constant entries of a book, as `constants_of` gives them."""
    from characters.cards.macros import expand

    found: list[Constant] = []
    for called, entry in book.called:
        if entry.is_profile:
            chance = Random(f"{char}\n{entry.content}")
            told = one_line(expand(entry.content, char, user, chance, datetime.now()))
            if told:
                found.append(Constant(told, book.key_of(entry), path, entry.order, called))
    return found


def all_of(scene: Scene) -> list[Constant]:
    """The constant entries of a scene and its cast, each once."""
    every = (*scene.constants, *(one for role in scene.cast for one in role.constants))
    return list({_whole(one): one for one in every}.values())


def _whole(one: Constant) -> tuple[str, str]:
    """What tells an entry from others: two roles may have one book, which names each of them."""
    return one.key, one.text


def without(
    scene: Scene, off: Sequence[str], off_entries: Mapping[str, Sequence[str]] | None = None
) -> Scene:
    """The scene without the entries of the files at the paths `off`, and without the single ones
    that `off_entries` names by the path of their file."""
    entries = off_entries or {}
    if not off and not entries:
        return scene
    return _with(
        scene,
        lambda one: str(one.path) not in off and one.called not in entries.get(str(one.path), ()),
    )


def without_any(scene: Scene) -> Scene:
    """The scene without all of them."""
    return _with(scene, lambda one: False)


def fitted(scene: Scene, context: int, count: Count, others: int) -> Scene:
    """The scene with those of its constant entries for which a context of so many tokens has room,
    where all else that does not change takes `others`.

    Those of the highest order come first; one that does not fit stops none that follow.
    """
    kept = _kept(all_of(scene), _room(context, others), count)
    return scene if kept is None else _with(scene, lambda one: _whole(one) in kept)


def left_out(constants: Sequence[Constant], context: int, count: Count, others: int) -> list[str]:
    """A line for each book of whose constant entries some have no room; those are told nowhere."""
    room = _room(context, others)
    kept = _kept(constants, room, count)
    lines: list[str] = []
    missing = [one for one in constants if kept is not None and _whole(one) not in kept]
    for path in dict.fromkeys(one.path for one in missing):
        entries = [one for one in missing if one.path == path]
        named = [
            _("{text} ({tokens} tokens)", text=shown(one.text), tokens=f"{count(line_of(one)):,}")
            for one in entries[:MOST_NAMED]
        ]
        lines.append(
            _n(
                "{where}: {n} constant entry is left out: in a context of {context} tokens they "
                "have {room} together: {entries}",
                "{where}: {n} constant entries are left out: in a context of {context} tokens they "
                "have {room} together: {entries}",
                len(entries),
                where=shown_path(path),
                context=f"{context:,}",
                room=f"{max(room, 0):,}",
                entries=series([*named, *(["…"] if len(entries) > MOST_NAMED else [])]),
            )
        )
    return lines


def left_out_of(scene: Scene, others: str) -> list[str]:
    """As `left_out`, with tokens guessed, since no model is there: `others` is all else that does
    not change."""
    context = scene.model.context or USUAL_CONTEXT
    return left_out(all_of(scene), context, guessed, guessed(others))


def line_of(one: Constant) -> str:
    """How an entry stands in a prompt, about."""
    return f"{{{one.text}}}\n"


def guessed(text: str) -> int:
    """Tokens of a text where no model counts: one a character, for Latin letters one for three."""
    latin = sum(sign.isascii() for sign in text)
    return len(text) - latin + -(-latin // 3)


def told(constants: Sequence[Constant], role: Role | None = None) -> Iterator[str]:
    """What stands in a prompt for these entries; those of a role without a profile are its
    profile, and where none of them names it, the first says whose."""
    nameless = role is not None and not role.profile
    nameless = nameless and not any(role and role.name in one.text for one in constants)
    for at, one in enumerate(constants):
        yield f"{role.name}：{one.text}" if role is not None and nameless and not at else one.text


def _room(context: int, others: int) -> int:
    return min(context // SHARE, context - others - context // LEFT)


def _kept(every: Sequence[Constant], room: int, count: Count) -> set[tuple[str, str]] | None:
    """The entries that fit; `None` where all do."""
    kept: set[tuple[str, str]] = set()
    for one in sorted(every, key=lambda one: -one.order):
        cost = count(line_of(one))
        if cost <= room:
            room -= cost
            kept.add(_whole(one))
    return None if len(kept) == len(every) else kept


def _with(scene: Scene, keeps: Callable[[Constant], bool]) -> Scene:
    cast = tuple(
        replace(role, constants=tuple(filter(keeps, role.constants))) if role.constants else role
        for role in scene.cast
    )
    return replace(scene, cast=cast, constants=tuple(filter(keeps, scene.constants)))
