"""How the values of a sheet are called at one table and another: one list of names that mean the
same. Pure."""

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

from base.messages import _
from base.text import is_blank, unprintable

LONGEST_KEY = 32
"""Characters of a value's name."""
SAME = (
    ("HP", "生命", "生命值", "体力", "體力", "体力值", "血量", "血", "耐久", "hit points"),
    ("SAN", "理智", "理智值", "san值", "sanity"),
    ("MP", "魔法", "魔法值", "魔力", "法力", "法力值", "magic points"),
    ("力量", "STR", "strength", "筋力"),
    ("体质", "體質", "CON", "constitution"),
    ("体型", "體型", "SIZ", "size"),
    ("敏捷", "DEX", "dexterity"),
    ("外貌", "APP", "appearance", "容貌"),
    ("智力", "INT", "intelligence", "灵感", "靈感", "idea"),
    ("意志", "POW", "power", "精神", "willpower"),
    ("教育", "EDU", "education", "知识", "知識", "know"),
    ("幸运", "幸運", "LUK", "LUCK", "LCK", "运气", "運氣"),
    ("感知", "WIS", "wisdom"),
    ("魅力", "CHA", "charisma"),
    ("护甲", "護甲", "AC", "护甲等级", "護甲等級", "armor class", "armour class"),
    ("等级", "等級", "LV", "LVL", "level"),
    ("先攻", "initiative", "init"),
    ("移动力", "移動力", "MOV", "移动", "移動", "move", "speed"),
    ("体格", "體格", "build"),
    ("伤害加值", "傷害加值", "DB", "damage bonus"),
    ("侦查", "偵查", "侦察", "偵察", "spot hidden", "spot", "目星"),
    ("聆听", "聆聽", "listen", "聞き耳"),
    ("图书馆", "圖書館", "图书馆使用", "圖書館使用", "library use", "图书館"),
    ("心理学", "心理學", "psychology"),
    ("话术", "話術", "快速交谈", "快速交談", "fast talk"),
    ("说服", "說服", "persuade"),
    ("取悦", "取悅", "魅惑", "charm"),
    ("恐吓", "恐嚇", "威吓", "威嚇", "intimidate"),
    ("信用评级", "信用評級", "信用", "信誉", "信譽", "credit rating", "credit"),
    ("克苏鲁神话", "克蘇魯神話", "克苏鲁", "克蘇魯", "CM", "cthulhu mythos"),
    ("急救", "first aid"),
    ("医学", "醫學", "medicine"),
    ("潜行", "潛行", "stealth"),
    ("闪避", "閃避", "dodge"),
    ("斗殴", "鬥毆", "格斗", "格鬥", "brawl", "fighting (brawl)"),
    ("手枪", "手槍", "handgun", "firearms (handgun)"),
    ("步枪", "步槍", "霰弹枪", "步霰", "rifle", "firearms (rifle)"),
    ("投掷", "投擲", "throw"),
    ("攀爬", "climb"),
    ("跳跃", "跳躍", "jump"),
    ("游泳", "swim"),
    ("锁匠", "鎖匠", "开锁", "開鎖", "locksmith"),
    ("妙手", "sleight of hand"),
    ("神秘学", "神秘學", "occult"),
    ("考古学", "考古學", "考古", "archaeology"),
    ("历史", "歷史", "history"),
    ("自然", "博物学", "博物學", "natural world"),
    ("追踪", "追蹤", "跟踪", "track"),
    ("导航", "導航", "领航", "領航", "navigate"),
    ("估价", "估價", "appraise"),
    ("会计", "會計", "accounting"),
    ("法律", "law"),
    ("乔装", "喬裝", "disguise"),
    ("驾驶", "駕駛", "汽车", "汽車", "汽车驾驶", "drive auto", "drive"),
    ("机械维修", "機械維修", "mechanical repair", "mech repair"),
    ("电气维修", "電氣維修", "electrical repair", "elec repair"),
    ("母语", "母語", "own language", "language (own)"),
    ("物品", "道具", "携带物品", "攜帶物品", "装备", "裝備", "items", "inventory", "equipment"),
    ("职业", "職業", "occupation", "class"),
    ("年龄", "年齡", "age"),
    ("性别", "性別", "gender", "sex"),
)
"""Names of one and the same, each row with the one that we write first."""
POOLS = frozenset({"HP", "SAN", "MP"})
"""What is lost and won back, so that it is told beside what it was."""
ITEMS = "物品"
"""What holds things that one carries, where nothing says otherwise."""

_RESERVED = re.compile(r"[【】：:，,；;=＝\\\n{}]")


def key_problem(key: str) -> str | None:
    """Why a value of a sheet cannot be called so, or `None` where it can."""
    if is_blank(key):
        return _("an empty name")
    if code := unprintable(key):
        return _("{code} in a name", code=code)
    if len(key) > LONGEST_KEY:
        return _("a name of {n} characters; at most {most}", n=len(key), most=LONGEST_KEY)
    if key != " ".join(key.split()):
        return _("a line break, a tab, or a space too many in a name")
    if sign := _RESERVED.search(key):
        return _("`{sign}` in a name; sheets have another use for it", sign=sign[0])
    if not key[0].isalpha():
        return _("a value's name begins with a letter")
    return None


@lru_cache(4096)
def folded(name: str) -> str:
    """A name by which the same is found, however it was typed."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


_SAME = {folded(name): row[0] for row in SAME for name in row}
NAMES = tuple(name for row in SAME for name in row)
"""All names of our list."""


def same(name: str) -> str:
    """What all names of one value have in common: the first of their row, or themselves."""
    key = folded(name)
    return folded(_SAME.get(key, key))


def usual_name(name: str) -> str:
    """How a value is written that no sheet has yet."""
    return _SAME.get(folded(name), " ".join(unicodedata.normalize("NFKC", name).split()))


def key_in(keys: Iterable[str], name: str) -> str | None:
    """Which of the keys of a sheet is called so."""
    wanted, exact = same(name), folded(name)
    found = [key for key in keys if same(key) == wanted]
    return next((key for key in found if folded(key) == exact), found[0] if found else None)


def is_known(name: str) -> bool:
    """Whether a name is one of our list."""
    return folded(name) in _SAME


def is_pool(key: str) -> bool:
    """Whether this is lost and won back, as HP."""
    return _SAME.get(folded(key)) in POOLS
