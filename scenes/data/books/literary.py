"""Speakers of tales in classical Chinese (文言): subjects of one sign that hold within a tale."""

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator

from scenes.data.books import literary_words as w
from scenes.data.books.book import Book
from scenes.data.books.people import COMPOUND, SURNAMES
from scenes.data.books.quotation_marks import Quotation, blanked, quotations
from scenes.data.books.quote import Kind, Quote

_SAYS = re.compile(
    "(?:[曰云]|(?:[谓语告问答对应呼叱骂讯诘谕嘱叹戏诵吟祝]|[大自扬]言|[小低密耳]语)(?:之)?)"
    "[：:∶，,]?[ 　\n]*$"
)
_BARE = re.compile("[曰云]?[：:∶，,]?[ 　\n]*$")
_CLAUSE = re.compile(r"[^，。！？；：、“”「」『』\"\n　 \x00]+")
_SENTENCE = re.compile(r"[。！？；]|\n|\x00")
_LEAD = re.compile("|".join(sorted(map(re.escape, w.LEADS), key=len, reverse=True)))
_PEOPLE = re.compile("|".join(sorted(map(re.escape, w.PEOPLE), key=len, reverse=True)))
_DETERMINED = re.compile("[一有此其是彼][一-鿿]{0,2}?")
_TITLED = "生翁公叟媪氏母女妪某君"
_RELATIONS = frozenset("妻母父女子仆婢兄弟姊妹妇妾姑嫂友")
_WRITTEN = re.compile(rf"(?:{'|'.join(sorted(w.WRITTEN, key=len, reverse=True))})(?:有之)?$")
_UNMARKED = re.compile(r"曰[：:](?![ 　\n]*[“「『\"])[ 　]*")
_NEXT = re.compile(r"(?<=[。！？])(?=[^。！？\n]{1,12}曰)")
_THOUGHT = re.compile("(?:思|念|忖|自度|默念|窃念|窃意|心计|意)曰?[：:，,]?$")
_ANSWERS = frozenset(["答", "答言", "答曰", "对", "应", "应声", "答云", "对云"])
LEAD, FAR = 160, 500
HEADING = 14
"""Longest line without a mark that may be the heading of a tale."""
SHORT = 40
"""Characters to the end of a paragraph within which unmarked words go on to it."""


