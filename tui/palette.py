"""The command palette, its commands and the list of keys, in the person's language."""

from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

from rich.align import Align
from rich.text import Text
from textual import work
from textual.app import ComposeResult, SystemCommand
from textual.command import CommandList, CommandPalette
from textual.containers import VerticalScroll
from textual.css.query import NoMatches
from textual.screen import Screen
from textual.theme import ThemeProvider
from textual.widgets import Static
from textual.widgets.option_list import Option

from base.messages import N_, _
from tui.preferences import remember
from tui.themes import shown_name, theme_names

if TYPE_CHECKING:
    from tui.app import PaotuanApp
    from tui.screens.table import TableScreen


TEXTUALS_OWN = (N_("palette"), N_("Open the command palette"))
"""The key that opens it, which Textual binds while the app is being made."""


class Palette(CommandPalette):
    """Textual's palette; what it finds nothing for it says in our words."""

    @work(exclusive=True, group=CommandPalette._GATHER_COMMANDS_GROUP)
    async def _gather_commands(self, search_value: str) -> None:
        """Gather what fits, unless the palette has been closed before that began."""
        gather = CommandPalette._gather_commands.__wrapped__  # type: ignore[attr-defined]
        with suppress(NoMatches):
            await gather(self, search_value)

    def _start_no_matches_countdown(self, search_value: str) -> None:
        self._stop_no_matches_countdown()

        def say_so() -> None:
            if search_value:
                nothing = Align.center(Text(_("No matches found"), style="not bold"))
                option = Option(nothing, disabled=True, id=self._NO_MATCHES)
                self.query_one(CommandList).add_option(option)
            self._list_visible = bool(search_value)

        self._no_matches_timer = self.set_timer(self._NO_MATCHES_COUNTDOWN, say_so)


class RememberedThemes(ThemeProvider):
    """The themes; the one that is chosen is kept in the settings."""

    @property
    def commands(self) -> list[tuple[str, Callable[[], None]]]:
        return [(shown_name(name), partial(self._choose, name)) for name in theme_names()]

    def _choose(self, name: str) -> None:
        self.app.theme = name
        if problem := remember("theme", name):
            self.app.notify(problem, severity="warning", markup=False)


class KeyList(Static):
    """The keys that do something now, and what they do."""

    def on_mount(self) -> None:
        self.screen.bindings_updated_signal.subscribe(self, lambda screen: self._show())
        self._show()

    def _show(self) -> None:
        keys: dict[str, list[str]] = {}
        active = self.screen.active_bindings.values()
        ours_first = sorted(active, key=lambda one: one.binding.id is None)
        for __, binding, enabled, tooltip in ours_first:
            if enabled and not binding.system and (words := binding.description or tooltip):
                shown = keys.setdefault(_(words), [])
                if (key := self.app.get_key_display(binding)) not in shown:
                    shown.append(key)
        self.update(
            Text("\n").join(
                Text.assemble((" ".join(names), "bold"), "  ", words)
                for words, names in keys.items()
            )
        )


class KeysPanel(VerticalScroll, can_focus=False):
    """The keys, beside what is on the screen."""

    def compose(self) -> ComposeResult:
        yield KeyList(id="key-list")


def commands_of(app: "PaotuanApp", screen: Screen[object]) -> Iterable[SystemCommand]:
    """What the palette offers everywhere."""
    yield SystemCommand(_("Help"), _("All keys, and how to write a line"), app.action_help)
    yield SystemCommand(
        _("Theme"), _("Change the colours; the choice is kept"), app.action_change_theme
    )
    if screen.query(KeysPanel):
        yield SystemCommand(_("Keys"), _("Hide the keys again"), app.action_hide_help_panel)
    else:
        yield SystemCommand(
            _("Keys"), _("Show the keys that do something here"), app.action_show_help_panel
        )
    if screen.maximized is not None:
        yield SystemCommand(_("Minimize"), _("Back to the usual size"), screen.action_minimize)
    elif screen.focused is not None and screen.focused.allow_maximize:
        yield SystemCommand(
            _("Maximize"), _("Give this part the whole screen"), screen.action_maximize
        )
    yield SystemCommand(
        _("Screenshot"),
        _("Save a picture of the screen as SVG"),
        lambda: app.set_timer(0.1, app.deliver_screenshot),
    )
    yield SystemCommand(_("Quit"), _("Leave; the session is saved"), app.action_quit)


