"""Line by line: numbers and letters, hands that come back, where one is, and how it is left."""

import os
import re
import signal
import time
from pathlib import Path

import pytest

from base.folders import sessions_folder
from scenes.table.play import Play
from scenes.table.session_list import find_session

pytest.importorskip("pty", reason="pseudo terminals are those of Unix")
from tests.tui.terminals import Terminal, replayed
from tests.tui.terminals import saved as saved_at

PLAY = ("play", "rain-house", "--model", "scripted")


def said() -> list[str]:
    play = Play.resume(find_session(None))
    play.close()
    return [f"{t.entry.speaker}:{t.entry.text}" for t in play.session.path if t.by != "opening"]


@pytest.mark.parametrize("typed", ["9", "r", "m", "e 2", "e", "R", "ｒ", "２"])
def test_a_number_or_a_letter_without_candidates_is_asked_about_and_not_said(run, typed):
    shown = run(*PLAY, stdin=f"{typed}\n走。\n")
    assert f"There are no candidates; the same again says “{typed}” aloud" in shown.err
    assert said() == ["林默:走。"]


def test_the_same_number_again_is_said_and_an_empty_line_is_not_an_answer(run):
    run(*PLAY, stdin="3\n3\n")
    assert said() == ["林默:3"]
    run(*PLAY, stdin="3\n\n/quit\n")
    assert said() == []


def test_a_lone_e_with_candidates_says_how_it_is_written(run):
    shown = run(*PLAY, stdin="走。\ne\n1\n")
    assert "this is written: e 1 TEXT" in shown.err
    assert len(said()) == 2


def test_full_width_digits_and_letters_are_taken_like_half_width_ones(run):
    run(*PLAY, "-n", 2, stdin="走。\nｒ\nｍ\n４\n")
    assert len(said()) == 2


def test_going_back_shows_the_candidates_of_that_place_again(run):
    shown = run(*PLAY, stdin="走。\n1\n/undo\n2\n")
    assert shown.out.count("\n2  \\me 把灯举高了一些，照着墙上的画\n") == 2
    assert said()[-1] == "苏晚:把灯举高了一些，照着墙上的画"


def test_resuming_shows_the_candidates_that_were_left_on_the_table(run):
    run(*PLAY, stdin="走。\n")
    shown = run("play", "--resume", "--model", "scripted", stdin="2\n")
    assert "\n2  \\me 把灯举高了一些，照着墙上的画\n" in shown.out
    assert said()[-1] == "苏晚:把灯举高了一些，照着墙上的画"


def test_hidden_candidates_are_not_picked_by_accident_and_come_back(run):
    shown = run(*PLAY, stdin="走。\n/hide\n2\n\n2\n")
    assert shown.err.count("candidates are hidden; an empty line brings them back") == 2
    assert said()[-1] == "苏晚:把灯举高了一些，照着墙上的画"


def test_where_one_is_can_be_asked_at_any_time(run):
    told = run(*PLAY, stdin="/where\n走。\n/在哪\nr\n/where\n").err
    assert "Scene: 雨夜旧宅" in told
    assert "You stand at turn #10, 10 turns from the beginning; there is one branch" in told
    assert "No candidates on the table" in told
    assert "On the table: 5 lines for 苏晚" in told
    assert "Hand 2 of 2: " in told


def test_the_help_stands_in_groups_and_can_be_searched(run):
    told = run(*PLAY, stdin="/help\n").err
    assert told.index("— What you say") < told.index("— Candidates") < told.index("— The program")
    found = run(*PLAY, stdin="/help bookmark\n").err
    assert "/marks" in found
    assert "/undo" not in found
    assert "nothing in the help says xyzzy" in run(*PLAY, stdin="/help xyzzy\n").err


