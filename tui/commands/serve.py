"""`paotuan serve`: the table in a browser."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from base.extras import not_installed
from base.messages import _
from tui.commands import options
from tui.failures import BadInput, given
from tui.output import data, word
from tui.process import ended_by
from tui.web.access import Access, is_loopback

PORT = 8123


def serve(
    scene: Annotated[
        str | None,
        typer.Argument(
            metavar="[SCENE]",
            help="A scene that everyone sits down to; without one each chooses.",
        ),
    ] = None,
    host: Annotated[
        str,
        typer.Option(
            "--host",
            metavar="ADDRESS",
            help="Where to listen; other than this machine's own address, only with a token.",
        ),
    ] = "127.0.0.1",
    port: Annotated[
        int, typer.Option("--port", metavar="N", min=1, max=65535, help="On which port.")
    ] = PORT,
    most: Annotated[
        int, typer.Option("--most", metavar="N", min=1, max=100, help="People at once, at most.")
    ] = 4,
    token: Annotated[
        bool,
        typer.Option("--token", help="Ask for a token on this machine too, where others use it."),
    ] = False,
    cert: Annotated[
        Path | None,
        typer.Option("--cert", metavar="FILE", help="A certificate (PEM), to speak TLS."),
    ] = None,
    key: Annotated[
        Path | None,
        typer.Option("--key", metavar="FILE", help="Its key, where it is not in the same file."),
    ] = None,
    model: options.Model = None,
    n: options.N = None,
    context: options.Context = None,
) -> None:
    """Play in a browser: each who opens the page has a table of their own.

    Sessions are saved here, where `paotuan` finds them. It serves until Ctrl-C.
    """
    if key is not None and cert is None:
        raise BadInput(_("--key belongs to a certificate; give --cert too"))
    if not host.strip():
        raise BadInput(_("--host: expected an address, such as 127.0.0.1"))
    try:
        from tui.web.answers import certificate
        from tui.web.server import Offer, TableServer
        from tui.web.table_process import command
    except ModuleNotFoundError as error:
        raise BadInput(not_installed("textual-serve", "serve")) from error
    local = is_loopback(host)
    access = Access(host, port, asks=token or not local, secure=cert is not None)
    words = command(_played(scene, model, n, context))
    server = TableServer(Offer(words, access, most, guests=not local))
    tls = certificate(cert, key) if cert is not None else None
    if not local and tls is None:
        word(_("without --cert, what is typed goes over the network unencrypted"))
    if number := asyncio.run(server.serve(tls, lambda: _tell(access))):
        raise typer.Exit(0 if number == 2 else ended_by(number))


def _played(scene: str | None, model: str | None, n: int | None, context: int | None) -> list[str]:
    """What each table is started with; scene and model are looked for now. Raises `BadInput`."""
    from scenes.scene_loader import load_scene
    from tui.model_options import choose, given_model

    with given():
        opened = load_scene(scene) if scene is not None else None
    given_model(choose(model, context, None, {"n": n}), opened)
    given_options = (("--model", model), ("-n", n), ("--context", context))
    options_of = [f"{name}={value}" for name, value in given_options if value is not None]
    options_of = [one.replace("-n=", "-n") for one in options_of]
    return ["play", *options_of, *(["--", scene] if scene is not None else [])]


def _tell(access: Access) -> None:
    """Say where the table is; the token stands there once."""
    data(access.address)
    if access.host in ("0.0.0.0", "::"):
        word(_("from other machines: the same address, with this machine's name in it"))
    word(_("Ctrl-C ends it; whoever plays keeps what was said"))
