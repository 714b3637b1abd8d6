"""A log or a chat that was opened: who is who in it, as it will read, and what it becomes.

Both offer the same, so that one screen asks about either.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any, Protocol

from base.folders import sessions_folder
from base.writing import replace_pieces
from scenes.files.chats import report_of
from scenes.files.chats.people import ChatPeople, ChatRules, Speaker, rules_of
from scenes.files.chats.scan import ChatScan
from scenes.files.chats.source import ChatFile
from scenes.files.chats.writer import lines_of_chat, save_chat, scene_of_chat
from scenes.files.importers import Importer
from scenes.files.report import ImportReport
from scenes.files.trpg.beside import Beside
from scenes.files.trpg.files import TableLog
from scenes.files.trpg.people import TableRules
from scenes.files.trpg.players import Player, preview, table_of
from scenes.files.trpg.writer import save_session, scene_of
from scenes.scene import Scene

Each = Callable[[Iterator[Any]], Iterator[Any]]
"""Goes through lines or messages while they are imported, to count them or to stop."""
LOOKED_AT = 200
"""Messages of a chat of which the first lines are shown."""


class OpenedTalk(Protocol):
    """What a screen asks of either; those who write are `Player`s or `Speaker`s."""

    @property
    def path(self) -> Path: ...

    @property
    def importers(self) -> list[Importer]: ...

    @property
    def players(self) -> Sequence[Any]: ...

    def preview(self, players: Sequence[Any], style: str | None, most: int) -> list[str]: ...

    def scene(
        self, players: Sequence[Any], style: str | None, tell: Callable[[str], None]
    ) -> Scene: ...

    def save_log(
        self, players: Sequence[Any], style: str | None, path: Path, each: Each
    ) -> list[ImportReport]: ...

    def save_session(
        self, players: Sequence[Any], style: str | None, scene: Scene, role: str | None, each: Each
    ) -> tuple[Path, list[ImportReport]]: ...


@dataclass(frozen=True)
class OpenedLogs:
    """Logs of tables, and who wrote in them."""

    path: Path
    logs: Sequence[TableLog]
    players: Sequence[Player]

    @property
    def importers(self) -> list[Importer]:
        """What it was taken for."""
        return list(dict.fromkeys(log.importer for log in self.logs))

    def preview(self, players: Sequence[Player], style: str | None, most: int) -> list[str]:
        """The first lines that it would have. Raises `KnownError`."""
        return preview(self.logs[0], self._table(players, style), most)

    def scene(
        self, players: Sequence[Player], style: str | None, tell: Callable[[str], None]
    ) -> Scene:
        """The scene of those who play. Raises `KnownError` where nobody does."""
        return scene_of(self.path, players, tell)

    def save_log(
        self, players: Sequence[Player], style: str | None, path: Path, each: Each
    ) -> list[ImportReport]:
        """Write it as one log of ours. Raises `KnownError` or `OSError`."""
        logs = [log.again() for log in self.logs]
        replace_pieces(path, each(self._lines(logs, players, style)), [self.path])
        return [log.report for log in logs]

    def save_session(
        self,
        players: Sequence[Player],
        style: str | None,
        scene: Scene,
        role: str | None,
        each: Each,
    ) -> tuple[Path, list[ImportReport]]:
        """Write it as a new session, with the person as `role`; gives its journal too.

        Raises `KnownError`.
        """
        logs, beside = [log.again() for log in self.logs], Beside()
        lines = each(self._lines(logs, players, style, beside))
        path = save_session(lines, scene, role, beside=beside, report=logs[-1].report)
        return path, [log.report for log in logs]

    def _lines(
        self,
        logs: Sequence[TableLog],
        players: Sequence[Player],
        style: str | None,
        beside: Beside | None = None,
    ) -> Iterator[str]:
        table = self._table(players, style)
        return (line for log in logs for line in log.lines(table, beside))

    def _table(self, players: Sequence[Player], style: str | None) -> TableRules:
        return table_of(TableRules(style=style), players)


@dataclass(frozen=True)
class OpenedChat:
    """A chat with a model, and who speaks in it."""

    path: Path
    importer: Importer
    file: ChatFile
    scan: ChatScan
    players: Sequence[Speaker]

    @property
    def importers(self) -> list[Importer]:
        """What it was taken for."""
        return [self.importer]

    def preview(self, players: Sequence[Speaker], style: str | None, most: int) -> list[str]:
        """The first lines that it would have as a log. Raises `KnownError`."""
        lines = lines_of_chat(
            self._people(players, style), self._report(), lambda found: islice(found, LOOKED_AT)
        )
        whole = (line for piece in lines for line in piece.splitlines())
        return list(islice(whole, most))

    def scene(
        self, players: Sequence[Speaker], style: str | None, tell: Callable[[str], None]
    ) -> Scene:
        """The scene of those who speak."""
        return scene_of_chat(self._people(players, style), self.path, tell)

    def save_log(
        self, players: Sequence[Speaker], style: str | None, path: Path, each: Each
    ) -> list[ImportReport]:
        """Write what was picked as one log of ours. Raises `KnownError` or `OSError`."""
        report = self._report()
        lines = lines_of_chat(self._people(players, style), report, each)
        replace_pieces(path, lines, [self.path])
        return [report]

    def save_session(
        self,
        players: Sequence[Speaker],
        style: str | None,
        scene: Scene,
        role: str | None,
        each: Each,
    ) -> tuple[Path, list[ImportReport]]:
        """Write it as a new session, with the person as `role`; gives its journal too.

        Raises `KnownError`.
        """
        report = self._report()
        scene = replace(scene, play_as=role)
        people = self._people(players, style)
        return save_chat(people, report, sessions_folder(), scene, each), [report]

    def _people(self, players: Sequence[Speaker], style: str | None) -> ChatPeople:
        return ChatPeople(self.scan, rules_of(ChatRules(style), players))

    def _report(self) -> ImportReport:
        return report_of(self.file, self.importer, self.scan.chat)
