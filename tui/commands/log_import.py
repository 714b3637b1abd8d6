"""`paotuan log import`: logs of other tables to ours, with a word about all that was left out."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from base.messages import _
from tui.commands.options import roles_of
from tui.commands.writing import not_over, write_lines
from tui.failures import given
from tui.output import one_line, word

if TYPE_CHECKING:
    from scenes.files.importers import Report
    from scenes.files.trpg.files import TableLog
    from scenes.files.trpg.people import Table

MOST_NAMES = 20
"""Names that are told of one file."""


def import_log(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Logs, or zips of them.")],
    output: Annotated[
        Path | None, typer.Option("-o", "--output", metavar="OUT", help="Where to write the log.")
    ] = None,
    format: Annotated[
        str | None,
        typer.Option(
            "--format", metavar="FORMAT", help="What the files are; told where not given."
        ),
    ] = None,
    style: Annotated[
        str | None,
        typer.Option(
            "--style",
            metavar="quoted|spoken|thoughts",
            help="Speech is what is quoted, or all but （…）, or quoted with 【…】 thought.",
        ),
    ] = None,
    roles: Annotated[
        list[str] | None,
        typer.Option("--map", metavar="NAME=ROLE", help="The role of a player, by name or id."),
    ] = None,
    narrator: Annotated[
        list[str] | None, typer.Option("--narrator", metavar="NAME", help="Also narrates.")
    ] = None,
    observer: Annotated[
        list[str] | None, typer.Option("--observer", metavar="NAME", help="Also only watches.")
    ] = None,
    bot: Annotated[
        list[str] | None, typer.Option("--bot", metavar="NAME", help="Is a dice bot too.")
    ] = None,
    dice: Annotated[
        bool, typer.Option("--dice/--no-dice", help="Keep results of dice as narration.")
    ] = True,
    comments: Annotated[
        bool,
        typer.Option("--comments", help="Keep off-topic words, commands, observers as comments."),
    ] = False,
    ids: Annotated[bool, typer.Option("--ids", help="Keep the numbers of accounts.")] = False,
) -> None:
    """Import logs of SealDice, Dice!, OlivaDice, SinaNya, QQ, Foundry, CCFOLIA, 回声工坊."""
    from scenes.files.trpg.files import open_logs
    from scenes.files.trpg.people import Table

    table = Table(
        style=_style(style),
        roles=roles_of(roles or []),
        narrators=frozenset(narrator or []),
        observers=frozenset(observer or []),
        bots=frozenset(bot or []),
        dice=dice,
        comments=comments,
        ids=ids,
    )
    not_over(output, files)
    with given():
        logs = [log for path in files for log in open_logs(path, format)]
        write_lines(_lines(logs, table), output, files)


def _lines(logs: "list[TableLog]", table: "Table") -> Iterator[str]:
    for log in logs:
        yield from log.lines(table)
        _tell(log.report)


def _tell(report: "Report") -> None:
    """Say what was read of one file, kept, dropped and why."""
    dropped = sum(report.dropped.values())
    word(
        _(
            "{where}: {format}: {read} read, {kept} kept",
            where=report.where,
            format=report.format,
            read=report.read,
            kept=report.kept,
        )
    )
    for notice in sorted(report.notices):
        place = f"{report.unit} {notice.number}: " if notice.number else ""
        word(f"  {place}{one_line(notice.text)}")
    if report.entries:
        word("  kept: " + _counted(dict(report.entries.most_common())))
    for reason, count in report.dropped.most_common():
        places = ", ".join(map(str, report.first[reason]))
        more = ", …" if count > len(report.first[reason]) else ""
        word(
            _(
                "  dropped: {count} {reason} ({unit} {places}{more})",
                count=count,
                reason=reason,
                unit=report.unit,
                places=places,
                more=more,
            )
        )
    if not dropped:
        word(_("  dropped: nothing"))
    if report.names:
        names = dict(report.names.most_common(MOST_NAMES))
        more = (
            f", and {len(report.names) - len(names)} more" if len(report.names) > len(names) else ""
        )
        word("  roles: " + _counted(names) + more)


def _counted(counts: "dict[str, int]") -> str:
    return ", ".join(f"{one_line(name)} {count}" for name, count in counts.items())


def _style(name: str | None) -> str | None:
    from scenes.files.trpg.styles import STYLES
    from tui.commands.group import one_of

    return one_of(name, STYLES, "style") if name is not None else None
