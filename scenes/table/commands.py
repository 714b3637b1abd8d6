"""What can be done at a table by a word: one list for every front end, its help, its completion.

Which typed lines are commands, and how they may be written, `scenes.table.typed` knows.
"""

import re
from typing import TYPE_CHECKING

from base.errors import KnownError
from base.messages import N_, _
from base.text import shown
from scenes.table import controller_events as happened
from scenes.table.command import Command
from scenes.table.memory_commands import MEMORY
from scenes.table.sheet_commands import SHEETS
from scenes.table.steering_commands import STEERING

if TYPE_CHECKING:
    from scenes.table.controller import Table

MOST_TURNS = 200
"""Turns that are played without a person before they are asked for again."""
_NUMBER = re.compile(r"(\d{1,9})(?:\s+(.*))?", re.DOTALL)


SPEAKING = (
    Command(
        "next",
        N_("/next NAME"),
        N_("let this role speak next; /next me has the model propose your line"),
        lambda t, x: t.let_speak(x),
        ("下一个", "下一個", "轮到", "輪到"),
    ),
    Command(
        "pass",
        N_("/pass"),
        N_("let somebody else speak"),
        lambda t, x: t.pass_turn(),
        ("过", "過", "跳过", "跳過"),
    ),
    Command(
        "as",
        N_("/as NAME"),
        N_("draw for anybody: your role, a narrator, a newcomer (NAME: WHO THEY ARE)"),
        lambda t, x: t.speak_as(x),
        ("扮", "扮演"),
    ),
    Command(
        "mute",
        N_("/mute NAME"),
        N_("no rule lets them speak; /next still does"),
        lambda t, x: t.mute(x),
        ("静音", "靜音"),
    ),
    Command(
        "unmute",
        N_("/unmute NAME"),
        N_("rules let them speak again"),
        lambda t, x: t.mute(x, False),
        ("取消静音", "取消靜音"),
    ),
    Command(
        "leave",
        N_("/leave NAME"),
        N_("they leave the scene, on this branch"),
        lambda t, x: t.leave_table(x),
        ("离席", "離席"),
    ),
    Command(
        "enter",
        N_("/enter NAME"),
        N_("they are there again"),
        lambda t, x: t.enter_table(x),
        ("入席",),
    ),
    Command(
        "rule",
        N_("/rule [NAME]"),
        N_("who speaks next by itself: natural, list, pooled or manual"),
        lambda t, x: t.set_rule(x),
        ("轮次", "輪次"),
    ),
    Command(
        "why",
        N_("/why"),
        N_("tell why the next one is next"),
        lambda t, x: t.tell_why(),
        ("为什么", "為什麼"),
    ),
    Command(
        "watch",
        N_("/watch [N]"),
        N_("play by itself, N turns or until you step in"),
        lambda t, x: t.ask_front_end(happened.WatchAsked(_turns(x))),
        ("看",),
    ),
    Command(
        "model",
        N_("/model [NAME]"),
        N_("play with another model: a name, a file or an address"),
        lambda t, x: t.ask_front_end(happened.ModelAsked(x)),
        ("模型",),
    ),
    Command(
        "adapter",
        N_("/adapter [ROLE] [NAME]"),
        N_("draw a role's lines with an adapter; none takes it off"),
        lambda t, x: t.ask_front_end(_adapter(t, x)),
        ("适配器", "適配器"),
    ),
)
"""Who speaks."""

CANDIDATES = (
    Command(
        "pick",
        N_("/pick N [TEXT]"),
        N_("take candidate N, or TEXT in its place"),
        lambda t, x: _pick(t, x),
        ("选", "選", "选择", "選擇"),
    ),
    Command(
        "redraw",
        N_("/redraw"),
        N_("draw all candidates again"),
        lambda t, x: t.redraw(),
        ("重抽", "换一批", "換一批"),
    ),
    Command(
        "more",
        N_("/more"),
        N_("draw more candidates"),
        lambda t, x: t.more(),
        ("再来", "再來", "再抽", "更多"),
    ),
    Command(
        "look",
        N_("/look [N]"),
        N_("show the candidates of turn N; alone, those of here"),
        lambda t, x: _look(t, x),
        ("回看",),
    ),
    Command(
        "hide",
        N_("/hide"),
        N_("put the candidates out of sight; an empty line brings them back"),
        lambda t, x: t.set_aside(),
        ("收起",),
    ),
    Command(
        "leaf",
        N_("/leaf [N]"),
        N_("show the other candidates drawn here, or the Nth lot of them"),
        lambda t, x: t.leaf_to(_number_or_none("leaf", x)),
        ("翻", "翻看", "翻頁", "翻页"),
    ),
    Command(
        "hands",
        N_("/hands"),
        N_("tell which candidates were drawn here, and which were taken"),
        lambda t, x: t.tell_hands(),
        ("候选", "候選"),
    ),
    Command(
        "continue",
        N_("/continue [N]"),
        N_("draw how candidate N goes on, or the last line; #N is turn N"),
        lambda t, x: _continue(t, x),
        ("续", "續", "接着", "接著"),
    ),
    Command(
        "retry",
        N_("/retry"),
        N_("ask the model again after it failed, or was not to be had"),
        lambda t, x: _retry(t),
        ("重试", "重試"),
    ),
)
"""What lies on the table."""

