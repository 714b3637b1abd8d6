"""JSON of other people: how deep and large a value may be, and what to say of mistakes in it."""

from json import JSONDecodeError

from base.messages import N_, _

MAX_VALUES = 1_000_000
MAX_DEPTH = 64
MISTAKES = (
    N_("Expecting value"),
    N_("Expecting ',' delimiter"),
    N_("Expecting ':' delimiter"),
    N_("Expecting property name enclosed in double quotes"),
    N_("Extra data"),
    N_("Illegal trailing comma before end of array"),
    N_("Illegal trailing comma before end of object"),
    N_("Invalid \\escape"),
    N_("Invalid \\uXXXX escape"),
    N_("Invalid control character at"),
    N_("Unterminated string starting at"),
)
"""What Python says of JSON that it cannot read."""


def json_mistake(error: JSONDecodeError) -> str:
    """What is wrong, and in which column of its line."""
    return _("{mistake} (column {column})", mistake=_(error.msg), column=error.colno)


def too_deep() -> str:
    """What to say of a value that holds others too deep."""
    return _("nested more than {n} deep", n=MAX_DEPTH)


def too_many() -> str:
    """What to say of a value that holds too many others."""
    return _("more than {n} values", n=f"{MAX_VALUES:,}")


def why_unkept(value: object) -> str | None:
    """Why a value cannot be kept: its depth, or a number that JSON cannot write again."""
    level, depth = [value], 0
    while level:
        if depth > MAX_DEPTH:
            return too_deep()
        below: list[object] = []
        for one in level:
            if isinstance(one, dict):
                below += one.values()
            elif isinstance(one, list):
                below += one
            elif isinstance(one, float) and one in (float("inf"), float("-inf")):
                return _("a number too large to be kept")
        level, depth = below, depth + 1
    return None