def commands_of_table(app: "PaotuanApp") -> Iterable[SystemCommand]:
    """What the palette offers at the table."""
    table = app.table
    if table is None:
        return
    yield from _commands_of_play(app, table)
    yield from _commands_of_keys(table)
    yield from _commands_of_keeping(table)
    yield from _commands_of_steering(table)
    yield SystemCommand(
        _("Scenes"), _("Back to the start; this session is saved"), app.action_scenes
    )


def _commands_of_play(app: "PaotuanApp", table: "TableScreen") -> Iterable[SystemCommand]:
    """Who speaks and with which model, and the turns."""
    yield SystemCommand(
        _("Who speaks"), _("The cast, the rule, who is muted or has left"), table.action_floor
    )
    yield SystemCommand(
        _("Character sheets"), _("Skills, HP and things of the cast; F2"), table.action_sheets
    )
    yield SystemCommand(_("Model"), _("Play with another model"), table.action_model)
    yield SystemCommand(
        _("Play by itself"), _("Take the best line each time until a key"), table.action_watch
    )
    if table.model.backend is None:
        yield SystemCommand(_("Retry"), _("Try again to reach the model"), app.action_retry)
    yield SystemCommand(_("Undo"), _("Go back a turn; nothing said is lost"), table.action_undo)
    yield SystemCommand(_("Redo"), _("Go forward a turn"), table.action_redo)
    yield SystemCommand(
        _("Turns and branches"), _("See all turns, go back to any"), table.action_turns
    )
    yield SystemCommand(
        _("Rewrite the last turn"), _("Say the last turn differently"), table.action_rewrite
    )


def _commands_of_keeping(table: "TableScreen") -> Iterable[SystemCommand]:
    """Finding, remembering, copying and exporting."""
    yield SystemCommand(
        _("Find"), _("Find a line, here or in all sessions; bookmarks too"), table.action_find
    )
    yield SystemCommand(
        _("What is remembered"),
        _("What happened long ago, summed up; facts that are pinned"),
        table.action_memory,
    )
    yield SystemCommand(_("Copy the last line"), _("Into the clipboard"), table.action_copy_line)
    if table.table.hand is not None:
        yield SystemCommand(
            _("Copy the lit candidate"), _("Into the clipboard"), table.action_copy_lit
        )
    yield SystemCommand(
        _("Copy the log"), _("All of this branch, into the clipboard"), table.action_copy_log
    )
    yield SystemCommand(
        _("Export"),
        _("Write this session to read, to play back in a browser, or to train on"),
        table.action_export,
    )


def _commands_of_steering(table: "TableScreen") -> Iterable[SystemCommand]:
    """What the model reads, and how lines are drawn."""
    yield SystemCommand(
        _("Show the prompt"),
        _("All that the model will read, part by part, and its tokens"),
        table.action_prompt,
    )
    yield SystemCommand(
        _("Sampling"), _("Faithful, lively, wild, or each value by itself"), table.action_sampling
    )
    yield SystemCommand(
        _("Knowledge"), _("Switch lorebooks and texts on and off"), table.action_lore
    )


def _commands_of_keys(table: "TableScreen") -> Iterable[SystemCommand]:
    """What the keys of the candidates and of the lit turn do; of the last turn, where none is."""
    from tui.table_keys import CANDIDATES, SAID, WRITING

    groups = (
        (N_("Writing: {what}"), WRITING),
        (N_("Candidates: {what}"), CANDIDATES),
        (N_("Lit turn: {what}"), SAID),
    )
    for title, laws in groups:
        for law in laws:
            if law.hint and law.id != "tray.pick" and ("text" in law.modes or table.offers(law)):
                yield SystemCommand(
                    _(title, what=_(law.hint)), _(law.words), partial(table.do_law, law)
                )
