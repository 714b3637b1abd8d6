"""A table of one person: a process that is played in over pipes, and ended so that all is kept."""

import asyncio
import contextlib
import json
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Sequence
from os import environ

from textual_serve._binary_encode import load
from textual_serve.app_service import AppService

from tui.web import DRIVER

PATIENCE_S = 5.0
"""Seconds that a process has to end after each way of asking."""
LAST_WORDS = 4000
"""Bytes of what it says at its end that are kept."""
OURS = "__GANGLION__\n"
BIGGEST = 1 << 28
"""Bytes of a packet."""


class TableProcess(AppService):
    """What textual-serve runs an app with; here without a shell, and never left behind."""

    words: Sequence[str] = ()
    """The command, word by word."""
    settled: dict[str, str]
    """What is set in its environment beside what is set here."""
    said = b""
    """The end of what it wrote to stderr."""

    async def start(self, width: int, height: int) -> None:
        where = environ | self._build_environment(width, height) | self.settled
        where |= {"TEXTUAL_DRIVER": DRIVER, "TERM": "xterm-256color", "COLORTERM": "truecolor"}
        for name in ("TMUX", "STY", "NO_COLOR"):
            where.pop(name, None)
        self._process = await asyncio.create_subprocess_exec(
            *self.words, stdin=PIPE, stdout=PIPE, stderr=PIPE, env=where, start_new_session=True
        )
        self._stdin = self._process.stdin
        self._task = asyncio.create_task(self.run())

    @property
    def process(self) -> Process:
        assert self._process is not None
        return self._process

    async def run(self) -> None:
        """Pass on what the app shows until it ends; when nobody listens any more, to nobody."""
        errors = asyncio.create_task(self._listen())
        try:
            await self._show()
        except (asyncio.IncompleteReadError, ConnectionError, RuntimeError, ValueError):
            pass
        finally:
            await self._drain()
            await errors
        await self.process.wait()
        with contextlib.suppress(Exception):
            await self.remote_close()

    async def _show(self) -> None:
        out = self.process.stdout
        assert out is not None
        while await out.readline() not in (OURS.encode(), b""):
            pass
        while True:
            kind = await out.readexactly(1)
            size = int.from_bytes(await out.readexactly(4), "big")
            if kind not in b"DMP" or size > BIGGEST:
                raise ValueError(kind)
            payload = await out.readexactly(size)
            if kind == b"D":
                await self.on_data(payload)
            elif kind == b"P":
                await self._deliver(payload)
            elif json.loads(payload).get("type") != "exit":  # it says more before it ends
                await self.on_meta(payload)

    async def _deliver(self, payload: bytes) -> None:
        match load(payload):
            case ("deliver_chunk", str(key), bytes(chunk) | str(chunk)):
                await self._download_manager.chunk_received(key, chunk)

    async def _drain(self) -> None:
        """Read on, so that the app never waits for a reader while it ends."""
        out = self.process.stdout
        assert out is not None
        while await out.read(1 << 16):
            pass

    async def _listen(self) -> None:
        errors = self.process.stderr
        assert errors is not None
        while more := await errors.read(4096):
            self.said = (self.said + more)[-LAST_WORDS:]

    async def stop(self) -> None:
        """End the app: ask it, then ask its process, then end that; nothing said is lost."""
        task, self._task = self._task, None
        if task is None:
            return
        await self._download_manager.cancel_app_downloads(self.app_service_id)
        for ask in (self._ask, self._terminate, self._kill):
            await ask()
            done, __ = await asyncio.wait({task}, timeout=PATIENCE_S)
            if done:
                break
        else:
            task.cancel()
        with contextlib.suppress(Exception, asyncio.CancelledError):
            await task

    async def _ask(self) -> None:
        with contextlib.suppress(Exception):
            await asyncio.wait_for(self.send_meta({"type": "quit"}), 1)
            self.stdin.close()

    async def _terminate(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            self.process.terminate()

    async def _kill(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            self.process.kill()


def command(arguments: Sequence[str]) -> list[str]:
    """How this program is run again with other arguments."""
    return [sys.executable, "-m", "tui", *arguments]
