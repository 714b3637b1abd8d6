"""Faults of the program itself, in the terminal, a command or a thread: one line, and no secret."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tui.faults import keep
from tui.outcome import ProgramOptions, outcome

pytest.importorskip("pty", reason="pseudo terminals are those of Unix")
from tests.tui.terminals import PLAY, ROOT, Open, hand_in_the_journal

SECRET = "sk-of-a-person-7"

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
