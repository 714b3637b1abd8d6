"""What a role may be called, so that its name can begin a line of a log."""

import re
from collections.abc import Iterable

from base.messages import _
from base.text import is_blank, shown, unprintable

LONGEST_NAME = 32
RESERVED = re.compile(r"[\\:：，,。；;、！!？?“”\"《》…【】\[\]{}（）()#=<>|/]")


def name_problem(name: str) -> str | None:
    """Why `name` cannot begin a line of a log, or `None` where it can."""
    if is_blank(name):
        return _("an empty name")
    if code := unprintable(name):
        return _("{code} in a name", code=code)
    if name != " ".join(name.split()):
        return _("a line break, a tab, or a space too many in a name")
    if sign := RESERVED.search(name):
        return _("`{sign}` in a name; the log has another use for it", sign=sign[0])
    if len(name) > LONGEST_NAME:
        return _("a name of {n} characters; at most {most}", n=len(name), most=LONGEST_NAME)
    return None


def label_problem(label: str) -> str | None:
    """Why `label` cannot follow `\\emoji` in a log, or `None` where it can."""
    if not label or label.split() != [label] or "\\" in label:
        return _("{label} is not one word", label=shown(repr(label)))
    return None


def nearest(name: str, known: Iterable[str]) -> str:
    """`; did you mean known?`, or nothing where no known name is close.

    It follows a sentence, in whose id it stands as `{hint}`.
    """
    from rapidfuzz import fuzz, process

    cutoff = 60 if len(name) > 2 else 50  # of two characters, one may be wrong
    match = process.extractOne(
        name[:99], list(known), scorer=fuzz.WRatio, processor=str.casefold, score_cutoff=cutoff
    )
    return _("; did you mean {name}?", name=shown(match[0])) if match else ""
