"""What a message of a table is: command, dice, off-topic, chapter; and the codes in its text."""

import re

COMMAND = re.compile(r"[.。/](?![.。/])[A-Za-z一-鿿]")
"""What begins an order to a dice bot: `.ra 聆听`, `。rd`, `/roll`."""
EXPRESSION = re.compile(
    r"[0-9]{0,3}[dD][0-9]{1,4}(?:\s*[-+*xX×]\s*[0-9]{0,4}(?:[dD][0-9]{1,4})?){0,5}"
    r"|[cC]{2}[bB]?(?:\([^()]{0,20}\))?<=[0-9]{1,3}.{0,20}"
)
"""An order without a sign: `1d100`, `d20+3`, `cc<=55 聆听`."""
WORDLESS = re.compile(r"[。….？?！!~～，、,\s]+")
"""What is said without words: `……`, `？！`."""
ME = re.compile(r"[.。/]me\s+|(?:\\?#|\\me\s)(?!#)\s*", re.IGNORECASE)
"""What begins an action: `#推门`, `.me 推门`."""
ROLL = re.compile(
    r"[dD]\d{1,4}[^=\n]{0,80}=\s*[-+\d{(\[]|[dD]\d{1,4}[^\n]{0,40}[＞>]\s*\d"
    r"|[dD]\d{1,4}\s*[≦≤][^→]{0,20}→|\b[Rr]oll(?:s|ing)\s+\d{0,3}[dD]\d"
    r"|\d\s*➯\s*\d|\(扣除\d"
)
"""What only dice say."""
CHECK = re.compile(
    r"检定|鉴定|检验|判定|掷出|骰点|大成功|极难成功|困难成功|大失败|疯狂发作|症状|成长|抽卡|抽到"
    r"|暗骰|命运正在低语|命运转动的声音|命数无定"
)
"""What a dice bot says of a roll, beside `ROLL`."""
BOT = re.compile(
    r"骰娘|骰子|骰系|塔骰|赵骰|海豹|青果|溯洄|^dice!?$|dice\s*bot|dicebot", re.IGNORECASE
)
NARRATOR = re.compile(
    r"(?:KP|GM|DM|ST|Keeper|守秘人|守密人|主持人|主持|旁白|说书人|地下城主)(?![A-Za-z]).{0,12}",
    re.IGNORECASE,
)
OBSERVER = re.compile(r"ob(?![a-z])|观战|旁观|围观", re.IGNORECASE)
_SIGNS = ("=", "➯", "＞", ">", "扣除", "→")
"""What stands in every result of dice, but where Roll20 says it."""
LONGEST_CHAPTER = 120
_CHAPTER = re.compile(
    r"(?:={2,}|-{3,}|—{3,})\s*([^=\-—\s].{0,60}?)\s*(?:={2,}|-{3,}|—{3,})"
    r"|(第[一二三四五六七八九十百零〇\d]{1,5}[章幕节回](?:[\s:：].{0,40})?)"
)
_MENTIONS = re.compile(r"(?:@\S+\s+)*")
_OUT = re.compile(r"(?://|>>|\(\(|（（)")
_SIMPLE = re.compile("[（(][^（）()]*[)）]")
_BEGINS = "（(/>@"
_PARENTHESIS = re.compile("[（）()]")
_AT = re.compile(
    r"\[CQ:at,[^\[\]]{0,200}?qq=(\w+)[^\[\]]{0,200}\]|\(met\)(\w{1,80})\(met\)|<@!?(\w{1,80})>|\[mirai:at:(\w+)[^\[\]]{0,200}\]"
)
_FACE = re.compile(r"\[(?:图片|表情|动画表情|语音|视频|文件|闪照|红包|回复|[^\[\]\s]{1,6}表情)\]")
_CODE = re.compile(r"\[(?:CQ|mirai):", re.IGNORECASE)
_BRACKET = re.compile(r"[\[\]\n]")
_ORDERED = re.compile(r"\s*[（(]\s*[.。/][A-Za-z][^（）()\n]{0,40}[)）]$")
"""An order that a narrator suggests: `雨声里有什么。（.ra 聆听）`."""
_NUMBERED = re.compile(r"(@[^\s@(（]{1,40})[(（]\d{5,12}[)）]")


def chapter_of(text: str) -> str | None:
    """The title, where all of a text is one: `==== 第二章 ====`, `第二章 夜`."""
    chapter = _CHAPTER.fullmatch(text) if len(text) <= LONGEST_CHAPTER else None
    return chapter[1] or chapter[2] if chapter else None


def is_roll(text: str) -> bool:
    """Whether only dice say such a text."""
    return _has_result(text) and ROLL.search(text) is not None


def _has_result(text: str) -> bool:
    return any(sign in text for sign in _SIGNS) or ("oll" in text and "d" in text)


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


def without_codes(text: str, names: dict[str, str], ids: bool = False) -> tuple[str, bool]:
    """`text` without pictures, faces and the codes of bots, and whether there were any.

    Who is called by a number is called by name.
    """

    def called(found: re.Match[str]) -> str:
        id = found[1] or found[2] or found[3] or found[4]
        return "@" + (names.get(id) or (id if ids else "某人")) + " "

    text = _AT.sub(called, text)
    left = _FACE.sub("", _without_bracketed(text))
    return left if ids else _NUMBERED.sub(r"\1", left), left != text


def without_order(text: str) -> str:
    """`text` without an order in `（…）` at its end."""
    order = _ORDERED.search(text, max(0, len(text) - 60)) if text[-1] in "）)" else None
    return text[: order.start()] if order and order.start() else text


def _without_bracketed(text: str) -> str:
    """`text` without `[CQ:…]` and `[mirai:…]`, which may hold brackets themselves."""
    kept, begun = [], 0
    while code := _CODE.search(text, begun):
        kept.append(text[begun : code.start()])
        begun = _end(text, code.start())
    return "".join((*kept, text[begun:])) if kept else text


def _end(text: str, start: int) -> int:
    """Where the bracket that opens at `start` is closed; the end of the line where it is not."""
    depth = 0
    for found in _BRACKET.finditer(text, start):
        if found[0] == "\n":
            return found.start()
        depth += 1 if found[0] == "[" else -1
        if depth == 0:
            return found.end()
    return len(text)
