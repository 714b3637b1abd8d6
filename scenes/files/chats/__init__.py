"""Chats of other programs: which format a file is in, and the session that it becomes.

SillyTavern (solo, group), TavernAI rooms, KoboldAI and Kobold Lite, text-generation-webui, Agnai,
RisuAI. Lines are read one at a time; a file that is one JSON value is bounded.
"""

from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path

from base.decoding import UTF8
from base.errors import KnownError
from base.folders import sessions_folder
from base.messages import _
from base.text import shown
from scenes.files.chats import dialogues, kobold, sillytavern
from scenes.files.chats.chat import Chat, Json, Report, texts
from scenes.files.chats.roundtrip import returned
from scenes.files.chats.source import BadValue, Source, json_value, open_source
from scenes.files.chats.writer import save_chat, save_events

FIRST_LINES = 20
"""Lines among which a chat must begin."""


def import_chat(
    path: Path,
    folder: Path | None = None,
    player: str | None = None,
    roles: Mapping[str, str] | None = None,
) -> Report:
    """Write a new session of the chat at `path`; says what was read, kept, dropped, and why.

    `player` is the role that the person plays: one who speaks, or another name for the player;
    `roles` gives those who speak other names.
    Raises `KnownError` in one line where the file is no chat; nothing is written then.
    """
    source = open_source(path)
    report = Report(source.where)
    if source.encoding not in UTF8:
        report.notice(_("read as {upper}, not UTF-8", upper=source.encoding.upper()))
    chat = read_chat(source)
    report.form = chat.form
    folder = folder or sessions_folder()
    if (back := returned(chat, report)) is not None:
        if player is not None or roles:
            report.notice(_("a session of paotuan that comes back; who is who stays as it was"))
        save_events(
            *(back.scene, back.role, back.events, folder, report),
            *(back.opening, back.log, back.began),
        )
    else:
        save_chat(chat, report, folder, player, roles)
    return report


def read_chat(source: Source) -> Chat:
    """The chat in a file. Raises `KnownError` where it is none."""
    first = next(_values(source), None)
    if chat := _lines_of(source, first):
        return chat
    try:
        value = first if isinstance(first, dict) else json_value(source.whole())
    except (BadValue, KnownError) as error:
        for value in _values(source):
            if chat := _lines_of(source, value):
                return chat
        why = str(error).removeprefix(f"{source.where}: ")
        raise KnownError(_("{where}: not a chat: {why}", where=source.where, why=why)) from None
    if isinstance(value, list) and any(map(sillytavern.is_message, value)):
        header = next((one for one in value if sillytavern.is_header(one)), None)
        return sillytavern.chat_of(source, header, value)
    if isinstance(value, dict):
        return _one_value(value, source)
    raise KnownError(_("{where}: no chat of a known program; found other JSON", where=source.where))


def _lines_of(source: Source, value: object) -> Chat | None:
    """The chat, a value a line, that `value` is one of the first of."""
    if isinstance(value, dict) and sillytavern.is_header(value):
        return sillytavern.chat_of(source, value)
    return sillytavern.chat_of(source, None) if sillytavern.is_message(value) else None


def _values(source: Source) -> Iterator[object]:
    """The values of the first lines; `None` for a line that is none."""
    for __, line in islice(source.lines(), FIRST_LINES):
        try:
            yield json_value(line) if line is not None else None
        except BadValue:
            yield None


def _one_value(value: Json, source: Source) -> Chat:
    title = source.path.stem
    if kobold.is_save(value):
        return kobold.chat_of(value, source.path)
    for form in (dialogues.risu, dialogues.agnai, dialogues.webui):
        if chat := form(value, title):
            return chat
    raise KnownError(f"{source.where}: {_other(value)}")


def _other(value: Json) -> str:
    """What a JSON object is that is no chat."""
    if "members" in value and "chats" in value:
        chats = [f"{shown(name)}.jsonl" for name in texts(value["chats"])[:3]]
        named = f" ({', '.join(chats)})" if chats else ""
        return f"a SillyTavern group, expected one of its chats{named}"
    if "spec" in value or "first_mes" in value:
        return "a character card, expected a chat; see: paotuan characters import"
    if "entries" in value:
        return "a lorebook, expected a chat"
    return "no chat of a known program; found a JSON object with " + (
        ", ".join(map(shown, list(value)[:5])) or "nothing in it"
    )
