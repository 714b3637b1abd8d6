"""Cards to files: JSON, PNG, CHARX and other programs' formats, written whole or not at all."""

import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import BinaryIO, Literal

from characters.cards import charx, foreign, png
from characters.cards.card import Card, Spec
from characters.cards.files import BESIDE_BOOK, KEYWORDS, read_card, read_cards
from characters.cards.jsontext import MAX_BYTES, decode, dump, parse
from characters.cards.mapping import Sheet, card_from, with_sheet
from characters.errors import CharacterError
from characters.profile import Character
from characters.reader import shown_path
from characters.text import shown
from characters.writing import yaml_text

Form = Literal["v1", "v2", "v3", "characterglm", "webui", "chatharuhi"]
BACKFILLED = (
    "This is the V2 copy of a Character Card V3. A program that reads V3 finds all of it in the "
    "same file."
)
ICON = "assets/icon/images/main.png"
_DECORATORS = re.compile(r"\A(?:\s*@@[^\n]*\n?)+\n*")


def write_card(
    card: Card,
    target: Path,
    form: Form | None = None,
    source: Path | None = None,
    image: Path | None = None,
) -> list[str]:
    """Write a card into `target`, whose suffix says the container, and tell what had no place.

    `form` is a version of the specification, by default that of the card (V3 in a CHARX), or
    another program's; `source` is the file the card came from, whose image and assets are kept;
    `image` is a PNG to take instead. Raises `CharacterError`; then `target` is as it was.
    """
    suffix = target.suffix.lower()
    if form == "chatharuhi":
        return _write_haruhi(card, target)
    with replaced(target) as file:
        if form == "characterglm":
            file.write(dump(foreign.to_characterglm([card])).encode())
        elif form == "webui" or (form is None and suffix in (".yaml", ".yml")):
            file.write(yaml_text(foreign.to_webui(card)).encode())
        elif suffix in (".png", ".apng"):
            return _write_png(card, file, _spec(form, card.spec), source, image)
        elif suffix == ".charx":
            return _write_charx(card, file, _spec(form, "v3"), source, image)
        elif suffix == ".json":
            _write_json(card, file, _spec(form, card.spec), source)
            return ["its image"] if source and source.suffix.lower() in (".png", ".charx") else []
        else:
            raise CharacterError(
                f"{shown_path(target)}: expected a name that ends in .png, .json, .charx or .yaml"
            )
    return []


def export_character(
    character: Character, target: Path, form: Form | None = None, image: Path | None = None
) -> list[str]:
    """Write a character as `write_card` does, upon the card it came from where there is one."""
    sheet = Sheet(
        name=character.name,
        aliases=character.aliases,
        profile=character.profile,
        voice=tuple(line for line in character.voice.split("\n") if line.strip()),
        openings=character.openings,
        likes=character.likes,
        emotions=character.emotions,
        adapter=character.adapter,
        talkativeness=character.talkativeness,
    )
    if character.card is None:
        card = card_from(sheet)
        return write_card(card if form else card.as_spec("v3"), target, form, None, image)
    card = with_sheet(read_card(character.card), sheet)
    return write_card(_with_book(card, character), target, form, character.card, image)


def _with_book(card: Card, character: Character) -> Card:
    """The card with the lorebook that was imported beside the character, where it was edited."""
    beside = [path for path in character.knowledge if path.stem.endswith(BESIDE_BOOK)]
    if not beside:
        return card
    where = shown_path(beside[0])
    with beside[0].open("rb") as file:
        value = parse(decode(file.read(MAX_BYTES + 1), where)[0], where)
    book = value.get("data") if isinstance(value, dict) else None
    if not isinstance(book, dict):
        raise CharacterError(f"{where}: found no `data`, expected a lorebook_v3")
    return card if book == card.book else card.edited({"character_book": book})


