"""Make this session a voice: who has said how much, what is run, what it needs, and running it."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from base.extras import not_installed
from base.messages import _, _n
from scenes.table.session_list import Saved
from tui.failures import Known, problems_of
from tui.faults import line_of
from tui.paint import printable
from tui.screens.running import RunScreen
from tui.voicing import FEW, Lines, Voicing, lines_by_role, missing_package, voicing

if TYPE_CHECKING:
    from models.memory.fit import Fit

BASE = "starter"
"""What a voice is trained on unless the recipe is edited."""


class VoiceScreen(ModalScreen[None]):
    """Shows the roles of a session, and for the lit one the commands and what they need."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(None)", "Back", id="voice.back"),
        Binding("w", "write", "Write the recipe", id="voice.write"),
    ]

    def __init__(self, saved: Saved) -> None:
        super().__init__()
        self.saved = saved
        self.lines: Sequence[Lines] = ()
        self.needs: Sequence[str] = ()

    def compose(self) -> ComposeResult:
        with Vertical(id="voice") as page:
            page.border_title = Content(_("A voice of: {title}", title=printable(self.saved.title)))
            page.border_subtitle = Content(
                _("Enter runs it here · w only writes the recipe · Esc back")
            )
            yield OptionList(id="speakers", compact=True)
            yield Static(_("reading the session…"), id="plan", markup=False)

    def on_mount(self) -> None:
        self.query_one(OptionList).focus()
        self._read()

    @work(thread=True, exclusive=True)
    def _read(self) -> None:
        call = self.app.call_from_thread
        try:
            lines, needs = lines_by_role(self.saved.path), _needs()
        except Exception as error:
            call(self._fail, line_of(error))
        else:
            call(self._take, lines, needs)

    def _fail(self, problem: str) -> None:
        if self.is_mounted:
            self.query_one("#plan", Static).update(Content(printable(problem)))

    def _take(self, lines: Sequence[Lines], needs: Sequence[str]) -> None:
        if not self.is_mounted:
            return
        self.lines, self.needs = lines, needs
        roles = self.query_one(OptionList)
        for one in lines:
            roles.add_option(Option(Content.assemble((printable(one.role), "bold"), _about(one))))
        first = next((at for at, one in enumerate(lines) if not one.own), 0)
        roles.highlighted = first if lines else None
        if not lines:
            self._fail(_("Nothing was said after the opening; there is nothing to learn yet"))

    @property
    def plan(self) -> Voicing | None:
        """How a voice of the lit role is made."""
        at = self.query_one(OptionList).highlighted
        if at is None or at >= len(self.lines):
            return None
        return voicing(self.saved.path, self.lines[at], BASE)

    @on(OptionList.OptionHighlighted)
    def _show(self, event: OptionList.OptionHighlighted) -> None:
        plan = self.plan
        if plan is None:
            return
        lines = self.lines[event.option_index].lines
        parts = []
        if lines < FEW:
            parts.append(
                _n(
                    "{n} line is little: a voice wants some {few}. Several sessions can be "
                    "given to one `corpus examples`.",
                    "{n} lines are few: a voice wants some {few}. Several sessions can be "
                    "given to one `corpus examples`.",
                    lines,
                    few=FEW,
                )
            )
        parts += [*self.needs, _("What is run:"), *(f"  {line}" for line in plan.shell)]
        parts.append(_("The voice goes to {path}", path=plan.adapter))
        words = _("A role takes it by: {line}", line=f"adapter: {plan.adapter.name}")
        parts.append(words)
        self.query_one("#plan", Static).update(Content("\n".join(map(printable, parts))))

    def action_write(self) -> None:
        """Write the recipe, for a run elsewhere or with other keys."""
        if (plan := self.plan) and self._written(plan):
            self.notify(_("Saved: {path}", path=plan.recipe), markup=False)

    @on(OptionList.OptionSelected)
    def _run(self) -> None:
        plan = self.plan
        if plan is None or not self._written(plan):
            return
        if package := missing_package():
            self.notify(not_installed(package, "train"), severity="error", markup=False)
            return
        title = _("A voice of {role}", role=printable(plan.role))
        self.app.push_screen(RunScreen(title, plan.commands))

    def _written(self, plan: Voicing) -> bool:
        from base.writing import replace_text, told

        try:
            with told(plan.recipe):
                plan.recipe.parent.mkdir(parents=True, exist_ok=True)
            if not plan.recipe.exists():  # one that was edited is kept
                replace_text(plan.recipe, plan.recipe_text, ())
        except Known as error:
            self.notify(printable(problems_of(error)[0]), severity="error", markup=False)
            return False
        return True


def _about(one: Lines) -> str:
    lines = _n("{n} line", "{n} lines", one.lines)
    picked = _n("{n} picked from candidates", "{n} picked from candidates", one.picked)
    own = _("  ·  your own role") if one.own else ""
    return f"  {lines}  ·  {picked}{own}"


def _needs() -> Sequence[str]:
    """What training the base needs beside what this machine has, in one line or two."""
    from models.train.settings import Settings
    from tui.commands.train import memory_of

    fit: Fit | None = memory_of(Settings(BASE, Path("adapter")))
    words = fit.verdict if fit else _("What it needs is not known in advance.")
    if fit and fit.plan.device == "cpu":
        slow = _(
            "There is no GPU here: it computes on the processor, which takes hours for a long "
            "session."
        )
        return words, slow
    return (words,)
