"""What can be done at a table by a word: one list for every front end, its help, its completion.

Which typed lines are commands, and how they may be written, `scenes.table.typed` knows.
"""

import re
from typing import TYPE_CHECKING

from base.messages import N_
from scenes.table.command import Command

if TYPE_CHECKING:
    from scenes.table.controller import Table

_NUMBER = re.compile(r"(\d{1,9})(?:\s+(.*))?", re.DOTALL)


SPEAKING = (
    Command(
        "next",
        N_("/next NAME"),
        N_("let this role speak next"),
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

KEEPING: tuple[Command, ...] = ()
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
    for group in (SPEAKING, CANDIDATES, TURNS, KEEPING, PROGRAM)
    for command in group
}


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


def _numbered(name: str, rest: str) -> tuple[int, str]:
    """The number that a command begins with, and what follows it."""
    match = _NUMBER.fullmatch(rest)
    if match is None:
        raise COMMANDS[name].miswritten()
    return int(match[1]), match[2] or ""
