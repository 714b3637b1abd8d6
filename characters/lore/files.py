"""Files that hold a lorebook: JSON of other programs, a card with a book, or our YAML."""

from dataclasses import replace
from pathlib import Path

from base.decoding import UTF8, decoded, read_as
from base.errors import KnownError
from base.folders import opened, shown_path
from base.messages import _
from base.yaml_reader import read_file
from characters.cards.files import read_card
from characters.cards.jsontext import parse
from characters.lore.book import Lorebook
from characters.lore.foreign import lorebook_of

MAX_BYTES = 32 * 1024 * 1024
YAML = (".yaml", ".yml")
CARD_IMAGES = (".png", ".webp", ".charx")
_PAGE = (b"<!doctype", b"<html", b"<?xml")


def read_lorebook(path: Path) -> Lorebook:
    """The lorebook in a file. Raises `KnownError`, a line for each thing that is wrong."""
    suffix = path.suffix.lower()
    if suffix in YAML:
        from base.validation import check
        from characters.lore.schema import BookFile, book_of

        return book_of(check(BookFile, read_file(path)), path.stem)
    where = shown_path(path)
    if suffix in CARD_IMAGES:
        book = read_card(path).book
        if book is None:
            raise KnownError(
                _("{where}: a card without a lorebook, expected one with entries", where=where)
            )
        return lorebook_of(book, where, path.stem)
    with opened(path) as file:
        raw = file.read(MAX_BYTES + 1)
    return read_json(raw, where, path.stem)


def read_json(raw: bytes, where: str, name: str) -> Lorebook:
    """The lorebook in the bytes of a JSON file. Raises as `read_lorebook` does."""
    text, warning = _decoded(raw, where)
    book = lorebook_of(parse(text, where), where, name)
    if warning is None:
        return book
    return replace(book, warnings=(warning, *book.warnings))


def _decoded(raw: bytes, where: str) -> tuple[str, str | None]:
    """The text of a file, and what to say of its encoding where it is not UTF-8."""
    if len(raw) > MAX_BYTES:
        raise KnownError(
            _(
                "{where}: larger than {most} MiB; is it a lorebook?",
                where=where,
                most=MAX_BYTES >> 20,
            )
        )
    head = raw[:512].removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if head.startswith(_PAGE):
        raise KnownError(
            _(
                "{where}: a web page (HTML), expected a lorebook; download the file itself",
                where=where,
            )
        )
    if not head:
        raise KnownError(_("{where}: empty, expected a lorebook", where=where))
    if (text_and_encoding := decoded(raw)) is not None:
        text, encoding = text_and_encoding
        return text, None if encoding in UTF8 else read_as(where, encoding)
    raise KnownError(
        _("{where}: neither UTF-8 nor GB18030 text, expected a lorebook in JSON", where=where)
    )
