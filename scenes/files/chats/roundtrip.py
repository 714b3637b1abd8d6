"""A session of ours that comes back from SillyTavern: as it was, with what was changed there.

What is unchanged gets its turns, draws and branches again; a message that was changed or is new
begins a branch of new turns, and what it replaces stays in the tree. Pure but for finding files.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

from base.errors import KnownError
from base.folders import beside, find, folders, is_file, is_folder
from base.messages import N_, _
from base.text import shown
from scenes.files.chats.chat import Chat, ChatMessage, Json
from scenes.files.chats.dates import sent_at
from scenes.files.chats.events import TurnEvents, Written
from scenes.files.exports.settled import settled_again
from scenes.files.exports.sillytavern import KEY, avatars_of, message_of_turns, said
from scenes.files.report import ImportReport
from scenes.files.rolls_of_logs import RollEvents, with_rolls
from scenes.log import Entry
from scenes.scene import Role, Scene
from scenes.table.seeing import log_of
from scenes.table.session import VERSION, Event, Session
from scenes.table.snapshot import from_json, to_json

LONGEST_TIME = 40
FORM = N_("paotuan session saved as a SillyTavern chat")


@dataclass(frozen=True)
class RestoredSession:
    """What a session's files are written from."""

    scene: Scene
    role: str | None
    opening: Sequence[Json]
    events: Sequence[Written]
    log: Sequence[Entry]
    began: str
    """When its opening was said; empty where nothing tells."""


@dataclass(frozen=True)
class _SavedMessage:
    """A message that came back, and the turns it says it is."""

    message: ChatMessage
    raw: Json
    turns: tuple[int, ...]
    same: bool
    """Whether it says what we had written."""


def restored_session(chat: Chat, report: ImportReport) -> RestoredSession | None:
    """The session that `chat` holds; `None` where it holds none, or not a sound one."""
    block = chat.ours
    if block is None:
        return None
    try:
        return _rebuilt(block, chat, report)
    except (KnownError, KeyError, TypeError, ValueError, AttributeError) as error:
        why = shown(str(error) or type(error).__name__)
        report.notice(
            _("the session stored in it is damaged ({why}); read as a plain chat", why=why)
        )
        report.forget()
        return None


def _rebuilt(block: Json, chat: Chat, report: ImportReport) -> RestoredSession:
    lines = list(_lines(chat, report))
    scene = _scene_of(block["scene"], report)
    before = _session(block, scene)
    turns = {turn["id"]: turn for turn in block["turns"]}
    avatars = _avatars(lines, turns)
    for line in lines:
        if line.same and _is_chain(line.turns, before):
            _take_foreign(line, turns[line.turns[0]], before, avatars)
    session = _session(block, scene)
    further = list(_changes(session, lines, report))
    events = [*_events(block, scene), *further]
    opened = _opened(block, scene)
    session = Session.replay([opened, *events], _nothing)
    report.title = FORM
    report.became["turns"], report.became["draws"] = len(session.turns), len(session.draws)
    written: list[Written] = [(event, ()) for event in events]
    began = opened.get("time", "")
    log = list(log_of(session))
    return RestoredSession(scene, session.role, opened["turns"], written, log, began)


def _lines(chat: Chat, report: ImportReport) -> Iterator[_SavedMessage]:
    for message in chat.messages(report):
        ours = message.ours or {}
        ids = ours.get("turns")
        known = ids if isinstance(ids, list) and all(type(one) is int for one in ids) else []
        same = ours.get("said") == said(message.foreign)
        yield _SavedMessage(message, dict(message.foreign), tuple(known), same)


def _session(block: Json, scene: Scene) -> Session:
    return Session.replay([_opened(block, scene), *_events(block, scene)], _nothing)


def _nothing(event: Event) -> None:
    """What only looks at a session records nothing."""


def _opened(block: Json, scene: Scene) -> Event:
    return {
        "event": "open",
        "version": VERSION,
        "session": str(block["session"]),
        "role": block["role"],
        "scene": to_json(scene),
        "turns": _opening(block),
        **_time(block, 0),
    }


def _opening(block: Json) -> list[Json]:
    opening = []
    for number, turn in enumerate(block["turns"], 1):
        if turn.get("by") != "opening" or turn.get("parent") != (number - 1 or None):
            break
        opening.append(turn)
    return opening


