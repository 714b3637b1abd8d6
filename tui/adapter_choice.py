"""Which adapters the roles at a table could speak with."""

from typing import TYPE_CHECKING

from base.errors import KnownError
from base.messages import _, series
from base.names import nearest
from base.text import shown
from tui.model_options import WITH_ADAPTERS, Choice, model_name

if TYPE_CHECKING:
    from scenes.scene import Scene


def check_adapter(choice: Choice, scene: "Scene", name: str) -> None:
    """Raise `KnownError` for an adapter that the model cannot be opened with."""
    from models.resolve import resolve
    from scenes.adapters import adapter_names, find_adapter

    backend = resolve(model_name(choice, scene)).backend
    if backend not in WITH_ADAPTERS:
        raise KnownError(_("the scripted model has no adapters"))
    if backend == "server" or name in choice.adapters:
        return  # a server may have it, and says so if it has not
    if find_adapter(name, backend == "llamacpp") is None:
        names = adapter_names()
        raise KnownError(
            _(
                "no adapter is named {name}{hint}; there are {names}",
                name=shown(name),
                hint=nearest(name, names),
                names=series(names) or _("none"),
            )
        )


def adapters_told(scene: "Scene") -> str:
    """Which adapter each role has, and which there are, on one line."""
    from scenes.adapters import adapter_names

    none = _("none")
    roles = series(f"{role.name}: {role.adapter or none}" for role in scene.cast)
    names = series(adapter_names()) or none
    return _("adapters: {roles}; there are {names}", roles=roles, names=names)
