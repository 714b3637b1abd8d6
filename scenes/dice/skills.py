"""How good somebody is at something: one question, whoever can answer it. Pure."""

import re
from collections.abc import Callable, Iterable
from typing import Protocol

from scenes.dice.roll import Roll

SAN = "SAN"
BASE: dict[str, int] = {
    **{"会计": 5, "人类学": 1, "估价": 5, "考古学": 1, "魅惑": 15, "攀爬": 20, "计算机使用": 5},
    **{"信用评级": 0, "克苏鲁神话": 0, "乔装": 5, "汽车驾驶": 20, "电气维修": 10, "电子学": 1},
    **{"话术": 5, "斗殴": 25, "斧": 15, "链锯": 10, "连枷": 10, "绞索": 15, "矛": 20, "剑": 20},
    **{"鞭": 5, "手枪": 20, "步枪/霰弹枪": 25, "冲锋枪": 15, "弓": 15, "机枪": 10, "重武器": 10},
    **{"火焰喷射器": 10, "急救": 30, "历史": 5, "恐吓": 15, "跳跃": 20, "法律": 5},
    **{"图书馆使用": 20, "聆听": 20, "锁匠": 1, "机械维修": 10, "医学": 1, "博物学": 10},
    **{"导航": 10, "神秘学": 5, "操作重型机械": 1, "说服": 10, "精神分析": 1, "心理学": 10},
    **{"骑术": 5, "妙手": 10, "侦查": 25, "潜行": 20, "生存": 10, "游泳": 20, "投掷": 20},
    **{"追踪": 10, "驯兽": 5, "潜水": 1, "爆破": 1, "读唇": 1, "催眠": 1, "炮术": 1},
    **{"艺术与手艺": 5, "科学": 1, "数学": 10, "驾驶": 1},
}
"""What everybody has of a skill of Call of Cthulhu's 7th edition before any point is spent on it.

Those that come from a characteristic, such as dodging, are none of them."""
_OTHERS: dict[str, str] = {
    **{"侦察": "侦查", "偵查": "侦查", "偵察": "侦查", "spot hidden": "侦查", "spot": "侦查"},
    **{"目星": "侦查", "聆聽": "聆听", "倾听": "聆听", "聞き耳": "聆听", "listen": "聆听"},
    **{"图书馆": "图书馆使用", "图书馆利用": "图书馆使用", "圖書館使用": "图书馆使用"},
    **{"圖書館": "图书馆使用", "library use": "图书馆使用", "library": "图书馆使用"},
    **{"急救術": "急救", "first aid": "急救", "医疗": "医学", "醫學": "医学", "medicine": "医学"},
    **{"心理學": "心理学", "psychology": "心理学", "精神分析學": "精神分析"},
    **{"psychoanalysis": "精神分析", "潛行": "潜行", "隐匿": "潜行", "stealth": "潜行"},
    **{"說服": "说服", "劝说": "说服", "persuade": "说服", "話術": "话术", "快速交谈": "话术"},
    **{"fast talk": "话术", "恐嚇": "恐吓", "威吓": "恐吓", "intimidate": "恐吓"},
    **{"取悦": "魅惑", "取悅": "魅惑", "charm": "魅惑", "格斗": "斗殴", "格斗：斗殴": "斗殴"},
    **{"格斗(斗殴)": "斗殴", "鬥毆": "斗殴", "拳击": "斗殴", "brawl": "斗殴", "fighting": "斗殴"},
    **{"手槍": "手枪", "射击：手枪": "手枪", "handgun": "手枪", "步枪": "步枪/霰弹枪"},
    **{"霰弹枪": "步枪/霰弹枪", "步霰": "步枪/霰弹枪", "rifle": "步枪/霰弹枪"},
    **{"shotgun": "步枪/霰弹枪", "神秘學": "神秘学", "occult": "神秘学", "歷史": "历史"},
    **{"history": "历史", "攀登": "攀爬", "climb": "攀爬", "跳躍": "跳跃", "jump": "跳跃"},
    **{"swim": "游泳", "投擲": "投掷", "throw": "投掷", "追蹤": "追踪", "跟踪": "追踪"},
    **{"track": "追踪", "锁术": "锁匠", "开锁": "锁匠", "撬锁": "锁匠", "鎖匠": "锁匠"},
    **{"locksmith": "锁匠", "妙手空空": "妙手", "sleight of hand": "妙手", "喬裝": "乔装"},
    **{"disguise": "乔装", "导航术": "导航", "领航": "导航", "navigate": "导航"},
    **{"驾驶汽车": "汽车驾驶", "汽车": "汽车驾驶", "drive auto": "汽车驾驶", "drive": "汽车驾驶"},
    **{"电气": "电气维修", "機械維修": "机械维修", "机械": "机械维修", "法律學": "法律"},
    **{"law": "法律", "会计学": "会计", "會計": "会计", "accounting": "会计", "估價": "估价"},
    **{"appraise": "估价", "人類學": "人类学", "anthropology": "人类学", "考古": "考古学"},
    **{"考古學": "考古学", "archaeology": "考古学", "计算机": "计算机使用", "电脑": "计算机使用"},
    **{"computer use": "计算机使用", "信用": "信用评级", "信誉": "信用评级", "cr": "信用评级"},
    **{"信誉度": "信用评级", "credit rating": "信用评级", "克苏鲁": "克苏鲁神话"},
    **{"cm": "克苏鲁神话", "克蘇魯神話": "克苏鲁神话", "cthulhu mythos": "克苏鲁神话"},
    **{"博物": "博物学", "自然学": "博物学", "natural world": "博物学", "骑乘": "骑术"},
    **{"ride": "骑术", "生存術": "生存", "survival": "生存"},
    **{"理智": SAN, "理智值": SAN, "san值": SAN, "san": SAN, "sanity": SAN},
    **{"str": "力量", "dex": "敏捷", "con": "体质", "體質": "体质", "siz": "体型", "體型": "体型"},
    **{"app": "外貌", "int": "智力", "灵感": "智力", "靈感": "智力", "pow": "意志", "edu": "教育"},
    **{"知识": "教育", "知識": "教育", "luck": "幸运", "幸運": "幸运", "dodge": "闪避"},
    **{"閃避": "闪避", "hp": "HP", "体力": "HP", "生命": "HP", "mp": "MP", "魔法": "MP"},
}
"""Other names of the same, in small letters: of players, of Traditional Chinese, of English."""
_UNFIT = re.compile(r"[\s=→【】#]+")
LONGEST_SKILL = 24


