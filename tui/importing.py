"""What a file of another program is, looked at before it is imported: a log, a card, or a chat."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from base.errors import KnownError
from base.messages import _

if TYPE_CHECKING:  # readers are imported when a file is looked at
    from characters.cards.importing import Import
    from scenes.files.trpg.files import TableLog
    from scenes.files.trpg.players import Player
    from scenes.scene import Scene

CARDS = (".png", ".apng", ".charx", ".yaml", ".yml")
"""Files that can only be cards."""
CHATS = (".json", ".jsonl")
PLAYERS = {"zh": "旅人", "en": "Traveller"}
"""The player's role beside cards, by the language of the first one."""


@dataclass(frozen=True)
class FoundLogs:
    """Logs of tables, and who wrote in them."""

    path: Path
    logs: "Sequence[TableLog]"
    players: "Sequence[Player]"


@dataclass(frozen=True)
class FoundCards:
    """Characters, as they would be written."""

    path: Path
    imports: "Sequence[Import]"


@dataclass(frozen=True)
class FoundChat:
    """A chat with a model."""

    path: Path


Found = FoundLogs | FoundCards | FoundChat


def typed_path(text: str) -> Path:
    """A path as a person types or drops it into a terminal: in quotes, as a `file://` address."""
    from urllib.parse import unquote

    text = text.strip()
    if len(text) > 1 and text[0] == text[-1] and text[0] in "'\"":
        text = text[1:-1]
    if text.startswith("file://"):
        text = unquote(text.removeprefix("file://"))
    try:
        return Path(text).expanduser()
    except RuntimeError:  # `~somebody` who is not known here
        return Path(text)


def look_at(path: Path) -> Found:
    """What the file is. Nothing is written. Raises `KnownError` or `KnownError`."""
    from scenes.files.importers import detect
    from scenes.files.source import sources
    from scenes.files.trpg.files import log_of
    from scenes.files.trpg.players import players

    if path.is_dir() or path.suffix.lower() in CARDS:
        return FoundCards(path, _cards(path))
    found = sources(path)
    if all(detect(source.head, source.name) for source in found):
        logs = [log_of(source) for source in found]
        return FoundLogs(path, logs, players(logs))
    if path.suffix.lower() == ".json" and (cards := _cards_in(path)):
        return FoundCards(path, cards)
    if path.suffix.lower() in CHATS:
        _check_chat(path)
        return FoundChat(path)
    raise KnownError(_("{path}: no log, character card or chat of a known program", path=path.name))


def import_cards(found: FoundCards) -> "Scene":
    """Write the characters, and a scene with them and a player to begin with; gives the scene.

    A scene of that name that is there already is kept. Raises `KnownError`.
    """
    from base.folders import folders
    from base.writing import reason, replace_text
    from characters.cards.importing import carry_out
    from scenes.scene_loader import read_scene
    from scenes.scene_writer import language_of, scene_with

    scenes = folders("scenes")[1]
    path = scenes / f"{found.imports[0].path.stem}.yaml"
    try:
        carry_out(found.imports)
        if not path.exists():
            scenes.mkdir(parents=True, exist_ok=True)
            cast = {one.sheet.name: one.path.stem for one in found.imports}
            profile = found.imports[0].sheet.profile
            replace_text(path, scene_with(cast, PLAYERS[language_of(profile)], profile), ())
    except OSError as error:
        raise KnownError(
            _("{parent}: cannot be written: {error}", parent=path.parent, error=reason(error))
        ) from None
    return read_scene(path)


def _cards(path: Path) -> "list[Import]":
    from base.folders import folders
    from characters.cards.importing import plan

    return plan([path], folders("characters")[1], force=True)


def _cards_in(path: Path) -> "list[Import]":
    """The characters in a JSON file; none where it holds no card."""
    from base.errors import KnownError

    try:
        return _cards(path)
    except KnownError:
        return []


def _check_chat(path: Path) -> None:
    """Raise `KnownError` for what is no chat or has no message."""
    from scenes.files.chats import read_chat
    from scenes.files.chats.chat import Report
    from scenes.files.chats.source import open_source

    chat = read_chat(open_source(path))
    if next(iter(chat.messages(Report(path.name))), None) is None:
        raise KnownError(_("{path}: no message in it", path=path.name))
