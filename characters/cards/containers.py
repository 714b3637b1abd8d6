"""The containers of cards written: JSON, PNG with its text chunks, CHARX; whole or not at all."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import BinaryIO, NamedTuple

from base.errors import KnownError
from base.folders import shown_path
from base.messages import _
from base.text import shown
from characters.cards import charx, png
from characters.cards.card import Card, Spec
from characters.cards.files import KEYWORDS, read_cards
from characters.cards.jsontext import dump

BACKFILLED = (
    "This is the V2 copy of a Character Card V3. A program that reads V3 finds all of it in the "
    "same file."
)
IMAGES = (".png", ".apng")
ASSET = "chara-ext-asset_"
ICON = "assets/icon/images/main.png"
_DECORATORS = re.compile(r"\A(?:\s*@@[^\n]*\n?)+\n*")


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


def write_json(card: Card, file: BinaryIO, spec: Spec, source: Path | None) -> list[str]:
    """Write a card as JSON; gives what of `source` has no place in it."""
    if source is not None and _same(card, spec, source, "json"):
        with source.open("rb") as held:
            _copy(held, file)
    else:
        file.write(dump(card.as_spec(spec).raw).encode())
    return _not_in_json(source)


def _not_in_json(source: Path | None) -> list[str]:
    if source is None or source.suffix.lower() == ".json":
        return []
    return _assets_of(source) if _is_charx(source) else [_("its image")]


def write_png(
    card: Card, file: BinaryIO, spec: Spec, source: Path | None, image: Path | None
) -> list[str]:
    """Write a card into an image: `image`, else that of `source`, else a plain one."""
    if image is None and source is not None and _same(card, spec, source, "png"):
        with source.open("rb") as held:
            _copy(held, file)
        return []
    icon = _icon(card, source) if image is None and source and _is_charx(source) else None
    written = (_with_icon(card, "ccdefault:") if icon else card).as_spec(spec)
    values = {"chara": dump(written.raw, None).encode()}
    if spec == "v3":
        values = {"chara": dump(backfill(written).raw, None).encode(), "ccv3": values["chara"]}
    with _image(source, image, icon) as (held, where):
        png.write(held, file, values, frozenset(KEYWORDS), where)
    return _assets_of(source, icon.name if icon else "") if source and _is_charx(source) else []


def write_webp(
    card: Card, file: BinaryIO, spec: Spec, source: Path | None, image: Path | None
) -> list[str]:
    """Give a card in a WebP back as it came. Raises `KnownError` where it is another by now."""
    if image is None and source is not None and _same(card, spec, source, "webp"):
        with source.open("rb") as held:
            _copy(held, file)
        return []
    raise KnownError(
        _(
            "a .webp can only be given back as it came; write a .png, a .json or a .charx",
        )
    )


def _is_charx(source: Path) -> bool:
    return source.suffix.lower() == ".charx"


class _Icon(NamedTuple):
    """An image in a CHARX, by its name there."""

    name: str
    data: bytes


@contextmanager
def _image(
    source: Path | None, image: Path | None, icon: _Icon | None
) -> Iterator[tuple[BinaryIO, str]]:
    """The image of a PNG card: the one given, the card's own, its icon in a CHARX, a plain one."""
    path = image or (source if source and source.suffix.lower() in IMAGES else None)
    if path is not None:
        with path.open("rb") as file:
            yield file, shown_path(path)
        return
    held = icon.data if icon else png.plain_image()
    yield BytesIO(held), shown_path(source) if source else _("the image")


def _icon(card: Card, source: Path) -> _Icon | None:
    """The PNG of a CHARX that shows the character, its main one if it has several."""
    assets = card.data.get("assets")
    for one in sorted(assets, key=_is_main, reverse=True) if isinstance(assets, list) else []:
        if isinstance(one, dict) and one.get("type") == "icon" and isinstance(one.get("uri"), str):
            name = one["uri"].removeprefix("embeded://")
            with source.open("rb") as file:
                image = charx.asset(file, name, shown_path(source))
            if image is not None and image.startswith(png.SIGNATURE):
                return _Icon(name, image)
    return None


def _assets_of(source: Path, taken: str = "") -> list[str]:
    with source.open("rb") as file:
        names = charx.members(file, shown_path(source))
    return [_("the asset {name}", name=shown(name)) for name in names if name != taken]


def write_charx(
    card: Card, file: BinaryIO, spec: Spec, source: Path | None, image: Path | None
) -> list[str]:
    """Write a card as CHARX with the assets of `source`, or its image as the icon."""
    suffix = source.suffix.lower() if source else ""
    if image is None and source is not None and _same(card, spec, source, "charx"):
        with source.open("rb") as held:
            _copy(held, file)
        return []
    written = card.as_spec(spec)
    path = image or (source if suffix in IMAGES else None)
    added: dict[str, Path] = {}
    if path is not None:
        written, added = _with_icon(written, f"embeded://{ICON}"), {ICON: path}
    archive = source if source and _is_charx(source) else None
    left_out = _assets_in_image(source) if source and suffix in IMAGES else []
    data = dump(written.raw).encode()
    if archive is None:
        charx.write(None, file, data, added, shown_path(path or Path("card")))
    else:
        with archive.open("rb") as held:
            charx.write(held, file, data, added, shown_path(archive))
    return left_out


def _assets_in_image(source: Path) -> list[str]:
    """The assets that a V3 image holds in text chunks of their own."""
    where = shown_path(source)
    with source.open("rb") as file:
        texts = [one for one in png.chunks(file, where) if one.kind in png.TEXT]
        names = [png.keyword_of(file, one) for one in texts]
    return [_("the asset {name}", name=shown(name)) for name in names if name.startswith(ASSET)]


def _with_icon(card: Card, uri: str) -> Card:
    """The card with the image at `uri` as its main icon."""
    assets = card.data.get("assets")
    main = {"type": "icon", "uri": uri, "name": "main", "ext": "png"}
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


def _copy(source: BinaryIO, target: BinaryIO) -> None:
    while block := source.read(1 << 20):
        target.write(block)
