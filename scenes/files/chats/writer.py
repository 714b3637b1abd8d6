"""A chat to a session's files: whole or not at all, with no more than a message held at a time."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from base.errors import KnownError
from base.messages import _
from base.text import one_line
from scenes.files.chats.chat import PLAYER, ChatMessage
from scenes.files.chats.dates import sent_at
from scenes.files.chats.entries import entries_of
from scenes.files.chats.events import TurnEvents
from scenes.files.chats.people import ChatPeople
from scenes.files.known_characters import with_known_characters
from scenes.files.report import ImportReport
from scenes.files.rolls_of_logs import RollEvents, with_rolls
from scenes.files.session_writer import LARGEST_CAST, Written, save_events
from scenes.log import write
from scenes.scene import Role, Scene
from scenes.table.snapshot import to_json


def save_chat(
    people: ChatPeople,
    report: ImportReport,
    folder: Path,
    scene: Scene | None = None,
    each: Callable[[Iterator[ChatMessage]], Iterator[ChatMessage]] = iter,
) -> Path:
    """Write the session that a chat of these people becomes; `scene` where one is chosen already.

    `each` goes through the messages. Raises `KnownError` where nothing is said in it, or the disk
    fails; nothing is left then.
    """
    chat = people.chat
    scene = scene or scene_of_chat(people, Path(report.where), report.notice)
    for text in (*people.notices, *people.unknown()):
        report.notice(text)
    report.names.update(people.roles())
    messages = map(people.message, each(chat.messages(report)))
    turn_events = TurnEvents(chat.key, people.reading(scene))

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


def lines_of_chat(
    people: ChatPeople,
    report: ImportReport,
    each: Callable[[Iterator[ChatMessage]], Iterator[ChatMessage]] = iter,
) -> Iterator[str]:
    """The lines of the log that a chat is, each with its newline, without what was not picked."""
    reading = people.reading()
    for message in map(people.message, each(people.chat.messages(report))):
        left_out: Counter[str] = Counter()
        report.kept += 1
        for entry in entries_of(message, message.text, reading, left_out):
            if entry.kind != "comment":
                report.became[entry.kind] += 1
                yield f"{write(entry)}\n"
        report.dropped.update(+left_out)
    report.names.update(people.roles())


# --- who is there --------------------------------------------------------------------------------


def scene_of_chat(people: ChatPeople, path: Path, tell: Callable[[str], None]) -> Scene:
    """The scene of those who speak in a chat; `tell` gets a line for what should be known of it."""
    chat, spoken = people.chat, people.roles()
    role = people.player if people.player not in people.left_out else None
    narrators = people.reading().narrators
    names = [name for name, __ in spoken.most_common(LARGEST_CAST)]
    names += [people.called(name) for name in chat.cast[:LARGEST_CAST]]
    names += [role] if role else []
    cast = tuple(
        Role(name, narrator=name in narrators)
        for name in dict.fromkeys(names)
        if name not in people.left_out
    )
    title, summary = one_line(chat.title)[:80] or "chat", one_line(chat.summary)[:2000]
    cast = with_known_characters(cast, role, tell) or (Role(PLAYER),)
    if people.rules.settled:
        cast = tuple(replace(one, narrator=one.name in narrators) for one in cast)
    knowledge = tuple(chat.knowledge)
    for one in knowledge:
        tell(_("its world info comes up in play, read from {path}; leave it there", path=one))
    return Scene(path.stem, path, title, cast, summary, play_as=role, knowledge=knowledge)
