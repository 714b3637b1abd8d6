"""Chooses who speaks: pronouns to people, turns that nobody is named for to whoever takes them."""

import json
import math
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib import resources

from scenes.data.books.prose import pronouns
from scenes.data.books.prose.chinese_turns import signs, voices
from scenes.data.books.prose.evidence import (
    FEMALE,
    FIRST,
    MALE,
    SOMEBODY,
    Mentioned,
    Reader,
    Turn,
)

RECENT = 1500
"""Characters within which somebody was named for a pronoun to mean them."""
AROUND = 500
"""Characters before an exchange in which whoever takes part in it is named."""
LEAST = 0.55
"""Least probability that somebody takes a turn for it to be given to them."""
PASSES = 3
"""How often the turns of an exchange are weighed by one another before any is given."""
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


class Resolver:
    """Goes through the turns of one book in order, then fills what is left between them."""

    def __init__(self, reader: Reader, weights: Mapping[str, float] | None = None) -> None:
        self.reader = reader
        self.soft = getattr(reader, "weighs_pronouns", False)
        self.weights = turn_weights(self.soft) if weights is None else weights
        self.chances: dict[int, dict[str, float]] = {}
        """How likely each person takes a turn that is not given to anybody yet, by its start."""
        self.turns = [turn for turn in reader.turns()]
        self.mentions = self._people(reader.mentions())
        self._places = [one.at for one in self.mentions]
        self._spoken_in = {turn.paragraph for turn in self.turns if turn.kind in SPOKEN}
        self._active = {one.who for one in self.mentions if one.subject}
        self._named: dict[int, frozenset[str]] = {}
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
        if getattr(self.reader, "weighs_pronouns", False):
            return self._weighed(turn, self.pronoun_candidates(turn, earlier, gender))
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

    def pronoun_candidates(
        self, turn: Turn, earlier: Sequence[Turn], gender: str
    ) -> list[tuple[str, dict[str, float]]]:
        """Whom a pronoun beside a turn may mean, each with what speaks for and against them."""
        near = [one for one in self._before(turn.start) if turn.start - one.at <= RECENT]
        people = {one.who for one in near} | {one.speaker for one in earlier}
        fits = {
            who: bool(told)
            for who in people
            if who and (told := self.reader.gender(who)) in ("", gender)
        }
        named = self._named_in(turn)
        roles = {who for who in fits if self._is_role(who)}
        return pronouns.candidates(turn, earlier, near, fits, roles, named)

    def _weighed(self, turn: Turn, found: list[tuple[str, dict[str, float]]]) -> str:
        scored = [(self.score(features), who) for who, features in found]
        if not scored:
            return ""
        best, who = max(scored)
        total = math.exp(self.weights.get(pronouns.NOBODY, 0.0))
        total += sum(math.exp(each) for each, _ in scored)
        return who if math.exp(best) >= pronouns.LEAST * total else ""

    # --- turns -------------------------------------------------------------------------------

    def _fill(self, exchange: Sequence[Turn]) -> None:
        """Give the turns of an exchange that nobody is named for to whoever takes them."""
        groups = paragraphs(exchange)
        for least in (SURE, SURE, LEAST, LEAST):
            for _ in range(PASSES if self.soft else 0):
                for index, group in enumerate(groups):
                    if self._is_open(group):
                        self.chances[group[0].start] = self._weigh(groups, index)
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
        total = math.exp(self.score(self.nobody(groups, index))) + sum(powers.values())
        return {who: power / total for who, power in powers.items()}

    def nobody(self, groups: list[list[Turn]], index: int) -> dict[str, float]:
        """What speaks for a turn being nobody's who is known."""
        return {NOBODY: 1.0, **(voices(groups, index) if self.soft else {})}

    def _takes(self, turn: Turn, who: str) -> float:
        """How likely somebody takes a turn, which is certain once it is given to them."""
        if turn.speaker:
            return float(turn.speaker == who)
        return self.chances.get(turn.start, {}).get(who, 0.0)

    def candidates(
        self, groups: list[list[Turn]], index: int
    ) -> list[tuple[str, dict[str, float]]]:
        """Who may take a turn, each with what speaks for and against them."""
        group = groups[index]
        near = [each for each in groups[max(0, index - 5) : index + 6] if each is not group]
        spoke = [one.speaker for each in near for one in each if one.speaker]
        called = [name for each in near for one in each for name in one.called]
        named = [
            one.who for one in self._before(group[0].start) if group[0].start - one.at < AROUND
        ]
        people = dict.fromkeys(
            (*spoke, *called, *named, *(one.to for each in near for one in each))
        )
        taking = len(set(spoke))
        return [
            (who, self._features(who, groups, index, taking, spoke, named))
            for who in people
            if who
            and who not in MARKS
            and who in self._active
            and not self.reader.stands_for(who)
            and not any(who in one.called for one in group)
        ]

    def _features(
        self,
        who: str,
        groups: list[list[Turn]],
        index: int,
        taking: int,
        spoke: Sequence[str],
        named: Sequence[str],
    ) -> dict[str, float]:
        group = groups[index]
        found: dict[str, float] = {}
        for step, name in ((-1, "before"), (1, "behind"), (-2, "before that"), (2, "behind that")):
            at = index + step
            if not 0 <= at < len(groups):
                continue
            other = groups[at]
            between = groups[index - 1 if step < 0 else index + 1]
            apart = _between(group, between) > 1
            if abs(step) == 2:
                apart = apart or _between(other, between) > 1
            if takes := self._takes(other[0], who):
                found[f"{name}{' apart' if apart else ''}"] = takes
                if abs(step) == 2 and taking == 2:
                    found["of two"] = takes
            if step == -1:
                if any(who in one.called for one in other) and other[0].speaker != who:
                    found["called before"] = 1.0
                if any(one.to == who for one in other):
                    found["spoken to"] = 1.0
            elif step == 1 and any(who in one.called for one in other) and other[0].speaker != who:
                found["called behind"] = 1.0
        if spoke:
            found["share"] = spoke.count(who) / len(spoke)
        if who in named:
            found["named"] = 1.0 / (
                1 + len(dict.fromkeys(reversed(named[len(named) - named[::-1].index(who) :])))
            )
        if any(who in one.called for one in group):
            found["calls"] = 1.0
        if who in spoke:
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
        if self.soft:
            before = groups[index - 1] if index else ()
            behind = self._in_paragraph(group[-1].paragraph + 1)
            asker = self._takes(before[-1], who) if before else 0.0
            found |= signs(who, group, before, behind, self._named_in, asker)
            found["narrator"] = float(who == self.reader.narrator)
            found["role"] = float(self._is_role(who))
        return found

    def _is_role(self, who: str) -> bool:
        return bool(getattr(self.reader, "is_role", bool)(who))

    def _named_in(self, turn: Turn) -> frozenset[str]:
        """Who is named in what is said, who then is hardly whoever says it."""
        if turn.start not in self._named:
            tell = getattr(self.reader, "named_in", None)
            self._named[turn.start] = tell(turn) if tell else frozenset()
        return self._named[turn.start]

    def _in_paragraph(self, paragraph: int) -> list[str]:
        """Who acts in a paragraph of narration alone."""
        if paragraph in self._spoken_in:
            return []
        return self._actors.get(paragraph, [])

    def score(self, features: Mapping[str, float]) -> float:
        return sum(self.weights.get(name, 0.0) * value for name, value in features.items())


