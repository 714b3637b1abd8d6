"""The one writer: files are whole or as they were, inputs stay, killed writers leave nothing."""

import errno
import os
import subprocess
import sys
import unicodedata
from pathlib import Path

import pytest

from base.drafts import draft_of, sweep
from base.writing import (
    Unwritten,
    check_inputs,
    new_folder,
    replace_text,
    replaced,
)

ROOT = Path(__file__).resolve().parents[2]
POSIX = pytest.mark.skipif(sys.platform == "win32", reason="names and locks of POSIX")

KILLED = """
import os, signal, sys
from pathlib import Path
from base.drafts import draft_of, sweep
from base.writing import drafted, new_folder
target = Path(sys.argv[1])
with (new_folder if target.suffix == "" else lambda path: drafted(path, ()))(target) as draft:
    (draft / "half" if draft.is_dir() else draft).write_text("half")
    os.kill(os.getpid(), signal.SIGKILL)
"""
HELD = KILLED.replace("os.kill(os.getpid(), signal.SIGKILL)", "print(flush=True); sys.stdin.read()")


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@POSIX
@pytest.mark.parametrize("name", ["a.txt", "folder"])
def test_what_a_killed_writer_left_is_gone_after_the_next_one(tmp_path: Path, name: str) -> None:
    for _ in range(3):
        killed = subprocess.run([sys.executable, "-c", KILLED, tmp_path / name], cwd=ROOT)
        assert killed.returncode < 0
    assert names(tmp_path) == [draft_of(tmp_path / name).name], "the same name each time"
    sweep.cache_clear()
    replace_text(tmp_path / "other.txt", "whole", ())
    assert names(tmp_path) == ["other.txt"]


@POSIX
def test_what_another_program_is_writing_is_left_alone_and_waited_for(tmp_path: Path) -> None:
    target = tmp_path / "a.txt"
    with subprocess.Popen(
        [sys.executable, "-c", HELD, target], cwd=ROOT, stdin=-1, stdout=-1, text=True
    ) as other:
        assert other.stdin and other.stdout and other.stdout.readline()
        sweep.cache_clear()
        with pytest.raises(
            Unwritten, match="another program is writing it; wait until that one has finished"
        ):
            replace_text(target, "mine", ())
        other.stdin.close()
        other.wait(30)
    assert target.read_text() == "half"
    assert names(tmp_path) == ["a.txt"]


def test_other_files_of_a_folder_are_never_swept(tmp_path: Path) -> None:
    for name in (".a.txt.new", "b.part", ".hidden", ".paotuan", "poetry.lock"):
        (tmp_path / name).write_text("x")
    sweep.cache_clear()
    replace_text(tmp_path / "a.txt", "x", ())
    assert len(names(tmp_path)) == 6


@pytest.mark.parametrize("way", ["itself", "dots", "link", "hard link", "case", "composed"])
def test_a_file_that_is_read_is_never_written_over(tmp_path: Path, way: str) -> None:
    source = tmp_path / "café.txt"
    source.write_text("source")
    target = {
        "itself": source,
        "dots": tmp_path / "sub" / ".." / "café.txt",
        "link": tmp_path / "link.txt",
        "hard link": tmp_path / "hard.txt",
        "case": tmp_path / "CAFÉ.TXT",
        "composed": tmp_path / unicodedata.normalize("NFD", "café.txt"),
    }[way]
    (tmp_path / "sub").mkdir()
    if way == "link":
        target.symlink_to(source)
    if way == "hard link":
        target.hardlink_to(source)
    with pytest.raises(Unwritten, match="this file is being read; name another file to write"):
        replace_text(target, "over", [source])
    assert source.read_text() == "source"
    check_inputs(tmp_path / "other.txt", [source, "-", tmp_path / "none"])


def test_through_a_link_the_file_it_leads_to_is_written(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "link.txt").symlink_to(tmp_path / "sub" / "a.txt")
    replace_text(tmp_path / "link.txt", "new", ())
    assert (tmp_path / "link.txt").is_symlink()
    assert (tmp_path / "sub" / "a.txt").read_text() == "new"


