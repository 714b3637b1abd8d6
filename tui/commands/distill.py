"""`paotuan corpus distill`: a novel retold as our log by a teacher."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from base.messages import _
from tui.commands import teaching
from tui.commands.options import Json
from tui.commands.writing import not_over, write_lines
from tui.failures import FAILED, given
from tui.output import as_json, one_line, word

if TYPE_CHECKING:
    from scenes.data.teacher.distill import Distilling


def distill(
    novel: Annotated[
        Path, typer.Argument(metavar="NOVEL", help="A text in UTF-8, GB18030 or UTF-16, or a zip.")
    ],
    output: teaching.Out,
    teacher: teaching.TeacherName = None,
    tokens: Annotated[
        int, typer.Option("--tokens", min=64, max=8192, help="Budget of a passage, estimated.")
    ] = 600,
    scene: Annotated[
        str | None,
        typer.Option("--scene", metavar="SCENE", help="Whose emotions expressions become."),
    ] = None,
    summaries: Annotated[
        bool, typer.Option(help="Ask for what happens in each chapter, as {…} lines.")
    ] = True,
    jobs: teaching.Jobs = 1,
    journal: teaching.Journal = None,
    wait: teaching.Wait = 900.0,
    timeout: teaching.Timeout = 300.0,
    price: teaching.Price = None,
    estimate: teaching.Estimate = False,
    as_data: Json = False,
) -> None:
    """Retell a novel as a log: who says, does and thinks what, by a teacher's answers. A run that
    was stopped goes on where it was: the same command asks only for what is missing.
    """
    from scenes.data.teacher.distill import counts, distil, entries, passages

    asking = teaching.Asking(teacher, output, journal, jobs, wait, timeout, price)
    inputs = [novel, asking.path]
    not_over(output, inputs)
    run = _run(novel, tokens, scene, summaries)
    tasks = [task for __, task in passages(run)]
    if estimate:
        teaching.print_estimate(asking, tasks, as_data)
        return
    with teaching.asked(asking, "distill") as (found, ledger):
        left = teaching.tell_estimate(asking, tasks, ledger)
        with teaching.progress_of(asking, left, found) as progress:
            distilled = distil(run, found, ledger, jobs, progress)
        write_lines((entry.line + "\n" for entry in entries(distilled)), output, inputs)
    _report(counts(distilled), output, as_data)
    if progress.failed:
        raise typer.Exit(FAILED)


def _run(novel: Path, tokens: int, scene: str | None, summaries: bool) -> "Distilling":
    from scenes.data.books.book import read_book
    from scenes.data.teacher.distill import Distilling
    from scenes.scene import EMOTIONS
    from scenes.scene_loader import load_scene

    with given():
        book = read_book(novel)
        labels = load_scene(scene).emotions if scene else EMOTIONS
    for notice in book.notices:
        place = f"line {notice.number}: " if notice.number else ""
        word(f"{one_line(book.where)}: {place}{one_line(notice.text)}")
    return Distilling(book, tokens, tuple(labels), summaries)


def _report(figures: dict[str, Any], output: Path, as_data: bool) -> None:
    if as_data:
        as_json(figures)
        return
    kinds = ", ".join(f"{count} {kind}" for kind, count in figures["items"].items())
    word(
        _(
            "{output}: {figures} passages, {value}",
            output=output,
            figures=figures["passages"],
            value=kinds or "no items",
        )
    )
    word(
        _(
            "  not in the text {figures}, speaker unknown {figures2}, expressions with "
            "a label {figures3} of {figures4}",
            figures=figures["not_copied"],
            figures2=figures["unknown"],
            figures3=figures["labelled"],
            figures4=figures["expressions"],
        )
    )
    if figures["failed"]:
        word(_("  failed: {map}", map=", ".join(map(str, figures["failed"]))))
