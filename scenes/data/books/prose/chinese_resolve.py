"""Chooses who speaks in modern Chinese prose: all turns of a talk, and its pronouns, at once."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from scenes.data.books.prose import pronouns
from scenes.data.books.prose.chain import Link, chances
from scenes.data.books.prose.chinese import ChineseReader
from scenes.data.books.prose.chinese_turns import Habits, signs, voices
from scenes.data.books.prose.evidence import FEMALE, MALE, SOMEBODY, Turn
from scenes.data.books.prose.resolve import (
    MARKS,
    NOBODY,
    RECENT,
    SPOKEN,
    Around,
    Features,
    Resolver,
)
from scenes.data.books.prose.talks import between, exchanges, turn_weights

GAP = 4
"""Paragraphs from one turn to the next within one talk."""
LEAST, LEAST_PRONOUN = 0.6, 0.5
"""Least probability that somebody takes a turn for it to be given to them, and of a pronoun's."""
MOST = 9
"""Who is weighed at most for one turn."""
OWN_WORDS = frozenset(["polite", "calls self so", "calls them elsewhere", "speaks elsewhere"])
"""Features that somebody's own words tell, which are known only of turns that the text gives."""
ON = ("named", "acts before", "takes part", "share", "takes near", "called before")
"""Features that tell something else where a talk goes on without narration between."""
_OF = {MALE: "m", FEMALE: "f"}


class Choice(NamedTuple):
    """A turn that is to be given to somebody: each candidate's features, and nobody's."""

    candidates: list[tuple[str, Features]]
    nobody: Features