TURNS = (
    Command(
        "undo",
        N_("/undo"),
        N_("go back a turn"),
        lambda t, x: t.undo(),
        ("撤销", "撤銷", "悔棋", "上一步"),
    ),
    Command("redo", N_("/redo"), N_("go forward a turn"), lambda t, x: t.redo(), ("重做",)),
    Command(
        "edit",
        N_("/edit N TEXT"),
        N_("say turn N differently"),
        lambda t, x: _edit(t, x),
        ("改", "修改"),
    ),
    Command(
        "go",
        N_("/go N"),
        N_("stand at turn N; what is said there begins a branch"),
        lambda t, x: _go(t, x),
        ("去", "回到"),
    ),
    Command(
        "delete",
        N_("/delete N"),
        N_("leave turn N out; what follows stays"),
        lambda t, x: t.delete(_numbered("delete", x)[0]),
        ("删", "刪", "删除", "刪除"),
    ),
    Command(
        "mark",
        N_("/mark [N] [WORDS]"),
        N_("put a bookmark at turn N, or the last one; again takes it away"),
        lambda t, x: _mark(t, x),
        ("标记", "標記", "记号", "記號"),
    ),
    Command(
        "log",
        N_("/log"),
        N_("show the turns with their numbers"),
        lambda t, x: t.ask_for("log"),
        ("记录", "記錄"),
    ),
    Command(
        "branches",
        N_("/branches"),
        N_("show all branches"),
        lambda t, x: t.ask_for("branches"),
        ("分支",),
    ),
)
"""What has been said."""

ROLLING = (
    Command(
        "roll",
        N_("/roll [DICE] [FOR WHAT]"),
        N_("roll dice: .r 2d6+3, .r 4d6kh3, .r 3#1d6; alone, the dice of the scene"),
        lambda t, x: t.roll("roll", x),
        ("掷", "擲", "骰", "掷骰", "擲骰", "投骰", "掷骰子", "擲骰子", "扔骰子", "r", "dice"),
    ),
    Command(
        "check",
        N_("/check SKILL [N]"),
        N_("check a skill: .ra 侦查, .ra 困难侦查 60; NAME：.ra 侦查 for another"),
        lambda t, x: t.roll("check", x),
        ("检定", "檢定", "ra", "rc"),
    ),
    Command(
        "bonus",
        N_("/bonus [N] SKILL [N]"),
        N_("check with bonus dice: .rb 侦查, .rb2 侦查 60"),
        lambda t, x: t.roll("bonus", x),
        ("奖励骰", "獎勵骰", "奖励", "獎勵", "rb"),
    ),
    Command(
        "penalty",
        N_("/penalty [N] SKILL [N]"),
        N_("check with penalty dice: .rp 侦查"),
        lambda t, x: t.roll("penalty", x),
        ("惩罚骰", "懲罰骰", "惩罚", "懲罰", "rp"),
    ),
    Command(
        "oppose",
        N_("/oppose SKILL NAME [NAME]"),
        N_("two check against each other: .rav 侦查 林默 苏晚"),
        lambda t, x: t.roll("oppose", x),
        ("对抗", "對抗", "rav", "rcv"),
    ),
    Command(
        "secret",
        N_("/secret [DICE OR SKILL]"),
        N_("roll so that the log tells nothing of it: .rh 侦查"),
        lambda t, x: t.roll("secret", x),
        ("暗骰", "暗掷", "暗擲", "rh"),
    ),
    Command(
        "sanity",
        N_("/sanity LOSS/LOSS [N]"),
        N_("check SAN, and what a success and a failure cost: .sc 1/1d6"),
        lambda t, x: t.roll("sanity", x),
        ("理智检定", "理智檢定", "理智", "sc"),
    ),
    Command(
        "grow",
        N_("/grow SKILL [N]"),
        N_("see whether a skill has grown: .en 侦查"),
        lambda t, x: t.roll("grow", x),
        ("成长", "成長", "en"),
    ),
    Command(
        "rolls",
        N_("/rolls"),
        N_("list what was rolled, also what is hidden and what was taken back"),
        lambda t, x: t.ask_for("rolls"),
        ("骰子记录", "骰子記錄", "骰录", "骰錄"),
    ),
)
"""What the dice say."""

