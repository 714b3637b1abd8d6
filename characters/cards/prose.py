"""Whose the sentences of a story are in which one role speaks: quoted terms, the words and deeds of
others. By signs and words alone, so that where nothing tells, it is the role's. Pure."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

_SAID_ZH = (
    r"(?:[说问答喊叫笑骂叹吼嚷应喝劝哼接]道|回答|回应|开口|嘟囔|低语|喃喃|解释|补充|吩咐|命令|提醒|大喊|大叫"
    r"|低吼|宣布|插嘴|[说道问喊答嚷骂吼唤劝])(?:道|着|了)?(?:一?[句声])?"
)
_MANNER = re.compile(
    r"(?:[冷苦微大狂轻坏]?笑着|[哭叹喘]着|摇着头|[低轻大高小冷柔厉沉朗齐]声|[冷淡缓慢轻悄默幽]{2}地?|[\u3400-\u9fff]{1,4}地|忽然|突然"
    r"|终于|立刻|随即|接着|继续|又|也|才|便|就|只|还|先|则|(?:对|向|朝|冲|跟|和)[^，,]{1,6})$"
)
_SAID_EN = (
    r"(?:said|says?|ask(?:s|ed)|repl(?:y|ies|ied)|whisper(?:s|ed)|shout(?:s|ed)|mutter(?:s|ed)|call(?:s|ed)"
    r" out|answer(?:s|ed)|cr(?:y|ies|ied)|yell(?:s|ed)|growl(?:s|ed)|murmur(?:s|ed)|snap(?:s|ped)"
    r"|continu(?:es|ed)|add(?:s|ed)|exclaim(?:s|ed)|hiss(?:es|ed)|sigh(?:s|ed)|chuckl(?:es|ed))"
)
_LEAD_ZH = re.compile(rf"(?P<verb>{_SAID_ZH})[：:，,]?\s*$")
_TAIL_ZH = re.compile(
    rf"\s*(?P<who>[^，,。！？!?；：:\s“”「」]{{0,12}}?)(?P<verb>{_SAID_ZH})(?![\u3400-\u9fff])"
)
_LEAD_EN = re.compile(
    rf"(?P<who>[\w'’-]+(?: [\w'’-]+){{0,3}}?) {_SAID_EN}(?: [\w'’-]+){{0,3}}[:,]?\s*$",
    re.IGNORECASE,
)
_TAIL_EN = re.compile(
    rf"\s*(?:(?P<who>[\w'’-]+(?: [\w'’-]+){{0,3}}?) {_SAID_EN}\b"
    rf"|{_SAID_EN} (?P<after>[\w'’-]+(?: [\w'’-]+)?))",
    re.IGNORECASE,
)
_WRITTEN = re.compile(
    r"(?:[写刻印题贴标绣画挂]着|写了|名叫|名为|叫做|称为|称作|所谓的?|叫作|\b(?:reads?|reading|called|labell?ed|"
    r"named|titled|so-called|word|words|written))[：:]?\s*$",
    re.IGNORECASE,
)
_ENDS = re.compile(r"[。！？!?…—～~.,，、；;♪♥❤]$")
_GOES_ON = re.compile(r"[\w\u3400-\u9fff]")
_CLOSED = re.compile(r"[。！？!?…\.:：，,；;—]\s*$")
_SENTENCE = re.compile(
    r"(?<=[。！？])(?![。！？…”」』）)’])|(?<=[.!?])\s+(?=[A-Z\"“*])|(?<=……)(?=[^”」』。！？])"
)
_CLAUSE = re.compile(r"[，,；;]")
_SECOND = re.compile(r"(?:you|your|yours)\b|你|您|\{\{user\}\}", re.IGNORECASE)
_HE = re.compile(r"(?:she|he|they|her|his|their|its?)\b|[他她它]", re.IGNORECASE)
_I = re.compile(
    r"(?:i|i'm|i've|i'll|my|me|we|our)\b|[我俺吾咱]|本(?:座|王|宫|小姐|大爷|少爷)", re.IGNORECASE
)
_SAYS_I = re.compile(r"我|\bI\b|\bmy\b")
_OTHERS = re.compile(
    r"(?:the|an?|there|another|someone|somebody|everyone|everybody|outside|nearby|all around)\b"
    r"|有人|众人|大家|人群|所有人|门外|窗外|远处|四周|周围|空气|一名|一位|天色|夜色|月光|阳光"
    r"|[雨雪风雷](?=[停下落起越还又不声渐])",
    re.IGNORECASE,
)
_ACTS = re.compile(r"[了着起出微轻冷淡默然地没不]|一(?![名位个])")


@dataclass
class Telling:
    """How a message tells: by whose names, in which person, and whom it spoke of last."""

    names: Sequence[str]
    """The role's."""
    first_person: bool = False
    """Whether the role tells of itself as I, so that he and she are others."""
    other: bool = False
    """Whether somebody else spoke last, whom he and she may be."""

    def is_own(self, text: str) -> bool | None:
        """Whether the role is the subject of a sentence by its beginning; `None` where nothing
        tells."""
        if self.named(text):
            self.other = False
            return True
        if _I.match(text):
            return True
        if _SECOND.match(text) or _OTHERS.match(text):
            return False
        if _HE.match(text):
            return not (self.first_person or self.other)
        return None

    def named(self, text: str) -> str:
        """The name of the role with which a text begins, and goes on as a sentence does."""
        for name in self.names:
            after = text[len(name) :]
            if name and text.startswith(name) and (not after or after[0] == " " or name[-1] > "⺀"):
                return name
        return ""

    def another_says(self, lead: str, tail: str) -> str | None:
        """`lead` or `tail` where that says that somebody else speaks the words between them."""
        before = _speaker_before(lead)
        if self._is_other(before):
            self.other = True
            return "lead"
        if before is None and self._is_other(_speaker_behind(tail)):
            self.other = True
            return "tail"
        return None

    def _is_other(self, who: str | None) -> bool:
        if not who:
            return False
        if any(name and name in who for name in self.names):
            self.other = False
            return False
        own = self.is_own(who)
        if own is not None:
            return not own
        if _I.search(who) and "的" not in who:
            return False
        if who[0] > "⺀":
            return len(who) <= 10 and not _ACTS.search(who)
        return who[0].isupper() and who.split()[0].lower() not in ("and", "then", "but", "as")


