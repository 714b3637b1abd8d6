"""A Character Card V1, V2 or V3: its JSON as it came, seen through fields of checked types."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from base.errors import KnownError
from base.messages import _, series
from base.text import shown
from base.yaml_reader import kind
from characters.cards.jsontext import Json

Spec = Literal["v1", "v2", "v3"]

V1_FIELDS = ("name", "description", "personality", "scenario", "first_mes", "mes_example")
TEXT_FIELDS = (
    *V1_FIELDS,
    *("creator_notes", "system_prompt", "post_history_instructions", "creator"),
    *("character_version", "nickname"),
)
LIST_FIELDS = ("alternate_greetings", "group_only_greetings", "tags", "source")
TABLE_FIELDS = ("extensions", "character_book", "creator_notes_multilingual")
V2_EMPTY: Json = {
    **dict.fromkeys(V1_FIELDS, ""),
    **dict.fromkeys(("creator_notes", "system_prompt", "post_history_instructions"), ""),
    **{"alternate_greetings": [], "tags": [], "creator": "", "character_version": ""},
    "extensions": {},
}
V2_V3_OPTIONAL = (
    *("character_book", "assets", "nickname", "creator_notes_multilingual", "source"),
    *("group_only_greetings", "creation_date", "modification_date"),
)
NAMES: dict[Spec, tuple[str, str]] = {
    "v2": ("chara_card_v2", "2.0"),
    "v3": ("chara_card_v3", "3.0"),
}
FLAT = ("tavern_ai", "chara_card_v1")
"""What cards say that are a V1 with further fields."""
NEWEST = 3.0
_SPEC = re.compile(r"chara_card_v(\d+)")


@dataclass(frozen=True)
class Card:
    """A card as it was read. `raw` is not to be changed; `edited` and `as_spec` give new ones."""

    raw: Json
    spec: Spec
    where: str
    """The file, as messages call it."""
    warnings: tuple[str, ...] = ()
    data: Json = field(init=False, repr=False, compare=False)
    """The fields themselves: `raw["data"]`, or all of a V1."""

    def __post_init__(self) -> None:
        inner = self.raw.get("data")
        fields = inner if self.spec != "v1" and isinstance(inner, dict) else self.raw
        object.__setattr__(self, "data", fields)

    def text(self, name: str) -> str:
        """A field that is text; empty where it is absent or of another type."""
        value = self.data.get(name)
        return value if isinstance(value, str) else ""

    def texts(self, name: str) -> tuple[str, ...]:
        """A field that is a list of texts, less what is none."""
        value = self.data.get(name)
        return (
            tuple(one for one in value if isinstance(one, str)) if isinstance(value, list) else ()
        )

    def table(self, name: str) -> Json:
        """A field of keys and values; empty where it is absent or of another type."""
        value = self.data.get(name)
        return value if isinstance(value, dict) else {}

    @property
    def name(self) -> str:
        return " ".join(self.text("name").split())

    @property
    def called(self) -> str:
        """What `{{char}}` stands for: the nickname, or the name."""
        return " ".join(self.text("nickname").split()) or self.name

    @property
    def greetings(self) -> tuple[str, ...]:
        """The first message and its alternates, without empty ones."""
        greetings = (self.text("first_mes"), *self.texts("alternate_greetings"))
        return tuple(one for one in greetings if one.strip())

    @property
    def book(self) -> Json | None:
        """The `character_book` as JSON, unchecked; `None` where there is none."""
        return self.table("character_book") or None

    @property
    def extensions(self) -> Json:
        return self.table("extensions")

    def edited(self, changes: Mapping[str, object]) -> "Card":
        """This card with fields changed, also where V1 mirrors of them stand beside `data`."""
        data = {**self.data, **changes}
        if self.spec == "v1":
            return replace(self, raw=data)
        mirrored = {key: value for key, value in changes.items() if key in self.raw}
        return replace(self, raw={**self.raw, **mirrored, "data": data})

    def as_spec(self, spec: Spec) -> "Card":
        """This card in another version of the specification; no field is lost on the way."""
        if spec == self.spec:
            return self
        if spec == "v1":
            outer = {k: v for k, v in self.raw.items() if k not in ("data", "spec", "spec_version")}
            return replace(self, raw={**outer, **self.data}, spec="v1")
        data = {**V2_EMPTY, **(_from_v1(self.data) if self.spec == "v1" else self.data)}
        if spec == "v3":
            data = {"group_only_greetings": [], **data, **_v3_book(self)}
        name, version = NAMES[spec]
        outer = {k: v for k, v in self.raw.items() if k not in ("spec", "spec_version", "data")}
        return replace(
            self, raw={"spec": name, "spec_version": version, "data": data, **outer}, spec=spec
        )


def card_of(value: object, where: str) -> Card:
    """The card that a JSON value is; its name may be empty. Raises `KnownError` for no card."""
    if not isinstance(value, dict):
        raise KnownError(
            _(
                "{where}: found {value}, expected a card, which is keys and values",
                where=where,
                value=kind(value),
            )
        )
    spec, warnings = _spec(value, where)
    card = Card(value, spec, where)
    name = card.data.get("name")
    if name is not None and not isinstance(name, str):
        raise KnownError(_at(card, "name", _missing_or(name, _("text"))))
    return replace(card, warnings=(*warnings, *_mistyped(card)))


def _spec(value: Json, where: str) -> tuple[Spec, list[str]]:
    said, version = value.get("spec"), value.get("spec_version")
    inner = value.get("data")
    version_of_spec = _SPEC.fullmatch(said) if isinstance(said, str) else None
    nested = (
        isinstance(inner, dict)
        and said != "lorebook_v3"
        and ("name" in inner or _speaks_of_a_character(inner))
    )
    if version_of_spec is None and not nested:
        if _is_book(value) or not _speaks_of_a_character(value):
            raise KnownError(_("{where}: {problem}", where=where, problem=_what_else(value)))
        if said is None or said in FLAT:
            return "v1", []
        words = _("{spec} is not known; read as V1", spec=_shown(said))
        return "v1", [_("{where}: spec: {problem}", where=where, problem=words)]
    if not isinstance(inner, dict):
        problem = _missing_or(inner, _("keys and values"))
        raise KnownError(_("{where}: data: {problem}", where=where, problem=problem))
    if version_of_spec is None:
        words = _("{spec} is not known; read as V2", spec=_shown(said))
        return "v2", [_("{where}: spec: {problem}", where=where, problem=words)]
    spec: Spec = "v3" if int(version_of_spec[1]) >= 3 else "v2"
    return spec, _version_warnings(int(version_of_spec[1]), version, where)


def _version_warnings(generation: int, version: object, where: str) -> list[str]:
    try:
        number = float(version) if isinstance(version, str | int | float) else float("nan")
    except (ValueError, OverflowError):
        number = float("nan")
    if generation > NEWEST or number > NEWEST:
        newer = shown(str(version)) if version is not None else str(generation)
        return [
            _(
                "{where}: spec_version: {version} is newer than {newest}; what is new in it is "
                "kept, but not understood",
                where=where,
                version=newer,
                newest=NEWEST,
            )
        ]
    if number != number:
        return [
            _(
                "{where}: spec_version: {version} is not a version; read as V{generation}",
                where=where,
                version=_shown(version),
                generation=generation,
            )
        ]
    return []


def _speaks_of_a_character(value: Json) -> bool:
    return sum(key in value for key in V1_FIELDS) >= 2


def _is_book(value: Json) -> bool:
    return "entries" in value or value.get("spec") == "lorebook_v3"


def _what_else(value: Json) -> str:
    if _is_book(value):
        return _("a lorebook, expected a card")
    if not value:
        return _("not a character card: no keys in it, expected name, description, …")
    return _(
        "not a character card; found the keys {keys}, expected name, description, …",
        keys=series(shown(key) for key in list(value)[:5]),
    )


def _shown(value: object) -> str:
    return shown(value) if isinstance(value, str) else kind(value)


def _missing_or(value: object, expected: str) -> str:
    """What is wrong with a value that is not there, or of another type than is expected."""
    if value is None:
        return _("missing")
    return _("found {value}, expected {expected}", value=kind(value), expected=expected)


def _at(card: Card, name: str, problem: str) -> str:
    place = name if card.spec == "v1" else f"data.{name}"
    return _("{where}: {place}: {problem}", where=card.where, place=place, problem=problem)


def _mistyped(card: Card) -> Iterator[str]:
    """A line for each field of a type that it cannot have."""
    expected: list[tuple[tuple[str, ...], type, str]] = [
        (TEXT_FIELDS, str, _("text")),
        (LIST_FIELDS, list, _("a list of texts")),
        (TABLE_FIELDS, dict, _("keys and values")),
    ]
    for names, type_, words in expected:
        for name in names:
            value = card.data.get(name)
            if value is not None and not isinstance(value, type_):
                problem = _(
                    "found {value}, expected {expected}; kept, but not used",
                    value=_kind(value),
                    expected=words,
                )
                yield _at(card, name, problem)
            elif isinstance(value, list) and not all(isinstance(one, str) for one in value):
                problem = _("not all of it is text; the rest is kept, but not used")
                yield _at(card, name, problem)


def _kind(value: object) -> str:
    return _("a number") if isinstance(value, int) and abs(value) > 10**12 else kind(value)


def _from_v1(flat: Json) -> Json:
    """The fields of V2 that a V1 has, among them those that SillyTavern puts there."""
    data = {key: flat[key] for key in (*V2_EMPTY, *V2_V3_OPTIONAL) if key in flat}
    if "creatorcomment" in flat:
        data.setdefault("creator_notes", flat["creatorcomment"])
    own = {key: flat[key] for key in ("talkativeness", "fav") if key in flat}
    known = flat.get("extensions")
    return {**data, "extensions": {**own, **(known if isinstance(known, dict) else {})}}


def _v3_book(card: Card) -> Json:
    """The book with what V3 requires of its entries, where the card has one."""
    book = card.book
    entries = book.get("entries") if book else None
    if book is None or not isinstance(entries, list):
        return {}
    complete = [{"use_regex": False, **one} if isinstance(one, dict) else one for one in entries]
    return {"character_book": {**book, "entries": complete}}
