"""`paotuan corpus interview`: the people of a novel interviewed by a teacher."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from base.messages import N_, _, _n, series
from tui.commands import teaching, teaching_estimate, teaching_options
from tui.commands.group import one_of
from tui.commands.option_fields import call_and_options_of
from tui.commands.options import Json
from tui.commands.writing import not_over, write_lines
from tui.failures import FAILED, BadInput, given
from tui.many.command import Many, ManyInput, Ray, run_many
from tui.output import as_json, json_text, word

if TYPE_CHECKING:
    from scenes.data.teacher.interview import HeldInterviews

FORMS = ("log", "instruct")
COUNTED = {
    "interviews": N_("interviews"),
    "questions": N_("questions"),
    "tokens_in": N_("tokens in"),
    "tokens_out": N_("tokens out"),
    "cost": N_("cost"),
}
"""What is summed over many novels, for a person."""


@dataclass(frozen=True)
class InterviewOptions:
    """Which novels are read, who is asked in them, and by whom."""

    novels: Annotated[
        list[Path],
        typer.Argument(metavar="NOVEL...", help="Texts in UTF-8, GB18030 or UTF-16, or zips."),
    ]
    output: teaching_options.Out
    teacher: teaching_options.Teachers = None
    people: Annotated[
        list[str] | None,
        typer.Option("--for", metavar="NAME", help="Whom to ask; may be given several times."),
    ] = None
    to: Annotated[
        str, typer.Option("--to", metavar="|".join(FORMS), help="A log, or instructions as JSON.")
    ] = "log"
    tokens: Annotated[
        int,
        typer.Option(
            "--tokens", min=64, max=8192, help="How many tokens a passage may have, estimated."
        ),
    ] = 600
    jobs: teaching_options.Jobs = 1
    journal: teaching_options.Journal = None
    wait: teaching_options.Wait = 900.0
    timeout: teaching_options.Timeout = 300.0
    price: teaching_options.Price = None
    estimate: teaching_options.Estimate = False
    ray: Ray = None
    as_data: Json = False

    @property
    def asking(self) -> teaching_options.TeacherOptions:
        """How the teacher is asked."""
        times = self.jobs, self.wait, self.timeout
        return teaching_options.TeacherOptions(
            self.teacher or [], self.output, self.journal, *times, self.price
        )


@call_and_options_of(InterviewOptions)
def interview(call: typer.Context, wanted: InterviewOptions) -> None:
    """Interview the people of a novel: questions and answers in role, by a teacher."""
    from scenes.data.books.book import read_book
    from scenes.data.teacher.interview import interview as held_interview
    from scenes.data.teacher.interview import passages

    one_of(wanted.to, FORMS, "form")
    suffix = ".log.txt" if wanted.to == "log" else ".jsonl"
    novels = [*map(ManyInput.of, wanted.novels)]
    many = Many(call, novels, wanted.output, wanted.ray, suffix, COUNTED, ("journal",))
    if many.wanted:
        run_many(many, wanted.as_data, wanted.estimate)
        return
    (novel,), asking = wanted.novels, wanted.asking
    inputs = [novel, asking.path]
    not_over(wanted.output, inputs)
    with given():
        parts = passages(read_book(novel), wanted.tokens, wanted.people or ())
    if not parts:
        raise BadInput(
            _(
                "--for {names}: nobody of that name in {novel}",
                names=series(wanted.people or ()),
                novel=novel,
            )
        )
    tasks = [task for __, task in parts]
    if wanted.estimate:
        teaching_estimate.print_estimate(asking, tasks, wanted.as_data)
        return
    with teaching.opened(asking, "interview") as (model, cache):
        left = teaching_estimate.tell_estimate(asking, tasks, cache)
        with teaching.progress_of(asking, left, model) as progress:
            held = held_interview(parts, model, cache, wanted.jobs, progress)
    _write(held, wanted.to, wanted.output, inputs, wanted.as_data)
    if progress.failed:
        raise typer.Exit(FAILED)


def _write(
    held: "HeldInterviews", to: str, output: Path, inputs: list[Path], as_data: bool
) -> None:
    from scenes.data.teacher.interview import entries, instructions

    if to == "log":
        write_lines((entry.line + "\n" for entry in entries(held)), output, inputs)
    else:
        write_lines((json_text(one) + "\n" for one in instructions(held)), output, inputs)
    figures: dict[str, Any] = {
        "passages": len(held),
        "failed": [passage.number for passage, one in held if one is None],
        "interviews": sum(len(one or ()) for __, one in held),
    }
    if as_data:
        as_json(figures)
    else:
        word(
            _n(
                "{output}: {n} interview from {passages} passages",
                "{output}: {n} interviews from {passages} passages",
                figures["interviews"],
                output=output,
                passages=figures["passages"],
            )
        )
