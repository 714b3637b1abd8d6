"""What can be typed with a `/` at a table: one list for every front end, its help, its completion.

A line that begins with `/` is done or refused, and never said; `//` says one.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from base.errors import KnownError
from base.messages import N_, _
from base.names import nearest
from base.text import shown
from scenes.table import controller_events as happened

if TYPE_CHECKING:
    from scenes.table.controller import Table

MOST_TURNS = 200
"""Turns that are played without a person before they are asked for again."""
_NUMBER = re.compile(r"(\d{1,9})(?:\s+(.*))?", re.DOTALL)


@dataclass(frozen=True)
class Command:
    """One command: what it does with the text behind it, how it is written, what its help says."""

    name: str
    form: str
    help: str
    do: "Callable[[Table, str], object]"
    aliases: tuple[str, ...] = ()
    """What else it may be called, in Chinese first."""


SPEAKING = (
    Command(
        "next",
        N_("/next NAME"),
        N_("let this role speak next; /next me has the model propose your line"),
        lambda t, x: t.let_speak(x),
        ("下一个",),
    ),
    Command(
        "pass", N_("/pass"), N_("let somebody else speak"), lambda t, x: t.pass_turn(), ("过",)
    ),
    Command(
        "as",
        N_("/as NAME"),
        N_("draw for anybody: your role, a narrator, a newcomer (NAME: WHO THEY ARE)"),
        lambda t, x: t.speak_as(x),
        ("扮",),
    ),
    Command(
        "mute",
        N_("/mute NAME"),
        N_("no rule lets them speak; /next still does"),
        lambda t, x: t.mute(x),
        ("静音",),
    ),
    Command(
        "unmute",
        N_("/unmute NAME"),
        N_("rules let them speak again"),
        lambda t, x: t.mute(x, False),
        ("取消静音",),
    ),
    Command(
        "leave",
        N_("/leave NAME"),
        N_("they leave the scene, on this branch"),
        lambda t, x: t.leave_table(x),
        ("离席",),
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
        ("轮次",),
    ),
    Command(
        "why",
        N_("/why"),
        N_("tell why the next one is next"),
        lambda t, x: t.tell_why(),
        ("为什么",),
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
        "retry",
        N_("/retry"),
        N_("try again to reach the model"),
        lambda t, x: t.ask_front_end(happened.ModelAsked(retry=True)),
        ("重试",),
    ),
    Command(
        "adapter",
        N_("/adapter [ROLE] [NAME]"),
        N_("draw a role's lines with an adapter; none takes it off"),
        lambda t, x: t.ask_front_end(_adapter(t, x)),
        ("适配器",),
    ),
)
"""Who speaks."""

CANDIDATES = (
    Command(
        "pick",
        N_("/pick N [TEXT]"),
        N_("take candidate N, or TEXT in its place"),
        lambda t, x: _pick(t, x),
    ),
    Command("redraw", N_("/redraw"), N_("draw all candidates again"), lambda t, x: t.redraw()),
    Command("more", N_("/more"), N_("draw more candidates"), lambda t, x: t.more()),
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
        N_("ask the model again after it failed"),
        lambda t, x: t.retry(),
        ("重试", "重試"),
    ),
)
"""What lies on the table."""

TURNS = (
    Command("undo", N_("/undo"), N_("go back a turn"), lambda t, x: t.undo()),
    Command("redo", N_("/redo"), N_("go forward a turn"), lambda t, x: t.redo()),
    Command("edit", N_("/edit N TEXT"), N_("say turn N differently"), lambda t, x: _edit(t, x)),
    Command(
        "go",
        N_("/go N"),
        N_("stand at turn N; what is said there begins a branch"),
        lambda t, x: _go(t, x),
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
        "log", N_("/log"), N_("show the turns with their numbers"), lambda t, x: t.ask_for("log")
    ),
    Command(
        "branches", N_("/branches"), N_("show all branches"), lambda t, x: t.ask_for("branches")
    ),
)
"""What has been said."""

KEEPING = (
    Command(
        "find",
        N_("/find WORDS"),
        N_("find a line, here and on other branches"),
        lambda t, x: t.ask_for("find", x),
        ("找", "搜", "search"),
    ),
    Command(
        "marks",
        N_("/marks"),
        N_("list the bookmarks"),
        lambda t, x: t.ask_for("marks", x),
        ("书签", "bookmarks"),
    ),
    Command(
        "copy",
        N_("/copy [N]"),
        N_("copy candidate N, or the last line; /copy log the whole log"),
        lambda t, x: t.ask_for("copy", x),
        ("复制",),
    ),
    Command(
        "export",
        N_("/export FORMAT [PATH]"),
        N_("write the session to read, to replay, or to train on"),
        lambda t, x: t.ask_for("export", x),
        ("导出",),
    ),
)
"""Finding, marking, copying and exporting."""

PROGRAM = (
    Command("help", N_("/help"), N_("show what can be typed"), lambda t, x: t.ask_for("help")),
    Command("quit", N_("/quit"), N_("leave; nothing is lost"), lambda t, x: t.ask_for("quit")),
)
"""The program itself."""

COMMANDS = {
    command.name: command
    for group in (SPEAKING, CANDIDATES, TURNS, KEEPING, PROGRAM)
    for command in group
}


def is_command(text: str) -> bool:
    """Whether a text is to be done instead of said."""
    return text.startswith("/") and not text.startswith("//")


def said_text(text: str) -> str:
    """A text without what marks lines that begin with `/` as said.

    Raises `KnownError` for a command among several lines.
    """
    lines = text.splitlines()
    for line in lines:
        if is_command(line.strip()):
            raise KnownError(
                _(
                    "{line} looks like a command, and stands among other lines; write // to say "
                    "it, or send it alone",
                    line=shown(line.strip()),
                )
            )
    return "\n".join(
        line.replace("//", "/", 1) if line.lstrip().startswith("//") else line for line in lines
    )


def run_command(table: "Table", text: str) -> None:
    """Do what a command says. Raises `KnownError`, with the nearest name for an unknown one."""
    name, __, rest = text[1:].replace("\n", " ", 1).partition(" ")
    command = COMMANDS.get(name.casefold())
    if command is None:
        raise KnownError(
            _(
                "there is no command {name}{hint}; /help lists them, and // says a line that "
                "begins with /",
                name=f"/{shown(name)}",
                hint=nearest(f"/{name}", [f"/{known}" for known in COMMANDS]),
            )
        )
    command.do(table, rest.strip())


def command_help() -> Sequence[tuple[str, str]]:
    """Every command, how it is written and what it does, in the person's language."""
    return [(_(command.form), _(command.help)) for command in COMMANDS.values()]


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


def _pick(table: "Table", rest: str) -> None:
    number, text = _numbered("pick", rest)
    table.pick(number, text or None)


def _edit(table: "Table", rest: str) -> None:
    number, text = _numbered("edit", rest)
    table.edit(number, text)


def _go(table: "Table", rest: str) -> None:
    table.go(_numbered("go", rest)[0])


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
        raise KnownError(_("this command is written {form}", form=_(COMMANDS[name].form)))
    return int(match[1]), match[2] or ""
