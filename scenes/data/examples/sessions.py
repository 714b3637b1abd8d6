"""What was picked and edited at the table as examples, each with the prompt that the model had."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from base.errors import KnownError
from base.messages import _
from models.train.data import Example, Split
from scenes.data.examples.prompts import Bounds, ExampleTally, kept
from scenes.prompt import History, history_budget, prompt_after, stable_part
from scenes.scene import Role
from scenes.table.session import Session, Turn

OTHER_BRANCH = "on a branch that the play has left"


@dataclass(frozen=True)
class SessionSource:
    """The lines of `roles` on the current branch of a session, which is one part.

    A line that was edited is learned as it was edited to. What the opening says is not learned.
    """

    session: Session
    roles: Sequence[Role]

    @property
    def lines(self) -> Sequence[int]:
        return [len(self._turns(self.session.path))]

    @property
    def warnings(self) -> Sequence[str]:
        return ()

    def examples(
        self, splits: Sequence[Split], bounds: Bounds, tally: ExampleTally
    ) -> Iterator[Example]:
        """Each line after what was said before it, with the knowledge that had been told then."""
        session, (split,) = self.session, splits
        longest = bounds.longest(session.scene)
        edited = {turn.of for turn in session.turns.values()}
        current = {turn.id for turn in session.path}
        for turn, __ in self._turns(session.turns.values()):
            if turn.id not in current and turn.id not in edited:
                tally.left_out[OTHER_BRANCH] += 1
        budget = history_budget(session.scene, bounds.context, longest, bounds.count)
        stable, said = stable_part(session.scene), History(bounds.count)
        roles = {turn.id: role for turn, role in self._turns(session.path)}
        for notes, turn in session.told():
            for note in notes:
                said.add(note)
            role, entry = roles.get(turn.id), turn.entry
            if role:
                named = replace(entry, speaker=role.name) if entry.speaker else entry
                text = kept(role, named, longest, bounds.count, tally)
                if text:
                    prompt = prompt_after(stable, said, role, budget)
                    yield Example(prompt, text, role.name, session.id, "", split)
            said.add(entry)

    def _turns(self, turns: Iterable[Turn]) -> list[tuple[Turn, Role]]:
        return [
            (turn, role)
            for turn in turns
            if turn.by != "opening" and (role := _said_by(self.roles, turn))
        ]


def session_source(session: Session, wanted: Iterable[str]) -> SessionSource:
    """The lines of the roles that are wanted; where none is, of all but the player's own role.

    Raises `KnownError` for a name of nobody, and where nothing was said by them.
    """
    scene = session.scene
    roles = tuple(dict.fromkeys(map(scene.role, wanted))) or tuple(
        role for role in scene.cast if role.name != session.role
    )
    source = SessionSource(session, roles)
    if not any(source.lines):
        who = ", ".join(role.name for role in roles) or "a model"
        raise KnownError(
            _(
                "{number}: no line by {who} after its opening; nothing to learn",
                number=session.id,
                who=who,
            )
        )
    return source


def _said_by(roles: Iterable[Role], turn: Turn) -> Role | None:
    entry = turn.entry
    for role in roles:
        if role.narrator and entry.kind == "narration":
            return role
        if entry.speaker and entry.speaker in (role.name, *role.aliases):
            return role
    return None
