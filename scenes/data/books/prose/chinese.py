"""Modern Chinese prose: its quotations, and what the narration around each says of its speaker."""

import re
from collections.abc import Mapping, Sequence
from functools import cached_property

from scenes.data.books.prose import words as w
from scenes.data.books.prose.cast import Cast, cast_of
from scenes.data.books.prose.chinese_clauses import THOUGHT, VOICE, WRITTEN, ClauseReader, says
from scenes.data.books.prose.chinese_manner import is_bare
from scenes.data.books.prose.chinese_names import CLAUSE, ROLES, does
from scenes.data.books.prose.epithets import Epithets
from scenes.data.books.prose.evidence import (
    FEMALE,
    FIRST,
    MALE,
    SOMEBODY,
    Mentioned,
    Strength,
    Subject,
    Turn,
)
from scenes.data.books.quotation_marks import Quotation, blanked

_SENTENCE_END = re.compile(r"[。！？!?…]+|\n")
_LED = re.compile(r"[：:∶][ 　\n]*$")
_COMMA = re.compile(r"[，,、—…][ 　]*$")
_WHOLE = re.compile(r"[。！？!?…～~—，,；;][）)’』」”]*$")
_OPENING = '“「『"‘'
_BEFORE = frozenset('\n 　。！？!?…”」』"’，,：:∶；;—、\x00')
_TERM_AFTER = re.compile(
    "[的之]|[两二三四几]字|[两几]个字|一[词语字]|[这那](?![人个位声时边头端])|二字|字样|等[等字]"
)
_CALL = re.compile(r"(?:^|[，。！？…、—])([^，。！？…、—\s]{1,5})(?=[，。！？!?…、—]|$)")
_GOES_ON = re.compile("[又也还就便却才再]{0,2}(?:[说道问答喊叫想笑骂]|话|这|声)")
"""How a clause begins that tells nobody anew: `说着站了起来`."""
_CITED = re.compile("》$|语[见出]|出自|见于|引自")
"""What leads words out of a book."""
_CALLING = "喂嘿哎唉诶嗨啊呀哦嗯"
REACTS = re.compile("|".join(map(re.escape, sorted(w.REACTS, key=len, reverse=True))))
LEAD = 400
"""Characters of narration before a quotation that are read."""


