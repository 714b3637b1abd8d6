"""What can be done at a table by a word: one list for every front end, its help, its completion.

Which typed lines are commands, and how they may be written, `scenes.table.typed` knows.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from base.errors import KnownError
from base.messages import N_, _

if TYPE_CHECKING:
    from scenes.table.controller import Table

_NUMBER = re.compile(r"(\d{1,9})(?:\s+(.*))?", re.DOTALL)


@dataclass(frozen=True)
class Command:
    """One command: what it does with the text behind it, how it is written, what its help says."""

    name: str
    form: str
    """How it is written; its Chinese sentence names it by an alias: `/撤销`."""
    help: str
    do: "Callable[[Table, str], object]"
    aliases: tuple[str, ...] = ()
    """What else it may be called, in Chinese first."""

    @property
    def takes_text(self) -> bool:
        """Whether anything may follow its name."""
        return " " in self.form

    def run(self, table: "Table", rest: str) -> None:
        """Do it. Raises `KnownError`, also for a text behind a command that takes none."""
        if rest and not self.takes_text:
            raise self.miswritten()
        self.do(table, rest)

    def miswritten(self) -> KnownError:
        """What is wrong where it is not written as it should be."""
        return KnownError(_("this command is written {form}", form=_(self.form)))


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
        "help",
        N_("/help"),
        N_("show what can be typed"),
        lambda t, x: t.ask_for("help"),
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


WORDS = {
    word: command for command in COMMANDS.values() for word in (command.name, *command.aliases)
}
"""Every name and alias."""


def known_command(word: str) -> Command | None:
    """The command of that name or alias, in letters of either case."""
    return WORDS.get(word.casefold())


def takes_name(word: str) -> bool:
    """Whether the name of a role follows this command."""
    command = known_command(word)
    return command is not None and "NAME" in command.form


def command_words() -> list[str]:
    """What commands are called, those words first that the person's language has for them."""
    own = [_(command.form).split()[0].removeprefix("/") for command in COMMANDS.values()]
    return list(dict.fromkeys([*own, *COMMANDS]))


def command_help() -> Sequence[tuple[str, str]]:
    """Every command, how it is written and what it does, in the person's language."""
    return [(form_of(command), _(command.help)) for command in COMMANDS.values()]


def form_of(command: Command) -> str:
    """How a command is written, its English name beside where the language has another."""
    form, name = _(command.form), f"/{command.name}"
    return form if form.split()[0] == name else f"{form} · {name}"


def _pick(table: "Table", rest: str) -> None:
    number, text = _numbered("pick", rest)
    table.pick(number, text or None)


def _edit(table: "Table", rest: str) -> None:
    number, text = _numbered("edit", rest)
    table.edit(number, text)


def _go(table: "Table", rest: str) -> None:
    table.go(_numbered("go", rest)[0])


def _numbered(name: str, rest: str) -> tuple[int, str]:
    """The number that a command begins with, and what follows it."""
    match = _NUMBER.fullmatch(rest)
    if match is None:
        raise COMMANDS[name].miswritten()
    return int(match[1]), match[2] or ""
