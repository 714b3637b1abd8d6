"""A program that is started over and over and killed at a random moment: `python killed.py N`.

It loads once and forks for each start. What was printed as said must be in the journals after each
kill, every file that is there must be whole, and after the last start, which ends by itself,
nothing else may lie there. Prints how many kills came before the end of a start.
"""

import json
import os
import random
import signal
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import models.scripted  # noqa: F401 - loaded once, not after each fork
import scenes.files.chats  # noqa: F401
import tui.commands.log
import tui.commands.play
import tui.commands.sessions
import tui.line  # noqa: F401
from base.errors import KnownError
from base.folders import sessions_folder
from scenes.log import parse, write
from scenes.table.journal_reader import read_session
from tui.__main__ import main

CHAT = [
    {"user_name": "You", "character_name": "安"},
    *({"name": "安", "is_user": False, "mes": f"第{number}句"} for number in range(200)),
]
PLAYED = "有人吗？\n1\n跟我来。\n2\n/undo\n走吧。\nr\n1\n好。\n"


class Table:
    """The folders of a person, and what she starts."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.stdin, self.stdout = home / "stdin", home / "stdout"
        self.stdin.write_text(PLAYED, "utf-8")
        self.chat, self.log = home / "chat.jsonl", home / "log.txt"
        lines = (json.dumps(one, ensure_ascii=False) for one in CHAT)
        self.chat.write_text("\n".join(lines), "utf-8")
        self.log.write_text("".join(f"甲: 第{number}句\n" for number in range(2000)), "utf-8")
        self.out = home / "out.txt"
        self.starts: list[Sequence[str]] = [
            ("play", "rain-house", "--line", "--model", "scripted"),
            ("play", "--resume", "--line", "--model", "scripted"),
            ("sessions", "import", str(self.chat)),
            ("sessions", "export", "-o", str(self.out.with_name("session.txt"))),
            ("log", "convert", str(self.log), "-o", str(self.out)),
        ]

    def start(self, arguments: Sequence[str]) -> int:
        """Begin, in a process of its own."""
        pid = os.fork()
        if pid:
            return pid
        for number, path in enumerate((self.stdin, self.stdout, self.home / "stderr")):
            flags = os.O_RDONLY if number == 0 else os.O_WRONLY | os.O_CREAT | os.O_TRUNC
            os.dup2(os.open(path, flags, 0o600), number)
        sys.stdin, sys.stdout = open(0, closefd=False), open(1, "w", 1, closefd=False)  # noqa: SIM115
        status = 1
        with suppress(BaseException):
            status = main(list(arguments))
        os._exit(status)

    def seconds(self, arguments: Sequence[str]) -> float:
        """How long it takes when it is let be."""
        began = time.perf_counter()
        _, status = os.waitpid(self.start(arguments), 0)
        assert status == 0, (arguments, (self.home / "stderr").read_text("utf-8"))
        return time.perf_counter() - began

    def check(self) -> None:
        """Every file that is there is whole, and holds what was printed as said."""
        told = []
        for path in sessions_folder().glob("*.jsonl"):
            session = read_session(path)
            assert session.damage == ()
            told += [write(turn.entry) for turn in session.turns.values()]
        printed = self.stdout.read_bytes().rpartition(b"\n")[0].decode()
        for entry in parse(printed):
            if entry.speaker == "林默":
                assert write(entry) in told, (write(entry), told)
        if self.out.exists():
            assert self.out.read_text("utf-8") == self.log.read_text("utf-8").replace(": ", "：")
        exported = self.out.with_name("session.txt")
        assert not exported.exists() or exported.read_bytes().endswith(b"\n")

    def left(self) -> list[str]:
        """What lies there and belongs to no session."""
        ids = {path.stem for path in sessions_folder().glob("*.jsonl")}
        known = {"stdin", "stdout", "stderr", "chat.jsonl", "log.txt", "out.txt", "session.txt"}
        here = [path.name for path in self.home.iterdir() if path.is_file()]
        kept = [path for path in sessions_folder().iterdir() if path.stem not in ids]
        odd = [path for path in sessions_folder().iterdir() if path.suffix not in ENDINGS]
        return [name for name in here if name not in known] + [path.name for path in kept + odd]


ENDINGS = {".jsonl", ".txt", ".lock", ".torn"}


def run(times: int, seed: int = 9) -> int:
    """Kill so many starts; how many of them had not ended."""
    chance, killed = random.Random(seed), 0
    with tempfile.TemporaryDirectory() as folder:
        os.environ["XDG_DATA_HOME"] = os.environ["XDG_CONFIG_HOME"] = folder
        table = Table(Path(folder))
        seconds = [table.seconds(arguments) for arguments in table.starts]
        for number in range(times):
            which = number % len(table.starts)
            pid = table.start(table.starts[which])
            time.sleep(chance.uniform(0, seconds[which]))
            os.kill(pid, signal.SIGKILL)
            _, status = os.waitpid(pid, 0)
            killed += os.WIFSIGNALED(status)
            table.check()
        for arguments in table.starts:
            table.seconds(arguments)
        table.check()
        assert table.left() == [], table.left()
    return killed


if __name__ == "__main__":
    try:
        print(run(int(sys.argv[1])))
    except KnownError as error:
        sys.exit(f"a journal that cannot be read: {error}")
