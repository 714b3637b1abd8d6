"""Who is in a piece of modern Chinese prose, told from the prose itself: names, roles, genders."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from scenes.data.books.people import COMPOUND, SURNAMES
from scenes.data.books.prose import words as w

CLAUSE = re.compile(r"[^，。！？!?；：:…—、“”「」『』\n　 \x00()（）,;]+")
"""A clause of narration; what is said stands as NUL."""
_LEAD = re.compile("|".join(map(re.escape, sorted(w.LEADS, key=len, reverse=True))))
_SURNAME = rf"(?:{'|'.join(COMPOUND)}|[{''.join(sorted(SURNAMES))}])"
_ADVERBS = (
    "又也还就才便却都没不正再已只先忽突终于然也许慢轻静默悄连立马赶急忙缓微苦冷干淡狠低大小轻高厉沉柔悄压哑"
)
_STRONG = re.compile(
    rf"(?:[{_ADVERBS}]|有点|有些|一边|一面|一脸|一把|一下|[一-鿿]{{1,3}}[地似]的?)*"
    r"(?:[说问道喊叫答嚷骂吼喝哼劝讲笑哭叹]|回答|回应|开口|点点?头|点了|摇摇?头|摇了|抬起?头|抬起|抬眼|低下?头|低着|"
    r"低声|轻声|小声|大声|转过?身|转过|转头|回过?头|站起|站在|站着|坐在|坐下|坐着|走[到过进出向上下近回了]|跑[到过进出来去]|"
    r"看[着了向到看]|望[着了向]|盯着|瞪|瞥|皱|愣|怔|沉默|伸[出手了]|拿[起出过着了]|放下|推[开门了]|拉[住开过]|"
    r"握|指[着了]|接过|递[给过了]|端[着起来]|靠[在着]|躺|蹲|跪|咬|抿|眨|闭[上着了]|睁|想[了着起]|觉得|知道|记得|"
    r"听[见到着了]|拍|扶|抱[着住起]|挥|摆[了手]|耸|撇|咳|深吸|松了|擦|抹|揉|摸|举[起着]|掏|停[下了住]|顿|退[了后]|凑|"
    r"俯|弯[下腰]|起身|没[有说动回]|不说|不知|不肯|也不|把|将|冲|对[着他她我]|朝|嘀咕|嘟囔|喃喃|解释|补充)"
)
_BODY = re.compile(f"的(?:{'|'.join(sorted(w.BODY, key=len, reverse=True))})")
_PRONOUN = re.compile("[他她]")
_FOREIGN = rf"[{''.join(sorted(w.FOREIGN))}]"
_DOTTED = re.compile(r"[一-鿿A-Z]{1,6}(?:·[一-鿿]{1,6}){1,3}")
_TITLES = w.TITLES_F + w.TITLES_M + w.TITLES
_TITLED = re.compile(
    rf"(?:{_SURNAME}|[老小阿][一-鿿])(?:[一-鿿]{{1,2}}?)?(?:{'|'.join(sorted(_TITLES, key=len, reverse=True))})"
)
LONGEST = 6
FEW = 2
MOST_LOOKED = 300


@dataclass(frozen=True)
class Cast:
    """The people: each form with the name that stands for it, and what is known of genders."""

    forms: Mapping[str, str]
    genders: Mapping[str, str] = field(default_factory=dict)
    """`m` or `f` by name; a name whose gender is not known is not in it."""

    def gender(self, name: str) -> str:
        return self.genders.get(name, "")


def lead_end(clause: str, at: int = 0) -> int:
    """Where a clause begins after words that only lead on."""
    while (found := _LEAD.match(clause, at)) and found.end() < len(clause):
        at = found.end()
    return at


def cast_of(narration: str, known: Mapping[str, str], after: Iterable[int] = ()) -> Cast:
    """The cast of a text whose speech is blanked out. `known` are forms that are given."""
    seen = _acting(narration)
    forms = dict(known)
    for name in _names(seen, narration):
        forms.setdefault(name, name)
    _join(forms, known, narration)
    roles = _roles()
    for role in roles:
        forms.setdefault(role, role)
    return Cast(forms, _genders(forms, narration))


def _acting(narration: str) -> dict[str, Counter[str]]:
    """What begins clauses and does what people do: by candidate, how often so and how often not."""
    seen: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for clause in CLAUSE.finditer(narration):
        text = clause[0]
        at = lead_end(text)
        for start in {0, at}:
            for length in range(2, LONGEST + 1):
                name = text[start : start + length]
                if len(name) < length:
                    break
                if name[-1] in w.NO_NAME and not _may_end(name):
                    if length > 2:
                        break
                    continue
                rest = text[start + length :]
                if _STRONG.match(rest) or _BODY.match(rest):
                    seen[name]["acts"] += 1
                    if rest[:1] in "说道问喊叫答":
                        seen[name]["says"] += 1
    return seen


def _may_end(name: str) -> bool:
    """Whether a sign that is also a word may belong to a name: `周一` no, `李想` yes."""
    return name[0] in SURNAMES and len(name) <= 3 and name[-1] in "想得会放醒开来叹回起笑"


def _names(seen: Mapping[str, Counter[str]], narration: str) -> list[str]:
    seen = {name: how for name, how in seen.items() if how["acts"] >= FEW or how["says"]}
    counts = {name: narration.count(name) for name in seen}
    kept = []
    for name, how in seen.items():
        if _is_name(name, how, counts[name]) and _is_whole(name, narration, counts[name]):
            kept.append(name)
    for dotted in set(_DOTTED.findall(narration)):
        kept.append(dotted)
    for titled, count in Counter(_TITLED.findall(narration)).items():
        if count >= FEW or seen.get(titled, Counter())["acts"]:
            kept.append(titled)
    chosen = set(kept)
    return [
        name
        for name in kept
        if not any(
            name[:end] in chosen and counts.get(name[:end], 0) > 2 * counts.get(name, 0)
            and not name.endswith(_TITLES)
            for end in range(2, len(name))
        )
    ]


def _is_name(name: str, how: Counter[str], count: int) -> bool:
    acts, says = how["acts"], how["says"]
    if name in w.STOP or set(name[1:-1]) & w.NO_NAME or "·" in name:
        return False
    if name in _role_set() or name[:2] in w.STOP or name[-2:] in w.BODY:
        return False
    if all(re.fullmatch(_FOREIGN, sign) for sign in name) and acts >= FEW:
        return len(name) > 2 or not _is_word(name)
    if len(name) > 4:
        return False
    if name[0] in "老小阿" and len(name) == 2:
        return acts >= FEW and not _is_word(name)
    if name[0] in w.NO_NAME:
        return False
    surname = next((each for each in COMPOUND if name.startswith(each)), name[0])
    full = surname in COMPOUND or surname in SURNAMES
    if full and len(name) - len(surname) in (1, 2):
        fewest = FEW if acts != count or says else FEW + 1
        return (acts >= fewest or (says and count >= FEW)) and not _is_word(name)
    return len(name) <= 3 and acts >= 3 and acts * 12 >= count and not _is_word(name)


def _is_word(name: str) -> bool:
    """Whether a dictionary has it as a word."""
    from pypinyin.phrases_dict import phrases_dict

    return name in phrases_dict


def _is_whole(name: str, text: str, count: int) -> bool:
    """Whether a name does not nearly always go on, or begin, with one sign."""
    after: Counter[str] = Counter()
    before: Counter[str] = Counter()
    at = -1
    while (at := text.find(name, at + 1)) >= 0 and after.total() < MOST_LOOKED:
        after[text[at + len(name) : at + len(name) + 1]] += 1
        before[text[at - 1 : at]] += 1
    for signs in (after, before):
        sign, most = signs.most_common(1)[0]
        wide = re.fullmatch("[一-鿿]", sign) is not None
        if wide and sign not in w.NO_NAME and most > 0.7 * signs.total() and most > 1:
            return False
    return True


def _join(forms: dict[str, str], known: Mapping[str, str], narration: str) -> None:
    """Give a part of a full name to whoever alone bears it: 晚晴 to 苏晚晴, 安娜 to 安娜·伊万诺娃."""
    full = [name for name in forms if name not in known]
    for name in full:
        if "·" in name:
            parts = [part for part in name.split("·") if len(part) > 1]
            for part in parts:
                bearers = [one for one in full if part in one.split("·") and "·" in one]
                if len(bearers) == 1:
                    forms[part] = name
        elif len(name) == 3 and name[0] in SURNAMES and name[1:] in forms:
            bearers = [one for one in full if one[1:] == name[1:] and len(one) == 3]
            if len(bearers) == 1:
                forms[name[1:]] = name


def _roles() -> tuple[str, ...]:
    return tuple(_role_set())


def _role_set() -> frozenset[str]:
    return _ROLES


_NOUNS = (*w.KIN_F, *w.KIN_M, *w.ROLES_F, *w.ROLES_M, *w.ROLES)
_ROLES = frozenset(_NOUNS) - {"青年", "公公道道"}


def _genders(forms: Mapping[str, str], narration: str) -> dict[str, str]:
    votes: defaultdict[str, Counter[str]] = defaultdict(Counter)
    women = {*w.KIN_F, *w.ROLES_F}
    men = {*w.KIN_M, *w.ROLES_M}
    for form, name in forms.items():
        if form in women or (len(form) > 2 and form.endswith(w.TITLES_F)):
            votes[name]["f"] += 1000
        elif form in men or (len(form) > 2 and form.endswith(w.TITLES_M)):
            votes[name]["m"] += 1000
        elif len(form) > 1 and set(form[1:]) & w.WOMEN:
            votes[name]["f"] += 2
    for name, gender in _pronoun_votes(forms, narration):
        votes[name][gender] += 1
    found = {}
    for name, count in votes.items():
        (gender, most), *rest = count.most_common()
        if most >= 2 * sum(n for _, n in rest) and most > 1:
            found[name] = gender
    return found


def _pronoun_votes(forms: Mapping[str, str], narration: str) -> Iterable[tuple[str, str]]:
    """A name that begins a clause, and the pronoun that next begins one in its paragraph."""
    for line in narration.split("\n"):
        last = ""
        for clause in CLAUSE.finditer(line):
            text = clause[0]
            at = lead_end(text)
            if name := form_at(forms, text, at):
                last = forms[name]
            elif text[at : at + 1] in ("他", "她") and text[at + 1 : at + 2] != "们":
                if last:
                    yield last, "m" if text[at] == "他" else "f"
                last = ""


def form_at(forms: Mapping[str, str], text: str, at: int) -> str:
    """The longest form that stands at a place of the text."""
    for length in range(min(10, len(text) - at), 0, -1):
        if text[at : at + length] in forms:
            return text[at : at + length]
    return ""
