"""What `scenes edit` and `characters edit` do: a file in an editor, then what is wrong with it."""

import typer

from base.folders import shown_path
from base.messages import _
from tui.failures import BAD_INPUT, given
from tui.output import data, short, word


def edit_and_tell(kind: str, name: str) -> None:
    """Edit a file of `scenes` or `characters`; exit 2 where it does not read afterwards."""
    from tui.editing import edit
    from tui.editing_library import check_of, own_file

    with given():
        path = own_file(kind, name)
        edited = edit(path, check_of(kind))
    if edited.said:
        word(edited.said)
    if not edited.problems:
        data(str(path))
        return
    for problem in edited.problems:
        word(short(problem))
    if edited.former is not None:
        former = shown_path(edited.former)
        word(_("the former version, which reads, is kept in {file}", file=former))
    raise typer.Exit(BAD_INPUT)
