"""The commands that steer what is drawn, and show what the model reads."""

from base.messages import N_
from scenes.table.command import Command

STEERING = (
    Command(
        "direct",
        N_("/direct [TEXT]"),
        N_("have this happen in the next line drawn, as ~ TEXT does; alone, take it back"),
        lambda t, x: t.direct(x),
        ("导", "導", "导演", "導演"),
    ),
    Command(
        "note",
        N_("/note [DEPTH] [TEXT]"),
        N_("remind the model DEPTH lines before the end; off ends it"),
        lambda t, x: t.set_note(x),
        ("注", "作者注"),
    ),
    Command(
        "sampling",
        N_("/sampling [PRESET] [SETTING VALUE]"),
        N_("how lines are drawn: faithful, lively, wild, or a value"),
        lambda t, x: t.sample(x),
        ("取样", "取樣"),
    ),
    Command(
        "ban",
        N_("/ban [PHRASE]"),
        N_("let no candidate hold this phrase; alone, tell them all"),
        lambda t, x: t.ban(x),
        ("禁", "禁词", "禁詞"),
    ),
    Command(
        "unban",
        N_("/unban PHRASE"),
        N_("let candidates hold it again"),
        lambda t, x: t.unban(x),
        ("解禁",),
    ),
    Command(
        "lore",
        N_("/lore [FILE] [#ENTRY] [on|off]"),
        N_("list the knowledge; switch a file, or an entry of it, on or off"),
        lambda t, x: t.switch_lore(x),
        ("设定", "設定"),
    ),
    Command(
        "prompt",
        N_("/prompt [NAME]"),
        N_("show what the model reads for a role, part by part"),
        lambda t, x: t.ask_for("prompt", x),
        ("提示词", "提示詞"),
    ),
)
