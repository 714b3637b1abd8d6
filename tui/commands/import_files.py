"""`paotuan import`: any file of another program, told what it is, to what can be played."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from base.messages import _
from tui.commands.card_options import AsMode, Called, mode_of
from tui.commands.chat_asking import chat_rules, chats_at, settled_chat
from tui.commands.import_asking import asked, can_ask, settled
from tui.commands.import_output import write_logs
from tui.commands.log_import import (
    Bot,
    Narrator,
    Observer,
    Speaker,
    Style,
    table_from,
    transcript_of,
)
from tui.commands.option_fields import options_of
from tui.commands.options import Json, roles_of
from tui.failures import BadInput, Known, given, problems_of
from tui.output import as_json, data, word

if TYPE_CHECKING:
    from characters.cards.mapping import Mode
    from scenes.files.chats.source import ChatFile
    from scenes.files.importers import Importer
    from scenes.files.recognise import Recognised, Unrecognised
    from scenes.files.report import ImportReport
    from scenes.files.trpg.people import TableRules


@dataclass
class Wishes:
    """What the options say, and the files sorted by what is made of them."""

    table: "TableRules"
    player: str | None
    folder: Path
    force: bool
    as_data: bool = False
    called: str = ""
    mode: "Mode | None" = None
    reports: "list[ImportReport]" = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class ImportOptions:
    """What is imported, as what, and where to."""

    files: Annotated[
        list[Path],
        typer.Argument(
            metavar="FILE...",
            help="Logs, chats, character cards and lorebooks of other programs; zips, folders.",
        ),
    ]
    format: Annotated[
        str | None,
        typer.Option(
            "--as", metavar="FORMAT", help="What the files are; recognised by itself if left out."
        ),
    ] = None
    output: Annotated[
        Path | None,
        typer.Option(
            "-o",
            "--output",
            metavar="OUT",
            help="Write logs and chats as one log, or one each into a folder that is there.",
        ),
    ] = None
    to: Annotated[
        Path | None,
        typer.Option(
            "--to",
            metavar="DIR",
            help="Where characters and lorebooks go; your data folder by default.",
        ),
    ] = None
    player: Annotated[
        str | None,
        typer.Option("--player", metavar="NAME", help="Who you are in a log or a chat."),
    ] = None
    roles: Annotated[
        list[str] | None,
        typer.Option(
            "--map",
            metavar="NAME=ROLE",
            help="Another name for one who speaks; in a chat none where it is nobody.",
        ),
    ] = None
    speaker: Speaker = None
    style: Style = None
    narrator: Narrator = None
    observer: Observer = None
    bot: Bot = None
    called: Called = ""
    mode: AsMode = None
    force: Annotated[bool, typer.Option("--force", help="Replace characters of the same name.")] = (
        False
    )
    as_data: Json = False


@options_of(ImportOptions)
def import_files(wanted: ImportOptions) -> None:
    """Import files of other programs: says what each is taken for, and asks where it is not sure.

    A log or a chat becomes a session to play on; with -o, a log. A card becomes a character; a
    lorebook that is given along is known to it.
    """
    from base.folders import folders

    ways = wanted.style, wanted.roles, wanted.narrator, wanted.observer, wanted.bot
    table = table_from(*ways, may_be_none=True, speaker=wanted.speaker)
    folder = wanted.to or folders("characters")[1]
    how = wanted.force, wanted.as_data, wanted.called, mode_of(wanted.mode)
    wishes = Wishes(table, wanted.player, folder, *how)
    recognised = _recognised(wanted.files, wanted.format, wishes, wanted.speaker is not None)
    if wanted.output is None:
        _import(recognised, wishes)
    else:
        told = wishes.table, wishes.player, wishes.problems
        wishes.reports += write_logs(recognised, wanted.output, *told, wishes.as_data)
    if wanted.as_data:
        as_json([report.as_json() for report in wishes.reports], 2)
    if wishes.problems:
        raise BadInput(*wishes.problems)


def _recognised(
    files: Sequence[Path], format: str | None, wishes: Wishes, one_speaks: bool
) -> "list[Recognised]":
    """What each file is; those that are nothing, or that need an answer, are problems.

    `one_speaks` is whether a person says who speaks in what names nobody.
    """
    from scenes.files.cards import is_prompt
    from scenes.files.importers import importer_named
    from scenes.files.recognise import Unrecognised, named, recognise

    with given():
        importer = importer_named(format) if format is not None else None
    role, roles = importer_named("chatharuhi"), {path.parent for path in files if is_prompt(path)}
    recognised: list[Recognised] = []
    for path in files:
        try:
            if importer is not None:
                recognised.append(named(path, importer))
            elif path.suffix.lower() == ".txt" and path.parent in roles:
                recognised.append(named(path, role))
            elif one_speaks and (transcript := transcript_of(path)):
                recognised.append(named(path, importer_named(transcript)))
            else:
                file = recognise(path)
                recognised.append(file if file.is_sure else file.as_named(asked(file)))
        except Unrecognised as error:
            wishes.problems.append(_or_named(error))
        except (BadInput, *Known) as error:
            wishes.problems += problems_of(error)
    return recognised


def _or_named(error: "Unrecognised") -> str:
    """What is wrong with a file that a person may know better."""
    return _(
        "{problem}; where it is one, say which with --as (--as ? lists them)",
        problem=error.problems[0],
    )


def _import(files: "Sequence[Recognised]", wishes: Wishes) -> None:
    """Make sessions, characters and books, each file for itself."""
    known = _books([file for file in files if file.importer.kind == "book"], wishes)
    texts = [
        file.path
        for file in files
        if file.importer.name == "chatharuhi" and file.path.suffix.lower() == ".txt"
    ]
    for file in files:
        match file.importer.kind:
            case "log":
                _try(wishes, _import_log, file, wishes)
            case "chat":
                for chat in chats_at(file.path, file.importer, wishes.problems):
                    _try(wishes, _import_chat, chat, file.importer, wishes)
            case "card" if file.path not in texts[1:]:  # the texts of a role are one
                paths = texts if file.path in texts else [file.path]
                _try(wishes, _import_cards, paths, file.importer, known, wishes)
            case "novel":
                wishes.problems.append(_no_import(file))


def _no_import(file: "Recognised") -> str:
    """What to say of a file that another command reads."""
    from scenes.files.importing import no_import

    return no_import(file)


def _try(wishes: Wishes, make: "Callable[..., list[ImportReport]]", *arguments: object) -> None:
    """Import one file, and tell what became of it; what is wrong with it stops no other."""
    from tui.reported import report_lines

    try:
        with given():
            reports = make(*arguments)
    except BadInput as error:
        wishes.problems += error.problems
        return
    wishes.reports += reports
    for report in reports:
        for line in report_lines(report):
            word(line)
    made = dict.fromkeys(one for report in reports for one in report.files or [report.session])
    for one in () if wishes.as_data else made:
        data(one)
    sessions = [report.session for report in reports if report.session]
    if sessions and can_ask():
        word(_("play on: {command}", command=f"paotuan play --resume {sessions[-1]}"))


def _import_log(file: "Recognised", wishes: Wishes) -> "list[ImportReport]":
    from scenes.files.importing import import_log
    from scenes.files.trpg.files import open_logs

    roles_of([f"{name}=" for name, role in wishes.table.roles.items() if not role])  # refused
    table = settled(open_logs(file.path, file.format), wishes.table)
    return import_log(file, table, wishes.player, word)


def _import_chat(chat: "ChatFile", importer: "Importer", wishes: Wishes) -> "list[ImportReport]":
    from scenes.files.chats import import_chat

    rules = settled_chat(chat, importer, chat_rules(wishes.table, wishes.player))
    return [import_chat(chat, None, rules, importer)]


def _import_cards(
    paths: Sequence[Path], importer: "Importer", known: Sequence[str], wishes: Wishes
) -> "list[ImportReport]":
    from scenes.files.importing import import_card_files

    ways = wishes.force, known, wishes.called, wishes.mode
    return import_card_files(paths, importer, wishes.folder, *ways)


def _books(files: "Sequence[Recognised]", wishes: Wishes) -> list[str]:
    """Write the lorebooks; the names of those that are there."""
    from scenes.files.books import book_name

    names: list[str] = []
    for file in files:
        name, before = book_name(file.path, wishes.folder, wishes.force), len(wishes.reports)
        _try(wishes, _import_book, file.path, wishes.folder / name, file.importer)
        names += [name] if len(wishes.reports) > before else []
    return names


def _import_book(path: Path, target: Path, importer: "Importer") -> "list[ImportReport]":
    from scenes.files.books import write_book

    return [write_book(path, target, importer)]
