"""Makes a new folder for what a model is converted to."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from safetensors import SafetensorError

from base.errors import KnownError
from base.messages import _
from base.writing import new_folder as drafted_folder
from base.writing import reason


@contextmanager
def new_folder(out: Path) -> Iterator[Path]:
    """A hidden folder beside `out` that takes its name when all went well. Raises `KnownError`."""
    if out.is_file() or (out.is_dir() and any(out.iterdir())):
        raise KnownError(_("{folder}: exists already; choose the name of a new folder", folder=out))
    try:
        with drafted_folder(out) as partial:
            yield partial
    except OSError as error:
        raise KnownError(
            _("{folder}: not written: {reason}", folder=out, reason=reason(error))
        ) from None
    except SafetensorError as error:
        raise KnownError(
            _(
                "{folder}: not written: {reason}; make room, then try again",
                folder=out,
                reason=error,
            )
        ) from None
