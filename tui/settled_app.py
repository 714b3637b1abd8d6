"""An app as a person has settled it: their theme and keys, and a palette in their language."""

from textual.filter import DimFilter

from base.messages import _
from tui.keys_in_order import KeysInOrder
from tui.palette import KeysPanel, Palette, RememberedThemes
from tui.preferences import problems
from tui.settings import settings
from tui.telling_app import TellingApp
from tui.themes import OURS, own_variables, suited

DIM = 0.95
"""How much of its contrast dim text keeps."""


class SettledApp(TellingApp, KeysInOrder):
    """What Textual's app is, with the settings applied, and its palette and keys in our words."""

    VERTICAL_BREAKPOINTS = [(0, "-tiny"), (8, "-short"), (14, "-tall")]  # noqa: RUF012

    on_dark: bool | None = None
    """Whether the terminal's own background is dark, where that is known."""
    typed_early = b""
    """What was typed while the terminal was asked."""

    def on_load(self) -> None:
        """Take the theme of the settings, or one that suits the terminal, before anything is
        styled: later on all would be styled anew."""
        for each in self.get_line_filters():
            if isinstance(each, DimFilter):
                each.dim_factor = DIM
        for theme in OURS.values():
            self.register_theme(theme)
        wanted = settings().theme
        known = wanted in self.available_themes
        name = wanted if wanted and known else suited(self.on_dark is not False)
        self.set_reactive(SettledApp.theme, name)
        self.stylesheet.set_variables(self.get_css_variables())

    def apply_settings(self) -> None:
        """Take the keys of the settings, and say what is wrong with them and with the theme."""
        mine = settings()
        if mine.keys:
            self.set_keymap(dict(mine.keys))
        if mine.theme or mine.keys or mine.problems or mine.model:
            from tui.keymap import screen_problems

            wrong = screen_problems(mine, sorted(self.available_themes))
            for problem in (*problems(), *wrong):
                self.warn(problem)

    def get_css_variables(self) -> dict[str, str]:
        columns = settings().columns
        variables = super().get_css_variables()
        variables |= own_variables(variables)
        return {**variables, "text-columns": str(columns or "100%")}

    def warn(self, text: str) -> None:
        """Say what the person ought to mend."""
        self.notify(text, severity="warning", markup=False, timeout=15)

    def action_command_palette(self) -> None:
        if not isinstance(self.screen, Palette):
            self.push_screen(Palette(placeholder=_("Search for commands…"), id="--command-palette"))

    def search_themes(self) -> None:
        self.push_screen(Palette(providers=[RememberedThemes], placeholder=_("Search for themes…")))

    def action_show_help_panel(self) -> None:
        if not self.screen.query(KeysPanel):
            self.screen.mount(KeysPanel())

    def action_help_quit(self) -> None:
        """Ctrl+C, which copies where something is selected."""
        (quit,) = [one for __, one in self._bindings if one.action == "quit"][:1]
        key = self.get_key_display(quit)
        self.notify(_("{key} leaves the program", key=key), markup=False)

    def action_hide_help_panel(self) -> None:
        self.screen.query(KeysPanel).remove()