def says_i(text: str) -> bool:
    """Whether somebody tells of himself as I."""
    return _SAYS_I.search(text) is not None


def is_term(before: str, inner: str, after: str) -> bool:
    """Whether what stands between quotation marks is a word that is spoken of, not speech."""
    if _WRITTEN.search(before):
        return True
    if _ENDS.search(inner):
        return False
    lead = before.rstrip()
    if not lead or _CLOSED.search(lead):
        return (
            bool(_GOES_ON.match(after))
            and _speaker_behind(after) is None
            and not (_I.match(after) or _HE.match(after))
        )
    return _speaker_before(before) is None


def sentences(text: str) -> Iterator[str]:
    """The sentences of a text."""
    for part in _SENTENCE.split(text):
        if part and part.strip():
            yield part.strip()


def without_saying(text: str, names: Sequence[str]) -> str:
    """A sentence without a last clause, or all of it, that only says that the role speaks."""
    clauses = list(_CLAUSE.split(text.strip().rstrip("：:，,。. ")))
    last = clauses[-1].strip()
    for name in (*names, "她", "他", "它", "我"):
        last = last.removeprefix(name)
    if re.fullmatch(_SAID_ZH, last) or re.fullmatch(
        rf"\s*(?:(?:she|he|they|i) )?{_SAID_EN}", last, re.I
    ):
        cut = text.rfind(clauses[-1])
        return text[:cut].rstrip("，,；; ")
    return text.rstrip("：:，, ") if text.rstrip().endswith(("：", ":", "，", ",")) else text


def _speaker_before(lead: str) -> str | None:
    """Who says what follows, empty where nobody is named; `None` where no verb says so."""
    sentence = _SENTENCE.split(lead)[-1] if lead else ""
    clauses = _CLAUSE.split(sentence.strip().rstrip("：:，, "))
    verb = _LEAD_ZH.search(clauses[-1])
    if verb is not None:
        return _subject(clauses[-1][: verb.start()], clauses)
    english = _LEAD_EN.search(sentence)
    return english["who"] if english else None


def _subject(who: str, clauses: Sequence[str]) -> str:
    """The subject of a clause before its verb; else that of the clause which begins the sentence,
    where that is the role or the player."""
    who = who.strip()
    while manner := _MANNER.search(who):
        who = who[: manner.start()].strip()
    if who or len(clauses) < 2:
        return who
    first = clauses[0].strip()
    return first[:1] if _I.match(first) or _SECOND.match(first) else ""


def _speaker_behind(tail: str) -> str | None:
    """As `_speaker_before`, of what stands behind the words."""
    if found := _TAIL_ZH.match(tail):
        return _subject(found["who"], ())
    if english := _TAIL_EN.match(tail):
        return english["who"] or english["after"]
    return None
