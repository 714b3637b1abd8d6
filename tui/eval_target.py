"""What is evaluated: a model, or an adapter on its base, found by what the person names."""

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from base.errors import KnownError
from base.messages import _

if TYPE_CHECKING:
    from models.backend import Backend
    from models.resolve import ModelSpec

CONFIG = "adapter_config.json"


@dataclass(frozen=True)
class Subject:
    """A model and how to open it, with an adapter or without."""

    opening: "ModelSpec"
    adapter: Path | None = None

    @property
    def name(self) -> str:
        return self.adapter.name.removesuffix(".gguf") if self.adapter else self.opening.title

    @property
    def without_adapter(self) -> "Subject":
        return replace(self, adapter=None)

    def open(self, adapters: tuple[Path, ...], **options: object) -> "Backend":
        """Open the model with these adapters, each named by its path. Raises `KnownError`."""
        if adapters:
            options["adapters"] = {str(path): path for path in adapters}
        return self.opening.open(**options)


def find_subject(spec: str, base: str | None, adapter: str | None) -> Subject:
    """What `spec` names: an adapter's folder or GGUF, the name of one, or a
    model as `--model` names it. Raises `KnownError`.

    `base` is the model of an adapter, that which it was trained on by default; `adapter` the one
    to put on a model.
    """
    from models.resolve import resolve

    path = find_adapter(spec) if adapter is None else _existing(adapter)
    if path is None:
        if base is not None:
            raise KnownError(
                _(
                    "{spec}: no adapter there, and --model {base} names the base of one; check "
                    "the path, or leave --model out",
                    spec=spec,
                    base=base,
                )
            )
        return _here(Subject(resolve(spec)))
    named = base or (spec if adapter is not None else _trained_on(path))
    return _here(Subject(_for_adapter(named, path), path))


def _here(subject: Subject) -> Subject:
    """The subject, whose model lies on this machine. Raises `KnownError` where it does not."""
    subject.opening.check()
    return subject


def find_adapter(spec: str) -> Path | None:
    """The adapter at a path, or of that name where scenes find theirs; None where it is none."""
    from scenes.adapters import find_adapter as named

    places = [Path(spec).expanduser()]
    if Path(spec).name == spec:
        places += [place for place in (named(spec, False), named(spec, True)) if place]
    return next((place for place in places if _is_adapter(place)), None)


def _is_adapter(path: Path) -> bool:
    if path.is_dir():
        return (path / CONFIG).is_file()
    if path.suffix != ".gguf" or not path.is_file():
        return False
    from models.gguf.header import read_header

    return read_header(path).is_adapter


def _existing(path: str) -> Path:
    found = find_adapter(path) or Path(path).expanduser()
    if not found.exists():
        raise KnownError(
            _("adapter {path}: nothing there, expected a folder or a GGUF file", path=path)
        )
    return found


def _trained_on(path: Path) -> str:
    """The base that a PEFT folder names; the starter for an adapter that names none."""
    if path.is_file():
        return "starter"
    try:
        config = json.loads((path / CONFIG).read_text(encoding="utf-8"))
        base = config.get("base_model_name_or_path")
    except (OSError, ValueError, AttributeError) as error:
        raise KnownError(
            _("{path}: not readable as JSON; fetch it again", path=path / CONFIG)
        ) from error
    if not base or not isinstance(base, str):
        raise KnownError(_("{path}: names no base; give it with: --model BASE", path=path))
    return base


def _for_adapter(base: str, adapter: Path) -> "ModelSpec":
    """How to open a base so that the adapter fits: GGUF by llama.cpp, folders by PyTorch."""
    from models.resolve import LOCAL, ModelSpec, resolve

    try:
        if adapter.is_dir():
            found = resolve(base if base.startswith(LOCAL) else LOCAL + base)
        else:
            found = resolve(base)
    except KnownError as error:
        if adapter.is_dir() and base.count("/") == 1 and not base.startswith((".", "/", "~")):
            return ModelSpec("local", base, {"path": base})
        raise KnownError(
            _(
                "adapter {adapter}: its base: {error}; give another with: --model BASE",
                adapter=adapter,
                error=error,
            )
        ) from error
    if adapter.is_file() and found.backend != "llamacpp":
        raise KnownError(
            _(
                "adapter {adapter}: a GGUF, expected a base in GGUF as well, not {base}",
                adapter=adapter,
                base=base,
            )
        )
    return found
