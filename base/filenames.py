"""Names of files made of people's words: safe on every system, no two of them one elsewhere."""

import re
import unicodedata
from collections.abc import Collection, Iterable
from itertools import count
from pathlib import Path

LONGEST = 60
"""Characters of a name."""
BYTES = 180
"""Bytes of a name in UTF-8: a file has at most 255, and endings and numbers follow."""
_RESERVED = re.compile(r"con|prn|aux|nul|con(in|out)\$|(com|lpt)[0-9¹²³]", re.IGNORECASE)


def file_name(
    words: str, otherwise: str, taken: Collection[str] = (), there: Collection[str] = ()
) -> str:
    """`words` as a file's name without ending, which leads nowhere else; `otherwise` for none.

    In NFC; letters, digits, marks, `-` and `_` alone; none that a system keeps for devices. It
    gets a number where it would be one with a name of `taken`, however its letters are written,
    or with one of `there` that is written otherwise.
    """
    plain = "".join(c if _is_kept(c) else "-" for c in unicodedata.normalize("NFC", words))
    name = _cut(plain.strip("-"), LONGEST, BYTES) or otherwise
    if _RESERVED.fullmatch(name):
        name += "_"
    known = {folded(one): one for one in there} | {folded(one): "" for one in taken}
    numbered = (name if number == 1 else f"{name}-{number}" for number in count(1))
    return next(one for one in numbered if known.get(folded(one), one) == one)


def stems(folder: Path, ending: str) -> list[str]:
    """What is called `….ending` in a folder, without that."""
    try:
        names: Iterable[str] = [path.name for path in folder.iterdir()]
    except OSError:
        return []
    return [name[: -len(ending)] for name in names if folded(name).endswith(folded(ending))]


def folded(name: str) -> str:
    """What two names have in common that are one where case and composition are no difference."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", name).casefold())


def _is_kept(character: str) -> bool:
    return character in "-_" or unicodedata.category(character)[0] in "LNM"


def _cut(name: str, characters: int, size: int) -> str:
    """The beginning of a name, at most so long, that does not end within a character's marks."""
    end = min(len(name), characters)
    while len(name[:end].encode("utf-8", "replace")) > size:
        end -= 1
    while 0 < end < len(name) and unicodedata.combining(name[end]):
        end -= 1
    return name[:end].rstrip("-")
