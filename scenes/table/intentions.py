"""What every intention at a table stands on: the play, who draws for it, and whom it tells."""

from collections.abc import Callable, Sequence

from base.errors import KnownError
from base.messages import _, series
from scenes.scene import Role
from scenes.table import controller_events as happened
from scenes.table.ahead import likely
from scenes.table.background import Post
from scenes.table.dealer import Dealer, ModelSlot
from scenes.table.hand import Hand
from scenes.table.hands import Hands
from scenes.table.listening import Listening
from scenes.table.play import Play
from scenes.table.session import Turn
from scenes.turns import candidates_to_speak


class Intentions:
    """One play, with its model, for one front end; what can be wanted of it is added in rooms."""

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
        self._dealer.retry.by_itself = follows
        self._lit = 0
        self._look()

    # --- what a front end may look at ---

    @property
    def hand(self) -> Hand | None:
        """The hand that is shown."""
        return self._hands.shown

    @property
    def hands(self) -> Sequence[Hand]:
        """All hands of the place that is looked at, the oldest first."""
        return self._hands.all

    @property
    def hand_at(self) -> int:
        """Which of them is shown, from 1; 0 where there is none."""
        return self._hands.at + 1 if self._hands.all else 0

    @property
    def hidden(self) -> bool:
        """Whether a hand is out of sight that `unhide` brings back."""
        return self._hands.hidden

    @property
    def looking(self) -> Turn | None:
        """The turn whose hands are shown, where it is not the one still to come."""
        return self._hands.turn

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

    def turn(self, number: int) -> Turn:
        """The turn of this branch with that number. Raises `KnownError`."""
        if self.play.session.is_on_path(number):
            return self.play.session.turns[number]
        raise KnownError(
            _("turn {number} is not on this branch; /log lists its turns", number=number)
        )

    @property
    def last_turn(self) -> int:
        """The number of the last turn of this branch. Raises `KnownError`."""
        if self.play.session.head is None:
            raise KnownError(_("nothing has been said yet"))
        return self.play.session.head

    def any_turn(self, number: int) -> Turn:
        """The turn of any branch with that number. Raises `KnownError`."""
        turn = self.play.session.turns.get(number)
        if turn is None:
            raise self.play.session.no_turn(number)
        return turn

    # --- telling ---

    def tell_notices(self) -> None:
        """Tell what a person should know of what was done last."""
        while self.play.notices:
            self._tell(happened.Notice(self.play.notices.pop(0)))
        self._look_ahead()

    def _dealt(self, event: happened.TableEvent) -> None:
        self._tell(event)
        self.tell_notices()

    def _tell(self, event: happened.TableEvent) -> None:
        self._emit(event)

    # --- what intentions have in common ---

    @property
    def _hands(self) -> Hands:
        return self._dealer.hands

    def _look(self, turn: Turn | None = None) -> Hand | None:
        """Have the hands of a turn on the table, else those of where the play stands."""
        hand = self._hands.visit(turn, self._dealer.growing)
        if hand is not None and turn is None:
            self.play.next = hand.speaker
        return hand

    def _arrive(self, event: happened.TableEvent) -> None:
        """The play stands elsewhere: tell so, and have the hands of that place on the table."""
        self._lit = 0
        before, hand = self.hand, self._look()
        if hand is None and before is not None:
            self._tell(happened.HandLeft(before))
        self._tell(event)
        if hand is not None:
            self._tell(happened.HandShown(hand))

    def light(self, number: int) -> None:
        """The candidate with that number is the one that is likely to be picked."""
        self._lit = number - 1
        self._look_ahead()

    def _look_ahead(self) -> None:
        """Have drawn what is likely to be wanted next, where the play is to be drawn ahead."""
        play, dealer = self.play, self._dealer
        if not play.ahead or self.drawing or self.waiting or self.looking is not None:
            return
        guess = likely(play, self._hands, self._lit, self._passed_to)
        if guess is None:
            dealer.give_up_ahead()
        else:
            dealer.draw_ahead(guess.asked, guess.said)

    def _passed_to(self) -> Role | None:
        """Who speaks if the one who is next passes: not who just did, where there is a choice."""
        play, path = self.play, self.play.session.path
        last, planned = path[-1].entry.speaker if path else "", play.next
        others = [
            role for role in self.others if role != planned and role.name not in play.floor.muted
        ]
        waiting = [role for role in others if role.name != last] or others
        return waiting[0] if waiting else None

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

    def _offer(self, turn: Turn) -> bool:
        """Ask about what a line that was picked proposes; whether anything was asked."""
        return False

    def _nobody(self) -> KnownError:
        names = series(role.name for role in self.others)
        return KnownError(_("who speaks next? Choose with /next NAME: {names}", names=names))

    def _hand_on_table(self) -> Hand:
        if self.hand is None:
            raise KnownError(_("there are no candidates yet; an empty Enter draws some"))
        return self.hand
