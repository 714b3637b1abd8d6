"""What can be typed at the table line by line: forms first, then the commands by what they do."""

from rich.cells import cell_len

from base.messages import N_, _
from scenes.table.command_words import grouped_help
from tui.output import word

COLUMNS = 80
FORMS = (
    (N_("text"), N_("say it")),
    (N_("\\me text"), N_("do it: an action; /me is the same")),
    (N_("【text】"), N_("narrate; （text） is a thought")),
    (N_("NAME：text"), N_("let another role speak")),
    (N_("@NAME text"), N_("whisper: they alone hear it; @ONE@TWO for several")),
    (N_("text \\emoji LABEL"), N_("say it with an emotion")),
    (N_("~ text"), N_("tell the director what happens in the next line drawn; ~ takes it back")),
    (N_("//text"), N_("say a line as it stands that looks like another thing")),
    (N_("an empty line"), N_("the next one speaks; on your own turn, you pass")),
)
"""What is no command of the table but a form of what is said, and what it does."""
OF_A_HAND = (
    (N_("1, 2, …"), N_("take that candidate")),
    (N_("e 2 TEXT"), N_("take candidate 2 as edited; on a terminal, e 2 puts it where you type")),
    (N_("r, m"), N_("draw all candidates again; draw more of them")),
    (N_("an empty line"), N_("show them again")),
)
"""What numbers and letters do while candidates lie on the table."""


def print_help(sought: str = "") -> None:
    """Tell the forms and the commands, a line each; only those that hold `sought`."""
    groups = [
        (_("What you say"), [(_(form), _(help)) for form, help in FORMS]),
        (_("While there are candidates"), [(_(form), _(help)) for form, help in OF_A_HAND]),
        *grouped_help(),
    ]
    found = [
        (head, kept)
        for head, rows in groups
        if (kept := [row for row in rows if sought.casefold() in " ".join(row).casefold()])
    ]
    if not found:
        word(_("nothing in the help says {sought}; /help shows all of it", sought=sought))
        return
    width = max(cell_len(form) for __, rows in found for form, __ in rows)
    for head, rows in found:
        word(f"— {head}")
        for form, help in rows:
            print_row(form, help, width)


def print_row(form: str, help: str, width: int) -> None:
    """A form and what it does beside it, or below it where both are too long for a line."""
    row = f"  {form}{' ' * (width - cell_len(form))}  {help}"
    if cell_len(row) < COLUMNS:
        word(row)
    else:
        word(f"  {form}")
        word(f"      {help}")
