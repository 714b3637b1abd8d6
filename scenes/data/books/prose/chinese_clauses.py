"""Who a clause of modern Chinese is about, whether they speak in it, and to whom."""

import re

from scenes.data.books.prose import words as w
from scenes.data.books.prose.cast import Cast, form_at
from scenes.data.books.prose.chinese_names import SHAPE, does, is_whole, lead_end, may_be_name
from scenes.data.books.prose.evidence import FEMALE, FIRST, MALE, SOMEBODY, Subject
from scenes.data.books.prose.naming import NUMBERS, SURNAMES, is_word


def _any(words: tuple[str, ...] | frozenset[str]) -> str:
    return "|".join(map(re.escape, sorted(words, key=len, reverse=True)))


SAY = re.compile(
    rf"(?<![没不未别听再传据])(?:{_any(w.SAY)})(?!不出|不下去|不清|完[，。]?$|法|是|者|理(?!由)|题(?!地)|路|号|候|得过)"
)
_NOT_SAID = re.compile(
    "没有?(?:再)?(?:说|回答|答|应|吭|作|出|开口|接)|不再?说|说不出|听(?!见|得|到)?(?:人|他|她|谁)?说|小说|笑话|说话(?:声|的)|据说"
)
THOUGHT = re.compile(
    rf"(?:{_any(w.THINK)})(?:[着道]|起来)?$|心[里中下底][^，。]{{0,8}}[想说道念]|暗自|(?:想|念头)$|[想思]道$"
)
WRITTEN = re.compile(_any(w.WRITTEN))
VOICE = re.compile(f"的?(?:{_any(w.VOICE)})")
_BODY = re.compile(f"的?(?:{_any(w.BODY)})")
_PLURAL = re.compile("[们俩]|两[个人]|几[个人]|[三四五]人")
_MANY = re.compile(
    "他们|她们|它们|我们|咱们|你们|大家|众人|人们|两人|二人|三人|几人|双方|两个人|所有人|全[班家村场]|有几个人"
)
_SOMEBODY = re.compile(
    "有个?人|那人|这人|那个人|这个人|来人|对方|某个?人|谁|一个(?:陌生的?)?声音|那个?声音|那头|另一个(?:人|声音)?|"
    "有个[^，。]{0,4}声音|人群[里中]|背后有人|其中一[个人位名]|前者|后者|剩下的|别人|旁人|机器|广播|喇叭"
)
_POINT = re.compile(
    "(?:那|这|一|另一|某|几|两|三|某)(?:个|位|名|条|群|帮|些|只|帮子)|那|这|她的|他的|我的|她|他|我|自己的|伊(?![万丽莎恩尔诺文森斯娃夫凡戈芙])"
)
_PRONOUN = {"他": MALE, "她": FEMALE, "伊": FEMALE, "我": FIRST, "咱": FIRST, "俺": FIRST}
_DETERMINER = re.compile("(?:那|这|一|另一|某)(?:个|位|名|条|只)?(?:[一-鿿]{1,6}的)?")
_NOT_IN_ROLES = w.NO_NAME - frozenset("手头脸上下前后中里外") | frozenset("教使〔〕[]0123456789")
_PLACE = re.compile(
    "的?(?:身后|身边|身旁|身上|旁边|面前|对面|背后|家[里的]|家(?=[，。])|房间|那边|这边|手里|手中|怀里|眼前|身前|跟前|头顶|耳边|脚边|的话)"
)
_JOINED = re.compile("[和与、及]|还有")
_QUALITY = re.compile(f"(?:{_any(w.QUALITIES)})的?")
_ROLE_HEAD = re.compile(f"(?:{_any(w.QUALITIES)}){{0,2}}的?")
_GOVERN = re.compile(f"[{''.join(sorted(w.GOVERN))}]$")
_TO = re.compile(
    "(?:对着?|向|朝着?|冲着?|跟|问|叫|告诉|安慰|打断|提醒|催|劝|答|回答|骂|瞪了?|看[着了向]?|望[着了向]|盯着|转向|递给|拉住|拉着|扶住|扶着|拍拍|对准|反问|追问|嘱咐|吩咐|叮嘱|喊|叫住|喊住|拦住)"
    "(?:一眼|了一眼)?$"
)
FAR = 14
"""Characters before a name within which a clause may still be about them."""


