"""What dice bots and virtual tables say of a roll: one table of sentences, to be read and written.

In a sentence, `{who}` is a field, and what stands between ⟨ and ⟩ may be absent. Each reads what it
writes, and what people change of it: other marks, other words of the same, dice in brackets. Pure.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Literal

from scenes.dice.words import DEGREES

Said = Literal[
    "check", "checks", "opposed", "sanity", "growth", "roll", "repeat", "hidden", "sheet"
]
"""What a sentence tells of."""
Tool = Literal[
    "sealdice",
    "dice",
    "hktrpg",
    "ccfolia",
    "foundry",
    "roll20",
    "maptool",
    "fantasygrounds",
    "any",
]

_DEGREE = "|".join(sorted(map(re.escape, DEGREES), key=len, reverse=True))
_NAME = r"[^\s<>\[\]【】@:：,，“”\"「」。！!？?～~…=()（）]{1,24}?"
_WHO = (
    r"(?:<(?P<who>[^<>]{1,40})>|[\[【](?P<who2>[^\[\]【】<>]{1,40})[\]】]"
    rf"|(?<!由于 )(?<!由於 )(?<![^\s。！!？?～~，,、：:…])@?(?P<who3>{_NAME})) ?"
)
_STOPS = r"\"“”「」:：=<>()（）【】\[\]，,。！!"
_IN = r"\([0-9dDkKhHlL+*/x-]{1,30}\)"
_TERM = (
    rf"(?:(?:{_IN}|[0-9]{{1,5}})?[dD](?:{_IN}|[fF]|[0-9%]{{0,5}})"
    r"(?:[kKqQ][hHlL]?[0-9]{0,2}|[dD][hHlL][0-9]{0,2})?"
    rf"|{_IN}|[0-9]{{1,9}})"
)
_DICE = rf"(?<![0-9A-Za-z])-?(?:{_TERM}(?: ?[-+*x×/] ?-?{_TERM}){{0,9}}+)"
_BRACKET = r"[\[({（][^\[\](){}（）/]{1,80}[\])}）]"
_RESULT = r"-?[0-9]{1,9}(?![0-9])(?! ?[-+*/=＞>][ \[(]{0,2}[0-9])"
_DETAIL = r"(?:(?: ?[=＞>] ?| )[-+*x×/0-9\[\](){},| ]{1,120}?)?"
_D100 = r"(?:1?[dD]100|[bBpP][0-9]?)"
_ROLLED = rf"(?:(?P<steps>[0-9]{{1,3}} ?{_BRACKET}) ?= ?)?(?P<rolled>[0-9]{{1,3}})(?![0-9])"
_HOW = rf"[^0-9=/<>未不没沒無无非]{{0,8}}?(?P<degree>{_DEGREE})了?[\])）】]?"
_BARE = re.compile(r"\?P<\w+>")
_CHECK = rf"(?:{_D100}) ?= ?(?:{_BARE.sub('?:', _ROLLED)}) ?/ ?[0-9]{{1,4}}(?: ?{_BRACKET})? ?"
_CHECK += _BARE.sub("?:", _HOW)
_EACH = rf"(?:[0-9]{{1,2}}[.、#:：] ?)?{_DICE}{_DETAIL} ?= ?{_RESULT}"

FIELDS: Mapping[str, str] = {
    "who": _WHO,
    "name": _WHO,
    "why": r"(?P<why>[^，,：:；;\[\]=]{1,40}?)",
    "skill": rf"[【\[]?(?P<skill>[^{_STOPS}\s的0-9](?:[^{_STOPS}]{{0,22}}?[^{_STOPS}\s])??)[】\]]?",
    "tail": r"(?P<tail>[^\s，,：:；;\[\]=()（）！!。]{1,24}+)",
    "again": r"[^\s\d]{0,24}?",
    "d100": rf"(?P<d100>{_D100})",
    "rolled": _ROLLED,
    "target": r"(?P<target>[0-9]{1,4})",
    "faces": rf"(?: ?(?P<faces>{_BRACKET}))?",
    "degree": _HOW,
    "before": r"(?P<before>[0-9]{1,4})",
    "after": r"(?P<after>[0-9]{1,4})",
    "loss": rf"(?P<loss>(?:{_DICE} ?=[-+*0-9\[\] =]{{0,60}}?)?[0-9]{{1,4}})",
    "gain": rf"(?P<loss>(?:{_DICE} ?=[-+*0-9\[\] =]{{0,60}}?)?[0-9]{{1,4}})",
    "n": r"[0-9]{1,2}",
    "repeats": r"(?P<repeats>[0-9]{1,2})",
    "dice": rf"(?P<dice>{_DICE})",
    "detail": rf"(?P<detail>{_DETAIL})",
    "total": rf"(?P<total>{_RESULT})",
    "score": rf"(?P<total>{_RESULT.removeprefix('-?')})",
    "totals": r"[\[{]?(?P<totals>-?[0-9]{1,9}(?:[ ,，、]{1,2}-?[0-9]{1,9}){0,9})(?![0-9])[\]}]?",
    "rolls": rf"(?P<rolls>{_BARE.sub('?:', _EACH)}(?: {_BARE.sub('?:', _EACH)}){{0,9}})",
    "checks": rf"(?P<checks>{_CHECK}(?:[！!。，,]? {_CHECK}){{0,9}})",
    "words": r"[^0-9=]{0,40}?",
    "key": r"(?P<key>[^\s\"“”「」:：=<>0-9，,。]{1,24}?)",
    "sum": r"[-+*0-9dD =()]{1,40}?",
    "asked": r"(?:[cC]{2}[bB]?(?:\([^()]{0,12}\))?<=[0-9]{1,4}|[sS]?[0-9dD][0-9dDbB+*-]{1,30})",
    "extra": r"[^\s\[\]()0-9]{1,24}\[(?P<extra>-?[0-9]{1,2})\]",
    "each": r"(?P<each>[0-9]{1,3}(?:, ?[0-9]{1,3}){0,10})",
    "first": r"(?P<first>-?[0-9]{1,9})",
    "tag": r"[A-Z][A-Z ]{1,20}",
}
"""How each field is read; some take in what stands around it."""

WORDS: Mapping[str, str] = {
    "理智检定": r"(?:理智检定|理智鉴定|理智檢定|San ?Check|san ?check|SAN ?check|SAN检定|san检定)",
    "成长检定": r"(?:增强或成长检定|成长检定|成長檢定|成长鉴定|幕间成长)",
    "检定": r"(?:技能)?(?:检定|鉴定|檢定|鑑定|判定)",
    "结果为": r"(?:结果为|結果為|结果是|结果|結果)?",
    "掷出了": r"(?:投掷出了|掷出了|擲出了|骰出了|投掷了|进行投掷|进行掷骰|的?掷骰结果[为是]"
    r"|掷骰|擲骰|投掷|投擲|[Rr]olls?|[Rr]olled)",
    "Rolls": r"(?:[Rr]olls?|[Rr]olled|[Rr]olling)",
    "暗骰": r"(?:暗骰|暗投|暗中投掷)",
    "变化": r"(?:变化|變化|变更)",
    "由于": r"(?:由于|由於|因为|因為)",
    "增加": r"(?:增加|上升|提升)",
    "San值": r"(?:[Ss][Aa][Nn]值?|理智值?)",
    "➯": r" ?(?:➯|→|->|=>|➡) ?",
    "<=": r" ?(?:<=|≦|≤|＜＝) ?",
    "1D100": r"1?[dD]100",
}
"""Other words of the same."""
_MARKS: Mapping[str, str] = {
    '"': '["“”「」『』]',
    **dict.fromkeys("“”", '["“”「」『』]'),
    ":": r" ?[:：] ?",
    "(": "[(（]",
    ")": "[)）]",
    "，": "[，,] ?",
    "；": "[；;] ?",
    "=": " ?= ?",
    ">": " ?[＞>→] ?",
    "/": " ?/ ?",
    " ": " ?",
}
_SIGNS: Mapping[str, str] = {
    **dict.fromkeys('"“”', _MARKS['"']),
    ":": "[:：]",
    "(": "[(（]",
    ")": "[)）]",
    "，": "[，,]",
    "；": "[；;]",
    ">": "[＞>→]",
}
"""What is in each mark that may be one of several signs."""
_PIECE = re.compile(
    r"\{(?P<field>[a-z0-9]+)\}|(?P<open>⟨)|(?P<close>⟩)|(?P<word>"
    + "|".join(sorted(map(re.escape, WORDS), key=len, reverse=True))
    + r")|(?P<sign>.)"
)


@dataclass(frozen=True)
class Saying:
    """A sentence of a tool about a roll."""

    tool: Tool
    said: Said
    text: str

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """What reads it."""
        return re.compile("".join(map(_read, _PIECE.finditer(self.text))))

    @cached_property
    def is_named(self) -> bool:
        """Whether it says who rolled."""
        return "{who}" in self.text or "{name}" in self.text

    @cached_property
    def parts(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """What stands in every such sentence, and the patterns of what else does; each is sooner
        looked for than the whole."""
        depth, literal = 0, ""
        literals: list[str] = []
        words: list[str] = []
        for piece in [*_PIECE.finditer(self.text), None]:
            sign = piece["sign"] if piece and not depth else None
            if sign and sign not in _MARKS:
                literal += sign
                continue
            literals += [literal] if literal else []
            literal = ""
            if sign in ("=", "/"):
                literals.append(sign)
            elif sign and sign in _SIGNS:
                words.append(_SIGNS[sign])
            if piece and piece["word"] and not depth and not WORDS[piece["word"]].endswith(")?"):
                words.append(WORDS[piece["word"]])
            depth += bool(piece and piece["open"]) - bool(piece and piece["close"])
        return tuple(dict.fromkeys(literals)), tuple(dict.fromkeys(words))

    def may_be_in(self, text: str, known: dict[str, bool]) -> bool:
        """Whether a text has the words of this sentence; `known` is which words it has, as far as
        they were looked for."""
        literals, words = self.parts
        for literal in literals:
            if literal not in text:
                return False
        for word in words:
            has = known.get(word)
            if has is None:
                has = known[word] = _word(word).search(text) is not None
            if not has:
                return False
        return True

    def written(self, fields: Mapping[str, str]) -> str:
        """The sentence with its fields; what may be absent, where all fields in it are known.
        Raises `KeyError` for another field that is not known."""
        return _written(self.text, fields)


@lru_cache(None)
def _word(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


def _read(piece: re.Match[str]) -> str:
    if piece["field"]:
        return FIELDS[piece["field"]]
    if piece["open"]:
        return "(?:"
    if piece["close"]:
        return ")?"
    if piece["word"]:
        return WORDS[piece["word"]]
    return _MARKS.get(piece["sign"]) or re.escape(piece["sign"])


def _written(text: str, fields: Mapping[str, str]) -> str:
    before, opened, rest = text.partition("⟨")
    said = re.sub(r"\{([a-z0-9]+)\}", lambda found: fields[found[1]], before)
    if not opened:
        return said
    inner, __, behind = rest.partition("⟩")
    known = all(fields.get(name) for name in re.findall(r"\{([a-z0-9]+)\}", inner))
    there = known and "{" in inner
    return said + (_written(inner, fields) if there else "") + _written(behind, fields)


_RESULT_OF = "{d100}={rolled}/{target}{faces} {degree}"
_TABLE: tuple[tuple[Tool, Said, str], ...] = (
    (
        "sealdice",
        "sanity",
        "{who}的理智检定: {result}{words}理智变化: {before} ➯ {after}⟨ (扣除{loss}点)⟩",
    ),
    (
        "dice",
        "sanity",
        "{name}的理智检定: {result}{words}San值减少{loss}点，当前剩余{after}点",
    ),
    (
        "sealdice",
        "growth",
        '{who}的"{skill}"成长检定: {result}⟨{words}"{again}"增加了{gain}点，当前为{after}点⟩',
    ),
    (
        "dice",
        "growth",
        "{name}的{skill}成长检定: {result}⟨{words}{again}增加{gain}点，当前为{after}点⟩",
    ),
    (
        "sealdice",
        "checks",
        '⟨由于{why}，⟩对{who}的"{skill}"进行了{n}次检定，结果为: {checks}',
    ),
    (
        "sealdice",
        "check",
        '⟨由于{why}，⟩{who}的"{skill}"检定结果为: {result}',
    ),
    (
        "dice",
        "check",
        "⟨由于{why}，⟩{name}进行⟨了⟩⟨的⟩{skill}检定⟨的⟩⟨结果为⟩: {result}",
    ),
    ("dice", "check", "⟨由于{why}，⟩{name}的{skill}检定⟨结果为⟩: {result}"),
    ("sealdice", "check", '"{skill}"检定结果为: {result}'),
    (
        "sealdice",
        "opposed",
        "{who} {skill}-> 属性值:{target} 判定值:{rolled}{faces} {degree}",
    ),
    (
        "ccfolia",
        "check",
        "⟨{asked} ⟩⟨{skill} ⟩(1D100<={target})⟨ {extra} > {each}⟩ > {rolled} > {degree}",
    ),
    (
        "hktrpg",
        "check",
        "⟨{name} CoC7th擲骰: ⟩1D100<={target}⟨:⟩⟨ >⟩ {rolled} > {degree}⟨；{tail}⟩",
    ),
    ("sealdice", "repeat", "⟨由于{why}，⟩{who}掷骰{n}次: {rolls}"),
    ("dice", "repeat", "⟨由于{why}，⟩{name}掷出了⟨:⟩ {repeats}#{dice}={totals}"),
    ("sealdice", "roll", "⟨由于{why}，⟩{who}掷出了⟨:⟩ {dice}{detail}={total}"),
    ("any", "roll", "⟨由于{why}，⟩{name}掷出了 {dice}: {total}"),
    ("fantasygrounds", "roll", "[{tag}]⟨ {why}⟩ [{dice}{detail}={total}]"),
    ("ccfolia", "roll", "⟨{asked} ⟩⟨{why} ⟩({dice}){detail} > {total}"),
    ("roll20", "roll", "Rolls {dice} {detail}={total}"),
    ("roll20", "roll", "Rolls {dice} {score}"),
    ("maptool", "roll", "« {dice}{detail}={total} »"),
    ("foundry", "roll", "{first} / {dice} = {detail}={total}"),
    ("any", "repeat", "{repeats}#{dice}={totals}"),
    ("any", "roll", "{dice}{detail}={total}"),
    ("sealdice", "hidden", "{who}悄悄进行了一项{skill}检定"),
    ("dice", "hidden", "{name}⟨ ⟩进行了一次暗骰"),
    ("sealdice", "hidden", "命运正在低语"),
    ("sealdice", "hidden", "黑暗的角落里，传来命运转动的声音"),
    ("sealdice", "hidden", "诸行无常，命数无定，答案只有少数人知晓"),
    ("hktrpg", "hidden", "暗骰給自己"),
    ("ccfolia", "hidden", "シークレットダイス"),
)
SAYINGS = tuple(
    Saying(tool, said, text.replace("{result}", _RESULT_OF)) for tool, said, text in _TABLE
)
"""The sentences, those that tell more before those that tell less."""
SHEETS: tuple[Saying, ...] = (
    Saying("sealdice", "sheet", '{who}的"{key}"变化: {before} ➯ {after}'),
    Saying("dice", "sheet", "{name}的属性变化: {key}: {before}{sum}={after}"),
)
"""What is said of a value of a sheet that was changed by hand."""
CHECK = re.compile(
    f"{FIELDS['d100']} ?= ?{_ROLLED} ?/ ?{FIELDS['target']}{FIELDS['faces']} ?{_HOW}"
)
"""One of several checks."""
ROLL = re.compile(
    rf"(?:[0-9]{{1,2}}[.、#:：] ?)?{FIELDS['dice']}{FIELDS['detail']} ?= ?{FIELDS['total']}"
)
"""One of several rolls."""


def saying(tool: Tool, said: Said) -> Saying:
    """The first sentence of a tool for that."""
    return next(one for one in SAYINGS if (one.tool, one.said) == (tool, said))
