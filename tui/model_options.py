"""Which model plays and how: what the person asks for, before the environment and the scene."""

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any

from base.errors import KnownError
from base.messages import N_, _, series
from base.ranges import expected_of, is_inside
from base.text import shown
from tui.failures import BadInput, given
from tui.output import word
from tui.preferences import model_named, preferred_model

if TYPE_CHECKING:
    from models.backend import Backend
    from models.resolve import ModelSpec
    from scenes.scene import Scene
    from scenes.table.teaching import Way

WITH_ADAPTERS = ("llamacpp", "local", "server")
"""The backends that open adapters from files; a server loads those that it does not have."""


QUANTIZATIONS = ("none", "int8", "int4")
IDLE = {
    "llamacpp": N_("--quantization {name}: left out, since a GGUF file is quantized already"),
    "server": N_("--quantization {name}: left out, since a server holds its own weights"),
    "scripted": N_("--quantization {name}: left out, since the scripted model has no weights"),
}
"""What is said where a quantization does nothing, by backend."""


@dataclass(frozen=True)
class Choice:
    """What the person asks of the model; `None` and nothing leave it to the scene."""

    model: str | None = None
    """A name of the catalog, `scripted`, a path, or a server's address."""
    context: int | None = None
    """Tokens of prompt and candidate together."""
    quantization: str | None = None
    """`none`, `int8` or `int4`, for weights that are stored in full."""
    asked: Mapping[str, Any] = field(default_factory=dict)
    """Settings of `models.backend.Sampling` by name."""
    adapters: Mapping[str, str] = field(default_factory=dict)
    """Where adapters lie that the roles name."""
    threads: int | None = None
    """Processor threads of a model in process; `None` is its own choice."""
    watch: bool = False
    """Whether the table plays by itself from the beginning."""
    auto: int = 0
    """How many turns it plays by itself from the beginning; 0 is none, or as many as it may."""
    waits: bool = False
    """Whether a table that plays by itself waits for the person where their own role is up."""
    pace: float | None = None
    """Seconds a turn of a table that plays by itself; `None` is by the length of the line."""
    by_line: bool = False
    """Whether the table is played line by line, which a lesson has to know."""


def choose(
    model: str | None,
    context: int | None,
    quantization: str | None,
    asked: Mapping[str, Any],
    adapters: Sequence[str] = (),
    threads: int | None = None,
) -> Choice:
    """The choice that options make; those that are `None` are not said. Raises `BadInput`."""
    sampling = {name: value for name, value in asked.items() if value is not None}
    if quantization is not None:
        check_quantization(quantization)
    for name, value in sampling.items():
        _check_range(name, value)
    if context is not None and context < 1:
        raise BadInput(_("--context {context}: expected at least 1", context=context))
    if threads is not None and threads < 1:
        raise BadInput(_("--threads {threads}: expected at least 1", threads=threads))
    return Choice(model, context, quantization, sampling, dict(map(_named, adapters)), threads)


def check_quantization(name: str) -> None:
    """Raise `BadInput` for a quantization that there is none of."""
    from tui.commands.group import one_of

    one_of(name, QUANTIZATIONS, "quantization")


def find_model(choice: Choice, scene: "Scene | None" = None) -> "ModelSpec":
    """The model that is meant: by option, environment, scene or settings; else the starter.

    Raises `KnownError` with the nearest names where there is none such, and where its files are not
    on this machine.
    """
    spec = _named_model(choice, scene)
    spec.check()
    return spec


def given_model(choice: Choice, scene: "Scene | None" = None) -> "ModelSpec":
    """The model that a person asks for, before anything is done with it; says which of the options
    it does not heed. Raises `BadInput`."""
    with given():
        spec = _named_model(choice, scene)
        if spec.backend in WITH_ADAPTERS:
            _adapters(choice, scene, spec.backend)
        spec.check()
    if scene is not None:
        _refuse_unused(choice, scene)
    for line in idle(choice, spec.backend):
        word(line)
    return spec


