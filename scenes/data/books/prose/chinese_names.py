"""What is a name in modern Chinese prose, told from how the prose uses it."""

import re
from collections import Counter, defaultdict
from collections.abc import Mapping

from scenes.data.books.people import COMPOUND
from scenes.data.books.prose import words as w
from scenes.data.books.prose.naming import (
    LEAST,
    NUMBERS,
    SURNAMES,
    features,
    is_foreign,
    is_word,
    likelihood,
)

CLAUSE = re.compile(r"[^，。！？!?；：:…—、“”「」『』\n　 \x00()（）,;]+")
"""A clause of narration; what is said stands as NUL."""
_LEAD = re.compile("|".join(map(re.escape, sorted(w.LEADS, key=len, reverse=True))))
_SURNAME = rf"(?:{'|'.join(COMPOUND)}|[{''.join(sorted(SURNAMES))}])"
_ADVERBS = (
    "又也还就才便却都没不正再已只先忽突终于然许慢轻静默悄连立马赶急忙缓微"
    "苦冷干淡狠低大小高厉沉柔压哑"
)
_STRONG = re.compile(
    rf"(?:[{_ADVERBS}]|(?P<twice>[一-鿿])(?P=twice)的|有点|有些|一边|一面|一脸|一把|一下|[一-鿿]{{1,3}}[地似]的?|[一-鿿]{{1,4}}的(?=[说问道喊叫答]))*"
    r"(?:[说问道喊叫答嚷骂吼喝哼劝讲笑哭叹]|回答|回应|开口|点点?头|点了|摇摇?头|摇了|抬起?头|抬起|抬眼|低下?头|低着|"
    r"低声|轻声|小声|大声|转过?身|转过|转头|回过?头|站起|站在|站着|坐在|坐下|坐着|走[到过进出向上下近回了]|跑[到过进出来去]|"
    r"看[着了向到看]|望[着了向]|盯着|瞪|瞥|皱|愣|怔|沉默|伸[出手了]|拿[起出过着了]|放下|推[开门了]|拉[住开过]|"
    r"握|指[着了]|接过|递[给过了]|端[着起来]|靠[在着]|躺|蹲|跪|咬|抿|眨|闭[上着了]|睁|想[了着起]|觉得|知道|记得|"
    r"听[见到着了]|拍|扶|抱[着住起]|挥|摆[了手]|耸|撇|咳|深吸|松了|擦|抹|揉|摸|举[起着]|掏|停[下了住]|顿|退[了后]|凑|"
    r"俯|弯[下腰]|起身|[替给帮代][^，。]{1,6}[说问道喊答]|没[有说动回]|不说|不知|不肯|也不|把|将|冲|对[着他她我]|朝|在心[里中底]|[在从用以][^，。]{1,8}[说道问喊骂叫想]|嘀咕|嘟囔|喃喃|解释|补充)"
)
WEAK = re.compile(
    "[一-鿿](?:了|着|起|过[来去]|下|进|出|开|到|向|上[来去]|回|住|在)|[一-鿿][一下](?:[一-鿿])?|[从在向朝往用][一-鿿]|腾地|噌地|猛|第一个|一[把屁个]|手里|怀里|身上"
)
"""What somebody does, and things do too."""
_BODY = re.compile(f"的(?:{'|'.join(sorted(w.BODY, key=len, reverse=True))})")
_FOREIGN = rf"[{''.join(sorted(w.FOREIGN))}]"
_DOTTED = re.compile("([一-鿿A-Z]{1,6})((?:·[一-鿿]{1,6}){1,3})")
_TITLE_OF_BOOK = re.compile("《[^》\n]{1,40}》|[〈〔][^〉〕\n]{1,40}[〉〕]")
TITLES = w.TITLES_F + w.TITLES_M + w.TITLES
_TITLES_BY_LENGTH = sorted(TITLES, key=len, reverse=True)
_NEED_SURNAME = frozenset("队总局工公")
"""Titles that end many words as well: `排队`, `总算`."""
_CALLED = re.compile(
    "(?:名叫|名字叫|叫做|叫作|唤作|外号|绰号|人称|姓[一-鿿]，?名)([一-鿿]{2,3})(?=[，。、；])"
)
_VOCATIVE = re.compile(
    "(?:(?<=[“「『，。！？…])|(?<=[“「『，。！？…][喂嘿哎唉啊]，))([一-鿿]{2,4})(?=[，。！？!?…](?:[^“]|$))"
)
_ALL_TITLES = "|".join(sorted(TITLES, key=len, reverse=True))
_TITLED = re.compile(
    rf"(?<=[，。！？：；”」』\n　 \0“「、的])"
    rf"((?:{_SURNAME}|[老小阿][一-鿿])?[一-鿿]{{0,3}}?(?:{_ALL_TITLES}))(?![们家])"
)
SHAPE = re.compile(
    rf"(?:{_SURNAME}[一-鿿]{{1,2}}?|[老小阿大](?:[A-ZＡ-Ｚ]|[一-鿿]{{1,2}}?)|[一-鿿]{{1,3}}?[{''.join(sorted(w.SUFFIXES))}]|{_FOREIGN}{{3,6}})"
)
"""What a name, or what somebody is called, looks like."""
_LEADS_WORDS = re.compile("[：:]|[^。！？!?\n\0]{0,14}[，：]\0")
_SAYS = re.compile(
    "(?:[又也还就才便却都没不再已只忽突终慢轻静低苦冷干淡狠大小高沉柔悄]|[一-鿿]{1,4}[地似]的?|[一-鿿]{0,3}声)*[说问道喊叫答嚷骂吼笑哼]"
)
_TWICE = re.compile(r"(.)\1(.)\2")
"""How somebody does something: `局局促促的`."""
_NEVER = frozenset("的了着过吗呢吧啊我你他她它们")
LONGEST = 6
NOT_BEFORE = frozenset("连据和于向从经应该都单易时由")
"""Surnames that are words before a name: `连阿Q也笑了`."""
_LATIN = re.compile(
    r"(?<![A-Za-zＡ-Ｚａ-ｚ阿小老])[A-ZＡ-Ｚ][A-Za-zＡ-Ｚａ-ｚ]{0,15}(?=[说问道喊叫答笑看走站点摇的忽却便愈]|[一-鿿]{0,3}[地]?[说问道])"
)
_LETTERED = re.compile("[阿老小][A-ZＡ-Ｚ]{1,4}(?![A-Za-zＡ-Ｚａ-ｚ])")
FEW = 2
MOST_LOOKED = 300


