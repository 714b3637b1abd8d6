"""What a person is asked about a file at a terminal: what it is, and who narrates or rolls."""

import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from base.messages import _
from base.text import printable
from tui.failures import BadInput
from tui.output import word

if TYPE_CHECKING:
    from scenes.files.importers import Importer
    from scenes.files.recognise import Recognised
    from scenes.files.trpg.files import TableLog
    from scenes.files.trpg.people import TableRules


def can_ask() -> bool:
    """Whether there is somebody at a terminal."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def asked(file: "Recognised") -> "Importer":
    """What a person says that a file is. Raises `BadInput` where nobody can be asked."""
    from tui.reported import likely, title_of, unsure

    if not can_ask():
        raise BadInput(unsure(file))
    guesses = likely(file)
    word(_("{where} may be several things:", where=file.path.name))
    for number, guess in enumerate(guesses, 1):
        word(f"  {number} {title_of(guess.importer)} ({guess.importer.name})")
    prompt = _("Which number? Enter leaves it out")
    answer = typer.prompt(prompt, default="", show_default=False, err=True).strip()
    if answer.isdecimal() and 0 < int(answer) <= len(guesses):
        return guesses[int(answer) - 1].importer
    raise BadInput(_("{where}: left out", where=file.path.name))


def format_of(path: Path) -> str | None:
    """The format of a log that a person names, where the file does not tell it surely."""
    from scenes.files.recognise import recognise

    if not can_ask():
        return None
    file = recognise(path)
    logs = tuple(one for one in file.ranked if one.importer.kind == "log")
    if not logs or file.is_sure:
        return None
    return asked(replace(file, ranked=logs)).name


def settled(logs: "Sequence[TableLog]", table: "TableRules") -> "TableRules":
    """`table` with what a person says of those who seem to narrate, or to be dice bots."""
    from scenes.files.trpg.players import guessed

    if not can_ask():
        return table
    for one in guessed(logs, table):
        name = printable(one.name)
        question = (
            _("{name} answers commands with dice. Is it a dice bot?", name=name)
            if one.part == "dice"
            else _("{name} seems to narrate. Is that so?", name=name)
        )
        if not typer.confirm(question, default=True, err=True):
            table = replace(table, roles={**table.roles, one.key: one.name.strip()})
        elif one.part == "dice":
            table = replace(table, bots=table.bots | {one.key})
        else:
            table = replace(table, narrators=table.narrators | {one.key})
    return table
