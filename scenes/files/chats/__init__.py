"""Chats of other programs: the session that a file of one becomes.

SillyTavern (solo, group), TavernAI rooms, KoboldAI and Kobold Lite, text-generation-webui, Agnai,
RisuAI. Lines are read one at a time; a file that is one JSON value is bounded.
"""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from base.errors import KnownError
from base.folders import sessions_folder
from base.legacy_encodings import encoding_name
from base.messages import _, series
from base.text import shown, without_place
from scenes.files.chats.chat import Chat, Json, texts
from scenes.files.chats.dialogues import risu_chats
from scenes.files.chats.people import ChatPeople, ChatRules
from scenes.files.chats.scan import ChatScan
from scenes.files.chats.source import BadValue, ChatFile, open_chat
from scenes.files.chats.writer import lines_of_chat, save_chat
from scenes.files.importers import Importer, of_kind
from scenes.files.report import ImportReport
from scenes.files.session_writer import save_events
from scenes.log import write

if TYPE_CHECKING:
    from scenes.files.chats.roundtrip import RestoredSession

DEFAULT = ChatRules()


def open_chats(path: Path, importer: Importer | None = None) -> list[ChatFile]:
    """The chats in the file at `path`: one, but for RisuAI's file of all chats.

    Raises `KnownError` for what is no text or a web page.
    """
    file = open_chat(path)
    if importer is not None and importer.name != "risu":
        return [file]
    chats = risu_chats(file.object or {})
    if len(chats) < 2:
        return [file]
    return [replace(file, part=number, given=one) for number, one in enumerate(chats, 1)]


def import_chat(
    of: Path | ChatFile,
    folder: Path | None = None,
    rules: ChatRules = DEFAULT,
    importer: Importer | None = None,
) -> ImportReport:
    """Write a new session of a chat; says what was read, kept, dropped, and why.

    `of` is the chat, or the path of the file that it is the first in. `rules` are what a person
    says of it; what they leave undecided is read as text. Raises `KnownError` in one line where the
    file is no chat, or none of `importer` where one is named; nothing is written then.
    """
    file = open_chats(of, importer)[0] if isinstance(of, Path) else of
    importer, chat = read_chat(file, importer)
    report = report_of(file, importer, chat)
    folder = folder or sessions_folder()
    if (back := _restored(chat, report)) is not None:
        if rules != DEFAULT:
            report.notice(_("a session that paotuan saved; its roles stay as they were"))
        save_events(
            *(back.scene, back.role, back.events, folder, report),
            *(back.opening, back.log, back.began),
        )
    else:
        save_chat(ChatPeople(ChatScan(chat, file.where), rules), report, folder)
    return report


def chat_log(
    file: ChatFile, rules: ChatRules = DEFAULT, importer: Importer | None = None
) -> tuple[Chat, ImportReport, Iterator[str]]:
    """A chat, its report, and the lines of the log that it is, which fill the report.

    What was not picked is left out. Raises `KnownError` as `import_chat` does.
    """
    importer, chat = read_chat(file, importer)
    report = report_of(file, importer, chat)
    if (back := _restored(chat, report)) is not None:
        return chat, report, (f"{write(entry)}\n" for entry in back.log)
    people = ChatPeople(ChatScan(chat, file.where), rules)
    if not people.scan.read:
        raise KnownError(_("{where}: no message in it", where=file.where))
    for text in (*people.notices, *people.unknown()):
        report.notice(text)
    return chat, report, lines_of_chat(people, report)


def people_of(
    of: Path | ChatFile, rules: ChatRules = DEFAULT, importer: Importer | None = None
) -> ChatPeople | None:
    """Who is who in a chat, or in the first of a file; `None` where it is a session of ours.

    Raises `KnownError` where the file is no chat, as `import_chat` does.
    """
    file = open_chats(of, importer)[0] if isinstance(of, Path) else of
    __, chat = read_chat(file, importer)
    return ChatPeople(ChatScan(chat, file.where), rules) if chat.ours is None else None


def _restored(chat: Chat, report: ImportReport) -> "RestoredSession | None":
    """The session of ours that a chat is; `None` where it is none, or not a sound one."""
    if chat.ours is None:
        return None
    from scenes.files.chats.roundtrip import restored_session  # with the whole table

    return restored_session(chat, report)


def report_of(file: ChatFile, importer: Importer, chat: Chat) -> ImportReport:
    """A report of what a file was taken for."""
    report = ImportReport(file.where, importer.name, chat.form, chat.unit)
    if file.encoding != "utf-8":
        report.notice(_("read as {encoding}, not UTF-8", encoding=encoding_name(file.encoding)))
    return report


def read_chat(file: ChatFile, importer: Importer | None = None) -> tuple[Importer, Chat]:
    """The chat in a file, and whose it is. Raises `KnownError` where it is none."""
    for one in [importer] if importer is not None else of_kind("chat"):
        if (chat := one.read(file)) is not None:
            return one, chat
    try:
        value = file.value
    except (BadValue, KnownError) as error:
        why = without_place(str(error), file.where)
        raise KnownError(_("{where}: not a chat: {why}", where=file.where, why=why)) from None
    if importer is not None:
        title = _(importer.title)
        raise KnownError(
            _("{where}: cannot be read as the format {title}", where=file.where, title=title)
        )
    if not isinstance(value, dict):
        raise KnownError(
            _("{where}: not a chat of a known program; found other JSON", where=file.where)
        )
    raise KnownError(_("{where}: {problem}", where=file.where, problem=_no_chat(value)))


def _no_chat(value: Json) -> str:
    """What a JSON object is that is no chat."""
    if "members" in value and "chats" in value:
        chats = series(f"{shown(name)}.jsonl" for name in texts(value["chats"])[:3])
        if not chats:
            return _("a SillyTavern group, expected one of its chats")
        return _("a SillyTavern group, expected one of its chats ({chats})", chats=chats)
    if "spec" in value or "first_mes" in value:
        return _("a character card, expected a chat; see: paotuan characters import")
    if "entries" in value:
        return _("a lorebook, expected a chat")
    keys = series(map(shown, list(value)[:5]))
    if not keys:
        return _("not a chat of a known program; found an empty JSON object")
    return _("not a chat of a known program; found a JSON object with {keys}", keys=keys)
