"""English prose: its quotations, and what the narration around each says of its speaker."""

import re
from bisect import bisect_right
from collections.abc import Mapping, Sequence

from scenes.data.books.prose import english_words as w
from scenes.data.books.prose.english_cast import NAME, NOUN, POINT, SAY, EnglishCast
from scenes.data.books.prose.english_marks import paragraph_end
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

_LEADS = re.compile(rf"\b(?:{SAY}|{'|'.join(sorted(w.SAYING))})\b")
_INVERTED = re.compile(
    rf"[\s,;—–-]*(?:{SAY})\s+(?:[a-z]+ly\s+|in\s+[a-z ]{{1,30}}\s+)?(?=[A-Zthesao])"
)
_ED = re.compile(r"[\s,;—–-]*[a-z]+ed\s+(?:[a-z]+ly\s+)?(?=[A-Z]|he\b|she\b|the\s)")
"""A verb that is on no list, behind which its subject may stand."""
_ROLE = re.compile(
    r"the\s+(?:[a-z][a-z’'-]+\s+){0,3}?([a-z][a-z-]+)(?=\s*[.,;:!?—]|\s*--|\s*$|\s+(?:in|with|"
    r"of|to|at|from|who|as|and|on|after|behind|again|for|under|over|by|when|while|without)\b|"
    r"\s+[a-z]+(?:ly|ing)\b)"
)
"""Somebody told by what they are, in words that are on no list."""
_RELATIVE = frozenset(
    ["where", "whom", "which", "that", "than", "because", "what", "how", "whose", "if", "as"]
)
"""Behind these stands the subject of a clause within the sentence."""
_NAMES_A_THING = re.compile(
    r"\b(?:the|an?|of|his|her|their|this|that|as|called|word|words|title)\s*$", re.IGNORECASE
)
_ADVERBS = (
    r"(?:\s+(?:[a-z]+ly|then|also|again|only|just|at last|had|would|could|did|was|always|never|"
    r"still|soon)\b)*"
)
_LEAD = re.compile(
    r"(?:[\s,—-]|(?:[Aa]nd|[Bb]ut|[Ss]o|[Tt]hen|[Hh]ere|[Ss]uddenly|[Aa]t (?:this|last|length)|"
    r"[Hh]owever|[Pp]resently|[Aa]s|[Ww]hile|[Ww]hen|[Aa]fter|[Ff]or)\b)+"
)
_SENTENCE = re.compile(r"(?<!Mr)(?<!Mrs)(?<!Dr)(?<!St)(?<!Ms)[.!?]+[\"”’)]*\s+|\n[ \t]*\n")
_POSSESSIVE = re.compile(r"(?:’s|'s|’|')\s")
_JOINED = re.compile(rf"\s+and\s+(?:{POINT}\s+)?[A-Za-z]")
_WHOLE = re.compile(r"[.,!?;:…—–-]+[\"”’'_*)]*$")
_WRITTEN = re.compile(
    r"\b(?:read|reads|ran|wrote|written|letter|note|advertisement|inscription|sign|headline|"
    r"entitled|words|labelled|marked|called|named|motto|paper)\b[^.!?]{0,40}$"
)
_THINKS = re.compile(rf"\b(?:{'|'.join(w.THINK)})\b")
_SHOWN = re.compile(r"\b(?:the words|labelled|marked|written|inscribed|entitled|chorus of)\s*$")
_CALL = re.compile(
    rf"(?:^|[,.!?—]\s*)(?:(?:my )?(?:dear |good |old )?)({NAME}|[a-z]+)(?=[,.!?—;]|$)"
)
_VOICE = re.compile(r"(?:’s|'s|’|')\s+(?:[a-z]+\s+){0,2}(?:voice|tones?|reply|answer|cry)")
_OWN_NAME = re.compile(rf"[“\"‘'][^“”\"‘]{{0,80}}?\b[Mm]y name(?:[’']s| is) ({NAME})(?=[,.;!?—])")
_STOPPED = re.compile(r"(?<!\.)\.[\"”’'_]*$")