def does(rest: str) -> int:
    """How surely what follows a name says that somebody does something: 2, 1 or not at all."""
    if _STRONG.match(rest) or _BODY.match(rest):
        return 2
    return 1 if WEAK.match(rest) else 0


def lead_end(clause: str, at: int = 0) -> int:
    """Where a clause begins after words that only lead on."""
    while (found := _LEAD.match(clause, at)) and found.end() < len(clause):
        at = found.end()
    return at


def acting(narration: str, whole: str) -> dict[str, Counter[str]]:
    """What begins clauses and does what people do, by candidate: how often, and how surely."""
    seen: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for clause in CLAUSE.finditer(narration):
        text = clause[0]
        behind = narration[clause.start() - 1 : clause.start()] == "\0"
        before = _LEADS_WORDS.match(narration, clause.end()) is not None
        starts = {0, lead_end(text), _modified(text)}
        for start in starts | {start + len(_role_at(text, start)) for start in starts}:
            for length in range(2, LONGEST + 1):
                name = text[start : start + length]
                if len(name) < length:
                    break
                if name[-1] in w.NO_NAME and not _may_end(name):
                    if length > 2 and name[-1] not in NUMBERS:
                        break
                    continue
                rest = text[start + length :]
                if length == 2 and _TWICE.match(text, start):
                    continue
                strong = _STRONG.match(rest) or _BODY.match(rest)
                seen[name]["starts"] += 1
                seen[name]["words"] += (
                    is_word(rest[:2]) or is_word(rest[:4]) or rest[:1] in _ADVERBS
                )
                seen[name]["ends"] += not rest
                if not strong and WEAK.match(rest):
                    seen[name]["weak"] += 1
                    seen[name]["beside"] += behind or before
                if strong or (not rest and before):
                    seen[name]["acts"] += 1
                    seen[name]["beside"] += behind or before
                    seen[name]["says"] += (behind or before) and _SAYS.match(rest) is not None
    for call in _VOCATIVE.finditer(whole):
        if call[1] in seen or call[1][0] in SURNAMES:
            seen[call[1]]["called"] += 1
    return seen


def _role_at(text: str, at: int) -> str:
    """What somebody is, before their name: `厨娘` in `厨娘阿珍`."""
    return next((text[at : at + n] for n in (5, 4, 3, 2) if text[at : at + n] in ROLES), "")


def _modified(text: str) -> int:
    """Where a clause goes on after what somebody is like: `跟在后头的苏晚`."""
    at = text.find("的", 0, 12)
    return at + 1 if at > 0 else 0


def _may_end(name: str) -> bool:
    """Whether a sign that is also a word may end a name: `李想`, `许三`, `老把头`."""
    if name[-1] == "头":
        return name[0] in "老小阿大工" and len(name) == 3
    return name[0] in SURNAMES and len(name) <= 3 and name[-1] in w.IN_NAMES


