"""What the readers of table logs give: messages, what is none, and what a person should know."""

import re
from typing import Literal, NamedTuple

from base.messages import N_
from scenes.files.report import FileNotice
from scenes.log import Line

Part = Literal[
    "person",
    "dice",
    "bot",
    "observer",
    "chapter",
    "aside",
    "whisper",
    "system",
    "action",
    "narration",
]
"""What a format itself says of a message; most say nothing, which is `person`. A `bot` is an
account of a program, which may roll dice or speak for a player."""


class TableMessage(NamedTuple):
    """One message as another program kept it."""

    number: int
    """The line where it begins; in JSON its place among the items; from 1."""
    name: str
    text: str
    id: str = ""
    """The number or address of an account, where the format tells it."""
    part: Part = "person"


class Dropped(NamedTuple):
    """Something of a file that is no message. `reason` is one of few, since they are counted."""

    number: int
    reason: str
    text: str = ""


Item = TableMessage | Dropped | FileNotice | Line
"""What a reader gives. A `Line` is an entry of our own log already."""

NO_MESSAGE = N_("items that are not messages")
ASIDES = frozenset(
    (
        *("闲聊", "閒聊", "雑談", "other", "info", "情報", "情报", "场外", "場外", "水群", "聊天"),
        *(
            "ooc",
            "off",
            "闲话",
            "閒話",
            "チャット",
            "见学",
            "見学",
            "观战",
            "off-topic",
            "offtopic",
        ),
    )
)
"""Channels where people talk beside the game."""
MAINS = frozenset(
    (
        *(
            "main",
            "メイン",
            "主频道",
            "主頻道",
            "主线",
            "主線",
            "ic",
            "剧情",
            "劇情",
            "本编",
            "本編",
        ),
        *("正文", "游戏", "遊戲", "跑团", "跑團", "main2", "战斗", "戰鬥"),
    )
)
"""Channels where they play."""


_WHISPERS = re.compile(
    r"私聊|私信|私密|密[语語聊谈談]|悄悄|耳[语語]|秘匿|内緒|(?:whispers?|private|pm|secret)\b"
)
"""Channels of two, which the others at the table do not hear."""


def part_of(channel: object) -> Part:
    """What a message is by the channel that it stands in."""
    if isinstance(channel, str):
        name = channel.strip().lower()
        if name in ASIDES:
            return "aside"
        if _WHISPERS.match(name):
            return "whisper"
        if name in ("系统", "系統", "system", "システム"):
            return "system"
    return "person"
