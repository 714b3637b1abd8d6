"""Files of other programs that hold characters: what each is, by what it holds, and its cards."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import chain, islice
from pathlib import Path
from typing import BinaryIO, Literal

from base.errors import KnownError
from base.folders import is_folder, opened, shown_path
from base.messages import _, series
from base.text import shown
from base.yaml_reader import read
from characters.cards import actors, charx, foreign, png, webp
from characters.cards.card import Card, card_of
from characters.cards.jsontext import MAX_BYTES, decode, parse

Container = Literal[
    "json",
    "png",
    "webp",
    "charx",
    "characterglm",
    "chatharuhi",
    "webui",
    "foundry-actor",
    "ccfolia-character",
]
KEYWORDS = ("ccv3", "chara")
PROMPTS = ("system_prompt", "system-prompt", "system prompt")
MAX_TEXTS = 2_000
BESIDE_CARD, BESIDE_BOOK = ".card", ".book"
"""How files end that an import puts beside the character: `ann.card.png`, `ann.book.json`."""
TELLTALE = (b'"chara_card_v', b'"first_mes"', b'"mes_example"', b'"bot_info"')


@dataclass(frozen=True)
class CardFile:
    """What was read from one file or folder."""

    path: Path
    container: Container
    cards: tuple[Card, ...]

    @property
    def warnings(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(one for card in self.cards for one in card.warnings))


def holds_a_card(path: Path) -> bool:
    """Whether a file in a folder of characters is likely a card, told by little of it."""
    if path.stem.endswith((BESIDE_CARD, BESIDE_BOOK)):
        return False
    try:
        with opened(path) as file:
            head = file.read(4096)
            if head[:8] == png.SIGNATURE:
                return any(True for __ in png.texts(file, KEYWORDS, path.name))
            if webp.is_webp(head):
                file.seek(0)
                return bool(webp.card_in(file, path.name))
            return head[:2] == b"PK" or any(word in head for word in TELLTALE)
    except KnownError:
        return False


def read_card(path: Path) -> Card:
    """The one card in a file. Raises `KnownError`."""
    cards = read_cards(path).cards
    if len(cards) != 1:
        raise KnownError(
            _(
                "{where}: holds {n} characters, expected one; `paotuan characters import` makes a "
                "file of each",
                where=shown_path(path),
                n=len(cards),
            )
        )
    return cards[0]


def read_cards(path: Path) -> CardFile:
    """All cards in a file, or in a folder of ChatHaruhi. Raises `KnownError`."""
    where = shown_path(path)
    if is_folder(path):
        texts = islice(chain(path.glob("*.txt"), path.glob("*/*.txt")), MAX_TEXTS + 1)
        return read_haruhi(sorted(texts), path)
    with opened(path) as file:
        return read_stream(file, path, where)


def read_haruhi(paths: Sequence[Path], path: Path) -> CardFile:
    """The card of a system prompt and dialogue texts; the prompt is known by its file's name."""
    where = shown_path(path)
    if not paths:
        raise KnownError(
            _("{where}: no .txt files in it, expected those of a ChatHaruhi role", where=where)
        )
    if len(paths) > MAX_TEXTS:
        raise KnownError(
            _(
                "{where}: more than {most} texts; is it one role?",
                where=where,
                most=f"{MAX_TEXTS:,}",
            )
        )
    texts: dict[str, str] = {}
    warnings: list[str] = []
    left = MAX_BYTES
    for one in paths:
        with opened(one) as file:
            raw = file.read(left + 1)
        left -= len(raw)
        if left < 0:
            raise KnownError(
                _(
                    "{where}: larger than {most} MiB; is it one role?",
                    where=where,
                    most=MAX_BYTES >> 20,
                )
            )
        text, warning = decode(raw, shown_path(one))
        texts[one.name] = text
        warnings += [warning] if warning else []
    prompts = [name for name in texts if any(word in name.lower() for word in PROMPTS)]
    if len(prompts) != 1:
        raise KnownError(
            _(
                "{where}: expected one text with `system_prompt` in its name, found {n}",
                where=where,
                n=len(prompts),
            )
        )
    card = foreign.from_haruhi(texts.pop(prompts[0]), texts, where)
    return CardFile(path, "chatharuhi", (replace(card, warnings=(*card.warnings, *warnings)),))


