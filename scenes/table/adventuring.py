"""What can be wanted where a narration offers numbered actions: one of them, with its check."""

from base.errors import KnownError
from base.messages import _
from scenes.dice.offers import Offer, chosen, offered, third_person
from scenes.dice.words import is_chinese
from scenes.log import Entry
from scenes.table import controller_events as happened
from scenes.table.intention import intention
from scenes.table.rolling import DiceIntentions


class AdventureIntentions(DiceIntentions):
    """The part of a table where actions are chosen by their numbers."""

    @property
    def offers(self) -> list[Offer]:
        """The actions that the last line offers to the player; none while candidates lie there."""
        path = self.play.session.path
        if self.play.player is None or self.hand is not None or not path:
            return []
        last = path[-1].entry
        if last.kind != "narration" or (last.to and self.play.player.name not in last.to):
            return []
        return offered(last.text, self._callable())

    def offer_called(self, line: str) -> Offer | None:
        """The offer that a typed line chooses by its number."""
        return chosen(line, self.offers)

    @intention
    def act(self, number: int) -> None:
        """Do what is offered under that number as the player, and make its check; whoever is next
        answers. Raises `KnownError`."""
        offer = next((one for one in self.offers if one.number == number), None)
        player = self.play.player
        if offer is None or player is None:
            raise KnownError(_("no action of the number {number} is offered here", number=number))
        does = offer.text
        if not offer.said and not is_chinese(self.play.scene.language):
            does = third_person(does)
        self._dealer.halt()
        turns = self.play.say_entries(
            [Entry("speech" if offer.said else "action", does, player.name)]
        )
        self._arrive(happened.TurnsSaid(tuple(turns)))
        self.tell_notices()
        if offer.check is None or not self._checked(offer, player.name):
            self._answer()

    def _checked(self, offer: Offer, name: str) -> bool:
        """Make the check of an action, which is then answered; whether it could be made."""
        check = offer.check
        assert check is not None
        try:
            self._orders(check.word, check.text, name)
        except KnownError as error:
            asked = _("the narration asks for a roll: {problem}", problem=error.args[0])
            self._tell(happened.Notice(asked))
            return False
        self.roll(check.word, check.text, name)
        return True
