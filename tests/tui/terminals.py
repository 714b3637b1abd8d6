"""The program as a person has it: a real process in a real terminal whose screen can be read."""

import os
import pty
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pyte

from scenes.table.journal import Journal
from scenes.table.session import Session

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = ("-m", "tui")
PLAY = ("play", "rain-house", "--as", "林默", "--model", "scripted")


class Terminal:
    """A program in a pseudo terminal of 80×24, whose screen can be read."""

    def __init__(
        self, *arguments: str, home: Path, program: tuple[str, ...] = PROGRAM, **settings: str
    ) -> None:
        """`settings` come before the environment."""
        import fcntl
        import struct
        import termios

        self.screen = pyte.Screen(80, 24)
        self.stream = pyte.ByteStream(self.screen)
        self.master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        os.set_blocking(self.master, False)
        # readline tells those who start the tests in a terminal how large theirs is
        inherited = {key: it for key, it in os.environ.items() if key not in ("COLUMNS", "LINES")}
        self.process = subprocess.Popen(
            [sys.executable, *program, *arguments],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            cwd=home,
            env={
                **inherited,
                "XDG_DATA_HOME": str(home / "data"),
                "XDG_STATE_HOME": str(home / "state"),
                "PAOTUAN_LANG": "zh",
                "TERM": "xterm-256color",
                "COLORTERM": "truecolor",
                **settings,
            },
            start_new_session=True,
        )
        os.close(slave)
        self.raw = b""

    @property
    def text(self) -> str:
        # A wide character takes two cells, the second of which pyte leaves empty.
        rows = (self.screen.buffer[y] for y in range(24))
        return "\n".join("".join(row[x].data for x in range(80)).rstrip() for row in rows)

    @property
    def is_as_before(self) -> bool:
        """Whether the terminal is one for the shell again: its own screen, echo, no mouse."""
        import termios

        after = self.raw[self.raw.rindex(b"\x1b[?1049h") :]
        modes = (b"[?1049l", b"[?1000l", b"[?2004l", b"[?25h", b"[<u", b"[?7h")
        echo = termios.tcgetattr(self.master)[3] & termios.ECHO
        return bool(echo) and all(mode in after for mode in modes)

    def read(self) -> None:
        try:
            while data := os.read(self.master, 65536):
                self.raw += data
                self.stream.feed(data)
        except OSError:
            return

    def until(self, true: Callable[[], object], seconds: float = 60) -> None:
        end = time.monotonic() + seconds
        while not true():
            assert time.monotonic() < end, f"it did not come to that:\n{self.text}"
            time.sleep(0.05)
            self.read()

    def type(self, keys: str | bytes) -> None:
        os.write(self.master, keys.encode() if isinstance(keys, str) else keys)
        time.sleep(0.15)

    def shows(self, *words: str) -> Callable[[], bool]:
        return lambda: all(word in self.text for word in words)

    def asks(self, prompt: str) -> Callable[[], bool]:
        """Whether the program waits for a line: keys before that may be lost to the terminal."""
        return lambda: self.text.splitlines()[self.screen.cursor.y].rstrip() == prompt

    def end(self, seconds: float = 20) -> int:
        """Wait for the program, reading what it still has to say; its exit status."""
        self.until(lambda: self.process.poll() is not None, seconds)
        self.read()
        return self.process.returncode

    def hang_up(self) -> None:
        """Close the window."""
        os.close(self.master)
        self.master = os.open(os.devnull, os.O_RDWR)

    def close(self) -> None:
        """Away with the program and its terminal."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(10)
        os.close(self.master)


Open = Callable[..., Terminal]
"""Opens the program in a terminal."""


def saved(home: Path) -> Path:
    """The journal of the one session there is."""
    (journal,) = (home / "data/paotuan/sessions").glob("*.jsonl")
    return journal


def replayed(path: Path) -> Session:
    """The session that a journal holds."""
    journal, events = Journal.open(path)
    journal.close()
    return Session.replay(events, lambda event: None)


def hand_in_the_journal(home: Path) -> int:
    """The candidates that the one draw of a session holds."""
    (draw,) = replayed(saved(home)).draws.values()
    return len(draw.candidates)
