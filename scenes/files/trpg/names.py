"""What can be the name of one who writes, and what only stands where a name would."""

import re
from functools import lru_cache

from scenes.files.trpg.clocks import CLOCK, DATE

_NONE = re.compile(
    rf"[\W\d_]*|{CLOCK}|{DATE}(?:\W*{CLOCK})?|[AaPp][Mm]\b.*|[上下]午.*"
    r"|/?[A-Za-z][A-Za-z0-9]*\s.*=.*|[^=]*=.*|/.*|!--.*|(?:https?|ftp|file)$"
    r"|(?:INFO|WARN(?:ING)?|ERROR|DEBUG|TRACE|FATAL|NOTICE|CRITICAL|SEVERE|VERBOSE)"
    r"|(?:div|span|p|br|hr|td|tr|table|b|i|u|a|li|ul|font|img|html|body|head|script|style)"
)
LONGEST = 80


@lru_cache(4096)
def is_name(text: str) -> bool:
    """Whether a text where a name stands can be one: no clock, date, tag, address or number."""
    text = text.strip()
    return 0 < len(text) <= LONGEST and (
        _NONE.fullmatch(text) is None or any(_is_sign(sign) for sign in text)
    )


def _is_sign(sign: str) -> bool:
    """Whether a sign is a picture, which people use as names: `🐱`."""
    return ord(sign) >= 0x1F000


_NO_SPEAKER = re.compile(
    r".*(?:[说說道问問喊叫答曰]|\b(?:said|asked))"
    r"|.{0,6}(?:注意|提示|备注|备註|備註|地点|地點|时间|時間|人物|说明|說明|规则|規則|简介|簡介|目录|目錄|作者"
    r"|else|try|finally|except|default|public|private|return|case|do|then"
    r"|版权|日期|模组|模組|标题|標題|背景|来源|來源|链接|PS|NOTE)",
    re.IGNORECASE | re.DOTALL,
)
CAST = re.compile(r"(?:守秘人|守密人|KP|GM|DM|主持人?)\s*[：:]\s*([^\s|｜，,、/（(*_]{1,20})")
"""Who narrates, as the head of a log says: `守秘人：K.1`."""


def may_speak(name: str) -> bool:
    """Whether a label before a colon can be somebody who speaks."""
    return is_name(name) and _NO_SPEAKER.fullmatch(name.strip()) is None
