"""A headless Chromium that a test drives: pages, keys, an input method, what they ask the network.

Tests that need it skip, with the reason, where there is none: `@needs_chromium`.
"""

import asyncio
import itertools
import shutil
import tempfile
from base64 import b64decode
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from importlib.util import find_spec
from pathlib import Path
from time import monotonic
from typing import Any

import pytest

PROGRAM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)
FLAGS = (
    *("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
    *("--remote-debugging-port=0", "--window-size=1000,700", "about:blank"),
)
MISSING = (
    "there is no Chromium here"
    if PROGRAM is None
    else "aiohttp is not installed"
    if find_spec("aiohttp") is None
    else ""
)
needs_chromium = pytest.mark.skipif(bool(MISSING), reason=MISSING)


class Page:
    """One page of the browser, spoken to over its debugging protocol."""

    def __init__(self, socket: Any) -> None:
        self._socket = socket
        self._ids = itertools.count(1)
        self._waiting: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._reader = asyncio.create_task(self._read())
        self.asked: list[str] = []
        """The addresses that were asked for."""
        self.sent: list[str] = []
        """What was sent through web sockets."""
        self.received: list[bytes] = []
        """What binary frames brought."""
        self.problems: list[str] = []
        """What the page complained of: faults, and what its policy forbade."""

    async def _read(self) -> None:
        async for message in self._socket:
            told = message.json()
            if "id" in told:
                self._waiting.pop(told["id"]).set_result(told)
                continue
            about = told.get("params", {})
            if told["method"] == "Network.requestWillBeSent":
                self.asked.append(about["request"]["url"])
            elif told["method"] == "Network.webSocketFrameReceived":
                self._took(about["response"])
            elif told["method"] == "Network.webSocketFrameSent":
                self.sent.append(about["response"]["payloadData"])
            elif told["method"] == "Runtime.exceptionThrown":
                self.problems.append(str(about["exceptionDetails"]))
            elif told["method"] == "Log.entryAdded" and about["entry"]["level"] == "error":
                self.problems.append(about["entry"]["text"])

    def _took(self, frame: dict[str, Any]) -> None:
        if frame["opcode"] == 2:
            self.received.append(b64decode(frame["payloadData"]))

    async def send(self, method: str, **parameters: Any) -> dict[str, Any]:
        number = next(self._ids)
        answer = self._waiting[number] = asyncio.get_running_loop().create_future()
        await self._socket.send_json({"id": number, "method": method, "params": parameters})
        told = await asyncio.wait_for(answer, 60)
        assert "error" not in told, (method, told["error"])
        return dict(told["result"])

    async def go(self, url: str) -> None:
        await self.send("Page.navigate", url=url)
        await self.until("document.readyState === 'complete'")

    async def value(self, script: str) -> Any:
        """What a script gives."""
        told = await self.send(
            "Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True
        )
        assert "exceptionDetails" not in told, (script, told["exceptionDetails"])
        return told["result"].get("value")

    async def until(self, script: str, seconds: float = 60) -> Any:
        """Wait until a script gives something true."""
        ends = monotonic() + seconds
        while monotonic() < ends:
            if value := await self.value(script):
                return value
            await asyncio.sleep(0.05)
        raise AssertionError(f"it did not come to that: {script}")

    async def press(self, key: str, code: int = 0, text: str = "", modifiers: int = 0) -> None:
        """Press and let go of a key: its name, its Windows code, what it writes; 2 is Ctrl."""
        about = {
            "key": key,
            "windowsVirtualKeyCode": code,
            "modifiers": modifiers,
            "code": f"Key{key.upper()}" if len(key) == 1 and key.isalpha() else key,
        }
        down = {"type": "keyDown", "text": text} if text else {"type": "rawKeyDown"}
        await self.send("Input.dispatchKeyEvent", **about, **down)
        await self.send("Input.dispatchKeyEvent", **about, type="keyUp")

    async def compose(self, steps: tuple[str, ...], committed: str) -> None:
        """Write through an input method: what it shows meanwhile, then what it commits."""
        for step in steps:
            end = len(step)
            await self.send(
                "Input.imeSetComposition", text=step, selectionStart=end, selectionEnd=end
            )
        await self.send("Input.insertText", text=committed)

    def close(self) -> None:
        self._reader.cancel()


@asynccontextmanager
async def chromium(width: int = 1000, height: int = 700) -> AsyncIterator[Page]:
    """A browser with a new profile and one page, ended with the test."""
    from aiohttp import ClientSession

    assert PROGRAM is not None
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        process = await asyncio.create_subprocess_exec(
            PROGRAM,
            *FLAGS[:-1],
            f"--user-data-dir={folder}",
            FLAGS[-1],
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )
        try:
            port = (await _appears(Path(folder) / "DevToolsActivePort")).split()[0]
            async with ClientSession() as http:
                async with http.get(f"http://127.0.0.1:{port}/json") as answer:
                    pages = [one for one in await answer.json() if one["type"] == "page"]
                address = pages[0]["webSocketDebuggerUrl"]
                async with http.ws_connect(address, max_msg_size=0) as socket:
                    page = Page(socket)
                    for domain in ("Page", "Runtime", "Network", "Log"):
                        await page.send(f"{domain}.enable")
                    await page.send(
                        "Emulation.setDeviceMetricsOverride",
                        **{"width": width, "height": height, "deviceScaleFactor": 1},
                        mobile=width < 600,
                    )
                    yield page
                    page.close()
        finally:
            process.kill()
            await process.wait()


async def _appears(path: Path) -> str:
    ends = monotonic() + 60
    while monotonic() < ends:
        if path.exists() and (text := path.read_text()).count("\n"):
            return text
        await asyncio.sleep(0.05)
    raise AssertionError("Chromium did not start")


async def until(true: Callable[[], Any], seconds: float = 60) -> Any:
    """Wait until something is true."""
    ends = monotonic() + seconds
    while monotonic() < ends:
        if value := true():
            return value
        await asyncio.sleep(0.05)
    raise AssertionError("it did not come to that")
