"""Whose the sentences of a story are in which one role speaks: quoted terms, the words and deeds of
others. By signs and words alone, so that where nothing tells, it is the role's. Pure."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

NEAR = 120
"""Characters beside a quotation by which it is told whose it is."""
_SAID_ZH = (
    r"(?:[说說问問答喊叫笑骂罵叹嘆吼嚷应應喝劝勸哼接]道|回答|回应|回應|开口|開口|嘟囔|低语|低語|喃喃|解释|解釋"
    r"|补充|補充|吩咐|命令|提醒|大喊|大叫|低吼|宣布|插嘴|吆喝|惊呼|驚呼|尖叫|嚷嚷|招呼|催促|感叹|感嘆|嘀咕|咕哝|[说說道问問喊答嚷骂罵吼唤喚劝勸])(?:道|着|著|了)?(?:一?[句声聲])?"
)
_MANNER = re.compile(
    r"(?:[冷苦微大狂轻輕坏壞]?笑[着著]|[哭叹嘆喘][着著]|摇着头|搖著頭|[低轻輕大高小冷柔厉厲沉朗齐齊][声聲]"
    r"|[冷淡缓緩慢轻輕悄默幽]{2}地?|[\u3400-\u9fff]{1,4}地|忽然|突然|终于|終於|立刻|随即|隨即|接着|接著|继续|繼續"
    r"|又|也|才|便|就|只|还|還|先|则|則|(?:对|對|向|朝|冲|衝|跟|和)[^，,]{1,6})$"
)
_PEOPLE = (
    r"(?:仆|僕|僮|童|卫|衛|士兵|卫兵|衛兵|老板|老闆|掌柜|掌櫃"
    r"|小二|年轻人|年輕人|中年人|陌生人|男生|女生|侍女|少女|女人|女孩|女子|丫鬟|管家|男人|男子|男孩|老人|老者|老妇|老婦|路人|众人|眾人|猎人|獵人|商人|工人|客人|少年|青年"
    r"|孩子|师父|師父|师兄|師兄|师姐|師姐|母亲|母親|父亲|父親|妈妈|媽媽|爸爸|哥哥|姐姐|弟弟|妹妹|爷爷|爺爺|奶奶|大叔|阿姨|同学|同學|老师"
    r"|老師|医生|醫生|学生|學生|先生|大夫|车夫|車夫|船夫|护士|護士|骑士|騎士|道士|修士|队长|隊長|船长|船長|校长|校長|首领|首領|将军|將軍"
    r"|国王|國王|王后|皇后|公主|王子|店主|大汉|大漢|汉子|漢子|小贩|小販|售票员|售票員|店员|店員|司机|司機)"
)
_PERSON = re.compile(
    rf"(?:[^，,。]{{0,6}}的)?(?:那|这|這|一)?(?:个|個|名|位)?[\u3400-\u9fff]{{0,2}}{_PEOPLE}"
)
"""A clause that begins with somebody, by what people are called."""
_A_PERSON = re.compile(rf"[一几幾两兩](?:个|個|名|位)[\u3400-\u9fff]{{0,4}}?{_PEOPLE}")
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
    rf"(?P<who>[\w'’-]+(?: [\w'’-]+){{0,5}}?) {_SAID_EN}(?: [\w'’-]+){{0,3}}[:,]?\s*$",
    re.IGNORECASE,
)
_TAIL_EN = re.compile(
    rf"\s*(?:(?P<who>[\w'’-]+(?: [\w'’-]+){{0,3}}?) {_SAID_EN}\b"
    rf"|{_SAID_EN} (?P<after>[\w'’-]+(?: [\w'’-]+)?))",
    re.IGNORECASE,
)
_WRITTEN = re.compile(
    r"(?:[写刻印题贴标绣画挂]着|写了|名叫|名为|叫做|称为|称作|所谓的?|叫作|\b(?:reads?|reading|called|labell?ed|"
    r"named|titled|so-called|about|of|the|words?|written|signs?|labels?|plaques?))[：:]?\s*$",
    re.IGNORECASE,
)
_LONGEST_WRITTEN = 24
"""More characters than stand before a quotation for `_WRITTEN`."""
_VOICE_WORDS = re.compile("[声聲嗓]音")
_LATIN = re.compile("[A-Za-z]")
_VOICE = re.compile(
    r"\s*(?P<who>[^，,。！？：:\s]{0,14}?)的?(?:声音|聲音|嗓音)[^。！？]{0,20}(?:传来|傳來|响起|響起)"
)
_TAIL_JA = re.compile(
    r"と?(?P<who>[^、。はが\s「」]{0,10})[はが]?(?:言[っい]|叫[んび]|呟|つぶや|答え|尋ね|訊|囁|ささや|告げ|笑[っい])"
)
_ENDS = tuple("。！？!?…—～~.,，、；;♪♥❤")
_GOES_ON = re.compile(r"[\w\u3400-\u9fff]")
_CLOSED = tuple("。！？!?….:：，,；;—")
_SENTENCE = re.compile(
    r"(?<=[。！？])(?![。！？…”」』）)’])|(?<=[.!?])\s+(?=[A-Z\"“*])|(?<=……)(?=[^”」』。！？])|\n"
)
_STOPS = re.compile(r"[。！？.!?…\n]")
"""Without one of these a text is one sentence."""
_CLAUSE = re.compile(r"[，,；;]")
_SECOND = re.compile(r"(?:you|your|yours)\b|你|您|\{\{user\}\}", re.IGNORECASE)
_HE = re.compile(
    r"(?:she|he|they|her|his|their|its?)\b|[他她它]|彼女?(?=[はがのも])", re.IGNORECASE
)
_I = re.compile(
    r"(?:i|i'm|i've|i'll|my|me|we|our)\b|[我俺吾咱]|本(?:座|王|宫|小姐|大爷|少爷)", re.IGNORECASE
)
_SAYS_I = re.compile(r"我|\bI\b|\bmy\b")
_OTHERS = re.compile(
    r"(?:the|an?) (?=\w)|(?:there|another|someone|somebody|everyone|everybody|outside|nearby)\b"
    r"|有人|众人|大家|人群|所有人|门外|窗外|远处|四周|周围|空气|一名|一位|天色|夜色|月光|阳光"
    r"|[雨雪风雷](?=[停下落起越还又不声渐])",
    re.IGNORECASE,
)
_WHOSE = re.compile(r"[他她它我你][^，,]{0,8}?的([^，,]+)")
_BEGINS = re.compile(
    f"(?P<i>{_I.pattern})|(?P<other>{_SECOND.pattern}|{_OTHERS.pattern})|(?P<he>{_HE.pattern})",
    re.IGNORECASE,
)
"""Who the subject of a sentence is, by how it begins."""
_ONLY_SAID = re.compile(
    r"言った|言う|答えた|呟いた|つぶやいた|叫んだ|尋ねた|囁いた"
    rf"|{_SAID_ZH}|\s*(?:(?:she|he|they|i) )?{_SAID_EN}",
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
        begins = _BEGINS.match(text)
        if begins is None:
            return None
        if begins.lastgroup == "he":
            return not (self.first_person or self.other)
        return begins.lastgroup == "i"

    def speaks_as_i(self, text: str) -> bool:
        """Whether bare prose is said by a role that is told of as he or she."""
        return not self.first_person and _I.match(text) is not None

    def named(self, text: str) -> str:
        """The name of the role with which a text begins, and goes on as a sentence does."""
        for name in self.names:
            if not (name and text.startswith(name)):
                continue
            after = text[len(name) : len(name) + 1]
            if not after or after == " " or name[-1] > "⺀":
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
        if (whose := _WHOSE.match(who)) and _PERSON.match(whose[1]):
            return True
        if _HE.match(who):
            return self.first_person
        own = self.is_own(who)
        if own is not None:
            return not own
        if _PERSON.fullmatch(who):
            return True
        if _I.search(who) and "的" not in who:
            return False
        if who[0] > "⺀":
            return len(who) <= 10 and not _ACTS.search(who)
        return who[0].isupper() and who.split()[0].lower() not in ("and", "then", "but", "as")


def may_say_i(text: str) -> bool:
    """Whether `tells_of_itself` can be so of a text in which this stands."""
    return "我" in text or "I" in text or "my" in text


def tells_of_itself(text: str, names: Sequence[str]) -> bool:
    """Whether a role tells of itself as I in prose, from which all that is quoted was taken."""
    told = list(sentences(text))
    i = sum(_SAYS_I.search(one) is not None for one in told)
    by_name = any(name and one.startswith(name) for one in told for name in names)
    return i > 0 and not by_name and i >= sum(_HE.match(one) is not None for one in told)


def is_term(before: str, inner: str, after: str) -> bool:
    """Whether what stands between quotation marks is a word that is spoken of, not speech."""
    lead = before.rstrip()
    if _WRITTEN.search(lead, max(0, len(lead) - _LONGEST_WRITTEN)):
        return True
    if inner.endswith(_ENDS):
        return False
    if not lead or lead.endswith(_CLOSED):
        return (
            bool(_GOES_ON.match(after))
            and _speaker_behind(after) is None
            and not (_I.match(after) or _HE.match(after))
        )
    return _speaker_before(before) is None


def sentences(text: str) -> Iterator[str]:
    """The sentences of a text."""
    is_one = _STOPS.search(text, 0, len(text) - 1) is None
    for part in (text,) if is_one else _SENTENCE.split(text):
        if part and (plain := part.strip()):
            yield plain


def without_saying(text: str, names: Sequence[str]) -> tuple[str, bool]:
    """A sentence without a first or last clause, or all of it, that only says that the role
    speaks; and whether there was one, so that the rest is the role's too."""
    clauses = list(_CLAUSE.split(text.strip().rstrip("：:，,。. ")))
    says = len(clauses) > 1 and _only_says(clauses[0], names)
    if says:
        text = text[text.index(clauses[0]) + len(clauses[0]) :].lstrip("，,；; ")
        clauses = clauses[1:]
    if _only_says(clauses[-1], names):
        return text[: text.rfind(clauses[-1])].rstrip("，,；; "), True
    ending = text.rstrip().endswith(("：", ":", "，", ","))
    return text.rstrip("：:，, ") if ending else text, says


