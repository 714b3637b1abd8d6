"""English prose: its quotations, and what the narration around each says of its speaker."""

import re
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from functools import cached_property

from scenes.data.books.prose import english_words as w
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
from scenes.data.books.quotation_marks import Quotation

_TITLE = "|".join(
    re.escape(each) for each in sorted(w.TITLES_M | w.TITLES_F | w.TITLES, key=len, reverse=True)
)
_CAP = r"[A-Z](?:[’'][A-Z])?[A-Za-zÀ-ÿ]+(?:-[A-Z][A-Za-zÀ-ÿ]+)*"
_NAME = rf"(?:(?:{_TITLE})\s+)*{_CAP}(?:\s+(?:de|von|van|St\.|of)?\s?{_CAP}){{0,2}}|(?:{_TITLE})\s+{_CAP}"
_ROLE_WORDS = "|".join(sorted(w.ROLES | w.ROLES_M | w.ROLES_F, key=len, reverse=True))
_POINT = r"(?:[Tt]he|[Aa]n?|[Mm]y|[Hh]is|[Hh]er|[Oo]ur|[Tt]hat|[Tt]his|[Oo]ne)"
_DESCRIBED = rf"{_POINT}\s+(?:other\s+)?(?:[a-z-]+,?\s+){{0,3}}?(?:{_ROLE_WORDS})\b"
_THE_NAME = rf"[Tt]he\s+(?:[a-z]+\s+){{0,2}}?(?:{_CAP})(?:\s+{_CAP})?"
NOUN = re.compile(
    rf"(?P<described>{_DESCRIBED})|(?P<the>{_THE_NAME})|(?P<pronoun>[Hh]e|[Ss]he|I|[Tt]hey|[Ww]e|[Ii]t)\b|(?P<name>{_NAME})"
)
_SAY = "|".join(sorted(w.SAY, key=len, reverse=True))
_SAYS = re.compile(rf"\b(?:{_SAY})\b")
_LEADS = re.compile(rf"\b(?:{_SAY}|{'|'.join(sorted(w.SAYING))})\b")
_INVERTED = re.compile(rf"[\s,;—–-]*(?:{_SAY})\s+(?:[a-z]+ly\s+|in\s+[a-z ]+\s+)?(?=[A-ZITthhesa])")
_ADVERBS = r"(?:\s+(?:[a-z]+ly|then|also|again|only|just|at last|had|would|could|did|was|always|never|still|soon))*"
_LEAD = re.compile(
    r"(?:\s|[Aa]nd|[Bb]ut|[Ss]o|[Tt]hen|[Hh]ere|[Ss]uddenly|[Aa]t (?:this|last|length)|[Hh]owever|,|[Pp]resently|[Aa]s|[Ww]hile|[Ww]hen|[Aa]fter|[Ff]or|—|-)+"
)
_SENTENCE = re.compile(r"(?<!Mr)(?<!Mrs)(?<!Dr)(?<!St)(?<!Ms)[.!?]+[\"”’)]*\s+|\n[ \t]*\n")
_PARAGRAPH = re.compile(r"\n[ \t]*\n\s*")
_POSSESSIVE = re.compile(r"(?:’s|'s|’|')\s")
_JOINED = re.compile(rf"\s+and\s+(?:{_POINT}\s+)?[A-Za-z]")
_PRONOUNS = {
    "he": MALE,
    "she": FEMALE,
    "i": FIRST,
    "they": SOMEBODY,
    "we": SOMEBODY,
    "it": SOMEBODY,
}
_WHOLE = re.compile(r"[.,!?;:…—–-]+[\"”’'_*)]*$")
_WRITTEN = re.compile(
    r"(?:\b(?:read|reads|ran|wrote|written|letter|note|advertisement|inscription|sign|headline|entitled|words|labelled|marked|called|named|motto|paper)\b[^.!?]{0,40})$"
)
_SHOWN = re.compile(r"\b(?:the words|labelled|marked|written|inscribed|entitled|chorus of)\s*$")
_CALL = re.compile(
    rf"(?:^|[,.!?—]\s*)(?:(?:my )?(?:dear |good |old )?)({_NAME}|[a-z]+)(?=[,.!?—;]|$)"
)
_LOOSE = frozenset(["friend", "companion", "visitor", "client", "stranger", "speaker", "other", "prisoner", "guest"])
_PEOPLE = w.ROLES | w.ROLES_M | w.ROLES_F
_BESIDE = re.compile(rf"\b(?:{_SAY})\s+({_CAP})|({_CAP})\s+(?:{_SAY})\b")
_VOICE = re.compile(r"(?:’s|'s|’|')\s+(?:[a-z]+\s+){0,2}(?:voice|tones?|reply|answer|cry)")
_STOPPED = re.compile(r"(?<!\.)\.[\"”’'_]*$")


