"""`paotuan corpus rolebench`: the questions and answers of RoleBench in the forms that we use."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from base.filenames import file_name
from base.messages import _
from tui.commands.group import one_of
from tui.commands.options import Json
from tui.commands.writing import not_over, write_lines
from tui.failures import BadInput, given
from tui.output import as_json, json_text, word

if TYPE_CHECKING:
    from characters.profile import Character
    from scenes.data.rolebench import Bench

FORMS = ("instruct", "log", "examples", "candidates", "characters")


def rolebench(
    files: Annotated[list[Path], typer.Argument(metavar="FILE…", help="RoleBench's JSON Lines.")],
    output: Annotated[
        Path | None,
        typer.Option(
            "-o", "--output", metavar="OUT", help="Where to write it; a folder for characters."
        ),
    ] = None,
    to: Annotated[
        str,
        typer.Option("--to", metavar="|".join(FORMS), help="What to make of it."),
    ] = "instruct",
    characters: Annotated[
        list[str] | None,
        typer.Option(
            "--character",
            metavar="NAME|FILE",
            help="A character whose profile a role of that name has; may be given several times.",
        ),
    ] = None,
    asker: Annotated[
        str | None, typer.Option("--asker", metavar="NAME", help="Who asks; 来客 if not said.")
    ] = None,
    answers: Annotated[
        int | None,
        typer.Option(
            "--answers",
            metavar="N",
            min=1,
            help="At most N answers a question; all, but in a log the first, if not said.",
        ),
    ] = None,
    as_data: Json = False,
) -> None:
    """Retell RoleBench: as instructions, as our log, as examples to train on, as candidates side
    by side, or as characters with sample lines. Counts are told and equal those of the files.
    """
    from base.names import name_problem
    from scenes.data.rolebench import ASKER, read_bench

    one_of(to, FORMS, "form")
    asker = asker or ASKER
    if problem := name_problem(asker):
        raise BadInput(_("--asker: {problem}", problem=problem))
    if to == "characters" and output is None:
        raise BadInput(_("--to characters: name a folder to write them to with -o FOLDER"))
    not_over(output, files)
    with given():
        bench = read_bench(files)
        known = _known(characters or (), bench)
    if to == "characters" and output is not None:
        written = _write_characters(bench, known, output, files)
    else:
        written = write_lines(_lines(to, bench, known, asker, answers), output, files)
    _report(bench, written, to, as_data, output)


def _known(names: Iterable[str], bench: "Bench") -> dict[str, "Character"]:
    """The characters by the role that each is. Raises `BadInput` for one that is none."""
    from base.names import nearest
    from characters import load

    found = {}
    for name in names:
        character = load(name)
        mine = [role for role in bench.roles if role in (character.name, *character.aliases)]
        if not mine:
            hint = nearest(character.name, bench.roles) or f"; there are {', '.join(bench.roles)}"
            raise BadInput(
                _(
                    "--character {name}: no role is called {character}{hint}",
                    name=name,
                    character=character.name,
                    hint=hint,
                )
            )
        found[mine[0]] = character
    return found


def _lines(
    to: str, bench: "Bench", known: dict[str, "Character"], asker: str, answers: int | None
) -> Iterable[str]:
    from models.train.data import dumped
    from scenes.data import rolebench as retold

    match to:
        case "log":
            told = retold.entries(bench, asker, answers or 1)
            return (f"{entry.line}\n" for entry in told)
        case "examples":
            return map(dumped, retold.examples(bench, known, asker, answers))
        case "candidates":
            return (f"{json_text(one)}\n" for one in retold.candidates(bench, known, asker))
        case _:
            return (f"{json_text(one)}\n" for one in retold.instructions(bench, known, answers))


def _write_characters(
    bench: "Bench", known: dict[str, "Character"], folder: Path, inputs: Sequence[Path]
) -> int:
    """A file a role; one that is there already is never written over."""
    from base.yaml_writer import yaml_text
    from scenes.data.rolebench import character_files

    files = character_files(bench, known)
    paths: dict[str, Path] = {}
    for role in files:
        stem = file_name(role, "role", [path.stem for path in paths.values()])
        paths[role] = folder / f"{stem}.yaml"
    there = [path for path in paths.values() if path.exists()]
    if there:
        raise BadInput(*(f"{path}: is there already; move it away first" for path in there))
    folder.mkdir(parents=True, exist_ok=True)
    for role, path in paths.items():
        write_lines([yaml_text(files[role])], path, inputs)
    return len(paths)


def _report(bench: "Bench", written: int, to: str, as_data: bool, output: Path | None) -> None:
    if as_data and output is not None:
        as_json(
            {
                "questions": len(bench.questions),
                "answers": bench.answers,
                "empty": bench.empty,
                "roles": dict(bench.roles),
                "written": written,
                "form": to,
            }
        )
        return
    roles: Sequence[str] = [f"{role} {count}" for role, count in bench.roles.most_common()]
    word(
        _(
            "{questions} questions, {answers} answers: {roles}",
            questions=len(bench.questions),
            answers=bench.answers,
            roles=", ".join(roles),
        )
    )
    if bench.empty:
        word(_("left out {empty}: answers without a word", empty=bench.empty))
    what = {"log": "lines", "characters": "characters", "candidates": "questions"}.get(to, to)
    word(
        _(
            "{written} {what} written",
            written=written,
            what=what if what != "instruct" else "instructions",
        )
    )
