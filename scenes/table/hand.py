"""The candidates of one draw as they come, and what is remembered of how they were drawn."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Protocol

from base.errors import KnownError
from base.messages import _, _n
from models.backend import AT_THE_TABLE, Progress, Sampling
from scenes.recall import NOTHING_RECALLED
from scenes.scene import Role, Scene
from scenes.steering import UNSTEERED, Steering
from scenes.table.draw import (
    CandidateDelta,
    Cost,
    Cut,
    Done,
    Ranked,
    Rejected,
    Update,
    line_sampling,
)
from scenes.table.draws import Candidate, Draw
from scenes.table.lines import body_of
from scenes.table.ranking import ranks, why

BY_FORM = ("stop", "cues", "grammar", "dry_breakers", "seed", "logprobs")
"""What of `Sampling` the log's form gives, or a draw has a field of its own for."""


class PickedTurn(Protocol):
    """What is asked of a turn: the draw it was picked from, and which candidate it was."""

    @property
    def draw(self) -> int | None: ...

    @property
    def candidate(self) -> int | None: ...


@dataclass
class Place:
    """One candidate's place in a hand: growing, complete, or given up."""

    text: str = ""
    candidate: Candidate | None = None
    why: str = ""
    """Why it was rejected, while it is drawn again or given up."""
    over: bool = False
    """Whether nothing more comes."""


@dataclass(frozen=True)
class Asked:
    """A line that is wanted of a model, before it is drawn."""

    speaker: Role
    after: int | None
    """The turn that it would follow."""
    begun: str = ""
    """What it begins with, where a line is continued that had stopped early."""
    continues: int | None = None
    """The turn whose line that is."""
    director: str = ""
    """What is to happen in it; a draw once more keeps it."""


