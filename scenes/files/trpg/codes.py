"""What chat programs leave in a text beside what was written: codes, faces, quotes, numbers."""

import html
import re
from collections.abc import Collection, Mapping

_AT = re.compile(
    r"\[CQ:at,[^\[\]]{0,200}?qq=(\w+)[^\[\]]{0,200}\]|\(met\)(\w{1,80})\(met\)|<@!?(\w{1,80})>|\[mirai:at:(\w+)[^\[\]]{0,200}\]"
)
_FACES = (
    "微笑 撇嘴 色 发呆 得意 流泪 害羞 闭嘴 睡 大哭 尴尬 发怒 调皮 呲牙 惊讶 难过 酷 冷汗 抓狂 吐 "
    "偷笑 可爱 白眼 傲慢 饥饿 困 惊恐 流汗 憨笑 大兵 奋斗 咒骂 疑问 嘘 晕 折磨 衰 骷髅 敲打 再见 "
    "擦汗 抠鼻 鼓掌 糗大了 坏笑 左哼哼 右哼哼 哈欠 鄙视 委屈 快哭了 阴险 亲亲 吓 可怜 菜刀 西瓜 "
    "啤酒 咖啡 饭 猪头 玫瑰 凋谢 爱心 心碎 蛋糕 闪电 炸弹 刀 足球 便便 月亮 太阳 礼物 拥抱 强 弱 "
    "握手 胜利 抱拳 勾引 拳头 差劲 爱你 NO OK 爱情 飞吻 跳跳 发抖 怄火 转圈 磕头 回头 跳绳 挥手 "
    "激动 街舞 献吻 捂脸 笑哭 我最美 泪奔 无奈 托腮 卖萌 斜眼笑 doge 旺柴 破涕为笑 加油 加油加油 "
    "吃瓜 天啊 Emm 社会社会 嘿哈 机智 皱眉 耶 红包 發 福 菜汪 汪汪 辣眼睛 拍桌 敬礼 狂笑 面无表情 "
    "舔屏 打call 变形 仔细分析 点赞 拜托 让我看看 叹气 苦涩 裂开 嘴唇 合十 庆祝 哇 翻白眼 666"
)
_FACE = re.compile(
    r"\[(?:图片|圖片|表情|动画表情|語音|语音|视频|文件|闪照|红包|位置|链接|名片|音乐|回复|回覆|照片"
    r"|貼圖|贴图|スタンプ|写真|Photo|Sticker|Image|Voice|Video|[^\[\]\s]{1,6}表情"
    rf"|(?:图片|图|语音|视频|文件)[:：\s][^\[\]\n]{{0,80}}|{'|'.join(_FACES.split())})\]"
    r"|\(emj\)[^()\n]{1,40}\(emj\)(?:\[[\w/]{1,60}\])?|<a?:\w{1,40}:\d{5,25}>|<Media omitted>"
)
_ESCAPED_FACE = re.compile(r"&#91;[^&\[\]\n]{1,4}&#93;")
"""The name of a face in brackets that OneBot escapes."""
_PLACES = re.compile(r"\((?:chn|rol)\)[^()\n]{1,40}\((?:chn|rol)\)")
_WRAPPED = re.compile(r"\((?:spl|ins)\)")
_CODE = re.compile(r"\[(?:CQ|mirai):|\[(?:回复|回覆|引用|Reply)[:：\s“「\"]", re.IGNORECASE)
_QUOTING = re.compile(r"\[(?:CQ:reply|mirai:quote|回复|回覆|引用|Reply)", re.IGNORECASE)
_AFTER_QUOTE = re.compile(r"\s*@?\d{5,20}(?=\D|$)\s*")
_BRACKET = re.compile(r"[\[\]\n]")
_COPIED_QUOTE = re.compile(
    r"\s*「[^\n「」]{1,40}[:：].{0,2000}」\s*\n\s*(?:[-—]\s?){5,}\s*\n", re.DOTALL
)
"""`「林默：好。」` over a rule: what QQ and WeChat copy of a message that is answered."""
_ANSWERED = re.compile(r"(?:> (?:回覆|回复) [^\n]*\n+)+")
_NUMBERED = re.compile(r"(@[^\s@(（]{1,40})[(（]\d{5,12}[)）]")
NUMBER = re.compile(r"(@?)(?<!\d)(\d{5,20})(?!\d)( ?)")
"""What may be the number of an account."""
SYSTEM_NAMES = re.compile(
    r"(?:QQ)?(?:系统|系統)(?:消息|提示|通知|信息|訊息)?|System", re.IGNORECASE
)
SYSTEM_IDS = frozenset(("10000", "1000000", "80000000"))
"""Accounts that QQ itself writes under."""
_SAID_BY_PROGRAM = re.compile(
    r".{0,60}(?:撤回|收回)了(?:一条|一則|成员的一?条?)?(?:消息|訊息).{0,30}"
    r"|.{0,80}加入了?(?:本群|群聊|该群|群組|群组)[。.！]?|.{0,60}(?:退出|离开)了?(?:本群|群聊|群組|群组)[。.！]?"
    r"|[^\s“”]{1,40} (?:拍了拍|戳了戳|捏了捏) \S{1,40}(?:\s?的.{0,20})?"
    r"|.{0,40}(?:修改群名|将群名).{1,40}"
    r"|.{0,40}(?:开启|关闭)了?全员禁言.{0,10}|.{1,40}被.{0,20}(?:禁言|解除禁言).{0,20}"
    r"|\[?(?:合并转发|聊天记录|聊天記錄|转发消息)\]?(?:\s.*)?|.{0,20}请使用(?:最新版|新版)(?:手机)?QQ.*"
    r"|.{1,40} (?:unsent|recalled|deleted) a message\.?|.{1,30}がメッセージの送信を取り消しました"
    r"|(?:This message was deleted|You deleted this message)\.?"
    r"|以上是打招呼的内容|\[?该(?:消息|类型).{0,12}不支持.{0,20}"
)
_FORWARDED = re.compile(
    r"\[(?:合并转发|合併轉發|聊天[记記][录錄]|转发消息)(?:[:：][^\[\]\n]{0,80})?\]\s*(?:\n|$)"
)
"""Over the lines of others, which were said elsewhere."""
CODED = re.compile(r"[\[@&「]|\((?:met|emj|chn|rol|spl|ins)\)|<[@a:#MT]|> 回")
"""Signs of which one is in every code of a chat program."""
LONG_NUMBER = re.compile("[0-9]{5}")
"""What is in every number of an account."""
_SAYS = re.compile("[撤收群拍戳捏禁转聊Q招持]")
"""A sign of which one is in all that a program says in Chinese."""