def _between(one: Sequence[Turn], other: Sequence[Turn]) -> int:
    """How many paragraphs lie from where the earlier of two ends to where the later begins."""
    first, last = (one, other) if one[0].start < other[0].start else (other, one)
    return last[0].paragraph - first[-1].paragraph


def likeliest(chances: Mapping[str, float], least: float) -> str:
    """Who is likeliest; nobody where that is less than `least`."""
    who = max(chances, key=lambda one: (chances[one], one), default="")
    return who if chances.get(who, 0.0) >= least else ""


@cache
def turn_weights(chinese: bool = False) -> Mapping[str, float]:
    """The weights that `tests/corpora/train_turns.py` learned from labelled text."""
    name = "chinese_turn_weights.json" if chinese else "turn_weights.json"
    text = resources.files(__package__).joinpath(name).read_text("utf-8")
    weights: dict[str, float] = json.loads(text)
    return weights


def exchanges(turns: Sequence[Turn]) -> list[list[Turn]]:
    """The turns that follow one another with at most a paragraph of narration between them."""
    found: list[list[Turn]] = []
    for turn in turns:
        if found and turn.paragraph - found[-1][-1].paragraph <= 2:
            found[-1].append(turn)
        else:
            found.append([turn])
    return found


def paragraphs(turns: Sequence[Turn]) -> list[list[Turn]]:
    """The turns of each speaker in a row: of one paragraph, unless another speaks in it, and of
    those in which the same words go on."""
    found: list[list[Turn]] = []
    for turn in turns:
        last = found[-1][-1] if found else None
        together = last is not None and (
            turn.goes_on
            or (
                last.paragraph == turn.paragraph
                and (turn.same or (turn.speaker == last.speaker and not turn.other))
            )
        )
        if together:
            found[-1].append(turn)
        else:
            found.append([turn])
    return found