def _only_says(clause: str, names: Sequence[str]) -> bool:
    last = clause.strip().removeprefix("と")
    for name in (*names, "她", "他", "它", "我", "は", "が"):
        last = last.removeprefix(name)
    return _ONLY_SAID.fullmatch(last) is not None


@lru_cache(256)
def _speaker_before(lead: str) -> str | None:
    """Who says what follows, empty where nobody is named; `None` where no verb says so."""
    sentence = lead if _STOPS.search(lead) is None else _SENTENCE.split(lead)[-1]
    clauses = _CLAUSE.split(sentence.strip().rstrip("：:，, "))
    verb = _LEAD_ZH.search(clauses[-1])
    if verb is not None:
        return _subject(clauses[-1][: verb.start()], clauses)
    english = _LEAD_EN.search(sentence) if _LATIN.search(sentence) else None
    return english["who"] if english else None


def _subject(who: str, clauses: Sequence[str]) -> str:
    """The subject of a clause before its verb, else that of the nearest clause before it."""
    who = who.strip()
    while manner := _MANNER.search(who):
        who = who[: manner.start()].strip()
    if _HE.match(who) and "的" not in who:
        for clause in clauses[:-1]:  # a man stood there, and he said
            if person := _A_PERSON.search(clause):
                return person[0]
    if who or len(clauses) < 2:
        return who
    for clause in map(str.strip, reversed(clauses[:-1])):
        if any(one.match(clause) for one in (_I, _HE, _SECOND, _OTHERS)):
            return clause
        if person := _PERSON.match(clause):
            return person[0]
    return ""


@lru_cache(256)
def _speaker_behind(tail: str) -> str | None:
    """As `_speaker_before`, of what stands behind the words."""
    if _VOICE_WORDS.search(tail) and (found := _VOICE.match(tail)):
        return found["who"] or found[0]
    if found := _TAIL_ZH.match(tail):
        return _subject(found["who"], ())
    if japanese := _TAIL_JA.match(tail):
        return japanese["who"]
    if _LATIN.search(tail) and (english := _TAIL_EN.match(tail)):
        return english["who"] or english["after"]
    return None
