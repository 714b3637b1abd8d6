"""What no good line does, as rules by name; each reads one drawn line. Pure.

Every rule was held against lines that people wrote before it came in: `tests/bench/rules.py` tells
how many of those each would refuse. What a person types never comes here.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise

from base.messages import N_, _
from base.text import is_blank
from scenes.log import Entry
from scenes.scene import Role

LEAST_COPY = 6
"""Han characters and words of other scripts from which on a line is no reply that may recur."""
_QUOTED = re.compile(r"“[^“”]*”|「[^「」]*」|『[^『』]*』|\"[^\"]*\"")
_SAYING = (
    r"(?:说|道|问|喊|叫|答|骂|吼|嚷|念叨|嘀咕|嘟囔"
    r"|says?|said|asks?|shouts?|whispers?|mutters?|replies)"
)
_SAID_QUOTED = re.compile(
    rf"{_SAYING}\w{{0,2}}\s*[，,：:]?\s*[“「『\"]|[“「『\"][^“”「」『』\"]*[。！？!?，,…—.～~][”」』\"]"
)
_SAID_PLAIN = re.compile(rf"{_SAYING}\s*[：:]")
_HASHTAG = re.compile(r"(?:^|[\s，。！？…,.!?])[#＃][^\W\d_]")
_LABEL = r"[\[［〔][^\W\d_]{1,8}[\]］〕]"
_BRACKETED = re.compile(rf"^\s*{_LABEL}|{_LABEL}\s*$|[〖〗]|</?[A-Za-z]\w{{0,9}}>")
_PAIRS = ("“”", "「」", "『』", "《》", "〈〉", "[]", "［］", "〔〕", "{}", "｛｝")
_INCHES = re.compile(r"\d\s*\"")
_LETTER = r"[^\W_\u2e80-\uffff]"
_UNITS = re.compile(rf"(?!\d){_LETTER}(?:{_LETTER}|['’](?=\w))*|\d+|[^\W_]")
_ASKS = re.compile(r"[？?]|[谁哪几吗呢啥]|什么|怎么|多少|\b(?:who|what|which|where|how)\b", re.I)
_STANDS_ALONE = frozenset(
    "嗯哦噢喔啊呵哈嘿嗨哎唉诶欸哼唔呃额恩呀哇咦哟喂嘘噗嘶呸切啧呜哈嗬喵汪咚嗝吁嗷"
    "好是对不行有没在成中妥可能会要来走滚停跑吃喝打杀快早请谢谁啥咋哪爹娘妈爸爷哥姐弟妹叔姨"
)
"""What is a line by itself: cries, answers, commands, and who is called."""
_LEANS = frozenset(
    "正的了着过把被和与跟就也都而且又很将从于之其这那并所以则及向为个们地得我你您他她它"
)
"""What is none, but as an answer."""
_LEANS_IN_ENGLISH = frozenset(
    [
        "a",
        "an",
        "the",
        "and",
        "or",
        "but",
        "of",
        "to",
        "in",
        "on",
        "at",
        "for",
        "with",
        "my",
        "your",
        "his",
        "her",
        "its",
        "their",
        "our",
        "i",
        "we",
        "they",
        "it",
        "is",
        "are",
        "was",
        "were",
        "be",
        "been",
        "as",
        "so",
        "if",
        "that",
        "this",
        "than",
        "then",
    ]
)
_HALF_SAID = re.compile(r"[…—！!～~-]|\.{2,}")
_RUN = re.compile(r"(.{1,8}?)\1{15}|(?!(.)\2)(.{2,8}?)\3{6}")
"""Words that a small model is caught in; nobody laughs so long, or says so much so often."""
LOOPED = 0.4
"""The share of a line's units that have been said in it before, in pairs, of a line in a loop."""
LEAST_LOOP = 8
_BESIDE = (
    r"(?:跟|和|与|同|对|向|朝|替|给|把|被|让|找|等|见|问|陪|看着|望着|盯着|抱着|拉着|扶着|搂着)"
)
_BESIDE_EN = (
    r"\b(?:with|to|at|beside|behind|towards?|near|for|from|after|sees?|meets?|hugs?|kisses|takes?"
    r"|asks?|tells?|calls?|follows?|grabs?|watches|thanks?)\s+"
)
_STARTS = r"(?:^|(?<=[。！？!?…”」]))\s*"
_OWN_INTRO = re.compile(
    r"[我俺][是叫，,、]|是[我俺]|叫|姓|名|在下|本人"
    r"|\b(?:I'm|I am|name|this is|it's|it is|through to)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Before:
    """What a line comes after, as far as rules read it."""

    names: tuple[str, ...] = ()
    """The speaker's own, that of one letter aside: it is a part of too many words."""
    earlier: frozenset[str] = frozenset()
    """The words of all lines that the model has read, but short ones."""
    last: str = ""
    """The line before."""

    @cached_property
    def meets_itself(self) -> Sequence[tuple[str, re.Pattern[str]]]:
        """For actions, and for what is said: where a name of one's own stands like another's."""
        if not self.names:
            return ()
        own = "|".join(map(re.escape, sorted(self.names, key=len, reverse=True)))
        own = rf"(?:{own})(?![A-Za-z0-9])"
        beside = rf"{_BESIDE}{own}|{_BESIDE_EN}{own}"
        amid = rf"(?<=[\u3400-\u9fff])(?<![我叫是姓名俺])(?:{own})(?=[\u3400-\u9fff]|$)"
        called = (
            rf"^\s*(?:{own})\s*[？?]\s*$|{_STARTS}(?:{own})\s*[，,！!]"
            rf"|[，,]\s*(?:{own})\s*[，,。！？!?.]"
        )
        return (
            ("action", re.compile(f"{beside}|{amid}")),
            ("speech", re.compile(f"{beside}|{called}")),
        )


NOTHING_BEFORE = Before()


def before_of(speaker: Role, read: Iterable[Entry], last: str = "") -> Before:
    """What a line of `speaker` comes after that has `read` this."""
    names = tuple(name for name in (speaker.name, *speaker.aliases) if len(name) > 1)
    copied = (words_of(entry) for entry in read if len(units(entry.text)) >= LEAST_COPY)
    return Before(names, frozenset(copied), last)


def words_of(entry: Entry) -> str:
    """What tells a line from another: its words without marks, blanks and emotion."""
    text = f"{entry.text}{entry.thought}".strip()
    return "".join(c for c in text if c.isalnum()) or ("" if is_blank(text) else text)


def units(text: str) -> list[str]:
    """Han characters one by one, and words of other scripts, without marks."""
    return _UNITS.findall(text.casefold())


# --- the rules -----------------------------------------------------------------------------------


def speaks_in_an_action(entry: Entry, before: Before, cut: bool) -> bool:
    """Whether an action holds what is said aloud; a word that is named is no speech."""
    text = entry.text
    return entry.kind == "action" and bool(_SAID_QUOTED.search(text) or _SAID_PLAIN.search(text))


def copies(entry: Entry, before: Before, cut: bool) -> bool:
    """Whether a line that the model has read comes again word for word."""
    return bool(before.earlier) and words_of(entry) in before.earlier


def has_stray_marks(entry: Entry, before: Before, cut: bool) -> bool:
    """Whether there are hashtags, tags, labels in brackets, or a quotation mark or bracket alone;
    where the line was cut, one may be open."""
    return any(
        _HASHTAG.search(text) or _BRACKETED.search(text) or _is_unpaired(text, cut)
        for text in (entry.text, entry.thought)
        if text
    )


def _is_unpaired(text: str, cut: bool) -> bool:
    for pair in _PAIRS:
        opening, closing, depth = pair[0], pair[1], 0
        for c in text:
            depth += (c == opening) - (c == closing)
            if depth < 0:
                return True
        if depth and not cut:
            return True
    return _INCHES.sub("", text).count('"') % 2 == 1 and not cut


def is_a_stub(entry: Entry, before: Before, cut: bool) -> bool:
    """Whether it is one syllable that says nothing by itself, where nothing makes it an answer."""
    said = units(f"{entry.text}{entry.thought}")
    if len(said) != 1 or entry.kind == "narration":
        return False
    word, before_it = said[0], before.last.casefold()
    answers = entry.kind == "speech" and (_ASKS.search(before_it) or word in before_it)
    if word in _STANDS_ALONE or answers:
        return False
    text = f"{entry.text}{entry.thought}".strip()
    if _HALF_SAID.search(text) or "？" in text or "?" in text:
        return False
    if word.isascii():
        return word in _LEANS_IN_ENGLISH
    return len(word) == 1 and (text.casefold() == word or word in _LEANS)


def goes_in_circles(entry: Entry, before: Before, cut: bool) -> bool:
    """Whether a line comes back upon its own words most of the time; one word many times in a row
    is laughter, up to a length."""
    if _RUN.search(words_of(entry)):
        return True
    said = units(f"{entry.text}{entry.thought}")
    if len(said) < LEAST_LOOP:
        return False
    said = _once(said)
    seen, again = set[tuple[str, str]](), set[int]()
    for at, pair in enumerate(pairwise(said)):
        if pair in seen:
            again |= {at, at + 1}
        seen.add(pair)
    return len(said) >= LEAST_LOOP - 2 and len(again) / len(said) >= LOOPED


def _once(said: list[str]) -> list[str]:
    """Units without what is said twice or more in a row, up to eight of them together."""
    for size in range(1, 9):
        kept, at = list[str](), 0
        while at < len(said):
            part = said[at : at + size]
            kept += part
            at += size
            while len(part) == size and said[at : at + size] == part:
                at += size
        said = kept
    return said


def meets_itself(entry: Entry, before: Before, cut: bool) -> bool:
    """Whether the speaker addresses or meets the one who speaks, by name; to say who one is, or
    what others call one, is neither."""
    how = dict(before.meets_itself)
    if not how or entry.kind not in ("speech", "action", "thought"):
        return False
    pattern = how["action" if entry.kind == "action" else "speech"]
    for text in (entry.text, entry.thought):
        bare = _QUOTED.sub("“”", text)
        for found in pattern.finditer(bare):
            clause = re.split(r"[。！？!?…]", bare[: found.start() + 1])[-1]
            if not _OWN_INTRO.search(clause) or re.match(_BESIDE, found[0]):
                return True
    return False


@dataclass(frozen=True)
class Rule:
    """A rule, and what a person is told of a line that breaks it."""

    name: str
    breaks: Callable[[Entry, Before, bool], bool]
    why: str


RULES = (
    Rule("speech in an action", speaks_in_an_action, N_("speech inside an action")),
    Rule("copy", copies, N_("copies an earlier line")),
    Rule("stray marks", has_stray_marks, N_("stray quotation marks, brackets or hashtags")),
    Rule("stub", is_a_stub, N_("a single syllable")),
    Rule("loop", goes_in_circles, N_("goes round in a circle")),
    Rule("own name", meets_itself, N_("speaks to itself by name")),
)


def broken(
    entry: Entry, before: Before, cut: bool = False, begun: str = "", greedy: bool = False
) -> Rule | None:
    """The first rule that a drawn line breaks; one that its beginning, which somebody chose, breaks
    already is not held against it, nor a circle against one that could only be drawn so again.

    `cut` is a line that stopped at its length limit.
    """
    chosen = replace(entry, text=begun, thought="") if begun else None
    for rule in RULES:
        if greedy and rule.breaks is goes_in_circles:
            continue
        if rule.breaks(entry, before, cut) and not (chosen and rule.breaks(chosen, before, True)):
            return rule
    return None


def why_refused(
    entry: Entry, before: Before, cut: bool = False, begun: str = "", greedy: bool = False
) -> str:
    """What a person is told of a drawn line that is refused; nothing of one that is not."""
    rule = broken(entry, before, cut, begun, greedy)
    return _(rule.why) if rule else ""
