"""Reads characters: files of the library, and cards of other programs."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from base.errors import KnownError
from base.folders import CARDS, SUFFIXES, beside, find, folders, is_file, is_folder, is_path, listed
from base.messages import _
from base.names import label_problem, name_problem, nearest
from base.text import one_line, shown
from base.validation import checked
from base.yaml_reader import Document, read, read_document
from base.yaml_tree import Key
from characters.character import AuthorNote, Character
from characters.schema import CharacterFile, CharacterKeys
from characters.sheets.values import sheet_problems, value_of


def load(name_or_path: str | Path, places: Sequence[Path] | None = None) -> Character:
    """The character of that name, or in that file, which a person asked for.

    Names are looked up in `places`: by default `./characters`, the user's data folder, and what
    ships. Raises `KnownError`.
    """
    if isinstance(name_or_path, Path) or is_path(name_or_path):
        return read_character(Path(name_or_path))
    places = folders("characters") if places is None else places
    path = find(name_or_path, places, SUFFIXES + CARDS)
    if path is None:
        raise KnownError(unknown(name_or_path, places))
    return read_character(path)


def refer(reference: str, folder: Path) -> Character:
    """The character that a file in `folder` refers to, by name or by a path below that folder."""
    if not is_path(reference):
        return load(reference)
    path = beside(folder, reference)
    if path is None:
        raise KnownError(_("{file} leads out of the folder of this file", file=shown(reference)))
    if not is_file(path) and reference == Path(reference).name:
        known = (place / reference for place in folders("characters"))
        path = next((one for one in known if is_file(one)), path)
    return read_character(path)


def names(places: Sequence[Path] | None = None) -> list[str]:
    """The names by which `load` finds a character."""
    from characters.cards.files import holds_a_card

    files = listed(folders("characters") if places is None else places, SUFFIXES + CARDS)
    return sorted(n for n, path in files.items() if path.suffix in SUFFIXES or holds_a_card(path))


def unknown(name: str, places: Sequence[Path]) -> str:
    """What to say of a name that no file has."""
    known = names(places)
    return _("no character is named {name}{hint}", name=shown(name), hint=nearest(name, known))


def read_character(path: Path) -> Character:
    """Read a character file or a card. Raises `KnownError` with a line for each problem."""
    if path.suffix.lower() in CARDS:
        return _of_card(path)
    return _made(read_document(path), path)


def character_of(text: str, path: Path) -> Character:
    """The character that a text is, as if it stood in the file `path`. Raises `KnownError`."""
    return _made(read(text.encode(), path.name), path)


def _made(document: Document, path: Path) -> Character:
    keys, problems = checked(CharacterFile, document, {"name": "name"})
    if keys is None:
        raise KnownError(*problems)
    problems += [
        *_name_problems(keys.name, document),
        *problems_of(keys, document, (), path.parent),
    ]
    problems += missing_files([keys.card] if keys.card else [], document, ("card",), path.parent)
    if problems:
        raise KnownError(*document.in_order(problems))
    return Character(
        name=keys.name,
        aliases=tuple(keys.aliases),
        profile=keys.profile.strip(),
        voice=keys.voice.strip(),
        likes=tuple(keys.likes),
        knowledge=tuple(path.parent / name for name in keys.knowledge),
        adapter=keys.adapter,
        emotions=tuple(keys.emotions),
        openings=tuple(text.strip("\n") for text in keys.openings),
        talkativeness=keys.talkativeness,
        sheet={name: value_of(value) for name, value in keys.sheet.items()},
        secret=keys.secret.strip(),
        narrator=keys.narrator,
        notes=tuple(AuthorNote(one_line(note.text), note.depth) for note in keys.notes),
        card=path.parent / keys.card if keys.card else None,
    )


def _of_card(path: Path) -> Character:
    from characters.cards.files import read_card
    from characters.cards.mapping import sheet_of

    card = read_card(path)
    sheet = sheet_of(card)
    return Character(
        name=sheet.name,
        aliases=sheet.aliases,
        profile=sheet.profile,
        voice="\n".join(sheet.voice),
        likes=sheet.likes,
        knowledge=(path,) if card.book else (),
        adapter=sheet.adapter,
        emotions=sheet.emotions,
        openings=sheet.openings,
        talkativeness=sheet.talkativeness,
        sheet=sheet.values,
        narrator=sheet.narrator,
        notes=sheet.notes,
        card=path,
    )


def _name_problems(name: str, document: Document) -> Iterator[str]:
    if problem := name_problem(name):
        yield document.at(("name",), problem)


def problems_of(keys: CharacterKeys, document: Document, key: Key, folder: Path) -> Iterator[str]:
    """What the types of the keys below `key` cannot see: names, labels, files below `folder`."""
    for index, alias in enumerate(keys.aliases):
        if problem := name_problem(alias):
            yield document.at((*key, "aliases", index), problem)
    for index, label in enumerate(keys.emotions):
        if problem := label_problem(label):
            yield document.at((*key, "emotions", index), problem)
    for name, problem in sheet_problems(keys.sheet):
        yield document.at((*key, "sheet", name), problem)
    yield from missing_files(keys.knowledge, document, (*key, "knowledge"), folder, or_folders=True)


def missing_files(
    files: Sequence[str], document: Document, key: Key, folder: Path, or_folders: bool = False
) -> Iterator[str]:
    """A line for each of `files` that is no file below `folder`, nor a folder with `or_folders`."""
    for index, name in enumerate(files):
        path = beside(folder, name)
        if path is None:
            problem = _("{file} leads out of the folder of this file", file=shown(name))
        elif not is_file(path) and not (or_folders and is_folder(path)):
            there = [one.name for one in folder.glob("*") if one.name != Path(document.where).name]
            hint = nearest(name, there)
            problem = _("no file {file} beside this one{hint}", file=shown(name), hint=hint)
        else:
            continue
        yield document.at((*key, index), problem)