@dataclass
class Hand:
    """The candidates of one draw, as they come."""

    speaker: Role
    model: str
    sampling: Sampling
    places: list[Place] = field(default_factory=list)
    adapter: str | None = None
    """What its lines were last drawn with."""
    cost: Cost | None = None
    after: int | None = None
    """The turn that they would follow."""
    context: int = 0
    """Tokens that prompt and candidate may have together."""
    cut: Cut | None = None
    """What of the history was read."""
    kept: Draw | None = None
    """What the session remembers of it."""
    draws: set[int] = field(default_factory=set)
    """All that the session remembers of it: a draw more where more were drawn beside them."""
    picked: set[int] = field(default_factory=set)
    """The places, from 0, whose candidate was taken at this place of the play."""
    begun: str = ""
    continues: int | None = None
    steering: Steering = UNSTEERED
    unfolded: bool = False
    """Whether somebody wanted to see all that was drawn, not only the best."""

    @property
    def asked(self) -> Asked:
        """What was wanted."""
        director = self.steering.director
        return Asked(self.speaker, self.after, self.begun, self.continues, director)

    def update(self, update: Update, offset: int = 0) -> int | None:
        """Take what a draw tells, its places counted from `offset`; the place it changed."""
        match update:
            case Cut():
                self.cut = update
                return None
            case Cost():
                self.cost = update
                return None
            case Progress():
                return None
            case Ranked(order):
                self._order(order, offset)
                return offset
            case CandidateDelta(place, text):
                changed = Place(text)
            case Done(place, candidate):
                changed = Place(body_of(candidate.entry), candidate, over=True)
            case Rejected(place, why, again):
                changed = Place("", None, why, over=not again)
        self.places[offset + place] = changed
        return offset + place

    def _order(self, order: Sequence[int], offset: int) -> None:
        """Have the places from `offset` on stand in another order; nothing more comes for them."""
        places = [self.places[offset + at] for at in order]
        for place in places:
            place.over = True
        self.places[offset : offset + len(places)] = places

    @property
    def in_view(self) -> int:
        """How many places are shown; all, but where more were drawn, and nobody wanted them yet."""
        first = self.sampling.n if ranks(self.sampling) and not self.unfolded else len(self.places)
        return min(max(first, max(self.picked, default=-1) + 1), len(self.places))

    @property
    def behind(self) -> int:
        """How many lines stand behind those that are shown."""
        return sum(place.candidate is not None for place in self.places[self.in_view :])

    def why(self, place: int) -> str:
        """Why the candidate at a place stands there; nothing where none was chosen from more."""
        it = self.places[place].candidate
        if it is None or not ranks(self.sampling) or not all(p.over for p in self.places):
            return ""
        complete = self.complete
        return why(complete, next(at for at, one in enumerate(complete) if one is it))

    def stop(self) -> None:
        """Nothing more comes: what is not complete is given up."""
        for place in self.places:
            if not place.over:
                place.text, place.over = "", True
                place.why = place.why or _("stopped")

    @property
    def complete(self) -> list[Candidate]:
        return [place.candidate for place in self.places if place.candidate]

    def candidate(self, place: int) -> Candidate:
        """The complete candidate at a place, from 0. Raises `KnownError` that says why it is none,
        and counts places from 1, as they are shown."""
        count = len(self.places)
        if not 0 <= place < count:
            raise KnownError(
                _n("there is only candidate 1", "there are candidates 1 to {n}", count)
            )
        shown = self.places[place]
        if shown.candidate is not None:
            return shown.candidate
        if not shown.over:
            raise KnownError(_("candidate {number} is still being drawn", number=place + 1))
        why = shown.why
        raise KnownError(_("candidate {number} cannot be picked: {why}", number=place + 1, why=why))

    def draw(self) -> Draw:
        """What is to be remembered: the complete candidates, and how they were drawn."""
        return Draw(
            0,
            self.after,
            self.speaker.name,
            tuple(self.complete),
            self.model,
            self.adapter,
            self.sampling.seed,
            settings_of(self.sampling),
            self.context,
            self.cut.budget if self.cut else 0,
            self.model if self.cut else "",
            self.cut.dropped if self.cut else None,
            self.begun,
            self.continues,
            self.steering,
            self.cut.recalled if self.cut else NOTHING_RECALLED,
        )

    def know_picked(self, turns: Iterable[PickedTurn]) -> None:
        """See which candidates were taken, by the turns that were said at its place."""
        taken = {turn.candidate for turn in turns if turn.draw in self.draws}
        complete = [at for at, place in enumerate(self.places) if place.candidate]
        self.picked = {at for number, at in enumerate(complete) if number in taken}


def hand_of(draw: Draw, scene: Scene) -> Hand:
    """The hand that a draw was, to be picked from, continued and added to."""
    cast = {role.name: role for role in scene.cast}
    narrates = all(each.entry.kind == "narration" for each in draw.candidates)
    stranger = Role(draw.speaker, adapter=draw.adapter, narrator=narrates)
    speaker = cast.get(draw.speaker) or stranger
    try:
        neutral = dict.fromkeys(AT_THE_TABLE, 0.0)  # of a draw that says nothing of it
        sampling = line_sampling(replace(scene, sampling=neutral | dict(draw.sampling)), speaker)
    except KnownError:  # another program's names
        sampling = line_sampling(scene, speaker)
    return Hand(
        speaker,
        draw.model,
        replace(sampling, seed=draw.seed),
        [Place(body_of(each.entry), each, over=True) for each in draw.candidates],
        draw.adapter,
        after=draw.parent,
        context=draw.context,
        cut=None if draw.dropped is None else Cut(draw.budget, draw.dropped, draw.recalled),
        kept=draw,
        draws={draw.id},
        begun=draw.begun,
        continues=draw.continues,
        steering=draw.steering,
    )


def settings_of(sampling: Sampling) -> Mapping[str, object]:
    """What a person or a scene has settled of a sampling: all that differs from the defaults."""
    return {
        each.name: value
        for each in fields(Sampling)
        if each.name not in BY_FORM and (value := getattr(sampling, each.name)) != each.default
    }
