"""`paotuan corpus examples`: logs and sessions as examples to train on."""

from pathlib import Path

import typer

from base.messages import _
from tui.commands.example_sources import source_name
from tui.commands.examples_made import made, stem_of
from tui.commands.examples_options import ExampleOptions
from tui.commands.examples_shown import report, show_some
from tui.commands.option_fields import call_and_options_of
from tui.commands.training_files import form_of, write_examples
from tui.commands.writing import not_over
from tui.failures import BadInput
from tui.many.command import Many, ManyInput


@call_and_options_of(ExampleOptions)
def examples(call: typer.Context, wanted: ExampleOptions) -> None:
    """Make examples to train on: each line of a role, and the prompt that play would make.

    Without --for, the lines of everybody in the scene's cast, or of all who speak in a log; of a
    session, all that is not the player's own role.
    """
    _check(wanted)
    many = many_of(call, wanted)
    if many.into_folder:
        from tui.commands.examples_many import make_many

        make_many(many, wanted)
        return
    form = form_of(wanted.to, wanted.output)
    inputs = _inputs(wanted)
    not_over(wanted.output, inputs)
    if wanted.lines or wanted.part is not None:
        from tui.commands.examples_part import count_lines, write_part

        (count_lines if wanted.lines else write_part)(wanted, inputs)
        return
    result = made(wanted)
    if wanted.output is not None:
        write_examples(result.examples, wanted.output, inputs, form)
    show_some(result.examples, wanted.show)
    report(result, wanted.as_data)


def many_of(call: typer.Context, wanted: ExampleOptions) -> Many:
    """Each source as an input of its own."""
    alone = ("show",)
    return Many(call, [*map(_input, wanted.logs)], wanted.output, wanted.ray, one_by_one=alone)


def _input(log: str) -> ManyInput:
    name = source_name(log)
    return ManyInput(log, stem_of(Path(name.name).stem), name.path if log != "-" else None)


def _check(wanted: ExampleOptions) -> None:
    """Refuse what cannot be meant."""
    if wanted.output is None and not wanted.show:
        raise BadInput(_("nothing to do: name a file to write with -o FILE, or look with --show 3"))
    if sum(one is not None for one in (wanted.test, wanted.test_chapters, wanted.test_logs)) > 1:
        raise BadInput(
            _("--test, --test-chapters and --test-logs exclude each other; give one of them")
        )
    if wanted.beside and wanted.scene is not None:
        raise BadInput(_("--scene and --beside exclude each other; give one of them"))


def _inputs(wanted: ExampleOptions) -> list[str | Path]:
    """The files that are read, none of which may be written over."""
    others = (one for one in (wanted.mix, wanted.scene, wanted.test_logs) if one is not None)
    return [*(source_name(log).path for log in wanted.logs), *others]
