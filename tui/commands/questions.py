"""`paotuan corpus questions`: questions to a role from templates, answered by a teacher."""

from pathlib import Path
from typing import Annotated

import typer

from tui.commands import teaching
from tui.commands.group import one_of
from tui.commands.writing import not_over, write_lines
from tui.failures import FAILED, BadInput, given
from tui.output import json_text, word

FORMS = ("log", "instruct")


def questions(
    role: Annotated[str, typer.Argument(metavar="ROLE", help="Who answers.")],
    output: teaching.Out,
    teacher: teaching.TeacherName = None,
    templates: Annotated[
        Path | None,
        typer.Option("--templates", metavar="FILE", help="YAML, or CamelBell's seed tasks."),
    ] = None,
    slots: Annotated[
        Path | None, typer.Option("--slots", metavar="FILE", help="Values of slots, in YAML.")
    ] = None,
    n: Annotated[int, typer.Option("-n", min=1, help="Most questions.")] = 100,
    seed: Annotated[int, typer.Option("--seed", help="Makes the choice repeatable.")] = 1,
    to: Annotated[str, typer.Option("--to", metavar="|".join(FORMS))] = "log",
    jobs: teaching.Jobs = 1,
    journal: teaching.Journal = None,
    wait: teaching.Wait = 900.0,
    price: teaching.Price = None,
) -> None:
    """Ask a role questions made of templates with slots, and have a teacher answer in role."""
    from characters.names import name_problem
    from scenes.corpora.questions import BUNDLED, entries, make, read_templates

    one_of(to, FORMS, "form")
    if problem := name_problem(role):
        raise BadInput(f"ROLE: {problem}")
    not_over(output, [file for file in (templates, slots) if file is not None])
    with given():
        found = read_templates(templates or BUNDLED)
        if slots is not None:
            found.slots.update(read_templates(slots).slots)
    asking = teaching.Asking(teacher, output, journal, jobs, wait, price)
    with teaching.asked(asking, "questions") as (open_teacher, ledger):
        progress = teaching.Progress(asking, n)
        try:
            asked = make(role, found, n, seed, open_teacher, ledger, jobs, progress)
        finally:
            progress.end()
    if to == "log":
        write_lines((entry.line + "\n" for entry in entries(role, asked)), output)
    else:
        who = f"以{role}的身份回答。"
        rows = ({"instruction": who, "input": one.question, "output": one.answer}
                for one in asked if one.answer is not None)  # fmt: skip
        write_lines((json_text(row) + "\n" for row in rows), output)
    word(f"{output}: {sum(one.answer is not None for one in asked)} of {len(asked)} answered")
    if progress.failed:
        raise typer.Exit(FAILED)
