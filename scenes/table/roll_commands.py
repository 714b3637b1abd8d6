"""The commands of dice."""

from base.messages import N_
from scenes.table.command import Command

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