@contextmanager
def replaced(target: Path) -> Iterator[BinaryIO]:
    """A file that takes the place of `target` when all of it was written, and else vanishes."""
    handle, name = tempfile.mkstemp(prefix=".paotuan-", dir=target.parent)
    try:
        with os.fdopen(handle, "w+b") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.chmod(name, 0o666 & ~_umask())
        os.replace(name, target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _umask() -> int:
    mask = os.umask(0o077)
    os.umask(mask)
    return mask


def _spec(form: Form | None, otherwise: Spec) -> Spec:
    if form in ("v1", "v2", "v3"):
        return form
    return otherwise


def _same(card: Card, spec: Spec, source: Path | None, container: str) -> bool:
    """Whether the file the card came from says all of this already."""
    if source is None or not source.is_file():
        return False
    held = read_cards(source)
    return (
        held.container == container
        and [one.as_spec(spec).raw for one in held.cards] == [card.raw]
        and spec == card.spec == held.cards[0].spec
    )


def _write_json(card: Card, file: BinaryIO, spec: Spec, source: Path | None) -> None:
    if _same(card, spec, source, "json") and source is not None:
        with source.open("rb") as held:
            _copy(held, file)
    else:
        file.write(dump(card.as_spec(spec).raw).encode())


def _write_png(
    card: Card, file: BinaryIO, spec: Spec, source: Path | None, image: Path | None
) -> list[str]:
    if image is None and source is not None and _same(card, spec, source, "png"):
        with source.open("rb") as held:
            _copy(held, file)
        return []
    written = card.as_spec(spec)
    values = {"chara": dump(written.raw, None).encode()}
    if spec == "v3":
        values = {"chara": dump(backfill(written).raw, None).encode(), "ccv3": values["chara"]}
    with _image(card, source, image) as (held, where):
        png.write(held, file, values, frozenset(KEYWORDS), where)
    return _assets_of(source) if source and source.suffix.lower() == ".charx" else []


@contextmanager
def _image(card: Card, source: Path | None, image: Path | None) -> Iterator[tuple[BinaryIO, str]]:
    """The image of a PNG card: the one given, the card's own, its icon in a CHARX, a plain one."""
    path = image or (source if source and source.suffix.lower() in (".png", ".apng") else None)
    if path is not None:
        with path.open("rb") as file:
            yield file, shown_path(path)
        return
    icon = _icon(card, source) if source and source.suffix.lower() == ".charx" else None
    yield BytesIO(icon or png.plain_image()), shown_path(source) if source else "the image"


def _icon(card: Card, source: Path) -> bytes | None:
    assets = card.data.get("assets")
    for one in assets if isinstance(assets, list) else []:
        if isinstance(one, dict) and one.get("type") == "icon" and isinstance(one.get("uri"), str):
            name = one["uri"].removeprefix("embeded://")
            with source.open("rb") as file:
                found = charx.asset(file, name, shown_path(source))
            if found is not None and found.startswith(png.SIGNATURE):
                return found
    return None


def _assets_of(source: Path) -> list[str]:
    with source.open("rb") as file:
        return [f"the asset {shown(name)}" for name in charx.members(file, shown_path(source))]


def _write_charx(
    card: Card, file: BinaryIO, spec: Spec, source: Path | None, image: Path | None
) -> list[str]:
    suffix = source.suffix.lower() if source else ""
    if image is None and source is not None and _same(card, spec, source, "charx"):
        with source.open("rb") as held:
            _copy(held, file)
        return []
    written = card.as_spec(spec)
    path = image or (source if suffix in (".png", ".apng") else None)
    added: dict[str, Path] = {}
    if path is not None:
        written, added = _with_icon(written), {ICON: path}
    archive = source if suffix == ".charx" else None
    data = dump(written.raw).encode()
    if archive is None:
        charx.write(None, file, data, added, shown_path(path or Path("card")))
    else:
        with archive.open("rb") as held:
            charx.write(held, file, data, added, shown_path(archive))
    return []


def _with_icon(card: Card) -> Card:
    """The card with the image at `ICON` as its main icon."""
    assets = card.data.get("assets")
    main = {"type": "icon", "uri": f"embeded://{ICON}", "name": "main", "ext": "png"}
    others = [one for one in assets if not _is_main(one)] if isinstance(assets, list) else []
    return card.edited({"assets": [main, *others]})


def _is_main(asset: object) -> bool:
    return isinstance(asset, dict) and (asset.get("type"), asset.get("name")) == ("icon", "main")


def backfill(card: Card) -> Card:
    """The V2 copy that a V3 image carries: without decorators, with a word to who reads it."""
    notes = card.text("creator_notes")
    changes: dict[str, object] = {"creator_notes": f"{notes}\n\n{BACKFILLED}".strip()}
    book = card.book
    entries = book.get("entries") if book else None
    if isinstance(entries, list):
        plain = [_undecorated(one) for one in entries]
        changes["character_book"] = {**(book or {}), "entries": plain}
    return card.as_spec("v2").edited(changes)


def _undecorated(entry: object) -> object:
    content = entry.get("content") if isinstance(entry, dict) else None
    if not isinstance(entry, dict) or not isinstance(content, str):
        return entry
    return {**entry, "content": _DECORATORS.sub("", content, count=1)}


def _write_haruhi(card: Card, target: Path) -> list[str]:
    """A new folder with `system_prompt.txt` and the dialogues."""
    prompt, texts = foreign.to_haruhi(card)
    target.mkdir()
    folder = target / "texts"
    folder.mkdir()
    (target / "system_prompt.txt").write_bytes(prompt.encode())
    for index, (name, text) in enumerate(texts.items(), 1):
        safe = name if re.fullmatch(r"[\w.-]{1,80}", name) and name[0] != "." else f"{index}.txt"
        (folder / safe).write_bytes(text.encode())
    return []


def _copy(source: BinaryIO, target: BinaryIO) -> None:
    while block := source.read(1 << 20):
        target.write(block)
