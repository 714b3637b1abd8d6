"""`paotuan corpus questions`: questions to a role from templates, answered by a teacher."""

from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from base.filenames import file_name
from base.messages import N_, _n
from tui.commands import questions_options as options
from tui.commands import teaching, teaching_estimate, teaching_options
from tui.commands.group import one_of
from tui.commands.options import Json
from tui.commands.questions_run import run_of
from tui.commands.writing import not_over, write_lines
from tui.failures import FAILED, given
from tui.many.command import Many, ManyInput, Ray, run_many
from tui.output import as_json, json_text

if TYPE_CHECKING:
    from scenes.data.teacher.question_tasks import QuestionRun
    from scenes.data.teacher.questions import AnsweredQuestion, Asking

SUFFIXES = {"log": ".log.txt", "instruct": ".jsonl", "templates": ".yaml"}
COUNTED = {
    "answered": N_("answered"),
    "templates": N_("templates"),
    "questions": N_("questions"),
    "tokens_in": N_("tokens in"),
    "tokens_out": N_("tokens out"),
    "cost": N_("cost"),
}
"""What is summed over many roles, for a person."""
FIXED_SLOTS = ("role", "world", "world_name")
"""Slots whose value is said on the command line."""


def questions(
    context: typer.Context,
    roles: options.RoleNames,
    output: teaching_options.Out,
    teacher: teaching_options.Teachers = None,
    templates: options.TemplatesFile = None,
    slots: options.Slots = None,
    world: options.World = None,
    character: options.CharacterName = None,
    knowledge: options.KnowledgeFiles = None,
    language: options.Language = None,
    grow: options.Grow = 0,
    no_rewording: options.NoRewording = False,
    n: options.N = 100,
    seed: options.Seed = 1,
    to: options.To = "log",
    jobs: teaching_options.Jobs = 1,
    journal: teaching_options.Journal = None,
    wait: teaching_options.Wait = 900.0,
    timeout: teaching_options.Timeout = 300.0,
    price: teaching_options.Price = None,
    estimate: teaching_options.Estimate = False,
    ray: Ray = None,
    as_data: Json = False,
) -> None:
    """Ask a role questions made of templates with slots, and have a teacher answer in role."""
    from scenes.data.teacher.questions import Asking, completed, expected, make

    one_of(to, options.FORMS, "form")
    alone = ("journal", "character")
    many = Many(context, [*map(_input, roles)], output, ray, SUFFIXES[to], COUNTED, alone)
    if many.wanted:
        run_many(many, as_data, estimate)
        return
    (role,) = roles
    asking = teaching_options.TeacherOptions(
        teacher or [], output, journal, jobs, wait, timeout, price
    )
    files = tuple(knowledge or ())
    told = options.QuestionOptions(
        role, templates, slots, world, character, files, language, grow, not no_rewording, n, seed
    )
    inputs = [asking.path, *told.files]
    not_over(output, inputs)
    run = run_of(told)
    answers = to != "templates"
    if estimate:
        with given():
            tasks, sure = expected(run, None, answers)
        teaching_estimate.print_estimate(asking, tasks, as_data, sure)
        return
    with teaching.opened(asking, "questions") as (model, cache):
        with given():
            tasks, sure = expected(run, cache, answers)
        left = teaching_estimate.tell_estimate(asking, tasks, cache, sure)
        with teaching.progress_of(asking, left, model) as progress:
            ask = Asking(model, cache, jobs, progress)
            whole, values = completed(run, ask)
            if answers:
                if grow:
                    _tell_growth(run, whole, asking, ask, progress)
                _write_answers(whole, make(whole, values, ask), to, output, inputs, as_data)
            else:
                _write_templates(run, whole, values, output, inputs, as_data)
    if progress.failed:
        raise typer.Exit(FAILED)


def _input(role: str) -> ManyInput:
    """A role, whose character in the library counts where it has one there."""
    from base.folders import CARDS, SUFFIXES, find, folders

    file = find(role, folders("characters"), SUFFIXES + CARDS)
    return ManyInput(role, file_name(role, "role"), file)


def _tell_growth(
    run: "QuestionRun",
    whole: "QuestionRun",
    asking: teaching_options.TeacherOptions,
    ask: "Asking",
    progress: teaching.TeachingProgress,
) -> None:
    """Say how many templates were grown, and what is now left to be asked."""
    from scenes.data.teacher.questions import expected

    _tell_grown(run, whole)
    tasks, __ = expected(replace(whole, grow=0), ask.cache)
    left = teaching_estimate.tell_estimate(asking, tasks, ask.cache)
    progress.expected = progress.done + left


def _tell_grown(run: "QuestionRun", whole: "QuestionRun") -> None:
    new = len(whole.given.templates) - len(run.given.templates)
    teaching.tell(
        _n("{n} new template", "{n} new templates", new)
        if new == run.grow
        else _n(
            "{n} new template of the {wanted} wanted: the teacher repeats itself",
            "{n} new templates of the {wanted} wanted: the teacher repeats itself",
            new,
            wanted=run.grow,
        )
    )


def _write_answers(
    run: "QuestionRun",
    answered: "Iterator[AnsweredQuestion]",
    to: str,
    output: Path,
    inputs: list[Path],
    as_data: bool,
) -> None:
    """Write the answers as they come; the file appears when it is whole."""
    from scenes.data.teacher.questions import QuestionCounts, entries, instructions

    counts = QuestionCounts()
    counted = counts.counted(answered)
    if to == "log":
        lines = (entry.line + "\n" for entry in entries(run, counted))
    else:
        lines = (json_text(one) + "\n" for one in instructions(run, counted))
    write_lines(lines, output, inputs)
    if as_data:
        as_json(asdict(counts))
        return
    teaching.tell(
        _n(
            "{output}: {answered} of {n} question answered",
            "{output}: {answered} of {n} questions answered",
            counts.questions,
            output=output,
            answered=counts.answered,
        )
    )
    if run.knowledge:
        teaching.tell(
            _n(
                "to {n} of them the knowledge holds no answer, and the role says so",
                "to {n} of them the knowledge holds no answer, and the role says so",
                counts.unknown,
            )
        )
    if counts.questions < run.n:
        teaching.tell(
            _n(
                "the templates make {n} question, not {wanted}; --grow N adds templates",
                "the templates make {n} questions, not {wanted}; --grow N adds templates",
                counts.questions,
                wanted=run.n,
            )
        )


def _write_templates(
    run: "QuestionRun",
    whole: "QuestionRun",
    values: dict[str, list[str]],
    output: Path,
    inputs: list[Path],
    as_data: bool,
) -> None:
    """Write the templates with the values of their slots, or as seed tasks."""
    from scenes.data.teacher.templates import seed_tasks_of, yaml_of

    if output.suffix == ".jsonl":
        write_lines((json_text(one) + "\n" for one in seed_tasks_of(whole.given)), output, inputs)
    else:
        own = {name: some for name, some in values.items() if name not in FIXED_SLOTS}
        write_lines([yaml_of(whole.given, own)], output, inputs)
    new = len(whole.given.templates) - len(run.given.templates)
    if as_data:
        as_json({"templates": len(whole.given.templates), "new": new})
        return
    if run.grow:
        _tell_grown(run, whole)
    teaching.tell(
        _n(
            "{output}: {n} template; look through it, then --templates {output}",
            "{output}: {n} templates; look through them, then --templates {output}",
            len(whole.given.templates),
            output=output,
        )
    )
