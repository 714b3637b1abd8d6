"""Chooses who speaks in English prose, where weak evidence is rather left without an answer."""

import math
from collections.abc import Iterable, Sequence

from scenes.data.books.prose.evidence import FEMALE, MALE, Mentioned, Turn
from scenes.data.books.prose.resolve import (
    AROUND,
    FRIENDS,
    JUST_SPOKE,
    NOBODY,
    SPOKEN,
    Resolver,
)
from scenes.data.books.prose.talks import exchanges

ROUNDS = 2
"""Times that the turns are read again."""
NEAR = 4
"""Turns before one in which whoever spoke may speak again."""
LATELY = 1800
"""Characters within which whoever a pronoun means was named."""
NAMED = ("tag", "beat")
"""How a speaker was told whom the narration names."""
LIKELY = 0.55
"""Least probability of a turn that nobody contradicts."""
SURELY = 0.9
"""Least probability of a turn that whoever is named two turns away or more contradicts."""
MARGIN = 50
"""Characters by which whoever a pronoun means is nearer than anybody else whom it may mean."""
AFTER = 600
"""Characters behind a quotation in which whoever speaks is no visitor who spoke in it."""


class EnglishResolver(Resolver):
    """Leaves a turn alone where those around it, who are named, do not take turns with it."""

    def resolved(self) -> list[Turn]:
        """The turns; a pronoun that meant nobody is read again once more speakers are known."""
        super().resolved()
        spoken = [turn for turn in self.turns if turn.kind in SPOKEN]
        for _ in range(ROUNDS):
            for index, turn in enumerate(spoken):
                if not turn.speaker and turn.who in (MALE, FEMALE):
                    self._choose(turn, spoken[max(0, index - 8) : index])
            for turn in spoken:
                if turn.same or turn.how == "turn":
                    turn.speaker = turn.how = ""
            for index, turn in enumerate(spoken):
                if turn.same:
                    self._choose(turn, spoken[max(0, index - 1) : index])
            for exchange in exchanges(spoken):
                self._fill(exchange)
        return self.turns

    def _people(self, mentions: Sequence[Mentioned]) -> list[Mentioned]:
        self._by_pronoun = {one.at for one in mentions if one.who in (MALE, FEMALE)}
        return super()._people(mentions)

    def _by_turn(self, groups: list[list[Turn]], index: int, least: float) -> str:
        if any(turn.who for turn in groups[index]):
            return ""
        who = super()._by_turn(groups, index, max(least, LIKELY))
        if not who:
            return ""
        behind, before = _apart(groups, index, who, -1), _apart(groups, index, who, 1)
        if behind or before == 1 or self._beside_somebody(groups, index, who):
            return ""
        if self._strange(groups[index][0], groups[max(0, index - NEAR) : index + NEAR], who):
            return ""
        doubtful = before or _third(groups, index, who)
        return who if not doubtful or self._probability(groups, index) >= SURELY else ""

    def candidates(
        self, groups: list[list[Turn]], index: int
    ) -> list[tuple[str, dict[str, float]]]:
        """Who may take a turn: of those without a name, whoever is said to speak nearby."""
        near = groups[max(0, index - 5) : index + 6]
        spoke = {
            one.speaker for each in near for one in each if one.how not in ("", "turn", "same")
        }
        return [
            one
            for one in super().candidates(groups, index)
            if one[0] in spoke or one[0][:1].isupper()
        ]

    def _costs(self, mentions: Iterable[Mentioned], gender: str, at: int) -> dict[str, float]:
        acting = (one for one in mentions if one.subject or one.who[:1].isupper())
        costs = super()._costs(acting, gender, at)
        told = {who: cost for who, cost in costs.items() if self.reader.gender(who) == gender}
        return told or costs

    def _beside_somebody(self, groups: list[list[Turn]], index: int, who: str) -> bool:
        """Whether somebody who is not known takes part in the talk since `who` last did."""
        for at in range(index - 1, -1, -1):
            turn = groups[at][0]
            if turn.who and (not turn.speaker or self.reader.stands_for(turn.speaker)):
                return True
            if turn.speaker == who and turn.how != "turn":
                return False
        return False

    def _meant(self, turn: Turn, earlier: Sequence[Turn], gender: str) -> str:
        """Whom he or she means; nobody where two of that gender are as likely."""
        told = [
            one.who
            for one in self._before(turn.start)
            if one.paragraph == turn.paragraph
            and one.subject
            and one.who not in turn.called
            and self.reader.gender(one.who) == gender
        ]
        who = told[-1] if told else self._least_cost(turn, earlier, gender)
        return "" if self._nearer_somebody(turn, earlier, gender, who) else who

    def _least_cost(self, turn: Turn, earlier: Sequence[Turn], gender: str) -> str:
        mentions = self._before(turn.start)
        spoke = [
            Mentioned(one.end, one.speaker, True, one.paragraph) for one in earlier if one.speaker
        ]
        costs = self._costs([*mentions, *spoke], gender, turn.start)
        last = earlier[-1] if earlier else None
        if last is not None and last.speaker in costs and last.paragraph != turn.paragraph:
            told_since = any(
                one.who == last.speaker and one.subject and one.at > last.end for one in mentions
            )
            if not told_since and turn.paragraph - last.paragraph <= 2:
                costs[last.speaker] += JUST_SPOKE
        for who in turn.called:
            costs.pop(who, None)
        ranked = sorted(costs, key=lambda name: costs[name])
        if len(ranked) > 1 and costs[ranked[1]] - costs[ranked[0]] < MARGIN:
            return ""
        return ranked[0] if ranked else ""

    def _strange(self, turn: Turn, near: Sequence[Sequence[Turn]], who: str) -> bool:
        """Whether somebody without a name comes in, and `who` is not said to speak nearby."""
        if any(one.speaker == who and one.how != "turn" for each in near for one in each):
            return False
        return any(
            self.reader.stands_for(one.who) and not one.who.endswith(FRIENDS)
            for one in self._before(turn.start)
            if turn.start - one.at < AROUND
        )

    def _nearer_somebody(self, turn: Turn, earlier: Sequence[Turn], gender: str, who: str) -> bool:
        """Whether somebody without a name was told of since `who`, or `who` long ago."""
        spoke = (one.end for one in earlier if one.speaker == who and one.how in NAMED)
        last = max(spoke, default=0)
        strange = 0
        for one in self._before(turn.start):
            if one.who == who:
                last = max(last, 0 if one.at in self._by_pronoun else one.at)
            elif not one.who.endswith(FRIENDS) and self.reader.stands_for(one.who) in (
                gender,
                "any",
            ):
                strange = one.at
        return strange > last or turn.start - last > LATELY

    def _probability(self, groups: list[list[Turn]], index: int) -> float:
        """How likely it is that the likeliest speaker takes a turn."""
        scores = [math.exp(self.score(each)) for _, each in self.candidates(groups, index)]
        return max(scores) / (math.exp(self.weights.get(NOBODY, 0.0)) + sum(scores))

    def _standing(self, turn: Turn, earlier: Sequence[Turn], gender: str) -> str:
        who = super()._standing(turn, earlier, gender)
        if turn.who.endswith(FRIENDS) or who == turn.who:
            return who
        behind = (one for one in self.turns if turn.end < one.start < turn.end + AFTER)
        return "" if any(one.who == who for one in (*earlier, *behind)) else who


def _third(groups: list[list[Turn]], index: int, who: str) -> bool:
    """Whether somebody who is neither `who` nor speaks beside the turn is named shortly before."""
    beside = {groups[at][0].speaker for at in (index - 1, index + 1) if 0 <= at < len(groups)}
    near = {groups[at][0].speaker for at in range(max(0, index - NEAR), index)}
    return bool(near - beside - {who, ""})


def _apart(groups: list[list[Turn]], index: int, who: str, step: int) -> int:
    """How many turns away somebody is named who, speaking in turns, does not fit; 0 if nobody.

    Behind a paragraph of narration, whoever spoke before it may go on.
    """
    at = index + step
    while 0 <= at < len(groups):
        first, last = (at, at + 1) if step < 0 else (at - 1, at)
        if groups[last][0].paragraph - groups[first][-1].paragraph > 1:
            return 0
        turn = groups[at][0]
        if turn.speaker and turn.how != "turn":
            away = abs(at - index)
            return 0 if (turn.speaker == who) == (away % 2 == 0) else away
        at += step
    return 0