def test_in_chinese_commands_have_chinese_names(run, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PAOTUAN_LANG", "zh_CN")
    told = run(*PLAY, stdin="走。\n/撤销\n/帮助\n*推门*\n").err
    assert re.search(r"/撤销 · /undo +退", told)
    assert "这像动作：再按 Enter 就当作 \\me 推门" in told
    assert said() == []


@pytest.mark.parametrize("language", ["zh_CN", "zh_TW"])
def test_every_command_is_known_by_what_its_language_calls_it(
    language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from scenes.table.command import written
    from scenes.table.command_words import command_words, known_command
    from scenes.table.commands import COMMANDS

    monkeypatch.setenv("PAOTUAN_LANG", language)
    for command in COMMANDS.values():
        word = written(command).split()[0].removeprefix("/")
        assert not word.isascii(), command.name
        assert known_command(word) is command
        assert word in command_words()


def test_leaving_says_where_the_session_is_and_how_to_go_on(run):
    told = run(*PLAY, stdin="走。\n/quit\n").err
    journal = find_session(None)
    assert f"{journal.name}\n" in told
    assert f"To go on: paotuan play --resume {journal.stem} --line\n" in told


def test_leaving_without_having_done_anything_keeps_and_says_nothing(run):
    assert "To go on" not in run(*PLAY, stdin="/where\n/quit\n").err
    assert not list(sessions_folder().glob("*.jsonl"))


def test_candidates_that_were_drawn_are_worth_keeping_though_nothing_was_said(run):
    assert "To go on" in run(*PLAY, stdin="\n/quit\n").err
    assert len(list(sessions_folder().glob("*.jsonl"))) == 1


# --- in a terminal ---


def at_the_table(opened: Terminal) -> Terminal:
    opened.until(opened.shows("林默>"))
    return opened


def test_plain_play_in_a_terminal_writes_no_escape(terminal) -> None:
    opened = at_the_table(terminal(*PLAY, "--plain"))
    opened.type("走。\n")
    opened.until(opened.shows("5  我倒觉得"))
    opened.until(opened.asks("林默>"))
    opened.type("/退出\n")
    assert opened.end() == 0
    assert b"\x1b" not in opened.raw


@pytest.mark.parametrize("term", ["dumb", "unknown", "vt52", "no-such-terminal", ""])
def test_odd_terminals_play_line_by_line(terminal, tmp_path: Path, term: str) -> None:
    opened = at_the_table(terminal(*PLAY, "--line", TERM=term))
    opened.type("走。\r" if term not in ("dumb", "unknown") else "走。\n")
    opened.until(opened.shows("5  我倒觉得"))
    opened.until(opened.asks("林默>"))
    opened.type("\x04")
    assert opened.end() == 0
    assert replayed(saved_at(tmp_path)).entries[-1].text == "走。"


SLOW = """
import sys
from models import scripted
once = scripted.Scripted.__init__
def slowly(self, *given, **more):
    once(self, *given, **{**more, "delay": 0.05})
scripted.Scripted.__init__ = slowly
from tui.__main__ import main
sys.exit(main())
"""


@pytest.mark.parametrize("where", ["--line", "--plain"])
def test_hanging_up_while_lines_come_keeps_what_was_said(
    terminal, tmp_path: Path, where: str
) -> None:
    opened = at_the_table(terminal(*PLAY, where, program=("-c", SLOW)))
    opened.type("我上楼看看。\r" if where == "--line" else "我上楼看看。\n")
    opened.until(lambda: "我上楼看看。" in saved_at(tmp_path).read_text("utf-8"))
    time.sleep(0.3)
    opened.hang_up()
    opened.process.wait(20)
    assert replayed(saved_at(tmp_path)).entries[-1].text == "我上楼看看。"


SHELL = """
import fcntl, os, signal, sys, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
signal.signal(signal.SIGTTOU, signal.SIG_IGN)
child = os.fork()
if not child:
    os.setpgid(0, 0)
    os.tcsetpgrp(0, os.getpid())
    signal.signal(signal.SIGTTOU, signal.SIG_DFL)
    os.execv(sys.executable, [sys.executable, "-m", "tui", *sys.argv[1:]])
status = os.waitpid(child, os.WUNTRACED)[1]
os.tcsetpgrp(0, os.getpgrp())
flags = termios.tcgetattr(0)[3]
sane = bool(flags & termios.ECHO and flags & termios.ICANON and flags & termios.ISIG)
stopped = "stopped" if os.WIFSTOPPED(status) else "ended"
print("\\njob", stopped, "sane" if sane else "raw", flush=True)
sys.stdin.readline()
os.tcsetpgrp(0, child)
os.kill(-child, signal.SIGCONT)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""
"""A shell with one job: it says that the job was stopped, and goes on with it after a line."""


@pytest.mark.parametrize("arguments", [(), ("--line",), ("--plain",)])
def test_a_job_that_is_stopped_leaves_the_terminal_sane_and_goes_on_where_it_was(
    terminal, tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    opened = terminal(*PLAY, *arguments, program=("-c", SHELL))
    opened.until(opened.shows("林默>") if arguments else opened.shows("雨夜旧宅", "scripted"))
    if "--plain" not in arguments:
        opened.type("我上楼")
    if arguments:
        opened.type("\x1a")  # Ctrl+Z; on the screen that is undo
    else:
        child = Path(f"/proc/{opened.process.pid}/task/{opened.process.pid}/children")
        os.kill(int(child.read_text().split()[0]), signal.SIGTSTP)
    opened.until(opened.shows("job stopped sane"))
    opened.type("\n")
    time.sleep(1)
    opened.read()
    opened.type("我上楼看看。" if "--plain" in arguments else "看看。")
    time.sleep(0.2)
    opened.type("\n" if "--plain" in arguments else "\r")
    opened.until(lambda: "我上楼看看。" in saved_at(tmp_path).read_text("utf-8"))
    opened.until(opened.shows("我倒觉得"))
    opened.type("\x04" if arguments else "\x11")
    assert opened.end() == 0
    if not arguments:
        assert opened.is_as_before
