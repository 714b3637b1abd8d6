"""Rewriting at the table: a candidate before it is taken, a turn after it was said; what is dropped
comes back."""

from dataclasses import dataclass, replace

from base.messages import _
from base.text import is_blank
from scenes.log import Entry
from scenes.table.hand import Hand
from scenes.table.lines import body_of
from scenes.table.rolled import may_be_rewritten
from scenes.table.session import Turn
from tui.paint import printable
from tui.screens.controlled import ControlledScreen
from tui.widgets.composer import Composer


@dataclass(frozen=True)
class Editing:
    """What is being rewritten: a candidate of a hand, or a turn."""

    hand: Hand | None = None
    number: int = 0
    """Of the candidate, from 1."""
    turn: Turn | None = None
    was: tuple[str, str] = ("", "")
    """The text and the feeling that were there before."""

    @property
    def heading(self) -> str:
        if self.turn is not None:
            return _("rewrite turn {number} · Enter rewrites · Esc drops", number=self.turn.id)
        return _("candidate {number} · Enter takes · Esc drops", number=self.number)


@dataclass(frozen=True)
class Draft:
    """What was written and not sent, and for what."""

    text: str
    label: str
    editing: Editing | None
    head: int | None
    """The turn at which the play stood."""


class EditingActions(ControlledScreen):
    """Actions on what is written."""

    editing: Editing | None = None
    sending = False
    """Whether what is written is being sent, so that it is no draft any more."""
    keeps = False
    """Whether what was sent stays in the composer."""
    _before: Draft | None = None
    """What was written before something else was to be rewritten."""
    _dropped: tuple[Draft, ...] = ()

    @property
    def has_dropped(self) -> bool:
        """Whether an edit was dropped at this place."""
        return bool(self._dropped) and self._dropped[-1].head == self.play.session.head

    def send(self) -> None:
        """Send what is written: said, done, or in place of what is rewritten."""
        composer, editing = self.query_one(Composer), self.editing
        text = composer.written
        self.sending, self.keeps = True, False
        try:
            if editing is None:
                self.table.enter(text)
                self.keeps |= self.table.listening.asking
            elif editing.turn is not None:
                self.table.edit(editing.turn.id, text)
            else:
                self.table.pick(editing.number, text)
        finally:
            self.sending = False
        if editing is not None and not self.keeps:
            self.end_editing()
        elif not self.keeps:
            composer.empty()

    def edit_candidate(self, number: int) -> None:
        """Put a candidate into the composer. Raises `KnownError`."""
        hand = self.table.hand
        self.table.candidate_text(number)
        assert hand is not None
        self._begin(Editing(hand, number), hand.candidate(number - 1).entry)

    def rewrite(self, turn: Turn) -> None:
        """Put a turn into the composer, to be said differently. Raises `KnownError` for a roll."""
        may_be_rewritten(turn)
        self._begin(Editing(turn=turn), turn.entry)

    def drop(self) -> None:
        """Leave off rewriting; what was written so far comes back with Ctrl+Z."""
        if self.editing is None:
            return
        if self._drop():
            self.notify(_("Dropped; Ctrl+Z brings it back"), timeout=3)

    def restore(self) -> None:
        """Bring the edit back that was dropped here last."""
        draft, self._dropped = self._dropped[-1], self._dropped[:-1]
        self._put(draft if self._still_holds(draft.editing) else replace(draft, editing=None))

    def end_editing(self) -> None:
        """Be done with rewriting: what was written before it is there again."""
        before, self._before = self._before, None
        self._put(before or Draft("", "", None, None))

    def hand_left(self, hand: Hand) -> None:
        """Keep what is written in place of a candidate that is no longer on the table."""
        if self.editing is not None and self.editing.hand is hand and not self.sending:
            self._drop()

    def _begin(self, editing: Editing, entry: Entry) -> None:
        composer = self.query_one(Composer)
        if self.sending:
            self.keeps = True
        elif not composer.is_empty and self.editing is None:
            self._before = Draft(composer.text, composer.label, None, None)
        was = printable(body_of(replace(entry, emotion=""))), printable(entry.emotion)
        self._put(Draft(*was, replace(editing, was=was), None))

    def _drop(self) -> bool:
        """Be done with rewriting, and keep what was written, if anything; whether it was."""
        composer, editing = self.query_one(Composer), self.editing
        text, label = composer.text, composer.label
        kept = editing is not None and not is_blank(text) and (text, label) != editing.was
        if kept:
            draft = Draft(text, label, editing, self.play.session.head)
            self._dropped = (*self._dropped, draft)
        self.end_editing()
        return kept

    def _put(self, draft: Draft) -> None:
        composer = self.query_one(Composer)
        self.editing = draft.editing
        composer.write(draft.text, draft.label)
        composer.heading = draft.editing.heading if draft.editing else ""
        composer.set_class(draft.editing is not None, "editing")
        self.tell()

    def _still_holds(self, editing: Editing | None) -> bool:
        if editing is None:
            return True
        if editing.turn is not None:
            return editing.turn in self.play.session.path
        return editing.hand is self.table.hand
