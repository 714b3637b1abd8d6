"""Speaks HTTP to an OpenAI-compatible endpoint: addresses, keys, retries, and event streams.

Every failure is one `ModelError` line that names the address, without its credentials. It knows
no prompts and no candidates.
"""

import asyncio
import ipaddress
import json
import os
import random
from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import httpx

from models.errors import ModelError, PassingError

KEY_VARIABLES = ("PAOTUAN_API_KEY", "OPENAI_API_KEY")
"""Where the key is looked for; the second is only ever sent to OPENAI_HOST."""
OPENAI_HOST = "api.openai.com"
MAX_LINE = 1 << 20
"""Bytes of one line of a stream, above which it is no stream of completions."""
DONE = b"[DONE]"
MAX_WAIT = 30.0
"""Longest wait between two tries, in seconds, whatever the server asks for."""


@dataclass(frozen=True)
class Patience:
    """How long to wait, in seconds, and how often to try."""

    connect: float = 10.0
    first: float = 300.0
    """For the first event of a stream: a long prompt on a slow machine takes minutes."""
    stall: float = 60.0
    """For each event after the first."""
    tries: int = 4
    backoff: float = 0.5
    """Wait before the second try; doubled for each further one."""


class Endpoint:
    """One address, such as `http://localhost:8000/v1`."""

    def __init__(
        self, url: str, key_variable: str | None, patience: Patience, key: str | None = None
    ) -> None:
        """`key` is sent instead of one from the environment."""
        self.base = _base(url)
        self.root = self.base.copy_with(path=_parent(self.base.path))
        self.patience = patience
        self._key_variable = key_variable
        self._key = key
        self._remote = not _is_loopback(self.base.host)
        self._tls = httpx.create_ssl_context()
        self._client = httpx.Client(**self._options())

    @property
    def shown(self) -> str:
        """The address without user and password."""
        return str(self.base.copy_with(userinfo=b""))

    def get(self, path: str, *, of_root: bool = False) -> httpx.Response:
        """Ask once for a small answer. Raises `ModelError` where nobody answers."""
        return self._ask("GET", path, None, of_root)

    def post(self, path: str, body: dict[str, Any], *, of_root: bool = False) -> httpx.Response:
        return self._ask("POST", path, body, of_root)

    async def events(self, path: str, body: dict[str, Any]) -> AsyncGenerator[dict[str, Any]]:
        """Yield the JSON events of one streamed answer, retrying until the first of them."""
        async with httpx.AsyncClient(**self._options()) as client:
            for attempt in range(self.patience.tries):
                request = client.build_request("POST", self._url(path), json=body)
                begun = False
                try:
                    async for event in self._stream(client, request):
                        begun = True
                        yield event
                    return
                except _Again as again:
                    if begun or attempt + 1 == self.patience.tries:
                        raise PassingError(again.line) from again.__cause__
                    await asyncio.sleep(self._pause(attempt, again.after))

    def close(self) -> None:
        self._client.close()

    def _options(self) -> dict[str, Any]:
        return {
            "headers": self._headers(),
            "timeout": httpx.Timeout(None, connect=self.patience.connect),
            "trust_env": self._remote,
            "verify": self._tls,
        }

    def _headers(self) -> dict[str, str]:
        names = [self._key_variable] if self._key_variable else list(KEY_VARIABLES)
        if not self._key_variable and self.base.host != OPENAI_HOST:
            names.remove("OPENAI_API_KEY")
        found = next((os.environ[name] for name in names if os.environ.get(name)), None)
        key = self._key or found
        return {"Authorization": f"Bearer {key.strip()}"} if key else {}

    def _url(self, path: str, of_root: bool = False) -> httpx.URL:
        base = self.root if of_root else self.base
        return base.copy_with(path=base.path.rstrip("/") + path)

    def _ask(
        self, method: str, path: str, body: dict[str, Any] | None, of_root: bool
    ) -> httpx.Response:
        try:
            return self._client.request(
                method, self._url(path, of_root), json=body, timeout=self.patience.connect
            )
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise ModelError(self._unreachable(error)) from error

    async def _stream(
        self, client: httpx.AsyncClient, request: httpx.Request
    ) -> AsyncIterator[dict[str, Any]]:
        response: httpx.Response | None = None
        begun = False
        try:
            async with asyncio.timeout(self.patience.first):
                response = await client.send(request, stream=True)
                await self._check(response)
                events = _events(response.aiter_bytes())
                event = await anext(events, None)
            while event is not None:
                begun = True
                yield self._json(event)
                async with asyncio.timeout(self.patience.stall):
                    event = await anext(events, None)
        except TimeoutError as error:
            waited = self.patience.stall if begun else self.patience.first
            raise PassingError(f"{self.shown}: nothing came for {waited:g} s; try again") from error
        except (httpx.ConnectError, httpx.ConnectTimeout) as error:
            raise _Again(self._unreachable(error)) from error
        except (httpx.HTTPError, httpx.StreamError) as error:
            raise _Again(f"{self.shown}: the connection broke off; try again") from error
        except _HugeLine as error:
            raise ModelError(f"{self.shown}: sent a line of over {MAX_LINE} bytes") from error
        finally:
            if response is not None:
                await response.aclose()

    async def _check(self, response: httpx.Response) -> None:
        """Raise unless `response` begins a stream of events."""
        kind = response.headers.get("content-type", "").partition(";")[0].strip()
        if response.is_success and kind == "text/event-stream":
            return
        line = self.refusal(response.status_code, kind, await _beginning(response))
        if response.status_code == 429 or response.status_code >= 500:
            raise _Again(line, _seconds(response.headers.get("retry-after")))
        raise ModelError(line)

    def refusal(self, status: int, kind: str, body: bytes) -> str:
        """One line about an answer that is not what was asked for."""
        if 300 <= status < 400:
            return f"{self.shown}: it points to another address; give that one"
        if status in (401, 403):
            return f"{self.shown}: refused the key ({status}); set {self._key_hint()}"
        if kind == "text/html":
            return f"{self.shown}: answered with a web page ({status}); an API often ends with /v1"
        if 200 <= status < 300:
            return f"{self.shown}: answered with {kind or 'no type'}, not with a stream of events"
        try:
            reason = HTTPStatus(status).phrase
        except ValueError:
            reason = "unknown status"
        return f"{self.shown}: {status} {said(body) or reason}"

    def _key_hint(self) -> str:
        if self._key_variable or self.base.host != OPENAI_HOST:
            return f"the environment variable {self._key_variable or KEY_VARIABLES[0]}"
        return f"the environment variable {' or '.join(KEY_VARIABLES)}"

    def _json(self, event: bytes) -> dict[str, Any]:
        try:
            value = json.loads(event)
        except (ValueError, RecursionError):
            value = None
        if not isinstance(value, dict):
            raise ModelError(
                f"{self.shown}: sent something that is not a completion; is it an API?"
            )
        if value.get("error"):
            raise ModelError(f"{self.shown}: {said(event) or 'failed without a word'}")
        return value

    def _unreachable(self, error: Exception) -> str:
        if isinstance(error, httpx.TimeoutException):
            return f"{self.shown}: no answer within {self.patience.connect:g} s; is it running?"
        if isinstance(error, httpx.ConnectError):
            return f"{self.shown}: cannot connect; is the server running?"
        return f"{self.shown}: the connection broke off; is it an OpenAI-compatible server?"

    def _pause(self, attempt: int, asked: float | None) -> float:
        pause = self.patience.backoff * float(2**attempt) * random.uniform(0.75, 1.25)
        return min(MAX_WAIT, max(pause, asked or 0.0))


