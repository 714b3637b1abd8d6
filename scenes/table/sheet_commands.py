"""The commands about character sheets."""

from base.messages import N_
from scenes.table.command import Command

SHEETS = (
    Command(
        "set",
        N_("/set NAME.HP -3"),
        N_("change a value: -3, +2, 8, +torch, -torch; without NAME, your own"),
        lambda t, x: t.set_value(x),
        ("设", "設", "设置", "設置"),
    ),
    Command(
        "st",
        N_("/st [VALUES]"),
        N_("fill in a sheet, STR50 Spot60 hp-3; show WORD, del WORD, clr"),
        lambda t, x: t.fill_in(x),
        ("录卡", "錄卡"),
    ),
    Command(
        "sheet",
        N_("/sheet [NAME]"),
        N_("show the sheets at this place of the branch"),
        lambda t, x: t.show_sheets(x),
        ("卡", "角色卡", "人物卡"),
    ),
)
"""Character sheets."""

CLEARS = Command("st clr", "/st clr NAME", "", lambda t, x: t.clear_sheet(x))
"""What `.st clr` does once it was asked about."""