class ChineseResolver(Resolver):
    """Weighs the turns of each talk by one another."""

    reader: ChineseReader

    def __init__(self, reader: ChineseReader, weights: Mapping[str, float] | None = None) -> None:
        super().__init__(reader, turn_weights(chinese=True) if weights is None else weights)
        self._named: dict[int, frozenset[str]] = {}
        self._beside: dict[int, list[str]] = {}
        for one in self.mentions:
            self._beside.setdefault(one.paragraph, []).append(one.who)
        self.habits = Habits()

    def resolved(self) -> list[Turn]:
        spoken = [turn for turn in self.turns if turn.kind in SPOKEN]
        for index, turn in enumerate(spoken):
            self._choose(turn, spoken[max(0, index - 1) : index])
        self._active |= {turn.speaker for turn in spoken}
        self.habits = Habits(spoken, self.reader.text)
        for talk in exchanges(spoken, GAP):
            self.give(together(talk))
        for index, turn in enumerate(spoken):
            if turn.same and not turn.speaker and index:
                turn.speaker, turn.how = spoken[index - 1].speaker, "same"
        return self.turns

    def _meant(self, turn: Turn, earlier: Sequence[Turn], gender: str) -> str:
        """Nobody yet: whom a pronoun means is weighed with the talk around it."""
        return ""

    def give(self, groups: list[list[Turn]]) -> None:
        """Give the turns of a talk that nobody is named for to whoever takes them."""
        if all(group[0].speaker for group in groups):
            return
        links = []
        for index, group in enumerate(groups):
            if group[0].speaker:
                names, scores = [group[0].speaker], [0.0]
            else:
                names, scores = self._scored(self.choice(groups, index))
            again, third = self.follows(groups, index)
            links.append(Link(names, scores, self.score(again), self.score(third)))
        for group, link, taken in zip(groups, links, chances(links), strict=True):
            likely = taken.names
            best = max(range(len(likely)), key=likely.__getitem__)
            pronoun = group[0].who in _OF
            if likely[best] >= (LEAST_PRONOUN if pronoun else LEAST) and link.names[best]:
                for one in group:
                    one.speaker = one.speaker or link.names[best]
                    one.how = one.how or "turn"

    def _scored(self, choice: Choice) -> tuple[list[str], list[float]]:
        scored = [(self.score(features), who) for who, features in choice.candidates]
        likely = sorted(scored, reverse=True)[:MOST]
        names = [*(who for _, who in likely), ""]
        return names, [*(score for score, _ in likely), self.score(choice.nobody)]

    # --- what tells who ----------------------------------------------------------------------

    def choice(self, groups: list[list[Turn]], index: int) -> Choice:
        """Who may take a turn, each with what speaks for and against them by itself."""
        turn = groups[index][0]
        around = self._around(groups, index)
        if turn.who in _OF:
            found = self._pronoun(groups, index)
            for who, features in found:
                own = self._own(who, around)
                features |= {f"talk {name}": value for name, value in own.items()}
            return Choice(found, {pronouns.NOBODY: 1.0})
        called = [name for each in around.near for one in each for name in one.called]
        spoken_to = [each[0].to for each in around.near]
        people = dict.fromkeys((*around.spoke, *called, *around.named, *spoken_to))
        group = groups[index]
        fits = [
            who
            for who in people
            if who and who not in MARKS and who in self._active
            if not any(who in one.called for one in group)
        ]
        nobody = {NOBODY: 1.0, "nobody told": float(turn.who == SOMEBODY)}
        return Choice(
            [(who, self._own(who, around)) for who in fits],
            {**nobody, **voices(groups, index)},
        )

    def _pronoun(self, groups: list[list[Turn]], index: int) -> list[tuple[str, Features]]:
        """Whom a pronoun beside a turn may mean, each with what speaks for and against them."""
        turn = groups[index][0]
        earlier = [one for group in groups[max(0, index - 8) : index] for one in group][-8:]
        near = [one for one in self._before(turn.start) if turn.start - one.at <= RECENT]
        people = {one.who for one in near} | {one.speaker for one in earlier}
        gender = _OF[turn.who]
        fits = {
            who: bool(told)
            for who in people
            if who and (told := self.reader.gender(who)) in ("", gender)
        }
        roles = {who for who in fits if self.reader.is_role(who)}
        return pronouns.candidates(turn, earlier, near, fits, roles, self._named_in(turn))

    def follows(self, groups: list[list[Turn]], index: int) -> tuple[Features, Features]:
        """What speaks for whoever takes a turn taking the one before, or the one before that."""
        again, third = {}, {}
        if index:
            last = groups[index - 1]
            apart = _apart(last, groups[index])
            again = {f"again{apart}": 1.0, "again asked": float(last[-1].asks)}
            again["again beside"] = float(last[0].paragraph == groups[index][0].paragraph)
        if index > 1:
            far = max(_apart(groups[index - 1], groups[index]), _apart(groups[index - 2], last))
            third = {f"third{far}": 1.0, "third asked": float(last[-1].asks)}
        return again, third

    def _own(self, who: str, around: Around) -> Features:
        """What speaks for somebody by what is told around a turn."""
        groups, index, spoke, named = around.groups, around.at, around.spoke, around.named
        group = groups[index]
        before = groups[index - 1] if index else ()
        after = groups[index + 1] if index + 1 < len(groups) else ()
        found = around.known(who)
        takes = [abs(at - index) for at, each in enumerate(groups) if each[0].speaker == who]
        if takes := [away for away in takes if away]:
            found["takes near"] = 1.0 / min(takes)
            found["takes part"] = 1.0
        if who in spoke:
            found["one of two"] = float(around.taking == 2)
        elif around.taking == 1 and who in named:
            found["at hand"] = 1.0
        actors = self._in_paragraph(group[0].paragraph - 1)
        opens = not before or between(before, group) > 1
        if actors:
            found["acts before"] = float(actors[-1] == who)
            found["acts alone"] = float(set(actors) == {who})
            found["acts first"] = float(opens and actors[0] == who)
        for name, turns in (("before", before), ("behind", after)):
            if turns and turns[0].speaker != who:
                found[f"called {name}"] = float(any(who in one.called for one in turns))
                if turns[0].speaker:
                    found[f"beside {name}"] = float(who in self._beside.get(turns[0].paragraph, ()))
        found["spoken to"] = float(any(one.to == who for one in before))
        found["named last"] = float(bool(named) and named[-1] == who)
        behind = self._in_paragraph(group[-1].paragraph + 1)
        found |= signs(who, group, before, behind, self._named_in)
        found |= self.habits.fit(who, group)
        found["narrator"] = float(who == self.reader.narrator)
        found["role"] = float(self.reader.is_role(who))
        if not opens:
            found |= {f"on {name}": found[name] for name in ON if name in found}
            found["on outside"] = float(around.taking > 1 and who not in spoke)
        return found

    def _named_in(self, turn: Turn) -> frozenset[str]:
        """Who is named in what is said, who then is hardly whoever says it."""
        if turn.start not in self._named:
            self._named[turn.start] = self.reader.named_in(turn)
        return self._named[turn.start]


def _apart(one: Sequence[Turn], other: Sequence[Turn]) -> str:
    away = between(one, other)
    return " far" if away > 2 else " apart" if away > 1 else ""


def together(turns: Sequence[Turn]) -> list[list[Turn]]:
    """The turns of each speaker in a row: of one paragraph, unless another speaks in it, and of
    those in which the same words go on."""
    found: list[list[Turn]] = []
    for turn in turns:
        last = found[-1][-1] if found else None
        beside = last is not None and last.paragraph == turn.paragraph
        if last is not None and (
            turn.goes_on
            or (beside and turn.same)
            or (
                beside
                and not turn.other
                and turn.speaker == last.speaker
                and (turn.speaker or turn.who == last.who)
            )
        ):
            found[-1].append(turn)
        else:
            found.append([turn])
    return found