def read_stream(file: BinaryIO, path: Path, where: str) -> CardFile:
    """The cards in an open file; `path` says what a text is. Raises as `read_cards`."""
    head = file.read(8)
    if head == png.SIGNATURE:
        return CardFile(path, "png", (from_png(file, where),))
    if head[:2] == b"PK" or (head[:2] == b"\xff\xd8" and charx.has_archive(file)):
        card = from_json(charx.read(file, where), f"{where}: {charx.CARD}")
        return CardFile(path, "charx", (card,))
    if webp.is_webp(head + file.read(4)):
        card = from_json(webp.card_in(file, where), f"{where}: UserComment")
        return CardFile(path, "webp", (card,))
    file.seek(0)
    raw = file.read(MAX_BYTES + 1)
    if path.suffix.lower() in (".yaml", ".yml"):
        return CardFile(path, "webui", (_from_yaml(raw, where),))
    if path.suffix.lower() == ".charx":
        raise KnownError(_("{where}: not a zip archive, or cut off before its end", where=where))
    if path.suffix.lower() == ".txt":
        raise KnownError(
            _(
                "{where}: one text alone; give the prompt and the dialogues of a ChatHaruhi role "
                "together",
                where=where,
            )
        )
    return _from_text(raw, path, where)


def from_png(file: BinaryIO, where: str) -> Card:
    """The card in a PNG or APNG: `ccv3`, or else `chara`. Raises `KnownError`."""
    texts = sorted(png.texts(file, KEYWORDS, where), key=lambda one: KEYWORDS.index(one.keyword))
    if not texts:
        raise KnownError(
            _(
                "{where}: an image without a card, expected a text chunk `chara` or `ccv3`",
                where=where,
            )
        )
    warnings: list[str] = []
    failed: KnownError | None = None
    for chunk in texts:
        place = f"{where}: {chunk.keyword}"
        try:
            card = from_json(png.unbase64(chunk.value, place), place)
        except KnownError as error:
            failed = failed or error
            continue
        if not chunk.sound:
            warnings.append(
                _(
                    "{where}: its checksum does not match; the card may be damaged",
                    where=place,
                )
            )
        if failed is not None:
            warnings.insert(
                0,
                _(
                    "{problem}; read from `{keyword}` instead",
                    problem=failed.problems[0],
                    keyword=chunk.keyword,
                ),
            )
        return replace(card, warnings=(*warnings, *card.warnings))
    raise failed or KnownError(_("{where}: no card", where=where))


def from_json(raw: bytes, where: str) -> Card:
    """The card that JSON bytes are. Raises `KnownError`."""
    text, warning = decode(raw, where)
    card = card_of(parse(text, where), where)
    return replace(card, warnings=(warning, *card.warnings)) if warning else card


def _from_text(raw: bytes, path: Path, where: str) -> CardFile:
    text, warning = decode(raw, where)
    if text.lstrip()[:1] not in ("{", "["):
        raise KnownError(
            _(
                "{where}: neither PNG, WebP, zip nor JSON; expected a card, which is a .png, "
                ".webp, .json, .charx or .yaml file",
                where=where,
            )
        )
    value = parse(text, where)
    container: Container = "json"
    program = actors.program_of(value)
    if program is not None and isinstance(value, dict):
        container = "ccfolia-character" if program == actors.CCFOLIA else "foundry-actor"
        cards = [actors.from_actor(value, program, where)]
    elif foreign.is_characterglm(value) and isinstance(value, dict):
        container, cards = "characterglm", foreign.from_characterglm(value, where)
    elif isinstance(value, dict) and "spec" not in value and foreign.is_webui(value):
        container, cards = "webui", [foreign.from_webui(value, where)]
    else:
        cards = [card_of(value, where)]
    warnings = (warning,) if warning else ()
    return CardFile(
        path, container, tuple(replace(c, warnings=(*warnings, *c.warnings)) for c in cards)
    )


def _from_yaml(raw: bytes, where: str) -> Card:
    keys = read(raw, where).data
    if not foreign.is_webui(keys):
        raise KnownError(
            _(
                "{where}: not a text-generation-webui character; found the keys {keys}, expected "
                "name, greeting, context",
                where=where,
                keys=series(shown(key) for key in list(keys)[:5]),
            )
        )
    return foreign.from_webui(keys, where)
