"""`paotuan corpus distill`: a novel retold as our log by a teacher."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from base.messages import N_, _, _n, series
from tui.commands import teaching, teaching_estimate, teaching_options
from tui.commands.options import Json
from tui.commands.quotes import notices_of
from tui.commands.writing import not_over, write_lines
from tui.failures import FAILED, given
from tui.many.command import Many, ManyInput, Ray, run_many
from tui.output import as_json, escaped_line, word

if TYPE_CHECKING:
    from scenes.data.teacher.distill import DistillRun

COUNTED = {
    "passages": N_("passages"),
    "questions": N_("questions"),
    "tokens_in": N_("tokens in"),
    "tokens_out": N_("tokens out"),
    "cost": N_("cost"),
}
"""What is summed over many novels, for a person."""
KINDS = {
    "info": N_("narration"),
    "say": N_("speech"),
    "act": N_("action"),
    "think": N_("thought"),
}
"""What the items of a passage are, for a person."""


def distill(
    context: typer.Context,
    novels: Annotated[
        list[Path],
        typer.Argument(metavar="NOVEL...", help="Texts in UTF-8, GB18030 or UTF-16, or zips."),
    ],
    output: teaching_options.Out,
    teacher: teaching_options.Teachers = None,
    tokens: Annotated[
        int,
        typer.Option(
            "--tokens", min=64, max=8192, help="How many tokens a passage may have, estimated."
        ),
    ] = 600,
    scene: Annotated[
        str | None,
        typer.Option(
            "--scene", metavar="SCENE", help="The scene whose emotions are used for expressions."
        ),
    ] = None,
    summaries: Annotated[
        bool, typer.Option(help="Ask for what happens in each chapter, as {…} lines.")
    ] = True,
    jobs: teaching_options.Jobs = 1,
    journal: teaching_options.Journal = None,
    wait: teaching_options.Wait = 900.0,
    timeout: teaching_options.Timeout = 300.0,
    price: teaching_options.Price = None,
    estimate: teaching_options.Estimate = False,
    ray: Ray = None,
    as_data: Json = False,
) -> None:
    """Retell a novel as a log: who says, does and thinks what, by a teacher's answers. A run that
    was stopped goes on where it was: the same command asks only for what is missing.
    """
    from scenes.data.teacher.distill import counts, distil, entries, passages

    many = Many(
        context, [*map(ManyInput.of, novels)], output, ray, ".log.txt", COUNTED, ("journal",)
    )
    if many.wanted:
        run_many(many, as_data, estimate)
        return
    (novel,) = novels
    asking = teaching_options.TeacherOptions(
        teacher or [], output, journal, jobs, wait, timeout, price
    )
    inputs = [novel, asking.path]
    not_over(output, inputs)
    run = _run(novel, tokens, scene, summaries)
    tasks = [task for __, task in passages(run)]
    if estimate:
        teaching_estimate.print_estimate(asking, tasks, as_data)
        return
    with teaching.opened(asking, "distill") as (model, cache):
        left = teaching_estimate.tell_estimate(asking, tasks, cache)
        with teaching.progress_of(asking, left, model) as progress:
            distilled = distil(run, model, cache, jobs, progress)
        write_lines((entry.line + "\n" for entry in entries(distilled)), output, inputs)
    _report(counts(distilled), output, as_data)
    if progress.failed:
        raise typer.Exit(FAILED)


def _run(novel: Path, tokens: int, scene: str | None, summaries: bool) -> "DistillRun":
    from scenes.data.books.book import read_book
    from scenes.data.teacher.distill import DistillRun
    from scenes.scene import EMOTIONS
    from scenes.scene_loader import load_scene

    with given():
        book = read_book(novel)
        labels = load_scene(scene).emotions if scene else EMOTIONS
    for line in notices_of(book):
        word(f"{escaped_line(book.where)}: {escaped_line(line)}")
    return DistillRun(book, tokens, tuple(labels), summaries)


def _report(figures: dict[str, Any], output: Path, as_data: bool) -> None:
    if as_data:
        as_json(figures)
        return
    kinds = series(f"{_(KINDS[kind])} {count}" for kind, count in figures["items"].items())
    word(
        _n(
            "{output}: {n} passage; {kinds}",
            "{output}: {n} passages; {kinds}",
            figures["passages"],
            output=output,
            kinds=kinds or _("no items"),
        )
    )
    word(
        _(
            "  not word for word in the text: {not_copied}; speaker unknown: {unknown}; "
            "expressions with a label: {labelled} of {expressions}",
            not_copied=figures["not_copied"],
            unknown=figures["unknown"],
            labelled=figures["labelled"],
            expressions=figures["expressions"],
        )
    )
    if figures["failed"]:
        word(_("  failed passages: {numbers}", numbers=series(map(str, figures["failed"]))))
