"""Cards into a folder of characters: our YAML with the card and its book beside it, or nothing."""

import shutil
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

from base.errors import KnownError
from base.filenames import file_name, stems
from base.folders import shown_path
from base.messages import _
from base.validation import check
from base.writing import is_same, replaced
from base.yaml_reader import MAX_BYTES, read
from base.yaml_writer import yaml_text
from characters.cards.card import Card
from characters.cards.files import BESIDE_BOOK, BESIDE_CARD, CardFile, read_cards, read_haruhi
from characters.cards.jsontext import Json, dump
from characters.cards.mapping import Mode, Sheet, plain, sheet_of
from characters.character import AuthorNote
from characters.schema import CharacterFile


@dataclass(frozen=True)
class Import:
    """One character that will be, or was, made of a card."""

    card: Card
    sheet: Sheet
    path: Path
    """The character file."""
    beside: Path
    """The card, kept as it came where the file holds no other."""
    source: CardFile
    text: str
    """What the character file says."""

    @property
    def book(self) -> Path | None:
        """Where the card's lorebook goes."""
        stem = self.path.stem
        return self.path.with_name(f"{stem}{BESIDE_BOOK}.json") if self.card.book else None


def plan(
    paths: Sequence[Path],
    folder: Path,
    force: bool = False,
    knowledge: Sequence[str] = (),
    name: str = "",
    mode: Mode | None = None,
    or_named: str = "",
) -> list[Import]:
    """What importing one file, one folder, or the `.txt` files of one ChatHaruhi role will make.

    `knowledge` names further files beside the characters that they know; `name` is what the one
    character is called here, `or_named` what one is called that has no name, `mode` what it is at
    the table. Of two of one name the second gets a number. Nothing is written. Raises
    `KnownError`, also where a file is there already, unless `force`.
    """
    source = read_cards(paths[0]) if len(paths) == 1 else read_haruhi(paths, paths[0])
    if name and len(source.cards) > 1:
        raise KnownError(
            _(
                "{where}: holds {n} characters, and --name is for one",
                where=shown_path(source.path),
                n=len(source.cards),
            )
        )
    made: list[Import] = []
    given: list[str] = []
    there = stems(folder, ".yaml")
    for card in source.cards:
        sheet = _apart(
            sheet_of(card, name or ("" if card.name else or_named), mode),
            [one.sheet.name for one in made],
        )
        stem = file_name(sheet.name, "character", given, there)
        given.append(stem)
        path = folder / f"{stem}.yaml"
        keeps_file = source.container in ("json", "png", "charx", "webp")
        beside = path.with_name(f"{stem}{BESIDE_CARD}{_suffix(source) if keeps_file else '.json'}")
        if path.exists() and not force:
            raise KnownError(
                _(
                    "{where}: already exists; --force replaces it, --name NAME gives this one "
                    "another name",
                    where=shown_path(path),
                )
            )
        text = _text(card, sheet, path, beside, knowledge)
        made.append(Import(card, sheet, path, beside, source, text))
    return made


def carry_out(imports: Sequence[Import]) -> None:
    """Write what was planned, all of it or nothing. Raises `OSError`."""
    writers: list[tuple[Path, Callable[[BinaryIO], object]]] = []
    for one in imports:
        if not is_same(one.beside, one.source.path):  # the card lies there already
            writers.append((one.beside, _card_writer(one)))
        if one.book is not None:
            book: Json = {"spec": "lorebook_v3", "data": one.card.book}
            writers.append((one.book, _text_writer(dump(book))))
        writers.append((one.path, _text_writer(one.text)))
    for path in {path.parent for path, __ in writers}:
        path.mkdir(parents=True, exist_ok=True)
    sources = {one.source.path for one in imports}
    with ExitStack() as stack:
        for path, write in reversed(writers):  # a stack closes the last first: YAML comes last
            write(stack.enter_context(replaced(path, sources)))


def _apart(sheet: Sheet, taken: Sequence[str]) -> Sheet:
    """A character whose name none of the others has."""
    name, number = sheet.name, 2
    while name in taken:
        name, number = f"{sheet.name} {number}", number + 1
    return sheet if name == sheet.name else replace(sheet, name=name)


def _suffix(source: CardFile) -> str:
    return {"png": ".png", "charx": ".charx", "webp": ".webp"}.get(source.container, ".json")


def _text(card: Card, sheet: Sheet, path: Path, beside: Path, knowledge: Sequence[str]) -> str:
    """The character file, proven to be one. Raises `KnownError` where it would not be."""
    keys: Json = {
        "name": sheet.name,
        "aliases": list(sheet.aliases),
        "profile": sheet.profile,
        "voice": list(sheet.voice),
        "openings": list(sheet.openings),
        "likes": list(sheet.likes),
        "knowledge": [*([f"{path.stem}{BESIDE_BOOK}.json"] if card.book else []), *knowledge],
        "narrator": sheet.narrator or None,
        "notes": [_note(note) for note in sheet.notes],
        "adapter": sheet.adapter,
        "emotions": list(sheet.emotions),
        "talkativeness": sheet.talkativeness,
        "sheet": {name: plain(value) for name, value in sheet.values.items()},
        "card": beside.name,
    }
    text = yaml_text({key: value for key, value in keys.items() if value not in (None, "", [], {})})
    size = len(text.encode())
    if size > MAX_BYTES:
        raise KnownError(
            _(
                "{where}: makes a character file of {size} bytes; at most {most}",
                where=card.where,
                size=f"{size:,}",
                most=f"{MAX_BYTES:,}",
            )
        )
    try:
        check(CharacterFile, read(text.encode(), _("the character file")))
    except KnownError as error:
        raise KnownError(
            _(
                "{where}: no character file can be made of it: {problem}",
                where=card.where,
                problem=error.problems[0],
            )
        ) from None
    return text


def _note(note: AuthorNote) -> object:
    """A reminder as a character file has it."""
    if note.depth == AuthorNote.depth:
        return note.text
    return {"text": note.text, "depth": note.depth}


def _card_writer(one: Import) -> Callable[[BinaryIO], object]:
    if one.beside.suffix == ".json" and one.source.container != "json":
        return _text_writer(dump(one.card.raw))

    def copied(file: BinaryIO) -> None:
        with one.source.path.open("rb") as source:
            shutil.copyfileobj(source, file, 1 << 20)

    return copied


def _text_writer(text: str) -> Callable[[BinaryIO], object]:
    return lambda file: file.write(text.encode())
