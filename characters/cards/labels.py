"""Who says what in the texts of a card: names before colons, and facts that only look like them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from base.names import LONGEST_NAME, RESERVED
from base.text import printable

USER = "{{user}}"
"""Stands for the player's role until a scene says who that is."""

_START = re.compile(r"^\s*(?:<START>|\*{3,}|-{3,}|END_OF_DIALOG)\s*$", re.IGNORECASE)
_LABEL = re.compile(
    r"^\s*(\{\{user\}\}|[^\s:：\[\]【】\"“「*<>|][^\n:：\[\]【】\"“「*<>|]{0,40}?)\s*[:：]\s*(.*)$"
)
_HOW = re.compile(r"([^（()）]+?)\s*[（(]([^（()）]+)[）)]")
"""A name with how it is said: `林夏（小声）`."""
_BRACES = str.maketrans("{}【】", "（）〔〕")
_CLAUSE_OF_SPEECH = re.compile(
    r"[说說道问問喊答着著了]$|^[我你他她它这這那]|^(?:i|you|he|she|they|it|this|that)\b"
    r"|\b(?:said|says|asks?|is|are)$",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"^[“„«\"「『*（(]|[。！？!?…～~.]$|[”\"」』]")
_NARRATING = re.compile(r"旁白|叙述|敘述|narrators?|narration|ナレーション", re.IGNORECASE)
"""Labels behind which the story is told."""
_SAYING = re.compile("[说說道问問答喊叫笑骂罵唤喚語语声聲写寫着著了过過]|^[我你他她它这這那]")
_MOST_NAME = 6
"""Signs of a name before a colon in Chinese; a longer one is rather a clause."""
NOBODY = ""
"""Whose line a narration is."""
_FACTS = re.compile(
    r"姓名|名字|性格|性别|性別|年[龄齡]|身高|[体體]重|身[份分]|[职職][业業]|外貌|外表|衣着|服装|服裝"
    r"|[爱愛]好|喜好|喜[欢歡]|[厌厭][恶惡]|[讨討][厌厭]|特[长長]|能力|背景|[关關][系係]|[备備][注註]|注意|提示|警告"
    r"|[说說]明|[时時][间間]|地[点點]|日期|天[气氣]|[场場]景|[状狀][态態]|心情|好感度?|物品|[标標][签籤]|[设設]定|口癖"
    r"|name|age|gender|sex|height|weight|personality|appearance|clothes|outfit|likes|dislikes|hobbies"
    r"|occupation|job|species|race|notes?|warning|time|date|location|place|weather|setting|scenario"
    r"|scene|status|mood|tags",
    re.IGNORECASE,
)
"""Labels that no one answers to."""


def role_name(name: str) -> str:
    """A card's name as one that can begin a line of a log; empty where nothing of it can.

    `Rika (v2)` becomes `Rika`; signs that the log needs become blanks.
    """
    plain = printable(name)
    short = re.sub(r"[\[（(【《].*", "", plain, flags=re.DOTALL)
    for one in (short, plain):
        cleaned = " ".join(RESERVED.sub(" ", one).split())[:LONGEST_NAME].strip()
        if cleaned:
            return cleaned
    return ""


@dataclass(frozen=True)
class Voices:
    """Who may speak in a card's texts: the role, by which other names, and the player."""

    name: str
    aliases: tuple[str, ...] = ()
    narrates: bool = False
    """Whether the role is a narrator or a world, whose whole text is told and not said."""

    def speaker(self, label: str) -> str | None:
        """The role that a label before a colon means, `USER`, or `None` where it means nobody."""
        word = label.strip()
        if word.lower() in (USER, "you"):
            return USER
        if not self.narrates and _NARRATING.fullmatch(word) and word != self.name:
            return NOBODY
        if word == self.name or word in self.aliases or word.lower() == self.name.lower():
            return self.name
        return None


@dataclass
class Block:
    """Lines under one label, or before any, and the facts that stand behind them."""

    speaker: str
    lines: list[str]
    facts: list[str]


def blocks(text: str, voices: Voices, labels: bool) -> Iterator[Block]:
    """The parts of a text by who says them; `labels`: others than the two may."""
    others = _others(text, voices) if labels else frozenset()
    block = Block(voices.name, [], [])
    for raw in text.splitlines():
        line = raw.strip()
        if _START.match(line):
            yield block
            block = Block(voices.name, [], [])
        label = _LABEL.match(line) if ":" in line or "：" in line else None
        if label and (how := _HOW.fullmatch(label[1])) and voices.speaker(how[1]):
            label = _LABEL.match(f"{how[1]}：（{how[2]}）{label[2]}")
        named = voices.speaker(label[1]) if label else None
        if label and named is None and label[1] in others:
            named = label[1]
        if label and named == NOBODY and label[2].strip():
            yield block
            yield Block(NOBODY, [label[2].strip()], [])
            block = Block(voices.name, [], [])
        elif label and not labels and not named and _quotes_another(label[1], label[2], voices):
            yield block
            yield Block(NOBODY, [line], [])
            block = Block(voices.name, [], [])
        elif label and named:
            yield block
            block = Block(named, [label[2].strip()], [])
        elif label and labels and label[1].strip().lower() == "ooc":
            continue
        elif label and labels and _is_fact(label[1], label[2]):
            block.facts.append(f"{label[1]}：{label[2].strip().translate(_BRACES)}")
        elif line and not _START.match(line):
            if block.facts:
                yield block
                block = Block(block.speaker, [], [])
            block.lines.append(line)
    yield block


def _quotes_another(label: str, told: str, voices: Voices) -> bool:
    """Whether a line of a message is somebody else's name and what that one says."""
    name = label.strip()
    if told.strip()[:1] not in tuple('“「『"') or not _is_name(label) or _FACTS.fullmatch(name):
        return False
    own = [one for one in (voices.name, *voices.aliases) if one]
    if any(name in one or one in name for one in own) or USER in name:
        return False
    if name.isascii():
        return all(word[0].isupper() for word in name.split())
    return len(name) <= _MOST_NAME and _SAYING.search(name) is None


def _is_fact(label: str, told: str) -> bool:
    """Whether a line tells what somebody is, not what is said."""
    if not _is_name(label) or "{{" in told or not told.strip():
        return False
    return _FACTS.fullmatch(label.strip()) is not None or (
        len(label.strip()) <= 4 and not _SENTENCE.search(told.strip())
    )


def _is_name(label: str) -> bool:
    """Whether what stands before a colon may be a name, not the beginning of a sentence."""
    name = role_name(label)
    return (
        bool(name)
        and name == label.strip()
        and len(name.split()) <= 3
        and (_CLAUSE_OF_SPEECH.search(name) is None)
    )


def _others(text: str, voices: Voices) -> frozenset[str]:
    """Labels of sample dialogues that somebody else answers to: what is said behind them is
    quoted, or they recur and what stands behind them are sentences."""
    said: dict[str, list[str]] = {}
    for line in text.splitlines():
        label = _LABEL.match(line) if ":" in line or "：" in line else None
        if label and voices.speaker(label[1]) is None and _is_name(label[1]) and label[2].strip():
            said.setdefault(label[1], []).append(label[2].strip())
    return frozenset(
        name
        for name, texts in said.items()
        if _FACTS.fullmatch(name.strip()) is None
        and (
            texts[0][:1] in '“"「『*'
            or (
                len(texts) > 1
                and sum(bool(_SENTENCE.search(one)) for one in texts) * 2 > len(texts)
            )
        )
    )
