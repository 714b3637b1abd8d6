"""Commands run one after the other, with what they say; they can be stopped at any time."""

import asyncio
import os
import signal
import sys
from asyncio.subprocess import PIPE, STDOUT, Process
from collections.abc import Sequence
from contextlib import suppress
from typing import ClassVar

from rich.text import Text
from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import RichLog, Static

from base.messages import _
from tui.output import escaped_line
from tui.voicing import program

MOST_LINES = 2000
LONGEST_LINE = 2000


class RunScreen(ModalScreen[bool]):
    """Gives whether all of them ended well."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "stop", "Stop, then close", id="run.stop")
    ]

    def __init__(self, title: str, commands: Sequence[Sequence[str]]) -> None:
        """`commands` are arguments of this program."""
        super().__init__()
        self.heading, self.commands = title, commands
        self.process: Process | None = None
        self.asked = 0
        """How often it was asked to stop."""
        self.ended: bool | None = None

    def compose(self) -> ComposeResult:
        with Vertical(id="run") as page:
            page.border_title = Content(self.heading)
            yield RichLog(id="output", max_lines=MOST_LINES, wrap=True, markup=False)
            yield Static(id="state")

    def on_mount(self) -> None:
        self.query_one(RichLog).focus()
        self._tell(_("running… Esc stops it"))
        self._run_all()

    def on_unmount(self) -> None:
        if self.process and self.process.returncode is None:
            _signal(self.process, signal.SIGTERM)

    def action_stop(self) -> None:
        """Ask it to stop; again, and it is made to; once it has ended, close."""
        if self.ended is not None:
            self.dismiss(self.ended)
            return
        self.asked += 1
        if self.process and self.process.returncode is None:
            if self.asked > 1:
                with suppress(ProcessLookupError):
                    self.process.kill()
            else:
                _signal(self.process, signal.SIGINT)
        self._tell(_("stopping… Esc once more stops it at once"))

    @work
    async def _run_all(self) -> None:
        for arguments in self.commands:
            self._say(f"$ paotuan {' '.join(arguments)}")
            status = await self._run_one(arguments)
            if status or self.asked:
                self._end(False, status)
                return
        self._end(True, 0)

    async def _run_one(self, arguments: Sequence[str]) -> int:
        environment = {**os.environ, "PYTHONUNBUFFERED": "1", "NO_COLOR": "1", "TERM": "dumb"}
        apart = sys.platform != "win32"
        self.process = await asyncio.create_subprocess_exec(
            *program(),
            *arguments,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=PIPE,
            stderr=STDOUT,
            env=environment,
            start_new_session=apart,
        )
        assert self.process.stdout is not None
        rest = b""
        while block := await self.process.stdout.read(65_536):
            *lines, rest = (rest + block).replace(b"\r", b"\n").split(b"\n")
            for line in filter(None, lines):
                self._say(line[:LONGEST_LINE].decode("utf-8", "replace"))
            rest = rest[-LONGEST_LINE:]
        if rest:
            self._say(rest.decode("utf-8", "replace"))
        return await self.process.wait()

    def _end(self, well: bool, status: int) -> None:
        self.ended = well
        if well:
            self._tell(_("Done · Esc closes"))
        elif self.asked:
            self._tell(_("Stopped · Esc closes"))
        else:
            self._tell(_("It ended with exit status {status} · Esc closes", status=status))

    def _say(self, line: str) -> None:
        self.query_one(RichLog).write(Text(escaped_line(line)))

    def _tell(self, text: str) -> None:
        self.query_one("#state", Static).update(Content(text))


def _signal(process: Process, number: signal.Signals) -> None:
    with suppress(ProcessLookupError, ValueError):
        process.send_signal(number) if sys.platform != "win32" else process.terminate()
