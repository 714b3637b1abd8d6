"""What can be done at a table with hands: leaf through them, pick, draw anew, draw more, hide."""

from base.errors import KnownError
from base.messages import _, _n, series
from scenes.scene import Role
from scenes.table import controller_events as happened
from scenes.table.hand import Asked
from scenes.table.intention import intention
from scenes.table.intentions import Intentions
from scenes.table.lines import begun_of, body_of
from scenes.table.rolled import may_be_rewritten
from scenes.table.session import Turn
from scenes.table.typed import edited_text


class CandidateIntentions(Intentions):
    """Intentions on hands. Nothing that was drawn is ever dropped by one of them."""

    def candidate_text(self, number: int) -> str:
        """The candidate with that number, to be edited. Raises `KnownError`."""
        return body_of(self._hand_on_table().candidate(number - 1).entry)

    @intention
    def leaf(self, step: int) -> None:
        """Show the hand so many further on at this place, or before it."""
        if self._hands.leaf(step):
            self._show_hand()
        else:
            self._tell(happened.Notice(_("there is no other hand on that side")))

    @intention
    def leaf_to(self, number: int | None) -> None:
        """Show the hand of that number at this place, counted from 1; without one, the next,
        and behind the last the first."""
        many = len(self.hands)
        if number is None:
            number = self.hand_at % many + 1 if many else 1
        if many == 0:
            raise KnownError(_("there are no candidates yet; an empty Enter draws some"))
        if not 1 <= number <= many:
            raise KnownError(
                _n("only one lot of candidates was drawn here", "there are lots 1 to {n}", many)
            )
        self.leaf(number - self.hand_at)

    @intention
    def tell_hands(self) -> None:
        """Tell of all hands of this place, in one line."""
        if not self.hands:
            raise KnownError(_("there are no candidates yet; an empty Enter draws some"))
        told = []
        for number, hand in enumerate(self.hands, 1):
            lines = _n(
                "{n} line for {name}",
                "{n} lines for {name}",
                len(hand.complete),
                name=hand.speaker.name,
            )
            taken = series(str(at + 1) for at in sorted(hand.picked))
            here = "●" if hand is self.hand else ""
            told.append(
                _(
                    "{number}{here} {lines} (taken: {taken})",
                    number=number,
                    here=here,
                    lines=lines,
                    taken=taken,
                )
                if taken
                else f"{number}{here} {lines}"
            )
        self._tell(happened.Notice(series(told)))

    @property
    def cut_short(self) -> int:
        """The candidate that stopped early, else the first; from 1."""
        places = enumerate(self._hand_on_table().places, 1)
        cut = (at for at, place in places if place.candidate and place.candidate.finish == "length")
        return next(cut, 1)

    @intention
    def hide(self) -> None:
        """Have the hand out of sight; a draw goes on."""
        hand = self.hand
        self._hands.hide()
        if hand is not None:
            self._tell(happened.HandHidden(hand))

    @intention
    def unhide(self) -> None:
        """Bring back the hand that was hidden."""
        if not self._hands.hidden:
            raise KnownError(_("there are no candidates yet; an empty Enter draws some"))
        self._hands.unhide()
        self._show_hand()

    @intention
    def look_at(self, number: int | None) -> None:
        """Have the hands of any turn on the table; `None`: those of where the play stands."""
        before = self.hand
        hand = self._look(None if number is None else self.any_turn(number))
        if hand is not None:
            self._tell(happened.HandShown(hand))
        elif before is not None:
            self._tell(happened.HandLeft(before))

    @intention
    def pick(self, number: int, text: str | None = None, unattended: bool = False) -> None:
        """Take the candidate in that place, counted from 1 as it is shown, or `text` for it.

        In a hand of an earlier place that begins a branch there; `unattended` is a choice that
        nobody made.
        """
        hand = self._hand_on_table()
        last = len(self.play.session.turns)
        instead = None if text is None else edited_text(text)
        turn = self.play.pick(hand, number - 1, instead, self._hands.place, unattended)
        self._dealer.halt()
        if turn.id <= last:
            self._arrive(happened.PlaceChanged("pick"))
        elif turn.of is not None:
            self._arrive(happened.TurnEdited(turn))
        else:
            self._arrive(happened.TurnsSaid((turn,)))
        offered = not unattended and turn.id > last and self._offer(turn)
        if self.follows and not self.hands and not offered:
            self.tell_notices()
            self._answer()

    @intention
    def redraw(self) -> None:
        """Draw a hand more for the same role, also of a turn that is looked at; with a seed, from
        another one. The old hand stays."""
        last = self._hands.last if self.hand or self.hidden else None
        if last is not None:
            asked = last.asked
        elif self.looking is not None:
            asked = Asked(self._role_of(self.looking), self._hands.place)
        else:
            asked = Asked(self._speaker(), self._hands.place)
        if self.looking is None and self.play.next != asked.speaker:
            self._choose(asked.speaker)
        self._dealer.deal(asked)

    @intention
    def more(self) -> None:
        """Show the candidates that stand behind the best; where there are none, draw more beside
        those on the table, or the first ones."""
        if self.hidden:
            self.unhide()
        if self.hand is None:
            self.redraw()
        elif self.hand.behind and not self.drawing:
            self.hand.unfolded = True
            self._tell(happened.HandUnfolded(self.hand))
        else:
            self._dealer.more(self.hand)

    @intention
    def extend(self, turn: int | None = None, candidate: int | None = None) -> None:
        """Continue a line that stopped early: a candidate of the hand that is shown, else a turn
        of this branch, else its last one."""
        if candidate is not None:
            hand = self._hand_on_table()
            entry = hand.candidate(candidate - 1).entry
            begun, place = begun_of(entry), self._hands.place
            self._dealer.deal(Asked(hand.speaker, place, begun, hand.continues))
            return
        path = self.play.session.path
        if turn is None and not path:
            raise KnownError(_("nothing has been said yet"))
        line = path[-1] if turn is None else self.turn(turn)
        may_be_rewritten(line)
        asked = Asked(self._role_of(line), line.parent, begun_of(line.entry), line.id)
        self._dealer.halt()
        self._look(line)
        self._dealer.deal(asked)

    @property
    def can_retry(self) -> bool:
        """Whether a draw failed here that can be asked for again."""
        failed = self._dealer.retry.failed
        return failed is not None and failed.after == self._hands.place

    @intention
    def retry(self) -> None:
        """Ask once more for what the model failed to draw."""
        failed = self._dealer.retry.failed
        if failed is None or failed.after != self._hands.place:
            raise KnownError(_("nothing failed here; an empty Enter draws candidates"))
        self._dealer.deal(failed)

    @intention
    def stop(self) -> None:
        """Draw nothing more; what is complete stays on the table."""
        self._dealer.stop()

    @intention
    def set_aside(self) -> None:
        """Draw nothing more, and have the candidates out of sight; the turn keeps them."""
        self._dealer.halt()
        self.hide()

    def _show_hand(self) -> None:
        hand = self.hand
        if hand is None:
            return
        if self.looking is None and self.play.next != hand.speaker:
            self._choose(hand.speaker)
        self._tell(happened.HandShown(hand))

    def _role_of(self, turn: Turn) -> Role:
        """Whose line a turn is. Raises `KnownError`."""
        cast = self.play.scene.cast
        for role in cast:
            if turn.entry.speaker in (role.name, *role.aliases):
                return role
            if turn.entry.kind == "narration" and role.narrator:
                return role
        if turn.entry.speaker:
            return Role(turn.entry.speaker)
        if turn.entry.kind == "narration":
            return Role(_("narrator"), narrator=True)
        raise KnownError(_("no role says turn {number}; choose another", number=turn.id))
