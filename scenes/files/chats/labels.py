"""Names before colons inside the messages of a chat: who of them speaks, who perhaps does. Pure.

A label speaks where it is the name of one who speaks anyway, or where it comes again, another one
stands between, and sentences stand behind it. What only might be a name is asked about.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from base.names import LONGEST_NAME
from characters.cards.labels import role_name
from scenes.files.trpg.names import may_speak

MOST = 10_000
"""Labels that are counted."""
MOST_BESIDE = 20
"""Names that are remembered beside one."""
SHOWN = 60
"""Characters that are kept of what stands behind one."""

_SIGNS = r"\n:：，。！？；…“”„「」『』\"«»*\[\]【】<>|（）(){}#/\\="
_NAME = rf"[^\s{_SIGNS}][^{_SIGNS}]{{0,40}}?"
_BESIDE = r"(?:[（(](?P<beside>[^（()）\n]{1,30})[)）]\s?)?"
_LABEL = re.compile(rf"\s*(?:[-–•·]\s+)?(?P<name>{_NAME})\s?{_BESIDE}[:：](?!//)\s*(?P<text>.*)")
_MARKED = re.compile(
    rf"\s*(?P<mark>\*{{1,3}}|__?|\[|【|<b>)(?P<name>{_NAME})\s?{_BESIDE}"
    r"(?:[:：]\s?(?:\*{1,3}|__?|\]|】|</b>)|(?:\*{1,3}|__?|\]|】|</b>)\s?[:：])\s*(?P<text>.*)"
)
_COLON = re.compile("[:：]")
_NOBODY = re.compile(
    r"(?:the |a |new |current |main |side |final |当前|目前|现在|新|主线|支线|最终|小|友情|重要"
    r"|系统|温馨)?"
    r"(?:warning|caution|notes?|notice|hints?|tips?|alert|error|info|information|ps|p\.s|nb|update|edit"
    r"|reminder|summary|recap|objectives?|goals?|quests?|missions?|tasks?|task|rewards?|result|outcome"
    r"|scene|setting|scenario|location|place|time|date|day|weather|status|stats?|mood|emotions?"
    r"|thoughts?|inner thoughts?|feelings?|outfit|clothes|clothing|attire|appearance|position|pose"
    r"|inventory|items?|gold|coins?|money|hp|mp|sp|ap|exp|xp|level|lv|health|mana|stamina|energy"
    r"|hunger|affection|relationships?|trust|arousal|name|age|gender|sex|race|species|class|job"
    r"|occupation|height|weight|personality|likes|dislikes|hobbies|skills?|abilities|ability|title"
    r"|chapter|part|act|episode|volume|source|credits?|author|translator|tags?|language|rules?"
    r"|options?|choices?|choice|answers?|question|example|examples|instructions?|response|input"
    r"|output|assistant|context|memory|premise|genre|tone|style|ooc|roll|dice|check|damage"
    r"|提示|警告|注意|注意事项|说明|說明|备注|備註|附注|注|注释|附|又及|公告|通知|消息|旁注|规则|規則|时间|時間|日期|地点|地點|场景|場景"
    r"|天气|天氣|状态|狀態|心情|情绪|情緒|内心|心声|心理|想法|好感|好感度|目标|目標|任务|任務|奖励|獎勵|结果|結果|物品|道具|金钱|金币"
    r"|体力|體力|生命|生命值|血量|魔力|精力|等级|等級|经验|經驗|属性|屬性|装备|裝備|技能|能力|姓名|名字|名称|年龄|年齡|性别|性別|身高|体重"
    r"|體重|身份|职业|職業|种族|種族|性格|外貌|外表|衣着|服装|服裝|穿着|姿势|动作|表情|爱好|喜好|背景|关系|關係|标题|標題|标签|作者|来源"
    r"|章节|选项|選項|选择|答案|问题|問題|例如|比如|譬如|总结|總結|摘要|回顾|前情提要|翻译|原文|歌词|题目|内容|主题|线索|情报|系统|検定|判定|检定"
    r"|注意書き|備考|日時|場所|天候|名前|性別|年齢|状況|参考|主題|警報|ヒント)"
    r"(?:\s?\d{1,3})?",
    re.IGNORECASE,
)
"""Labels that no one answers to."""
_CLAUSE = re.compile(
    r"[说說道问問喊答着著了是]$|^[我你他她它这這那]|[,;?!]|\b(?:and|or|of|to|in|on|at|with|for|from|said|says"
    r"|asks?|is|are|was|were|that|this|it|you|he|she|they|i|we|my|your|his|her|if|when|so|but|there"
    r"|here|then|now|what|who|how|why|because)\b",
    re.IGNORECASE,
)
_SPEECH = re.compile(r"[“„«\"「『*（(]")
_SENTENCE = re.compile(r"[。！？!?…～~.♪♥❤—”\"」』)）*]$")


class Label(NamedTuple):
    """A name before a colon at the beginning of a line, and what stands behind it."""

    name: str
    text: str


def label_of(line: str) -> Label | None:
    """The label that a line begins with, plain, bold or in brackets; `None` where it has none."""
    if _COLON.search(line, 0, 90) is None:
        return None
    found = _LABEL.match(line) or _MARKED.match(line)
    if found is None:
        return None
    beside = found["beside"]
    text = found["text"].strip()
    return Label(found["name"].strip(), f"（{beside.strip()}）{text}" if beside else text)


def key_of(name: str) -> str:
    """By which a name is found among labels, however it is written."""
    return " ".join(name.split()).casefold()


def is_nobody(name: str) -> bool:
    """Whether a label cannot be somebody: a fact, a number, a time, an address."""
    return _NOBODY.fullmatch(name) is not None or not may_speak(name)


def may_be_name(name: str) -> bool:
    """Whether a label can be a name and is no beginning of a sentence."""
    words = name.split()
    return (
        len(name) <= LONGEST_NAME
        and len(words) <= 3
        and role_name(name) == name
        and not any(word[0].islower() for word in words)
        and _CLAUSE.search(name) is None
        and not is_nobody(name)
    )


@dataclass
class _Seen:
    count: int = 0
    sentences: int = 0
    quoted: int = 0
    told: int = 0
    turn: int = 0
    returns: int = 0
    first: str = ""
    beside: set[str] = field(default_factory=set)
    """Keys of names in the lines before and behind it."""


@dataclass
class LabelCounts:
    """The labels that were seen so far, in the order of the chat."""

    seen: dict[str, _Seen] = field(default_factory=dict)
    _last: str = ""
    _turn: int = 0

    def see(self, text: str, told: bool = False) -> list[str]:
        """Count the labels of one message and give them; `told` where all of it is a line of a
        story, between which others may write."""
        self._turn += not told
        found: list[str] = []
        before = ""
        for line in text.split("\n") if _COLON.search(text) else ():
            label = label_of(line)
            if label is None or not label.text or not may_be_name(label.name):
                is_user = label is not None and key_of(label.name) == "you"
                before = "You" if is_user else "" if line.strip() else before
                continue
            if label.name in self.seen or len(self.seen) < MOST:
                self._count(label, told)
                found.append(label.name)
                self._stand_beside(label.name, before)
            before = label.name
        return found

    def _stand_beside(self, name: str, before: str) -> None:
        for one, other in ((name, before), (before, name)):
            if before and one in self.seen and len(self.seen[one].beside) < MOST_BESIDE:
                self.seen[one].beside.add(key_of(other))

    def _count(self, label: Label, told: bool) -> None:
        seen = self.seen.setdefault(label.name, _Seen(first=label.text[:SHOWN], turn=self._turn))
        others = self._last != label.name or (told and seen.turn != self._turn)
        seen.returns += seen.count > 0 and others
        seen.turn = self._turn
        seen.count += 1
        quoted = _SPEECH.match(label.text) is not None
        seen.quoted += quoted
        seen.sentences += quoted or _SENTENCE.search(label.text) is not None
        seen.told += told
        self._last = label.name

    def speaking(self, known: Collection[str] = ()) -> list[str]:
        """The labels that speak: sentences follow them, and they come again with others between, or
        stand beside one that speaks; `known` are keys of names that do."""
        speaks = {name for name, seen in self.seen.items() if seen.returns and _is_said(seen)}
        keys = {*known, *map(key_of, speaks)}
        speaks |= {
            name for name, seen in self.seen.items() if _is_said(seen) and seen.beside & keys
        }
        return [name for name in self.seen if name in speaks]

    def doubtful(self, known: Collection[str] = ()) -> list[str]:
        """The other labels that may speak; of what people write themselves only those that come
        again, or behind which something is quoted."""
        speaking = {*self.speaking(known)}
        return [
            name
            for name, seen in self.seen.items()
            if name not in speaking
            and (seen.quoted or (_is_said(seen) and seen.told + seen.count > 1))
        ]


def _is_said(seen: _Seen) -> bool:
    return 2 * seen.sentences > seen.count


def by_speaker(text: str, labels: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """The parts of a message, each with the role whose line it is; an empty role is the writer's.

    `labels` are roles by `key_of` their names; one with nothing behind it is how a letter begins
    where it is the only one. A blank line ends what a label began. Lines under a label that nobody
    answers to, or that quotes somebody unknown, are put between `【】`.
    """
    lines = text.split("\n")
    found = [label_of(line) for line in lines]
    named = [label and labels.get(key_of(label.name)) for label in found]
    several = sum(map(bool, named)) > 1
    role, held = "", list[str]()
    for line, label, speaker in zip(lines, found, named, strict=True):
        if label is not None and speaker and (label.text or several):
            yield from _part(role, held)
            role, held = speaker, [label.text] if label.text else []
        elif not line.strip() and role and any(held):
            yield from _part(role, held)
            role, held = "", []
        elif label is not None and not speaker and _is_told(label, held):
            held.append(f"【{line.strip().translate(_BRACKETS)}】")
        else:
            held.append(line)
    yield from _part(role, held)


def _is_told(label: Label, before: list[str]) -> bool:
    """Whether a line is told and not said: under a fact, or another's words."""
    if is_nobody(label.name):
        return any(before)
    return may_be_name(label.name) and label.text[:1] in _QUOTES


_QUOTES = tuple('“„«"「『')
_BRACKETS = str.maketrans("【】", "〔〕")


def _part(role: str, lines: list[str]) -> Iterator[tuple[str, str]]:
    if any(map(str.strip, lines)):
        yield role, "\n".join(lines)
