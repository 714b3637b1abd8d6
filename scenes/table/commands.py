"""What can be done at a table by a word: one list for every front end, its help, its completion.

Which typed lines are commands, and how they may be written, `scenes.table.typed` knows.
"""

from base.messages import N_
from scenes.table.candidate_commands import CANDIDATES
from scenes.table.command import Command
from scenes.table.memory_commands import MEMORY
from scenes.table.roll_commands import ROLLING
from scenes.table.sheet_commands import SHEETS
from scenes.table.speaking_commands import SPEAKING
from scenes.table.steering_commands import STEERING
from scenes.table.turn_commands import TURNS

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
