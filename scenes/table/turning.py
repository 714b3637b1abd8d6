"""What can be done at a table with turns: take back, do again, go there, edit, delete, mark."""

from base.errors import KnownError
from base.messages import _
from base.text import UNPRINTABLE, is_blank
from scenes.table import controller_events as happened
from scenes.table.intention import intention
from scenes.table.intentions import Intentions
from scenes.table.rolled import may_be_rewritten
from scenes.table.sheet_telling import changed_since, sheet_changed, sheets_now
from scenes.table.typed import edited_text

LONGEST_MARK = 64
"""Characters of a bookmark's name."""


class TurnIntentions(Intentions):
    """Intentions on turns. Nothing that was said is ever lost by one of them."""

    @intention
    def undo(self) -> None:
        """Take back the last move."""
        if not self.play.session.can_undo:
            raise KnownError(_("this is the opening; there is nothing to undo"))
        if (change := self.play.session.change_to_undo) is not None:
            self.play.undo()
            self._tell(sheet_changed(change.role, change.back))
            return
        self._dealer.halt()
        before = sheets_now(self.play.session)
        self.play.undo()
        self._arrive(happened.PlaceChanged("undo"))
        for event in changed_since(self.play.session, before):
            self._tell(event)

    @intention
    def redo(self) -> None:
        """Do again what was taken back last."""
        if not self.play.session.can_redo:
            raise KnownError(_("there is nothing to redo"))
        if (change := self.play.session.change_to_redo) is not None:
            self.play.redo()
            self._tell(sheet_changed(change.role, change.changes))
            return
        self._dealer.halt()
        before = sheets_now(self.play.session)
        self.play.redo()
        self._arrive(happened.PlaceChanged("redo"))
        for event in changed_since(self.play.session, before):
            self._tell(event)

    @intention
    def go(self, number: int) -> None:
        """Stand at any turn; what is said there begins a branch."""
        turn = self.any_turn(number)
        self._dealer.halt()
        if turn.id != self.play.session.head:
            self.play.go(number)
        self._arrive(happened.PlaceChanged("go"))

    @intention
    def edit(self, number: int, text: str) -> None:
        """Say `text` at that turn of this branch instead; without one, ask for it."""
        turn = self.turn(number)
        may_be_rewritten(turn)
        if is_blank(text):
            self._tell(happened.EditAsked(turn))
            return
        entry = self.play.edited(turn, edited_text(text))
        self._dealer.halt()
        self._arrive(happened.TurnEdited(self.play.edit(turn, entry)))

    @intention
    def delete(self, number: int) -> None:
        """Leave out a turn of this branch; what follows it stays."""
        turn = self.turn(number)
        self._dealer.halt()
        self.play.delete(turn)
        self._arrive(happened.TurnDeleted(turn))

    @intention
    def mark(self, number: int, name: str | None = None) -> None:
        """Put a bookmark at a turn, with a name or without; without a name, take away one there."""
        turn, marks = self.any_turn(number), self.play.session.marks
        if name is None and turn.id not in marks:
            name = ""
        elif name is not None:
            name = " ".join(UNPRINTABLE.sub("", name).split())[:LONGEST_MARK]
        self.play.session.mark(turn.id, name)
        self._tell(happened.Marked(turn.id, name))
