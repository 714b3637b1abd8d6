"""A card as a character of this table, and a character as a card: the same mapping both ways."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from base.errors import KnownError
from base.messages import _
from base.names import label_problem
from base.text import printable, shown
from characters.cards.card import V2_EMPTY, Card, card_of
from characters.cards.foreign import also_called
from characters.cards.jsontext import Json
from characters.cards.lines import Voices, dialogue, message, role_name, spoken
from characters.cards.macros import expand
from characters.sheets.foreign import values_of
from characters.sheets.values import Value

OURS = "paotuan"
"""The extension under which a card keeps what only this program has."""
USED = (OURS, "talkativeness")
"""Extensions that are understood."""
PLAYED = ("description", "personality", "scenario", "mes_example")
LONGEST = 1_000_000
"""Characters of all texts of a card that a character is made of."""
MOST = 100
"""Items of a list in a character file."""
VOICE_LINES, VOICE_LENGTH = 12, 900
"""A voice is part of every prompt: how much of a card's sample dialogue is taken."""


@dataclass(frozen=True)
class Sheet:
    """What a character file holds that a card can say, as plain values."""

    name: str
    aliases: tuple[str, ...] = ()
    profile: str = ""
    voice: tuple[str, ...] = ()
    openings: tuple[str, ...] = ()
    """Log texts, one of which may begin a scene; `{{user}}` is the player's role."""
    likes: tuple[str, ...] = ()
    emotions: tuple[str, ...] = ()
    adapter: str | None = None
    talkativeness: float | None = None
    values: Mapping[str, Value] = field(default_factory=dict, hash=False)
    """What its character sheet holds: skills, HP, things."""


def sheet_of(card: Card) -> Sheet:
    """What a card says of its character.

    Raises `KnownError` where its name cannot begin a line, or its texts are as long as books.
    """
    length = sum(len(card.text(name)) for name in PLAYED) + sum(map(len, card.greetings))
    if length > LONGEST:
        raise KnownError(
            _(
                "{where}: {length} characters of text to play by; at most {most}",
                where=card.where,
                length=f"{length:,}",
                most=f"{LONGEST:,}",
            )
        )
    name = role_name(card.name)
    if not name:
        raise KnownError(
            _(
                "{where}: name: {name} cannot begin a line of a log",
                where=card.where,
                name=shown(card.name),
            )
        )
    aliases = [one for one in map(role_name, (card.called, *also_called(card))) if one]
    ours = _ours(card)
    voices = Voices(name, tuple(dict.fromkeys((*aliases, card.name))))
    return Sheet(
        name=name,
        aliases=_words(ours, "aliases")
        if "aliases" in ours
        else tuple(one for one in dict.fromkeys(aliases) if one != name),
        profile=_profile(card),
        voice=_words(ours, "voice")
        if _unedited(card, ours, "voice", "mes_example")
        else _voice(card, voices),
        openings=_words(ours, "openings")
        if _unedited(card, ours, "openings", "first_mes")
        else _openings(card, voices),
        likes=_words(ours, "likes"),
        emotions=tuple(one for one in _words(ours, "emotions") if label_problem(one) is None),
        adapter=adapter if isinstance(adapter := ours.get("adapter"), str) else None,
        talkativeness=_talkativeness(card),
        values=values_of(card.extensions, OURS),
    )


def card_from(sheet: Sheet) -> Card:
    """A new V2 card of a character that came from none."""
    empty = {
        "spec": "chara_card_v2",
        "spec_version": "2.0",
        "data": {**V2_EMPTY, "name": sheet.name},
    }
    return with_sheet(card_of(empty, sheet.name), sheet)


