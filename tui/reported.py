"""What became of an imported log, in the person's language."""

from base.messages import _
from scenes.files.importers import Report
from tui.paint import printable
from tui.words import language, say

MOST = 12
"""Roles and notices that are told."""
KINDS = {
    "speech": "台词",
    "action": "动作",
    "thought": "内心",
    "narration": "旁白",
    "dice": "掷骰",
    "chapter": "章节",
    "comment": "注释",
    "context": "背景",
    "unrecognised": "认不出的行",
}
REASONS = {
    "off-topic": "场外话",
    "off-topic lines of messages": "消息里的场外行",
    "commands": "指令",
    "commands in （…） at the end of messages": "句末（…）里的指令",
    "observers": "旁观者的话",
    "other words of a dice bot": "骰子的其他话",
    "pictures, faces and empty messages": "图片、表情与空消息",
    "pictures and faces in messages": "消息里的图片与表情",
    "messages of the system": "系统消息",
    "dice results": "掷骰结果",
    "before the first message": "第一条消息之前的行",
    "lines of the program around the messages": "程序自己的行",
    "items that are no message": "不是消息的条目",
    "messages that were taken back": "撤回的消息",
    "lines that are no JSON": "不是 JSON 的行",
    "settings of the stage": "舞台设置",
    "comments of the script": "脚本注释",
    "rolls and bars of the script": "脚本的骰子与血条",
    "lines that are none of the script": "脚本之外的行",
}


def reported(report: Report) -> list[str]:
    """A line for each thing that a person may want to know."""
    name = printable(report.where.rpartition("/")[2])
    lines = [_("{0}: {1}, {2} read, {3} kept", name, report.format, report.read, report.kept)]
    for number, text in sorted(report.notices)[:MOST]:
        where = f"{_place(report, str(number))}：" if number else ""
        lines.append(f"  {where}{printable(text)}")
    if report.entries:
        kept = {_word(KINDS, kind): count for kind, count in report.entries.most_common()}
        lines.append(f"  {_('kept: {0}', _counted(kept))}")
    for reason, count in report.dropped.most_common():
        places = ", ".join(map(str, report.first[reason]))
        more = ", …" if count > len(report.first[reason]) else ""
        where = _place(report, f"{places}{more}")
        lines.append(f"  {_('dropped: {0} {1} ({2})', _word(REASONS, reason), count, where)}")
    if not report.dropped:
        lines.append(f"  {_('dropped: nothing')}")
    if report.names:
        lines.append(f"  {_('roles: {0}', _counted(dict(report.names.most_common(MOST))))}")
    return lines


def _word(words: dict[str, str], key: str) -> str:
    return words.get(key, key) if language() == 0 else key


def _place(report: Report, numbers: str) -> str:
    return say(f"report_{report.unit}", numbers)


def _counted(counts: dict[str, int]) -> str:
    return "、".join(f"{printable(name)} {count}" for name, count in counts.items())
