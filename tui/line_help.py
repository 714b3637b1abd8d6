"""What can be typed at the table line by line, on one page."""

from rich.cells import cell_len

from base.messages import N_, _
from scenes.table.commands import command_help
from tui.output import word

FORMS = (
    (
        N_("text"),
        N_(
            "say it; \\me acts, 【…】 narrates, （…） thinks, \\emoji feels; "
            "名字： speaks for another role"
        ),
    ),
    (N_("//text"), N_("say a line that begins with /")),
    (
        N_("an empty line"),
        N_("the next one speaks; on your own turn, you pass; with candidates, list them again"),
    ),
    (N_("1, 2, …"), N_("take that candidate")),
    (
        N_("e 2 TEXT"),
        N_("take candidate 2 as edited; on a terminal, e 2 alone puts it where you type"),
    ),
    (N_("r, m"), N_("draw all candidates again; draw more of them")),
)
"""What is no command of the table but a form of the line mode, and what it does."""


def print_help() -> None:
    """Tell the forms and the commands, a line each."""
    rows = [(_(form), _(help)) for form, help in FORMS]
    rows += command_help()
    width = max(cell_len(form) for form, __ in rows)
    for form, help in rows:
        word(f"{form}{' ' * (width - cell_len(form))}  {help}")
