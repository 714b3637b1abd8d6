"""The model behind the screens: loaded, exchanged at the table, and asked for again when away.

The one place that changes `LoadedModel`.
"""

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from textual import on, work
from textual.message import Message
from textual.timer import Timer

from base.errors import KnownError, PassingError
from base.messages import _, series
from tui.faults import keep, line_of
from tui.loaded_model import FIRST_AGAIN_S, LAST_AGAIN_S, LoadedModel, wanted
from tui.model_options import Choice, better_than_starter, model_name, open_model
from tui.preferences import SMALL_MODEL, is_new
from tui.settings import settings
from tui.settled_app import SettledApp
from tui.strangers import answer_for, question_about, strange_host

if TYPE_CHECKING:  # the table and what it stands on are imported when somebody sits down
    from models.backend import Backend
    from scenes.scene import Scene
    from scenes.table.play import Play
    from tui.screens.table import TableScreen


class ModelKeeper(SettledApp):
    """An app with a model."""

    play: "Play | None"
    table: "TableScreen | None"
    choice: Choice
    model: LoadedModel
    hinted: bool

    @dataclass
    class Loaded(Message):
        """A model is ready, or could not be opened."""

        asked: str
        backend: "Backend | None"
        problem: str = ""
        better: list[str] | None = None
        """Larger models that this machine could run, where the embedded one is small."""
        passing: bool = False
        """Whether the problem may pass by itself."""
        old: "Backend | None" = None
        """What had to be closed first and was opened again."""

    _again: Timer | None = None
    _pause = FIRST_AGAIN_S
    _before: Choice | None = None
    """What was asked of the model before it was to be another."""

    # --- loading ---

    def _load(self, scene: "Scene | None") -> None:
        """Load what the choice or the scene asks for, unless it is there already."""
        spec = wanted(self.choice, scene)
        if self.model.given or spec == self.model.asked:
            self._model_changed()
            return
        if host := strange_host(self.choice, scene):
            self._ask_about(host, scene)
            return
        self._begin_loading(spec, scene)

    def _begin_loading(self, spec: str, scene: "Scene | None") -> None:
        """Open a model beside the table; the old one is closed first where both do not fit."""
        self._stop_waiting()
        model = self.model
        model.asked, model.loading, model.problem, model.passing = spec, True, "", False
        if model.backend is not None:
            model.old, model.backend = model.backend, None
        self._model_changed()
        self._open(self.choice, spec, scene)

    @work(thread=True, group="model")
    def _open(self, choice: Choice, asked: str, scene: "Scene | None") -> None:
        again = None
        with self.model.opening:
            old = self.model.old
            closed = old is not None and not self._both_fit(choice, scene)
            if closed and old is not None:
                self.model.old = None  # nobody falls back on it any more
                with self.model.busy:
                    old.close()
            try:
                backend = open_model(choice, scene)
                hinted = self.hinted or SMALL_MODEL in settings().notices
                better = None if hinted else better_than_starter(choice, scene)
            except Exception as error:
                if closed and self._before is not None:
                    again = self._opened_again(self._before, scene)
                passing = isinstance(error, PassingError)
                told = self.Loaded(asked, None, line_of(error), passing=passing, old=again)
                self.post_message(told)
                return
        self.post_message(self.Loaded(asked, backend, "", better))

    def _both_fit(self, choice: Choice, scene: "Scene | None") -> bool:
        from tui.model_list import both_fit

        before = self._before or self.choice
        return both_fit(model_name(before, scene), model_name(choice, scene))

    def _opened_again(self, choice: Choice, scene: "Scene | None") -> "Backend | None":
        try:
            return open_model(choice, scene)
        except Exception as error:
            keep(error)  # what the new one failed at is told; without a model one can still write
            return None

    @on(Loaded)
    def _loaded(self, event: Loaded) -> None:
        model = self.model
        if event.asked != model.asked:
            for backend in filter(None, (event.backend, event.old)):
                self._close(backend)
            return
        model.loading = False
        old, model.old = event.old or model.old, None
        if event.backend is not None:
            model.backend, model.problem, self._pause = event.backend, "", FIRST_AGAIN_S
            self._exchanged(event, old)
        elif old is not None:
            self._kept(event, old)
        else:
            model.backend, model.problem, model.passing = None, event.problem, event.passing
            self._before = None
            self._wait_for_it()
        self._model_changed()
        if event.backend and event.better is not None:
            self._hint(event.backend.name, event.better)

    def _exchanged(self, event: Loaded, old: "Backend | None") -> None:
        """The new model is there: the old one is let go as soon as it is idle."""
        asked_for, self._before = self._before is not None, None
        if old is not None:
            self._close(old)
        self.model.given = False
        if asked_for and event.backend is not None:
            words = _("{name} speaks from now on", name=event.backend.name)
            self.notify(words, markup=False)

    def _kept(self, event: Loaded, old: "Backend") -> None:
        """The new model is not to be had: the old one stays."""
        self.model.backend = old
        if self._before is not None:
            self.choice, self._before = self._before, None
        self.model.asked = wanted(self.choice, self.play.scene if self.play else None)
        words = _("{problem}; {name} stays", problem=event.problem, name=old.name)
        self.notify(words, severity="error", markup=False, timeout=15)

    @work(thread=True, group="close")
    def _close(self, backend: "Backend") -> None:
        with self.model.busy:
            backend.close()

    # --- another model ---

    def use_model(self, name: str) -> None:
        """Play with the model of that name. Raises `KnownError` where there is none such."""
        from tui.model_options import find_model

        choice = replace(self.choice, model=name, adapters={})
        scene = self.play.scene if self.play else None
        find_model(choice, scene)
        self._use(choice, scene)

    def use_adapter(self, role: str, adapter: str | None) -> None:
        """Draw a role's lines with an adapter, or none: the model opens it. Raises `KnownError`."""
        from tui.adapter_choice import check_adapter

        assert self.table is not None
        play = self.table.play
        if adapter is not None:
            check_adapter(self.choice, play.scene, adapter)
        self.table.table.use_adapter(role, adapter)
        self._use(self.choice, play.scene)

    def _use(self, choice: Choice, scene: "Scene | None") -> None:
        spec = wanted(choice, scene)
        if spec == self.model.asked and self.model.backend is not None:
            self.choice = choice
            return
        self._before = self._before or self.choice
        self.choice = choice
        self._begin_loading(spec, scene)

    def action_models(self) -> None:
        """Show the models, to choose one."""
        from tui.screens.models import ModelsScreen

        if not isinstance(self.screen, ModelsScreen):
            self.push_screen(ModelsScreen(self.model))

    # --- a server that is away ---

    def retry_model(self) -> None:
        """Try once more to open the model that was not to be had."""
        if self.model.loading:
            raise KnownError(_("the model is still being loaded"))
        if self.model.backend is not None:
            raise KnownError(_("{name} is there", name=self.model.backend.name))
        scene = self.play.scene if self.play else None
        self.model.asked = ""
        self._load(scene)

    def action_retry(self) -> None:
        try:
            self.retry_model()
        except KnownError as error:
            self.notify(str(error), severity="error", markup=False)

    def _wait_for_it(self) -> None:
        """Ask a server that is away again after a while, and after a longer one."""
        if not self.model.passing:
            return
        seconds, self._pause = self._pause, min(LAST_AGAIN_S, 2 * self._pause)
        self.model.again_in = seconds
        self._again = self.set_timer(seconds, self._try_again)

    def _try_again(self) -> None:
        if self.model.backend is None and not self.model.loading:
            self.retry_model()

    def _stop_waiting(self) -> None:
        if self._again is not None:
            self._again.stop()
            self._again = None

    # --- an address that a scene names ---

    def _ask_about(self, host: str, scene: "Scene | None") -> None:
        """Ask once whether the server that a scene names may be asked."""
        from tui.screens.question import QuestionScreen

        assert scene is not None
        self.model.asked = wanted(self.choice, scene)
        self.model.problem = _("{host} is not asked before you say so; /retry asks", host=host)
        self.push_screen(
            QuestionScreen(question_about(host, scene)), partial(self._answered, host, scene)
        )

    def _answered(self, host: str, scene: "Scene", yes: bool | None) -> None:
        if yes is None:
            self._model_changed()
            return
        if problem := answer_for(host, yes):
            self.warn(problem)
        self.model.asked = ""
        if yes:
            self._load(scene)
        else:
            self.model.problem = _(
                "{host} is not asked, as you said; F3 chooses another model", host=host
            )
            self._model_changed()

    # --- what is told ---

    def _hint(self, name: str, better: list[str]) -> None:
        """Say once that the embedded model is small, and what this machine could run."""
        self.hinted = True
        if not is_new(SMALL_MODEL):
            return
        more = (
            _("This machine could also run {models}.", models=series(better[:3])) if better else ""
        )
        self.notify(
            _(
                "The built-in {name} is small: its lines are well formed, but not clever. {more}",
                name=name,
                more=more,
            ),
            markup=False,
            timeout=12,
        )

    def _model_changed(self) -> None:
        from tui.screens.models import ModelsScreen
        from tui.screens.start import StartScreen

        for screen in self.screen_stack:
            if isinstance(screen, (StartScreen, ModelsScreen)):
                screen.model_changed()
        if self.table:
            self.table.model_changed()
