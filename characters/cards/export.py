"""Cards and characters to files of every format, written upon what the card came from."""

from collections.abc import Iterable
from pathlib import Path
from typing import Literal

from base.errors import KnownError
from base.filenames import file_name, stems
from base.folders import shown_path, why_no_file
from base.messages import _
from base.text import shown
from base.writing import new_folder, replaced
from base.yaml_writer import yaml_text
from characters.cards import foreign, webp
from characters.cards.card import Card, Spec
from characters.cards.containers import IMAGES, write_charx, write_json, write_png, write_webp
from characters.cards.files import BESIDE_BOOK, read_card
from characters.cards.jsontext import MAX_BYTES, decode, dump, parse
from characters.cards.mapping import OURS, Sheet, card_from, with_sheet
from characters.character import Character

Form = Literal["v1", "v2", "v3", "characterglm", "webui", "chatharuhi"]


def write_card(
    card: Card,
    target: Path,
    form: Form | None = None,
    source: Path | None = None,
    image: Path | None = None,
    inputs: Iterable[Path] = (),
) -> list[str]:
    """Write a card into `target`, whose suffix says the container, and tell what had no place.

    `form` is a version of the specification, by default that of the card (V3 in a CHARX), or
    another program's; `source` is the file the card came from, whose image and assets are kept;
    `image` is a PNG to take instead; none of these and of `inputs` is written over. Raises
    `KnownError` or `OSError`; then `target` is as it was.
    """
    suffix = target.suffix.lower()
    if image is not None and (why := why_no_file(image)):
        raise KnownError(_("{where}: {why}", where=shown_path(image), why=why))
    if form == "chatharuhi":
        _write_haruhi(card, target)
        return _untold(card, source, foreign.HARUHI, *foreign.DESCRIBED, "mes_example")
    with replaced(target, [*inputs, *filter(None, (source, image))]) as file:
        if form == "characterglm":
            file.write(dump(foreign.to_characterglm([card])).encode())
            return _untold(card, source, foreign.GLM, *foreign.DESCRIBED, "first_mes")
        elif form == "webui" or (form is None and suffix in (".yaml", ".yml")):
            file.write(yaml_text(foreign.to_webui(card)).encode())
            fields = (*foreign.DESCRIBED, "first_mes", "mes_example")
            return _untold(card, source, foreign.WEBUI, *fields)
        elif suffix in IMAGES:
            return write_png(card, file, _spec(form, card.spec), source, image)
        elif suffix == webp.SUFFIX:
            return write_webp(card, file, _spec(form, card.spec), source, image)
        elif suffix == ".charx":
            return write_charx(card, file, _spec(form, "v3"), source, image)
        elif suffix == ".json":
            return write_json(card, file, _spec(form, card.spec), source)
        else:
            raise KnownError(
                _(
                    "{where}: a {form} card needs a name that ends in .png, .json or .charx",
                    where=shown_path(target),
                    form=form,
                )
                if form in ("v1", "v2", "v3")
                else _(
                    "{where}: expected a name that ends in .png, .json, .charx or .yaml",
                    where=shown_path(target),
                )
            )


def export_character(
    character: Character,
    target: Path,
    form: Form | None = None,
    image: Path | None = None,
    inputs: Iterable[Path] = (),
) -> list[str]:
    """Write a character as `write_card` does, upon the card it came from where there is one; its
    secret is left out."""
    inputs = [*inputs, *character.knowledge]
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
        values=character.sheet,
        narrator=character.narrator,
        notes=character.notes,
    )
    secret = ["secret"] if character.secret else []
    if character.card is None:
        card = card_from(sheet)
        card = card if form else card.as_spec("v3")
        return [*write_card(card, target, form, None, image, inputs), *secret]
    card = with_sheet(read_card(character.card), sheet)
    written = _with_book(card, character)
    return [*write_card(written, target, form, character.card, image, inputs), *secret]


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
        raise KnownError(_("{where}: no `data` in it, expected a lorebook_v3", where=where))
    return card if book == card.book else card.edited({"character_book": book})


def _spec(form: Form | None, otherwise: Spec) -> Spec:
    if form in ("v1", "v2", "v3"):
        return form
    return otherwise


def _untold(card: Card, source: Path | None, program: str, *told: str) -> list[str]:
    """What another program has no field for, by its names in the card."""
    names = [shown(key) for key in card.data if key not in ("name", "extensions", *told)]
    fields = [key for key in names if card.data.get(key)]
    ours = card.extensions.get(OURS)
    more = [f"{OURS}.{key}" for key in ours] if isinstance(ours, dict) else []
    others = [shown(key) for key in card.extensions if key not in (OURS, program)]
    pictures = (
        [_("its image")]
        if source and source.suffix.lower() in (*IMAGES, webp.SUFFIX, ".charx")
        else []
    )
    return [*fields, *(f"extensions.{key}" for key in (*others, *more)), *pictures]


def _write_haruhi(card: Card, target: Path) -> None:
    """A new folder with `system_prompt.txt` and the dialogues, whole or not there."""
    prompt, texts = foreign.to_haruhi(card)
    if target.exists():
        raise KnownError(_("{where}: already exists; name a new folder", where=shown_path(target)))
    with new_folder(target) as made:
        (made / "texts").mkdir()
        (made / "system_prompt.txt").write_bytes(prompt.encode("utf-8", "replace"))
        for index, (name, text) in enumerate(texts.items(), 1):
            stem = file_name(name.removesuffix(".txt"), str(index), stems(made / "texts", ".txt"))
            (made / "texts" / f"{stem}.txt").write_bytes(text.encode("utf-8", "replace"))
