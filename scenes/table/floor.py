"""What a person can want about who speaks: by which rule, who is muted or away, newcomers."""

import re
from collections.abc import Sequence

from base.errors import KnownError
from base.messages import _, series
from base.names import name_problem, nearest
from base.text import shown
from scenes.scene import Role, Turns
from scenes.table import controller_events as happened
from scenes.table.intention import intention
from scenes.table.intentions import Intentions
from scenes.table.presence import taken
from scenes.table.speakers import (
    RULE_HELP,
    RULE_NAMES,
    narrator_of,
    own_role,
    rule_called,
    rules_told,
    speaker_called,
)
from scenes.turns import Next, candidates_to_speak, next_by_rule

_DESCRIBED = re.compile(r"\s*[：:]\s*")


class FloorIntentions(Intentions):
    """The part of a table that gives the floor. Whatever cannot be done raises `KnownError`."""

    # --- what a front end may look at ---

    @property
    def others(self) -> Sequence[Role]:
        """The roles that a model may play, and that are there."""
        return candidates_to_speak(self.play.scene, self.play.session.role, self.play.floor.away)

    @property
    def rule(self) -> Turns:
        """The rule by which the floor is given."""
        return self.play.floor.rule or self.play.scene.turns

    def why(self) -> str:
        """Why the one who is next is next, in one line."""
        play = self.play
        found = next_by_rule(play.scene, play.session.path, play.session.role, play.floor)
        if play.next is not None and play.next != found.role:
            return _("you chose {name}", name=play.next.name)
        return self._reason(found)

    def _reason(self, found: Next) -> str:
        name = found.role.name if found.role else ""
        match found.why:
            case "called":
                return _("the last line calls {name}", name=name)
            case "named":
                return _("the last line names {name}", name=name)
            case "list":
                there = [r.name for r in self.play.scene.cast if r.name not in self._silent]
                return _("round the cast: {names}", names=series(there))
            case "pool":
                return _("{name} was drawn of those who have not spoken yet", name=name)
            case "talkative":
                return _("{name} was drawn by talkativeness", name=name)
            case "players":
                return _("the others have spoken; it is the turn of {name}", name=name)
            case "alone":
                return _("nobody but {name} is left to answer", name=name)
            case "manual":
                return _("the rule is manual: you choose who speaks")
            case "dice":
                return _("{name} tells what the dice have meant", name=name)
            case "nobody":
                return _("everybody is muted or has left: /unmute or /enter brings one back")

    @property
    def _silent(self) -> frozenset[str]:
        return self.play.floor.silent

    # --- letting speak ---

    @intention
    def let_speak(self, name: str) -> None:
        """Let the role of that name or alias speak now; 我 or me has the model propose a line of
        the person's own role."""
        if not name:
            raise self._nobody()
        role = speaker_called(self.play.scene, self.play.session.role, name)
        if role is None:
            role = self.play.scene.role(name)  # which says what is wrong with the name
        own = role.name == self.play.session.role
        if own and name in (role.name, *role.aliases):
            self._there(role)
            self._dealer.set_aside()
            self._choose(role)
        else:
            self._draw_for(role)

    @intention
    def speak_as(self, text: str) -> None:
        """Draw for whoever is called so: one's own role, one of the cast, a narrator, or else a
        newcomer, who joins the cast; `NAME：WORDS` says who a newcomer is."""
        name, profile = (*_DESCRIBED.split(text.strip(), maxsplit=1), "")[:2]
        if not name:
            raise KnownError(_("this command is written {form}", form=_("/as NAME")))
        role = speaker_called(self.play.scene, self.play.session.role, name)
        self._draw_for(role or self._newcomer(name, profile))

    @intention
    def draw_own(self) -> None:
        """Have the model propose a line of the person's own role."""
        self._draw_for(own_role(self.play.scene, self.play.session.role))

    @intention
    def draw_narrator(self) -> None:
        """Have something narrated, also where the scene has no narrator."""
        self._draw_for(narrator_of(self.play.scene))

    def _draw_for(self, role: Role) -> None:
        self._there(role)
        self._dealer.set_aside()
        self._choose(role)
        self._dealer.deal(role)

    def _there(self, role: Role) -> None:
        """Raise `KnownError` for a role that has left."""
        if role.name in self.play.floor.away:
            raise KnownError(_("{name} has left; /enter {name} brings them back", name=role.name))

    def _newcomer(self, name: str, profile: str) -> Role:
        scene = self.play.scene
        names = [each for role in scene.cast for each in (role.name, *role.aliases)]
        if problem := name_problem(name) or taken(name, scene.cast):
            raise KnownError(_("{name}: {problem}", name=shown(name), problem=problem))
        role = Role(name, profile=" ".join(profile.split()), adapter=scene.model.adapter)
        self.play.session.join(role)
        hint = nearest(name, names)
        self.play.notices.append(_("{name} joins the cast{hint}", name=name, hint=hint))
        self._tell(happened.CastChanged(role))
        return role

    # --- who is there, and how the floor is given ---

    @intention
    def set_rule(self, name: str) -> None:
        """Give the floor by the rule of that name; without one, tell which there are."""
        if not name:
            self.play.notices.append(self._rules())
            return
        rule = rule_called(name)
        self.play.session.set_rule(rule)
        self.play.notices.append(
            _("{rule}: {help}", rule=_(RULE_NAMES[rule]), help=_(RULE_HELP[rule]))
        )
        self._refloored()

    def _rules(self) -> str:
        now = _(RULE_NAMES[self.rule])
        return _("the rule is {rule}; there are {names}", rule=now, names=rules_told())

    @intention
    def mute(self, name: str, on: bool = True) -> None:
        """Have no rule choose that role, or have rules choose it again."""
        role, muted = self._role(name), self.play.floor.muted
        if on == (role.name in muted):
            raise KnownError(
                _("{name} is muted already", name=role.name)
                if on
                else _("{name} is not muted", name=role.name)
            )
        names = [each.name for each in self.play.scene.cast if each.name in muted]
        self.play.session.mute(
            [*names, role.name] if on else [one for one in names if one != role.name]
        )
        self._say_so(
            _("{name} is muted: no rule chooses them; /unmute {name} ends it", name=role.name)
            if on
            else _("{name} is no longer muted", name=role.name)
        )

    @intention
    def leave_table(self, name: str) -> None:
        """Have that role leave, on this branch, from here on."""
        role, away = self._role(name), self.play.floor.away
        if role.name in away:
            raise KnownError(_("{name} has left already", name=role.name))
        if self.hand is not None and self.hand.speaker.name == role.name:
            self._dealer.set_aside()
        self.play.session.set_away(self._in_order(away | {role.name}))
        self._say_so(_("{name} leaves the table; /enter {name} brings them back", name=role.name))

    @intention
    def enter_table(self, name: str) -> None:
        """Have a role that had left be there again, on this branch, from here on."""
        role, away = self._role(name), self.play.floor.away
        if role.name not in away:
            raise KnownError(_("{name} has not left", name=role.name))
        self.play.session.set_away(self._in_order(away - {role.name}))
        self._say_so(_("{name} is at the table again", name=role.name))

    @intention
    def tell_why(self) -> None:
        """Tell why the one who is next is next."""
        self.play.notices.append(self.why())

    @intention
    def ask_front_end(self, event: happened.TableEvent) -> None:
        """Have the front end do what only it can: a model, an adapter, playing by itself."""
        self._tell(event)

    @intention
    def use_adapter(self, name: str, adapter: str | None) -> None:
        """Draw the lines of that role with another adapter, or none; for this sitting."""
        role = self._role(name)
        self._dealer.set_aside()
        self.play.use_adapter(role.name, adapter)
        self._tell(happened.FloorChanged())
        self._tell(happened.NextChanged(self.play.next))

    def _role(self, name: str) -> Role:
        """The role of the cast that is called so. Raises `KnownError`."""
        if not name:
            raise KnownError(_("whom? Name one of {names}", names=self._names()))
        role = speaker_called(self.play.scene, self.play.session.role, name)
        return role if role in self.play.scene.cast else self.play.scene.role(name)

    def _names(self) -> str:
        return series(role.name for role in self.play.scene.cast)

    def _in_order(self, names: frozenset[str]) -> list[str]:
        return [role.name for role in self.play.scene.cast if role.name in names]

    def _say_so(self, words: str) -> None:
        self.play.notices.append(words)
        self._refloored()

    def _refloored(self) -> None:
        """Who is next by the new floor, unless candidates of somebody lie there."""
        if self.hand is None:
            self.play.choose_by_rule()
        self._tell(happened.FloorChanged())
        self._tell(happened.NextChanged(self.play.next))

    def _nobody(self) -> KnownError:
        names = series(role.name for role in self.others)
        if not names:
            return KnownError(_("everybody has left; /enter NAME brings one back"))
        return KnownError(_("who speaks next? Choose with /next NAME: {names}", names=names))
