"""One command of the table: what it does, how it is written, what its help says."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from base.errors import KnownError
from base.messages import _, language

if TYPE_CHECKING:
    from scenes.table.controller import Table


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
        self.do(table, rest)

    def miswritten(self) -> KnownError:
        """What is wrong where it is not written as it should be."""
        return KnownError(_("this command is written {form}", form=written(self)))


def written(command: Command) -> str:
    """How a command is written in the person's language."""
    form, name = str(_(command.form)), f"/{command.name}"
    if form.split()[0] == name and language().startswith("zh") and command.aliases:
        return f"/{command.aliases[0]}{form.removeprefix(name)}"
    return form
