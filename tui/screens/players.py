"""Who is who in a table's log: nicknames, the role of each, and how the log will read."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

from rich.cells import cell_len, set_cell_size
from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from base.errors import KnownError
from base.filenames import file_name, stems
from base.folders import sessions_folder
from base.messages import N_, _, _n
from base.names import LONGEST_NAME
from base.writing import replace_pieces
from characters.cards.lines import role_name
from scenes.files.importing import OpenedLogs
from scenes.files.trpg.beside import Beside
from scenes.files.trpg.people import TableRules
from scenes.files.trpg.players import Player, PlayerPart, preview, table_of
from scenes.files.trpg.styles import STYLES
from scenes.files.trpg.writer import save_session, scene_of
from tui.failures import Known, problems_of
from tui.paint import printable
from tui.reported import report_lines, title_of
from tui.screens.report import ReportScreen
from tui.screens.role import RoleScreen
from tui.widgets.field import Field

PREVIEWED = 6
"""Lines of the log that are shown."""
NAMES = 20
"""Cells of the longest nickname in the list."""
EVERY = 5000
"""Lines after which is told how many there are."""


KEYS = N_(
    "Enter names the role · n narrates, o watches, d dice, r role · t style · s save a log · "
    "p play on · Esc back"
)
PARTS: dict[PlayerPart, str] = {
    "role": "",
    "narrator": N_("narrates"),
    "observer": N_("watches"),
    "dice": N_("dice bot"),
}
STYLE_NAMES = {
    None: N_("style by what is in the log"),
    "quoted": N_("“…” is said, the rest is done"),
    "spoken": N_("all is said, （…） is done"),
    "thoughts": N_("“…” said, 【…】 thought, the rest done"),
    "mixed": N_("with “…” the rest is done, without it all is said"),
}


class Stopped(Exception):
    """The person does not want the import any more."""


class PlayersScreen(ModalScreen[Path | None]):
    """Gives the session to go on with, or nothing where a log was saved or the person gave up."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "back", "Back", id="players.back"),
        Binding("n", "part('narrator')", "Narrates", id="players.narrator"),
        Binding("o", "part('observer')", "Watches", id="players.observer"),
        Binding("d", "part('dice')", "Dice", id="players.dice"),
        Binding("r", "part('role')", "Role", id="players.role"),
        Binding("t", "style", "Style", id="players.style"),
        Binding("s", "save", "Save the log", id="players.save"),
        Binding("p", "play", "Play on", id="players.play"),
    ]

    def __init__(self, opened: OpenedLogs) -> None:
        super().__init__()
        self.opened = opened
        self.players = list(opened.players)
        self.style: str | None = None
        self.stopped = False
        self.busy = False

    def compose(self) -> ComposeResult:
        players = OptionList(*map(self._row, self.players), id="players", compact=True)
        formats = _(", ").join(dict.fromkeys(title_of(log.importer) for log in self.opened.logs))
        where = printable(self.opened.path.name)
        players.border_title = Content(
            _("Who is who? {where} · {formats}", where=where, formats=formats)
        )
        with Vertical(id="import"):
            yield players
            yield Field(id="role")
            yield Static(id="preview")
            yield Static(Content(_(KEYS)), classes="keys")

    def on_mount(self) -> None:
        self.query_one(Input).display = False
        self.query_one(OptionList).highlighted = 0 if self.players else None
        self._show_preview()

    # --- who is who ---

    def _row(self, player: Player) -> Option:
        name = printable(player.name) or "?"
        cut = name if cell_len(name) <= NAMES else f"{set_cell_size(name, NAMES - 1)}…"
        part = PARTS[player.part] and _(PARTS[player.part])
        if part and player.is_guessed:
            part = _("{part}, as it seems", part=part)
        count = _n("{n} message", "{n} messages", player.count)
        role = printable(player.role) if player.part in ("role", "narrator") else ""
        what = " · ".join(filter(None, (role, part)))
        return Option(
            Content.assemble(set_cell_size(cut, NAMES), (f"{count:>12}", "dim"), "  →  ", what)
        )

    def _change(self, **changes: object) -> None:
        """Change the lit player."""
        players = self.query_one(OptionList)
        at = players.highlighted
        if at is None or self.busy:
            return
        self.players[at] = replace(self.players[at], **changes)  # type: ignore[arg-type]
        players.replace_option_prompt_at_index(at, self._row(self.players[at]).prompt)
        self._show_preview()

    def action_part(self, part: PlayerPart) -> None:
        self._change(part=part, is_guessed=False)

    def action_style(self) -> None:
        styles = [None, *STYLES]
        self.style = styles[(styles.index(self.style) + 1) % len(styles)]
        self._show_preview()

    @on(OptionList.OptionSelected)
    def _ask_role(self, event: OptionList.OptionSelected) -> None:
        if self.busy:
            return
        player, role = self.players[event.option_index], self.query_one(Input)
        role.value = player.role
        role.border_title = Content(_("Which role is {name}?", name=printable(player.name)))
        role.display = True
        role.focus()

    @on(Input.Submitted)
    def _name_role(self, event: Input.Submitted) -> None:
        name = role_name(event.value)
        if not name:
            self.notify(
                _("a name has 1 to {most} characters", most=LONGEST_NAME), severity="warning"
            )
            return
        self._end_naming()
        self._change(role=name, part="role" if self._lit_part() != "narrator" else "narrator")

    def _lit_part(self) -> PlayerPart | None:
        at = self.query_one(OptionList).highlighted
        return self.players[at].part if at is not None else None

    def _end_naming(self) -> None:
        self.query_one(Input).display = False
        self.query_one(OptionList).focus()

    def _table(self) -> TableRules:
        return table_of(TableRules(style=self.style), self.players)

    def _show_preview(self) -> None:
        shown = self.query_one("#preview", Static)
        shown.border_title = Content(
            _("As it will read · {style}", style=_(STYLE_NAMES[self.style]))
        )
        try:
            lines = preview(self.opened.logs[0], self._table(), PREVIEWED)
        except KnownError as error:
            lines = [str(error)]
        shown.update(Content("\n".join(map(printable, lines))))

    # --- the import ---

    def action_back(self) -> None:
        """Esc: stop naming, else stop importing, else leave."""
        if self.query_one(Input).display:
            self._end_naming()
        elif self.busy:
            self.stopped = True
        else:
            self.dismiss(None)

    def action_save(self) -> None:
        if not self.busy:
            self._begin(self._save_log)

    @work
    async def action_play(self) -> None:
        if self.busy:
            return
        try:
            scene = scene_of(self.opened.path, self.players, self._known)
        except KnownError as error:
            self._fail(str(error))
            return
        chosen = await self.app.push_screen_wait(RoleScreen(scene))
        if chosen is not None:
            beside = Beside()
            self._begin(lambda lines: save_session(lines, scene, chosen[0], beside=beside), beside)

    def _known(self, line: str) -> None:
        self.notify(printable(line), markup=False)

    def _save_log(self, lines: Iterator[str]) -> Path:
        folder = sessions_folder().with_name("logs")
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{file_name(self.opened.path.stem, 'log', stems(folder, '.txt'))}.txt"
        replace_pieces(path, lines, [self.opened.path])
        return path

    def _begin(self, save: Callable[[Iterator[str]], Path], beside: Beside | None = None) -> None:
        self.busy, self.stopped = True, False
        self._tell(_n("importing… {n} line · Esc stops", "importing… {n} lines · Esc stops", 0))
        self._import(save, self._table(), beside)

    @work(thread=True)
    def _import(
        self, save: Callable[[Iterator[str]], Path], table: TableRules, beside: Beside | None
    ) -> None:
        logs = [log.again() for log in self.opened.logs]
        call = self.app.call_from_thread

        def lines() -> Iterator[str]:
            for log in logs:
                for number, line in enumerate(log.lines(table, beside), 1):
                    if self.stopped:
                        raise Stopped
                    if number % EVERY == 0:
                        call(
                            self._tell,
                            _n(
                                "importing… {n} line · Esc stops",
                                "importing… {n} lines · Esc stops",
                                number,
                            ),
                        )
                    yield line

        try:
            path = save(lines())
        except Stopped:
            call(self._fail, _("Stopped; nothing was saved."))
        except Known as error:
            call(self._fail, problems_of(error)[0])
        else:
            call(
                self._finish,
                path,
                [line for log in logs for line in report_lines(log.report, False)],
            )

    def _tell(self, text: str) -> None:
        self.query_one(".keys", Static).update(Content(printable(text)))

    def _fail(self, problem: str) -> None:
        self.busy = False
        self._tell(_(KEYS))
        self.notify(printable(problem), severity="warning", markup=False, timeout=15)

    @work
    async def _finish(self, path: Path, report: list[str]) -> None:
        self.busy = False
        is_session = path.suffix == ".jsonl"
        keys = _("It is a session now; Enter opens it") if is_session else _("Enter goes back")
        title = path.stem if is_session else _("Saved: {path}", path=path)
        goes_on = await self.app.push_screen_wait(ReportScreen(report, title, keys))
        self.dismiss(path if goes_on and is_session else None)