class _Again(Exception):
    """A failure worth another try, while nothing has come yet."""

    def __init__(self, line: str, after: float | None = None) -> None:
        super().__init__(line)
        self.line, self.after = line, after


class _HugeLine(Exception):
    """A line longer than MAX_LINE."""


async def _events(parts: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """Yield the data of each server-sent event, up to the one that says `[DONE]`.

    Lines end at `\\n` only: the separators that Unicode knows may stand inside JSON. Each line of
    data is an event, since JSON is sent on one line and some servers leave out the blank ones.
    """
    rest = b""
    async for part in parts:
        *lines, rest = (rest + part).split(b"\n")
        if len(rest) > MAX_LINE or any(len(line) > MAX_LINE for line in lines):
            raise _HugeLine
        for line in lines:
            if (event := _data(line)) == DONE:
                return
            elif event:
                yield event
    if (event := _data(rest)) and event != DONE:
        yield event


def _data(line: bytes) -> bytes:
    """What a line of a stream says: its data, or all of it where it is no field of an event."""
    line = line.strip()
    if line.startswith((b"data:", b"error:")):
        return line.partition(b":")[2].strip()
    return b"" if line.startswith((b":", b"event:", b"id:", b"retry:")) else line


async def _beginning(response: httpx.Response, most: int = 4096) -> bytes:
    body = b""
    async for part in response.aiter_bytes():
        body += part
        if len(body) >= most:
            break
    return body[:most]


def said(body: bytes) -> str:
    """The server's own words about a failure, on one line without control characters."""
    try:
        words: object = json.loads(body)
    except (ValueError, RecursionError):
        words = body.decode("utf-8", "replace")
    for key in ("error", "message", "detail"):
        if isinstance(words, dict) and key in words:
            words = words[key]
            if isinstance(words, dict):
                words = words.get("message", words)
    line = " ".join(str(words).split())
    return "".join(c for c in line if c.isprintable())[:300]


def _base(url: str) -> httpx.URL:
    try:
        parsed = httpx.URL(url.strip())
    except (httpx.InvalidURL, TypeError) as error:
        raise ModelError(
            f"{url}: not an address; it looks like http://localhost:8000/v1"
        ) from error
    if parsed.scheme not in ("http", "https") or not parsed.host:
        raise ModelError(f"{url}: not an address; it looks like http://localhost:8000/v1")
    path = parsed.path.rstrip("/")
    for end in ("/chat/completions", "/completions"):
        path = path.removesuffix(end)
    last = path.rpartition("/")[2]
    if not (last.startswith("v") and last[1:].isdigit()):
        path += "/v1"
    return parsed.copy_with(path=path, query=None, fragment=None)


def _parent(path: str) -> str:
    return path.rpartition("/")[0] or "/"


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _seconds(header: str | None) -> float | None:
    try:
        return float(header) if header else None
    except ValueError:
        return None
