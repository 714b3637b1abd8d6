"""Names of the hub: which one names a repository, and which file's name leads nowhere else."""

import re
from pathlib import PurePosixPath

REPO = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,95}/[A-Za-z0-9][A-Za-z0-9._-]{0,95}")
"""`owner/name`."""


def flat(name: str) -> str:
    """The name of a repository, or of a file in it, as that of one file."""
    return name.replace("/", "--")


def is_safe(name: str) -> bool:
    """Whether a name from elsewhere is that of a file below a folder, on every system."""
    path = PurePosixPath(name)
    return (
        name == str(path)
        and name.isprintable()
        and not path.is_absolute()
        and not set('\\:*?"<>|') & set(name)
        and 0 < len(path.parts) <= 8
        and all(
            not part.startswith(".") and part == part.rstrip(". ") and len(part.encode()) <= 200
            for part in path.parts
        )
    )
