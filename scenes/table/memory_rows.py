"""What is remembered at a table, in words. Pure."""

from collections.abc import Mapping

from base.messages import N_, _, series
from base.text import printable
from scenes.table.memories import MemoryIntentions
from scenes.table.memory_state import Pinned, Standing

CHANGED: Mapping[str, str] = {
    "written": N_("the model has summed up a stretch; /summary shows it"),
    "edited": N_("summed up; it is read once its turns are not"),
    "switched": N_("switched; /summary shows which summaries are read"),
    "pinned": N_("pinned; it comes back when its words do"),
    "forgotten": N_("forgotten"),
}
"""What is said of a change."""


def summary_row(table: MemoryIntentions, number: int, one: Standing) -> str:
    """A summary: its number, its turns, whether it is read, who wrote it, and its text."""
    path = table.play.session.path
    first, last = path[one.start].id, path[one.end - 1].id
    by = one.summary.on or _("by hand")
    state = "" if one.used else f" · {_('not read')}"
    turns = f"#{first}–#{last}"
    return f"{number}  {turns}  ({printable(by)}{state})  {printable(one.summary.text)}"


def fact_row(number: int, fact: Pinned) -> str:
    """A fact: its number, who knows it, and its text."""
    known = f"  @{series(fact.known)}" if fact.known else ""
    return printable(f"{number}{known}  {fact.text}")


def memory_rows(table: MemoryIntentions) -> list[str]:
    """The summaries and the facts of this branch, a line each."""
    summaries = [summary_row(table, at, one) for at, one in enumerate(table.summaries, 1)]
    facts = [f"@ {fact_row(at, fact)}" for at, fact in enumerate(table.facts, 1)]
    return [*summaries, *facts]
