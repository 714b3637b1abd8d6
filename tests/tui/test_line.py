"""Playing line by line, piped and in a real terminal."""

import json
import os
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from base.folders import sessions_folder
from scenes.log import parse
from scenes.table.play import Play
from scenes.table.session_list import find_session

ROOT = Path(__file__).resolve().parents[2]
PLAY = ("play", "rain-house", "--model", "scripted")


def saved() -> Play:
    """The newest session, opened and let go of."""
    play = Play.resume(find_session(None))
    play.close()
    return play


def said(play: Play) -> list[str]:
    return [f"{t.entry.speaker}:{t.entry.text}" for t in play.session.path if t.by != "opening"]


def test_three_piped_turns_are_played_and_saved_and_gone_on_with(run):
    first = run(*PLAY, stdin="有人吗？\n1\n\n2\n跟我来。 \\emoji 专注\n1\n")
    assert first.status == 0
    assert "1  你听见了吗？楼上有人在走动。 \\emoji 惊讶\n" in first.out
    play = saved()
    lines = said(play)
    assert lines[0] == "林默:有人吗？"
    assert lines[1] == "苏晚:你听见了吗？楼上有人在走动。"
    assert len(lines) == 5
    log = (sessions_folder() / f"{play.session.id}.txt").read_text("utf-8")
    assert parse(log)[1:] == play.session.entries
    again = run("play", "--resume", "--model", "scripted", stdin="到了。\n")
    assert again.status == 0
    assert "林默：跟我来。 \\emoji 专注\n" in again.out
    assert [*lines, "林默:到了。"] == said(saved())


def test_every_printed_line_is_a_log_line_or_a_numbered_candidate(run):
    shown = run(*PLAY, stdin="有人吗？\n3\n")
    for line in shown.out.splitlines():
        number, blanks, body = line.partition("  ")
        if blanks and number.isdecimal():
            line = f"苏晚：{body}"
        assert [entry.kind != "unrecognised" for entry in parse(line)] == [True]


def test_a_candidate_can_be_edited_before_it_is_taken(run):
    run(*PLAY, stdin="有人吗？\ne 2 \\me 退了一步\n")
    play = saved()
    turn = play.session.path[-1]
    assert (turn.entry.kind, turn.entry.text, turn.by) == ("action", "退了一步", "model")
    assert len(play.session.draws[turn.draw].candidates) == 5


def test_candidates_are_drawn_again_or_more_of_them(run):
    shown = run(*PLAY, "-n", 2, stdin="有人吗？\nr\nm\n4\n")
    assert said(saved())[-1] == "苏晚:笑了笑，把钥匙抛给你"
    assert "\n4  \\me 笑了笑，把钥匙抛给你 \\emoji 微笑\n" in shown.out
    assert [len(draw.candidates) for draw in saved().session.draws.values()] == [2, 2, 4]


def test_what_is_left_on_the_table_is_kept(run):
    run(*PLAY, stdin="有人吗？\n")
    assert len(saved().session.draws[1].candidates) == 5


def test_going_back_and_forth_and_branching(run):
    shown = run(
        *PLAY,
        stdin="一。\n1\n/undo\n/undo\n/redo\n/log\n二。\n1\n/branches\n/go 11\n/edit 11 零。\n",
    )
    assert shown.status == 0
    assert "#11  林默：一。" in shown.out
    assert said(saved()) == ["林默:零。"]
    leaves = {turn.entry.text for turn in saved().session.leaves()}
    assert len(leaves) == 3


def test_the_one_named_goes_on(run):
    shown = run(*PLAY, stdin="/next 守秘人\n1\n3\n/next 晚晚\n2\n")
    assert shown.status == 0
    assert "candidate 1 cannot be picked: the same as another" in shown.err
    first, second = (turn.entry for turn in saved().session.path[-2:])
    assert first.kind == "narration"
    assert second.speaker == "苏晚"