def names_in(seen: Mapping[str, Counter[str]], text: str, narration: str) -> list[str]:
    counts: dict[str, int] = {}
    kept = []
    for name in seen:
        how = pooled(name, seen)
        if not may_be_taken(name, how, text):
            continue
        counts[name] = text.count(name)
        if likelihood(features(name, how, text)) >= LEAST:
            kept.append(name)
    untitled = _TITLE_OF_BOOK.sub("", narration)
    kept += {dotted(found[1], found[2]) for found in _DOTTED.finditer(untitled)}
    kept += [name for name, n in Counter(_LATIN.findall(narration)).items() if n >= FEW]
    kept += [name for name, n in Counter(_LETTERED.findall(text)).items() if n >= FEW]
    kept += [name for name in set(_CALLED.findall(narration)) if text.count(name) >= FEW]
    told = set(_TITLED.findall(narration))
    for titled, count in Counter(_TITLED.findall(text)).items():
        if titled in told and _may_be_titled(titled) and (count >= FEW or seen.get(titled)):
            kept.append(titled)
    chosen = set(kept)
    return [name for name in dict.fromkeys(kept) if not _goes_on(name, chosen, counts)]


def pooled(name: str, seen: Mapping[str, Counter[str]]) -> Counter[str]:
    """How a name is used, and where it is a full one, also how its given name alone is."""
    given = name[1:]
    if len(name) != 3 or name[0] not in SURNAMES or given not in seen or is_word(given):
        return seen[name]
    return seen[name] + seen[given]


def dotted(first: str, rest: str) -> str:
    """A foreign name with dots, without what stands before and behind it: `跟着雨果·布兰特走`."""
    signs = w.FOREIGN | frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    at = max((n + 1 for n, sign in enumerate(first) if sign in w.HARD), default=0)
    *inside, last = rest.split("·")[1:]
    end = next((n for n in range(1, len(last)) if does(last[n:]) == 2), 0)
    if not end:
        end = next((n for n in range(2, len(last)) if last[n] not in signs), len(last))
    return "·".join([first[at:] or first, *inside, last[:end]])


def may_be_taken(name: str, how: Counter[str], text: str) -> bool:
    """Whether a piece of text is used as names are, so that it is worth a closer look."""
    if name[0] in NOT_BEFORE and text.count(name[1:]) > text.count(name):
        return False
    acts = how["acts"] + how["weak"]
    shape = (name[0] in SURNAMES and len(name) < 4) or (name[0] in "阿老小" and len(name) == 2)
    full = shape and (how["starts"] > 1 or how["called"] or acts)
    used = acts >= FEW or how["beside"] or (acts and how["called"]) or full
    return bool(used) and may_be_name(name) and is_whole(name, text)


def _goes_on(name: str, chosen: set[str], counts: Mapping[str, int]) -> bool:
    """Whether a name is another one with the beginning of a word behind it, or only ever a part."""
    if name.endswith(TITLES) or "·" in name:
        return False
    longer = [one for one in chosen if one != name and one.startswith(name)]
    if longer and sum(counts.get(one, 0) for one in longer) >= counts.get(name, 1):
        return True
    return any(
        name[:end] in chosen and counts.get(name[:end], 0) > 2 * counts.get(name, 0)
        for end in range(2, len(name))
    )


def _may_be_titled(name: str) -> bool:
    title = next(title for title in _TITLES_BY_LENGTH if name.endswith(title))
    stem = name.removesuffix(title)
    if title in _NEED_SURNAME and stem[:1] not in SURNAMES:
        return False
    odd = w.NO_NAME - NUMBERS - (w.FOREIGN if is_foreign(stem) else frozenset())
    return bool(stem) and not set(stem) & odd and stem not in w.STOP and name not in ROLES


def may_be_name(name: str) -> bool:
    """Whether nothing in a piece of text rules out that it is a name."""
    if (
        name in w.STOP
        or name in ROLES
        or name[:2] in w.STOP
        or name[-2:] in w.BODY
        or name in w.BODY
        or (len(name) == 2 and name[0] == name[1] and name[0] in w.NO_NAME)
    ):
        return False
    inside = w.NO_NAME - w.IN_NAMES if name[0] in SURNAMES else w.NO_NAME
    inside -= NUMBERS | w.FOREIGN if is_foreign(name) else NUMBERS
    if name[0] == "老" and len(name) == 3:
        inside = _NEVER
    if set(name[1:-1]) & inside or "·" in name or name[-2:] in w.STOP:
        return False
    return name[0] not in w.HARD


def is_whole(name: str, text: str) -> bool:
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
        if wide and sign not in w.NO_NAME - NUMBERS and most > 0.7 * signs.total() and most > 1:
            return False
    return True


_NOUNS = (*w.KIN_F, *w.KIN_M, *w.ROLES_F, *w.ROLES_M, *w.ROLES)
ROLES = frozenset(_NOUNS)
