"""`paotuan import -o`: logs and chats as one log of ours, or a log each in a folder."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from base.filenames import file_name, stems
from base.messages import _
from tui.commands.chat_asking import chat_rules, chats_at, settled_chat
from tui.commands.import_asking import settled
from tui.commands.log_import import lines_of
from tui.commands.options import roles_of
from tui.commands.writing import not_over, write_lines
from tui.failures import BadInput, given
from tui.output import data, word

if TYPE_CHECKING:
    from scenes.files.chats.people import ChatRules
    from scenes.files.chats.source import ChatFile
    from scenes.files.importers import Importer
    from scenes.files.recognise import Recognised
    from scenes.files.report import ImportReport
    from scenes.files.trpg.files import TableLog
    from scenes.files.trpg.people import TableRules


class Talk(NamedTuple):
    """A log or a chat that is to be written."""

    path: Path
    title: str
    """After what its own file is named."""
    lines: Iterator[str]
    reports: "list[ImportReport]"
    is_chat: bool = False


def write_logs(
    files: "Sequence[Recognised]",
    output: Path,
    table: "TableRules",
    player: str | None,
    problems: list[str],
    as_data: bool = False,
) -> "list[ImportReport]":
    """Write logs and chats, whole or not at all; `problems` gets what is wrong with any of them.

    Into a folder each is written by itself, and one that is wrong stops no other; into a file none
    is written then.
    """
    into_folder = output.is_dir()
    for file in files:
        if file.importer.kind not in ("log", "chat"):
            problems.append(
                _(
                    "{where}: -o writes logs and chats only, and this is neither: {title}",
                    where=file.path,
                    title=_(file.importer.title),
                )
            )
    if problems and not into_folder:
        return []
    if not into_folder:
        not_over(output, [file.path for file in files])
    talks = [
        talk
        for file in files
        for make in _talks(file, table, player, problems)
        for talk in _made(make, problems)
    ]
    if into_folder:
        return [one for talk in talks for one in _into(output, talk, problems, as_data)]
    if problems:
        return []
    with given():
        write_lines(_joined(talks), output, [file.path for file in files])
    reports = [report for talk in talks for report in talk.reports]
    for report in reports:
        report.files.append(str(output))
    return reports


def _talks(
    file: "Recognised", table: "TableRules", player: str | None, problems: list[str]
) -> "Iterator[Callable[[], Talk]]":
    """What makes each talk in a file."""
    if file.importer.kind == "log":
        yield lambda: _log(file, table)
    elif file.importer.kind == "chat":
        rules = chat_rules(table, player)
        for chat in chats_at(file.path, file.importer, problems):
            yield lambda chat=chat: _chat(chat, file.importer, rules)  # type: ignore[misc]


def _made(make: Callable[[], Talk], problems: list[str]) -> list[Talk]:
    """The talk, or none where it cannot be read; `problems` gets the reason."""
    try:
        with given():
            return [make()]
    except BadInput as error:
        problems += error.problems
        return []


def _log(file: "Recognised", table: "TableRules") -> Talk:
    from scenes.files.trpg.files import open_logs

    roles_of([f"{name}=" for name, role in table.roles.items() if not role])  # refused
    logs: list[TableLog] = open_logs(file.path, file.format)
    lines = lines_of(logs, settled(logs, table))
    return Talk(file.path, file.path.stem, lines, [log.report for log in logs])


def _chat(chat: "ChatFile", importer: "Importer", rules: "ChatRules") -> Talk:
    from scenes.files.chats import chat_log

    rules = settled_chat(chat, importer, rules)
    told, report, lines = chat_log(chat, rules, importer)
    title = told.title if chat.part else chat.path.stem
    return Talk(chat.path, title, _reported(lines, report), [report], True)


def _reported(lines: Iterator[str], report: "ImportReport") -> Iterator[str]:
    """The lines of a chat; what became of it is told when they end."""
    from tui.reported import report_lines

    yield from lines
    for line in report_lines(report):
        word(line)


def _joined(talks: Sequence[Talk]) -> Iterator[str]:
    """The lines of all talks; where there are several, each chat is a chapter."""
    from scenes.log import Entry, write

    for talk in talks:
        if talk.is_chat and len(talks) > 1:
            yield f"{write(Entry('chapter', ' '.join(talk.title.split())))}\n"
        yield from talk.lines


def _into(folder: Path, talk: Talk, problems: list[str], as_data: bool) -> "list[ImportReport]":
    """Write a talk into a folder, under a name that is free there."""
    path = folder / f"{file_name(talk.title, 'log', stems(folder, '.txt'))}.txt"
    try:
        with given():
            write_lines(talk.lines, path, [talk.path])
    except BadInput as error:
        problems += error.problems
        return []
    for report in talk.reports:
        report.files.append(str(path))
    if not as_data:
        data(str(path))
    return talk.reports
