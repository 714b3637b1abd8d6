"""The table, without a screen: takes what a person wants, and tells a front end what happens.

All calls come from one thread, that of the front end; what goes on beside it arrives there too.
Whatever cannot be done raises `KnownError`, and then nothing was done.
"""

from collections.abc import Callable, Sequence
from functools import wraps
from typing import TypeVar, cast

from base.errors import KnownError
from base.messages import _, series
from base.text import is_blank
from models.backend import Prompt
from scenes.log import Entry
from scenes.scene import Role
from scenes.table import controller_events as happened
from scenes.table.background import Post
from scenes.table.dealer import Dealer, ModelSlot
from scenes.table.hand import Hand
from scenes.table.lines import body_of
from scenes.table.listening import Listening
from scenes.table.play import Play
from scenes.table.session import Turn
from scenes.table.typed import Do, Doubt, Said, edited_text
from scenes.turns import candidates_to_speak

Method = TypeVar("Method", bound=Callable[..., None])


def intention(method: Method) -> Method:
    """What a person can want: whatever comes of it, what there is to know of it is told."""

    @wraps(method)
    def wanted(table: "Table", *args: object, **kwargs: object) -> None:
        if method.__name__ != "enter":
            table.listening.forget()
        try:
            method(table, *args, **kwargs)
        finally:
            table.tell_notices()

    return cast(Method, wanted)


