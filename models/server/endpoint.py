"""Speaks HTTP to an OpenAI-compatible endpoint: addresses, keys, retries, and event streams.

Every failure is one `KnownError` line that names the address, without its credentials. It knows
no prompts and no candidates.
"""

import asyncio
import random
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any
from urllib.request import getproxies, proxy_bypass

import httpx

from base.errors import KnownError, PassingError
from base.messages import _
from base.text import one_line
from models.server.answer import HttpAnswer, Patience, awaited
from models.server.base import is_loopback, parse_base, possible_bases, root_of
from models.server.body import DONE, MAX_LINE, TooMuch, is_delimited, lines, unpacked, whole_body
from models.server.event import DONE as ENDED
from models.server.event import Event, read_event
from models.server.failure import (
    MAX_WAIT,
    RequestRefused,
    TryAgain,
    no_proxy,
    refusal,
    retry_after,
    unreachable,
)
from models.server.keys import find_key, where_to_set

__all__ = ["MAX_LINE", "Endpoint", "HttpAnswer", "Patience"]

LONGEST_SHOWN = 120
"""Characters of an address that a message repeats."""
MAX_REFUSAL = 1 << 16
"""Bytes of a refusal that are read; what names the field at fault comes first."""
SILENT = Event()
"""What stands for bytes that say nothing."""
STREAMS = ("text/event-stream", "application/x-ndjson")


