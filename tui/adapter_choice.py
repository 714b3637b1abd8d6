"""Which adapters the roles at a table could speak with."""

from typing import TYPE_CHECKING

from base.errors import KnownError
from base.messages import _, series
from base.names import nearest
from base.text import shown
from tui.model_options import WITH_ADAPTERS, Choice, model_name

if TYPE_CHECKING:
    from scenes.scene import Role, Scene


def check_adapter(choice: Choice, scene: "Scene", name: str) -> None:
    """Raise `KnownError` for an adapter that the model cannot be opened with."""
    from models.resolve import resolve
    from scenes.adapters import adapter_names, find_adapter
    from scenes.scene import BASE_ALONE

    backend = resolve(model_name(choice, scene)).backend
    if backend not in WITH_ADAPTERS:
        raise KnownError(_("the scripted model has no adapters"))
    if backend == "server" or name in choice.adapters or name == BASE_ALONE:
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


def told(role: "Role") -> str:
    """The adapter of a role, as a person reads it."""
    from scenes.scene import BASE_ALONE

    if role.adapter is None:
        return _("the model's own")
    return _("none") if role.adapter == BASE_ALONE else role.adapter


def adapters_told(scene: "Scene") -> str:
    """Which adapter each role has, and which there are, on one line."""
    from scenes.adapters import adapter_names

    roles = series(f"{role.name}: {told(role)}" for role in scene.cast)
    names = series(adapter_names()) or _("none")
    return _("adapters: {roles}; there are {names}", roles=roles, names=names)
