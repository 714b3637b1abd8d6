"""However it ends: the terminal is the shell's again, the hand is kept, and no secret is shown."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tui.colour import redraws
from tui.faults import keep
from tui.outcome import ProgramOptions, outcome

pytest.importorskip("pty", reason="pseudo terminals are those of Unix")
from tests.tui.terminals import Terminal, replayed, saved

ROOT = Path(__file__).resolve().parents[2]
PLAY = ("play", "rain-house", "--as", "林默", "--model", "scripted")
SECRET = "sk-of-a-person-7"
Open = Callable[..., Terminal]

FAULTY = """
import os, sys
from tui import app
from tui.screens import help

def broken(screen):
    key = os.environ["PAOTUAN_API_KEY"]
    raise RuntimeError(f"refused: {key} at http://me:hush-hush@host/v1")

if sys.argv.pop(1) == "screen":
    help.HelpScreen.on_mount = broken
else:
    app.PaotuanApp.action_help = broken
from tui.__main__ import main
sys.exit(main())
"""
"""The program with a fault on F1: on the table, or on the screen that opens over it."""


def with_a_hand(open_terminal: Open) -> Terminal:
    """A table with a complete hand of candidates on it."""
    opened = open_terminal(*PLAY)
    opened.until(opened.shows("雨夜旧宅", "scripted"))
    opened.type("我上楼看看。")
    opened.type("\r")
    opened.until(opened.shows("▌ 林默：我上楼看看。", "把那封信再读一遍", "词元/秒"))
    return opened


def hand_in_the_journal(home: Path) -> int:
    """The candidates that the one draw of a session holds."""
    (draw,) = replayed(saved(home)).draws.values()
    return len(draw.candidates)


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


@pytest.mark.parametrize("where", ["table", "screen"])
def test_a_fault_is_one_line_without_secrets_and_the_session_is_safe(
    terminal: Open, tmp_path: Path, where: str
) -> None:
    faulty = ("-c", FAULTY, where)
    opened = terminal(*PLAY, program=faulty, PAOTUAN_API_KEY=SECRET)
    opened.until(opened.shows("雨夜旧宅", "scripted"))
    opened.type("我上楼看看。")
    opened.type("\r")
    opened.until(opened.shows("把那封信再读一遍", "词元/秒"))
    opened.type("\x1bOP")
    assert opened.end() == 1
    assert opened.is_as_before
    after = opened.raw[opened.raw.rindex(b"\x1b[?1006l") + 8 :].decode()
    log = tmp_path / "state/paotuan/log/faults.log"
    assert after.startswith("paotuan: 跑团自己出了错（RuntimeError: refused: ")
    assert after.count("\n") == 1
    assert str(log) in after
    assert log.stat().st_mode & 0o777 == 0o600
    assert "in broken" in log.read_text("utf-8")
    for text in (opened.raw.decode(), log.read_text("utf-8")):
        assert SECRET not in text
        assert "hush-hush" not in text
    assert hand_in_the_journal(tmp_path) == 5


def test_bytes_that_are_no_utf8_are_told_once_and_never_said(
    terminal: Open, tmp_path: Path
) -> None:
    opened = terminal(*PLAY)
    opened.until(opened.shows("雨夜旧宅", "scripted"))
    opened.type("等等，")
    opened.type("你好".encode("gb18030"))
    opened.until(opened.shows("UTF-8", "等等，�"))
    opened.type("\x1b[200~")
    opened.type("再见".encode("gb18030") + b"\x1b[201~")
    assert opened.text.count("终端发来") == 1
    opened.type("\r")
    opened.until(opened.shows("没有发出", "等等，�"))
    opened.type("\x7f" * 10)
    opened.type("走吧。")
    time.sleep(0.1)
    opened.type("\r")
    opened.until(lambda: "走吧。" in saved(tmp_path).read_text("utf-8"))
    assert "�" not in saved(tmp_path).read_text("utf-8")


def test_a_paste_whose_end_is_lost_does_not_swallow_every_key_after_it(
    terminal: Open, tmp_path: Path
) -> None:
    opened = terminal(*PLAY)
    opened.until(opened.shows("雨夜旧宅", "scripted"))
    opened.type("\x1b[20")
    opened.type("0~等等，听。")
    opened.until(opened.shows("等等，听。"), 10)
    opened.type("\x11")
    assert opened.end() == 0
    assert opened.is_as_before


@pytest.mark.parametrize("arguments", [(), PLAY])
def test_a_dumb_terminal_gets_no_escape_and_is_told_of_the_line_mode(
    terminal: Open, tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    opened = terminal(*arguments, TERM="dumb")
    assert opened.end() == 2
    assert "paotuan play 场景 --line" in opened.text.replace("\n", "")
    assert b"\x1b" not in opened.raw
    assert not (tmp_path / "data").exists()


def test_what_is_coloured_or_drawn_over_elsewhere_is_plain_on_a_dumb_terminal(
    terminal: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.txt").write_text("【雨】\n甲：在吗？ \\emoji 困惑\n", encoding="utf-8")
    opened = terminal("log", "show", "a.txt", TERM="dumb")
    assert opened.end() == 0
    assert "甲：在吗？ \\emoji 困惑" in opened.text
    assert b"\x1b" not in opened.raw
    coloured = terminal("log", "show", "a.txt")
    assert coloured.end() == 0
    assert b"\x1b[" in coloured.raw
    master, slave = os.openpty()
    with open(slave, "w") as stream:
        for name, may in (("dumb", False), ("xterm", True)):
            monkeypatch.setenv("TERM", name)
            assert redraws(stream) == may
    os.close(master)


def test_the_line_mode_plays_on_a_dumb_terminal_without_an_escape(
    terminal: Open, tmp_path: Path
) -> None:
    opened = terminal(*PLAY, "--line", TERM="dumb")
    opened.until(opened.shows("林默>"))
    opened.type("你好".encode("gb18030") + b"\n")
    opened.until(opened.shows("没有发出"))
    opened.type("有人吗？\n")
    opened.until(opened.shows("5  我倒觉得"))
    opened.type("e 1\n")
    opened.until(opened.shows("e 1 文字"))
    opened.type("1\n")
    opened.until(opened.shows("苏晚：你听见了吗"))
    opened.until(opened.asks("林默>"))
    opened.type("\x04")
    assert opened.end() == 0
    assert b"\x1b" not in opened.raw
    assert replayed(saved(tmp_path)).entries[-2].text == "有人吗？"


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


def broken() -> int:
    key = os.environ["HF_TOKEN"]
    raise ZeroDivisionError(f"{key}, https://u:{key}@host/?api_key=abc, Bearer xyz")


def test_a_fault_of_a_command_names_its_log_and_debug_shows_a_trace_without_secrets(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, home: Path
) -> None:
    monkeypatch.setenv("HF_TOKEN", SECRET)
    assert outcome(broken, ProgramOptions()) == 1
    told = capsys.readouterr().err
    assert told.startswith("paotuan: an error in paotuan itself (ZeroDivisionError: $HF_TOKEN, ")
    assert str(home / "state/paotuan/log/faults.log") in told
    assert told.count("\n") == 1
    assert outcome(broken, ProgramOptions(debug=True)) == 1
    traced = capsys.readouterr().err
    assert "Traceback" in traced
    assert "in broken" in traced
    for shown in (told, traced):
        assert not [secret for secret in (SECRET, "abc", "xyz") if secret in shown]


def test_the_log_of_faults_stays_private_and_small_and_hides_keys_within_keys(
    monkeypatch: pytest.MonkeyPatch, home: Path
) -> None:
    monkeypatch.setenv("HF_TOKEN", SECRET)
    monkeypatch.setenv("A_LONGER_KEY", f"{SECRET}-and-more")
    log = home / "state/paotuan/log/faults.log"
    log.parent.mkdir(parents=True)
    log.touch(0o644)
    keep(ValueError(f"{SECRET}-and-more" + "x" * 3_000_000))
    assert log.stat().st_mode & 0o777 == 0o600
    assert log.stat().st_size < 100_000
    assert "$A_LONGER_KEY" in log.read_text("utf-8")
    assert "-and-more" not in log.read_text("utf-8")


def test_a_fault_in_a_thread_is_one_line(tmp_path: Path) -> None:
    program = """
import threading
from tui import process
process.load()
thread = threading.Thread(target=lambda: 1 / 0)
thread.start()
thread.join()
"""
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env={**os.environ, "XDG_STATE_HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
    )
    assert done.stderr.startswith("paotuan: an error in paotuan itself (ZeroDivisionError")
    assert done.stderr.count("\n") == 1


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