class EnglishReader:
    """Reads one book of English prose."""

    def __init__(self, text: str, spans: Sequence[Quotation], known: Mapping[str, str]) -> None:
        self.text = text
        self.spans = spans
        self.narration = _blanked(text, spans)
        self._starts = [0, *(found.end() for found in _PARAGRAPH.finditer(text))]
        self._forms: dict[str, str] = dict(known)
        self._capitals = _capitals(text)
        self._beside = frozenset(
            name for pair in _BESIDE.findall(self.narration) for name in pair if name
        )
        self._pointed = Counter(re.findall(rf"\bthe ({_CAP}(?: {_CAP})?)", self.narration))
        self._learn()

    @property
    def narrator(self) -> str:
        return "I"

    def gender(self, name: str) -> str:
        return "i" if name == "I" else self._genders.get(name, "")

    # --- who is who --------------------------------------------------------------------------

    def _learn(self) -> None:
        """Names that are used in the narration, each with what stands for it."""
        counts: Counter[str] = Counter()
        for found in NOUN.finditer(self.narration):
            if found["name"] and (name := self._clean(found["name"])):
                counts[name] += 1
        by_last: defaultdict[tuple[str, str], Counter[str]] = defaultdict(Counter)
        for name, count in counts.items():
            by_last[(_bare(name).split()[-1], _title_gender(name))][name] += count
        for (last, gender), names in by_last.items():
            if not gender and (by_last.get((last, "m")) or by_last.get((last, "f"))):
                men, women = by_last.get((last, "m")), by_last.get((last, "f"))
                other = men or women
                if other and not (men and women and sum(women.values()) > sum(men.values())):
                    names = names + other
            often = names.most_common(1)[0][0]
            for name in names:
                self._forms.setdefault(name, often)
        self._counts = counts

    def _clean(self, name: str) -> str:
        """A name without what only begins a sentence."""
        parts = name.split()
        while parts and (parts[0] in w.NO_NAME or (len(parts) > 1 and self._is_common(parts[0]))):
            parts = parts[1:]
        while parts and parts[-1] in w.NO_NAME:
            parts = parts[:-1]
        if any(len(part) > 3 and part.isupper() for part in parts):
            return ""
        if not parts or all(part in w.TITLES | w.TITLES_F | w.TITLES_M for part in parts):
            return (
                " ".join(parts)
                if parts and parts[0] in ("King", "Queen", "Duchess", "Doctor")
                else ""
            )
        if len(parts) == 1 and (self._is_common(parts[0]) or not self._is_known(parts[0])):
            return ""
        return " ".join(parts)

    def _is_known(self, word: str) -> bool:
        """Whether a word has its capital inside sentences too, or stands beside a verb of speaking."""
        return bool(self._capitals.get(word) or word in self._beside)

    def _is_common(self, word: str) -> bool:
        """Whether a word is mostly written small, so that its capital is that of a sentence."""
        small = self._capitals.get(word.lower(), 0)
        return (
            small > self._capitals.get(word, 0) and word not in w.TITLES_M | w.TITLES_F | w.TITLES
        )

    @cached_property
    def _genders(self) -> dict[str, str]:
        votes: defaultdict[str, Counter[str]] = defaultdict(Counter)
        for form, name in self._forms.items():
            if gender := _title_gender(form):
                votes[name][gender] += 20
        for paragraph in _PARAGRAPH.split(self.narration):
            last = ""
            for found in NOUN.finditer(paragraph):
                if found["pronoun"]:
                    mark = _PRONOUNS[found["pronoun"].lower()]
                    if last and mark in (MALE, FEMALE):
                        votes[last]["m" if mark == MALE else "f"] += 1
                    continue
                who = self._who(found)
                if who and who not in (SOMEBODY,):
                    last = who
                    rest = paragraph[found.end() : found.end() + 40]
                    if own := re.match(r"[^.!?]{0,30}?\b(himself|herself|his|her)\b", rest):
                        votes[who]["m" if own[1].startswith("hi") else "f"] += 1
        found_genders = {}
        for name, count in votes.items():
            head = name.split()[-1].lower()
            if head in w.ROLES_F:
                found_genders[name] = "f"
            elif head in w.ROLES_M:
                found_genders[name] = "m"
            else:
                (gender, most), *rest_of = count.most_common()
                if most > 1.5 * sum(n for _, n in rest_of):
                    found_genders[name] = gender
        return found_genders

    def _who(self, found: re.Match[str]) -> str:
        if found["pronoun"]:
            return _PRONOUNS[found["pronoun"].lower()]
        if found["name"]:
            name = self._clean(found["name"])
            return self._forms.get(name, name)
        phrase = " ".join((found["the"] or found["described"]).split())
        if found["the"]:
            words = [word for word in phrase.split()[1:] if word[:1].isupper()]
            name = " ".join(words)
            if (
                self._pointed[name] < 2
                and self._is_common(words[-1])
                and words[-1].lower() not in _PEOPLE
            ):
                return ""
            return self._forms.get(name, name)
        point, *_middle, head = phrase.split()
        if point.lower() in ("a", "an", "one"):
            return SOMEBODY
        if point.lower() in ("my", "his", "her", "our") or head in ("voice",):
            return f"{point.lower()} {head}" if head != "voice" else SOMEBODY
        return f"the {head}"

    def stands_for(self, who: str) -> str:
        """`m`, `f` or `any` where somebody is only told by what they are, who may have a name."""
        point, _, head = who.partition(" ")
        if point not in ("the", "my", "our", "his", "her", "that", "this") or " " in head:
            return ""
        if head in _LOOSE:
            return "any"
        if head in ("man", "gentleman", "boy", "fellow", "lad"):
            return "m"
        return "f" if head in ("woman", "lady", "girl") else ""

    # --- turns -------------------------------------------------------------------------------

    def paragraph(self, at: int) -> int:
        return bisect_right(self._starts, at) - 1

    def turns(self) -> list[Turn]:
        turns: list[Turn] = []
        for index, span in enumerate(self.spans):
            turns.append(self._turn(index, span, turns))
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
        if goes_on and last and number - last.paragraph == 1 and not before.strip():
            turn.same, turn.strength = True, Strength.TAG
        else:
            self._evidence(
                turn, before, behind, last if continued else None, max(start, floor), number
            )
        turn.called = tuple(self._called(words))
        turn.called = tuple(name for name in turn.called if name != turn.who)
        return turn

    def _is_term(self, words: str, before: str, behind: str) -> bool:
        if not words:
            return True
        if not before.strip():
            return False
        if _WHOLE.search(words) or before.rstrip().endswith((",", ":", "—", "--")):
            return False
        return not self._tag(behind)

    def _evidence(
        self, turn: Turn, before: str, behind: str, last: Turn | None, start: int, number: int
    ) -> None:
        tag = self._tag(behind, self.text[turn.end - 3 : turn.end])
        if tag:
            subject, end, bare = tag
            turn.who, turn.strength = subject.who, Strength.TAG
            if bare:
                turn.after = turn.end + end
            if any(re.search(rf"\b{verb}\b", behind[:60]) for verb in w.THINK):
                turn.kind = "thought"
            turn.to = self._to(behind[:80])
            return
        text = before.rstrip()
        if last is not None and last.kind in ("speech", "thought"):
            told = before[max(0, last.after - last.end) :] if last.after > 0 else before
            if (
                last.strength == Strength.TAG
                and not _LEADS.search(told)
                and not _SENTENCE.search(told)
            ):
                turn.same, turn.strength = True, Strength.TAG
                return
        if _SHOWN.search(text):
            turn.kind = "writing"
            return
        if text.endswith((",", ":", "—", "--")) or (text and _LEADS.search(text[-40:])):
            sentence_at = max((one.end() for one in _SENTENCE.finditer(text)), default=0)
            sentence = text[sentence_at:]
            if text.endswith(":") and _WRITTEN.search(sentence.rstrip(":, ")):
                turn.kind = "writing"
                return
            if subject := self._speaking(sentence) or self._subject(sentence):
                turn.who = subject.who
                turn.strength = (
                    Strength.TAG if _LEADS.search(sentence) or text.endswith(":") else Strength.BEAT
                )
                if re.fullmatch(rf"[\s,]*(?:{_SAY})[\s,:]*", sentence[subject.end :]):
                    turn.bare = start + sentence_at
                return
        if last is not None and last.kind in ("speech", "thought"):
            turn.same = True
            turn.strength = last.strength
            return
        if behind.strip():
            first = _SENTENCE.split(behind.strip(), maxsplit=1)[0]
            if subject := self._subject(first):
                turn.who, turn.strength = subject.who, Strength.BEAT
                return
        if text:
            for sentence in reversed(_SENTENCE.split(text)):
                if (
                    sentence.strip()
                    and (subject := self._subject(sentence))
                    and subject.who != SOMEBODY
                ):
                    turn.who, turn.strength = subject.who, Strength.BEAT
                    return

    def _tag(self, behind: str, closing: str = "") -> tuple[Subject, int, bool] | None:
        """Who is said to speak right behind a quotation, where that ends, and whether it is all.

        Words that `closing` ends with a full stop are followed by a sentence of its own.
        """
        inverted = _INVERTED.match(behind)
        at = inverted.end() if inverted else len(behind) - len(behind.lstrip(" \n\t,;—–-"))
        found = NOUN.match(behind, at)
        if not found:
            return None
        end = found.end()
        if not inverted:
            if found["pronoun"] in ("He", "She", "They", "It", "We") or _STOPPED.search(closing):
                return None
            verb = re.match(rf"{_ADVERBS}\s+(?:{_SAY})\b", behind[end:])
            if not verb:
                relative = re.match(
                    rf",?\s+(?:who|[a-z ]{{3,30}})[^.!?\"“]{{0,60}},\s+(?:{_SAY})\b", behind[end:]
                )
                if not relative:
                    return None
                verb = relative
            end += verb.end()
        who = self._who(found)
        if not who:
            return None
        if _JOINED.match(behind, found.end()):
            who = SOMEBODY
        rest = re.match(r"(?:\s+[a-z]+ly)?\s*([.,:;!?]\s*|$)", behind[end:])
        return Subject(who, end), end + (rest.end() if rest else 0), rest is not None

    def _subject(self, sentence: str) -> Subject | None:
        """Who a sentence is about: whom it begins with; else who is first said to speak in it."""
        lead = _LEAD.match(sentence)
        at = lead.end() if lead else 0
        found = NOUN.match(sentence, at)
        if found:
            if _POSSESSIVE.match(sentence, found.end()):
                owner = self._who(found)
                return Subject(owner, found.end()) if owner else None
            who = self._who(found)
            if _JOINED.match(sentence, found.end()):
                return Subject(SOMEBODY, found.end())
            if who:
                return Subject(who, found.end())
        if own := re.match(r"(His|Her)\s", sentence[at:]):
            return Subject(MALE if own[1] == "His" else FEMALE, at + own.end())
        for found in NOUN.finditer(sentence):
            before = sentence[: found.start()].split()
            who = self._who(found)
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
            who = self._who(owner) if owner else ""
            return Subject(who, len(sentence)) if who else None
        best = None
        for found in NOUN.finditer(sentence, 0, verbs[-1].start()):
            before = sentence[: found.start()].split()
            if before and before[-1].lower() in w.LOCAL:
                continue
            if _POSSESSIVE.match(sentence, found.end()) and not _VOICE.match(sentence, found.end()):
                continue
            if found["pronoun"] in ("it", "It"):
                continue
            if who := self._who(found):
                joined = (
                    _JOINED.match(sentence, found.end()) and found.end() + 30 > verbs[-1].start()
                )
                best = Subject(SOMEBODY if joined else who, verbs[-1].end())
        return best

    def _to(self, tag: str) -> str:
        to = re.search(r"\bto\s+", tag)
        found = NOUN.match(tag, to.end()) if to else None
        who = self._who(found) if found else ""
        return who if who not in (SOMEBODY, MALE, FEMALE) else ""

    def _called(self, words: str) -> list[str]:
        called = []
        for call in _CALL.finditer(" ".join(words.split())):
            name = self._clean(call[1]) if call[1][:1].isupper() else ""
            if name in self._forms:
                called.append(self._forms[name])
        return called

    def mentions(self) -> Sequence[Mentioned]:
        found = []
        ends = 0
        for noun in NOUN.finditer(self.narration):
            who = self._who(noun)
            if not who or who == SOMEBODY:
                continue
            who = self.narrator if who == FIRST else who
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


def _blanked(text: str, spans: Sequence[Quotation]) -> str:
    pieces, at = [], 0
    for span in spans:
        pieces.append(text[at : span.start])
        pieces.append("\0" * (span.end - span.start))
        at = span.end
    return "".join([*pieces, text[at:]])


def _capitals(narration: str) -> Counter[str]:
    """How often each word is written, apart from where a sentence begins."""
    return Counter(re.findall(r"(?<=[a-z,;] )[A-Za-z][A-Za-zÀ-ÿ’'-]*[A-Za-zÀ-ÿ]", narration))


def _bare(name: str) -> str:
    parts = [part for part in name.split() if part not in w.TITLES_M | w.TITLES_F | w.TITLES]
    return " ".join(parts) or name


def _title_gender(name: str) -> str:
    first = name.split()[0]
    if first in w.TITLES_F:
        return "f"
    return "m" if first in w.TITLES_M else ""