def idle(choice: Choice, backend: str) -> Iterator[str]:
    """A line for each option that such a model does not heed."""
    if choice.quantization not in (None, "none") and backend != "local":
        yield _(IDLE[backend], name=choice.quantization)
    by_hand = choice.threads and os.environ.get("PAOTUAN_THREADS") != str(choice.threads)
    if by_hand and backend != "llamacpp":
        yield _(
            "--threads {threads}: left out, since only llama.cpp uses it", threads=choice.threads
        )
    if choice.adapters and backend == "scripted":
        yield _("--adapter: left out, since the scripted model has no adapters")


def _named_model(choice: Choice, scene: "Scene | None") -> "ModelSpec":
    from models.resolve import resolve

    return resolve(model_name(choice, scene))


def model_name(choice: Choice, scene: "Scene | None") -> str:
    """What names the model: the option, PAOTUAN_MODEL, the scene, the settings, else the starter;
    a name of the settings stands for what they keep under it. A lesson is recited, whatever is
    asked for."""
    if scene and scene.lesson:
        return "scripted"
    given = choice.model or os.environ.get("PAOTUAN_MODEL") or (scene and scene.model.use)
    return model_named(given or preferred_model() or "starter")


def open_model(
    choice: Choice, scene: "Scene | None" = None, at_server: Sequence[str] = ()
) -> "Backend":
    """Open the model that `find_model` finds, with the adapters that the scene's roles name, and
    with those that a server has to have by the names `at_server`.

    One that the person did not give, and that is for another base, is left out with a notice. It
    may take long. Raises `KnownError`.
    """
    from scenes.table.voice import Voiced
    from tui.scripts_of_scene import in_scripts_of
    from tui.strangers import check_host

    check_host(choice, scene)
    spec, notices = in_scripts_of(find_model(choice, scene), scene)
    says = scene.model if scene else None
    context = choice.context or (says and says.context)
    quantization = choice.quantization or (says and says.quantization)
    options: dict[str, Any] = {}
    if context and (spec.backend != "scripted" or choice.context):
        options["context"] = context
    if spec.backend == "local" and quantization in ("int8", "int4"):
        options["quantization"] = quantization
    if spec.backend == "local" and says and says.scripts:
        options["scripts"] = says.scripts
    if spec.backend == "llamacpp" and choice.threads:
        options["threads"] = choice.threads
    if spec.backend in WITH_ADAPTERS and (paths := _adapters(choice, scene, spec.backend)):
        options["adapters"] = paths
    if spec.backend == "server" and at_server:
        options["adapters"] = dict.fromkeys(at_server) | options.get("adapters", {})
    if spec.backend != "scripted" and (names := named_by(scene) - choice.adapters.keys()):
        options["optional"] = names
    if scene and scene.lesson:
        from scenes.table.teaching import Teacher

        way: Way = "typed" if choice.by_line else "keys"
        options = {"answers": Teacher(scene.lesson, scene.opening, way).lines}
    own = _own_adapter(spec)
    if own is not None:
        options["adapters"] = {own[0]: own[1], **options.get("adapters", {})}
        options["optional"] = {own[0], *options.get("optional", ())}
    backend = spec.open(**options)
    if own is not None and isinstance(backend, Voiced):
        backend.own_adapter = own[0]
    backend.notices += notices
    return backend


def _own_adapter(spec: "ModelSpec") -> tuple[str, Path] | None:
    """The adapter that a model draws with for roles which name none, and where it lies."""
    from scenes.adapters import find_adapter

    name = spec.model.adapter if spec.model else None
    place = find_adapter(name, spec.backend == "llamacpp") if name else None
    return (name, place) if name and place else None


def better_than_starter(choice: Choice, scene: "Scene | None" = None) -> list[str] | None:
    """Larger models that this machine could run, where the starter is to play; else `None`."""
    from models.catalog import better_models
    from models.memory.machine import machine_memory

    model = _named_model(choice, scene).model
    if model is None or not model.embedded:
        return None
    return [model.name for model in better_models(*machine_memory())]


