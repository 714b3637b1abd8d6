"""How an emotion's label is told in a story, in Chinese and in English. Pure."""

from typing import NamedTuple

CHINESE = {
    "平静": ("平静地", "淡淡地"),
    "专注": ("认真地", "专注地"),
    "微笑": ("微笑着", "笑着"),
    "兴奋": ("兴奋地", "激动地"),
    "微怒": ("不悦地", "没好气地"),
    "大怒": ("愤怒地", "厉声"),
    "惊讶": ("惊讶地", "吃惊地"),
    "恐惧": ("惊恐地", "害怕地"),
    "悲哀": ("悲伤地", "难过地"),
    "微哀": ("有些难过地", "低落地"),
    "哭泣": ("哭着", "哽咽着"),
    "大哭": ("哭着", "流着泪"),
    "害羞": ("害羞地", "红着脸"),
    "困惑": ("困惑地", "疑惑地"),
    "白眼": ("翻了个白眼，", "没好气地"),
}


class English(NamedTuple):
    """A label behind a verb, and of somebody."""

    how: str
    what: str


ENGLISH = {
    "calm": English("calmly", "calm"),
    "focused": English("intently", "intent"),
    "smiling": English("with a smile", "smiling"),
    "excited": English("excitedly", "excited"),
    "annoyed": English("testily", "annoyed"),
    "furious": English("furiously", "furious"),
    "surprised": English("in surprise", "surprised"),
    "afraid": English("in a frightened voice", "afraid"),
    "sad": English("sadly", "sad"),
    "weeping": English("through tears", "in tears"),
    "shy": English("shyly", "shy"),
    "puzzled": English("doubtfully", "puzzled"),
    "wry": English("wryly", "wry"),
    "exasperated": English("with a roll of the eyes", "exasperated"),
}
PAIRS = (
    *(("平静", "calm"), ("专注", "focused"), ("微笑", "smiling"), ("兴奋", "excited")),
    *(("微怒", "annoyed"), ("大怒", "furious"), ("惊讶", "surprised"), ("恐惧", "afraid")),
    *(("悲哀", "sad"), ("微哀", "sad"), ("哭泣", "weeping"), ("大哭", "weeping")),
    *(("害羞", "shy"), ("困惑", "puzzled"), ("白眼", "exasperated")),
)
"""Labels of the one language and of the other."""
_TO_ENGLISH = dict(PAIRS)
_TO_CHINESE = {english: chinese for chinese, english in reversed(PAIRS)}


def in_chinese(label: str, time: int) -> str:
    """How it goes before a verb; `time` is how often it was told before."""
    known = CHINESE.get(_TO_CHINESE.get(label.casefold(), label))
    if known:
        return known[time % len(known)]
    if label.isascii():
        return ""
    return f"{label}着" if len(label) == 1 else f"神情{label}地"


def in_english(label: str) -> English:
    """How it goes behind a verb, and what somebody is; both empty for a label in Chinese that is
    none of ours."""
    label = _TO_ENGLISH.get(label, label).casefold()
    if label in ENGLISH:
        return ENGLISH[label]
    return English("", label if label.isascii() else "")


def as_parenthetical(label: str, chinese: bool) -> str:
    """How a script names it before what is said."""
    return _TO_CHINESE.get(label.casefold(), label) if chinese else _TO_ENGLISH.get(label, label)
