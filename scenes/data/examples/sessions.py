"""What was picked and edited at the table as examples, each with the prompt that the model had."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from base.errors import KnownError
from base.messages import N_, _, _n, series
from models.train.data import Example, Split
from scenes.data.examples.blocks import WIDEST_GAP
from scenes.data.examples.prompts import BETWEEN, Bounds, ExampleTally, learned_reply
from scenes.data.examples.replies import SessionPrompts, role_saying
from scenes.scene import Role
from scenes.table.session import Session, Turn

OTHER_BRANCH = N_("on a branch that the play has left")


@dataclass(frozen=True)
class SessionSource:
    """The lines of `roles` on the current branch of a session, which is one part, or two where
    its end can be held out.

    A line that was edited is learned as it was edited to. What the opening says is not learned.
    """

    session: Session
    roles: Sequence[Role]
    steered: bool = False
    """Whether prompts hold what steered the draws, as they did in play."""
    weight: float = 1.0
    """How much each token of its replies counts, beside other sources."""
    end: float = 0.0
    """The share of its lines that is a part of its own, the last one."""

    @property
    def lines(self) -> Sequence[int]:
        lines = len(self._turns(self.session.path))
        last = self._last(lines)
        return [lines - last, last] if last else [lines]

    def _last(self, lines: int) -> int:
        """Lines of the part at the end."""
        return min(lines - 1, max(1, round(lines * self.end))) if self.end else 0

    def in_blocks(self, at: int) -> "SessionSource":
        """A session stays whole: what is said later stands on what was said before."""
        return self

    def at_end(self, share: float) -> "SessionSource":
        """Its end may be held out, since what is said there stands on what was said before."""
        return replace(self, end=share)

    @property
    def warnings(self) -> Sequence[str]:
        return ()

    def examples(
        self, splits: Sequence[Split], bounds: Bounds, tally: ExampleTally
    ) -> Iterator[Example]:
        """Each line after the prompt that the model had for it."""
        session = self.session
        longest = bounds.longest(session.scene)
        if left := self._on_other_branches():
            tally.left_out[OTHER_BRANCH] += left
        prompts = SessionPrompts(session, bounds, longest, self.steered)
        turns = self._turns(session.path)
        first_of_end = len(turns) - self._last(len(turns))
        gap = min(WIDEST_GAP, self._last(len(turns)) // 4)
        for number, (turn, role) in enumerate(turns):
            if 0 <= number - first_of_end < gap:
                tally.left_out[BETWEEN] += 1
                continue
            entry, split = turn.entry, splits[number >= first_of_end]
            named = replace(entry, speaker=role.name) if entry.speaker else entry
            reply = learned_reply(role, named, longest, bounds.count, tally)
            if reply:
                prompt = prompts.before(turn, role)
                place = session.id, "", split
                yield Example(prompt, reply, role.name, *place, round(self.weight, 4))
        tally.notices += _notices(session, prompts, bounds)

    def _on_other_branches(self) -> int:
        """Lines that the play has left, those aside that were edited."""
        edited = {turn.of for turn in self.session.turns.values()}
        current = {turn.id for turn in self.session.path}
        turns = (turn for turn, __ in self._turns(self.session.turns.values()))
        return sum(turn.id not in current and turn.id not in edited for turn in turns)

    def _turns(self, turns: Iterable[Turn]) -> list[tuple[Turn, Role]]:
        return [
            (turn, role)
            for turn in turns
            if turn.by != "opening" and (role := role_saying(self.roles, turn.entry))
        ]


def session_source(
    session: Session, wanted: Iterable[str], steered: bool = False, without: Iterable[str] = ()
) -> SessionSource:
    """The lines of the roles that are wanted; where none is, of all but the player's own role;
    never those of `without`.

    Raises `KnownError` for a name of nobody, and where nothing was said by them.
    """
    scene = session.scene
    roles = tuple(dict.fromkeys(map(scene.role, wanted))) or tuple(
        role for role in scene.cast if role.name != session.role
    )
    left_out = set(without)
    roles = tuple(one for one in roles if not left_out & {one.name, *one.aliases})
    source = SessionSource(session, roles, steered)
    if not any(source.lines):
        names = series(role.name for role in roles) or _("a model")
        raise KnownError(
            _(
                "{session}: no line by {names} after the opening; there is nothing to learn",
                session=session.id,
                names=names,
            )
        )
    return source


def _notices(session: Session, prompts: SessionPrompts, bounds: Bounds) -> Iterator[str]:
    """Says of which lines the prompt is not the one that play gave."""
    if prompts.unrecorded:
        yield _n(
            "{session}: the journal does not say what the model had read before {n} line; its "
            "history is cut to a context of {context} tokens",
            "{session}: the journal does not say what the model had read before {n} lines; their "
            "histories are cut to a context of {context} tokens",
            prompts.unrecorded,
            session=session.id,
            context=bounds.context,
        )
    if prompts.shortened:
        yield _n(
            "{session}: the prompt of {n} line was longer in play than the {context} tokens asked "
            "for now, and is cut to them",
            "{session}: the prompts of {n} lines were longer in play than the {context} tokens "
            "asked for now, and are cut to them",
            prompts.shortened,
            session=session.id,
            context=bounds.context,
        )
