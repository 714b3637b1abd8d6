"""The turns of a session and its other branches: go to any, or rewrite one of this branch."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from base.messages import _
from scenes.log import write
from scenes.table.session import Session, Turn
from tui.paint import printable


class TurnsScreen(ModalScreen[tuple[str, Turn] | None]):
    """Gives `("go", turn)` or `("edit", turn)`, or nothing."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,ctrl+b", "dismiss(None)", "Back", id="turns.back"),
        Binding("e", "edit", "Rewrite", id="turns.edit"),
    ]

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.session = session

    def compose(self) -> ComposeResult:
        here = {turn.id for turn in self.session.path}
        options = [Option(self._line(turn), str(turn.id)) for turn in self.session.path]
        others = [turn for turn in self.session.leaves() if turn.id not in here]
        if others:
            options.append(Option("", disabled=True))
        for turn in others:
            words = _("other branch: {line}", line=printable(write(turn.entry)))
            options.append(Option(Content(words), str(turn.id)))
        turns = OptionList(*options, id="turns", compact=True)
        turns.border_title = Content(_("This session"))
        turns.border_subtitle = Content(
            _("Enter goes there (a new branch) · e rewrites · Esc back")
        )
        turns.highlighted = len(self.session.path) - 1 if self.session.path else None
        yield turns

    def _line(self, turn: Turn) -> Content:
        ways = len(self.session.branches_at(turn.parent))
        mark = f"⑂{ways} " if ways > 1 else ""
        return Content(f"{turn.id:>4}  {mark}{printable(write(turn.entry))}")

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(("go", self.session.turns[int(event.option.id or 0)]))

    def action_edit(self) -> None:
        option = self.query_one(OptionList).highlighted_option
        turn = self.session.turns.get(int(option.id)) if option and option.id else None
        if turn and turn in self.session.path:
            self.dismiss(("edit", turn))
