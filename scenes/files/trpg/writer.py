"""A table's log to a new session of ours, whole or not at all, with a part of it held at a time."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from base.errors import KnownError
from base.folders import sessions_folder
from base.messages import _
from characters.sheets.values import merged
from scenes.files.chats.writer import LARGEST_CAST, save_events
from scenes.files.known_characters import with_known_characters
from scenes.files.report import ImportReport
from scenes.files.trpg.beside import Beside
from scenes.files.trpg.players import Player
from scenes.files.trpg.session_events import session_events
from scenes.scene import Role, Scene


def scene_of(
    path: Path, players: Sequence[Player], tell: Callable[[str], None] = lambda line: None
) -> Scene:
    """The scene of those who play in a log; `tell` gets a line for each known character.

    Raises `KnownError` where nobody plays.
    """
    narrating = {one.role: one.part == "narrator" for one in reversed(players)}
    names = [one.role for one in players if one.part in ("role", "narrator")]
    if not names:
        raise KnownError(
            _("{path}: nobody plays in it; at least one must be a role", path=path.name)
        )
    roles = [Role(name, narrator=narrating[name]) for name in dict.fromkeys(names)]
    cast = with_known_characters(roles[:LARGEST_CAST], None, tell)
    cast = tuple(_with_sheet(role, players) for role in cast)
    return Scene(path.stem, path, " ".join(path.stem.split())[:80], cast)


def _with_sheet(role: Role, players: Sequence[Player]) -> Role:
    """A role with what its players have filled in, over what its character has."""
    sheet = role.sheet
    for one in players:
        if one.role == role.name and one.sheet:
            sheet = merged(sheet, one.sheet)
    return role if sheet is role.sheet else replace(role, sheet=sheet)


def save_session(
    lines: Iterable[str],
    scene: Scene,
    role: str | None,
    folder: Path | None = None,
    beside: Beside | None = None,
    report: ImportReport | None = None,
) -> Path:
    """Write the session that a log becomes, with the player as `role`; gives its journal.

    `lines` are those of a log of ours, one or more a text; `beside` is what they were told with,
    and `report` is told what was kept within its bounds. Raises `KnownError`; nothing is left then.
    """
    report = report or ImportReport(scene.path.name)
    events = session_events(lines, scene, beside or Beside(), report)
    return save_events(scene, role, events, folder or sessions_folder(), report)
