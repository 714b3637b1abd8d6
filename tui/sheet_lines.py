"""Sheets as lines of text: a name, and below it a value a line, what has changed marked."""

from collections.abc import Iterator

from rich.cells import cell_len

from scenes.table.session import Session

WIDEST = 16
"""Cells of a value's name up to which the values stand below each other."""


def sheet_lines(session: Session, role: str = "") -> Iterator[str]:
    """The sheets where the play stands; only that of `role` where it is named."""
    for one in session.scene.cast:
        rows = session.sheets.rows(one.name, session.turns, session.head)
        if rows and role in ("", one.name):
            yield one.name
            for row in rows:
                mark = "*" if row.has_changed else " "
                yield f" {mark}{padded(row.key)} {row.words}"


def value_names(session: Session) -> list[str]:
    """What `/set` may change where the play stands: of one's own role, and of every role."""
    cast = [role.name for role in session.scene.cast]
    own = list(session.sheet(session.role)) if session.role else []
    return [*own, *(f"{name}.{key}" for name in cast for key in session.sheet(name))]


def padded(name: str) -> str:
    """A name with blanks behind it, so that values stand below each other."""
    return name + " " * max(WIDEST - cell_len(name), 0)