class LiteraryExtractor:
    """Finds the quotations of one book of tales, whose text is in simplified signs."""

    def __init__(self, book: Book) -> None:
        self.book = book
        self.text = book.text
        self.spans = _spans(book.text)
        self._narration = blanked(self.text, self.spans)
        self._starts = _tales(book)
        self._heads: dict[int, Heads] = {}

    def names(self) -> list[str]:
        """What people are called who speak."""
        return sorted({quote.speaker for quote in self.quotes() if quote.speaker})

    def quotes(self) -> Iterator[Quote]:
        """The quotations in the order of the text."""
        end, last, before, tale = 0, "", "", -1
        for span in self.spans:
            here = bisect_right(self._starts, span.start) - 1
            if here != tale:
                tale, last, before = here, "", ""
            start = max(end, self._starts[here], span.start - LEAD)
            lead = self._narration[start : span.start]
            kind, speaker, bare = self._told(lead, start, span, tale, last, before)
            words = self.text[span.start : span.end]
            words = words[1 : len(words) - span.closed] if words[:1] in '“「『"' else words
            said = self._heads_of(tale).full(speaker)
            yield Quote(span.start, span.end, words.strip(), kind, said, (start, span.start), bare)
            if kind == "term":
                continue
            end = span.end
            if speaker and speaker != last:
                last, before = speaker, last

    def _heads_of(self, tale: int) -> "Heads":
        if tale not in self._heads:
            ends = [*self._starts[1:], len(self.text)]
            self._heads[tale] = Heads(self._narration[self._starts[tale] : ends[tale]])
        return self._heads[tale]

    def _told(
        self, lead: str, start: int, span: Quotation, tale: int, last: str, before: str
    ) -> tuple[Kind, str, int]:
        """What a quotation is, who says it, and where the clause begins that says only that."""
        heads = self._heads_of(tale)
        stripped = lead.rstrip(" 　\n")
        if not stripped.strip("\x00 　\n"):
            follows = self.text[span.start - 1 : span.start] in '”」』"'
            return "speech", before if follows and before else "", span.start
        led = _SAYS.search(lead)
        if not led:
            if stripped[-1] in "：:":
                return "speech", self._acting(stripped[:-1], heads), span.start
            whole = self.text[span.end - 2 : span.end - 1] in "。！？，…"
            return ("speech" if whole and stripped[-1] in "。！？" else "term"), "", span.start
        body = lead[: led.start()]
        clauses = list(_CLAUSE.finditer(lead[: led.end()].rstrip(" 　\n：:∶，,")))
        if not clauses:
            return "speech", before, span.start
        clause = clauses[-1]
        stem = (
            clause[0][: max(0, led.start() - clause.start())]
            if led.start() >= clause.start()
            else ""
        )
        if stem and _WRITTEN.search(stem) and not heads.at(stem):
            return "writing", "", span.start
        kind: Kind = "thought" if _THOUGHT.search(stem) else "speech"
        bare = start + clause.start()
        head = heads.subject(stem)
        if head == "":
            return kind, "", span.start
        if head:
            return kind, head, bare if len(stem) - len(head) <= 3 else span.start
        if not stem or stem in w.AGAIN or stem in _ANSWERS:
            if stem in _ANSWERS and not before:
                far = self._narration[max(self._starts[tale], span.start - FAR) : span.start]
                return (
                    kind,
                    self._acting(far[: len(far) - len(lead) + clause.start()], heads, last, 9),
                    bare,
                )
            directly = not body.strip(" 　\n") or len(clauses) == 1
            if directly and (not stem or stem in _ANSWERS):
                return kind, before, bare
            if directly:
                return kind, last, bare
        found = self._acting(lead[: clause.start()], heads, _addressed(stem, heads))
        if not found and len(clauses) == 1 and stem:
            found = last
        return kind, found, bare if len(stem) <= 3 else span.start

    def _acting(self, text: str, heads: "Heads", but: str = "", most: int = 1) -> str:
        """The subject of the clauses before, the nearest first, over few ends of sentences."""
        sentences = 0
        clauses = list(_CLAUSE.finditer(text))
        for index in range(len(clauses) - 1, -1, -1):
            gap = (
                text[clauses[index].end() : clauses[index + 1].start()]
                if index + 1 < len(clauses)
                else ""
            )
            sentences += len(_SENTENCE.findall(gap))
            if sentences > most:
                return ""
            head = heads.subject(clauses[index][0])
            if head and head != but:
                return head
        return ""


