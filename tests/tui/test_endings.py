"""However it ends: the terminal is the shell's again, the hand is kept, and nothing is noisy."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

pytest.importorskip("pty", reason="pseudo terminals are those of Unix")
from tests.tui.terminals import PLAY, ROOT, Open, Terminal, hand_in_the_journal, replayed, saved


def with_a_hand(open_terminal: Open) -> Terminal:
    """A table with a complete hand of candidates on it."""
    opened = open_terminal(*PLAY)
    opened.until(opened.shows("雨夜旧宅", "scripted"))
    opened.type("我上楼看看。")
    opened.type("\r")
    opened.until(opened.shows("▌ 林默：我上楼看看。", "把那封信再读一遍", "词元/秒"))
    return opened


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_a_signal_leaves_the_terminal_as_it_was_and_keeps_the_hand(
    terminal: Open, tmp_path: Path, number: signal.Signals
) -> None:
    opened = with_a_hand(terminal)
    opened.process.send_signal(number)
    assert opened.end() == 128 + number
    assert opened.is_as_before
    assert hand_in_the_journal(tmp_path) == 5


def test_a_signal_at_the_start_is_the_exit_status_with_debug_too(terminal: Open) -> None:
    opened = terminal("--debug")
    opened.until(opened.shows("场景"))
    opened.process.send_signal(signal.SIGTERM)
    assert opened.end() == 128 + signal.SIGTERM


def test_closing_the_window_keeps_the_hand(terminal: Open, tmp_path: Path) -> None:
    opened = with_a_hand(terminal)
    opened.hang_up()
    assert opened.process.wait(20) == 128 + signal.SIGHUP
    assert hand_in_the_journal(tmp_path) == 5


def test_a_draw_that_hangs_does_not_hold_the_program(terminal: Open, tmp_path: Path) -> None:
    hanging = """
import sys, time
from models.scripted import Scripted
Scripted.generate = lambda *asked: time.sleep(600)
from tui.__main__ import main
sys.exit(main())
"""
    opened = terminal(*PLAY, program=("-c", hanging))
    opened.until(opened.shows("雨夜旧宅", "scripted"))
    opened.type("我上楼看看。")
    opened.type("\r")
    opened.until(opened.shows("还在抽"))
    opened.type("\x11")
    assert opened.end(15) == 0
    assert replayed(saved(tmp_path)).entries[-1].text == "我上楼看看。"


def test_a_signal_keeps_the_hand_of_the_line_mode(terminal: Open, tmp_path: Path) -> None:
    opened = terminal(*PLAY, "--line")
    opened.until(opened.shows("林默"))
    opened.type("有人吗？\r")
    opened.until(opened.shows("5  我倒觉得"))
    opened.process.send_signal(signal.SIGTERM)
    assert opened.end() == 128 + signal.SIGTERM
    assert b"Traceback" not in opened.raw
    assert opened.raw.rindex(b"\x1b[?2004l") > opened.raw.rindex(b"\x1b[?2004h")
    assert hand_in_the_journal(tmp_path) == 5


STARTED = """
import os, sys
from tui.__main__ import main
os.write(2, b"!")
sys.exit(main())
"""
"""What the installed script is, from its first line of ours on."""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_while_modules_load_is_quiet(number: signal.Signals) -> None:
    for moment in range(6):
        with subprocess.Popen(
            [sys.executable, "-c", STARTED, "draw", "--for", "甲", "--model", "scripted"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        ) as program:
            assert program.stderr is not None
            assert program.stderr.read(1) == b"!"
            time.sleep(moment**2 * 0.01)
            program.send_signal(number)
            assert program.wait(20) in (-number, 128 + number)
            assert program.stderr.read() == b""


@pytest.mark.parametrize(
    "command", ["scenes list", "models list --json", "--help", "scenes schema"]
)
def test_a_list_that_nobody_reads_is_quiet(command: str) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        [sys.executable, "-m", "tui", *command.split()],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=writer,
        stderr=subprocess.PIPE,
        timeout=30,
        check=False,
    )
    os.close(writer)
    assert (done.returncode, done.stderr) == (1, b"")


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="a full device is one of Linux")
def test_a_full_disk_behind_stdout_is_one_line() -> None:
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "tui", "scenes", "list"],
            cwd=ROOT,
            stdout=full,
            stderr=subprocess.PIPE,
            timeout=30,
            check=False,
        )
    assert done.returncode == 1
    (line,) = done.stderr.decode().splitlines()
    assert line.startswith("paotuan: the output cannot be written: ")


@pytest.mark.parametrize("stream", [0, 1, 2])
def test_streams_that_were_shut_before_it_began_are_no_fault(stream: int) -> None:
    done = subprocess.run(
        ["sh", "-c", f'exec "$@" {stream}>&-', "sh", sys.executable, "-m", "tui", "scenes", "list"],
        cwd=ROOT,
        capture_output=True,
        timeout=30,
        check=False,
    )
    assert done.returncode == 0
    assert done.stderr == b""


def events(home: Path) -> list[str]:
    return [json.loads(line)["event"] for line in saved(home).read_text("utf-8").splitlines()]


def test_a_reader_who_leaves_a_piped_play_loses_nothing_that_was_drawn(home: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "tui", *PLAY],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as program:
        assert program.stdin is not None
        assert program.stdout is not None
        assert program.stderr is not None
        program.stdin.write("有人吗？\n".encode())
        program.stdin.flush()
        while not program.stdout.readline().startswith(b"1  "):
            pass
        program.stdout.close()
        program.stdin.write(b"\n\n")
        program.stdin.close()
        assert program.wait(20) == 1
        assert b"rror" not in program.stderr.read()
    assert events(home) == ["open", "turns", "draw"]


SLOW = """
from models.scripted import Scripted
from scenes.table.play import Play
from scenes.scene_loader import load_scene
from tui.line import LineTable
from tui.colour import redraws
from tui.outcome import ProgramOptions, outcome
import tui.process

class Ready:
    done, better = True, None
    def backend(self):
        return Scripted(["好。", "一二三四五六七八九十" * 40], delay=0.05)

play = Play.start(load_scene("rain-house"), "林默")
play.asked = {"n": 2, "max_tokens": 400}
tui.process.work()
raise SystemExit(outcome(LineTable(play, Ready(), False).run, ProgramOptions()))
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_in_the_middle_of_a_piped_draw_keeps_what_is_complete(
    home: Path, number: signal.Signals
) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", SLOW],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as program:
        assert program.stdin is not None
        assert program.stderr is not None
        program.stdin.write("有人吗？\n".encode())
        program.stdin.flush()
        while b"-- " not in program.stderr.readline():
            pass
        time.sleep(1)
        program.send_signal(number)
        assert program.wait(20) == 128 + number
        assert b"Traceback" not in program.stderr.read()
    assert events(home) == ["open", "turns", "draw"]
    (draw,) = replayed(saved(home)).draws.values()
    assert [candidate.entry.text for candidate in draw.candidates] == ["好。"]
