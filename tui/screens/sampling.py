"""How lines are drawn: presets by a digit, and each value on a slider, from the next draw on."""

from typing import ClassVar

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from base.messages import N_, _
from models.backend import Sampling
from scenes.table.controller import Table
from scenes.table.sampling_words import PRESETS, SLIDERS, Slider, number, preset_of

KEYS = N_("↑↓ choose · ←→ change · {presets} · Del as the scene says · 0 all of it · Esc keeps")
NAME, BAR = 24, 20
"""Cells of a name, and of a slider."""


class SamplingScreen(ModalScreen[dict[str, float | None]]):
    """Gives what was changed: new values by name, `None` for what is as the scene says again."""

    DEFAULT_CSS = """
    SamplingScreen { align: center middle; }
    #sampling-panel { width: 100%; max-width: 78; height: auto; }
    #sampling-rows {
        height: auto; border: round $primary; padding: 0 1; background: $surface;
        text-wrap: nowrap; text-overflow: ellipsis;
    }
    #sampling-about, #sampling-keys { padding: 0 2; background: $surface; }
    #sampling-keys { color: $text-muted; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,enter,f6", "keep", "Keep", id="sampling.keep", priority=True),
        Binding("left", "move(-1)", "Less", id="sampling.less", priority=True),
        Binding("right", "move(1)", "More", id="sampling.more", priority=True),
        Binding("delete,backspace", "reset", "As the scene says", id="sampling.reset"),
        Binding("0", "reset_all", "All as the scene says", id="sampling.reset_all"),
        Binding("1", "preset(0)", "Faithful", id="sampling.faithful"),
        Binding("2", "preset(1)", "Lively", id="sampling.lively"),
        Binding("3", "preset(2)", "Wild", id="sampling.wild"),
    ]

    def __init__(self, table: Table) -> None:
        super().__init__()
        play = table.play
        role = play.next or play.scene.cast[0]
        self.settled = play.session.tuning.sampling
        self.now, self.of_scene = play.sampling_of(role), play.unsettled(role)
        self.changes: dict[str, float | None] = {}

    def compose(self) -> ComposeResult:
        presets = " ".join(f"{at} {_(one.label)}" for at, one in enumerate(PRESETS, 1))
        with Vertical(id="sampling-panel"):
            yield OptionList(id="sampling-rows")
            yield Static(id="sampling-about")
            yield Static(Content(_(KEYS, presets=presets)), id="sampling-keys")

    def on_mount(self) -> None:
        self._show(0)
        self.query_one(OptionList).focus()

    # --- showing ---

    def value(self, name: str) -> float:
        """The value that the next draw would have."""
        if name not in self.changes:
            return float(getattr(self.now, name))
        changed = self.changes[name]
        return float(getattr(self.of_scene, name) if changed is None else changed)

    def _show(self, at: int | None = None) -> None:
        rows = self.query_one(OptionList)
        at = rows.highlighted if at is None else at
        rows.clear_options()
        rows.add_options([Option(self._row(one)) for one in SLIDERS])
        rows.highlighted = at
        values = {one.name: self.value(one.name) for one in SLIDERS}
        preset = preset_of(Sampling(**values))  # type: ignore[arg-type]
        title = _("Sampling · {preset}", preset=_(preset.label)) if preset else _("Sampling")
        rows.border_title = Content(title)
        about = _(preset.about) if preset else _("values of your own")
        self.query_one("#sampling-about", Static).update(Content(about))

    def _row(self, one: Slider) -> Content:
        value = self.value(one.name)
        share = (min(max(value, one.least), one.most) - one.least) / (one.most - one.least)
        filled = round(share * BAR)
        name = _(one.label)
        neutral = "" if one.neutral is None else _("neutral {n}", n=number(one.neutral))
        if value == one.neutral:
            neutral = _("neutral")
        style = "bold" if value != getattr(self.of_scene, one.name) else ""
        return Content.assemble(
            name + " " * max(1, NAME - cell_len(name)),
            (f"{number(value):>6}  ", style),
            ("━" * filled, "$text-primary"),
            ("─" * (BAR - filled), "dim"),
            (f"  {neutral}", "dim"),
        )

    # --- what the person does ---

    @property
    def _lit(self) -> Slider:
        return SLIDERS[self.query_one(OptionList).highlighted or 0]

    def action_move(self, steps: int) -> None:
        one = self._lit
        self.changes[one.name] = one.moved(self.value(one.name), steps)
        self._show()

    def action_preset(self, at: int) -> None:
        self.changes |= PRESETS[at].values
        self._show()

    def action_reset(self) -> None:
        self.changes[self._lit.name] = None
        self._show()

    def action_reset_all(self) -> None:
        self.changes = dict.fromkeys(self.settled)
        self._show()

    def action_keep(self) -> None:
        """Close; what was changed holds from the next draw on."""
        changed = self.changes.items()
        self.dismiss({n: v for n, v in changed if v is None or v != getattr(self.now, n)})