def is_said_by_program(text: str) -> bool:
    """Whether all of a message is what the chat program itself says: `苏晚 撤回了一条消息`."""
    if text[0] == "[" and _FORWARDED.match(text):
        return True
    return (
        (_SAYS.search(text) is not None or "message" in text or "メッセージ" in text)
        and len(text) < 160
        and "\n" not in text
        and "“" not in text
        and (_SAID_BY_PROGRAM.fullmatch(text) is not None)
    )


def without_codes(text: str, names: Mapping[str, str], ids: bool = False) -> tuple[str, bool]:
    """`text` without quotes of others, pictures, faces and the codes of bots, and whether there
    were any pictures, faces or codes.

    Who is called by a number is called by name.
    """

    def called(found: re.Match[str]) -> str:
        id = found[1] or found[2] or found[3] or found[4]
        return "@" + (names.get(id) or (id if ids else "某人")) + " "

    text = _COPIED_QUOTE.sub("", text, count=3) if text.lstrip()[:1] == "「" else text
    text = _ANSWERED.sub("", text) if text.startswith("> ") else text
    text = _AT.sub(called, text) if "[" in text or "<@" in text or "(met)" in text else text
    left = _without_bracketed(text) if "[" in text else text
    if ")" in left:
        left = _WRAPPED.sub("", _PLACES.sub("", left))
    if "[" in left or "<" in left or "(emj)" in left:
        left = _FACE.sub("", left)
    if "&" in left:
        left = html.unescape(_ESCAPED_FACE.sub("", left))
    return left if ids else _NUMBERED.sub(r"\1", left), left != text


def without_numbers(text: str, names: Mapping[str, str], known: Collection[str]) -> str:
    """`text` without the numbers of accounts; behind `@` they are names."""

    def told(found: re.Match[str]) -> str:
        if found[1]:
            return f"@{names.get(found[2], '某人')} "
        return "" if found[2] in known else found[0]

    return NUMBER.sub(told, text)


def _without_bracketed(text: str) -> str:
    """`text` without `[CQ:…]` and `[mirai:…]`, which may hold brackets themselves; and without the
    number of who is answered, behind the quote."""
    kept, begun = [], 0
    while code := _CODE.search(text, begun):
        kept.append(text[begun : code.start()])
        begun = _end(text, code.start())
        if _QUOTING.match(text, code.start()) and (number := _AFTER_QUOTE.match(text, begun)):
            begun = number.end()
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
