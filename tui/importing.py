"""The path of a file as a person types it, or drops it into a terminal."""

from pathlib import Path
from urllib.parse import unquote


def typed_path(text: str) -> Path:
    """A path that may stand in quotes, or be a `file://` address."""
    text = text.strip()
    if len(text) > 1 and text[0] == text[-1] and text[0] in "'\"":
        text = text[1:-1]
    if text.startswith("file://"):
        text = unquote(text.removeprefix("file://"))
    try:
        return Path(text).expanduser()
    except RuntimeError:  # `~somebody` who is not known here
        return Path(text)
