"""What a message of a table is: command, dice, off-topic, chapter."""

import re

COMMAND = re.compile(
    r"[.。/](?![.。/])[A-Za-z一-鿿]"
    r"|[!！](?:r[a-z]{0,2}|roll|st|sc|en|ti|li|coc|dnd|jrrp|set|nn|log|bot|help|name)(?![A-Za-z])",
    re.IGNORECASE,
)
"""What begins an order to a dice bot: `.ra 聆听`, `。rd`, `！ra`, `/roll`."""
EXPRESSION = re.compile(
    r"(?:[rR]\s?)?[0-9]{0,3}[dD][0-9]{1,4}(?:\s*[-+*xX×]\s*[0-9]{0,4}(?:[dD][0-9]{1,4})?){0,5}"
    r"|[cC]{2}[bBnN]?[0-9]?(?:\([^()]{0,20}\))?(?:<=|≦)[0-9]{1,3}.{0,20}"
    r"|[cC]{2}[bBnN]?[0-9]?\s?[0-9]{1,3}(?:\s\S{1,12})?"
    r"|[rR][aAbBdDhHcC]\s?[一-鿿]{1,6}\s?[0-9]{0,3}|[rR][dD]"
    r"|[sS][cC]\s?[0-9][0-9dD+]{0,6}/[0-9][0-9dD+]{0,6}"
)
"""An order without a sign: `1d100`, `r1d100`, `d20+3`, `cc<=55 聆听`, `cc 60 聆聽`."""
WORDLESS = re.compile(r"[。….？?！!~～，、,\s]+")
"""What is said without words: `……`, `？！`."""
ME = re.compile(r"[.。/]me\s+|(?:\\?#|\\me\s)(?!#)\s*", re.IGNORECASE)
"""What begins an action: `#推门`, `.me 推门`."""
ROLL = re.compile(
    r"[dD]\d{1,4}[^=\n]{0,80}=\s*[-+\d{(\[]|[dD]\d{1,4}[^\n]{0,40}[＞>→]\s*\d"
    r"|[dD]\d{1,4}\s*[≦≤][^→]{0,20}→|\b[Rr]oll(?:s|ing)\s+\d{0,3}[dD]\d"
    r"|\d\s*➯\s*\d|\(扣除\d"
)
"""What only dice say."""
_RESULT = re.compile("[=➯＞>→]|扣除")
CHECK = re.compile(
    r"检定|鉴定|检验|判定|掷出|骰点|大成功|极难成功|困难成功|大失败|疯狂发作|症状|成长|抽卡|抽到"
    r"|檢定|擲骰|擲出|\brolls?\b|\brolled\b|暗骰|命运正在低语|命运转动的声音|命数无定"
)
"""What a dice bot says of a roll, beside `ROLL`."""
BOT = re.compile(
    r"骰娘|小骰|骰子|骰系|塔骰|赵骰|海豹|青果|溯洄|^dice!?$|dice\s*bot|dicebot|hktrpg|^avrae$"
    r"|dice ?maiden|^rollem$|ダイスボット",
    re.IGNORECASE,
)
NARRATOR = re.compile(
    r"(?:KP|GM|DM|ST|Keeper|守秘人|守密人|主持人|主持|旁白|说书人|地下城主)(?![A-Za-z]).{0,12}",
    re.IGNORECASE,
)
MARKED_NARRATOR = re.compile(
    r"[\[(（【|｜/_·-]\s*(?:KP|GM|DM|守秘人|守密人|主持人)\s*(?:[\])）】|｜/_·-]|$)", re.IGNORECASE
)
"""A narrator by what stands beside the name: `大佬（KP）`."""
OBSERVER = re.compile(r"ob(?![a-z])|观战|旁观|围观", re.IGNORECASE)
LONGEST_CHAPTER = 120
_CHAPTER = re.compile(
    r"(?:={2,}|-{3,}|—{3,})\s*([^=\-—\s].{0,60}?)\s*(?:={2,}|-{3,}|—{3,})"
    r"|(第[一二三四五六七八九十百零〇\d]{1,5}[章幕节回](?:[\s:：].{0,40})?)"
)
_MENTIONS = re.compile(r"(?:@\S+\s+)*")
_OUT = re.compile(
    r"//|>>|\(\(|（（|[（(\[【]\s*(?:场外|場外|OOC)\s*[)）\]】]|OOC\s?[：:]", re.IGNORECASE
)
_SIMPLE = re.compile("[（(][^（）()]*[)）]")
_BEGINS = "（(/>@[【Oo"
_PARENTHESIS = re.compile("[（）()]")
_ORDERED = re.compile(
    r"\s*[（(]\s*(?:[.。/!！][A-Za-z][^（）()\n]{0,40}"
    r"|(?:过|過|骰|roll\s?)?(?:侦查|偵查|聆听|聆聽|图书馆|圖書館|心理学|心理學|灵感|靈感|力量|敏捷|体质|體質|意志|幸运|幸運"
    r"|追踪|追蹤|导航|導航|潜行|潛行|急救|话术|話術|说服|說服|知识|知識|教育|闪避|閃避|斗殴|鬥毆|医学|醫學|神秘学|神秘學)"
    r"(?:[/、，, ][一-鿿]{2,4}){0,3}(?:检定|檢定)?)\s*[)）]$"
)
"""An order that a narrator suggests: `雨声里有什么。（.ra 聆听）`, `……（侦查）`."""


def chapter_of(text: str) -> str | None:
    """The title, where all of a text is one: `==== 第二章 ====`, `第二章 夜`."""
    chapter = _CHAPTER.fullmatch(text) if len(text) <= LONGEST_CHAPTER else None
    return chapter[1] or chapter[2] if chapter else None


def is_roll(text: str) -> bool:
    """Whether only dice say such a text."""
    return _has_result(text) and ROLL.search(text) is not None


def _has_result(text: str) -> bool:
    return _RESULT.search(text) is not None or ("oll" in text and "d" in text)


def is_marked_aside(text: str) -> bool:
    """Whether a stripped `text` begins with a mark that is off-topic at any table: `((`, `//`."""
    return _OUT.match(text) is not None


def is_aside(text: str) -> bool:
    """Whether all of a stripped `text` is off-topic: `（…）` or several, `((…))`, `//…`."""
    if not text or text[0] not in _BEGINS:
        return False
    if is_marked_aside(text):
        return True
    if _SIMPLE.fullmatch(text):
        return True
    start = _MENTIONS.match(text)
    rest = text[start.end() if start else 0 :].rstrip("。.！!？?~～… ")
    if not rest.startswith(("（", "(")):
        return False
    depth, end = 0, 0
    for found in _PARENTHESIS.finditer(rest):
        if depth == 0 and rest[end : found.start()].strip():
            return False
        depth = max(0, depth + (1 if found[0] in "（(" else -1))
        end = found.end()
    return depth > 0 or not rest[end:].strip()


def without_order(text: str) -> str:
    """`text` without an order in `（…）` at its end."""
    order = _ORDERED.search(text, max(0, len(text) - 60)) if text[-1] in "）)" else None
    return text[: order.start()] if order and order.start() else text
