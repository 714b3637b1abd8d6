"""What can be wanted of the dice at a table: rolls, checks, and what was rolled here before."""

from collections.abc import Sequence
from typing import get_args

from base.errors import KnownError
from base.messages import N_, _
from base.text import shown
from scenes.dice.checks import Table as Stands
from scenes.dice.checks import check_orders, growth_order, opposed_orders
from scenes.dice.grammar import begins_with_dice
from scenes.dice.offers import offered
from scenes.dice.orders import Order, roll_order, sanity_order
from scenes.dice.proposals import Word, proposed
from scenes.dice.skills import SAN
from scenes.dice.words import is_chinese
from scenes.table import controller_events as happened
from scenes.table.commands import COMMANDS
from scenes.table.intention import intention
from scenes.table.intentions import Intentions
from scenes.table.meanings import Do, Doubt
from scenes.table.rolled import rolls_told
from scenes.table.session import Turn
from scenes.table.sheet_telling import changed_since, sheets_now
from scenes.table.speakers import speaker_called

ROLLED: dict[str, Word] = {word: word for word in get_args(Word)}
"""The words of dice by the names of their commands."""
ONLY_COC = N_("{word} is of Call of Cthulhu; this scene says dice: {game}")


class DiceIntentions(Intentions):
    """The part of a table that has dice. Whatever cannot be rolled raises `KnownError`."""

    @intention
    def roll(self, word: Word, text: str, name: str = "") -> None:
        """Roll what is typed behind a word of dice, as the player or as the role of that name; the
        next one answers."""
        who = self._roller(name)
        orders = self._orders(word, text, who)
        self._dealer.halt()
        before = sheets_now(self.play.session)
        turns = self.play.roll(orders, opposed=word == "oppose")
        self._arrive(happened.TurnsSaid(tuple(turns)))
        for event in changed_since(self.play.session, before):
            self._tell(event)
        self.tell_notices()
        self._answer()

    def _orders(self, word: Word, text: str, who: str) -> Sequence[Order]:
        play, rules = self.play, self.play.rules
        stands = Stands(rules, play.scene.house_rule, play.skills, play.scene.language)
        chinese = is_chinese(play.scene.language)
        if word in ("sanity", "grow") and rules.game != "coc7":
            raise KnownError(_(ONLY_COC, word=f"/{word}", game=rules.game))
        match word:
            case "roll":
                return (roll_order(who, text, rules),)
            case "secret" if not text.strip() or begins_with_dice(text):
                return (roll_order(who, text, rules, hidden=True),)
            case "check" | "secret":
                return check_orders(who, text, stands, hidden=word == "secret")
            case "bonus" | "penalty":
                return check_orders(who, text, stands, 1 if word == "bonus" else -1)
            case "sanity":
                known, reason = play.skills.value(who, SAN), "理智" if chinese else "sanity"
                return (sanity_order(who, text, rules, stands.house, known, reason, SAN),)
            case "grow":
                return (growth_order(who, text, stands, "成长" if chinese else " growth"),)
            case "oppose":
                me = self.play.player.name if self.play.player else None
                return opposed_orders(text, me, self._role_named, stands)

    def _roller(self, name: str) -> str:
        """Who rolls: who is named, the player, or whoever narrates. Raises `KnownError`."""
        play = self.play
        if name:
            known = speaker_called(play.scene, play.session.role, name)
            return known.name if known is not None and known in play.scene.cast else name
        if play.player is not None:
            return play.player.name
        narrator = next((role.name for role in play.scene.cast if role.narrator), None)
        if narrator is None:
            example = play.scene.cast[0].name
            raise KnownError(_("who rolls? Write the name before it: {name}：.r", name=example))
        return narrator

    def _role_named(self, name: str) -> str:
        scene = self.play.scene
        role = speaker_called(scene, self.play.session.role, name)
        return role.name if role in scene.cast and role is not None else scene.role(name).name

    def rolls_told(self) -> list[str]:
        """Every roll of this branch and what else was rolled where it stands, a line each; those
        that are hidden from the log, too."""
        return list(rolls_told(self.play.session, self.play.scene.language))

    def _callable(self) -> list[str]:
        """Every name by which somebody may be asked to roll."""
        return [name for role in self.play.scene.cast for name in (role.name, *role.aliases)]

    def _offer(self, turn: Turn) -> bool:
        """Ask whether the check is to be rolled that a narration proposes; whether it was asked."""
        if turn.entry.kind != "narration" or turn.by != "model":
            return False
        found = proposed(turn.entry.text, self._callable())
        if found is None or offered(turn.entry.text):
            return False  # an action that is offered is rolled for when it is chosen
        try:
            who = self._roller(found.who)
            self._orders(found.word, found.text, who)
        except KnownError as error:
            problem = error.args[0]
            asked = _("the narration asks for a roll: {problem}", problem=problem)
            self._tell(happened.Notice(asked))
            return False
        question = _(
            "Enter rolls {text} for {name}; anything else leaves it",
            text=shown(found.text),
            name=who,
        )
        self.listening.offer(Doubt(question, Do(COMMANDS[found.word], found.text, who)))
        self._tell(happened.Doubted(question))
        return True

    def accept(self) -> None:
        """An empty Enter: roll what was offered, else let the next one speak."""
        if self.listening.offering:
            self.enter("")
        else:
            self.go_on()

    def enter(self, text: str) -> None:
        """Take what a person sends."""
        raise NotImplementedError

    def go_on(self) -> None:
        """Let the next one speak."""
        raise NotImplementedError
