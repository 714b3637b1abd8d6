"""Characters of CharacterGLM, ChatHaruhi and text-generation-webui as cards, and cards as those.

What a V2 card has no field for stays under `extensions`, so that writing gives all of it back.
"""

import re
from collections.abc import Mapping, Sequence

from base.errors import KnownError
from base.messages import _
from base.text import shown
from base.yaml_reader import kind
from characters.cards.card import V2_EMPTY, Card, card_of
from characters.cards.jsontext import Json
from characters.cards.lines import role_name
from characters.cards.macros import expand

GLM, HARUHI, WEBUI = "characterglm", "chatharuhi", "text-generation-webui"

GLM_FIELDS = {"bot_name": "name", "bot_info": "description", "greeting": "first_mes"}
WEBUI_FIELDS = {
    **{"name": "name", "context": "description", "greeting": "first_mes"},
    "example_dialogue": "mes_example",
}
PYGMALION_FIELDS = {
    **{"char_name": "name", "char_persona": "description", "char_greeting": "first_mes"},
    **{"world_scenario": "scenario", "example_dialogue": "mes_example"},
}
DESCRIBED = ("description", "personality", "scenario")
"""Fields that the other programs hold as one text."""
_PLAYED = re.compile(
    r"(?:扮演|(?<![A-Za-z])(?:cosplay|play|act as|role of|pretend to be)(?![A-Za-z]))\s*[“\"「]?"
    r"([^\s，,。.!！；;“”\"「」]{1,20})"
)
_TURN = re.compile(r"^([^:：\n]{1,20})[:：]\s*[「“\"]", re.MULTILINE)


def is_characterglm(value: object) -> bool:
    """Whether a JSON value is a `character.json`: characters by name, each with a `bot_info`."""
    if not isinstance(value, dict) or not value:
        return False
    if "bot_name" in value or "bot_info" in value:
        return True
    return all(
        isinstance(one, dict) and {"bot_name", "bot_info"} & set(one) for one in value.values()
    )


def from_characterglm(value: Json, where: str) -> list[Card]:
    """The cards of a `character.json`, in its order."""
    if "bot_name" in value or "bot_info" in value:
        return [_mapped(value, GLM_FIELDS, GLM, where)]
    cards = []
    for name, one in value.items():
        fields = {**one, "bot_name": one.get("bot_name", name)} if isinstance(one, dict) else {}
        cards.append(_mapped(fields, GLM_FIELDS, GLM, f"{where}: {shown(name)}"))
    return cards


def to_characterglm(cards: Sequence[Card]) -> Json:
    """A `character.json` of these cards."""
    made: Json = {}
    for card in cards:
        fields = {**_unmapped(card, GLM_FIELDS, GLM)}
        if GLM not in card.extensions:
            fields["bot_info"] = _named(card, _described(card))
            fields["greeting"] = _named(card, card.text("first_mes"))
        made[card.name] = fields
    return made


def is_webui(value: Mapping[str, object]) -> bool:
    """Whether these are the keys of a text-generation-webui (or Pygmalion) character."""
    return bool({"context", "greeting", "char_persona", "char_greeting", "char_name"} & set(value))


def from_webui(value: Json, where: str) -> Card:
    """The card of a text-generation-webui YAML, or of the JSON that it reads as well."""
    fields = PYGMALION_FIELDS if "char_name" in value or "char_persona" in value else WEBUI_FIELDS
    return _mapped(value, fields, WEBUI, where)


def to_webui(card: Card) -> Json:
    """The keys of a text-generation-webui character."""
    taken_apart = card.extensions.get(WEBUI)
    keys = taken_apart.get("keys") if isinstance(taken_apart, dict) else None
    pygmalion = isinstance(keys, list) and ("char_name" in keys or "char_persona" in keys)
    made = _unmapped(card, PYGMALION_FIELDS if pygmalion else WEBUI_FIELDS, WEBUI)
    if taken_apart is None:
        made["context"] = _described(card)
    return made


