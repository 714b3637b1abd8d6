"""What is told of the sheets at a table: what has changed, and what was kept within its bounds."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from base.messages import _, _n, series
from characters.sheets.pools import kept_within
from characters.sheets.values import Sheet, told
from scenes.dice.rules import rules_of
from scenes.table import controller_events as happened
from scenes.table.session import Session
from scenes.table.sheets import Change, differences

MOST_NAMED = 4
"""Changes that are told one by one."""


def within_bounds(
    session: Session, name: str, changes: Sequence[Change]
) -> tuple[list[Change], list[str]]:
    """The changes of a role's sheet with HP, SAN and MP within their bounds, and what is told of
    those that were not."""
    rows = session.sheets.rows(name, session.turns, session.head)
    first = {row.key: row.first for row in rows}
    sheet, mythos = dict(session.sheet(name)), rules_of(session.scene.dice).game == "coc7"
    kept, words = [], []
    for one in changes:
        if one.after is not None:
            bound = kept_within(one.key, one.after, sheet, first.get(one.key), mythos)
            sheet[one.key] = bound.value
            one = replace(one, after=bound.value)
            words += [bound.told] if bound.told else []
        kept.append(one)
    return kept, words


def sheets_now(session: Session) -> dict[str, Sheet]:
    """The sheet of each role where the play stands."""
    return {role.name: session.sheet(role.name) for role in session.scene.cast}


def changed_since(session: Session, before: Mapping[str, Sheet]) -> Iterator[happened.SheetChanged]:
    """What is told of the sheets that are others now than in `before`."""
    for name, sheet in before.items():
        if changes := list(differences(sheet, session.sheet(name))):
            yield sheet_changed(name, changes)


def sheet_changed(name: str, changes: Sequence[Change]) -> happened.SheetChanged:
    """What is told of changes in the sheet of a role, in a line."""
    if len(changes) > MOST_NAMED:
        n = len(changes)
        words = _n("{name}: {n} value changed", "{name}: {n} values changed", n, name=name)
    else:
        words = _("{name}: {words}", name=name, words=series(map(_told, changes)))
    return happened.SheetChanged(name, words)


def _told(change: Change) -> str:
    """`HP 11 → 8`, or a new value alone."""
    before = "" if change.before is None else f"{told(change.before)} → "
    return f"{change.key} {before}{told(change.after)}"