class Endpoint:
    """One address, such as `http://localhost:8000/v1`."""

    def __init__(
        self, url: str, key_variable: str | None, patience: Patience, key: str | None = None
    ) -> None:
        """`key` is sent instead of one that `find_key` finds. Raises `KnownError`."""
        url, __, query = url.partition("#")[0].partition("?")
        self.bases = possible_bases(parse_base(url))
        """Where the API may lie; `base` is the one that is spoken to."""
        self.base = self.bases[0]
        self.patience = patience
        self._query = httpx.QueryParams(query)
        self._key_variable = key_variable
        self._key = key
        self._tls = httpx.create_ssl_context()
        self._head = self._headers()

    @property
    def root(self) -> httpx.URL:
        """What lies above the API."""
        return root_of(self.base)

    @property
    def shown(self) -> str:
        """The address without user, password and query."""
        return one_line(str(self.base.copy_with(userinfo=b"")).rstrip("/"), LONGEST_SHOWN)

    def get(self, path: str, *, of_root: bool = False) -> HttpAnswer:
        """Ask once for a small answer. Raises `KnownError` where nobody answers in time."""
        return awaited(self._ask("GET", path, None, of_root))

    def post(
        self, path: str, body: dict[str, Any], *, of_root: bool = False, computes: bool = False
    ) -> HttpAnswer:
        """Ask once; what a model `computes` may take as long as the first words of a stream."""
        return awaited(self._ask("POST", path, body, of_root, computes))

    async def events(self, path: str, body: dict[str, Any]) -> AsyncGenerator[Event]:
        """Yield the events of one streamed answer, retrying until the first of them.

        The last one is `done` if the answer ended as it should; else it broke off. Raises
        `RequestRefused` where the server refuses the request as it is.
        """
        async with self._client() as client:
            for attempt in range(self.patience.tries):
                request = client.build_request("POST", self._url(path), json=body)
                begun = False
                try:
                    async for event in self._stream(client, request):
                        begun = True
                        yield event
                    return
                except TryAgain as again:
                    last = attempt + 1 == self.patience.tries or again.after > MAX_WAIT
                    if begun or last:
                        raise PassingError(str(again)) from again.__cause__
                    await asyncio.sleep(self._pause(attempt, again.after))

    def refusal(self, answer: HttpAnswer) -> str:
        """One line about an answer that is not what was asked for."""
        return refusal(
            self.shown, self._where_to_set_key(), answer.status, answer.kind, answer.body
        )

    @asynccontextmanager
    async def _client(self) -> AsyncIterator[httpx.AsyncClient]:
        timeout = httpx.Timeout(None, connect=self.patience.connect)
        remote = not is_loopback(self.base.host)
        try:
            client = httpx.AsyncClient(
                headers=self._head, timeout=timeout, trust_env=remote, verify=self._tls
            )
        except (ValueError, httpx.InvalidURL) as error:
            raise KnownError(no_proxy(self.shown)) from error
        async with client:
            yield client

    def _headers(self) -> dict[str, str]:
        headers = {"Accept-Encoding": "identity"}
        key = self._key or find_key(self.base.host, self._key_variable)
        if key and "api-version" in self._query:
            headers["api-key"] = key
        return headers | ({"Authorization": f"Bearer {key}"} if key else {})

    def _url(self, path: str, of_root: bool = False) -> httpx.URL:
        base = self.root if of_root else self.base
        url = base.copy_with(path=base.path.rstrip("/") + path)
        return url.copy_with(params=self._query) if self._query else url

    async def _ask(
        self,
        method: str,
        path: str,
        body: dict[str, Any] | None,
        of_root: bool,
        computes: bool = False,
    ) -> HttpAnswer:
        wait = self.patience.first if computes else self.patience.connect
        try:
            async with asyncio.timeout(wait), self._client() as client:
                request = client.build_request(method, self._url(path, of_root), json=body)
                response = await client.send(request, stream=True)
                try:
                    kind = _kind(response)
                    read = await whole_body(response)
                    return HttpAnswer(response.status_code, kind, read, response.headers)
                finally:
                    await response.aclose()
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError) as error:
            raise PassingError(self._unreachable(error)) from error
        except TimeoutError as error:
            raise PassingError(
                _(
                    "{address}: no whole answer within {seconds:g} s; is it running?",
                    address=self.shown,
                    seconds=wait,
                )
            ) from error
        except TooMuch as much:
            raise KnownError(
                _("{address}: {problem}", address=self.shown, problem=much.args[0])
            ) from much

    async def _stream(
        self, client: httpx.AsyncClient, request: httpx.Request
    ) -> AsyncIterator[Event]:
        response: httpx.Response | None = None
        waited, begun = self.patience.first, False
        loop = asyncio.get_running_loop()
        until = loop.time() + waited
        try:
            async with asyncio.timeout_at(until):
                response = await client.send(request, stream=True)
                await self._check(response)
            events = self._events(response)
            while True:
                async with asyncio.timeout_at(until):
                    event = await anext(events, None)
                if event is None:
                    return
                if event.says:
                    waited = self.patience.stall
                    until = loop.time() + waited
                elif loop.time() > until:
                    raise TimeoutError
                if event is not SILENT:
                    begun = True
                    yield event
        except TimeoutError as error:
            raise PassingError(
                _(
                    "{address}: nothing came for {seconds:g} s; try again",
                    address=self.shown,
                    seconds=waited,
                )
            ) from error
        except (httpx.ConnectError, httpx.ConnectTimeout) as error:
            raise TryAgain(self._unreachable(error)) from error
        except (httpx.HTTPError, httpx.StreamError) as error:
            line = _("{address}: the connection broke off; try again", address=self.shown)
            raise (PassingError(line) if begun else TryAgain(line)) from error
        except TooMuch as much:
            raise KnownError(
                _("{address}: {problem}", address=self.shown, problem=much.args[0])
            ) from much
        finally:
            if response is not None:
                await response.aclose()

    async def _events(self, response: httpx.Response) -> AsyncIterator[Event]:
        """The events of a stream, `SILENT` where bytes came that say nothing."""
        if _kind(response) not in STREAMS:
            yield self._read(await whole_body(response))
            yield ENDED
            return
        async for data in lines(unpacked(response)):
            if data == DONE:
                yield ENDED
                return
            yield self._read(data) if data else SILENT
        if is_delimited(response):
            yield ENDED

    def _read(self, data: bytes) -> Event:
        event = read_event(data)
        if event is None:
            raise KnownError(
                _(
                    "{address}: sent something that is not a completion; is it an API?",
                    address=self.shown,
                )
            )
        if event.error:
            raise RequestRefused(f"{self.shown}: {event.error}", 400, data)
        return event

    async def _check(self, response: httpx.Response) -> None:
        """Raise unless `response` begins a stream of events, or is a whole completion."""
        kind, status = _kind(response), response.status_code
        if response.is_success and kind in (*STREAMS, "application/json"):
            return
        body = await self._beginning(response)
        line = refusal(self.shown, self._where_to_set_key(), status, kind, body)
        if status in (408, 425, 429) or status >= 500:
            raise TryAgain(line, retry_after(response.headers.get("retry-after")))
        raise RequestRefused(line, status, body)

    async def _beginning(self, response: httpx.Response) -> bytes:
        """What an answer that is an error says first, in the time of a small answer."""
        body = bytearray()
        with suppress(TimeoutError, TooMuch):  # what has come by then is told
            async with asyncio.timeout(self.patience.connect):
                async for part in unpacked(response):
                    body += part
                    if len(body) >= MAX_REFUSAL:
                        break
        return bytes(body[:MAX_REFUSAL])

    def _where_to_set_key(self) -> str:
        return where_to_set(self.base.host, self._key_variable)

    def _unreachable(self, error: Exception) -> str:
        host = self.base.host
        found = not is_loopback(host) and getproxies().keys() & {self.base.scheme, "all"}
        proxied = bool(found) and not proxy_bypass(host)
        return unreachable(self.shown, error, self.patience.connect, proxied)

    def _pause(self, attempt: int, asked: float) -> float:
        pause = self.patience.backoff * float(2**attempt) * random.uniform(0.75, 1.25)
        return min(MAX_WAIT, max(pause, asked))


def _kind(response: httpx.Response) -> str:
    kind: str = response.headers.get("content-type", "")
    return kind.partition(";")[0].strip().lower()