class Skills(Protocol):
    """Answers how good somebody is at something."""

    def value(self, name: str, skill: str) -> int | None:
        """The skill of the role `name`, as `skill_called` names it; `None` where nobody knows."""
        ...


def skill_called(text: str) -> str:
    """The one name of a skill, whichever a person wrote; of one that is not known, as written,
    without what would end a roll's line."""
    word = " ".join(text.split())
    known = _OTHERS.get(word.casefold())
    if known is not None:
        return known
    return _UNFIT.sub("", word)[:LONGEST_SKILL]


def base_value(skill: str) -> int | None:
    """What everybody has of a skill; `None` where that differs, or is not known."""
    return BASE.get(skill)


class FirstKnown:
    """Of several who may know, the first who does."""

    def __init__(self, *asked: Callable[[], Skills]) -> None:
        self._asked = asked

    def value(self, name: str, skill: str) -> int | None:
        answers = (one().value(name, skill) for one in self._asked)
        return next((value for value in answers if value is not None), None)


class RolledSkills:
    """What was said of skills by the rolls of a branch, else what everybody has."""

    def __init__(self, rolls: Callable[[], Iterable[Roll]], percentile: bool = True) -> None:
        """`rolls` gives the rolls of the branch, the first one first; `percentile` is whether
        skills are those of Call of Cthulhu."""
        self._rolls, self._percentile = rolls, percentile

    def value(self, name: str, skill: str) -> int | None:
        said = None
        for roll in self._rolls():
            if roll.who == name and roll.value is not None and roll.skill == skill:
                said = roll.value
            for change in roll.changes:
                if change.role == name and change.key == skill:
                    said = change.after
        return base_value(skill) if said is None and self._percentile else said
