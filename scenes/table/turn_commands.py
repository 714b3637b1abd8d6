"""The commands about what has been said."""

from typing import TYPE_CHECKING

from base.messages import N_
from scenes.table.command import NUMBER_BEFORE, Command, number_before

if TYPE_CHECKING:
    from scenes.table.controller import Table

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
        lambda t, x: t.delete(number_before(x)[0]),
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


def _edit(table: "Table", rest: str) -> None:
    number, text = number_before(rest)
    table.edit(number, text)


def _go(table: "Table", rest: str) -> None:
    table.go(number_before(rest)[0])


def _mark(table: "Table", rest: str) -> None:
    match = NUMBER_BEFORE.fullmatch(rest)
    number, name = (int(match[1]), match[2]) if match else (table.last_turn, rest)
    table.mark(number, name or None)
