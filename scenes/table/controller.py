"""The table, without a screen: takes what a person wants, and tells a front end what happens.

All calls come from one thread, that of the front end; what goes on beside it arrives there too.
Whatever cannot be done raises `KnownError`, and then nothing was done.
"""

from collections.abc import Sequence

from base.errors import KnownError
from base.messages import _
from models.backend import Prompt
from scenes.log import Entry
from scenes.table import controller_events as happened
from scenes.table.adventuring import AdventureIntentions
from scenes.table.candidates import CandidateIntentions
from scenes.table.directing import DirectingIntentions
from scenes.table.floor import FloorIntentions
from scenes.table.intention import intention
from scenes.table.meanings import Do, Doubt, Said
from scenes.table.memories import MemoryIntentions
from scenes.table.rolling import ROLLED
from scenes.table.sheeting import SheetIntentions
from scenes.table.turning import TurnIntentions


class Table(
    AdventureIntentions,
    FloorIntentions,
    CandidateIntentions,
    DirectingIntentions,
    TurnIntentions,
    MemoryIntentions,
    SheetIntentions,
):
    """One play, with its model, for one front end."""

    def prompt(self) -> Prompt:
        """All that the model would read now. Raises `KnownError`."""
        role = self._speaker()
        return self.play.prompt(self._dealer.backend(), role)

    # --- speaking ---

    @intention
    def enter(self, text: str) -> None:
        """Whatever a person sends: a command, a text to say, the number of an action that is
        offered, or nothing, so that another speaks."""
        if offer := self.offer_called(text):
            self.listening.forget()
            self.act(offer.number)
            return
        match self.listening.meaning(self.play.scene, text, self.play.player):
            case Do(command, rest, by) if by:
                self.roll(ROLLED[command.name], rest, by)
            case Do(command, rest):
                command.run(self, rest)
            case Said(entries, then):
                self._say(entries, then)
            case Doubt(question):
                self._tell(happened.Doubted(question))
            case None:
                self.go_on()

    def ask(self, text: str, doubt: Doubt) -> None:
        """Ask about a line that a front end would not have said; the same again answers."""
        self.listening.ask(text, doubt, by_nothing=False)
        self._tell(happened.Doubted(doubt.question))

    @intention
    def say(self, text: str) -> None:
        """Speak as the player, and let the next one answer."""
        self._say(self.play.entries(text))

    def _say(self, entries: Sequence[Entry], then: str = "") -> None:
        """Say lines; the one called `then` answers, also where that is the player's own role, else
        whoever is next."""
        role = self.play.scene.role(then) if then else None
        if role is not None:
            self._there(role)
        if entries:
            self._dealer.halt()
            turns = self.play.say_entries(entries)
            self._arrive(happened.TurnsSaid(tuple(turns)))
            self.tell_notices()
        if role is not None:
            self._draw_for(role)
        elif entries:
            self._answer()

    @intention
    def go_on(self) -> None:
        """Let the next one speak; who is next passes, if it is the player. With candidates on the
        table, show them again."""
        if self.hand is not None:
            self._tell(happened.HandShown(self.hand))
        elif self.hidden:
            self.unhide()
        elif self.play.next is not None and not self.play.model_is_next:
            self.pass_turn()
        else:
            self._dealer.deal(self._speaker())

    @intention
    def pass_turn(self) -> None:
        """Let somebody else speak: not who just did, where there is a choice."""
        role = self._passed_to()
        if role is None:
            raise KnownError(_("there is nobody else whom a model could play"))
        self._dealer.set_aside()
        self._choose(role)
        self._dealer.deal(role)

    @intention
    def choose_next(self, step: int) -> None:
        """Choose who speaks next, forwards or backwards round the cast, without drawing."""
        self._dealer.set_aside()
        self._choose(self.play.cycle(step))
        self._hands.pass_over(self.play.next)

    @intention
    def ask_for(self, view: happened.View, text: str = "") -> None:
        """Have the front end show something, or leave."""
        self._tell(happened.ViewAsked(view, text))

    # --- beginning and end ---

    @intention
    def model_changed(self) -> None:
        """The model is being loaded, is ready, or is not to be had."""
        self._dealer.model_changed()

    def close(self) -> None:
        """Stop whatever goes on, keep the candidates, and close the play.

        Raises `KnownError` where the candidates cannot be kept.
        """
        self._emit = lambda event: None  # nobody is there to be told any more
        try:
            self._dealer.close()
        finally:
            self.play.leave()
