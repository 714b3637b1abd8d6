"""`paotuan serve` in a process of its own, a page of it in a browser, and what that shows."""

import asyncio
import json
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from time import monotonic

import pyte

from tests.chromium import Page, chromium

ROOT = Path(__file__).parents[2]
ENTER, ESCAPE, UP, DOWN, LEFT, RIGHT = 13, 27, 38, 40, 37, 39


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


class Served:
    """A server, its address, and the home of whoever runs it."""

    def __init__(self, process: asyncio.subprocess.Process, url: str, home: Path) -> None:
        self.process = process
        self.url = url
        self.home = home

    @property
    def journals(self) -> list[Path]:
        return sorted((self.home / "data" / "paotuan" / "sessions").glob("*.jsonl"))

    def events(self) -> list[dict[str, object]]:
        """What stands in the one journal that there is; nothing where there is none."""
        return [
            json.loads(line)
            for path in self.journals[:1]
            for line in path.read_text("utf-8").splitlines()
        ]

    def said(self) -> list[str]:
        """The texts of all turns after the opening."""
        added = [event for event in self.events() if event["event"] == "turns"]
        return [turn["entry"]["text"] for event in added for turn in event["turns"]]  # type: ignore[attr-defined]

    def children(self) -> list[int]:
        """The processes of the tables."""
        found = []
        for each in Path("/proc").glob("[0-9]*/environ"):
            try:
                known = each.read_bytes()
            except OSError:
                continue
            if b"BrowserDriver" in known and str(self.home).encode() in known:
                found.append(int(each.parent.name))
        return found


@asynccontextmanager
async def served(
    home: Path, *options: str, lang: str = "zh_CN", model: str = "scripted"
) -> AsyncIterator[Served]:
    """Serve with that model until the test is done with it."""
    env = os.environ | {
        "HOME": str(home),
        "PAOTUAN_LANG": lang,
        "XDG_DATA_HOME": str(home / "data"),
        "XDG_CONFIG_HOME": str(home / "config"),
        "XDG_CACHE_HOME": str(home / "cache"),
        "XDG_STATE_HOME": str(home / "state"),
        "PYTHONPATH": str(ROOT),
    }
    words = ("-m", "tui", "serve", *options, "--model", model, "--port", str(free_port()))
    process = await asyncio.create_subprocess_exec(
        sys.executable, *words, cwd=home, env=env, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    url = (await asyncio.wait_for(process.stdout.readline(), 60)).decode().strip()
    try:
        yield Served(process, url, home)
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGTERM)
            await asyncio.wait_for(process.wait(), 60)


class Table:
    """A table as a page of a browser shows it."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self._screen = pyte.Screen(100, 30)
        self._stream = pyte.ByteStream(self._screen)
        self._read = 0

    @property
    def lines(self) -> list[str]:
        """What the screen shows, wide characters once."""
        for frame in self.page.received[self._read :]:
            self._stream.feed(frame)
        self._read = len(self.page.received)
        return [line.rstrip() for line in self._screen.display]

    @property
    def text(self) -> str:
        return "\n".join(self.lines).replace(" ", "")

    async def shows(self, words: str, seconds: float = 60) -> None:
        await self.until(lambda: words in self.text, f"{words!r} is not shown", seconds)

    async def until(self, true: Callable[[], object], what: str, seconds: float = 60) -> None:
        ends = monotonic() + seconds
        while not true():
            assert monotonic() < ends, f"{what}:\n" + "\n".join(self.lines)
            await asyncio.sleep(0.05)

    async def enter(self) -> None:
        await self.page.press("Enter", ENTER, "\r")

    async def size(self, columns: int, rows: int) -> None:
        """Know how large the page says that it is."""
        self._screen.resize(rows, columns)


@asynccontextmanager
async def sitting(url: str) -> AsyncIterator[Table]:
    """A browser that has opened the address, once something is shown."""
    async with chromium() as page:
        await page.go(url)
        await page.until("document.body.classList.contains('-first-byte')")
        table = Table(page)
        sizes = [json.loads(one)[1] for one in page.sent if one.startswith('["resize"')]
        await table.size(sizes[-1]["width"], sizes[-1]["height"])
        yield table
