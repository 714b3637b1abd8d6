"""The commands about what is remembered: `/summary`, `/remember` and `/forget`."""

import re
from typing import TYPE_CHECKING

from base.messages import N_
from scenes.table.command import NUMBER_BEFORE, Command, MiswrittenError

if TYPE_CHECKING:
    from scenes.table.controller import Table

_RANGE = re.compile(r"#?(\d{1,9})\s*[-–~～至到]\s*#?(\d{1,9})\s+(.+)", re.DOTALL)
EDIT, REDO, OFF, ON, WRITE, LIST = (
    frozenset({"edit", "改", "修改"}),
    frozenset({"redo", "重写", "重寫", "重做"}),
    frozenset({"off", "关", "關", "关闭", "關閉", "停"}),
    frozenset({"on", "开", "開", "打开", "打開"}),
    frozenset({"write", "写", "寫", "总结", "總結"}),
    frozenset({"list", "列出", "列表", "看"}),
)
"""What may follow `/summary`, in English and in Chinese."""


def summary(table: "Table", rest: str) -> None:
    """What `/summary` says: nothing lists, a word does, and any other text is a summary."""
    word, __, behind = rest.partition(" ")
    number = NUMBER_BEFORE.fullmatch(behind.strip())
    word = word.casefold()
    if not rest or (word in LIST and not behind):
        table.ask_for("memory")
    elif word in EDIT and number and number[2]:
        table.edit_summary(int(number[1]), number[2])
    elif word in REDO and number and not number[2]:
        table.redo_summary(int(number[1]))
    elif word in (OFF | ON) and (not behind or (number and not number[2])):
        table.use_summary(int(number[1]) if number else None, word in ON)
    elif word in WRITE and not behind:
        table.write_summary()
    elif word in (EDIT | REDO | OFF | ON) and (not behind or number):
        raise MiswrittenError
    elif match := _RANGE.fullmatch(rest):
        table.sum_up(match[3], int(match[1]), int(match[2]))
    else:
        table.sum_up(rest)


def remember(table: "Table", rest: str) -> None:
    """What `/remember` says: nothing lists, `edit N TEXT` changes, any other text is a fact."""
    word, __, behind = rest.partition(" ")
    number = NUMBER_BEFORE.fullmatch(behind.strip())
    if not rest or (word.casefold() in LIST and not behind):
        table.ask_for("memory")
    elif word.casefold() in EDIT and number and number[2]:
        table.edit_fact(int(number[1]), number[2])
    else:
        table.remember(rest)


def forget(table: "Table", rest: str) -> None:
    if not rest:
        raise MiswrittenError
    table.forget(rest)


MEMORY = (
    Command(
        "summary",
        N_("/summary [TEXT]"),
        N_("what happened before the reading: TEXT, or edit N, redo N, off N, on N, write"),
        summary,
        ("前情", "前情提要", "提要", "recap"),
    ),
    Command(
        "remember",
        N_("/remember [@NAME] [TEXT]"),
        N_("pin a fact that comes back when its words do; @NAME: only they know it"),
        remember,
        ("记", "記", "记住", "記住"),
    ),
    Command(
        "forget",
        N_("/forget N"),
        N_("a pinned fact is none any more"),
        forget,
        ("忘", "忘记", "忘記"),
    ),
)
"""What is remembered."""
