"""What the numbers of sampling may be: of scenes, options and settings alike."""

from base.messages import _

SAMPLING: dict[str, dict[str, float]] = {
    "n": {"ge": 1, "le": 32},
    "draw": {"ge": 0, "le": 32},
    "temperature": {"ge": 0, "le": 10},
    "top_p": {"gt": 0, "le": 1},
    "top_k": {"ge": 0},
    "min_p": {"ge": 0, "le": 1},
    "typical_p": {"gt": 0, "le": 1},
    "repetition_penalty": {"gt": 0, "le": 10},
    "dry_multiplier": {"ge": 0},
    "dry_base": {"ge": 1},
    "dry_allowed_length": {"ge": 0},
    "xtc_probability": {"ge": 0, "le": 1},
    "xtc_threshold": {"ge": 0, "le": 1},
    "max_tokens": {"ge": 1},
    "seed": {"ge": 0, "lt": 2**32},
}
"""The bounds of each setting of `Sampling`, in pydantic's words."""
WHOLE = frozenset({"n", "draw", "top_k", "dry_allowed_length", "max_tokens", "seed"})
"""Those that are whole numbers."""

LEAST_SHARE, MOST_SHARE = 0.05, 0.5
"""The part of a history's tokens that summaries may take."""


def is_inside(name: str, value: float) -> bool:
    """Whether a setting of sampling may have this value."""
    inside = {
        "ge": lambda bound: value >= bound,
        "gt": lambda bound: value > bound,
        "le": lambda bound: value <= bound,
        "lt": lambda bound: value < bound,
    }
    return all(inside[how](bound) for how, bound in SAMPLING[name].items())


def expected_of(name: str) -> str:
    """What a setting of sampling may be, as it is said to a person."""
    whole = name in WHOLE
    match SAMPLING[name]:
        case {"ge": least, "le": most} if whole:
            return _("a whole number from {least} to {most}", least=least, most=most)
        case {"ge": least, "lt": over} if whole:
            return _("a whole number from {least} to {most}", least=least, most=int(over) - 1)
        case {"ge": least} if whole:
            return _("a whole number of at least {least}", least=least)
        case {"ge": least, "le": most}:
            return _("a number from {least} to {most}", least=least, most=most)
        case {"gt": over, "le": most}:
            return _("a number over {over}, up to {most}", over=over, most=most)
        case {"ge": least}:
            return _("a number of at least {least}", least=least)
    raise AssertionError(name)