KEEPING = (
    Command(
        "find",
        N_("/find WORDS"),
        N_("find a line, here and on other branches"),
        lambda t, x: t.ask_for("find", x),
        ("找", "搜", "查找", "search"),
    ),
    Command(
        "marks",
        N_("/marks"),
        N_("list the bookmarks"),
        lambda t, x: t.ask_for("marks", x),
        ("书签", "書籤", "bookmarks"),
    ),
    Command(
        "copy",
        N_("/copy [N]"),
        N_("copy candidate N, or the last line; /copy log the whole log"),
        lambda t, x: t.ask_for("copy", x),
        ("复制", "複製"),
    ),
    Command(
        "export",
        N_("/export FORMAT [PATH]"),
        N_("write the session to read, to replay, or to train on"),
        lambda t, x: t.ask_for("export", x),
        ("导出", "匯出", "導出"),
    ),
)
"""Finding, marking, copying and exporting."""

PROGRAM = (
    Command(
        "where",
        N_("/where"),
        N_("tell where you are, who is next, and what lies on the table"),
        lambda t, x: t.ask_for("where"),
        ("在哪", "在哪儿", "哪里", "哪裡"),
    ),
    Command(
        "help",
        N_("/help [WORD]"),
        N_("show what can be typed, or what of it has a word"),
        lambda t, x: t.ask_for("help", x),
        ("帮助", "幫助", "说明", "說明", "?"),
    ),
    Command(
        "quit",
        N_("/quit"),
        N_("leave; nothing is lost"),
        lambda t, x: t.ask_for("quit"),
        ("退出", "离开", "離開", "exit"),
    ),
)
"""The program itself."""

COMMANDS = {
    command.name: command
    for group in (SPEAKING, CANDIDATES, STEERING, TURNS, ROLLING, MEMORY, SHEETS, KEEPING, PROGRAM)
    for command in group
}


def _turns(rest: str) -> int | None:
    """How many turns are to be played, where a number says so."""
    if not rest:
        return None
    if not rest.isdecimal() or not 1 <= int(rest[:9]) <= MOST_TURNS:
        raise KnownError(
            _(
                "/watch {rest}: expected a number of turns, 1 to {most}",
                rest=shown(rest),
                most=MOST_TURNS,
            )
        )
    return int(rest)


def _adapter(table: "Table", rest: str) -> happened.AdapterAsked:
    """A role, which may have spaces in its name, and behind it an adapter's name, or `none`."""
    if not rest:
        return happened.AdapterAsked()
    names = [n for role in table.play.scene.cast for n in (role.name, *role.aliases)]
    name = next((n for n in sorted(names, key=len, reverse=True) if rest.startswith(n)), "")
    role = table.play.scene.role(name or rest.split()[0]).name
    adapter = rest.removeprefix(name).strip()
    return happened.AdapterAsked(role, None if adapter in ("", "none", "无", "無") else adapter)


def _retry(table: "Table") -> None:
    """Draw once more what failed here; where nothing did, open the model once more."""
    if table.can_retry:
        table.retry()
    else:
        table.ask_front_end(happened.ModelAsked(retry=True))


def _pick(table: "Table", rest: str) -> None:
    number, text = _numbered("pick", rest)
    table.pick(number, text or None)


def _edit(table: "Table", rest: str) -> None:
    number, text = _numbered("edit", rest)
    table.edit(number, text)


def _go(table: "Table", rest: str) -> None:
    table.go(_numbered("go", rest)[0])


def _look(table: "Table", rest: str) -> None:
    table.look_at(_numbered("look", rest)[0] if rest else None)


def _continue(table: "Table", rest: str) -> None:
    """Continue a candidate on the table, by its number; with a #, or without any there, a turn."""
    is_turn = rest.startswith("#") or table.hand is None
    number = _number_or_none("continue", rest.removeprefix("#"))
    if is_turn:
        table.extend(number)
    else:
        table.extend(candidate=number or table.cut_short)


def _mark(table: "Table", rest: str) -> None:
    match = _NUMBER.fullmatch(rest)
    number, name = (int(match[1]), match[2]) if match else (table.last_turn, rest)
    table.mark(number, name or None)


def _number_or_none(name: str, rest: str) -> int | None:
    return _numbered(name, rest)[0] if rest else None


def _numbered(name: str, rest: str) -> tuple[int, str]:
    """The number that a command begins with, and what follows it."""
    match = _NUMBER.fullmatch(rest)
    if match is None:
        raise COMMANDS[name].miswritten()
    return int(match[1]), match[2] or ""
