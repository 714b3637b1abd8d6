"""`paotuan characters`: who there is, what is known and wrong, cards in and out."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import typer

from base.messages import N_, _, series
from tui.commands.card_options import AsMode, Called, mode_of
from tui.commands.group import group, one_of
from tui.commands.options import Json
from tui.commands.writing import not_over
from tui.failures import BAD_INPUT, BadInput, Known, given, problems_of
from tui.output import as_json, columns, data, escaped_line, short, word

if TYPE_CHECKING:
    from characters.cards.export import Form

app = group("Characters: who may sit at any table.")

NameOrFile = Annotated[str, typer.Argument(metavar="CHARACTER", help="A name or a file.")]
MOST_SHOWN = 60
"""Characters of a profile in the list."""
Force = Annotated[bool, typer.Option("--force", help="Replace what is there already.")]


@app.command("list")
def list_characters(as_data: Json = False) -> None:
    """List the characters in ./characters, in your data folder, and that come with paotuan."""
    from base.errors import KnownError
    from characters.profile import load, names

    characters = []
    for name in names():
        try:
            characters.append((name, load(name)))
        except KnownError as error:
            word(short(str(error)))
    if as_data:
        as_json(
            [{"file": file, "name": one.name, "profile": one.profile} for file, one in characters]
        )
    else:
        columns([(file, one.name, _beginning(one.profile)) for file, one in characters])


def _beginning(text: str) -> str:
    """A text that fits behind two names in a line."""
    return text if len(text) <= MOST_SHOWN else f"{text[:MOST_SHOWN]}…"


@app.command()
def show(character: NameOrFile, as_data: Json = False) -> None:
    """Show what is known of a character."""
    from dataclasses import asdict

    from characters.profile import load
    from characters.sheets.values import listed

    with given():
        one = load(character)
    if as_data:
        paths = {"knowledge": list(map(str, one.knowledge)), "card": _path(one.card)}
        as_json(asdict(one) | paths, 2)
        return
    data(series((one.name, *one.aliases)))
    if one.profile:
        data(one.profile)
    rows = (
        (N_("likes: {words}"), series(one.likes)),
        (N_("adapter: {words}"), one.adapter),
        (N_("emotions: {words}"), series(one.emotions)),
        (N_("reminders: {words}"), series(note.text for note in one.notes)),
        (N_("{words} narrates"), one.name if one.narrator else ""),
        (N_("knowledge: {words}"), series(map(str, one.knowledge))),
        (N_("sheet: {words}"), listed(one.sheet)),
        (N_("card: {words}"), _path(one.card)),
    )
    for sentence, words in rows:
        if words:
            data(_(sentence, words=words))
    if one.voice:
        data(one.voice)
    for opening in one.openings:
        data(f"\n{opening}")
    if one.card is not None:
        _show_card(one.card)


def _path(path: Path | None) -> str | None:
    return None if path is None else str(path)


def _show_card(path: Path) -> None:
    """What the card says of itself, to stderr: it is about the file, not the character."""
    from characters.cards.files import read_card

    with given():
        card = read_card(path)
    rows = (
        (N_("creator: {words}"), card.text("creator")),
        (N_("version: {words}"), card.text("character_version")),
        (N_("the creator's notes: {words}"), card.text("creator_notes")),
        (N_("tags: {words}"), series(card.texts("tags"))),
    )
    for sentence, words in rows:
        if words.strip():
            word(_(sentence, words=escaped_line(words)))
    for warning in card.warnings:
        word(_("{warning} (a warning)", warning=warning))


@app.command()
def check(
    characters: Annotated[
        list[str] | None,
        typer.Argument(metavar="[CHARACTER]...", help="Names or files; all by default."),
    ] = None,
) -> None:
    """Check characters: every mistake with file, line and key. Exit 2 where there is one."""
    from base.errors import KnownError
    from characters.profile import load, names
    from scenes.constant_checks import without_room_of

    broken = False
    for name in characters or names():
        try:
            character = load(name)
        except KnownError as error:
            broken = True
            for problem in problems_of(error):
                word(short(problem))
        else:
            for warning in without_room_of(character):
                word(_("{warning} (a warning)", warning=short(warning)))
            data(f"{name}: {character.name}")
    if broken:
        raise typer.Exit(BAD_INPUT)


@app.command()
def new(
    name: Annotated[str, typer.Argument(metavar="NAME", help="What the character is called.")],
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", metavar="FILE", help="Where to write it; - is stdout."),
    ] = None,
) -> None:
    """Write a commented character to begin with, into your data folder or a file."""
    from base.writing import replace_text
    from scenes.files import forms

    values = {"name": name}
    with given():
        if problems := forms.problems_of(forms.CHARACTER, values):
            raise BadInput(*(problem for __, problem in problems))
        if output is None:
            data(str(forms.write(forms.CHARACTER, values)))
            return
    text = forms.yaml_of(forms.CHARACTER, values)
    if output == Path("-"):
        data(text.rstrip("\n"))
        return
    if output.exists():
        raise BadInput(_("{where}: is there already; name another file with -o", where=output))
    replace_text(output, text, ())
    data(str(output))


@app.command()
def edit(character: NameOrFile) -> None:
    """Edit a character in VISUAL or EDITOR, and check it; of one that ships, a copy of yours."""
    from tui.commands.editing import edit_and_tell

    edit_and_tell("characters", character)


@app.command("import")
def import_characters(
    files: Annotated[
        list[Path],
        typer.Argument(
            metavar="FILE...",
            help="Cards (.png, .webp, .json, .charx), a CharacterGLM character.json, a "
            "text-generation-webui .yaml, or a ChatHaruhi folder or its .txt files together.",
        ),
    ],
    to: Annotated[
        Path | None,
        typer.Option("--to", metavar="DIR", help="Where to; your data folder by default."),
    ] = None,
    force: Force = False,
    called: Called = "",
    mode: AsMode = None,
) -> None:
    """Make characters from cards. The card itself is kept beside the character."""
    from base.folders import folders
    from scenes.files.cards import read, write_cards
    from tui.reported import report_lines

    as_mode = mode_of(mode)
    folder = to or folders("characters")[1]
    texts = [path for path in files if path.suffix.lower() == ".txt"]
    groups = [[path] for path in files if path not in texts] + ([texts] if texts else [])
    problems: list[str] = []
    for paths in groups:
        try:
            reports = write_cards(read(paths, folder, force, (), called, as_mode))
        except Known as error:
            problems += problems_of(error)
            continue
        for report in reports:
            data(report.files[0])
            for line in report_lines(report):
                word(line)
    if problems:
        raise BadInput(*problems)


@app.command()
def export(
    character: NameOrFile,
    to: Annotated[
        Path,
        typer.Option("--to", metavar="FILE", help="A .png, .json, .charx or .yaml file to write."),
    ],
    spec: Annotated[
        str | None,
        typer.Option(
            "--spec",
            metavar="v1|v2|v3|characterglm|webui|chatharuhi",
            help="Which format; by default that of the card it came from.",
        ),
    ] = None,
    image: Annotated[
        Path | None,
        typer.Option("--image", metavar="PNG", help="The image of a .png or .charx card."),
    ] = None,
    force: Force = False,
) -> None:
    """Write a character as a card, with everything that the card it came from holds."""
    from typing import get_args

    from characters.cards.export import Form, export_character
    from characters.profile import load

    form = cast("Form | None", one_of(spec, get_args(Form), "format") if spec else None)
    with given():
        if to.exists() and not force:
            raise BadInput(_("{where}: already exists; --force replaces it", where=to))
        inputs = [_file_of(character)]
        not_over(to, [*inputs, *([image] if image else [])], "--to")
        left_out = export_character(load(character), to, form, image, inputs)
    for one in left_out:
        word(_("left out, since this format has no place for it: {item}", item=one))
    data(str(to))


def _file_of(character: str) -> Path:
    """The file that a character is read from, by its name or itself."""
    from base.folders import CARDS, SUFFIXES, find, folders, is_path

    if is_path(character):
        return Path(character)
    return find(character, folders("characters"), (*SUFFIXES, *CARDS)) or Path(character)
