"""Chooses who speaks: pronouns to people, turns that nobody is named for to whoever takes them."""

import math
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from scenes.data.books.prose.evidence import (
    FEMALE,
    FIRST,
    MALE,
    SOMEBODY,
    Mentioned,
    Reader,
    Turn,
)
from scenes.data.books.prose.talks import (
    between,
    exchanges,
    likeliest,
    paragraphs,
    turn_weights,
)

RECENT = 1500
"""Characters within which somebody was named for a pronoun to mean them."""
AROUND = 500
"""Characters before an exchange in which whoever takes part in it is named."""
LEAST = 0.55
"""Least probability that somebody takes a turn for it to be given to them."""
SURE = 0.85
"""The same in the first round, whose answers help the later ones."""
NOBODY = "nobody"
"""The weight of a turn that nobody who is known takes."""
FRIENDS = ("friend", "companion")
"""Who takes part in a talk; a visitor or a stranger is rather somebody who did not speak."""
NEAR_BY = 700
"""Cost up to which somebody may be meant by what they are."""
PASSIVE, UNTOLD, JUST_SPOKE = 150, 120, 250
"""What speaks against somebody for a pronoun, in characters: that they are no subject, that their
gender is not known, that they spoke just before."""
SPOKEN = ("speech", "thought")
MARKS = (MALE, FEMALE, FIRST, SOMEBODY)
_OF = {MALE: "m", FEMALE: "f"}

Features = dict[str, float]
"""What speaks for and against somebody, each with how much."""


class Around(NamedTuple):
    """What is told around a turn of a talk."""

    groups: list[list[Turn]]
    at: int
    """Which of them the turn is."""
    near: list[list[Turn]]
    spoke: list[str]
    """Who is known to take turns near it, each as often as they do."""
    named: list[str]
    """Who was named shortly before it."""
    taking: int
    """How many people are known to take turns near it."""

    def known(self, who: str) -> Features:
        """What speaks for somebody: their share of the turns, and how lately they were named."""
        found: Features = {}
        if self.spoke:
            found["share"] = self.spoke.count(who) / len(self.spoke)
        if who in self.named:
            since = self.named[len(self.named) - self.named[::-1].index(who) :]
            found["named"] = 1.0 / (1 + len(set(since)))
        return found


