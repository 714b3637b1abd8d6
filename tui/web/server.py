"""The server of the table: a page, and behind it a process for each person who comes.

Without a token it is for this machine: it answers to no other name, and only to its own page.
"""

import asyncio
import json
import signal
import ssl
import sys
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from html import escape
from importlib.resources import files
from pathlib import Path
from urllib.parse import quote

from aiohttp import WSMsgType, web
from textual_serve.download_manager import DownloadManager

from base.errors import KnownError
from base.messages import _
from base.text import shown
from tui.output import word
from tui.web import GUEST
from tui.web.access import Access
from tui.web.answers import HEADERS, language_of, own_file, size, words
from tui.web.table_process import TableProcess

COLUMNS, ROWS = (10, 500), (5, 200)
"""How small and how large a table may be."""
BIGGEST = 1 << 20
"""Bytes that a browser may send at once."""
ENTER = '<!doctype html><meta charset="utf-8"><meta http-equiv="refresh" content="0;url=/">'
"""After the token: a page of ours goes on, since a cookie that is strict does not follow a link."""
OURS = {"table.css": "text/css", "table.js": "text/javascript"}
TAKEN, GOING = 1013, 1001
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True)
class Offer:
    """What is served."""

    command: Sequence[str]
    access: Access
    most: int
    """People at once."""
    guests: bool = False
    """Whether people come over the network."""


