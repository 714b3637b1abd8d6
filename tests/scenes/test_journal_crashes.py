"""Sessions that other programs hold, whose program is killed, or whose disk is full."""

import subprocess
import sys
import time
from pathlib import Path

import pytest

from base.errors import KnownError
from scenes.log import parse
from scenes.scene import Scene
from scenes.table.journal import Journal
from scenes.table.play import Play
from tests.scenes.journals import OPEN, read_back, said, written

ROOT = Path(__file__).resolve().parents[2]


def run(code: str, *args: object) -> subprocess.CompletedProcess[str]:
    """Another program, which ends by itself."""
    return subprocess.run(
        [sys.executable, "-c", code, *map(str, args)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


HOLD = """
import sys, time
from pathlib import Path
from scenes.table.play import Play
play = Play.resume(Path(sys.argv[1]))
print("open", flush=True)
sys.stdin.read()
"""


def test_two_programs_cannot_hold_one_session(play: Play) -> None:
    path = play.journal.path
    refused = run(HOLD, path)
    assert f"{path.name}: open in another paotuan; close that one first" in refused.stderr
    play.close()
    other = subprocess.Popen(
        [sys.executable, "-c", HOLD, path], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    try:
        assert other.stdout is not None
        assert other.stdout.readline() == b"open\n"
        with pytest.raises(KnownError, match="open in another paotuan"):
            Play.resume(path)
    finally:
        other.kill()
        other.communicate()
    Play.resume(path).close()


WRITE = """
import sys
from pathlib import Path
from scenes.table.play import Play
play = Play.resume(Path(sys.argv[1]))
for number in range(1_000_000):
    play.say(f"第{number}句" + "很长" * 400)
    print(number, flush=True)
"""


@pytest.mark.parametrize("after", [1, 40, 90])
def test_a_killed_program_loses_nothing_that_it_showed_as_said(play: Play, after: int) -> None:
    path = play.journal.path
    play.close()
    with subprocess.Popen(
        [sys.executable, "-c", WRITE, path], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as writer:
        assert writer.stdout is not None
        for line in writer.stdout:
            if int(line) >= after:
                break
        time.sleep(0.003 * (after % 7))
        writer.kill()
        shown = [line, *writer.stdout.read().splitlines()]
    resumed = Play.resume(path)
    lines = [entry.text.partition("句")[0] for entry in resumed.session.entries[2:]]
    assert len(lines) > int(shown[-1])
    assert lines == [f"第{number}" for number in range(len(lines))]
    resumed.say("还在。")
    resumed.close()
    Play.resume(path).close()


FILL = """
import resource, sys
from pathlib import Path
from base.errors import KnownError
from scenes.table.play import Play
play = Play.resume(Path(sys.argv[1]))
path = play.journal.path
before = path.read_bytes()
soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
resource.setrlimit(resource.RLIMIT_FSIZE, (len(before) + 50, hard))
for act in (lambda: play.say("一\\n二" * 40), lambda: play.say("三" * 10_000)):
    try:
        act()
    except KnownError as error:
        print(error)
    assert path.read_bytes() == before
    assert len(play.session.path) == 2
resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
play.say("又有地方了。")
play.close()
"""


def test_a_full_disk_is_said_in_a_line_and_the_journal_stays_whole(play: Play) -> None:
    pytest.importorskip("resource")
    path = play.journal.path
    play.close()
    done = run(FILL, path)
    assert done.returncode == 0, done.stderr
    told = done.stdout.splitlines()
    assert len(told) == 2
    assert all("cannot be written or read: File too large; make room" in line for line in told)
    resumed = Play.resume(path)
    assert [turn.entry.text for turn in resumed.session.path[2:]] == ["又有地方了。"]
    assert resumed.notices == []
    resumed.close()


START_ON_FULL_DISK = """
import resource, sys
from pathlib import Path
from base.errors import KnownError
from scenes.table.play import Play
from scenes.scene import Role, Scene
folder = Path(sys.argv[1])
resource.setrlimit(resource.RLIMIT_FSIZE, (0, resource.getrlimit(resource.RLIMIT_FSIZE)[1]))
try:
    Play.start(Scene("s", folder, "t", (Role("a"),)), None, folder)
except KnownError as error:
    print(error)
"""


def test_a_session_that_could_not_begin_leaves_no_journal(tmp_path: Path) -> None:
    pytest.importorskip("resource")
    done = run(START_ON_FULL_DISK, tmp_path)
    assert "make room" in done.stdout, done.stderr
    assert list(tmp_path.glob("*.jsonl")) == []


def test_torn_bytes_survive_where_they_cannot_be_set_aside(tmp_path: Path) -> None:
    path = tmp_path / "s.jsonl"
    raw = written(path, OPEN) + b'{"event": "tu'
    path.write_bytes(raw)
    path.with_suffix(".torn").mkdir()
    journal, _ = Journal.open(path)
    with pytest.raises(KnownError, match="cannot be written"):
        journal.append(said(1))
    assert path.read_bytes() == raw
    path.with_suffix(".torn").rmdir()
    journal.append(said(1))
    journal.close()
    assert read_back(path)[0] == [OPEN, said(1)]


@pytest.mark.parametrize("under", ["", "sessions", "a/b"])
def test_a_data_folder_that_cannot_be_made_is_one_line(
    scene: Scene, tmp_path: Path, under: str
) -> None:
    file = tmp_path / "file"
    file.write_text("x")
    with pytest.raises(KnownError, match="cannot be written or read") as refused:
        Play.start(scene, None, file / under)
    assert "\n" not in str(refused.value)


def test_a_readable_log_that_cannot_be_written_is_a_notice_and_play_goes_on(play: Play) -> None:
    log = play.journal.path.with_suffix(".txt")
    log.unlink()
    log.mkdir()
    play.say("走吧。")
    assert "cannot be written" in play.notices[-1]
    assert play.session.entries[-1].text == "走吧。"
    log.rmdir()
    play.say("好。")
    assert parse(log.read_text())[-1].text == "好。"


def test_nothing_is_appended_to_a_closed_journal(play: Play) -> None:
    play.close()
    play.close()
    with pytest.raises(KnownError, match="already closed"):
        play.say("走吧。")
