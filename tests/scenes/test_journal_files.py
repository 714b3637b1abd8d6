"""The files of a session: private, in step, without litter, and as quick after a long evening."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from scenes.log import Entry, dump
from scenes.scene import Scene
from scenes.table.journal import Journal
from scenes.table.play import Play
from scenes.table.session_list import saved_sessions
from tests.scenes.journals import OPEN, said, written

POSIX = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such permissions")
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    return tmp_path / "data"


@pytest.fixture
def loose() -> Iterator[None]:
    """Files are made so that everybody may read them."""
    before = os.umask(0)
    yield
    os.umask(before)


def modes(folder: Path) -> set[int]:
    return {path.stat().st_mode & 0o777 for path in folder.iterdir() if path.is_file()}


@POSIX
@pytest.mark.usefixtures("loose")
def test_all_files_of_a_session_and_their_folder_are_the_owner_s(data: Path, scene: Scene) -> None:
    play = Play.start(scene, "林默")
    path = play.journal.path
    play.say("走吧。")
    play.close()
    with path.open("ab") as file:
        file.write(b'{"event": "tu')
    play = Play.resume(path)
    play.say("好。")
    play.close()
    raw = path.read_bytes()
    path.write_bytes(raw[:-60] + b"\0" * 40 + raw[-20:])
    play = Play.resume(path)
    play.say("再来。")
    play.close()
    endings = {name.partition(".")[2] for name in os.listdir(path.parent)}
    assert endings == {"jsonl", "txt", "lock", "torn", "damaged", "damaged.txt"}
    assert modes(path.parent) == {0o600}
    assert path.parent.stat().st_mode & 0o777 == 0o700


@POSIX
@pytest.mark.usefixtures("loose")
def test_files_that_others_could_read_are_tightened_when_they_are_opened(
    data: Path, scene: Scene
) -> None:
    play = Play.start(scene, "林默")
    play.close()
    folder = play.journal.path.parent
    for path in folder.iterdir():
        path.chmod(0o644)
    folder.chmod(0o755)
    Play.resume(play.journal.path).close()
    assert modes(folder) == {0o600}
    assert folder.stat().st_mode & 0o777 == 0o700


@POSIX
def test_a_folder_that_is_not_that_of_all_sessions_stays_as_it_is(
    data: Path, tmp_path: Path, scene: Scene
) -> None:
    (tmp_path / "shared").mkdir(mode=0o755)
    Play.start(scene, None, tmp_path / "shared").close()
    assert (tmp_path / "shared").stat().st_mode & 0o777 == 0o755


def test_a_session_that_never_began_leaves_nothing(tmp_path: Path) -> None:
    Journal.create("s", tmp_path).close()
    assert list(tmp_path.iterdir()) == []


def test_what_killed_programs_left_in_the_folder_is_gone_after_the_next_start(
    tmp_path: Path, scene: Scene
) -> None:
    program = """
import os, signal, sys
from pathlib import Path
from base.writing import replaced
from scenes.table.journal import Journal
journal = Journal.create("s", Path(sys.argv[1]))
with replaced(journal.path, ()) as file:
    os.kill(os.getpid(), signal.SIGKILL)
"""
    for _ in range(2):
        subprocess.run([sys.executable, "-c", program, tmp_path], cwd=ROOT, timeout=60)
    (tmp_path / "poetry.lock").touch()
    left = {path.suffix for path in tmp_path.iterdir()}
    assert left == {".lock", ".part"}
    assert saved_sessions(tmp_path) == []
    again = (
        "from scenes.table.journal_files import tidy; import sys, pathlib;"
        " tidy(pathlib.Path(sys.argv[1]))"
    )
    subprocess.run([sys.executable, "-c", again, tmp_path], cwd=ROOT, timeout=60, check=True)
    assert [path.name for path in tmp_path.iterdir()] == ["poetry.lock"]


# --- the readable log ---


def test_the_readable_log_only_grows_while_the_branch_does(play: Play) -> None:
    log = play.journal.path.with_suffix(".txt")
    file = log.stat().st_ino
    for number in range(100):
        play.say(f"第{number}句")
        assert log.stat().st_ino == file, "added to, not replaced"
    assert log.read_text("utf-8") == dump([Entry("chapter", "雨夜旧宅"), *play.session.entries])
    play.undo()
    play.undo()
    assert log.read_text("utf-8") == dump([Entry("chapter", "雨夜旧宅"), *play.session.entries])


@pytest.mark.parametrize("change", ["cut", "longer", "gone", "other", "zeros", "fewer"])
def test_a_readable_log_that_is_not_in_step_is_made_so_on_opening(play: Play, change: str) -> None:
    play.say("\n".join(f"第{number}句" for number in range(200)))
    play.close()
    log = play.journal.path.with_suffix(".txt")
    raw = log.read_bytes()
    changed = {
        "cut": raw[:-5],
        "longer": raw + b"x\n",
        "gone": None,
        "other": b"x" * 100 + b"\n",
        "zeros": raw[:-100] + b"\0" * 100,
        "fewer": raw[: raw.index("第3句".encode())] + raw[raw.index("第9句".encode()) :],
    }[change]
    log.unlink() if changed is None else log.write_bytes(changed)
    Play.resume(play.journal.path).close()
    assert log.read_bytes() == raw


def test_a_readable_log_that_somebody_changed_meanwhile_is_written_anew(play: Play) -> None:
    log = play.journal.path.with_suffix(".txt")
    play.say("一")
    log.write_text("changed", "utf-8")
    play.say("二")
    assert log.read_text("utf-8") == dump([Entry("chapter", "雨夜旧宅"), *play.session.entries])


# --- a long evening ---


def test_opening_reads_no_candidate_before_it_is_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "s.jsonl"
    drawn = {"entry": {"kind": "speech", "text": "嗯", "speaker": "甲"}, "tokens": 3}
    draw = {"event": "draw", "id": 1, "parent": None, "speaker": "甲", "candidates": [drawn] * 5}
    written(path, OPEN, draw, said(1))
    play = Play.resume(path)
    assert play.session.draws._draws[0].__class__ is bytes
    assert [one.tokens for one in play.session.draws[1].candidates] == [3] * 5
    assert list(play.session.draws) == [1]
    with pytest.raises(KeyError):
        play.session.draws[2]
    play.close()


def test_going_back_and_forth_costs_no_more_the_longer_the_branch_is(tmp_path: Path) -> None:
    path = tmp_path / "s.jsonl"
    many = 20_000
    written(path, OPEN, *(said(number) for number in range(1, many)))
    with path.open("a", encoding="utf-8") as file:
        for _ in range(many):
            file.write('{"event": "head", "head": 19998}\n{"event": "head", "head": 19999}\n')
    began = time.process_time()
    play = Play.resume(path)
    assert time.process_time() - began < 30, "each step back and forth walks the whole branch"
    assert [turn.id for turn in play.session.path] == list(range(1, many))
    play.close()
