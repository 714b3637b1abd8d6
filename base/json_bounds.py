"""How deep and how large a JSON value of other people may be, to be kept and written again."""

MAX_VALUES = 1_000_000
MAX_DEPTH = 64

TOO_DEEP = f"nested more than {MAX_DEPTH} deep"
TOO_MANY = f"more than {MAX_VALUES:,} values"


def why_unkept(value: object) -> str | None:
    """Why a value cannot be kept: its depth, or a number that JSON cannot write again."""
    level, depth = [value], 0
    while level:
        if depth > MAX_DEPTH:
            return TOO_DEEP
        below: list[object] = []
        for one in level:
            if isinstance(one, dict):
                below += one.values()
            elif isinstance(one, list):
                below += one
            elif isinstance(one, float) and one in (float("inf"), float("-inf")):
                return "a number too large to be kept"
        level, depth = below, depth + 1
    return None
