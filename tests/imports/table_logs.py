"""Small logs of one evening as each program would keep them, for tests and the fuzz run."""

import io
import json
import zipfile
from pathlib import Path

import pyarrow
from pyarrow import parquet

NAMED = """\
守秘人(100001) 2026-03-21 19:05:05
雨下了一整夜。

林默(100002) 2026-03-21 19:05:40
我推门进去。

林默(100002) 2026-03-21 19:05:52
.ra 聆听

骰娘(100009) 2026-03-21 19:05:53
<林默>的"聆听"检定结果为: D100=32/55 成功

苏晚(100003) 2026-03-21 19:06:20
“等等我。”
她提着灯追了上来。

苏晚(100003) 2026-03-21 19:06:31
（我去倒杯水）

ob小明(100004) 2026-03-21 19:06:40
前排围观

守秘人(100001) 2026-03-21 19:07:00
==== 第二章 ====

"""
EVENING = """\
【雨下了一整夜。】
林默：\\me 我推门进去。
【林默 聆听 1d100=32/55 成功】
苏晚：等等我。
苏晚：\\me 她提着灯追了上来。
==== 第二章 ====
"""
"""What the importers make of it, whatever the program was."""


def messages() -> list[tuple[str, str, str, str]]:
    """Name, id, clock time and text of each message."""
    found = []
    for block in NAMED.strip().split("\n\n"):
        header, _, text = block.partition("\n")
        name, _, rest = header.partition("(")
        id, _, at = rest.partition(") ")
        found.append((name, id, at.split()[1], text))
    return found


def qq() -> str:
    head = "消息记录（此消息记录为文本格式）\n\n" + "=" * 64 + "\n消息分组:团\n" + "=" * 64 + "\n\n"
    return head + "".join(
        f"2026-03-21 {at} 【管理员】{name}({id})\n{text}\n\n" for name, id, at, text in messages()
    )


def fvtt() -> str:
    rule = "-" * 27
    return "".join(
        f"[3/21/2026, {at.replace('19:', '7:')} PM] {name}\n{text}\n{rule}\n"
        for name, _, at, text in messages()
    )


def sealdice_json(indent: int | None = 1) -> str:
    items = [
        {
            **{"id": 1, "nickname": name, "IMUserId": f"QQ:{id}", "time": 1774091105},
            **{"message": text, "isDice": name == "骰娘", "commandId": 0},
        }
        for name, id, _, text in messages()
    ]
    return json.dumps({"version": 101, "items": items}, ensure_ascii=False, indent=indent)


def olivadice() -> str:
    items = [
        {
            **{"time": 1, "type": "send" if name == "骰娘" else "recv", "deleted": False},
            **{"sender": {"id": f"QQ:{id}", "name": name}, "message": text},
        }
        for name, id, _, text in messages()
    ]
    items.append({"type": "log_total_duration", "total_time": 120})
    return "".join(json.dumps(item, ensure_ascii=False) + "\n" for item in items)


def ccfolia() -> str:
    def log(name: str, text: str, channel: str, dice: str | None, chapter: bool) -> object:
        told = {"name": name, "text": text, "channel": channel, "dice": dice}
        return told | {"isChapter": chapter, "time": "2026-03-21T11:05:09Z"}

    logs = [
        log("系统", "=== 第一章 ===", "系统", None, True),
        log("KP", "雨下了一整夜。", "主频道", None, False),
        log("林默", "cc<=55 聆听", "主频道", "(1D100<=55) ＞ 32 ＞ 成功", False),
        log("苏晚", "外卖到了", "闲聊", None, False),
        log("苏晚", "“等等我。”", "主频道", None, False),
        log("系统", "苏晚 进入了房间", "系统", None, False),
    ]
    return json.dumps({"title": "旧宅", "logs": logs}, ensure_ascii=False)


def zipped(**members: str) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in members.items():
            member = zipfile.ZipInfo(name.replace("_", "-").replace("--", "."))  # of 1980
            archive.writestr(member, text, zipfile.ZIP_DEFLATED)
    return made.getvalue()


