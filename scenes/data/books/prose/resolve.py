"""Chooses who speaks: pronouns to people, turns that nobody is named for to whoever takes them."""

from bisect import bisect_left
from collections.abc import Iterable, Sequence

from scenes.data.books.prose.evidence import (
    FEMALE,
    FIRST,
    MALE,
    SOMEBODY,
    Mentioned,
    Reader,
    Strength,
    Turn,
)

RECENT = 1500
"""Characters within which somebody was named for a pronoun to mean them."""
AROUND = 500
"""Characters before an exchange in which whoever takes part in it is named."""
SPOKEN = ("speech", "thought")
MARKS = (MALE, FEMALE, FIRST, SOMEBODY)
_OF = {MALE: "m", FEMALE: "f"}


class Resolver:
    """Goes through the turns of one book in order, then fills what is left between them."""

    def __init__(self, reader: Reader) -> None:
        self.reader = reader
        self.turns = [turn for turn in reader.turns()]
        self.mentions = self._people(reader.mentions())
        self._places = [one.at for one in self.mentions]

    def resolved(self) -> list[Turn]:
        spoken = [turn for turn in self.turns if turn.kind in SPOKEN]
        for index, turn in enumerate(spoken):
            self._choose(turn, spoken[:index] if index < 8 else spoken[index - 8 : index])
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
                who = self._last(found, _OF[one.who], one.at)
                if who:
                    found.append(Mentioned(one.at, who, True, one.paragraph))
            else:
                found.append(one)
        return found

    def _last(
        self, mentions: Sequence[Mentioned], gender: str, at: int, but: Iterable[str] = ()
    ) -> str:
        """Who was last named, as a subject if anybody was, that a pronoun may mean."""
        unknown = ""
        passive = ""
        for one in reversed(mentions):
            if at - one.at > RECENT:
                break
            told = self.reader.gender(one.who)
            if one.who in but or (told and told != gender):
                continue
            if told == gender and one.subject:
                return one.who
            if told == gender:
                passive = passive or one.who
            elif one.subject:
                unknown = unknown or one.who
        return passive or unknown

    def _before(self, at: int) -> Sequence[Mentioned]:
        index = bisect_left(self._places, at)
        return self.mentions[max(0, index - 60) : index]

    def _choose(self, turn: Turn, earlier: Sequence[Turn]) -> None:
        if turn.same and earlier:
            turn.speaker, turn.how = earlier[-1].speaker, "same"
        elif turn.who == FIRST:
            turn.speaker, turn.how = self.reader.narrator, "first"
        elif turn.who in _OF:
            turn.speaker, turn.how = self._meant(turn, earlier), "pronoun"
        elif turn.who and turn.who != SOMEBODY:
            turn.speaker, turn.how = turn.who, turn.strength.name.lower()

    def _meant(self, turn: Turn, earlier: Sequence[Turn]) -> str:
        """Whom he or she means."""
        gender = _OF[turn.who]
        mentions = self._before(turn.start)
        here = [one for one in mentions if one.paragraph == turn.paragraph and one.subject]
        fits = [one.who for one in here if self.reader.gender(one.who) in (gender, "")]
        if fits and self.reader.gender(fits[-1]) == gender:
            return fits[-1]
        last = earlier[-1] if earlier else None
        near = last is not None and turn.paragraph - last.paragraph <= 1 and last.speaker
        but = [*turn.called]
        if near and last is not None and last.paragraph != turn.paragraph:
            if self.reader.gender(last.speaker) == gender:
                others = [
                    one.speaker
                    for one in reversed(earlier[-5:])
                    if one.speaker
                    and one.speaker != last.speaker
                    and self.reader.gender(one.speaker) == gender
                    and one.speaker not in but
                ]
                if others and last.end + 120 > turn.start:
                    return others[0]
        if last is not None and last.speaker and turn.start - last.end < RECENT:
            since = [one for one in mentions if one.at > last.start]
            found = self._last(since, gender, turn.start, but)
            if found and self.reader.gender(found) == gender:
                return found
            recent = [one.speaker for one in reversed(earlier[-4:]) if one.speaker]
            for speaker in recent:
                if self.reader.gender(speaker) == gender and speaker not in but:
                    return speaker
        return self._last(mentions, gender, turn.start, but)

    # --- turns -------------------------------------------------------------------------------

    def _fill(self, exchange: Sequence[Turn]) -> None:
        """Give the turns of an exchange that nobody is named for to whoever takes them."""
        groups = paragraphs(exchange)
        people = self._taking_part(exchange)
        for _ in range(2):
            for index, group in enumerate(groups):
                if group[0].speaker or group[0].who == SOMEBODY or any(one.who in MARKS for one in group):
                    continue
                chosen = self._by_turn(groups, index, people)
                if chosen and not any(chosen in one.called for one in group):
                    for one in group:
                        one.speaker = one.speaker or chosen
                        one.how = one.how or "turn"

    def _by_turn(self, groups: list[list[Turn]], index: int, people: Sequence[str]) -> str:
        before = [groups[at][-1].speaker if at >= 0 else "" for at in (index - 1, index - 2)]
        behind = [
            groups[at][0].speaker if at < len(groups) else "" for at in (index + 1, index + 2)
        ]
        group = groups[index]
        neighbours = {one for one in (before[0], behind[0]) if one}
        if before[0] and groups[index - 1][-1].to and group[0].strength < Strength.NEAR:
            to = groups[index - 1][-1].to
            if to not in MARKS and to not in neighbours:
                return to
        if before[1] and before[1] not in neighbours:
            return before[1]
        if before[0] and len(people) == 2 and before[0] in people:
            other = next(one for one in people if one != before[0])
            return other if other not in neighbours else ""
        if behind[1] and behind[1] not in neighbours:
            return behind[1]
        if behind[0] and len(people) == 2 and behind[0] in people:
            other = next(one for one in people if one != behind[0])
            return other if other not in neighbours else ""
        return ""

    def _taking_part(self, exchange: Sequence[Turn]) -> list[str]:
        """Who speaks in an exchange; where one alone does, also whoever else is at hand."""
        people = list(dict.fromkeys(one.speaker for one in exchange if one.speaker))
        if len(people) >= 2:
            return people
        named = list(
            dict.fromkeys(
                one.who
                for one in reversed(self._before(exchange[-1].start))
                if exchange[0].start - one.at < AROUND and one.who not in people
            )
        )
        return [*people, *named] if len(people) + len(named) == 2 else people


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
    """The turns of each speaker in a row: of one paragraph, unless another speaks in it."""
    found: list[list[Turn]] = []
    for turn in turns:
        last = found[-1][-1] if found else None
        together = last is not None and last.paragraph == turn.paragraph and (
            turn.same or (turn.speaker == last.speaker and not turn.other)
        )
        if together:
            found[-1].append(turn)
        else:
            found.append([turn])
    return found