def with_sheet(card: Card, sheet: Sheet) -> Card:
    """`card` with what `sheet` says otherwise; all else, and all that agrees, stays as it was."""
    before = sheet_of(card)
    changes: Json = {}
    ours: Json = {}
    if sheet.name != before.name:
        changes["name"] = sheet.name
    if sheet.profile != before.profile:
        changes |= _profile_fields(card, before.profile, sheet.profile)
    if sheet.voice != before.voice:
        changes["mes_example"] = dialogue(sheet.voice, sheet.name)
        ours["voice"] = {"lines": list(sheet.voice), "as": changes["mes_example"]}
    if sheet.openings != before.openings:
        messages = [message(text.split("\n"), sheet.name) for text in sheet.openings]
        changes["first_mes"] = messages[0] if messages else ""
        changes["alternate_greetings"] = messages[1:]
        ours["openings"] = {"lines": list(sheet.openings), "as": changes["first_mes"]}
    for key in ("aliases", "likes", "emotions"):
        if getattr(sheet, key) != getattr(before, key):
            ours[key] = list(getattr(sheet, key))
    if sheet.adapter != before.adapter:
        ours["adapter"] = sheet.adapter
    if dict(sheet.values) != dict(before.values):
        ours["sheet"] = {key: plain(value) for key, value in sheet.values.items()}
    extensions = {**card.extensions}
    if sheet.talkativeness != before.talkativeness:
        extensions["talkativeness"] = str(sheet.talkativeness)
    if ours:
        extensions[OURS] = {**_ours(card), **ours}
    if extensions != card.extensions:
        changes["extensions"] = extensions
    return card.edited(changes) if changes else card


def plain(value: Value) -> object:
    """A value of a sheet as JSON and YAML have it."""
    return list(value) if isinstance(value, tuple) else value


def untold(card: Card) -> list[str]:
    """The fields that stay in the card and that a character file has no place for."""
    names = ("system_prompt", "post_history_instructions", "creator_notes", "group_only_greetings")
    fields = [name for name in (*names, "assets") if card.data.get(name)]
    return fields + [f"extensions.{shown(key)}" for key in card.extensions if key not in USED]


def _profile(card: Card) -> str:
    parts = (_filled(card, name) for name in ("description", "personality", "scenario"))
    return "\n".join(part for part in parts if part)


def _filled(card: Card, name: str) -> str:
    text = expand(card.text(name), role_name(card.called) or card.name, None, None)
    plain = printable(text.replace("\r\n", "\n").replace("\r", "\n"))
    return "\n".join(line.rstrip() for line in plain.split("\n")).strip()


def _profile_fields(card: Card, before: str, after: str) -> Json:
    """The edited profile as fields: what still ends with personality and scenario keeps them."""
    description = _filled(card, "description")
    tail = before.removeprefix(description)
    if tail.strip() and after.endswith(tail):
        return {"description": after.removesuffix(tail)}
    return {"description": after, "personality": "", "scenario": ""}


def _voice(card: Card, voices: Voices) -> tuple[str, ...]:
    lines = _lines(card, card.text("mes_example"), voices, labels=True)
    taken: list[str] = []
    length = 0
    for line in lines:
        length += len(line)
        if len(taken) == VOICE_LINES or (taken and length > VOICE_LENGTH):
            break
        taken.append(line)
    return tuple(taken)


def voice_lines(card: Card) -> int:
    """How many lines the whole sample dialogue has, of which a voice takes the first."""
    ours = _ours(card)
    if _unedited(card, ours, "voice", "mes_example"):
        return len(_words(ours, "voice"))
    name = role_name(card.name)
    return len(_lines(card, card.text("mes_example"), Voices(name, (card.called,)), labels=True))


def _openings(card: Card, voices: Voices) -> tuple[str, ...]:
    texts = ("\n".join(_lines(card, text, voices, labels=False)) for text in card.greetings)
    return tuple(text for text in texts if text)[:MOST]


def _lines(card: Card, text: str, voices: Voices, labels: bool) -> Sequence[str]:
    return spoken(expand(text, role_name(card.called) or card.name, None, None), voices, labels)


def _ours(card: Card) -> Json:
    ours = card.extensions.get(OURS)
    return ours if isinstance(ours, dict) else {}


def _unedited(card: Card, ours: Json, key: str, field: str) -> bool:
    """Whether lines kept by this program are still those that the card's own text says."""
    lines = ours.get(key)
    return isinstance(lines, dict) and lines.get("as") == card.text(field)


def _words(ours: Json, key: str) -> tuple[str, ...]:
    """A list of safe texts that this program kept in a card."""
    value = ours.get(key)
    words = value.get("lines") if isinstance(value, dict) else value
    texts = [one for one in words if isinstance(one, str)] if isinstance(words, list) else []
    return tuple(clean for one in texts if (clean := printable(one).strip()))[:MOST]


def _talkativeness(card: Card) -> float | None:
    value = card.extensions.get("talkativeness", card.raw.get("talkativeness"))
    try:
        number = float(value) if isinstance(value, str | int | float) else None
    except (ValueError, OverflowError):
        return None
    return number if number is not None and 0 <= number <= 1 else None
