"""Faults of the program itself: one line for the person, the trace in a private log, no secrets."""

import os
import re
import traceback
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from base.folders import log_folder
from base.messages import _
from tui.failures import BadInput, Known, problems_of

LARGEST = 1 << 20
"""Bytes of the log, after which it begins anew."""
LONGEST_TRACE = 1 << 16
"""Characters that are kept of one trace, of its beginning and its end: an error may quote all."""
LONGEST = 200
"""Characters that are said of a fault."""
SHORTEST = 4
"""Characters of a secret; a shorter value would take plain words away."""

_SECRET = re.compile(r"(?:^|_)(?:KEY|TOKEN|SECRET|PASSWORD)$", re.IGNORECASE)
_IN_ADDRESS = re.compile(r"(?<=://)[^/\s@'\"]+(?=@)")
_IN_QUERY = re.compile(r"(?i)(?<=[?&])((?:[\w-]*key|[\w-]*token|password)=)[^&\s'\"]+")
_BEARER = re.compile(r"(?i)\b(bearer )[^\s'\"]+")


class Fault(Exception):
    """What took the screen down, which is its cause."""


def line_of(error: Exception) -> str:
    """What failed, in one line: as it tells it itself, or as the fault of ours that it is."""
    known = isinstance(error, (*Known, BadInput))
    return without_secrets(problems_of(error)[0]) if known else describe_fault(error)


def describe_fault(error: BaseException) -> str:
    """Keep where a fault comes from in the log; what is to be said of it."""
    error = (error.__cause__ if isinstance(error, Fault) else None) or error
    what = " ".join(without_secrets(f"{type(error).__name__}: {error}").split()).rstrip(": ")
    what = what[:LONGEST]
    if file := keep(error):
        return _(
            "an error in paotuan itself ({what}); its trace is in {file}", what=what, file=file
        )
    return _("an error in paotuan itself ({what}); see where with: paotuan --debug …", what=what)


def keep(error: BaseException) -> Path | None:
    """Append the trace of a fault to the log, which only its owner may read; `None` if it cannot be
    written."""
    file = log_folder() / "faults.log"
    with suppress(OSError):
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        anew = file.exists() and file.stat().st_size > LARGEST
        flags = os.O_WRONLY | os.O_CREAT | (os.O_TRUNC if anew else os.O_APPEND)
        when = datetime.now().astimezone().isoformat(timespec="seconds")
        with open(os.open(file, flags, 0o600), "w", encoding="utf-8", errors="replace") as log:
            if os.name == "posix":
                os.fchmod(log.fileno(), 0o600)
            log.write(f"{when}\n{_cut(trace(error))}\n")
        return file
    return None


def trace(error: BaseException) -> str:
    """Where an error comes from, line by line, without values of variables."""
    return without_secrets("".join(traceback.format_exception(error)))


def _cut(text: str) -> str:
    half = LONGEST_TRACE // 2
    return text if len(text) <= LONGEST_TRACE else f"{text[:half]}\n…\n{text[-half:]}"


def without_secrets(text: str) -> str:
    """`text` without keys: those of the environment, and those that an address may hold."""
    longest_first = sorted(os.environ.items(), key=lambda one: -len(one[1]))
    for name, value in longest_first:  # one may be the beginning of another
        if _SECRET.search(name) and len(value) >= SHORTEST:
            text = text.replace(value, f"${name}")
    text = _IN_ADDRESS.sub("…", text)
    return _BEARER.sub(r"\1…", _IN_QUERY.sub(r"\1…", text))
