"""Models to play with: one's own, those known by name, files; a test of a server's address."""

from typing import TYPE_CHECKING, ClassVar, Literal, cast

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from base.errors import KnownError
from base.messages import N_, _
from tui.faults import line_of
from tui.loaded_model import LoadedModel
from tui.model_list import ModelRow, model_rows
from tui.model_options import model_name
from tui.paint import printable
from tui.preferences import model_named, remember
from tui.settings import settings
from tui.widgets.field import Field

if TYPE_CHECKING:
    from models.server.probe import Probe
    from tui.app import PaotuanApp

KEYS = N_(
    "Enter plays with it · a address · t test · d make it the default · l adapters · r retry · Esc"
)
LONGEST_ADDRESS = 500
"""Characters of an address that is tried."""


class ModelsScreen(ModalScreen[None]):
    """Chooses the model; closes when one is being loaded."""

    DEFAULT_CSS = """
    ModelsScreen { align: center middle; }
    #models-panel { width: 95%; max-width: 100; height: auto; max-height: 95%; }
    #models-list {
        height: auto; min-height: 3; max-height: 14; border: round $primary; padding: 0 1;
        background: $surface; text-wrap: nowrap; text-overflow: ellipsis;
    }
    #models-told, #models-keys { padding: 0 2; background: $surface; }
    #models-keys { color: $text-muted; }
    #models-told.wrong { color: $text-error; }
    #models-address { border: round $primary; height: 3; background: $surface; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,f3", "back", "Back", id="models.back"),
        Binding("a", "address", "Address", id="models.address"),
        Binding("t", "test", "Test", id="models.test"),
        Binding("d", "default", "Make it the default", id="models.default"),
        Binding("l", "adapters", "Adapters", id="models.adapters"),
        Binding("r", "retry", "Retry", id="models.retry"),
    ]

    def __init__(self, model: LoadedModel) -> None:
        super().__init__()
        self.model = model
        self.rows: list[ModelRow] = []
        self.asks: Literal["address", "name"] = "address"
        self.tried = ""
        """The address that was tested last, to be kept under a name."""

    @property
    def _paotuan(self) -> "PaotuanApp":
        return cast("PaotuanApp", self.app)

    def compose(self) -> ComposeResult:
        with Vertical(id="models-panel"):
            yield OptionList(id="models-list")
            yield Field(id="models-address", max_length=LONGEST_ADDRESS)
            yield Static(id="models-told")
            yield Static(Content(_(KEYS)), id="models-keys")

    def on_mount(self) -> None:
        self.query_one(Input).display = False
        models = self.query_one(OptionList)
        models.loading = True
        self._find()
        self.model_changed()

    # --- showing ---

    @work(thread=True, group="models")
    def _find(self) -> None:
        rows = model_rows()
        self.app.call_from_thread(self._show, rows)

    def _show(self, rows: list[ModelRow]) -> None:
        if not self.is_mounted:
            return
        self.rows = rows
        models, at = self.query_one(OptionList), self.query_one(OptionList).highlighted
        models.loading = False
        models.clear_options()
        models.add_options([Option(self._row(row)) for row in rows])
        models.highlighted = at if at is not None else self._playing()
        models.focus()

    def _playing(self) -> int:
        names = [model_named(row.name) for row in self.rows]
        now = self._now()
        return names.index(now) if now in names else 0

    def _now(self) -> str:
        play = self._paotuan.play
        return model_name(self._paotuan.choice, play.scene if play else None)

    def _row(self, row: ModelRow) -> Content:
        playing = model_named(row.name) == self._now()
        default = row.name == (settings().model or "starter")
        marks = " · " + _("the default") if default else ""
        name = (printable(row.name), "bold" if playing else "" if row.here else "dim")
        head = "▸ " if playing else "  "
        return Content.assemble(head, name, (printable(f"{marks}  {row.detail}"), "dim"))

    def model_changed(self) -> None:
        """The model is being loaded, is ready, or is not to be had."""
        models, model = self.query_one(OptionList), self.model
        if model.loading:
            now = _("loading the model…")
        elif model.backend is not None:
            now = model.backend.name
        else:
            now = model.problem or _("no model")
        models.border_title = Content(printable(_("Models · now: {model}", model=now)))

    def _tell(self, text: str, wrong: bool = False) -> None:
        told = self.query_one("#models-told", Static)
        told.set_class(wrong, "wrong")
        told.update(Content(printable(text)))

    @on(OptionList.OptionHighlighted)
    def _lit_another(self) -> None:
        row = self._lit()
        if row is not None and not self.query_one(Input).display:
            self._tell(row.hint)

    # --- choosing ---

    def _lit(self) -> ModelRow | None:
        at = self.query_one(OptionList).highlighted
        return self.rows[at] if at is not None and at < len(self.rows) else None

    @on(OptionList.OptionSelected)
    def _choose(self, event: OptionList.OptionSelected) -> None:
        if (row := self._lit()) is not None:
            self._try("use_model", row.name)

    def action_retry(self) -> None:
        self._try("retry_model")

    def _try(self, what: str, *given: str) -> None:
        try:
            getattr(self._paotuan, what)(*given)
        except KnownError as error:
            self._tell(str(error), wrong=True)
        else:
            if self.is_current:
                self.dismiss(None)

    def action_default(self) -> None:
        if (row := self._lit()) is None:
            return
        if problem := remember("model", row.name):
            self._tell(problem, wrong=True)
        else:
            self._tell(_("{model} plays where neither you nor the scene name one", model=row.name))
            self._show(self.rows)

    def action_adapters(self) -> None:
        from tui.screens.adapters import AdaptersScreen

        if self._paotuan.play is None:
            self._tell(_("adapters belong to the roles of a scene; sit down first"), wrong=True)
        else:
            self.app.switch_screen(AdaptersScreen(self._paotuan.play))

    # --- an address ---

    def action_address(self) -> None:
        self._ask("address", _("Address of a server, as http://localhost:8000/v1#model"), "")

    def action_test(self) -> None:
        row = self._lit()
        if row is not None:
            self._begin_test(model_named(row.name))

    def _ask(self, what: Literal["address", "name"], title: str, value: str) -> None:
        self.asks, field = what, self.query_one(Input)
        field.value = value
        field.border_title = Content(title)
        field.display = True
        field.focus()
        self.query_one("#models-keys", Static).update(
            Content(
                _("Enter asks it · Esc back")
                if what == "address"
                else _("Enter keeps it · Esc back")
            )
        )

    @on(Input.Submitted)
    def _entered(self, event: Input.Submitted) -> None:
        event.stop()
        value = event.value.strip()
        if not value:
            self.action_back()
        elif self.asks == "address":
            self._begin_test(value)
        else:
            self._keep(value)

    def _begin_test(self, address: str) -> None:
        from models.resolve import resolve

        try:
            spec = resolve(address)
        except KnownError as error:
            self._tell(str(error), wrong=True)
            return
        if spec.backend != "server":
            self._tell(_("only a server's address is tested; Enter plays with this one"))
            return
        self._tell(_("asking {address}…", address=spec.title))
        self._test(address, dict(spec.options))

    @work(thread=True, group="probe", exclusive=True)
    def _test(self, address: str, options: dict[str, object]) -> None:
        from models.server.probe import probe

        try:
            found = probe(**options)
        except Exception as error:
            self.app.call_from_thread(self._tested, address, None, line_of(error))
        else:
            self.app.call_from_thread(self._tested, address, found, "")

    def _tested(self, address: str, found: "Probe | None", problem: str) -> None:
        if not self.is_mounted:
            return
        if found is None:
            self._tell(problem, wrong=True)
            return
        self._tell(told_of(found))
        if address not in settings().models.values():
            self.tried = address
            self._ask("name", _("Keep it under a name of your own; Esc does not"), "")

    def _keep(self, name: str) -> None:
        """Keep the address that was tested under a name, and light it."""
        if not name.replace("-", "").replace("_", "").isalnum():
            self._tell(_("a name of letters, digits, - and _"), wrong=True)
            return
        if problem := remember(f"models.{name}", self.tried):
            self._tell(problem, wrong=True)
            return
        self._hide()
        rest = [row for row in self.rows if row.name != name]
        self._show([ModelRow(name, "own", self.tried), *rest])
        self.query_one(OptionList).highlighted = 0

    def _hide(self) -> None:
        self.query_one(Input).display = False
        self.query_one("#models-keys", Static).update(Content(_(KEYS)))
        self.query_one(OptionList).focus()

    def action_back(self) -> None:
        """Esc: stop asking, else close."""
        if self.query_one(Input).display:
            self._hide()
        else:
            self.dismiss(None)


def told_of(found: "Probe") -> str:
    """What a test has found out, on one line."""
    return _(
        "{model}: there in {opened:.0f} ms, first words after {first:.0f} ms · context {context} · "
        "several candidates at once: {several} · grammar: {grammar}",
        model=found.model,
        opened=found.opened_ms,
        first=found.first_ms,
        context=found.context,
        several=_("yes") if found.several else _("no"),
        grammar=_("yes") if found.grammar else _("no"),
    )
