"""What a table can switch off: files of knowledge, and single entries of their lorebooks. Pure.

An entry is known by its book and its name or keys, so that it stays switched off when its text is
written anew.
"""

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from base.errors import KnownError
from base.messages import _, _n, series
from base.names import nearest
from base.text import one_line, shown
from characters.lore.book import Lorebook, LoreEntry

OFF = frozenset({"off", "none", "无", "無", "关", "關", "关掉", "關掉", "取消"})
ON = frozenset({"on", "开", "開", "打开", "打開"})
LONGEST = 40
"""Characters of an entry's text by which it is called where it has no name and no key."""
SHOWN = 8
"""Entries that are named where none is called so."""
_ENTRY = re.compile(r"(.*?)\s*[#＃]\s*(.*)", re.DOTALL)


@dataclass(frozen=True)
class LoreRow:
    """An entry of a lorebook, as a table shows it."""

    id: str
    name: str
    keys: tuple[str, ...]
    text: str


class Wanted(NamedTuple):
    """What is written behind `/lore`."""

    file: str
    entry: str | None
    """An entry of the file; empty is all of them, and `None` is the file itself."""
    on: bool | None


def read_wanted(text: str, files: Collection[str] = ()) -> Wanted:
    """A file by its number or name, an entry of it behind `#`, and whether it is on; a `#` in the
    name of one of `files` is part of it."""
    name, __, word = text.strip().rpartition(" ")
    on = None
    if name and word.casefold() in OFF | ON:
        on, text = word.casefold() in ON, name
    text = text.strip()
    file = next((one for one in files if text.startswith(one)), "")
    found = _ENTRY.fullmatch(text[len(file) :])
    if found:
        return Wanted(file or found[1].strip(), found[2].strip(), on)
    return Wanted(text, None, on)


def rows_of(books: Iterable[Lorebook]) -> list[LoreRow]:
    """The entries of lorebooks that their books themselves have not switched off."""
    return [
        LoreRow(called, _name(entry), entry.keys, one_line(entry.content))
        for book in books
        for called, entry in book.called
        if entry.enabled
    ]


def row_called(rows: Sequence[LoreRow], name: str) -> LoreRow:
    """The entry of that number, or the only one that is called so or has that key. Raises
    `KnownError`."""
    if name.isdecimal() and 1 <= int(name[:6]) <= len(rows):
        return rows[int(name) - 1]
    if name.isdecimal():
        raise KnownError(_n("there is only entry 1", "there are entries 1 to {n}", len(rows)))
    wanted = name.casefold()
    found = [row for row in rows if wanted in (row.name.casefold(), *map(str.casefold, row.keys))]
    found = found or [row for row in rows if wanted in row.name.casefold()]
    if len(found) == 1:
        return found[0]
    if found:
        numbers = series(str(rows.index(row) + 1) for row in found)
        raise KnownError(
            _("several entries are called {name}: {numbers}", name=shown(name), numbers=numbers)
        )
    names = [row.name for row in rows]
    raise KnownError(
        _(
            "no entry is called {name}{hint}; there is {names}",
            name=shown(name),
            hint=nearest(name, names),
            names=series([*names[:SHOWN], *(["…"] if len(names) > SHOWN else [])]),
        )
    )


def path_called(paths: Sequence[Path], name: str) -> Path:
    """The file of that number or name. Raises `KnownError`."""
    if not paths:
        raise KnownError(_("this scene and its roles have no knowledge"))
    if name.isdecimal() and 1 <= int(name[:6]) <= len(paths):
        return paths[int(name) - 1]
    found = [path for path in paths if name.casefold() in (path.name, path.stem)]
    if found:
        return found[0]
    names = [path.name for path in paths]
    raise KnownError(
        _(
            "no knowledge is called {name}{hint}; there is {names}",
            name=shown(name),
            hint=nearest(name, names),
            names=series(names),
        )
    )


def _name(entry: LoreEntry) -> str:
    """What a person calls an entry: by its comment, its first keys, or how its text begins."""
    name = one_line(entry.comment) or one_line("、".join(entry.keys[:3]))
    if name:
        return name if len(name) <= LONGEST else f"{name[: LONGEST - 1]}…"
    text = one_line(entry.content)
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
