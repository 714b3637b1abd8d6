"""A chat to a session's files: whole or not at all, with no more than a message held at a time."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from base.errors import KnownError
from base.messages import _, series
from base.text import one_line
from base.writing import UTF8, reason, replaced
from scenes.files.chats.chat import Chat, ChatMessage
from scenes.files.chats.dates import sent_at
from scenes.files.chats.entries import named
from scenes.files.chats.events import TurnEvents, Written
from scenes.files.chats.kobold import PLAYER
from scenes.files.known_characters import with_known_characters
from scenes.files.report import ImportReport
from scenes.files.rolls_of_logs import RollEvents, with_rolls
from scenes.log import Entry, write
from scenes.scene import Role, Scene
from scenes.table.events import line_of
from scenes.table.journal import Journal
from scenes.table.session import VERSION, Event
from scenes.table.snapshot import to_json

LARGEST_CAST = 64
"""Those who speak most; whoever else speaks is named in the lines alone."""
NAMES = 10_000
"""Names that are counted before further ones are left out of the cast."""


def save_chat(
    chat: Chat,
    report: ImportReport,
    folder: Path,
    player: str | None = None,
    roles: Mapping[str, str] | None = None,
) -> Path:
    """Write the session that a chat becomes, with the player as `player` where one is named.

    `roles` gives those who speak other names. Raises `KnownError` where nothing is said in it, or
    the disk fails; nothing is left then.
    """
    chat = _cast_as(chat, roles or {}, report)
    scene, renamed = _scene(chat, report, player)
    messages = _renamed(chat.messages(report), renamed)
    turn_events = TurnEvents(chat.key, scene.play_as)

    def written() -> Iterator[Written]:
        extra = dict(chat.foreign)
        for message in messages:
            foreign = {**extra, "message": message.foreign} if extra else None
            sent = sent_at(message.date)
            stamp = sent.isoformat(timespec="seconds") if sent else ""
            for event, entries in turn_events.events(message, report):
                if stamp:
                    event["time"] = stamp
                if foreign and entries:
                    first = event["turns"][0]
                    kept = {"turns": len(entries), **foreign}
                    first["foreign"] = {chat.key: to_json(kept)}
                    extra = {}
                yield event, entries
        if not turn_events.turns:
            raise KnownError(_("{where}: no message in it", where=report.where))

    rolls = RollEvents(role.name for role in scene.cast)
    return save_events(scene, scene.play_as, with_rolls(written(), rolls), folder, report)


def save_events(
    scene: Scene,
    role: str | None,
    events: Iterable[Written],
    folder: Path,
    report: ImportReport,
    opening: Sequence[dict[str, Any]] = (),
    log: Sequence[Entry] | None = None,
    began: str = "",
) -> Path:
    """Write a session of `scene` from its further events; `log` where they do not tell it.

    `began` is when its opening was said, in UTC, where that is known.
    """
    with closing(Journal.create(scene.name, folder)) as journal:
        path, report.session = journal.path, journal.id
        opened = {
            "event": "open",
            "version": VERSION,
            "session": journal.id,
            "role": role,
            "scene": to_json(scene),
            "turns": list(opening),
            **({"time": began} if began else {}),
        }
        try:
            _write(path, opened, events, scene.title, log)
        except OSError as error:
            raise KnownError(
                _("{folder}: cannot be written: {error}", folder=folder, error=reason(error))
            ) from error
    return path


def _write(
    path: Path,
    opened: Event,
    events: Iterable[Written],
    title: str,
    log: Sequence[Entry] | None,
) -> None:
    now = datetime.now(UTC).isoformat(timespec="seconds")
    with (
        replaced(path.with_suffix(".txt"), (), private=True) as readable,
        replaced(path, (), private=True) as journal,  # it is in its place first
    ):
        readable.write(f"{write(Entry('chapter', title))}\n".encode(*UTF8))
        for event, entries in _with_first(opened, events):
            journal.write(line_of({"time": now, **event}) + b"\n")
            if entries and log is None:
                readable.write("".join([f"{write(entry)}\n" for entry in entries]).encode(*UTF8))
        for entry in log or ():
            readable.write(f"{write(entry)}\n".encode(*UTF8))


def _with_first(opened: Event, events: Iterable[Written]) -> Iterator[Written]:
    yield opened, ()
    yield from events


# --- who is there --------------------------------------------------------------------------------


def _scene(chat: Chat, report: ImportReport, player: str | None) -> tuple[Scene, dict[str, str]]:
    """The scene of those who speak, and under which other name the player's messages go."""
    path = Path(report.where)
    spoken, played, narrators = _speakers(chat.messages(ImportReport(report.where)))
    me = next((name for name, __ in played.most_common(1)), None)
    wanted = named(player) if player is not None else None
    renamed = {me: wanted} if me and wanted and wanted not in spoken else {}
    role = wanted or me or (named(chat.player) if chat.player.strip() else None)
    names = [renamed.get(name, name) for name, __ in spoken.most_common(LARGEST_CAST)]
    report.names.update({renamed.get(name, name): count for name, count in spoken.items()})
    names += map(named, chat.cast[:LARGEST_CAST])
    names += [role] if role else []
    cast = tuple(
        Role(name, narrator=name in narrators and name not in played)
        for name in dict.fromkeys(names)
    )
    title, summary = one_line(chat.title)[:80] or "chat", one_line(chat.summary)[:2000]
    cast = with_known_characters(cast, role, report.notice) or (Role(PLAYER),)
    knowledge = tuple(chat.knowledge)
    for one in knowledge:
        report.notice(
            _("its world info comes up in play, read from {path}; leave it there", path=one)
        )
    scene = Scene(path.stem, path, title, cast, summary, play_as=role, knowledge=knowledge)
    return scene, renamed


def _speakers(messages: Iterator[ChatMessage]) -> tuple[Counter[str], Counter[str], set[str]]:
    """How often each role speaks, how often as the player, and which narrate."""
    spoken: Counter[str] = Counter()
    played: Counter[str] = Counter()
    narrators: set[str] = set()
    for message in messages:
        name = named(message.name)
        if message.hidden or (name not in spoken and len(spoken) >= NAMES):
            continue
        spoken[name] += 1
        played[name] += message.player
        if message.narrator:
            narrators.add(name)
    return spoken, +played, narrators


def _cast_as(chat: Chat, roles: Mapping[str, str], report: ImportReport) -> Chat:
    """The chat with other names for those who speak in it."""
    if not roles:
        return chat
    others = {named(name): named(role) for name, role in roles.items()}
    spoken, _moments, _left_out = _speakers(chat.messages(ImportReport(report.where)))
    for name in others.keys() - spoken.keys():
        who = series(one for one, __ in spoken.most_common(5))
        report.notice(_("nobody is called {name}; those who speak are {who}", name=name, who=who))

    def messages(report: ImportReport) -> Iterator[ChatMessage]:
        for message in chat.messages(report):
            role = others.get(named(message.name))
            yield message._replace(name=role) if role else message

    cast = [others.get(named(name), name) for name in chat.cast]
    return replace(
        chat, messages=messages, player=others.get(named(chat.player), chat.player), cast=cast
    )


def _renamed(messages: Iterator[ChatMessage], names: dict[str, str]) -> Iterator[ChatMessage]:
    for message in messages:
        other = names.get(named(message.name)) if names and message.player else None
        yield message._replace(name=other) if other else message
