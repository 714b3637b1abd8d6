"""Writes a model with the tokens of some scripts alone, from a GGUF or from a folder."""

from dataclasses import dataclass
from pathlib import Path

from base.errors import KnownError
from base.messages import _
from base.text import one_line
from base.writing import drafted, reason
from models import starter
from models.catalog import NAMED, known
from models.entries import WHOLE
from models.gguf.header import check_model, read_header
from models.resolve import resolve, weights
from models.room import check_room
from models.trim.choice import Cut
from models.trim.gguf import trim


@dataclass(frozen=True)
class TrimmedModel:
    """What was written, and what the cut came to."""

    path: Path
    tokens: int
    whole: int
    """Tokens before."""
    size: int
    """Bytes of the new weights."""


def trim_to(model: str, out: Path, cut: Cut) -> TrimmedModel:
    """Write the model that is named into the new file or folder `out`.

    A name of the catalog, a GGUF file, or a folder with safetensors. What is written appears whole
    or not at all. Raises `KnownError`.
    """
    source, out = _source(model), out.expanduser()
    if source.is_dir():
        return _trim_folder(source, out, cut)
    if read_header(source).is_adapter:
        raise KnownError(
            _("{path}: this is an adapter; give the model that it belongs to", path=source)
        )
    check_room(out, _("cutting {file}", file=source.name), source.stat().st_size)
    try:
        with drafted(out, [source]) as part, part.open("wb") as file:
            tokens, whole = trim(source, file, cut)
    except OSError as error:
        raise KnownError(
            _("{file}: not written: {reason}", file=out, reason=reason(error))
        ) from error
    return TrimmedModel(out, tokens, whole, out.stat().st_size)


def _trim_folder(source: Path, out: Path, cut: Cut) -> TrimmedModel:
    from models.folders import new_folder
    from models.trim.folder import trim_folder

    size = sum(shard.stat().st_size for shard in source.glob("*.safetensors"))
    with new_folder(out) as part:
        check_room(out, _("cutting {file}", file=source.name), size)
        tokens, whole = trim_folder(source, part, cut)
    size = sum(shard.stat().st_size for shard in out.glob("*.safetensors"))
    return TrimmedModel(out, tokens, whole, size)


def _source(model: str) -> Path:
    """Where the model lies. Raises `KnownError`."""
    named = known(model)
    if named is not None:
        return starter.path(model=WHOLE) if named.embedded else weights(named)
    path = resolve(model).options.get("path")
    if not isinstance(path, Path):
        raise KnownError(
            _(
                "{model}: expected a model's name, a GGUF file or a folder",
                model=one_line(model, NAMED),
            )
        )
    check_model(path)
    return path
