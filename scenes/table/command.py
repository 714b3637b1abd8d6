"""One command of the table: what it does, how it is written, what its help says."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from base.errors import KnownError
from base.messages import _, language

if TYPE_CHECKING:
    from scenes.table.controller import Table


NUMBER_BEFORE = re.compile(r"(\d{1,9})(?:\s+(.*))?", re.DOTALL)
"""A number, and what may follow it."""


class MiswrittenError(Exception):
    """A command is not written as it should be; `Command.run` says how that is."""


@dataclass(frozen=True)
class Command:
    """One command: what it does with the text behind it, how it is written, what its help says."""

    name: str
    form: str
    """How it is written; its Chinese sentence names it by an alias: `/撤销`."""
    help: str
    do: "Callable[[Table, str], object]"
    aliases: tuple[str, ...] = ()
    """What else it may be called, in Chinese first."""

    @property
    def takes_text(self) -> bool:
        """Whether anything may follow its name."""
        return " " in self.form

    def run(self, table: "Table", rest: str) -> None:
        """Do it. Raises `KnownError`, also for a text behind a command that takes none."""
        if rest and not self.takes_text:
            raise self.miswritten()
        try:
            self.do(table, rest)
        except MiswrittenError:
            raise self.miswritten() from None

    def miswritten(self) -> KnownError:
        """What is wrong where it is not written as it should be."""
        return KnownError(_("this command is written {form}", form=written(self)))


def written(command: Command) -> str:
    """How a command is written in the person's language."""
    form, name = str(_(command.form)), f"/{command.name}"
    if form.split()[0] == name and language().startswith("zh") and command.aliases:
        return f"/{command.aliases[0]}{form.removeprefix(name)}"
    return form


def number_before(rest: str) -> tuple[int, str]:
    """The number that a text begins with, and what follows it. Raises `MiswrittenError`."""
    match = NUMBER_BEFORE.fullmatch(rest)
    if match is None:
        raise MiswrittenError
    return int(match[1]), match[2] or ""


def number_or_none(rest: str) -> int | None:
    """The number of a text; `None` of an empty one. Raises `MiswrittenError`."""
    return number_before(rest)[0] if rest else None
