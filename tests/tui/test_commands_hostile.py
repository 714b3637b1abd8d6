"""Whatever any command is given, it answers in words, and ends."""

import os
import signal
from collections.abc import Iterator
from contextlib import suppress
from itertools import cycle, islice
from pathlib import Path
from socket import SO_REUSEPORT, SOL_SOCKET, socket
from typing import Any

import pytest
import typer
import typer.main

from tui.commands.serve import PORT

NOBODY = "http://127.0.0.1:9"
PATIENCE = 60
"""Seconds that one command may take on a busy machine, where some load libraries first."""
FILES = {
    "empty.txt": b"",
    "empty.yaml": b"",
    "binary.jsonl": bytes(range(256)) * 40,
    "binary.gguf": bytes(range(256)) * 40,
    "deep.json": b"[" * 3000,
    "hostile.yaml": "title: \x1b]0;x\x07\u202e {{user}} [b]\n".encode(),
    "wide.txt": "甲：你好。\n".encode("utf-16"),
    "gb.yaml": "title: 你好，世界\n".encode("gb18030"),
}
TEXTS = [
    *FILES,
    *("dir.yaml", "dir.gguf", "fifo.txt", "fifo.yaml", "dangling.yaml", "loop.txt", "missing.gguf"),
    *("/dev/zero", "..", "../../x", "", "x" * 5000, "a\nb\x1b[31m", "\ud800", "http://[", "甲=乙"),
]
FEW, SOME = 2, 9
"""Odd values that an option and an argument get; the next one gets the next values."""
NUMBERS = ["-1", "0", "nan", "inf", "1e99", "", "甲", "9" * 30]
NEEDED = {
    "speaker": "甲",
    "role": "甲",
    "character": "suwan",
    "scene": "rain-house",
    "model": "scripted",
    "title": "t",
    "words": "x",
    "question": "x",
    "output": "out.x",
    "out": "out.x",
    "to": "out.kb",
}
"""What is given for parameters that must be there; else a log."""
LISTS = (
    *(["scenes", "check"], ["characters", "check"]),
    *(["scenes", "edit"], ["characters", "edit"], ["sessions", "search"]),
)
"""Commands whose lines are what they find, and not their failure."""


def commands() -> Iterator[tuple[list[str], Any]]:
    """Every command of the tree with its words."""
    from tui.commandline import app

    def below(command: Any, words: list[str]) -> Iterator[tuple[list[str], Any]]:
        for name, one in getattr(command, "commands", {}).items():
            yield from below(one, [*words, name])
        if not getattr(command, "commands", {}):
            yield words, command

    yield from below(typer.main.get_command(app), [])


COMMANDS = {" ".join(words): (words, command) for words, command in commands()}


@pytest.fixture
def taken() -> Iterator[None]:
    """The port of `serve` is taken, so that a server of good words ends too."""
    with socket() as other:
        other.setsockopt(SOL_SOCKET, SO_REUSEPORT, 1)  # for the tests beside this one
        with suppress(OSError):  # somebody's program has it
            other.bind(("0.0.0.0", PORT))
            other.listen()
        yield


@pytest.fixture
def there(home: Path, monkeypatch: pytest.MonkeyPatch, taken: None) -> Path:
    """A folder full of files that are none."""
    folder = home / "work"
    folder.mkdir()
    monkeypatch.chdir(folder)
    monkeypatch.setenv("PAOTUAN_MODEL", "scripted")
    monkeypatch.setenv("HF_ENDPOINT", NOBODY)
    for name, raw in FILES.items():
        (folder / name).write_bytes(raw)
    (folder / "log.txt").write_text("甲：在吗？\n乙：在。\n", "utf-8")
    for name in ("dir.yaml", "dir.gguf"):
        (folder / name).mkdir()
    for name in ("fifo.txt", "fifo.yaml"):
        os.mkfifo(folder / name)
    (folder / "dangling.yaml").symlink_to("nowhere")
    (folder / "loop.txt").symlink_to("loop.txt")
    return folder


class TooLong(BaseException):
    """A command that did not end."""


def given(words: list[str], command: Any) -> Iterator[list[str]]:
    """The command with one odd value after another in each of its parameters."""
    params = [one for one in command.params if one.name != "help"]
    start = SOME * list(COMMANDS).index(" ".join(words))
    texts, numbers = islice(cycle(TEXTS), start, None), islice(cycle(NUMBERS), start, None)

    def spelled(one: Any, value: str) -> list[str]:
        if one.param_type_name == "argument":
            return [value]
        name = one.opts[0]
        return [f"{name}={value}" if name.startswith("--") else f"{name}{value}"]

    for one in params:
        if one.is_flag if one.param_type_name == "option" else False:
            continue
        number = one.type_descriptor.annotation in (int, float)
        rest = [
            word
            for other in params
            if other.required and other is not one and other.param_type_name == "option"
            for word in spelled(other, NEEDED.get(other.name, "log.txt"))
        ]
        arguments = [p for p in params if p.param_type_name == "argument" and p.required]
        is_option = one.param_type_name == "option"
        for value in islice(numbers if number else texts, FEW if is_option else SOME):
            places = [
                value if place is one else NEEDED.get(place.name, "log.txt") for place in arguments
            ]
            if one.param_type_name == "argument" and one not in arguments:
                places.append(value)
            odd = spelled(one, value) if is_option else []
            yield [*words, *rest, *odd, "--", *places]
    yield words


@pytest.mark.skipif(not hasattr(signal, "SIGALRM"), reason="needs a clock that interrupts")
@pytest.mark.parametrize("name", COMMANDS)
def test_no_command_breaks_or_hangs_whatever_it_is_given(run, there, name):
    def stop(number: int, frame: object) -> None:
        raise TooLong

    before = signal.signal(signal.SIGALRM, stop)
    try:
        for typed in given(*COMMANDS[name]):
            signal.alarm(PATIENCE)
            shown = run(*typed, stdin="\x1b[31m\n")
            signal.alarm(0)
            assert shown.status in (0, 1, 2), typed
            assert "Traceback" not in shown.err, typed
            assert "an error in paotuan itself" not in shown.err, (typed, shown.err)
            assert "\x1b" not in shown.err, typed
            if shown.status and typed[:2] not in LISTS:
                told = [line for line in shown.err.splitlines() if line.startswith("paotuan: ")]
                assert told, (typed, shown.err)
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


LONG = ["x" * 10_000, "甲\n\x1b[31m" * 2_500, "http://" + "x" * 9_000, "a/" * 5_000, "9" * 10_000]


def long_values(words: list[str], command: Any) -> Iterator[list[str]]:
    """The command with a value beyond all measure in each of its parameters."""
    kinds = cycle(LONG)
    for one in (one for one in command.params if one.name != "help"):
        is_option = one.param_type_name == "option"
        if is_option and one.is_flag:
            continue
        value = next(kinds)
        arguments = [
            it for it in command.params if it.param_type_name == "argument" and it.required
        ]
        places = [value if it is one else NEEDED.get(it.name, "log.txt") for it in arguments]
        if not is_option and one not in arguments:
            places.append(value)
        name = one.opts[0]
        yield [*words, *([f"{name}={value}"] if name.startswith("--") else []), "--", *places]


@pytest.mark.parametrize("name", COMMANDS)
def test_whatever_is_refused_is_quoted_short(run, there, name):
    for typed in long_values(*COMMANDS[name]):
        lines = run(*typed, stdin="x\n").err.splitlines()
        assert all(len(line) < 500 for line in lines), (typed[-1][:9], max(lines, key=len)[:200])
        assert all(line.isprintable() for line in lines), typed