class EnglishReader:
    """Reads one book of English prose."""

    def __init__(self, text: str, spans: Sequence[Quotation], known: Mapping[str, str]) -> None:
        self.text = text
        self.spans = spans
        self.narration = blanked(text, spans)
        self._starts = [0, *(found.end() for found in paragraph_end(text).finditer(text))]
        lines = re.findall(r"\n([ \t]*)[\"“‘']", text)
        self._inset = sum(len(each) > 1 for each in lines) * 3 > len(lines)
        self._tagged: set[str] = set()
        self.cast = EnglishCast(text, self.narration, known)

    @property
    def narrator(self) -> str:
        return "I"

    def gender(self, name: str) -> str:
        return "i" if name == "I" else self.cast.gender(name)

    def stands_for(self, who: str) -> str:
        return self.cast.stands_for(who)

    def paragraph(self, at: int) -> int:
        return bisect_right(self._starts, at) - 1

    def turns(self) -> list[Turn]:
        turns: list[Turn] = []
        for index, span in enumerate(self.spans):
            turns.append(self._turn(index, span, turns))
        self._tagged = {turn.who for turn in turns if turn.strength == Strength.TAG}
        return turns

    def _turn(self, index: int, span: Quotation, turns: Sequence[Turn]) -> Turn:
        number = self.paragraph(span.start)
        start = self._starts[number]
        end = self._starts[number + 1] if number + 1 < len(self._starts) else len(self.text)
        floor = self.spans[index - 1].end if index else 0
        stop = self.spans[index + 1].start if index + 1 < len(self.spans) else len(self.text)
        continued = floor > start and bool(turns)
        before = self.narration[max(start, floor) : span.start]
        behind = self.narration[span.end : min(stop, end)]
        turn = Turn(span.start, span.end, number)
        words = self.text[span.start + 1 : span.end - span.closed].strip()
        if self._is_term(words, before, behind):
            turn.kind = "term"
            return turn
        last = turns[-1] if turns else None
        goes_on = not continued and index > 0 and not self.spans[index - 1].closed
        goes_on = goes_on and not (self._tag(behind) and self.spans[index].closed)
        if goes_on and last and number - last.paragraph == 1 and not before.strip():
            turn.same, turn.strength = True, Strength.TAG
        else:
            self._evidence(
                turn, before, behind, last if continued else None, max(start, floor), number
            )
            if self._is_verse(span.start) and not (turn.who[:1].isupper() or turn.same):
                turn.who = SOMEBODY
        turn.called = tuple(self._called(words))
        turn.called = tuple(name for name in turn.called if name != turn.who)
        return turn

    def _is_verse(self, at: int) -> bool:
        """Whether a line is set in, in a book whose paragraphs are not."""
        line = self.text.rfind("\n", 0, at) + 1
        return at - line > 1 and not self._inset and self.text[line:at].isspace()

    def _is_term(self, words: str, before: str, behind: str) -> bool:
        if not words:
            return True
        if not before.strip():
            return False
        quoted = words[:1].islower() and before.rstrip()[-1:].isalpha()
        if (quoted or _NAMES_A_THING.search(before)) and not self._tag(behind):
            return True
        if _WHOLE.search(words) or before.rstrip().endswith((",", ":", "—", "--")):
            return False
        return not self._tag(behind)

    def _evidence(
        self, turn: Turn, before: str, behind: str, last: Turn | None, start: int, number: int
    ) -> None:
        own = _OWN_NAME.match(self.text, turn.start, turn.end)
        name = self.cast.clean(own[1]) if own else ""
        tag = self._tag(behind, self.text[turn.end - 3 : turn.end])
        if tag:
            told_by, end, bare = tag
            turn.who = self.cast.forms.get(name, name) or told_by.who
            turn.strength = Strength.TAG
            if bare:
                turn.after = turn.end + end
            if _THINKS.search(behind[:60]):
                turn.kind = "thought"
            turn.to = self._to(behind[:80])
            return
        if name:
            turn.who, turn.strength = self.cast.forms.get(name, name), Strength.TAG
            return
        text, said_before = before.rstrip(), last
        if last is not None and last.kind not in ("speech", "thought"):
            said_before = None
        if said_before is not None and self._goes_on(said_before, before):
            turn.same, turn.strength = True, Strength.TAG
        elif _SHOWN.search(text):
            turn.kind = "writing"
        elif text.endswith((",", ":", "—", "--")) or (text and _LEADS.search(text[-40:])):
            self._led_by(turn, text, start)
        elif said_before is not None:
            turn.same, turn.strength = True, said_before.strength
        else:
            self._done_beside(turn, text, behind.strip())

    def _goes_on(self, last: Turn, before: str) -> bool:
        """Whether whoever was said to speak goes on behind what was told between."""
        told = before[max(0, last.after - last.end) :] if last.after > 0 else before
        ended = _LEADS.search(told) or _SENTENCE.search(told)
        return last.strength == Strength.TAG and not ended

    def _led_by(self, turn: Turn, text: str, start: int) -> None:
        """Take what the sentence says that leads to the words."""
        sentence_at = max((one.end() for one in _SENTENCE.finditer(text)), default=0)
        sentence = text[sentence_at:]
        if text.endswith(":") and _WRITTEN.search(sentence.rstrip(":, ")):
            turn.kind = "writing"
            return
        if subject := self._speaking(sentence) or self._subject(sentence):
            turn.who = subject.who
            says = _LEADS.search(sentence) or text.endswith(":")
            turn.strength = Strength.TAG if says else Strength.BEAT
            if re.fullmatch(rf"[\s,]*(?:{SAY})[\s,:]*", sentence[subject.end :]):
                turn.bare = start + sentence_at

    def _done_beside(self, turn: Turn, text: str, behind: str) -> None:
        """Take whoever does something in the paragraph: right behind the words, else before."""
        if behind and (subject := self._subject(_SENTENCE.split(behind, maxsplit=1)[0])):
            turn.who, turn.strength = subject.who, Strength.BEAT
            return
        for sentence in reversed(_SENTENCE.split(text)):
            subject = self._subject(sentence) if sentence.strip() else None
            if subject and subject.who != SOMEBODY:
                turn.who, turn.strength = subject.who, Strength.BEAT
                return

    def _tag(self, behind: str, closing: str = "") -> tuple[Subject, int, bool] | None:
        """Who is said to speak right behind a quotation, where that ends, and whether it is all.

        Words that `closing` ends with a full stop are followed by a sentence of its own.
        """
        inverted = _INVERTED.match(behind)
        if not inverted and closing and not _STOPPED.search(closing):
            inverted = _ED.match(behind)
        at = inverted.end() if inverted else len(behind) - len(behind.lstrip(" \n\t,;—–-"))
        found = NOUN.match(behind, at)
        if not found:
            return self._role_tag(behind, at, inverted is not None)
        end = found.end()
        if not inverted:
            if found["pronoun"] in ("He", "She", "They", "It", "We") or _STOPPED.search(closing):
                return None
            verb = re.match(rf"{_ADVERBS}\s+(?:{SAY})\b", behind[end:])
            if not verb and closing.rstrip("”\"’'_").endswith(",") and not found["described"]:
                verb = re.match(rf"{_ADVERBS}\s+[a-z]+(?=[\s,.;])", behind[end:])
            if not verb:
                relative = re.match(
                    rf",?\s+(?:who|[a-z ]{{3,30}})[^.!?\"“]{{0,60}},\s+(?:{SAY})\b", behind[end:]
                )
                if not relative:
                    return None
                verb = relative
            end += verb.end()
        who = self.cast.who(found)
        if not who:
            return None
        if _JOINED.match(behind, found.end()):
            who = SOMEBODY
        rest = re.match(r"(?:\s+[a-z]+ly)?\s*([.,:;!?]\s*|$)", behind[end:])
        return Subject(who, end), end + (rest.end() if rest else 0), rest is not None

    def _role_tag(self, behind: str, at: int, inverted: bool) -> tuple[Subject, int, bool] | None:
        """The same for somebody who is told by what they are, in words that are on no list."""
        if inverted:
            found = _ROLE.match(behind, at)
        else:
            found = re.compile(
                rf"the\s+(?:[a-z][a-z’'-]+\s+){{0,2}}?([a-z][a-z-]+)\s+(?:{SAY})\b"
            ).match(behind, at)
        if not found:
            return None
        rest = re.compile(r"(?:\s+[a-z]+ly)?\s*([.,:;!?]\s*|$)").match(behind, found.end())
        who = self.cast.role(found[1])
        return Subject(who, found.end()), rest.end() if rest else found.end(), rest is not None

    def _subject(self, sentence: str) -> Subject | None:
        """Who a sentence is about: whom it begins with; else who is first said to speak in it."""
        lead = _LEAD.match(sentence)
        at = lead.end() if lead else 0
        found = NOUN.match(sentence, at)
        if found:
            if _POSSESSIVE.match(sentence, found.end()):
                owner = self.cast.who(found)
                return Subject(owner, found.end()) if owner else None
            who = self.cast.who(found)
            if _JOINED.match(sentence, found.end()):
                return Subject(SOMEBODY, found.end())
            if who:
                return Subject(who, found.end())
        if own := re.match(r"(His|Her)\s", sentence[at:]):
            return Subject(MALE if own[1] == "His" else FEMALE, at + own.end())
        for found in NOUN.finditer(sentence):
            before = sentence[: found.start()].split()
            who = self.cast.who(found)
            if who and who != SOMEBODY and not (before and before[-1].lower() in w.LOCAL):
                return Subject(who, found.end())
        return None

    def _speaking(self, sentence: str) -> Subject | None:
        """The subject of the last verb of speaking in a sentence that leads a quotation."""
        verbs = list(_LEADS.finditer(sentence))
        if not verbs:
            owner = next(
                (one for one in NOUN.finditer(sentence) if _VOICE.match(sentence, one.end())), None
            )
            who = self.cast.who(owner) if owner else ""
            return Subject(who, len(sentence)) if who else None
        best = None
        for found in NOUN.finditer(sentence, 0, verbs[-1].start()):
            before = sentence[: found.start()].split()
            if before and before[-1].lower() in w.LOCAL:
                continue
            if best and before and before[-1].lower() in _RELATIVE:
                continue
            if _POSSESSIVE.match(sentence, found.end()) and not _VOICE.match(sentence, found.end()):
                continue
            if found["pronoun"] in ("it", "It"):
                continue
            if who := self.cast.who(found):
                joined = (
                    _JOINED.match(sentence, found.end()) and found.end() + 30 > verbs[-1].start()
                )
                best = Subject(SOMEBODY if joined else who, verbs[-1].end())
        return best

    def _to(self, tag: str) -> str:
        to = re.search(r"\bto\s+", tag)
        found = NOUN.match(tag, to.end()) if to else None
        who = self.cast.who(found) if found else ""
        return who if who not in (SOMEBODY, MALE, FEMALE) else ""

    def _called(self, words: str) -> list[str]:
        called = []
        for call in _CALL.finditer(" ".join(words.split())):
            name = self.cast.clean(call[1]) if call[1][:1].isupper() else ""
            if name in self.cast.forms:
                called.append(self.cast.forms[name])
        return called

    def _may_speak(self, who: str) -> bool:
        """Whether a name is a person's: by a title, a given name, or that they speak somewhere."""
        known = who == self.narrator or self.cast.is_person(who) or who in self._tagged
        return known or not who[:1].isupper()

    def mentions(self) -> Sequence[Mentioned]:
        found = []
        ends = 0
        for noun in NOUN.finditer(self.narration):
            who = self.cast.who(noun)
            if who == SOMEBODY and noun["described"]:
                who = f"the {noun['described'].split()[-1]}"
            if not who or who == SOMEBODY:
                continue
            who = self.narrator if who == FIRST else who
            if not self._may_speak(who):
                continue
            before = self.narration[max(ends, noun.start() - 30) : noun.start()]
            subject = (
                re.search(
                    r"(?:^|[.!?\0,;:—]|\n\s*\n|\band|\bbut|\bwhen|\bas|\bthen|\bsaid|\bcried|\basked|\breplied)\s*$",
                    before,
                )
                is not None
            )
            found.append(Mentioned(noun.start(), who, subject, self.paragraph(noun.start())))
            ends = noun.end()
        return found