@POSIX
def test_a_link_in_a_ring_and_a_pipe_that_nobody_reads_are_told_in_a_line(tmp_path: Path) -> None:
    (tmp_path / "ring.txt").symlink_to("ring.txt")
    os.mkfifo(tmp_path / "pipe")
    for name, why in {"ring.txt": "choose another file", "pipe": "start its reader first"}.items():
        with pytest.raises(Unwritten, match=why):
            replace_text(tmp_path / name, "new", ())
    assert names(tmp_path) == ["pipe", "ring.txt"]


@POSIX
def test_a_link_that_somebody_laid_where_a_draft_lies_leads_nowhere(tmp_path: Path) -> None:
    target, other = tmp_path / "a.txt", tmp_path / "other.txt"
    other.write_text("not yours")
    sweep(tmp_path)  # once in a run, and the link comes after it
    draft_of(target).symlink_to(other)
    with pytest.raises(Unwritten, match="choose another file"):
        replace_text(target, "new", ())
    assert other.read_text() == "not yours"


@POSIX
def test_a_reader_that_goes_away_is_no_failure_of_the_file(tmp_path: Path) -> None:
    with pytest.raises(BrokenPipeError), replaced(tmp_path / "a.txt", ()):
        raise BrokenPipeError(errno.EPIPE, os.strerror(errno.EPIPE))
    assert names(tmp_path) == []


@POSIX
def test_who_may_read_a_file_stays_so_and_a_private_one_is_the_owner_s(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("old")
    path.chmod(0o640)
    replace_text(path, "new", ())
    assert path.stat().st_mode & 0o777 == 0o640
    replace_text(path, "own", (), private=True)
    assert path.stat().st_mode & 0o777 == 0o600


@POSIX
def test_a_device_is_written_into_and_stays_one() -> None:
    before = os.stat("/dev/null").st_rdev
    replace_text(Path("/dev/null"), "x" * 100, ())
    assert os.stat("/dev/null").st_rdev == before


def test_a_folder_that_could_not_be_filled_is_not_there(tmp_path: Path) -> None:
    def fill() -> None:
        with new_folder(tmp_path / "new") as made:
            (made / "half").write_text("x")
            raise ValueError("no more")

    with pytest.raises(ValueError, match="no more"):
        fill()
    assert names(tmp_path) == []


@pytest.mark.parametrize(
    ("place", "why"),
    [
        ("none/a.txt", "make its folder first"),
        ("file/a.txt", "name a file in a folder"),
        ("folder", "name a file in it"),
        ("x" * 300, "give it a shorter name"),
    ],
)
def test_what_cannot_be_written_is_named_with_what_to_do(
    tmp_path: Path, place: str, why: str
) -> None:
    (tmp_path / "file").write_text("x")
    (tmp_path / "folder").mkdir()
    with pytest.raises(Unwritten) as told:
        replace_text(tmp_path / place, "x", ())
    assert told.value.filename == str(tmp_path / place)
    assert why in str(told.value.strerror)


def test_a_full_disk_is_named_by_the_file_that_was_to_be_written(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("before")
    with pytest.raises(Unwritten) as told, replaced(path, ()):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))  # as a write raises it
    assert told.value.filename == str(path)
    assert told.value.strerror == "No space left on device; make room, then try again"
    assert (names(tmp_path), path.read_text()) == (["a.txt"], "before")


@POSIX
def test_a_file_on_a_disk_that_fills_up_stays_as_it_was(tmp_path: Path) -> None:
    program = """
import resource, sys
from pathlib import Path
from base.drafts import draft_of, sweep
from base.writing import Unwritten, replace_pieces
resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 16, resource.getrlimit(resource.RLIMIT_FSIZE)[1]))
try:
    replace_pieces(Path(sys.argv[1]), ("x" * 1000 for _ in range(1000)), ())
except Unwritten as error:
    print(f"{error.filename}: {error.strerror}")
"""
    path = tmp_path / "a.txt"
    path.write_text("before")
    done = subprocess.run(
        [sys.executable, "-c", program, path], cwd=ROOT, capture_output=True, text=True
    )
    assert done.stdout == f"{path}: File too large; make room, then try again\n", done.stderr
    assert (names(tmp_path), path.read_text()) == (["a.txt"], "before")
