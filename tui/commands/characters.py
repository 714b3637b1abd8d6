"""`paotuan characters`: who there is, what is known of one, and what is wrong with a file."""

from typing import Annotated

import typer

from tui.commands.group import group
from tui.commands.options import Json
from tui.failures import BAD_INPUT, given, problems_of
from tui.output import as_json, columns, data, word

app = group("Characters: who may sit at any table.")

NameOrFile = Annotated[str, typer.Argument(metavar="CHARACTER", help="A name or a file.")]


@app.command("list")
def list_characters(as_data: Json = False) -> None:
    """List the characters in ./characters, in your data folder, and that come with paotuan."""
    from characters import CharacterError, load, names

    found = []
    for name in names():
        try:
            found.append((name, load(name)))
        except CharacterError as error:
            word(str(error))
    if as_data:
        as_json([{"file": file, "name": one.name, "profile": one.profile} for file, one in found])
    else:
        columns([(file, one.name, one.profile) for file, one in found])


@app.command()
def show(character: NameOrFile, as_data: Json = False) -> None:
    """Show what is known of a character."""
    from dataclasses import asdict

    from characters import load

    with given():
        found = load(character)
    if as_data:
        as_json(asdict(found) | {"knowledge": [str(path) for path in found.knowledge]}, 2)
        return
    data("、".join((found.name, *found.aliases)))
    rows = (
        ("", found.profile),
        ("likes: ", "、".join(found.likes)),
        ("adapter: ", found.adapter or ""),
        ("emotions: ", " ".join(found.emotions)),
        ("knowledge: ", ", ".join(str(path) for path in found.knowledge)),
    )
    for label, text in rows:
        if text:
            data(f"{label}{text}")
    data(found.voice)


@app.command()
def check(
    characters: Annotated[
        list[str] | None,
        typer.Argument(metavar="[CHARACTER]...", help="Names or files; all by default."),
    ] = None,
) -> None:
    """Check characters: every mistake with file, line and key. Exit 2 where there is one."""
    from characters import CharacterError, load, names

    broken = False
    for name in characters or names():
        try:
            found = load(name)
        except CharacterError as error:
            broken = True
            for problem in problems_of(error):
                word(problem)
        else:
            data(f"{name}: {found.name}")
    if broken:
        raise typer.Exit(BAD_INPUT)