class Resolver:
    """Goes through the turns of one book in order, then fills what is left between them."""

    def __init__(self, reader: Reader, weights: Mapping[str, float] | None = None) -> None:
        self.reader = reader
        self.weights = turn_weights() if weights is None else weights
        self.turns = [turn for turn in reader.turns()]
        self.mentions = self._people(reader.mentions())
        self._places = [one.at for one in self.mentions]
        self._spoken_in = {turn.paragraph for turn in self.turns if turn.kind in SPOKEN}
        self._active = {one.who for one in self.mentions if one.subject}
        self._actors: dict[int, list[str]] = {}
        for one in self.mentions:
            if one.subject:
                self._actors.setdefault(one.paragraph, []).append(one.who)

    def resolved(self) -> list[Turn]:
        spoken = [turn for turn in self.turns if turn.kind in SPOKEN]
        for index, turn in enumerate(spoken):
            self._choose(turn, spoken[:index] if index < 8 else spoken[index - 8 : index])
        self._active |= {turn.speaker for turn in spoken}
        for exchange in exchanges(spoken):
            self._fill(exchange)
        for index, turn in enumerate(spoken):
            if turn.same and not turn.speaker and index:
                turn.speaker, turn.how = spoken[index - 1].speaker, "same"
        return self.turns

    # --- pronouns ----------------------------------------------------------------------------

    def _people(self, mentions: Sequence[Mentioned]) -> list[Mentioned]:
        """The mentions, those by pronoun as of whoever they mean."""
        found: list[Mentioned] = []
        for one in mentions:
            if one.who in _OF:
                costs = self._costs(found[-60:], _OF[one.who], one.at)
                if costs:
                    who = min(costs, key=lambda name: costs[name])
                    found.append(Mentioned(one.at, who, True, one.paragraph))
            else:
                found.append(one)
        return found

    def _costs(self, mentions: Iterable[Mentioned], gender: str, at: int) -> dict[str, float]:
        """Whom a pronoun at a place may mean, and how much speaks against each."""
        costs: dict[str, float] = {}
        for one in mentions:
            told = self.reader.gender(one.who)
            if self.reader.stands_for(one.who):
                continue
            if at - one.at > RECENT or (told and gender not in (told, "any")) or told == "i":
                continue
            cost = at - one.at + (0 if one.subject else PASSIVE) + (0 if told else UNTOLD)
            costs[one.who] = min(costs.get(one.who, cost), cost)
        return costs

    def _before(self, at: int) -> Sequence[Mentioned]:
        index = bisect_left(self._places, at)
        return self.mentions[max(0, index - 60) : index]

    def _choose(self, turn: Turn, earlier: Sequence[Turn]) -> None:
        if turn.same and earlier:
            turn.speaker, turn.how = earlier[-1].speaker, "same"
        elif turn.who == FIRST:
            turn.speaker, turn.how = self.reader.narrator, "first"
        elif turn.who in _OF:
            turn.speaker, turn.how = self._meant(turn, earlier, _OF[turn.who]), "pronoun"
        elif gender := self.reader.stands_for(turn.who):
            turn.speaker, turn.how = self._standing(turn, earlier, gender), "epithet"
        elif turn.who and turn.who != SOMEBODY:
            turn.speaker, turn.how = turn.who, turn.strength.name.lower()

    def _standing(self, turn: Turn, earlier: Sequence[Turn], gender: str) -> str:
        """Who is meant by what they are: somebody named shortly before who did not just speak.

        Where nobody with a name is at hand, what they are is all that there is to call them.
        """
        spoke = [
            Mentioned(one.end, one.speaker, True, one.paragraph) for one in earlier if one.speaker
        ]
        costs = {
            who: cost
            for who, cost in self._costs(
                [*self._before(turn.start), *spoke], gender, turn.start
            ).items()
            if who != self.reader.narrator
        }
        if not costs:
            return turn.who
        for one in earlier[-1:] if turn.who.endswith(FRIENDS) else earlier[-3:]:
            if one.paragraph != turn.paragraph:
                costs.pop(one.speaker, None)
        who = min(costs, key=lambda name: costs[name], default="")
        return who if costs.get(who, NEAR_BY) < NEAR_BY else ""

    def _meant(self, turn: Turn, earlier: Sequence[Turn], gender: str) -> str:
        """Whom he or she means: whoever was last told of, rather not who spoke just before."""
        mentions = self._before(turn.start)
        here = [one.who for one in mentions if one.paragraph == turn.paragraph and one.subject]
        here = [who for who in here if who not in turn.called]
        fits = [who for who in here if self.reader.gender(who) in (gender, "")]
        if fits:
            return fits[-1]
        spoke = [
            Mentioned(one.end, one.speaker, True, one.paragraph) for one in earlier if one.speaker
        ]
        costs = self._costs([*mentions, *spoke], gender, turn.start)
        last = earlier[-1] if earlier else None
        if last is not None and last.speaker in costs and turn.paragraph - last.paragraph <= 2:
            told_since = any(
                one.who == last.speaker and one.subject and one.at > last.end for one in mentions
            )
            after_words = last.paragraph == turn.paragraph
            if not told_since and not after_words:
                costs[last.speaker] += JUST_SPOKE
        for who in turn.called:
            costs.pop(who, None)
        return min(costs, key=lambda name: costs[name], default="")

    # --- turns -------------------------------------------------------------------------------

    def _fill(self, exchange: Sequence[Turn]) -> None:
        """Give the turns of an exchange that nobody is named for to whoever takes them."""
        groups = paragraphs(exchange)
        for least in (SURE, SURE, LEAST, LEAST):
            for index, group in enumerate(groups):
                if self._is_open(group):
                    chosen = self._by_turn(groups, index, least)
                    for one in group if chosen else ():
                        one.speaker = one.speaker or chosen
                        one.how = one.how or "turn"

    @staticmethod
    def _is_open(group: Sequence[Turn]) -> bool:
        return not group[0].speaker and not any(one.who in MARKS for one in group)

    def _by_turn(self, groups: list[list[Turn]], index: int, least: float) -> str:
        """Who most likely takes a turn; nobody where that is not likely enough."""
        return likeliest(self._weigh(groups, index), least)

    def _weigh(self, groups: list[list[Turn]], index: int) -> dict[str, float]:
        """How likely each person takes a turn; what is missing to 1 is nobody who is known."""
        powers = {
            who: math.exp(self.score(features)) for who, features in self.candidates(groups, index)
        }
        total = math.exp(self.weights.get(NOBODY, 0.0)) + sum(powers.values())
        return {who: power / total for who, power in powers.items()}

    def candidates(self, groups: list[list[Turn]], index: int) -> list[tuple[str, Features]]:
        """Who may take a turn, each with what speaks for and against them."""
        group, around = groups[index], self._around(groups, index)
        near = [one for each in around.near for one in each]
        called = [name for one in near for name in one.called]
        people = dict.fromkeys((*around.spoke, *called, *around.named, *(one.to for one in near)))
        return [
            (who, self._features(who, around))
            for who in people
            if who
            and who not in MARKS
            and who in self._active
            and not self.reader.stands_for(who)
            and not any(who in one.called for one in group)
        ]

    def _around(self, groups: list[list[Turn]], index: int) -> Around:
        group = groups[index]
        near = [each for each in groups[max(0, index - 5) : index + 6] if each is not group]
        spoke = [one.speaker for each in near for one in each if one.speaker]
        at = group[0].start
        named = [one.who for one in self._before(at) if at - one.at < AROUND]
        return Around(groups, index, near, spoke, named, len(set(spoke)))

    def _features(self, who: str, around: Around) -> Features:
        groups, index, named, taking = around.groups, around.at, around.named, around.taking
        group = groups[index]
        found: Features = {}
        for step, name in ((-1, "before"), (1, "behind"), (-2, "before that"), (2, "behind that")):
            at = index + step
            if not 0 <= at < len(groups):
                continue
            other = groups[at]
            middle = groups[index - 1 if step < 0 else index + 1]
            apart = between(group, middle) > 1
            if abs(step) == 2:
                apart = apart or between(other, middle) > 1
            if other[0].speaker == who:
                found[f"{name}{' apart' if apart else ''}"] = 1.0
                if abs(step) == 2 and taking == 2:
                    found["of two"] = 1.0
            if step == -1:
                if any(who in one.called for one in other) and other[0].speaker != who:
                    found["called before"] = 1.0
                if any(one.to == who for one in other):
                    found["spoken to"] = 1.0
            elif step == 1 and any(who in one.called for one in other) and other[0].speaker != who:
                found["called behind"] = 1.0
        found |= around.known(who)
        if any(who in one.called for one in group):
            found["calls"] = 1.0
        if who in around.spoke:
            found["takes part"] = 1.0
            if taking == 2:
                found["one of two"] = 1.0
        elif taking == 1 and named and who in named:
            found["at hand"] = 1.0
        if named and named[-1] == who:
            found["named last"] = 1.0
        actors = self._in_paragraph(group[0].paragraph - 1)
        if actors:
            if actors[-1] == who:
                found["acts before"] = 1.0
            if set(actors) == {who}:
                found["acts alone"] = 1.0
        return found

    def _in_paragraph(self, paragraph: int) -> list[str]:
        """Who acts in a paragraph of narration alone."""
        if paragraph in self._spoken_in:
            return []
        return self._actors.get(paragraph, [])

    def score(self, features: Mapping[str, float]) -> float:
        return sum(self.weights.get(name, 0.0) * value for name, value in features.items())
