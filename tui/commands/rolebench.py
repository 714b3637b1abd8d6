"""`paotuan corpus rolebench`: the questions and answers of RoleBench in the forms that we use."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from base.filenames import file_name
from base.messages import _, _n, series
from tui.commands.group import one_of
from tui.commands.options import Json
from tui.commands.training_files import form_of, write_examples
from tui.commands.writing import not_over, write_lines
from tui.failures import BadInput, given
from tui.output import as_json, json_text, word

if TYPE_CHECKING:
    from characters.character import Character
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
        str | None, typer.Option("--asker", metavar="NAME", help="Who asks; 来客 by default.")
    ] = None,
    answers: Annotated[
        int | None,
        typer.Option(
            "--answers",
            metavar="N",
            min=1,
            help="At most N answers a question; by default all, but in a log only the first.",
        ),
    ] = None,
    as_data: Json = False,
) -> None:
    """Retell RoleBench: as instructions, as our log, as examples to train on, as candidates side
    by side, or as characters with sample lines. Says how many, which is
    as many as the files hold.
    """
    from base.names import name_problem
    from scenes.data.rolebench import ASKER, read_bench

    one_of(to, FORMS, "form")
    asker = asker or ASKER
    if problem := name_problem(asker):
        raise BadInput(_("--asker: {problem}", problem=problem))
    if to == "characters" and output is None:
        raise BadInput(_("--to characters: name the folder to write them to with -o FOLDER"))
    not_over(output, files)
    with given():
        bench = read_bench(files)
        known = _known(characters or (), bench)
    if to == "characters" and output is not None:
        written = _write_characters(bench, known, output, files)
    else:
        written = _write(to, bench, known, asker, answers, output, files)
    _report(bench, written, to, as_data, output)


def _known(names: Iterable[str], bench: "Bench") -> dict[str, "Character"]:
    """The characters by the role that each is. Raises `BadInput` for one that is none."""
    from base.names import nearest
    from characters.profile import load

    by_role = {}
    for name in names:
        character = load(name)
        mine = [role for role in bench.roles if role in (character.name, *character.aliases)]
        if not mine:
            roles = series(bench.roles)
            hint = nearest(character.name, bench.roles) or _("; the roles are {roles}", roles=roles)
            raise BadInput(
                _(
                    "--character {name}: no role is called {character}{hint}",
                    name=name,
                    character=character.name,
                    hint=hint,
                )
            )
        by_role[mine[0]] = character
    return by_role


def _write(
    to: str,
    bench: "Bench",
    known: dict[str, "Character"],
    asker: str,
    answers: int | None,
    output: Path | None,
    files: Sequence[Path],
) -> int:
    from scenes.data import rolebench as bench_as

    if to == "examples":
        examples = bench_as.examples(bench, known, asker, answers)
        return write_examples(examples, output, files, form_of(None, output))
    return write_lines(_lines(to, bench, known, asker, answers), output, files)


def _lines(
    to: str, bench: "Bench", known: dict[str, "Character"], asker: str, answers: int | None
) -> Iterable[str]:
    from scenes.data import rolebench as bench_as

    match to:
        case "log":
            entries = bench_as.entries(bench, asker, answers or 1)
            return (f"{entry.line}\n" for entry in entries)
        case "candidates":
            return (f"{json_text(one)}\n" for one in bench_as.candidates(bench, known, asker))
        case _:
            return (f"{json_text(one)}\n" for one in bench_as.instructions(bench, known, answers))


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
        raise BadInput(*(_("{path}: is there already; move it away first", path=p) for p in there))
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
    word(
        _n(
            "{n} question, {answers} answers: {roles}",
            "{n} questions, {answers} answers: {roles}",
            len(bench.questions),
            answers=bench.answers,
            roles=series(f"{role} {count}" for role, count in bench.roles.most_common()),
        )
    )
    if bench.empty:
        word(
            _n(
                "left out {n} answer without a word",
                "left out {n} answers without a word",
                bench.empty,
            )
        )
    word(_written(to, written))


def _written(form: str, n: int) -> str:
    match form:
        case "instruct":
            return _n("{n} instruction written", "{n} instructions written", n)
        case "log":
            return _n("{n} line written", "{n} lines written", n)
        case "examples":
            return _n("{n} example written", "{n} examples written", n)
        case "candidates":
            return _n(
                "candidates for {n} question written", "candidates for {n} questions written", n
            )
        case _:
            return _n("{n} character written", "{n} characters written", n)