def test_an_empty_line_on_ones_own_turn_lets_another_go_on(run):
    run(*PLAY, stdin="\n3\n\n3\n\n1\n2\n3\n4\n5\n")
    assert len(said(saved())) == 3
    assert not any(line.startswith("林默") for line in said(saved()))


@pytest.mark.parametrize("line", ["\u200b", "\u2060\u00ad \u061c", "\U000e0041", "\u200d\ufe0f"])
def test_a_line_of_invisible_characters_is_an_empty_line(run, line):
    run(*PLAY, stdin=f"有人吗？\n{line}\n1\n")
    assert said(saved()) == ["林默:有人吗？", "苏晚:你听见了吗？楼上有人在走动。"]


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("9", "no candidates"),
        ("/nxt", "did you mean /next"),
        ("/ 你好", "there is no command"),
        ("/next 林莫莫", "林默"),
        ("/edit", "/edit N"),
        ("/edit 999 x", "turn 999 is not on this branch"),
        ("/go 999", "999"),
        ("/go x", "/go N"),
        ("（）", "nothing is said"),
    ],
)
def test_a_line_that_cannot_be_done_is_told_and_the_play_goes_on(run, typed, told):
    shown = run(*PLAY, stdin=f"{typed}\n有人吗？\n1\n")
    assert shown.status == 0
    assert told in shown.err
    assert said(saved())[-2:] == ["林默:有人吗？", "苏晚:你听见了吗？楼上有人在走动。"]


def test_an_emotion_that_the_scene_lacks_is_refused_in_one_line(run):
    shown = run(*PLAY, stdin="嗯 \\emoji 微努\n嗯。\n")
    assert shown.err.count("微努") == 1
    assert said(saved()) == ["林默:嗯。"]


def test_control_characters_that_are_piped_in_are_left_out(run):
    shown = run(*PLAY, stdin="甲\x1b[31m乙\u202e丙\n")
    assert shown.status == 0
    assert not {"\x1b", "\u202e"} & set(shown.out + shown.err)


def test_a_piped_line_that_is_no_utf8_ends_the_play_and_nothing_of_it_is_said(run):
    shown = run(*PLAY, stdin="有人吗？\n".encode() + "你好\n走\n".encode("gb18030"))
    assert shown.status == 2
    assert "stdin:2: not UTF-8 (byte 0xc4); it reads as GB18030: give --encoding gb18030" in (
        shown.err
    )
    assert said(saved()) == ["林默:有人吗？"]
    assert len(saved().session.draws[1].candidates) == 5


@pytest.mark.parametrize("typed", ["你好\n".encode("gb18030"), b"\xff\xff\n"])
def test_bytes_of_another_encoding_are_told_in_the_language_of_who_plays(
    run, monkeypatch: pytest.MonkeyPatch, typed: bytes
):
    monkeypatch.setenv("PAOTUAN_LANG", "zh_CN")
    told = run(*PLAY, stdin=typed).err
    assert "标准输入第 1 行：不是 UTF-8" in told
    assert not any(words in told for words in ("not UTF-8", "reads as", "expected"))


def test_a_pipe_in_gb18030_plays_where_that_is_said(run):
    typed = "有人吗？\n1\n".encode("gb18030")
    assert run(*PLAY, "--encoding", "GB18030", stdin=typed).status == 0
    assert said(saved()) == ["林默:有人吗？", "苏晚:你听见了吗？楼上有人在走动。"]


def test_an_encoding_that_lines_cannot_have_is_refused_before_a_session_is_made(run, home):
    shown = run(*PLAY, "--encoding", "utf-16" * 20)
    assert shown.status == 2
    assert "expected one of utf-8, gb18030" in shown.err
    assert len(shown.err) < 150
    assert not (home / "data").exists()