def _events(block: Json, scene: Scene) -> Iterator[Event]:
    """What happened after the opening: each turn by itself, then draws, notes, all else that was
    settled, where it stands."""
    begin = len(_opening(block))
    for place, turn in enumerate(block["turns"][begin:], begin):
        yield {"event": "turns", "turns": [turn], **_time(block, place)}
    for kind, key in (
        ("draw", "draws"),
        ("knowledge", "notes"),
        ("presence", "presence"),
    ):
        for one in block.get(key, ()):
            yield {**one, "event": kind}
    files = [*scene.knowledge, *(path for role in scene.cast for path in role.knowledge)]
    yield from settled_again(block.get("events", ()), files)
    yield {"event": "head", "head": block["head"]}


def _time(block: Json, place: int) -> Json:
    """When the turn in that place was said, as the field of an event."""
    times = block.get("times")
    time = times[place] if isinstance(times, list) and place < len(times) else ""
    return {"time": time} if isinstance(time, str) and 0 < len(time) < LONGEST_TIME else {}


def _take_foreign(
    line: _SavedMessage, first: Json, session: Session, avatars: Mapping[str, Json]
) -> None:
    """Keep with its first turn what a message holds that we had not written."""
    foreign, kept = first.get("foreign") or {}, _kept(first)
    if "turns" in kept:
        first["foreign"] = {**foreign, KEY: {"message": line.raw, **kept}}
    elif not kept:
        chain = [session.turns[one] for one in line.turns]
        if message_of_turns(session, chain, avatars) != line.raw:
            first["foreign"] = {**foreign, KEY: {"message": line.raw, "turns": len(chain)}}


def _avatars(lines: Sequence[_SavedMessage], turns: Mapping[int, Json]) -> Mapping[str, Json]:
    """The pictures that were known when the chat was written, from its turns and its lines."""
    messages = {id: _kept(turn).get("message") for id, turn in turns.items()}
    for line in lines:
        first = line.turns[0] if line.turns else 0
        if line.same and first in turns and "turns" in _kept(turns[first]):
            messages[first] = line.raw
    return avatars_of(messages[id] for id in sorted(messages))


def _kept(turn: Json) -> Json:
    """What SillyTavern had said of a turn."""
    foreign = turn.get("foreign")
    stored = foreign.get(KEY) if isinstance(foreign, dict) else None
    return stored if isinstance(stored, dict) else {}


def _is_chain(ids: Sequence[int], session: Session) -> bool:
    """Whether these are turns that follow one another."""
    if not ids or any(one not in session.turns for one in ids):
        return False
    return all(session.turns[b].parent == a for a, b in pairwise(ids))


def _changes(session: Session, lines: list[_SavedMessage], report: ImportReport) -> Iterator[Event]:
    """New turns for what is not as it was, and where the messages lead."""
    turn_events = TurnEvents(KEY, session.role, len(session.turns), len(session.draws))
    rolls = RollEvents(
        [role.name for role in session.scene.cast], count=max(session.rolls, default=0)
    )
    here, head = None, session.head
    for line in lines:
        known = line.same and _is_chain(line.turns, session)
        if known and session.turns[line.turns[0]].parent == here:
            here = line.turns[-1]
            report.kept += 1
            continue
        report.kept += 1
        report.became["changed or new messages"] += 1
        turn_events.head = here
        sent = sent_at(line.message.date)
        stamp = {"time": sent.isoformat(timespec="seconds")} if sent else {}
        for event, __ in with_rolls(turn_events.events(line.message, report), rolls):
            yield {**event, **stamp}
        head = here = turn_events.head
    if head != here:
        yield {"event": "head", "head": here}


# --- a scene whose files lie elsewhere -----------------------------------------------------------


def _scene_of(value: Any, report: ImportReport) -> Scene:
    """The scene, its files looked for where scenes and characters lie, and nowhere else."""
    scene = from_json(Scene, value)
    places = [*folders("scenes"), *folders("characters")]
    path = find(Path(scene.path.name).stem, folders("scenes")) or Path(scene.path.name or "scene")
    places = [path.parent, *places] if path.parent != Path() else places

    def found(names: Sequence[Path]) -> tuple[Path, ...]:
        kept = []
        for name in names:
            paths = [
                where
                for place in places
                if (where := beside(place, name.name)) and (is_file(where) or is_folder(where))
            ]
            kept += paths[:1]
            if not paths:
                report.notice(
                    _("knowledge {name} is not here; put it beside the scene", name=name.name[:60])
                )
        return tuple(kept)

    cast: tuple[Role, ...] = tuple(
        replace(one, knowledge=found(one.knowledge)) for one in scene.cast
    )
    return replace(scene, path=path, cast=cast, knowledge=found(scene.knowledge))
