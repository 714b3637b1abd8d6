"""A home of its own for every test of the program, and the program itself in this process."""

import io
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from base.messages import speak
from tests.models.made_server import serve as serve

if TYPE_CHECKING:
    from tests.tui.terminals import Terminal


@dataclass(frozen=True)
class Ran:
    """What a command printed, and its exit status."""

    status: int
    out: str
    err: str


Run = Callable[..., Ran]


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The person's folders are empty ones; the language is English; no model is chosen."""
    for name in ("DATA", "CACHE", "CONFIG", "STATE"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(tmp_path / name.lower()))
    monkeypatch.setenv("PAOTUAN_LANG", "en")
    for name in ("PAOTUAN_MODEL", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)
    speak()
    return tmp_path


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run one command as the shell would, with `stdin` piped in."""
    from tui.__main__ import main

    def ran(*arguments: object, stdin: str | bytes = "") -> Ran:
        piped = stdin.encode() if isinstance(stdin, str) else stdin
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(piped), "utf-8"))
        status = main([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        return Ran(status, captured.out, captured.err)

    return ran


@pytest.fixture
def terminal(tmp_path: Path) -> "Iterator[Callable[..., Terminal]]":
    """Open the program in a terminal of its own; see `tests.tui.terminals`."""
    from tests.tui.terminals import Terminal

    opened: list[Terminal] = []

    def open_terminal(*arguments: str, **settings: object) -> Terminal:
        opened.append(Terminal(*arguments, home=tmp_path, **settings))  # type: ignore[arg-type]
        return opened[-1]

    yield open_terminal
    for each in opened:
        each.close()