class Heads:
    """Who is a subject in one tale."""

    def __init__(self, narration: str) -> None:
        self.narration = narration
        begun: Counter[str] = Counter()
        said: Counter[str] = Counter()
        for clause in _CLAUSE.finditer(narration):
            text = clause[0]
            at = _begin(text)
            for length in (1, 2, 3):
                head = text[at : at + length]
                if len(head) == length:
                    begun[head] += 1
                    said[head] += text.endswith("曰") and len(text) - at - length <= 4
        self.begun, self.said = begun, said
        self.known = {head for head, count in begun.items() if self._is_head(head, count)}

    def _is_head(self, head: str, count: int) -> bool:
        if len(head) == 1:
            if head in w.NO_HEAD:
                return False
            named = head in SURNAMES and re.search(
                rf"(?<![一-鿿]){head}[一-鿿]{{0,3}}[生翁公者]|姓{head}|{head}姓|{head}[一-鿿]{{1,2}}[，者]",
                self.narration,
            )
            return head in w.PERSONS or (self.said[head] >= 1 and (count > 1 or bool(named)))
        if head in w.PEOPLE:
            return True
        if head[0] in w.NO_HEAD or set(head[1:]) & w.NO_HEAD:
            return False
        return (
            self.said[head] >= 1 and (count > 1 or head[0] in SURNAMES) and head[0] not in w.PERSONS
        )

    def at(self, text: str) -> str:
        """Who a piece of text begins with."""
        if found := _PEOPLE.match(text):
            return found[0]
        compound = next((one for one in COMPOUND if text.startswith(one)), "")
        for length in (3, 2):
            head = text[:length]
            if len(head) == length and head in self.known and self._longer(head):
                return head
        if compound:
            return compound
        if text[:1] in self.known or text[:1] in w.PERSONS:
            return text[:1]
        return ""

    def _longer(self, head: str) -> bool:
        """Whether a head of several signs is not one of a sign with what it does."""
        single = head[0]
        return not (single in self.known and self.begun[single] > 2 * self.begun[head])

    def subject(self, clause: str) -> str | None:
        """The subject of a clause; empty where nobody knows who; `None` where it has none."""
        if not clause:
            return None
        if found := _PEOPLE.match(clause):
            return found[0]
        at = _begin(clause)
        rest = clause[at:]
        if head := self.at(rest):
            behind = rest[len(head) :]
            if behind[:1] == "之" and len(behind) > 1:
                inner = self.at(behind[1:])
                return inner or None
            if behind[:1] in _RELATIONS and behind[1:2] not in ("", "之"):
                return head + behind[0]
            return head
        found = _DETERMINED.match(rest)
        if found and (head := self.at(rest[found.end() :]) or self.at(rest[1:])):
            return head
        if at and (head := self.at(clause)):
            return head
        return None

    def full(self, head: str) -> str:
        """生 by the surname that the tale has for him, if it has one."""
        if head != "生" or not head:
            return head
        named = set(
            re.findall(f"([{''.join(sorted(SURNAMES))}]生)(?!而|子|平|死|时)", self.narration)
        )
        return named.pop() if len(named) == 1 else head


def _begin(clause: str) -> int:
    """Where the subject of a clause may begin, after words that only lead on."""
    at = 0
    while (found := _LEAD.match(clause, at)) and found.end() < len(clause):
        at = found.end()
    return at


def _addressed(stem: str, heads: Heads) -> str:
    """Whom a clause without a subject says something to: `谓梁曰`."""
    for at, sign in enumerate(stem):
        if sign in w.OBJECT:
            return heads.at(stem[at + 1 :])
    return ""


def _tales(book: Book) -> list[int]:
    """Where tales begin: at chapters, and at short lines without a mark."""
    starts = {0, *(chapter.heading for chapter in book.chapters)}
    for line in re.finditer(rf"(?m)^[ 　]*[一-鿿〇○]{{1,{HEADING}}}[ 　]*$", book.text):
        starts.add(line.start())
    return sorted(starts)


def _spans(text: str) -> list[Quotation]:
    """The quotations; where an edition has no marks, what 曰 and a colon begin."""
    marked = list(quotations(text))
    led = len(re.findall("曰[：:]", text))
    if len(marked) * 3 >= led:
        return marked
    return sorted([*marked, *_unmarked(text, marked)])


def _unmarked(text: str, marked: list[Quotation]) -> Iterator[Quotation]:
    ends = [span.end for span in marked]
    starts = [span.start for span in marked]
    for begin in _UNMARKED.finditer(text):
        at = bisect_right(starts, begin.end()) - 1
        if at >= 0 and begin.end() < ends[at]:
            continue
        line = text.find("\n", begin.end())
        line = len(text) if line < 0 else line
        following = _NEXT.search(text, begin.end() + 1, line)
        stop = following.start() if following else line
        if not following and stop - begin.end() > SHORT:
            sentence = re.compile("[。！？]").search(text, begin.end(), stop)
            stop = sentence.end() if sentence else stop
        if text[begin.end() : stop].strip():
            yield Quotation(begin.end(), stop, False)