class ClauseReader:
    """Tells the subjects of clauses, for one cast."""

    def __init__(self, cast: Cast, text: str) -> None:
        self.cast = cast
        self.text = text
        self.met: set[str] = set()
        """Who was told by their looks alone."""

    def subject(self, clause: str) -> Subject | None:
        """Who a clause is about; `None` where it names nobody, as where it goes on with whoever."""
        at = lead_end(clause)
        found = self._at(clause, at) or (self._at(clause, 0) if at else None)
        if found is not None:
            heard = _HEARS.match(clause, found.end)
            other = self._at(clause, heard.end()) if heard else None
            return other if other and says(clause[other.end :]) else found
        return self._inside(clause, at)

    def begins(self, clause: str) -> Subject | None:
        """Who a clause begins with, or whoever is heard in it."""
        at = lead_end(clause)
        found = self._at(clause, at) or (self._at(clause, 0) if at else None)
        return self.subject(clause) if found else None

    def unknown(self, clause: str) -> Subject | None:
        """Who does something in a clause beside words, by the look of it: `刀疤脸狞笑道`."""
        at = lead_end(clause)
        behind = clause.find("的", at, at + 12)
        for start in (at, behind + 1) if behind >= 0 else (at,):
            if point := _DETERMINER.match(clause, start):
                start = point.end()
            best, surest = None, 0
            for length in (6, 5, 4, 3, 2):
                name, rest = clause[start : start + length], clause[start + length :]
                if len(name) == length and self._is_somebody(name) and does(rest) > surest:
                    best, surest = Subject(name, start + length), does(rest)
            if best:
                self.met.add(best.who)
                return best
        return None

    def guessed(self, clause: str, least: int) -> Subject | None:
        """Who begins a clause beside words, by a name that the text has `least` times."""
        for length in (4, 3, 2):
            name, rest = clause[:length], clause[length:]
            if not rest or set(name) & (w.NO_NAME - NUMBERS) or not may_be_name(name):
                continue
            if is_word(name) or not (does(rest) or is_word(rest[:2]) or is_word(rest[:4])):
                continue
            if self.text.count(name) >= least and is_whole(name, self.text):
                self.met.add(name)
                return Subject(name, length)
        return None

    def _is_somebody(self, name: str) -> bool:
        """Whether a piece of text looks like a name, or like what somebody is called."""
        odd = _NOT_IN_ROLES - w.IN_NAMES if name[0] in SURNAMES else _NOT_IN_ROLES
        if name[0] == name[1:2]:
            return False
        if name in w.STOP or name[:2] in w.STOP or name[-2:] in w.BODY or set(name) & odd:
            return False
        named = not is_word(name) or (name[-1] in _PEOPLE and len(name) < 4)
        return named and SHAPE.fullmatch(name) is not None

    def named(self, clause: str) -> list[tuple[int, str]]:
        """Who is named in a clause, and where."""
        found, at = [], 0
        while at < len(clause):
            form = form_at(self.cast.forms, clause, at)
            if form:
                found.append((at, self.cast.forms[form]))
                at += len(form)
            else:
                at += 1
        return found

    def addressed(self, clause: str) -> str:
        """Who is spoken to in a clause."""
        for at, name in self.named(clause):
            if at and _TO.search(clause[:at]):
                return name
        return ""

    def _at(self, clause: str, at: int) -> Subject | None:
        """The subject that stands at a place of a clause."""
        if _MANY.match(clause, at):
            return Subject(SOMEBODY, at)
        if form := form_at(self.cast.forms, clause, at):
            return self._after(clause, self.cast.forms[form], at + len(form))
        if found := _SOMEBODY.match(clause, at):
            return Subject(SOMEBODY, found.end())
        point = _POINT.match(clause, at)
        if point:
            return self._pointed(clause, at, point)
        for start in self._qualified(clause, at):
            if form := form_at(self.cast.forms, clause, start):
                end = start + len(form)
                whole = clause[at:end]
                name = self.cast.forms.get(whole) or (form if "的" in whole else whole)
                return self._after(clause, name, end)
        return None

    @staticmethod
    def _qualified(clause: str, at: int) -> list[int]:
        """Where a noun may begin behind one or two words of what somebody is like."""
        starts: list[int] = []
        while len(starts) < 3 and (found := _QUALITY.match(clause, at)) and found.end() > at:
            at = found.end()
            starts.append(at)
        return starts

    def _pointed(self, clause: str, at: int, point: re.Match[str]) -> Subject | None:
        pronoun = _PRONOUN.get(clause[at])
        behind = point.end()
        form = form_at(self.cast.forms, clause, behind)
        if pronoun and clause[at + 1 : at + 2] in ("家", "们"):
            return Subject(SOMEBODY, at + 2)
        if form and (not pronoun or form in _KIN):
            return self._after(clause, self.cast.forms[form], behind + len(form))
        if pronoun:
            if body := _BODY.match(clause, at + 1):
                return Subject(pronoun, body.end())
            if clause[at + 1 : at + 2] == "的" or _PLACE.match(clause, at + 1):
                return None
            return Subject(pronoun, at + 1)
        head = _ROLE_HEAD.match(clause, behind)
        end = head.end() if head else behind
        if form := form_at(self.cast.forms, clause, end):
            return self._after(clause, self.cast.forms[form], end + len(form))
        return self._inside(clause, behind)

    def _after(self, clause: str, name: str, end: int) -> Subject | None:
        """The subject that a name is by what follows it: itself, whoever is theirs, or nobody."""
        if _PLURAL.match(clause, end):
            return Subject(SOMEBODY, end)
        if place := _PLACE.match(clause, end):
            return self._inside(clause, place.end())
        if body := _BODY.match(clause, end):
            return Subject(name, body.end())
        if clause[end : end + 1] == "的":
            form = form_at(self.cast.forms, clause, end + 1)
            if form and form in _NOUNS:
                return self._after(clause, form, end + 1 + len(form))
            return None
        if clause[end : end + 1] in ("嫂", "婶") and name not in _NOUNS:
            return Subject(name + clause[end], end + 1)
        kin = form_at(self.cast.forms, clause, end)
        if name in _NOUNS and kin in ("先生", "小姐", "太太", "夫人"):
            return Subject(name, end + len(kin))
        if name in _NOUNS and kin and self.cast.forms[kin] not in _NOUNS:
            return self._after(clause, self.cast.forms[kin], end + len(kin))
        if kin in _RELATIONS and name not in _NOUNS:
            forms = (clause[at:end] for at in range(end))
            form = next((one for one in forms if one in self.cast.forms), name)
            return self._after(clause, form + kin, end + len(kin))
        joined = _JOINED.match(clause, end)
        if joined and (
            form_at(self.cast.forms, clause, joined.end())
            or clause.startswith(("他", "她", "我"), joined.end())
        ):
            return Subject(SOMEBODY, joined.end())
        return Subject(name, end)

    def _inside(self, clause: str, at: int) -> Subject | None:
        """The first who is named further inside, unless something is done to them there."""
        for place in range(at, min(len(clause), at + FAR)):
            if _UNKNOWN_VOICE.match(clause, place):
                return Subject(SOMEBODY, len(clause))
            form = form_at(self.cast.forms, clause, place)
            if form in _NOUNS and clause[place - 1 : place] != "的":
                continue
            pronoun = "" if form else _PRONOUN.get(clause[place], "")
            if not form and not pronoun:
                continue
            before = clause[at:place]
            if (
                before
                and _GOVERN.search(before)
                and not before.endswith(("只见", "听见", "却见", "就见"))
            ):
                return None
            if form:
                return self._after(clause, self.cast.forms[form], place + len(form))
            if clause[place + 1 : place + 2] in ("的", ""):
                return None
            point = _POINT.match(clause, place)
            return self._pointed(clause, place, point) if point else Subject(pronoun, place + 1)
        return None


_KIN = frozenset((*w.KIN_F, *w.KIN_M, *w.ROLES_F, *w.ROLES_M, *w.ROLES))
_NOUNS = _KIN
_RELATIONS = frozenset((*w.KIN_F, *w.KIN_M)) - frozenset(w.TITLES_F + w.TITLES_M) | frozenset(
    "爹娘妈爸"
)
_UNKNOWN_VOICE = re.compile(
    "不知道?是?谁|有个?人|一声(?:断喝|大喝|喊|叫|喝|吼|冷笑)|(?:一个|那个?)[^，。]{0,8}(?:声音|嗓音|嗓门)"
)


_PEOPLE = frozenset("员师长官兵匠客户妃侠僧贼匪警仆妇")
"""How words end that are what somebody is: `审判员`."""
_HEARS = re.compile("[又就却还便也忽然]{0,3}(?:听见|听到|听得|听|看见|瞧见|看到)")
"""Behind somebody who hears another speak."""


def says(text: str) -> bool:
    """Whether somebody speaks in a piece of narration."""
    return SAY.search(text) is not None and _NOT_SAID.search(text) is None
