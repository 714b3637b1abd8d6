"""The hands of a place of the play, as a table has them: which one is shown, or hidden.

A turn owns its hands. They are in the journal; here they are taken out of it again.
"""

from base.errors import KnownError
from scenes.scene import Role
from scenes.table.hand import Hand, hand_of
from scenes.table.play import Play
from scenes.table.session import Draw, Session, Turn


class Hands:
    """The hands of the place that is looked at, the oldest first."""

    def __init__(self, play: Play) -> None:
        self.play = play
        self.turn: Turn | None = None
        """The turn whose hands they are, where it is not the one that is still to come."""
        self.all: list[Hand] = []
        self.at = 0
        self.hidden = False
        """Whether the one that was shown is out of sight, to be brought back."""
        self._shown = False
        self._left: tuple[int | None, int] | None = None
        """Where the play stood, and which hand was hidden there, as another turn was looked at."""

    @property
    def place(self) -> int | None:
        """The turn that the candidates follow."""
        return self.play.session.head if self.turn is None else self.turn.parent

    @property
    def shown(self) -> Hand | None:
        return self.all[self.at] if self._shown else None

    @property
    def last(self) -> Hand | None:
        """The one that is shown, or was before it was hidden."""
        return self.all[self.at] if self.all else None

    def visit(self, turn: Turn | None = None, growing: Hand | None = None) -> Hand | None:
        """Look at the hands of a turn, else of where the play stands; the one that is shown.

        `growing` is a hand that is being drawn.
        """
        session = self.play.session
        if turn is not None and self.turn is None:
            self._left = (session.head, self.at) if self.hidden else None
        self.turn = turn
        place = self.place
        self.all = hands_after(self.play, place)
        if growing is not None and growing.after == place:
            self.all = [hand for hand in self.all if not hand.draws & growing.draws]
            self.all.append(growing)
        said = turn if turn is not None else session.latest_after(place)
        taken = [at for at, hand in enumerate(self.all) if said and said.draw in hand.draws]
        self.at = (taken or [len(self.all) - 1])[-1] if self.all else 0
        self._shown, self.hidden = bool(self.all), False
        if turn is None and self._left is not None:
            head, at = self._left
            self._left = None
            if head == place and at < len(self.all):
                self.at, self._shown, self.hidden = at, False, True
        return self.shown

    def add(self, hand: Hand) -> None:
        """Lay a new hand there, and show it."""
        self.all.append(hand)
        self.at = len(self.all) - 1
        self._shown, self.hidden = True, False

    def drop(self, hand: Hand) -> bool:
        """Take away a hand that came to nothing; whether it was the one that is shown."""
        at = next((at for at, each in enumerate(self.all) if each is hand), None)
        if at is None:
            return False
        was_shown = self.shown is hand
        del self.all[at]
        self.at = max(0, self.at - (at <= self.at))
        if not self.all:
            self._shown = self.hidden = False
        return was_shown

    def leaf(self, step: int) -> bool:
        """Show the hand so many further on, or before; whether there is one."""
        if not (self.all and 0 <= self.at + step < len(self.all)):
            return False
        self.at += step
        self._shown, self.hidden = True, False
        return True

    def hide(self) -> None:
        self.hidden, self._shown = self._shown or self.hidden, False

    def unhide(self) -> None:
        self._shown, self.hidden = bool(self.all), False

    def pass_over(self, role: Role | None) -> None:
        """Show none, as another role is to speak; its own last hand is there to be brought back."""
        of_role = [at for at, hand in enumerate(self.all) if hand.speaker == role]
        self._shown, self.hidden = False, bool(of_role)
        self.at = of_role[-1] if of_role else self.at

    def know_picked(self) -> None:
        """See anew which candidates were taken."""
        turns = self.play.session.branches_at(self.place)
        for hand in self.all:
            hand.know_picked(turns)


def hands_after(play: Play, place: int | None) -> list[Hand]:
    """The hands that were drawn for what follows a turn, the oldest first."""
    session = play.session
    hands: list[Hand] = []
    for draws in _grown(session, place, play.notices):
        hand = hand_of(draws[-1], session.scene)
        hand.draws = {draw.id for draw in draws}
        hand.know_picked(session.branches_at(place))
        hands.append(hand)
    return hands


def count_hands(session: Session, place: int | None) -> int:
    """How many hands there are for what follows a turn."""
    ids = [id for each in session.alike(place) for id in session.draws.after(each)]
    return len(ids) if len(ids) < 2 else len(_grown(session, place, []))


def _grown(session: Session, place: int | None, problems: list[str]) -> list[list[Draw]]:
    """The draws for what follows a turn: those that one hand grew by are together."""
    grown: list[list[Draw]] = []
    for id in sorted({id for each in session.alike(place) for id in session.draws.after(each)}):
        try:
            draw = session.draws[id]
        except KnownError as error:
            problems.append(str(error))
            continue
        same = next((draws for draws in grown if _grew(draws[-1], draw)), None)
        if same is not None:
            same.append(draw)
        elif draw.candidates:
            grown.append([draw])
    return grown


def _grew(old: Draw, new: Draw) -> bool:
    """Whether a draw is an older one with more candidates beside it."""
    if old.speaker != new.speaker:
        return False
    return new.candidates[: len(old.candidates)] == old.candidates