class Table:
    """One play, with its model, for one front end."""

    def __init__(
        self,
        play: Play,
        model: ModelSlot,
        post: Post,
        emit: Callable[[happened.TableEvent], None],
        follows: bool = False,
    ) -> None:
        """`post` has a call made in the front end's thread; `emit` is told what happens, there.

        `follows` has the next role speak by itself after a pick.
        """
        self.play, self.model = play, model
        self.follows = follows
        self.listening = Listening()
        self._emit = emit
        self._dealer = Dealer(play, model, post, self._dealt)

    # --- what a front end may look at ---

    @property
    def hand(self) -> Hand | None:
        return self._dealer.hand

    @property
    def drawing(self) -> bool:
        """Whether candidates are being drawn."""
        return self._dealer.drawing

    @property
    def waiting(self) -> bool:
        """Whether a draw waits for the model, or for what may be told."""
        return self._dealer.waiting

    @property
    def others(self) -> Sequence[Role]:
        """The roles that a model may play."""
        return candidates_to_speak(self.play.scene, self.play.session.role)

    def candidate_text(self, number: int) -> str:
        """The candidate with that number, to be edited. Raises `KnownError`."""
        return body_of(self._hand_on_table().candidate(number - 1).entry)

    def turn(self, number: int) -> Turn:
        """The turn of this branch with that number. Raises `KnownError`."""
        for turn in self.play.session.path:
            if turn.id == number:
                return turn
        raise KnownError(
            _("turn {number} is not on this branch; /log lists its turns", number=number)
        )

    def prompt(self) -> Prompt:
        """All that the model would read now. Raises `KnownError`."""
        role = self._speaker()
        return self.play.prompt(self._dealer.backend(), role)

    # --- speaking ---

    @intention
    def enter(self, text: str) -> None:
        """Whatever a person sends: a command, a text to say, or nothing, so that another speaks."""
        match self.listening.meaning(self.play.scene, text, self.play.player):
            case Do(command, rest):
                command.run(self, rest)
            case Said(entries):
                self._say(entries)
            case Doubt(question):
                self._tell(happened.Doubted(question))
            case None:
                self.go_on()

    def ask(self, text: str, doubt: Doubt) -> None:
        """Ask about a line that a front end would not have said as it is."""
        self.listening.ask(text, doubt)
        self._tell(happened.Doubted(doubt.question))

    @intention
    def say(self, text: str) -> None:
        """Speak as the player, and let the next one answer."""
        self._say(self.play.entries(text))

    def _say(self, entries: Sequence[Entry]) -> None:
        if not entries:
            return
        self._dealer.set_aside()
        turns = self.play.say_entries(entries)
        self._tell(happened.TurnsSaid(tuple(turns)))
        self.tell_notices()
        self._answer()

    @intention
    def go_on(self) -> None:
        """Let the next one speak; who is next passes, if it is the player. With candidates on the
        table, show them again."""
        if self.hand is not None:
            self._tell(happened.HandShown(self.hand))
        elif self.play.next is not None and not self.play.model_is_next:
            self.pass_turn()
        else:
            self._dealer.deal(self._speaker())

    @intention
    def pass_turn(self) -> None:
        """Let somebody else speak: not who just did, where there is a choice."""
        path = self.play.session.path
        last, planned = path[-1].entry.speaker if path else "", self.play.next
        others = [role for role in self.others if role != planned]
        waiting = [role for role in others if role.name != last] or others
        if not waiting:
            raise KnownError(_("there is nobody else whom a model could play"))
        self._dealer.set_aside()
        self._choose(waiting[0])
        self._dealer.deal(waiting[0])

    @intention
    def let_speak(self, name: str) -> None:
        """Let the role of that name or alias speak now."""
        if not name:
            raise self._nobody()
        role = self.play.scene.role(name)
        self._dealer.set_aside()
        self._choose(role)
        self._answer()

    @intention
    def choose_next(self, step: int) -> None:
        """Choose who speaks next, forwards or backwards round the cast, without drawing."""
        self._dealer.set_aside()
        self._choose(self.play.cycle(step))

    # --- candidates ---

    @intention
    def pick(self, number: int, text: str | None = None) -> None:
        """Take the candidate in that place, counted from 1 as it is shown, or `text` for it."""
        instead = None if text is None else edited_text(text)
        turn = self.play.pick(self._hand_on_table(), number - 1, instead)
        self._dealer.clear()
        self._tell(happened.TurnsSaid((turn,)))
        if self.follows:
            self.tell_notices()
            self._answer()

    @intention
    def redraw(self) -> None:
        """Draw all candidates anew for the same role; with a seed, from another one."""
        speaker = self.hand.speaker if self.hand else self._speaker()
        if self.play.next != speaker:
            self._choose(speaker)
        self._dealer.deal(speaker, again=True)

    @intention
    def more(self) -> None:
        """Draw more candidates beside those on the table, or the first ones."""
        if self.hand is None:
            self._dealer.deal(self._speaker())
        else:
            self._dealer.more()

    @intention
    def stop(self) -> None:
        """Draw nothing more; what is complete stays on the table."""
        self._dealer.stop()

    @intention
    def set_aside(self) -> None:
        """Take the candidates from the table; the session remembers them."""
        self._dealer.set_aside()

    # --- going back and forth ---

    @intention
    def undo(self) -> None:
        if not self.play.session.can_undo:
            raise KnownError(_("this is the opening; there is nothing to undo"))
        self._dealer.set_aside()
        self.play.undo()
        self._tell(happened.PlaceChanged("undo"))

    @intention
    def redo(self) -> None:
        if not self.play.session.can_redo:
            raise KnownError(_("there is nothing to redo"))
        self._dealer.set_aside()
        self.play.redo()
        self._tell(happened.PlaceChanged("redo"))

    @intention
    def go(self, number: int) -> None:
        """Stand at any turn; what is said there begins a branch."""
        if number not in self.play.session.turns:
            raise self.play.session.no_turn(number)
        self._dealer.set_aside()
        self.play.go(number)
        self._tell(happened.PlaceChanged("go"))

    @intention
    def edit(self, number: int, text: str) -> None:
        """Say `text` at that turn of this branch instead; without one, ask for it."""
        turn = self.turn(number)
        if is_blank(text):
            self._tell(happened.EditAsked(turn))
            return
        entry = self.play.edited(turn, edited_text(text))
        self._dealer.set_aside()
        self._tell(happened.TurnEdited(self.play.edit(turn, entry)))

    @intention
    def ask_for(self, view: happened.View) -> None:
        """Have the front end show something, or leave."""
        self._tell(happened.ViewAsked(view))

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

    def tell_notices(self) -> None:
        """Tell what a person should know of what was done last."""
        while self.play.notices:
            self._tell(happened.Notice(self.play.notices.pop(0)))

    def _dealt(self, event: happened.TableEvent) -> None:
        self._tell(event)
        self.tell_notices()

    def _tell(self, event: happened.TableEvent) -> None:
        self._emit(event)

    def _answer(self) -> None:
        """Let the next one speak, if a model plays it."""
        if self.play.next is not None and self.play.model_is_next:
            self._dealer.deal(self.play.next)

    def _choose(self, role: Role | None) -> None:
        self.play.next = role
        self._tell(happened.NextChanged(role))

    def _speaker(self) -> Role:
        """Who speaks next, played by a model. Raises `KnownError`."""
        role = self.play.next
        if role is None or not self.play.model_is_next:
            raise self._nobody()
        return role

    def _nobody(self) -> KnownError:
        names = series(role.name for role in self.others)
        return KnownError(_("who speaks next? Choose with /next NAME: {names}", names=names))

    def _hand_on_table(self) -> Hand:
        if self.hand is None:
            raise KnownError(_("there are no candidates yet; an empty Enter draws some"))
        return self.hand
