"""Chats of other programs: the session that a file of one becomes.

SillyTavern (solo, group), TavernAI rooms, KoboldAI and Kobold Lite, text-generation-webui, Agnai,
RisuAI. Lines are read one at a time; a file that is one JSON value is bounded.
"""

from collections.abc import Mapping
from pathlib import Path

from base.errors import KnownError
from base.folders import sessions_folder
from base.legacy_encodings import encoding_name
from base.messages import _, series
from base.text import shown, without_place
from scenes.files.chats.chat import Chat, Json, texts
from scenes.files.chats.roundtrip import restored_session
from scenes.files.chats.source import BadValue, ChatFile, open_chat
from scenes.files.chats.writer import save_chat, save_events
from scenes.files.importers import Importer, of_kind
from scenes.files.report import ImportReport


def import_chat(
    path: Path,
    folder: Path | None = None,
    player: str | None = None,
    roles: Mapping[str, str] | None = None,
    importer: Importer | None = None,
) -> ImportReport:
    """Write a new session of the chat at `path`; says what was read, kept, dropped, and why.

    `player` is the role that the person plays: one who speaks, or another name for the player;
    `roles` gives those who speak other names. Raises `KnownError` in one line where the file is no
    chat, or none of `importer` where one is named; nothing is written then.
    """
    file = open_chat(path)
    report = ImportReport(file.where)
    if file.encoding != "utf-8":
        report.notice(_("read as {encoding}, not UTF-8", encoding=encoding_name(file.encoding)))
    importer, chat = read_chat(file, importer)
    report.importer, report.title, report.unit = importer.name, chat.form, chat.unit
    folder = folder or sessions_folder()
    if (back := restored_session(chat, report)) is not None:
        if player is not None or roles:
            report.notice(_("a session that paotuan saved; its roles stay as they were"))
        save_events(
            *(back.scene, back.role, back.events, folder, report),
            *(back.opening, back.log, back.began),
        )
    else:
        save_chat(chat, report, folder, player, roles)
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


def check_chat(path: Path, importer: Importer | None = None) -> None:
    """Raise `KnownError` for what is no chat or has no message; nothing is written."""
    __, chat = read_chat(open_chat(path), importer)
    if next(iter(chat.messages(ImportReport(path.name))), None) is None:
        raise KnownError(_("{where}: no message in it", where=shown(path.name)))


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
