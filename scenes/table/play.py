"""A session being played: what the person does, put in order. Owns the session and its journal.

It draws nothing on a screen and knows no model but through the `Backend` it is handed.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from random import SystemRandom

from base.errors import KnownError
from base.messages import _
from base.text import one_line
from characters.sheets.names import key_in
from characters.sheets.values import with_amount
from models.backend import Backend
from scenes.dice.orders import Order
from scenes.dice.roll import Roll
from scenes.dice.rules import Rules, rules_of
from scenes.dice.skills import FirstKnown, RolledSkills, Skills
from scenes.log import Entry, parse
from scenes.scene import Role, Scene
from scenes.table.journal import Journal
from scenes.table.knowledge import TableKnowledge
from scenes.table.lines import body_of as body_of
from scenes.table.lines import check_emotion, edited_entry, entry_of, lines_of
from scenes.table.play_hands import PlayHands
from scenes.table.rolled import entry_of as rolled_entry
from scenes.table.rolled import may_be_rewritten, outcome_of, remarks_on, throw
from scenes.table.session import Session, Turn
from scenes.table.sheets import Change
from scenes.table.whispers import addressed
from scenes.turns import Floor, candidates_to_speak, next_speaker


class Play(PlayHands):
    """What can be done at the table. Raises `KnownError` where it cannot, and then nothing is."""

    def __init__(self, session: Session, journal: Journal) -> None:
        super().__init__()
        self.session = session
        self.journal = journal
        self.notices: list[str] = journal.notices
        self.new_seed: Callable[[], int] = lambda: SystemRandom().getrandbits(48)
        """What a session's dice begin with, where they have not been thrown yet."""
        coc7 = self.rules.game == "coc7"
        rolled = RolledSkills(lambda: self.session.rolled, percentile=coc7)
        self.skills: Skills = FirstKnown(lambda: self.session.skills, lambda: rolled)
        """Who is how good at what."""
        self.next: Role | None = None
        self.ahead = session.scene.ahead or 0
        """How many turns are drawn ahead while the person reads."""
        self.sums_up = False
        """Whether a model sums up what leaves its reading, by itself."""
        self.open_summariser: Callable[[], Backend] | None = None
        """Opens the model that does so, where it is not the one that plays."""
        self.knowledge = TableKnowledge(session.scene)
        if self.player is not None and self.player.secret:
            self.notices.append(_("Only you know: {secret}", secret=one_line(self.player.secret)))
        self.turned()

    @classmethod
    def start(cls, scene: Scene, role: str | None, folder: Path | None = None) -> "Play":
        """A new session of `scene` with the player as `role` (`None` watches)."""
        name = scene.role(role).name if role else None
        journal = Journal.create(scene.name, folder)
        try:
            opening = [entry for entry in parse(scene.opening) if entry.kind != "comment"]
            session = Session.start(scene, name, opening, journal.id, journal.append)
        except BaseException:
            journal.close()
            raise
        return cls(session, journal)

    @classmethod
    def resume(cls, path: Path) -> "Play":
        """The session whose journal is at `path`, where it was left."""
        journal, events = Journal.open(path)
        try:
            return cls(Session.replay(events, journal.append), journal)
        except KnownError as error:
            journal.close()
            problem = error.args[0]
            raise KnownError(_("{where}: {problem}", where=path.name, problem=problem)) from error
        except BaseException:
            journal.close()
            raise

    def close(self) -> None:
        self.journal.close()
        self.knowledge.close()

    def leave(self) -> None:
        """Close a session; of one that was begun here and only then opened, no file is kept."""
        if self.journal.just_begun:
            self.discard()
        else:
            self.close()

    def discard(self) -> None:
        """Close a session in which nothing was said, and keep no file of it."""
        self.journal.discard()
        self.close()

    @property
    def player(self) -> Role | None:
        return self.scene.role(self.session.role) if self.session.role else None

    # --- whose turn ---

    def turned(self) -> None:
        """After any change of where the play stands: who is next, and the readable log."""
        self.choose_by_rule()
        try:
            self.journal.save_log(self.session)
        except KnownError as error:
            self.notices.append(str(error))

    def speaker_after(self, path: Sequence[Turn]) -> Role | None:
        """Who would speak after these turns."""
        return next_speaker(self.scene, path, self.session.role, self.floor)

    @property
    def floor(self) -> Floor:
        """How the floor is given where the play stands, and who is there."""
        return self.session.floor

    def choose_by_rule(self) -> None:
        """Have the rule say who is next."""
        self.next = self.speaker_after(self.session.path)

    def check_heard(self, entries: Iterable[Entry]) -> None:
        """Raise `KnownError` for a line to somebody who has left."""
        for name in (name for entry in entries for name in entry.to):
            if name in self.floor.away:
                raise KnownError(
                    _(
                        "{name} has left and hears nothing; /enter {name} brings them back",
                        name=name,
                    )
                )

    def bring_back(self, entries: Iterable[Entry]) -> None:
        """Whoever speaks is there again, if they had left; it is told."""
        away = self.floor.away
        back = {entry.speaker for entry in entries} & away if away else set()
        if back:
            names = [role.name for role in self.scene.cast if role.name in away - back]
            self.session.set_away(names)
            for name in back:
                self.notices.append(_("{name} is there again, since they speak", name=name))

    def read_as(self, scene: Scene) -> None:
        """Have models read the scene with other knowledge, or fewer turns, in this sitting."""
        self.session.scene = self.knowledge.scene = scene

    def use_adapter(self, name: str, adapter: str | None) -> None:
        """Draw the lines of a role with another adapter, or none; the session does not say so,
        since each draw does."""
        scene = self.scene
        cast = (replace(r, adapter=adapter) if r.name == name else r for r in scene.cast)
        self.session.scene = replace(scene, cast=tuple(cast))
        self.choose_by_rule()

    def cycle(self, step: int = 1) -> Role | None:
        """Choose the next one of the roles that a model plays."""
        roles = candidates_to_speak(self.scene, self.session.role, self.floor.away)
        if not roles:
            return None
        at = roles.index(self.next) if self.next in roles else -(step > 0)
        self.next = roles[(at + step) % len(roles)]
        return self.next

    @property
    def model_is_next(self) -> bool:
        return self.next is not None and self.next.name != self.session.role

    # --- saying ---

    def say(self, text: str) -> list[Turn]:
        """Speak as the player, a turn a line; a `名字：` of the cast speaks as that role."""
        return self.say_entries(self.entries(text))

    def entries(self, text: str) -> list[Entry]:
        """What a text means when the player says it; nothing is said yet."""
        return [self.entry(line, self.player) for line in lines_of(text)]

    def say_entries(self, entries: Iterable[Entry]) -> list[Turn]:
        entries = list(entries)
        self.check_heard(entries)
        self.bring_back(entries)
        turns = self.session.say_all(entries)
        if turns:
            self.turned()
        return turns

    def entry(self, text: str, role: Role | None, kept: str = "") -> Entry:
        """The entry that a line means when `role` says it, as `scenes.table.lines` reads it;
        `kept` is an emotion that it may have though the scene does not know it."""
        entry = addressed(self.scene, entry_of(self.scene, text, role))
        check_emotion(self.scene, entry, kept)
        return entry

    # --- the dice ---

    @property
    def rules(self) -> Rules:
        """Whose rules the dice follow."""
        return rules_of(self.session.scene.dice)

    def roll(self, orders: Sequence[Order], opposed: bool = False) -> list[Turn]:
        """Throw the dice, a turn a roll; of two that are opposed, a turn tells who has won. Raises
        `KnownError` for what cannot be thrown."""
        rolls = throw(self.session, orders, self.new_seed)
        language = self.scene.language
        entries = [rolled_entry(roll, language) for roll in rolls]
        if opposed:
            entries.append(outcome_of(rolls[0], rolls[1], language))
        told = list(remarks_on(self.session, rolls, [order.given for order in orders]))
        turns = self.session.roll(rolls, entries)
        for roll in rolls:
            self._keep_in_sheets(roll)
        self.notices += told
        self.turned()
        return turns

    def _keep_in_sheets(self, roll: Roll) -> None:
        """Write what a roll has changed into the sheets that have it."""
        for change in roll.changes:
            sheet = self.session.sheet(change.role)
            if (key := key_in(sheet, change.key)) is not None:
                after = with_amount(sheet[key], change.after)
                kept = [Change(key, sheet[key], after)]
                self.session.change_sheet(change.role, kept, roll.id)

    # --- going back and forth ---

    def undo(self) -> bool:
        return self._moved(self.session.undo())

    def redo(self) -> bool:
        return self._moved(self.session.redo())

    def go(self, turn: int) -> None:
        self.session.go(turn)
        self.turned()

    def edited(self, turn: Turn, text: str) -> Entry:
        """What `text` means in place of a turn; nothing is said yet."""
        may_be_rewritten(turn)
        entry = edited_entry(self.scene, turn.entry, text)
        if not turn.entry.text.startswith("@"):
            entry = addressed(self.scene, entry)
        check_emotion(self.scene, entry, turn.entry.emotion)
        return entry

    def edit(self, turn: Turn, what: str | Entry) -> Turn:
        """Say another thing at a turn of this branch; the old line stays on its own branch."""
        entry = self.edited(turn, what) if isinstance(what, str) else what
        edited = self.session.edit(turn.id, entry)
        self.turned()
        return edited

    def delete(self, turn: Turn) -> None:
        """Leave out a turn of this branch; the old line stays on its own branch."""
        self.session.delete(turn.id)
        self.turned()

    def _moved(self, moved: bool) -> bool:
        if moved:
            self.turned()
        return moved
