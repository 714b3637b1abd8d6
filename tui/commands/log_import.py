"""`paotuan log import`: logs of other tables to ours, with a word about all that was left out."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from base.errors import KnownError
from base.messages import N_, _
from tui.commands.import_asking import format_of, settled
from tui.commands.options import Json, roles_of
from tui.commands.writing import not_over, write_lines
from tui.failures import BadInput, given
from tui.many.command import Many, ManyInput, Ray, run_many
from tui.output import as_json, escaped_line, word

if TYPE_CHECKING:
    from scenes.files.trpg.files import TableLog
    from scenes.files.trpg.people import TableRules

Output = Annotated[
    Path | None,
    typer.Option(
        "-o",
        "--output",
        metavar="OUT",
        help="Write one log, or one each into a folder that is there.",
    ),
]
Style = Annotated[
    str | None,
    typer.Option(
        "--style",
        metavar="quoted|spoken|thoughts|mixed",
        help="Speech is what is quoted, or all but （…）, or quoted with 【…】 thought; mixed "
        "decides by each message.",
    ),
]
Speaker = Annotated[
    str | None,
    typer.Option(
        "--speaker",
        metavar="NAME",
        help="Who speaks in subtitles and transcripts that name nobody, such as a talk show.",
    ),
]
Narrator = Annotated[
    list[str] | None, typer.Option("--narrator", metavar="NAME", help="Another one who narrates.")
]
Observer = Annotated[
    list[str] | None,
    typer.Option("--observer", metavar="NAME", help="Another one who only watches."),
]
Bot = Annotated[
    list[str] | None, typer.Option("--bot", metavar="NAME", help="Another one that is a dice bot.")
]
Dice = Annotated[bool, typer.Option("--dice/--no-dice", help="Keep results of dice as narration.")]
Comments = Annotated[
    bool,
    typer.Option("--comments", help="Keep off-topic words, commands, observers as comments."),
]
Ids = Annotated[bool, typer.Option("--ids", help="Keep the numbers of accounts.")]
COUNTED = {"read": N_("messages read"), "kept": N_("kept")}
"""What is summed over many logs, for a person."""


def import_log(
    context: typer.Context,
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Logs, or zips of them.")],
    output: Output = None,
    format: Annotated[
        str | None,
        typer.Option(
            "--format",
            metavar="FORMAT",
            help="What the files are; recognised by itself if left out.",
        ),
    ] = None,
    speaker: Speaker = None,
    style: Style = None,
    roles: Annotated[
        list[str] | None,
        typer.Option("--map", metavar="NAME=ROLE", help="The role of a player, by name or id."),
    ] = None,
    narrator: Narrator = None,
    observer: Observer = None,
    bot: Bot = None,
    dice: Dice = True,
    comments: Comments = False,
    ids: Ids = False,
    ray: Ray = None,
    as_data: Json = False,
) -> None:
    """Import logs of dice bots, chats, virtual tables, IRC, 回声工坊, and such as people write."""
    from scenes.files.trpg.files import open_logs

    table = table_from(style, roles, narrator, observer, bot, speaker=speaker)
    table = replace(table, dice=dice, comments=comments, ids=ids)
    many = Many(context, [*map(ManyInput.of, files)], output, ray, counted=COUNTED)
    if many.into_folder:
        run_many(many, as_data)
        return
    if as_data and output is None:
        raise BadInput(_("--json prints a summary; name a file for the rest with -o OUT"))
    not_over(output, files)
    with given():
        logs = [log for path in files for log in open_logs(path, format or _format(path, speaker))]
        write_lines(lines_of(logs, settled(logs, table)), output, files)
    if as_data:
        reports = [log.report for log in logs]
        read, kept = (sum(getattr(one, name) for one in reports) for name in COUNTED)
        as_json({"read": read, "kept": kept, "files": [one.as_json() for one in reports]}, 2)


def _format(path: Path, speaker: str | None) -> str | None:
    return transcript_of(path) if speaker is not None else format_of(path)


def transcript_of(path: Path) -> str | None:
    """The format of a file in which `--speaker` speaks: a text without names is a transcript."""
    from scenes.files.recognise import Unrecognised, recognise

    try:
        named = recognise(path)
    except Unrecognised:
        return "transcript"
    if named.importer.name == "subtitles":
        return "subtitles"
    labelled = named.is_sure and named.importer.kind == "log" and named.importer.name != "paotuan"
    return None if labelled else "transcript"


def table_from(
    style: str | None,
    roles: list[str] | None,
    narrators: list[str] | None,
    observers: list[str] | None,
    bots: list[str] | None,
    may_be_none: bool = False,
    speaker: str | None = None,
) -> "TableRules":
    """How a table is to be read, as the options say; a role may be empty where `may_be_none`.

    `speaker` is whoever says what nobody is named for, and all of it aloud.

    Raises `BadInput`.
    """
    from scenes.files.trpg.people import NAMELESS, TableRules
    from scenes.files.trpg.styles import STYLES
    from tui.commands.group import one_of

    if style is not None:
        one_of(style, STYLES, "style")
    named = roles_of(roles or [], may_be_none)
    if speaker is not None:
        named |= {NAMELESS: _speaker(speaker)}
        style = style or "spoken"
    return TableRules(
        style,
        named,
        frozenset(narrators or []),
        frozenset(observers or []),
        frozenset(bots or []),
    )


def _speaker(name: str) -> str:
    from base.names import name_problem

    if problem := name_problem(name.strip()):
        raise BadInput(_("--speaker {name}: {problem}", name=escaped_line(name), problem=problem))
    return name.strip()


def lines_of(logs: "list[TableLog]", table: "TableRules") -> Iterator[str]:
    """The lines of our log; what became of each file is told when it ends."""
    from tui.reported import report_lines

    kept = 0
    for log in logs:
        yield from log.lines(table)
        for line in report_lines(log.report):
            word(line)
        kept += log.report.kept
    if logs and not kept and not table.comments:
        raise KnownError(
            _(
                "{where}: nothing in it is play, so nothing is written; --format names what it is",
                where=logs[0].report.where,
            )
        )
