"""`paotuan scenes`: which scenes there are, what is in one, what is wrong with one, a new one."""

from typing import TYPE_CHECKING, Annotated

import typer

from base.messages import _, _n, series
from tui.commands import new_scene
from tui.commands.group import group
from tui.commands.options import Json
from tui.failures import BAD_INPUT, given, problems_of
from tui.output import as_json, columns, data, short, word

if TYPE_CHECKING:
    from scenes.scene import Role

app = group("Scenes: where a play is set, and who is in it.")

NameOrFile = Annotated[str, typer.Argument(metavar="SCENE", help="A name, a title, or a file.")]


@app.command("list")
def list_scenes(as_data: Json = False) -> None:
    """List the scenes in ./scenes, in your data folder, and that come with paotuan."""
    from scenes.scene_list import find_scenes

    scenes = find_scenes()
    for scene in scenes:
        if scene.problem:
            word(scene.problem)
    good = [scene for scene in scenes if not scene.problem]
    if as_data:
        keys = ("name", "title", "summary")
        as_json(
            [{key: getattr(one, key) for key in keys} | {"path": str(one.path)} for one in good], 2
        )
    else:
        columns([(scene.name, scene.title, scene.summary) for scene in good])


@app.command()
def show(scene: NameOrFile, as_data: Json = False) -> None:
    """Show what is in a scene: cast, aim, opening."""
    from scenes.scene_loader import load_scene
    from scenes.table.snapshot import to_json

    with given():
        one = load_scene(scene)
    if as_data:
        as_json(to_json(one), 2)
        return
    data(f"{one.title}  ({one.path})")
    if one.summary:
        data(one.summary)
    if one.aim:
        data(_("aim: {aim}", aim=one.aim))
    data()
    columns([(f"  {role.name}", _about(role, one.play_as), role.profile) for role in one.cast])
    data()
    data(one.opening)


@app.command()
def check(
    scenes: Annotated[
        list[str] | None,
        typer.Argument(metavar="[SCENE]...", help="Names or files; all scenes by default."),
    ] = None,
) -> None:
    """Check scenes: every mistake with file, line and key. Exit 2 where there is one."""
    from base.errors import KnownError
    from scenes.constant_checks import without_room
    from scenes.scene_list import scene_names
    from scenes.scene_loader import load_scene

    broken = False
    for name in scenes or scene_names():
        try:
            scene = load_scene(name)
        except KnownError as error:
            broken = True
            for problem in problems_of(error):
                word(short(problem))
        else:
            for warning in (*scene.warnings, *without_room(scene)):
                word(_("{warning} (a warning)", warning=warning))
            roles = _n("{n} role", "{n} roles", len(scene.cast))
            data(_("{where}: {title}, {roles}", where=scene.path, title=scene.title, roles=roles))
    if broken:
        raise typer.Exit(BAD_INPUT)


app.command()(new_scene.new)


@app.command()
def edit(scene: NameOrFile) -> None:
    """Edit a scene in VISUAL or EDITOR, and check it; of one that ships, a copy of yours."""
    from tui.commands.editing import edit_and_tell

    edit_and_tell("scenes", scene)


@app.command()
def schema() -> None:
    """Print the JSON Schema of a scene file, for editors."""
    from scenes.schema import json_schema

    as_json(json_schema(), 2)


def _about(role: "Role", play_as: str | None) -> str:
    marks = ((_("you"), role.name == play_as), (_("narrator"), role.narrator))
    return series(mark for mark, holds in marks if holds)
