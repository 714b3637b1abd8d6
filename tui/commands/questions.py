"""`paotuan corpus questions`: questions to a role from templates, answered by a teacher."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from base.messages import _, _n
from tui.commands import teaching, teaching_estimate, teaching_options
from tui.commands.group import one_of
from tui.commands.options import Json
from tui.commands.writing import not_over, write_lines
from tui.failures import FAILED, BadInput, given
from tui.output import as_json, json_text, word

if TYPE_CHECKING:
    from scenes.data.teacher.questions import AnsweredQuestion, QuestionRun

FORMS = ("log", "instruct")
MOST_QUESTIONS = 50_000


def questions(
    role: Annotated[str, typer.Argument(metavar="ROLE", help="Who answers.")],
    output: teaching_options.Out,
    teacher: teaching_options.Teachers = None,
    templates: Annotated[
        Path | None,
        typer.Option("--templates", metavar="FILE", help="YAML, or CamelBell's seed tasks."),
    ] = None,
    slots: Annotated[
        Path | None, typer.Option("--slots", metavar="FILE", help="Values of slots, in YAML.")
    ] = None,
    n: Annotated[int, typer.Option("-n", min=1, max=MOST_QUESTIONS, help="Most questions.")] = 100,
    seed: Annotated[
        int,
        typer.Option(
            "--seed",
            min=0,
            max=2**32 - 1,
            help="Random seed: the same one chooses the same questions.",
        ),
    ] = 1,
    to: Annotated[
        str, typer.Option("--to", metavar="|".join(FORMS), help="A log, or instructions as JSON.")
    ] = "log",
    jobs: teaching_options.Jobs = 1,
    journal: teaching_options.Journal = None,
    wait: teaching_options.Wait = 900.0,
    timeout: teaching_options.Timeout = 300.0,
    price: teaching_options.Price = None,
    estimate: teaching_options.Estimate = False,
    as_data: Json = False,
) -> None:
    """Ask a role questions made of templates with slots, and have a teacher answer in role."""
    from scenes.data.teacher.questions import expected, make

    one_of(to, FORMS, "form")
    asking = teaching_options.TeacherOptions(
        teacher or [], output, journal, jobs, wait, timeout, price
    )
    inputs = [asking.path, *(file for file in (templates, slots) if file is not None)]
    not_over(output, inputs)
    run = _run(role, templates, slots, n, seed)
    if estimate:
        tasks, sure = expected(run, None)
        teaching_estimate.print_estimate(asking, tasks, as_data, sure)
        return
    with teaching.opened(asking, "questions") as (model, cache):
        tasks, sure = expected(run, cache)
        left = teaching_estimate.tell_estimate(asking, tasks, cache, sure)
        with teaching.progress_of(asking, left, model) as progress:
            answered = make(run, model, cache, jobs, progress)
    _write(role, answered, to, output, inputs, as_data)
    if progress.failed:
        raise typer.Exit(FAILED)


def _run(role: str, templates: Path | None, slots: Path | None, n: int, seed: int) -> "QuestionRun":
    from base.names import name_problem
    from scenes.data.teacher.questions import BUNDLED, QuestionRun
    from scenes.data.teacher.templates import read_templates

    if problem := name_problem(role):
        raise BadInput(_("ROLE: {problem}", problem=problem))
    with given():
        filled = read_templates(templates or BUNDLED)
        if slots is not None:
            filled.slots.update(read_templates(slots).slots)
    return QuestionRun(role, filled, n, seed)


def _write(
    role: str,
    answered: "list[AnsweredQuestion]",
    to: str,
    output: Path,
    inputs: list[Path],
    as_data: bool,
) -> None:
    from scenes.data.teacher.questions import counts, entries, instructions

    if to == "log":
        write_lines((entry.line + "\n" for entry in entries(role, answered)), output, inputs)
    else:
        write_lines((json_text(one) + "\n" for one in instructions(role, answered)), output, inputs)
    figures = counts(answered)
    if as_data:
        as_json(figures)
    else:
        word(
            _n(
                "{output}: {answered} of {n} question answered",
                "{output}: {answered} of {n} questions answered",
                figures["questions"],
                output=output,
                answered=figures["answered"],
            )
        )