class Loading:
    """Opens the model in a thread of its own, beside what the person reads."""

    def __init__(self, choice: Choice, scene: "Scene | None") -> None:
        self._backend: Backend | None = None
        self._error: BaseException | None = None
        self.better: list[str] | None = None
        """Larger models that this machine could run, where the starter was opened."""
        self._work = (choice, scene)
        self._thread = Thread(target=self._open, name="open model", daemon=True)
        self._thread.start()

    @property
    def done(self) -> bool:
        return not self._thread.is_alive()

    def backend(self) -> "Backend":
        """Wait for the model, in steps that Ctrl-C can end. Raises what opening it raised."""
        while self._thread.is_alive():
            self._thread.join(0.1)
        if self._error is not None:
            raise self._error
        assert self._backend is not None
        return self._backend

    def close(self) -> None:
        """Close the model if it is open."""
        if self._backend is not None:
            self._backend.close()

    def _open(self) -> None:
        try:
            self.better = better_than_starter(*self._work)
            self._backend = open_model(*self._work)
        except BaseException as error:
            self._error = error


def _adapters(choice: Choice, scene: "Scene | None", backend: str) -> dict[str, Path]:
    """The file or folder of every adapter that is named; a server may have those that are missing.

    Raises `KnownError` for one that is missing here where it is to be opened here.
    """
    from base.names import nearest
    from scenes.adapters import adapter_folders, adapter_names, find_adapter

    paths = {name: Path(path).expanduser() for name, path in choice.adapters.items()}
    if backend == "server":
        places = {name: find_adapter(name, False) for name in named_by(scene) - paths.keys()}
        return paths | {name: place for name, place in places.items() if place is not None}
    for name, path in paths.items():
        if not path.exists():
            raise KnownError(
                _(
                    "adapter {name}: there is nothing at {path}; give another --adapter {name}=…",
                    name=shown(name),
                    path=path,
                )
            )
    for name in named_by(scene) - paths.keys():
        place = find_adapter(name, backend == "llamacpp")
        if place is None:
            raise KnownError(
                _(
                    "adapter {name}: no adapter of that name is in {folders}{hint}; give it "
                    "with: --adapter {name}=PATH",
                    name=shown(name),
                    folders=series(map(str, adapter_folders()[:2])),
                    hint=nearest(name, adapter_names()),
                )
            )
        paths[name] = place
    return paths


def _refuse_unused(choice: Choice, scene: "Scene") -> None:
    """Raise `BadInput` for an adapter that no role names."""
    from base.names import nearest

    names = sorted(named_by(scene))
    for name in choice.adapters.keys() - set(names):
        if not names:
            raise BadInput(_("--adapter {name}=…: no role names an adapter", name=name))
        raise BadInput(
            _(
                "--adapter {name}=…: no role names this adapter, they name {names}{hint}",
                name=name,
                names=series(names),
                hint=nearest(name, names),
            )
        )


def named_by(scene: "Scene | None") -> set[str]:
    """The adapters that roles name."""
    from scenes.scene import BASE_ALONE

    named = {role.adapter for role in scene.cast if role.adapter} if scene else set[str]()
    return named - {BASE_ALONE}


def _named(text: str) -> tuple[str, str]:
    name, equals, path = text.partition("=")
    if not name or not equals or not path:
        raise BadInput(_("--adapter {text}: expected NAME=PATH", text=shown(text)))
    return name, path


def _check_range(name: str, value: float) -> None:
    """Raise `BadInput` for a setting that a scene could not have either."""
    if not is_inside(name, value):
        option = "-n" if name == "n" else f"--{name.replace('_', '-')}"
        raise BadInput(
            _(
                "{option} {value}: expected {expected}",
                option=option,
                value=value,
                expected=expected_of(name),
            )
        )