ODD = """
from models.scripted import Scripted
from scenes.table.play import Play
from scenes.scene_loader import load_scene
from tui.line import LineTable

class Odd(Scripted):
    def generate(self, *asked):
        raise KeyError("index")
        yield

class Ready:
    done, better = True, None
    def backend(self):
        return Odd()

play = Play.start(load_scene("rain-house"), "林默")
raise SystemExit(LineTable(play, Ready(), False).run())
"""


def test_an_odd_error_of_a_model_is_one_line_and_the_play_goes_on(home):
    done = subprocess.run(
        [sys.executable, "-c", ODD],
        cwd=ROOT,
        input="有人吗？\n走。\n",
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr.count("an error in paotuan itself (KeyError: 'index')") == 2
    assert "Traceback" not in done.stderr
    assert said(saved()) == ["林默:有人吗？", "林默:走。"]


def test_a_draw_that_fails_is_told_and_what_is_said_is_kept(run):
    shown = run("play", "rain-house", "--model", "http://127.0.0.1:9/v1", stdin="有人吗？\n走。\n")
    assert shown.status == 1
    assert "127.0.0.1:9" in shown.err
    assert said(saved()) == ["林默:有人吗？", "林默:走。"]


def test_a_watcher_lets_all_others_play(run):
    shown = run(*PLAY, "--watch", stdin="\n3\n\n3\n")
    assert shown.status == 0
    assert [turn.by for turn in saved().session.path[-2:]] == ["model", "model"]


def test_a_session_that_is_open_elsewhere_is_refused(run):
    run(*PLAY, stdin="一。\n")
    held = Play.resume(find_session(None))
    shown = run("play", "--resume", "--model", "scripted")
    held.close()
    assert shown.status == 1
    assert "open in another paotuan" in shown.err


def test_a_read_only_data_folder_is_told_in_one_line(run, home):
    (home / "data").write_text("a file where a folder should be")
    shown = run(*PLAY, stdin="一。\n")
    assert shown.status == 1
    assert shown.err.count("\n") == 1
    assert str(home / "data") in shown.err


def test_on_a_full_disk_what_was_printed_as_said_is_saved(home):
    """A limit on the size of files stands for the disk."""
    resource = pytest.importorskip("resource")
    typed = "".join(f"第{number}句。\n" for number in range(60))
    program = subprocess.run(
        [sys.executable, "-m", "tui", *PLAY],
        cwd=ROOT,
        input=typed.encode(),
        capture_output=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000)),
    )
    shown = [line for line in program.stdout.decode().splitlines() if line.startswith("林默：第")]
    assert program.returncode == 1
    assert b"make room" in program.stderr
    assert b"Traceback" not in program.stderr
    assert 3 < len(shown) < 60
    assert [line.replace("：", ":") for line in shown] == said(saved())


class Terminal:
    """The program in a pseudo-terminal of 80 columns."""

    def __init__(self, *arguments: str, program: tuple[str, ...] = ("-m", "tui")) -> None:
        pty = pytest.importorskip("pty")
        self.pid, self.file = pty.fork()
        if self.pid == 0:
            os.chdir(ROOT)
            environment = {**os.environ, "TERM": "xterm", "PROMPT_TOOLKIT_NO_CPR": "1"}
            environment |= {"COLUMNS": "80", "LINES": "24"}
            os.execve(sys.executable, [sys.executable, *program, *arguments], environment)
        self.shown = ""

    def until(self, text: str, seconds: float = 20.0) -> None:
        """Read what is shown until `text` is."""
        end = time.monotonic() + seconds
        while text not in self.shown:
            ready, _, _ = select.select([self.file], [], [], max(end - time.monotonic(), 0))
            assert ready, f"{text!r} never came after: {self.shown[-2000:]!r}"
            try:
                self.shown += os.read(self.file, 65536).decode(errors="replace")
            except OSError:
                raise AssertionError(f"ended without {text!r}: {self.shown[-2000:]!r}") from None

    def type(self, text: str) -> None:
        self.shown = ""
        os.write(self.file, text.encode())

    def end(self) -> int:
        """Wait for the program; its exit status."""
        while True:
            try:
                if not os.read(self.file, 65536):
                    break
            except OSError:
                break
        os.close(self.file)
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])


