"""With which adapter a role's lines are drawn: its own, or the one that the model speaks with."""

from typing import Protocol, runtime_checkable

from models.backend import Backend
from scenes.scene import BASE_ALONE, Role


@runtime_checkable
class Voiced(Protocol):
    """A backend that has an adapter for roles that name none."""

    own_adapter: str | None


def adapter_for(role: Role, backend: Backend) -> str | None:
    """The adapter that `backend` draws a role's lines with; None is the base alone."""
    if role.adapter is None:
        return backend.own_adapter if isinstance(backend, Voiced) else None
    return None if role.adapter == BASE_ALONE else role.adapter
