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
class EvalTarget:
    """A model and how to open it, with an adapter or without."""

    opening: "ModelSpec"
    adapter: Path | None = None

    @property
    def name(self) -> str:
        return self.adapter.name.removesuffix(".gguf") if self.adapter else self.opening.title

    @property
    def without_adapter(self) -> "EvalTarget":
        return replace(self, adapter=None)

    def open(self, adapters: tuple[Path, ...], **options: object) -> "Backend":
        """Open the model with these adapters, each named by its path. Raises `KnownError`."""
        if adapters:
            options["adapters"] = {str(path): path for path in adapters}
        return self.opening.open(**options)


def find_target(spec: str, base: str | None, adapter: str | None) -> EvalTarget:
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
                    "{spec}: not an adapter, and --model {base} names the base of one; check the "
                    "path, or leave out --model",
                    spec=spec,
                    base=base,
                )
            )
        return _here(EvalTarget(resolve(spec)))
    named = base or (spec if adapter is not None else _trained_on(path))
    return _here(EvalTarget(_for_adapter(named, path), path))


def _here(target: EvalTarget) -> EvalTarget:
    """The target, whose model lies on this machine. Raises `KnownError` where it does not."""
    target.opening.check()
    return target


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
    place = find_adapter(path) or Path(path).expanduser()
    if not place.exists():
        raise KnownError(
            _("adapter {path}: no such file, expected a folder or a GGUF file", path=path)
        )
    return place


def _trained_on(path: Path) -> str:
    """The base that a PEFT folder names; the starter for an adapter that names none."""
    if path.is_file():
        return "starter"
    try:
        config = json.loads((path / CONFIG).read_text(encoding="utf-8"))
        base = config.get("base_model_name_or_path")
    except (OSError, ValueError, AttributeError) as error:
        raise KnownError(
            _("{path}: cannot be read as JSON; fetch it again", path=path / CONFIG)
        ) from error
    if not base or not isinstance(base, str):
        raise KnownError(_("{path}: does not name its base; give it with: --model BASE", path=path))
    return base


def _for_adapter(base: str, adapter: Path) -> "ModelSpec":
    """How to open a base so that the adapter fits: GGUF by llama.cpp, folders by PyTorch."""
    from models.resolve import LOCAL, ModelSpec, resolve

    try:
        if adapter.is_dir():
            spec = resolve(base if base.startswith(LOCAL) else LOCAL + base)
        else:
            spec = resolve(base)
    except KnownError as error:
        if adapter.is_dir() and base.count("/") == 1 and not base.startswith((".", "/", "~")):
            return ModelSpec("local", base, {"path": base})
        raise KnownError(
            _(
                "adapter {adapter}: its base cannot be opened ({error}); give another with: "
                "--model BASE",
                adapter=adapter,
                error=error,
            )
        ) from error
    if adapter.is_file() and spec.backend != "llamacpp":
        raise KnownError(
            _(
                "adapter {adapter}: it is a GGUF file, so its base must be one too, and {base} "
                "is not; give one with: --model BASE",
                adapter=adapter,
                base=base,
            )
        )
    return spec