def test_a_play_in_a_terminal_line_by_line(home):
    terminal = Terminal(*PLAY, "--line")
    terminal.until("林默>")
    terminal.type("有人吗？\r")
    terminal.until("5\x1b[0m  我倒觉得")
    terminal.type("e 1\r")
    terminal.until("1>")
    terminal.type("\x01快跑！\x0b\r")
    terminal.until("快跑！\r\n")
    terminal.type("/quit\r")
    assert terminal.end() == 0
    assert said(saved()) == ["林默:有人吗？", "苏晚:快跑！"]
    history = (home / "data" / "paotuan" / "line-history").read_text("utf-8")
    assert "有人吗？" in history


def test_bytes_that_are_no_utf8_neither_draw_nor_are_said_in_a_terminal(home):
    terminal = Terminal(*PLAY, "--line")
    terminal.until("林默>")
    os.write(terminal.file, "你好".encode("gb18030") + b"\r")
    terminal.until("Not sent")
    terminal.type("有人吗？\r")
    terminal.until("5\x1b[0m  我倒觉得")
    terminal.type("/quit\r")
    assert terminal.end() == 0
    assert said(saved()) == ["林默:有人吗？"]
    assert len(saved().session.draws) == 1


def test_ctrl_c_at_the_prompt_does_not_end_the_play(home):
    terminal = Terminal(*PLAY, "--line")
    terminal.until("林默>")
    terminal.type("半句\x03")
    terminal.until("Ctrl-D leaves")
    terminal.until("林默>")
    terminal.type("\x04")
    assert terminal.end() == 0


SLOW = """
from models.scripted import Scripted
from scenes.table.play import Play
from scenes.scene_loader import load_scene
from tui.line import LineTable

class Ready:
    done, better = True, None
    def backend(self):
        return Scripted(["好。", "一二三四五六七八九十" * 4], delay=0.2)

play = Play.start(load_scene("rain-house"), "林默")
play.asked = {"n": 2}
raise SystemExit(LineTable(play, Ready(), True).run())
"""


def test_ctrl_c_stops_a_draw_and_keeps_what_is_complete(home):
    terminal = Terminal(program=("-c", SLOW))
    terminal.until("林默>")
    terminal.type("有人吗？\r")
    terminal.until("2  一二三四")
    terminal.type("\x03")
    terminal.until("\x1b[1m1\x1b[0m  好。")
    terminal.until("林默>")
    terminal.type("1\r")
    terminal.until("好。\r\n")
    terminal.type("/quit\r")
    assert terminal.end() == 0
    assert said(saved()) == ["林默:有人吗？", "苏晚:好。"]
    assert len(saved().session.draws[1].candidates) == 1


def test_ctrl_c_ends_a_piped_play_quietly_and_nothing_is_lost(home):
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
        while b"5  " not in program.stdout.readline():
            pass
        time.sleep(0.2)
        program.send_signal(signal.SIGINT)
        assert program.wait(20) == 130
        assert b"Traceback" not in program.stderr.read()
    events = find_session(None).read_text("utf-8").splitlines()
    assert [json.loads(event)["event"] for event in events] == ["open", "turns", "draw"]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such permissions")
def test_what_was_typed_before_is_the_owner_s_alone(home: Path) -> None:
    from platformdirs import user_data_path

    from tui.completing import _history

    file = user_data_path("paotuan", appauthor=False) / "line-history"
    _history().append_string("秘密")
    assert "秘密" in file.read_text("utf-8")
    assert (file.stat().st_mode | file.parent.stat().st_mode) & 0o077 == 0
    file.chmod(0o644)
    _history()
    assert file.stat().st_mode & 0o077 == 0