class TableServer:
    """Serves an offer until it is asked to end; then every table is ended, with all kept."""

    def __init__(self, offer: Offer) -> None:
        self.offer = offer
        self.access = offer.access
        self.downloads = DownloadManager()
        self.tables: set[TableProcess] = set()
        self.sockets: set[web.WebSocketResponse] = set()
        self.coming = 0

    def app(self) -> web.Application:
        app = web.Application(middlewares=[self._guard], client_max_size=4096)
        static = Path(str(files("textual_serve"))) / "static"
        app.router.add_get("/", self._page)
        app.router.add_get("/ws", self._table)
        app.router.add_get("/download/{key}", self._download)
        app.router.add_get(f"/{{name:{'|'.join(OURS)}}}", self._own)
        app.router.add_static("/static", static, show_index=False, follow_symlinks=False)
        app.on_shutdown.append(self._end)
        return app

    async def serve(self, tls: ssl.SSLContext | None, ready: Callable[[], None]) -> int:
        """Serve until a signal comes; its number. Raises `KnownError` where nothing can listen."""
        loop, ended = asyncio.get_running_loop(), asyncio.Event()
        signals: list[int] = []
        runner = web.AppRunner(self.app(), access_log=None, shutdown_timeout=15)
        await runner.setup()

        def end(number: int) -> None:
            signals.append(number)
            ended.set()

        for name in ("SIGINT", "SIGTERM", "SIGHUP"):
            if sys.platform != "win32" and (number := getattr(signal, name, None)):
                loop.add_signal_handler(number, end, number)
        try:
            where = (self.access.host, self.access.port)
            try:
                await web.TCPSite(runner, *where, ssl_context=tls).start()
            except (OSError, UnicodeError) as error:  # a name that no machine can have, too
                raise KnownError(
                    _(
                        "{host}:{port}: cannot listen there ({reason}); choose another --port",
                        host=shown(where[0]),
                        port=where[1],
                        reason=getattr(error, "strerror", None) or shown(str(error)),
                    )
                ) from error
            ready()
            await ended.wait()
        finally:
            await runner.cleanup()
        return signals[0] if signals else 0

    async def _end(self, app: web.Application) -> None:
        await asyncio.gather(*(table.stop() for table in list(self.tables)))
        await asyncio.gather(*(socket.close(code=GOING) for socket in list(self.sockets)))

    # --- who may come in ---

    @web.middleware
    async def _guard(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Refuse whom the offer does not let in, and have each answer say what a page may do."""
        try:
            answer = self._refusal(request) or await handler(request)
        except web.HTTPException as error:
            answer = words(error.status, error.reason)
        if not answer.prepared:
            answer.headers.update(HEADERS)
        return answer

    def _refusal(self, request: web.Request) -> web.StreamResponse | None:
        language_of(request)
        host = request.headers.get("Host", "")
        if not self.access.is_ours(host):
            return words(403, _("This address is not the table's; open {url}", url=self._open()))
        if request.path == "/" and "token" in request.query:
            return self._enter(request.query["token"])
        if not self.access.knows(request.cookies):
            return words(403, _("Ask whoever runs this table for the address with its token"))
        origin = request.headers.get("Origin")
        if request.path == "/ws" and not self.access.is_from_us(origin or "", host):
            return words(403, _("Only the table's own page may open it"))
        return None

    def _open(self) -> str:
        return self.access.address.partition("?")[0]

    def _enter(self, token: str) -> web.StreamResponse:
        if self.access.asks and not self.access.admits(token):
            return words(403, _("That is not the token; ask for the address once more"))
        answer = web.Response(text=ENTER, content_type="text/html")
        answer.set_cookie(
            self.access.cookie,
            self.access.pass_,
            httponly=True,
            samesite="Strict",
            secure=self.access.secure,
            path="/",
        )
        return answer

    # --- what is shown ---

    @property
    def is_full(self) -> bool:
        return self.coming + len(self.tables) >= self.offer.most

    async def _page(self, request: web.Request) -> web.StreamResponse:
        lang = language_of(request)
        if self.is_full:
            return words(503, _("All {n} places at the table are taken", n=self.offer.most))
        scheme = "wss" if self.access.secure else "ws"
        forwarded = request.headers.get("X-Forwarded-Proto") == "https"
        values = {
            "lang": lang.replace("_", "-"),
            "title": _("paotuan · the table"),
            "waiting": _("The table is being laid…"),
            "ended": _("You have left the table; all that was said is saved."),
            "again": _("Sit down again"),
            "socket": f"{'wss' if forwarded else scheme}://{request.headers['Host']}/ws",
        }
        text = own_file("page.html").format(**{key: escape(one) for key, one in values.items()})
        return web.Response(text=text, content_type="text/html")

    async def _own(self, request: web.Request) -> web.StreamResponse:
        name = request.match_info["name"]
        return web.Response(text=own_file(name), content_type=OURS[name])

    async def _download(self, request: web.Request) -> web.StreamResponse:
        """What a table hands out: always saved, never shown as a page of this server."""
        key = request.match_info["key"]
        try:
            about = await self.downloads.get_download_metadata(key)
        except KeyError:
            return words(404, _("there is nothing to download here"))
        name = quote(about.file_name, safe="")
        answer = web.StreamResponse(headers=HEADERS)
        answer.headers["Content-Type"] = "application/octet-stream"
        answer.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{name}"
        await answer.prepare(request)
        async for chunk in self.downloads.download(key):
            await answer.write(chunk)
        await answer.write_eof()
        return answer

    # --- a table ---

    async def _table(self, request: web.Request) -> web.StreamResponse:
        """One person's table, as long as their page is open."""
        lang = language_of(request)
        socket = web.WebSocketResponse(heartbeat=15, max_msg_size=BIGGEST)
        if not socket.can_prepare(request).ok:
            return words(400, _("Only the table's own page may open it"))
        full = self.is_full
        self.coming += 1
        try:
            await socket.prepare(request)
            if full:
                await socket.close(code=TAKEN)
                return socket
            table = self._laid(socket, lang)
            self.tables.add(table)
        finally:
            self.coming -= 1
        self.sockets.add(socket)
        try:
            await table.start(
                size(request.query.get("width"), COLUMNS, 80),
                size(request.query.get("height"), ROWS, 24),
            )
            await _obey(socket, table)
        finally:
            self.sockets.discard(socket)
            await asyncio.shield(asyncio.ensure_future(self._leave(table)))
        return socket

    def _laid(self, socket: web.WebSocketResponse, lang: str) -> TableProcess:
        table = TableProcess(
            "",
            write_bytes=socket.send_bytes,
            write_str=socket.send_str,
            close=lambda: _close(socket),
            download_manager=self.downloads,
        )
        table.words = self.offer.command
        table.settled = {"PAOTUAN_LANG": lang} | ({GUEST: "1"} if self.offer.guests else {})
        return table

    async def _leave(self, table: TableProcess) -> None:
        """End a table, and tell whoever runs the server what went wrong with it."""
        await table.stop()
        self.tables.discard(table)
        if table.process.returncode and table.said:
            word(table.said.decode("utf-8", "replace").strip())


async def _close(socket: web.WebSocketResponse) -> None:
    await socket.close()


async def _obey(socket: web.WebSocketResponse, table: TableProcess) -> None:
    """Pass on what a browser sends, and nothing that it should not."""
    async for message in socket:
        if message.type != WSMsgType.TEXT:
            continue
        try:
            what, *about = json.loads(message.data)
            if what == "stdin" and isinstance(about[0], str):
                if typed := about[0].encode("utf-8", "replace"):  # nothing would end its input
                    await table.send_bytes(typed)
            elif what == "resize":
                wanted = about[0]
                await table.set_terminal_size(
                    size(wanted["width"], COLUMNS, 80), size(wanted["height"], ROWS, 24)
                )
            elif what == "ping":
                await socket.send_json(["pong", str(about[0])[:40]])
            elif what in ("focus", "blur"):
                await (table.focus() if what == "focus" else table.blur())
        except (ValueError, TypeError, LookupError, RecursionError):
            continue
