"""Where a table stands, in words: for who cannot see the screen, or wants to be told. Pure."""

from collections.abc import Iterator

from base.messages import _, _n
from scenes.table.controller import Table


def where(table: Table) -> Iterator[str]:
    """The scene, the place in it, who is next, and what lies on the table, a line each."""
    session, play = table.play.session, table.play
    role = session.role
    yield _("Scene: {title}", title=play.scene.title)
    yield _("You play: {role}", role=role) if role else _("You are watching")
    yield _place(table)
    if play.next is None:
        yield _("Next: nobody chosen yet")
    elif play.next.name == role:
        yield _("Next: you")
    else:
        yield _("Next: {name}", name=play.next.name)
    yield hand_of(table)
    if session.can_undo:
        yield _("/undo takes back what was done last")


def hand_of(table: Table) -> str:
    """Which hand of candidates is shown, of how many."""
    hand, many = table.hand, len(table.hands)
    if hand is None:
        if table.hidden:
            return _("The candidates are hidden; an empty line brings them back")
        return _("No candidates on the table")
    values = {"name": hand.speaker.name, "at": table.hand_at, "of": many}
    count = len(hand.complete)
    if many > 1:
        return _n(
            "Hand {at} of {of}: {n} line for {name}",
            "Hand {at} of {of}: {n} lines for {name}",
            count,
            **values,
        )
    return _n(
        "On the table: {n} line for {name}", "On the table: {n} lines for {name}", count, **values
    )


def _place(table: Table) -> str:
    session = table.play.session
    branches = len(session.leaves())
    if session.head is None:
        return _("Nothing has been said yet")
    looking = table.looking
    if looking is not None:
        return _("You look at the candidates of turn #{number}", number=looking.id)
    return _n(
        "You stand at turn #{turn}, {depth} turns from the beginning; there is one branch",
        "You stand at turn #{turn}, {depth} turns from the beginning; there are {n} branches",
        branches,
        turn=session.head,
        depth=len(session.path),
    )