def sealdice_parquet() -> bytes:
    """The table that newer SealDice packs instead of its JSON."""
    rows = messages()
    table = pyarrow.table(
        {
            "id": list(range(1, len(rows) + 1)),
            "nickname": [name for name, *_ in rows],
            "IMUserId": [f"QQ:{id}" for _, id, *_ in rows],
            "time": [1774091105] * len(rows),
            "message": [text for *_, text in rows],
            "isDice": [name == "骰娘" for name, *_ in rows],
        }
    )
    made = io.BytesIO()
    parquet.write_table(table, made)
    return made.getvalue()


GOLDEN = Path(__file__).parent / "golden"


def golden(name: str) -> tuple[str, bytes]:
    """A log that ships with the log it has to become."""
    return name, (GOLDEN / name).read_bytes()


def inline(pattern: str) -> str:
    """Messages of one line each; what has more is left out."""
    return "".join(
        pattern.format(name=name, id=id, at=at, text=text) + "\n"
        for name, id, at, text in messages()
        if "\n" not in text
    )


BY_NAME = {"transcript"}
"""Formats that a person names, since any text could be one."""
LOGS: dict[str, tuple[str, bytes]] = {
    "subtitles": (
        "talk.vtt",
        "WEBVTT\n\n00:01.000 --> 00:03.500\n<v 林默>有人吗？\n\n"
        "00:04.000 --> 00:05.500\n<v 苏晚>没有人。\n".encode(),
    ),
    "sealdice": ("raw-log.txt", NAMED.encode()),
    "sealdice-json": ("sealdice-standard-log.json", sealdice_json().encode()),
    "sealdice-editor": ("log.txt", NAMED.replace("2026-03-21", "2026/03/21").encode()),
    "trpglog": ("log.trpglog", NAMED.replace("\n\n", "\n").encode()),
    "olivadice": ("log.olivadicelog", olivadice().encode()),
    "qq": ("log.txt", qq().encode()),
    "dice": ("log.txt", NAMED.replace("2026-03-21 ", "").encode()),
    "fvtt": ("fvtt-log.txt", fvtt().encode()),
    "ccfolia": ("log.json", ccfolia().encode()),
    "sinanya": ("log.txt", inline("<2026-03-21 {at}.0>\t[{name}]:\t{text}").encode()),
    "rendered": ("log.txt", inline("2026/03/21 {at}<{name}({id})>:{text}").encode()),
    "painted": ("log.txt", inline("<{name}>{text}").encode()),
    "qq-channel": ("log.txt", inline("{name} 2026-03-21 {at}\n{text}").encode()),
    "rgl": (
        "log.rgl",
        "<background>:旧宅\n# 第一幕\n[守秘人]:雨下了一整夜。{雨声;1}\n"
        "[林默.惊讶,苏晚]<black>:“有人吗？”<w2w=1>{门}\n<dice>:(聆听,100,55,32)\n".encode(),
    ),
    "sealdice-parquet": ("sealdice-standard-log.parquet", sealdice_parquet()),
    "ccfolia-html": golden("ccfolia.html"),
    "ccfolia-text": golden("ccfolia_copied.txt"),
    "discord": golden("discord.json"),
    "discord-html": golden("discord.html"),
    "discord-text": golden("discord_text.txt"),
    "hktrpg": golden("hktrpg.txt"),
    "telegram": golden("telegram.json"),
    "telegram-html": golden("telegram.html"),
    "roll20-html": golden("roll20.html"),
    "roll20": golden("roll20_copied.txt"),
    "fantasy-grounds": golden("chatlog.html"),
    "maptool": golden("maptool.html"),
    "irc": golden("mirc.txt"),
    "tabbed": golden("weechat.txt"),
    "markdown": golden("markdown_alone.md"),
    "stamped": golden("stamped.txt"),
    "names": golden("plain.txt"),
    "dated": golden("var_memotrace.txt"),
    "black": golden("var_black_brackets.txt"),
    "wechat": golden("wechat_mail.txt"),
    "paotuan": ("log.txt", "【雨夜】\n苏晚：\\me 提灯\n苏晚：等等我。\n".encode()),
}
