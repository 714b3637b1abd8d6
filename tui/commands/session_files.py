"""`paotuan sessions rename, duplicate, archive, delete, restore, bin`: sessions kept in order."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from base.messages import _, _n
from tui.failures import BadInput, Known, given, problems_of
from tui.output import data, word

Session = Annotated[
    str, typer.Argument(metavar="ID", help="A session or the beginning of its name.")
]
Sessions = Annotated[
    list[str], typer.Argument(metavar="ID…", help="Sessions or the beginnings of their names.")
]


def rename(
    id: Session,
    title: Annotated[
        str, typer.Argument(metavar="[TITLE]", help="The new name; none gives back the scene's.")
    ] = "",
) -> None:
    """Give a session a name of its own. Its ID stays what it is."""
    from scenes.table.session_files import rename as rename_file
    from scenes.table.session_list import find_session

    with given():
        rename_file(find_session(id), title)


def duplicate(id: Session) -> None:
    """Make a second session that begins as a copy of this one; prints its ID."""
    from scenes.table.session_files import duplicate as copy_of
    from scenes.table.session_list import find_session

    with given():
        data(copy_of(find_session(id)).stem)


def archive(ids: Sessions) -> None:
    """Put sessions out of sight. They can still be resumed by their IDs."""
    from base.folders import sessions_folder
    from scenes.table.session_files import archive as put_away
    from scenes.table.session_list import find_in

    _each(ids, lambda id: put_away(find_in(id, sessions_folder())))


def delete(ids: Sessions) -> None:
    """Put sessions into the bin, from which `restore` takes them out."""
    from scenes.table.session_files import delete as put_away
    from scenes.table.session_list import find_session

    _each(ids, lambda id: put_away(find_session(id)))
    for name in ids[:1]:
        word(_("in the bin; take it out with: paotuan sessions restore {name}", name=name))


def restore(ids: Sessions) -> None:
    """Take sessions out of the bin, or out of the archive."""
    from scenes.table.session_files import find_put_away
    from scenes.table.session_files import restore as take_out

    _each(ids, lambda id: take_out(find_put_away(id)))


def show_bin(
    empty: Annotated[
        bool, typer.Option("--empty", help="Delete for good all that is in it.")
    ] = False,
) -> None:
    """Show what is in the bin, or empty it."""
    from base.folders import sessions_folder
    from scenes.table.session_files import empty_bin
    from scenes.table.session_list import BIN, saved_sessions

    if empty:
        with given():
            count = empty_bin()
        word(
            _n("{n} session deleted for good", "{n} sessions deleted for good", count)
            if count
            else _("the bin is empty")
        )
        return
    sessions = saved_sessions(sessions_folder() / BIN)
    if not sessions:
        word(_("the bin is empty"))
    for one in sessions:
        data(f"{one.id}  {one.title}")


def _each(ids: list[str], do: Callable[[str], Path]) -> None:
    """Do it to every session that can be found, print each ID, and tell at the end what failed."""
    problems: list[str] = []
    for id in ids:
        try:
            with given():
                data(do(id).stem)
        except Known as error:
            problems += problems_of(error)
    if problems:
        raise BadInput(*problems)
