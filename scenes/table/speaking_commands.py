"""The commands about who speaks, and what draws their lines."""

from typing import TYPE_CHECKING

from base.errors import KnownError
from base.messages import N_, _
from base.text import shown
from scenes.scene import BASE_ALONE
from scenes.table import controller_events as happened
from scenes.table.command import Command

if TYPE_CHECKING:
    from scenes.table.controller import Table

MOST_TURNS = 200
"""Turns that are played without a person before they are asked for again."""

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


NOBODYS = (BASE_ALONE, "无", "無")
"""What a person may write for the base alone."""


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
    return happened.AdapterAsked(role, BASE_ALONE if adapter in NOBODYS else adapter or None)