class ChineseReader:
    """Reads one book. `text` is in simplified signs; `known` are forms with their names."""

    weighs_pronouns = True
    """Whether he and she are chosen by what `pronouns.candidates` tells."""

    def __init__(self, text: str, spans: Sequence[Quotation], known: Mapping[str, str]) -> None:
        self.text = text
        self.spans = spans
        self.narration = blanked(text, spans)
        self._roles = ROLES
        self._lines = [found.start() for found in re.finditer(r"\n(?=[ 　]*[^\s])", text)]
        self._know(cast_of(text, self.narration, known))
        if any(not span.closed for span in spans):
            self.spans = [self._cut(span) for span in spans]
            self.narration = blanked(text, self.spans)
            self._know(cast_of(text, self.narration, known))
        self.turns()
        if self.clauses.met:
            self._know(cast_of(text, self.narration, known, sorted(self.clauses.met)))

    def _cut(self, span: Quotation) -> Quotation:
        """What is said behind a dash, without what is told of whoever said it."""
        if span.closed or self.text[span.start] in _OPENING:
            return span
        for end in _SENTENCE_END.finditer(self.text, span.start, span.end - 1):
            clause = CLAUSE.match(self.text, end.end(), span.end)
            subject = self.clauses.begins(clause[0]) if clause else None
            known = subject is not None and subject.who not in (FIRST, SOMEBODY)
            if clause and subject and known and does(clause[0][subject.end :]) == 2:
                return Quotation(span.start, end.end(), False)
        return span

    def _know(self, cast: Cast) -> None:
        """Read with a cast from now on."""
        self.cast = cast
        self.clauses = ClauseReader(cast, self.text)
        self.epithets = Epithets(self.narration, cast)

    @property
    def narrator(self) -> str:
        return "我"

    def gender(self, name: str) -> str:
        return "i" if name == self.narrator else self.cast.gender(name)

    def stands_for(self, who: str) -> str:
        return ""

    def is_role(self, who: str) -> bool:
        """Whether somebody goes by what they are."""
        return who in self._roles

    def named_in(self, turn: Turn) -> frozenset[str]:
        """Who is named in what is said."""
        words = self.text[turn.start : min(turn.end, turn.start + LEAD)]
        return frozenset(name for _, name in self.clauses.named(words))

    def turns(self) -> list[Turn]:
        turns: list[Turn] = []
        for index, span in enumerate(self.spans):
            turn = self._turn(index, span, turns)
            turn.who = self.epithets.meant(turn.who, turn.start)
            turns.append(turn)
        return turns

    @cached_property
    def _paragraph_of(self) -> list[int]:
        from bisect import bisect_right

        return [bisect_right(self._lines, span.start) for span in self.spans]

    def mentions(self) -> Sequence[Mentioned]:
        found, paragraph, lines = [], 0, self._lines
        for clause in CLAUSE.finditer(self.narration):
            while paragraph < len(lines) and lines[paragraph] < clause.start():
                paragraph += 1
            subject = self.clauses.subject(clause[0])
            who = subject.who if subject else ""
            if who and who not in (MALE, FEMALE, FIRST, SOMEBODY):
                who = self.epithets.meant(who, clause.start())
                if who != SOMEBODY:
                    found.append(Mentioned(clause.start(), who, True, paragraph))
            elif who in (MALE, FEMALE):
                found.append(Mentioned(clause.start(), who, True, paragraph))
            elif who == FIRST:
                found.append(Mentioned(clause.start(), self.narrator, True, paragraph))
            for at, name in self.clauses.named(clause[0]):
                if name != who:
                    found.append(Mentioned(clause.start() + at, name, False, paragraph))
        return found

    # --- one quotation -----------------------------------------------------------------------

    def _turn(self, index: int, span: Quotation, turns: Sequence[Turn]) -> Turn:
        floor = self.spans[index - 1].end if index else 0
        line = self._line(span.start)
        start = max(floor, line, span.start - LEAD)
        before = self.narration[start : span.start]
        stop = self.spans[index + 1].start if index + 1 < len(self.spans) else len(self.text)
        end = self.text.find("\n", span.end)
        end = len(self.text) if end < 0 else end
        behind = self.narration[span.end : min(stop, end)]
        follows = stop <= end
        turn = Turn(span.start, span.end, self._paragraph_of[index])
        words = self.text[span.start + 1 : span.end - span.closed].strip()
        continued = floor > line and bool(turns)
        if self._is_term(span, words, before, behind, start):
            turn.kind = "term"
            return turn
        self._evidence(turn, start, before, behind, follows, continued, turns)
        if turns and not turn.who and not before.strip() and self._left_open(index):
            turn.goes_on = turn.same = True
        turn.called = self._called(words)
        turn.asks = words.endswith(("？", "?"))
        if turn.who in turn.called:
            turn.called = tuple(name for name in turn.called if name != turn.who)
        return turn

    def _left_open(self, index: int) -> bool:
        """Whether the quotation before has no closing mark, and this one begins the next line."""
        before, here = self.spans[index - 1], self.spans[index]
        between = self.text[before.end : here.start]
        return not before.closed and self.text[before.start] in _OPENING and not between.strip()

    def _line(self, at: int) -> int:
        """Where the line of a quotation begins, or the one before where that leads it."""
        line = self.text.rfind("\n", 0, at) + 1
        if not self.text[line:at].strip() and _LED.search(self.narration[max(0, line - 20) : line]):
            return self.text.rfind("\n", 0, len(self.text[:line].rstrip())) + 1
        return line

    def _is_term(self, span: Quotation, words: str, before: str, behind: str, start: int) -> bool:
        """Whether a quotation is a word or a name in a sentence rather than what somebody says."""
        if not words.strip():
            return True
        if _TERM_AFTER.match(behind) and not _LED.search(before):
            return True
        alone = not before.strip() and not behind.strip()
        if alone or _LED.search(before):
            return False
        if not before.strip():
            return not (_WHOLE.search(words) or says(behind[:30]) or len(words) > 12)
        if before[-1] not in _BEFORE and not says(before[-4:]):
            return True
        whole = _WHOLE.search(words) is not None
        if before[-1] in "，,、" and not says(before[-8:]) and not whole:
            return True
        return not whole and not says(behind[:20])

    def _evidence(
        self,
        turn: Turn,
        start: int,
        before: str,
        behind: str,
        follows: bool,
        continued: bool,
        turns: Sequence[Turn],
    ) -> None:
        last = turns[-1] if continued else None
        led = _LED.search(before)
        if (
            before.strip()
            and (led or _COMMA.search(before))
            and self._led(turn, start, before, bool(led), last)
        ):
            return
        if self._tagged(turn, behind, follows, Strength.TAG):
            return
        if last is not None and last.kind in ("speech", "thought"):
            gap = before.strip()
            if not gap:
                turn.other = True
                return
            if last.after == turn.start or last.strength >= Strength.BEAT or not self._actors(gap):
                turn.same = True
                return
        if self._tagged(turn, behind, follows, Strength.BEAT):
            return
        if before.strip():
            actors = self._actors(before)
            if actors:
                turn.who, turn.strength = actors[-1], Strength.BEAT

    def _led(self, turn: Turn, start: int, before: str, colon: bool, last: Turn | None) -> bool:
        """Whether what leads a quotation tells who says it, or that it is written."""
        sentence_at = 0
        stem = before.rstrip(" 　\n：:∶，,、—…")
        for end in _SENTENCE_END.finditer(stem):
            if end.end() < len(stem):
                sentence_at = end.end()
        sentence = stem[sentence_at:]
        tagged = (
            says(sentence)
            or THOUGHT.search(sentence) is not None
            or VOICE.search(sentence) is not None
        )
        if not colon and not tagged and last is not None:
            return False
        if colon and (WRITTEN.search(sentence) or _CITED.search(sentence)):
            turn.kind = "writing"
            return True
        strength = Strength.TAG if colon or tagged else Strength.BEAT
        clauses = [(one.start(), one[0]) for one in CLAUSE.finditer(sentence)]
        if not clauses:
            return False
        if THOUGHT.search(clauses[-1][1]):
            turn.kind = "thought"
        begun = [at for at, clause in clauses if self.clauses.begins(clause)]
        for at, clause in reversed(clauses):
            if begun and at > begun[-1] and at != clauses[-1][0]:
                continue
            if begun and at > begun[-1] and not VOICE.search(clause) and not says(clause):
                turn.to = turn.to or self.clauses.addressed(clause)
                continue
            turn.to = turn.to or self.clauses.addressed(clause)
            subject = self._subject(clause, at == clauses[-1][0]) or (
                self.clauses.unknown(clause) if colon or tagged else None
            )
            if subject:
                turn.who, turn.strength = subject.who, strength
                if at == clauses[-1][0] and is_bare(clause[subject.end :], self.clauses):
                    turn.bare = start + sentence_at + at
                break
        if turn.bare < 0 and is_bare(clauses[-1][1], self.clauses):
            turn.bare = start + sentence_at + clauses[-1][0]
        if not turn.who:
            actors = self._actors(before[:sentence_at])
            if actors:
                turn.who, turn.strength = actors[-1], strength
            elif last is not None and last.kind in ("speech", "thought"):
                turn.same = True
                turn.strength = strength
                if is_bare(sentence, self.clauses):
                    turn.bare = start + sentence_at
            elif colon or tagged:
                turn.strength = Strength.NOTHING
                return False
        return bool(turn.who) or turn.same

    def _subject(self, clause: str, leads: bool) -> Subject | None:
        """The subject of a clause; of the one that leads, also who alone is named in it."""
        subject = self.clauses.subject(clause)
        if subject or not leads:
            return subject
        if unknown := self.clauses.unknown(clause):
            return unknown
        if VOICE.search(clause) and (named := self.clauses.named(clause)):
            return Subject(named[-1][1], len(clause))
        if VOICE.search(clause) and (found := re.search("([他她])的", clause)):
            return Subject(MALE if found[1] == "他" else FEMALE, len(clause))
        named = self.clauses.named(clause)
        if len(named) == 1 and named[0][0] == 0 and named[0][1] not in self._roles:
            return Subject(named[0][1], len(clause))
        return None

    def _tagged(self, turn: Turn, behind: str, follows: bool, least: Strength) -> bool:
        """Whether the sentence behind a quotation tells who says it."""
        text = behind.lstrip(" 　")
        if not text.strip() or text[0] in "\n":
            return False
        if text[0] in "。，、；——":
            text = text.lstrip("。，、；—")
        end = _SENTENCE_END.search(text)
        sentence = text[: end.start()] if end else text
        whole = text[: end.end()] if end else text
        if not end and follows and text.rstrip().endswith(("：", ":")) and least == Strength.TAG:
            return False
        clauses = [one for one in CLAUSE.finditer(sentence)]
        if not clauses:
            return False
        first = clauses[0]
        spoken = next((n for n, one in enumerate(clauses) if says(one[0])), -1)
        voice = VOICE.search(first[0]) is not None
        if least == Strength.TAG and spoken < 0 and not voice:
            return False
        subject = None
        for number, clause in enumerate(clauses[: max(2, spoken + 2)]):
            subject = self._subject(clause[0], number == 0)
            if subject is not None:
                break
        if subject is None:
            subject = self.clauses.guessed(first[0], 2 if spoken == 0 else 3)
            if subject is None and spoken == 0 and not _GOES_ON.match(first[0]):
                subject = Subject(SOMEBODY, 0)
        if subject is None or (spoken < 0 and REACTS.search(clause[0][subject.end :][:9])):
            return False
        turn.who, turn.strength = subject.who, least if spoken < 0 and not voice else Strength.TAG
        turn.to = self.clauses.addressed(first[0])
        if subject.who in (SOMEBODY,) and spoken < 0:
            turn.who, turn.strength = "", Strength.NOTHING
            return False
        if len(clauses) == 1 and spoken == 0 and is_bare(first[0][subject.end :], self.clauses):
            turn.after = turn.end + len(behind) - len(text) + len(whole)
            if not end and text.rstrip().endswith(("，", ",")):
                turn.after = turn.end + len(behind)
        return True

    def _actors(self, text: str) -> list[str]:
        """Who is the subject of clauses of a piece of narration, in order."""
        found = []
        for sentence in _SENTENCE_END.split(text):
            for clause in CLAUSE.finditer(sentence):
                subject = self.clauses.subject(clause[0])
                if subject and subject.who != SOMEBODY:
                    found.append(subject.who)
        return found

    def _called(self, words: str) -> tuple[str, ...]:
        """Whom the words call: a name by itself between marks."""
        found = []
        for call in _CALL.finditer(words[:60] + "\n" + words[-30:]):
            name = call[1].lstrip(_CALLING)
            if name and (who := self.cast.called(name)):
                found.append(who)
        return tuple(found)
