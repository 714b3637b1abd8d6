"""Servers that a scene names, and not the person: asked about once, and remembered by host."""

import os
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from base.errors import KnownError
from base.messages import _
from base.text import shown
from tui.preferences import model_named, remember
from tui.settings import settings

if TYPE_CHECKING:
    from scenes.scene import Scene
    from tui.model_options import Choice


class StrangeServer(KnownError):
    """A scene names a server that the person has not allowed."""


def strange_host(choice: "Choice", scene: "Scene | None") -> str | None:
    """The server that only the scene names, and that has not been answered for yet."""
    host = _host_of_scene(choice, scene)
    return host if host is not None and host not in settings().hosts else None


def check_host(choice: "Choice", scene: "Scene | None") -> None:
    """Raise `StrangeServer` where a server would be asked that only the scene names, unless the
    person has allowed it."""
    host = _host_of_scene(choice, scene)
    if host is not None and scene is not None:
        _check_allowed(host, scene)


def check_summariser(name: str, scene: "Scene") -> None:
    """Raise `StrangeServer` where a scene names a server to sum up that the person has not
    allowed."""
    host = _host_of(name)
    if host is not None:
        _check_allowed(host, scene)


def _check_allowed(host: str, scene: "Scene") -> None:
    if settings().hosts.get(host):
        return
    raise StrangeServer(
        _(
            "the scene {scene} names the server {host}, which you have not allowed; name it "
            "yourself with --model, or allow it: paotuan settings hosts.{host} true",
            scene=shown(scene.title),
            host=host,
        )
    )


def question_about(host: str, scene: "Scene") -> str:
    """What a person is asked about a server that a scene names."""
    return _(
        "The scene {scene} wants its lines from the server {host}. What is said at the table "
        "would be sent there. Connect?",
        scene=scene.title,
        host=host,
    )


def answer_for(host: str, yes: bool) -> str | None:
    """Remember what was answered for a server; why that cannot be kept, if it cannot."""
    return remember(f"hosts.{host}", yes)


def _host_of_scene(choice: "Choice", scene: "Scene | None") -> str | None:
    use = scene.model.use if scene is not None else None
    if not use or choice.model or os.environ.get("PAOTUAN_MODEL"):
        return None
    return _host_of(use.strip())


def _host_of(use: str) -> str | None:
    """The server that a scene names by its address."""
    from models.server.address import is_address, read_address

    if model_named(use) != use or not is_address(use):
        return None  # the person's own name for it, or no server
    parts = urlsplit(read_address(use).url)
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname or ""
    return f"{host}:{parts.port}" if parts.port else host