def from_haruhi(prompt: str, texts: Mapping[str, str], where: str) -> Card:
    """The card of a ChatHaruhi role: its system prompt, and its dialogues by their files' names."""
    played = _PLAYED.search(prompt)
    turns = [name for text in texts.values() for name in _TURN.findall(text)]
    name = role_name(played[1]) if played else ""
    if not name and turns:
        name = role_name(max(set(turns), key=turns.count))
    if not name:
        raise KnownError(
            _(
                "{where}: the system prompt names no role, expected one as in `你正在扮演夏娜`",
                where=where,
            )
        )
    short = {one for one in turns if one != name and (one in name or name in one)}
    data = {
        **V2_EMPTY,
        "name": name,
        "description": prompt,
        "mes_example": "\n".join(f"<START>\n{text}" for text in texts.values()),
        "extensions": {HARUHI: {"texts": dict(texts), "also_called": sorted(short)}},
    }
    return card_of({"spec": "chara_card_v2", "spec_version": "2.0", "data": data}, where)


def to_haruhi(card: Card) -> tuple[str, dict[str, str]]:
    """A system prompt, and dialogues by the names of their files."""
    taken_apart = card.extensions.get(HARUHI)
    texts = taken_apart.get("texts") if isinstance(taken_apart, dict) else None
    if isinstance(texts, dict) and texts:
        return card.text("description"), {k: v for k, v in texts.items() if isinstance(v, str)}
    blocks = re.split(
        r"^\s*<START>\s*$", card.text("mes_example"), flags=re.MULTILINE | re.IGNORECASE
    )
    named = [_named(card, block.strip()) for block in blocks if block.strip()]
    dialogues = {f"{i}.txt": text + "\n" for i, text in enumerate(named, 1)}
    prompt = _named(card, _described(card))
    return prompt if taken_apart else f"你正在扮演{card.name}。\n{prompt}", dialogues


def also_called(card: Card) -> tuple[str, ...]:
    """Shorter names by which dialogues of a ChatHaruhi role call it."""
    taken_apart = card.extensions.get(HARUHI)
    names = taken_apart.get("also_called") if isinstance(taken_apart, dict) else None
    return tuple(n for n in names if isinstance(n, str)) if isinstance(names, list) else ()


def _described(card: Card) -> str:
    return "\n".join(text for name in DESCRIBED if (text := card.text(name)))


def _named(card: Card, text: str) -> str:
    """A text for a program that knows no macros: who the character is stands in it."""
    return expand(text, card.called, None, None)


def _mapped(value: Json, fields: Mapping[str, str], program: str, where: str) -> Card:
    """A V2 card whose fields are those of `value`, the rest under the program's extension."""
    data = {**V2_EMPTY}
    for theirs, ours in fields.items():
        found = value.get(theirs)
        if isinstance(found, str):
            data[ours] = found
        elif found is not None:
            raise KnownError(
                _(
                    "{where}: {key}: found {value}, expected text",
                    where=where,
                    key=theirs,
                    value=kind(found),
                )
            )
    rest = {key: one for key, one in value.items() if key not in fields}
    data["extensions"] = {program: {"keys": list(value), "rest": rest}}
    return card_of({"spec": "chara_card_v2", "spec_version": "2.0", "data": data}, where)


def _unmapped(card: Card, fields: Mapping[str, str], program: str) -> Json:
    """What `_mapped` took apart, in the order it had."""
    taken_apart = card.extensions.get(program)
    taken_apart = taken_apart if isinstance(taken_apart, dict) else {}
    rest, order = taken_apart.get("rest"), taken_apart.get("keys")
    made = {theirs: card.text(ours) for theirs, ours in fields.items()}
    made.update(rest if isinstance(rest, dict) else {})
    keys = [k for k in order if isinstance(k, str) and k in made] if isinstance(order, list) else []
    return {key: made[key] for key in (*keys, *(k for k in made if k not in keys and made[k]))}
