"""Files that were recognised, opened as what they are, and made sessions, characters and books."""

import shlex
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from base.errors import KnownError
from base.folders import folders
from base.messages import _
from base.text import shown
from base.writing import reason, replace_text
from characters.cards.importing import Import, carry_out
from characters.cards.mapping import Mode
from characters.lore.book import Lorebook
from scenes.files.cards import write_cards
from scenes.files.chats import open_chats, read_chat
from scenes.files.chats.people import ChatPeople, ChatRules
from scenes.files.chats.scan import ChatScan
from scenes.files.chats.source import ChatFile
from scenes.files.importers import Importer
from scenes.files.recognise import Recognised
from scenes.files.report import ImportReport
from scenes.files.talks import OpenedChat, OpenedLogs
from scenes.files.trpg.beside import Beside
from scenes.files.trpg.files import no_message, open_logs
from scenes.files.trpg.habits import answers, narrates
from scenes.files.trpg.people import TableRules
from scenes.files.trpg.players import guessed, players, table_of
from scenes.files.trpg.writer import save_session, scene_of
from scenes.scene import Scene
from scenes.scene_loader import read_scene
from scenes.scene_writer import language_of, scene_with

PLAYERS = {"zh": "旅人", "en": "Traveller"}
"""The player's role beside cards, by the language of the first one."""


@dataclass(frozen=True)
class OpenedCards:
    """Characters, as they would be written."""

    path: Path
    importer: Importer
    imports: Sequence[Import]


@dataclass(frozen=True)
class OpenedSession:
    """A session of ours that was saved as a chat, or several chats in a file, a session each."""

    path: Path
    importer: Importer
    chats: Sequence[ChatFile]


@dataclass(frozen=True)
class OpenedBook:
    """A lorebook."""

    path: Path
    importer: Importer
    book: Lorebook


Opened = OpenedLogs | OpenedCards | OpenedChat | OpenedSession | OpenedBook


def opened(file: Recognised) -> Opened:
    """A file as what it was taken for. Nothing is written. Raises `KnownError`."""
    path, importer = file.path, file.importer
    if importer.kind == "log":
        logs = open_logs(path, file.format)
        return OpenedLogs(path, logs, players(logs))
    if importer.kind == "card":
        return opened_cards(path, importer)
    if importer.kind == "chat":
        return _opened_chat(path, importer)
    if importer.kind == "book":
        return OpenedBook(path, importer, importer.read(path))
    raise KnownError(no_import(file))


def opened_cards(
    path: Path, importer: Importer, name: str = "", mode: Mode | None = None
) -> OpenedCards:
    """The characters of a file; the one of them called `name`, and what `mode` says. Nothing is
    written. Raises `KnownError`."""
    folder = folders("characters")[1]
    imports = importer.read([path], folder, True, (), name, mode, or_named=path.stem)
    return OpenedCards(path, importer, imports)


def _opened_chat(path: Path, importer: Importer) -> OpenedChat | OpenedSession:
    """A chat, and who speaks in it. Raises `KnownError` for what is none or has no message."""
    chats = open_chats(path, importer)
    file = chats[0]
    importer, chat = read_chat(file, importer)
    if chat.ours is not None or len(chats) > 1:
        return OpenedSession(path, importer, chats)
    scan = ChatScan(chat, file.where)
    if not scan.read:
        raise KnownError(_("{where}: no message in it", where=shown(path.name)))
    return OpenedChat(path, importer, file, scan, ChatPeople(scan, ChatRules()).speakers())


def no_import(file: Recognised) -> str:
    """What to say of a file that another command reads."""
    return _(
        "{where}: a novel, which is not imported; to find who says what in it: {command}",
        where=file.path.name,
        command=file.importer.read(file.path),
    )


def import_cards(cards: OpenedCards) -> Scene:
    """Write the characters, and a scene with them and a player to begin with; gives the scene.

    A scene of that name that is there already is kept. Raises `KnownError`.
    """
    try:
        carry_out(cards.imports)
        path = scene_beside(cards.imports)
    except OSError as error:
        folder = folders("scenes")[1]
        raise KnownError(
            _("{folder}: cannot be written: {error}", folder=folder, error=reason(error))
        ) from None
    return read_scene(path)


def scene_beside(imports: Sequence[Import]) -> Path:
    """A scene of characters that were written, and of a player to begin with; one of that name
    that is there already is kept. Raises `OSError`."""
    path = folders("scenes")[1] / f"{imports[0].path.stem}.yaml"
    if path.exists():
        return path
    path.parent.mkdir(parents=True, exist_ok=True)
    cast = {one.sheet.name: one.path.stem for one in imports}
    first = imports[0].sheet
    language = language_of("".join((first.profile, *first.openings)))
    player = PLAYERS[language]
    profile = first.profile.replace("{{user}}", player)
    summary = "" if "{{" in profile else profile  # what chance or the day says is not written down
    replace_text(path, scene_with(cast, player, summary, language), ())
    return path


def import_log(
    file: Recognised,
    table: TableRules,
    player: str | None,
    tell: Callable[[str], None],
) -> list[ImportReport]:
    """Write a new session of the logs in a file, with the person as the role `player`.

    `tell` gets a line for each role that is a character of the person's. Raises `KnownError`;
    nothing is left then.
    """
    logs = open_logs(file.path, file.format)
    who = players(logs, table)
    if not who:
        raise no_message(logs[0])
    scene = scene_of(file.path, who, tell)
    role = scene.role(player).name if player is not None else None
    settled = table_of(table, who)
    for one in guessed(logs, table):
        say = narrates if one.part == "narrator" else answers
        logs[0].report.notice(say(one.name))
    beside = Beside()
    lines = (line for log in logs for line in log.lines(settled, beside))
    session = save_session(lines, scene, role, beside=beside, report=logs[-1].report)
    for log in logs:
        log.report.session = session.stem
    return [log.report for log in logs]


def import_card_files(
    paths: Sequence[Path],
    importer: Importer,
    folder: Path,
    force: bool = False,
    knowledge: Sequence[str] = (),
    name: str = "",
    mode: Mode | None = None,
) -> list[ImportReport]:
    """Make characters of one file, folder, or the texts of one role, that know `knowledge`; the
    one of them is called `name`, and is what `mode` says. Among the person's own characters they
    get a scene to be played in.

    Raises `KnownError` or `OSError`; nothing is written then.
    """
    imports = importer.read(paths, folder, force, knowledge, name, mode)
    reports = write_cards(imports)
    if folder == folders("characters")[1]:
        scene = scene_beside(imports)
        reports[0].notice(_("to play: paotuan play {scene}", scene=shlex.quote(scene.stem)))
    return reports
