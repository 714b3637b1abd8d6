"""A session as a SillyTavern chat: a header, then a message a line, candidates as swipes. Pure.

What was imported from there and left alone is written as it was. Otherwise `chat_metadata` and each
`extra` hold, under `paotuan`, what that program has no place for, so that nothing is lost.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from scenes.files.exports.jsonlines import json_line
from scenes.files.exports.settled import settled_events
from scenes.files.exports.stored import OURS, with_ours
from scenes.log import SPOKEN, Entry, write
from scenes.scene import Constant, Scene
from scenes.table.play import body_of
from scenes.table.session import Draw, Session, Turn
from scenes.table.snapshot import to_json

KEY = "sillytavern"
"""Under which name what is foreign is kept with a turn."""
NARRATOR = "旁白"
AVATARS = ("original_avatar", "force_avatar")

Json = dict[str, Any]
Chain = Sequence[Turn]
"""The turns of one message."""


def sillytavern(session: Session, speaker: str | None, context: int) -> Iterator[str]:
    """The current branch as a chat; every other branch is kept in its header."""
    chains = list(_chains(session.path))
    header, untouched = _header(session), _untouched(session, chains)
    if not untouched:
        header = header or {"chat_metadata": {}, "user_name": "unused", "character_name": "unused"}
        yield _line(with_ours(header, "chat_metadata", _block(session, chains)))
    elif header:
        yield _line(header)
    avatars = avatars_of(_kept(turn).get("message") for turn in session.turns.values())
    for chain in chains:
        message = message_of_turns(session, chain, avatars)
        if not untouched:
            ours = {"turns": [turn.id for turn in chain], "said": said(message)}
            message = with_ours(message, "extra", ours)
        yield _line(message)


def avatars_of(messages: Iterable[object]) -> Mapping[str, Json]:
    """For each name the pictures of its last message, by which groups tell their members."""
    images: dict[str, Json] = {}
    for message in messages:
        if isinstance(message, dict) and isinstance(message.get("name"), str):
            pictures = {key: message[key] for key in AVATARS if key in message}
            images |= {message["name"]: pictures} if pictures else {}
    return images


def message_of_turns(session: Session, chain: Chain, avatars: Mapping[str, Json]) -> Json:
    """The message that turns are, without what is ours: as it was imported, where they are too.

    `avatars` is what `avatars_of` gives.
    """
    message = _kept(chain[0]).get("message")
    if isinstance(message, dict):
        return message if _intact(session, chain) else _changed(message, chain)
    return _message(session, chain) | avatars.get(chain[0].entry.speaker, {})


def said(message: Mapping[str, Any]) -> str:
    """What tells a message that was changed from one that was only added to."""
    keys = ("name", "mes", "is_user", "is_system", "swipes", "swipe_id")
    parts = json.dumps([message.get(key) for key in keys], sort_keys=True)
    return hashlib.sha256(parts.encode()).hexdigest()[:16]


def _line(value: Json) -> str:
    return json_line(value, compact=True)


def _kept(turn: Turn) -> Mapping[str, Any]:
    """What SillyTavern had said of a turn."""
    stored = (turn.foreign or {}).get(KEY)
    return stored if isinstance(stored, dict) else {}


def _header(session: Session) -> Json | None:
    headers = (_kept(turn).get("header") for turn in session.turns.values())
    return next((header for header in headers if isinstance(header, dict)), None)


# --- which turns are a message -------------------------------------------------------------------


def _chains(path: Sequence[Turn]) -> Iterator[Chain]:
    """The turns of a path by the messages that they were; each other one by itself."""
    chain: list[Turn] = []
    for turn in path:
        marks = _marks(turn)
        goes_on = "swipe" not in marks and marks.get("part") == len(chain)
        if chain and goes_on and (_kept(turn) or _alike(chain[0], turn)):
            chain.append(turn)
            continue
        if chain:
            yield chain
        chain = [turn]
    if chain:
        yield chain


def _marks(turn: Turn) -> Mapping[str, Any]:
    """What an import had said of a turn, whatever the program was."""
    return next((one for one in (turn.foreign or {}).values() if isinstance(one, dict)), {})


def _alike(first: Turn, turn: Turn) -> bool:
    """Whether two turns can be one message."""
    spoken = first.entry.kind in SPOKEN and turn.entry.kind in SPOKEN
    return first.entry.speaker == turn.entry.speaker and (
        spoken or first.entry.kind == turn.entry.kind
    )


def _intact(session: Session, chain: Chain) -> bool:
    """Whether turns are all that a message became, none of them edited."""
    return _kept(chain[0]).get("turns") == len(chain) and all(
        _first(session, turn).entry == turn.entry for turn in chain
    )


def _first(session: Session, turn: Turn) -> Turn:
    """The turn that was said first where `turn` stands."""
    while turn.of is not None and turn.of in session.turns and turn.of < turn.id:
        turn = session.turns[turn.of]
    return turn


def _untouched(session: Session, chains: Sequence[Chain]) -> bool:
    """Whether a session is what the import of a chat gave, and nothing else."""
    played = {turn.id for chain in chains for turn in chain}
    drawn = [turn for chain in chains for turn in chain if turn.draw is not None]
    return (
        session.role == session.scene.play_as
        and not session.notes
        and not session.sheets
        and not any(roll.seed for roll in session.rolls.values())
        and len(drawn) == len(session.draws)
        and all("message" in _kept(chain[0]) and _intact(session, chain) for chain in chains)
        and all("swipe" in _kept(turn) or turn.id in played for turn in session.turns.values())
        and bool(chains)
    )


# --- messages ------------------------------------------------------------------------------------


def _message(session: Session, chain: Chain) -> Json:
    turn, entry = chain[0], chain[0].entry
    extra: Json = {"api": OURS}
    spoken = entry.kind in SPOKEN
    player = session.scene.role(session.role).name if session.role else None
    if not spoken and entry.kind != "comment":
        extra["type"] = "narrator"
    message: Json = {
        "name": entry.speaker or _narrator(session.scene),
        "is_user": spoken and (entry.speaker == player or turn.by == "player"),
        "is_system": entry.kind == "comment",
        **_date(session, turn),
        "mes": "\n".join(_text(one.entry) for one in chain),
        "extra": extra,
    }
    draw = session.draws.get(turn.draw) if turn.draw is not None else None
    if draw is not None and turn.candidate is not None and turn.candidate < len(draw.candidates):
        if draw.model:
            extra["model"] = draw.model
        message |= _swipes(_texts(session, turn, draw), turn.candidate, draw.model, message)
    return message


def _texts(session: Session, turn: Turn, draw: Draw) -> list[str]:
    """The candidates of the draw of `turn`, those of several lines whole."""
    texts = [_text(candidate.entry) for candidate in draw.candidates]
    for other in session.branches_at(turn.parent):
        place = _marks(other).get("swipe")
        if type(place) is int and 0 <= place < len(texts):
            texts[place] = "\n".join(_text(one.entry) for one in _branch(session, other))
    return texts


def _branch(session: Session, turn: Turn | None) -> Iterator[Turn]:
    """The turns of a swipe of several lines."""
    part = 0
    while turn is not None:
        yield turn
        part += 1
        following = session.branches_at(turn.id)
        turn = next((one for one in following if _marks(one).get("part") == part), None)


def _swipes(texts: list[str], picked: int, model: str, message: Json) -> Json:
    swipes = [*texts[:picked], message["mes"], *texts[picked + 1 :]]
    about = {"extra": {"api": OURS, "model": model}, **_only(message, "send_date")}
    return {"swipes": swipes, "swipe_id": picked, "swipe_info": [about] * len(swipes)}


def _changed(message: Json, chain: Chain) -> Json:
    """An imported message that says something else now."""
    text = "\n".join(_text(turn.entry) for turn in chain)
    swipes, picked = message.get("swipes"), message.get("swipe_id")
    changed = message | {"mes": text}
    if isinstance(swipes, list) and type(picked) is int and 0 <= picked < len(swipes):
        changed["swipes"] = [*swipes[:picked], text, *swipes[picked + 1 :]]
    return changed


def _text(entry: Entry) -> str:
    if entry.kind == "comment":
        return entry.text
    return body_of(entry) if entry.kind in SPOKEN else write(entry)


def _narrator(scene: Scene) -> str:
    return next((role.name for role in scene.cast if role.narrator), NARRATOR)


def _date(session: Session, turn: Turn) -> Json:
    """When a turn was said, or else when its session was begun, as its name says."""
    time = session.times.get(_first(session, turn).id, "")
    try:
        moment = (
            datetime.fromisoformat(time)
            if time
            else datetime.strptime(session.id[:15], "%Y%m%d-%H%M%S")
        )
        return {"send_date": moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")}
    except (ValueError, OverflowError):
        return {}


def _only(value: Json, key: str) -> Json:
    return {key: value[key]} if key in value else {}


# --- what is ours --------------------------------------------------------------------------------


def _block(session: Session, chains: Sequence[Chain]) -> Json:
    """The whole session, but for messages that the lines of the chat hold already."""
    held = {
        chain[0].id for chain in chains if "message" in _kept(chain[0]) and _intact(session, chain)
    }
    return {
        "version": 1,
        "session": session.id,
        "role": session.role,
        "head": session.head,
        "scene": to_json(_portable(session.scene)),
        "turns": [to_json(_light(turn, held)) for turn in session.turns.values()],
        "times": [session.times.get(turn, "") for turn in session.turns],
        "draws": [to_json(draw) for draw in session.draws.values()],
        "notes": [to_json(told) for each in session.notes.values() for told in each],
        **_presence(session),
        **_settled(session),
    }


def _presence(session: Session) -> Json:
    """Who was away, and from where on; nothing where all were always there."""
    written = [to_json(one) for each in session.seats.written.written.values() for one in each]
    return {"presence": written} if written else {}


def _settled(session: Session) -> Json:
    """What else was settled; nothing where nothing was."""
    events = settled_events(session)
    return {"events": events} if events else {}


def _light(turn: Turn, held: set[int]) -> Turn:
    if turn.id not in held:
        return turn
    fields = {key: one for key, one in _kept(turn).items() if key != "message"}
    return replace(turn, foreign={**(turn.foreign or {}), KEY: fields})


def _portable(scene: Scene) -> Scene:
    """A scene whose files are named without where they lie on this system."""
    cast = tuple(
        replace(role, knowledge=_names(role.knowledge), constants=_nameless(role.constants))
        for role in scene.cast
    )
    return replace(
        scene,
        path=Path(scene.path.name),
        cast=cast,
        knowledge=_names(scene.knowledge),
        constants=_nameless(scene.constants),
    )


def _nameless(constants: Sequence[Constant]) -> tuple[Constant, ...]:
    return tuple(replace(one, path=Path(one.path.name)) for one in constants)


def _names(paths: Sequence[Path]) -> tuple[Path, ...]:
    return tuple(Path(path.name) for path in paths)
