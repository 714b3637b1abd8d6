"""A card as a character of this table, and a character as a card: the same mapping both ways."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from base.errors import KnownError
from base.messages import _
from base.names import label_problem
from base.text import one_line, printable, shown
from characters.cards.card import V2_EMPTY, Card, card_of
from characters.cards.foreign import also_called
from characters.cards.jsontext import Json
from characters.cards.lines import dialogue, message, role_name
from characters.cards.texts import CardTexts, is_narrator
from characters.character import DEEPEST, AuthorNote
from characters.sheets.foreign import values_of
from characters.sheets.values import Value

OURS = "paotuan"
"""The extension under which a card keeps what only this program has."""
USED = (OURS, "talkativeness", "depth_prompt", "regex_scripts")
"""Extensions that are understood."""
Mode = Literal["person", "narrator"]
"""What a card is at the table: one of the cast, or who tells the story."""
PLAYED = ("description", "personality", "scenario", "mes_example")
LONGEST = 1_000_000
"""Characters of all texts of a card that a character is made of."""
MOST = 100
"""Items of a list in a character file."""
_MACRO = re.compile(r"\s*(?:\{\{\w+\}\}|<(?:bot|char|user)>)\s*", re.IGNORECASE)
"""A name that only says that it is one."""
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
    narrator: bool = False
    notes: tuple[AuthorNote, ...] = ()
    left_out: Mapping[str, int] = field(default_factory=dict, hash=False, compare=False)
    """What of the card's texts was taken out or changed, by the ids of the report."""
    examples: int = field(default=0, compare=False)
    """Lines of the whole sample dialogue, of which a voice takes the first."""


def sheet_of(card: Card, name: str = "", mode: Mode | None = None) -> Sheet:
    """What a card says of its character; `name` is what it is called here, `mode` whether it is a
    person or a narrator, which else the card tells.

    Raises `KnownError` where it has no name that can begin a line, or its texts are as long as
    books.
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
    name = _named(card, name)
    aliases = [one for one in map(role_name, (card.called, *also_called(card))) if one]
    ours = _ours(card)
    said = ours.get("narrator")
    narrator = is_narrator(card) if not isinstance(said, bool) else said
    narrator = narrator if mode is None else mode == "narrator"
    others = tuple(one for one in dict.fromkeys((*aliases, card.name)) if one)
    texts = CardTexts(card, name, others, narrator)
    own_voice = _unedited(card, ours, "voice", "mes_example")
    examples = list(_words(ours, "voice")) if own_voice else texts.examples()
    own_openings = _unedited(card, ours, "openings", "first_mes")
    openings = _words(ours, "openings") if own_openings else texts.openings()[:MOST]
    return Sheet(
        name=name,
        aliases=_words(ours, "aliases")
        if "aliases" in ours
        else tuple(one for one in dict.fromkeys(aliases) if one != name),
        profile=texts.profile(),
        voice=tuple(examples) if own_voice else _first(examples),
        openings=openings,
        likes=_words(ours, "likes"),
        emotions=tuple(one for one in _words(ours, "emotions") if label_problem(one) is None),
        adapter=adapter if isinstance(adapter := ours.get("adapter"), str) else None,
        talkativeness=_talkativeness(card),
        values=values_of(card.extensions, OURS),
        narrator=narrator,
        notes=_kept_notes(card, ours) or texts.notes(),
        left_out=+texts.counts,
        examples=len(examples),
    )


def _named(card: Card, given: str) -> str:
    """What a character is called here. Raises `KnownError` where that can begin no line."""
    called = given or (card.name if not _MACRO.fullmatch(card.name) else "")
    if name := role_name(called):
        return name
    if not called:
        raise KnownError(
            _("{where}: a card without a name; give it one: --name NAME", where=card.where)
        )
    raise KnownError(
        _(
            "{where}: name: {name} cannot begin a line of a log",
            where=card.where,
            name=shown(called),
        )
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
    before = sheet_of(card, "" if card.name else sheet.name)
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
    if sheet.notes != before.notes:
        changes |= _note_fields(sheet.notes)
        ours["notes"] = {"lines": [[n.text, n.depth] for n in sheet.notes], "as": _said(changes)}
    if sheet.narrator != before.narrator:
        ours["narrator"] = sheet.narrator
    if sheet.adapter != before.adapter:
        ours["adapter"] = sheet.adapter
    if dict(sheet.values) != dict(before.values):
        ours["sheet"] = {key: plain(value) for key, value in sheet.values.items()}
    extensions = {**card.extensions}
    if "depth_prompt" in changes:
        extensions["depth_prompt"] = changes.pop("depth_prompt")
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
    names = ("creator_notes", "group_only_greetings")
    fields = [name for name in (*names, "assets") if card.data.get(name)]
    return fields + [f"extensions.{shown(key)}" for key in card.extensions if key not in USED]


def _profile_fields(card: Card, before: str, after: str) -> Json:
    """The edited profile as fields: what still ends with all that follows the description keeps
    it."""
    name = role_name(card.name) or card.name
    description = CardTexts(card, name, (), False).description()
    tail = before.removeprefix(description)
    if tail.strip() and after.endswith(tail):
        return {"description": after.removesuffix(tail)}
    return {"description": after, "personality": "", "scenario": "", "system_prompt": ""}


def _note_fields(notes: Sequence[AuthorNote]) -> Json:
    """Reminders as the fields that a card has for one at the end and one further up."""
    last = next((note.text for note in notes if note.depth == 0), "")
    depth = next((note for note in notes if note.depth), AuthorNote())
    prompt: Json = {"prompt": depth.text, "depth": depth.depth, "role": "system"}
    return {"post_history_instructions": last, "depth_prompt": prompt}


def _said(changes: Json) -> str:
    """What the fields of reminders say, by which it is known later that nobody edited them."""
    depth_prompt = changes["depth_prompt"]
    prompt = depth_prompt.get("prompt") if isinstance(depth_prompt, dict) else None
    return f"{changes['post_history_instructions']}\n{prompt}"


def _kept_notes(card: Card, ours: Json) -> tuple[AuthorNote, ...]:
    """The reminders that this program kept, where the card's own fields still say them."""
    kept = ours.get("notes")
    lines = kept.get("lines") if isinstance(kept, dict) else None
    depth_prompt = card.extensions.get("depth_prompt")
    prompt = depth_prompt.get("prompt") if isinstance(depth_prompt, dict) else None
    said = f"{card.text('post_history_instructions')}\n{prompt}"
    if not isinstance(kept, dict) or kept.get("as") != said or not isinstance(lines, list):
        return ()
    return tuple(
        AuthorNote(text, min(one[1], DEEPEST))
        for one in lines[:MOST]
        if isinstance(one, list)
        and len(one) == 2
        and isinstance(one[0], str)
        and type(one[1]) is int
        and one[1] >= 0
        and (text := one_line(one[0]))
    )


def _first(lines: Sequence[str]) -> tuple[str, ...]:
    """As many of the lines of sample dialogues as a voice takes."""
    taken: list[str] = []
    length = 0
    for line in lines:
        length += len(line)
        if len(taken) == VOICE_LINES or (taken and length > VOICE_LENGTH):
            break
        taken.append(line)
    return tuple(taken)


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
