"""No command writes over what it reads, by whatever name it is called."""

import errno
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from base.folders import sessions_folder
from scenes.table.play import Play
from tests.tui.tables import house
from tui.commandline import app
from tui.failures import problems_of

NOVEL = "“你好。”李白说。\n“走吧。”杜甫说道。\n"
BENCH = {"role": "甲", "question": "谁？", "generated": ["我。"]}
EXAMPLE = {
    "stable": "",
    "history": "",
    "cue": "甲：",
    "reply": "好。",
    "split": "test",
    "speaker": "甲",
}

Case = tuple[str, str, list[str]]
"""The file that is read, what is in it, and the command whose output `OUT` it must not become."""

CASES: dict[str, Case] = {
    "log convert": ("a.txt", "甲: 好\n", ["log", "convert", "IN", "-o", "OUT"]),
    "log import": ("a.txt", "<甲> 好\n", ["log", "import", "IN", "-o", "OUT"]),
    "corpus quotes": ("n.txt", NOVEL, ["corpus", "quotes", "IN", "-o", "OUT"]),
    "corpus quotes --learn-aliases": (
        "n.txt",
        NOVEL,
        ["corpus", "quotes", "IN", "--learn-aliases", "OUT"],
    ),
    "corpus quotes --aliases": (
        "a.yaml",
        "李白: [太白]\n",
        ["corpus", "quotes", "NOVEL", "--aliases", "IN", "-o", "OUT"],
    ),
    "ask": (
        "q.txt",
        "你是谁？\n",
        ["ask", "IN", "--for", "李白", "--model", "scripted", "-o", "OUT"],
    ),
    "corpus distill": (
        "n.txt",
        NOVEL,
        ["corpus", "distill", "IN", "-o", "OUT", "--teacher", "http://127.0.0.1:9"],
    ),
    "corpus interview": (
        "n.txt",
        NOVEL,
        [
            "corpus",
            "interview",
            "IN",
            "--for",
            "李白",
            "-o",
            "OUT",
            "--teacher",
            "http://127.0.0.1:9",
        ],
    ),
    "corpus questions": (
        "t.yaml",
        "templates: [谁？]\n",
        [
            "corpus",
            "questions",
            "李白",
            "--templates",
            "IN",
            "-o",
            "OUT",
            "--teacher",
            "http://127.0.0.1:9",
        ],
    ),
    "corpus rolebench": (
        "b.jsonl",
        json.dumps(BENCH) + "\n",
        ["corpus", "rolebench", "IN", "-o", "OUT"],
    ),
    "corpus examples": (
        "a.txt",
        "甲：好\n乙：好\n",
        ["corpus", "examples", "IN", "-o", "OUT", "--model", "scripted"],
    ),
    "corpus examples --to parquet": (
        "a.txt",
        "甲：好\n乙：好\n",
        ["corpus", "examples", "IN", "-o", "OUT", "--model", "scripted", "--to", "parquet"],
    ),
    "corpus convert": (
        "e.jsonl",
        json.dumps(EXAMPLE) + "\n",
        ["corpus", "convert", "IN", "-o", "OUT"],
    ),
    "corpus convert --to parquet": (
        "e.jsonl",
        json.dumps(EXAMPLE) + "\n",
        ["corpus", "convert", "IN", "-o", "OUT", "--to", "parquet"],
    ),
    "characters knowledge build": (
        "a.kb",
        "院长怕猫。\n",
        ["characters", "knowledge", "build", "IN", "-o", "OUT", "--force"],
    ),
    "characters export": (
        "c.yaml",
        "name: 甲\nprofile: 医生\n",
        ["characters", "export", "IN", "--to", "OUT", "--force"],
    ),
    "eval model --report": (
        "e.md",
        json.dumps(EXAMPLE) + "\n",
        ["eval", "scripted", "--on", "IN", "--report", "OUT"],
    ),
    "import": ("t.txt", "<甲> 好\n", ["import", "IN", "-o", "OUT"]),
    "models trim": ("m.gguf", "GGUF", ["models", "trim", "IN", "OUT"]),
    "models convert": ("m.gguf", "GGUF", ["models", "convert", "IN", "OUT", "--to", "gguf-lora"]),
}


@pytest.mark.parametrize("way", ["itself", "link", "hard link"])
@pytest.mark.parametrize("case", CASES)
def test_a_command_that_would_write_over_what_it_reads_is_refused(
    run, home: Path, case: str, way: str
) -> None:
    name, text, command = CASES[case]
    source = home / name
    source.write_text(text, "utf-8")
    (home / "novel.txt").write_text(NOVEL, "utf-8")
    out = source if way == "itself" else source.with_stem("other")
    if way == "link":
        out.symlink_to(source)
    if way == "hard link":
        out.hardlink_to(source)
    given = {"IN": str(source), "OUT": str(out), "NOVEL": str(home / "novel.txt")}
    done = run(*(given.get(word, word) for word in command))
    assert done.status == 2, (done.out, done.err)
    assert "this file is being read; name another file to write" in done.err
    assert source.read_text("utf-8") == text
    assert out.read_text("utf-8") == text


def commands(command: Any, path: tuple[str, ...]) -> Iterator[tuple[str, Any]]:
    """Every command below one, by its whole name."""
    for name, sub in getattr(command, "commands", {}).items():
        yield from commands(sub, (*path, name))
    yield " ".join(path), command


OTHER = {
    "scenes new": "never writes over a file",
    "characters new": "never writes over a file",
    "train": "see test_examples_are_never_written_over_what_they_are_made_of",
    "characters import": "writes into a folder, and over nothing without --force",
    "sessions export": "see test_nothing_is_exported_over_a_file_of_a_session",
}


def test_every_command_that_writes_a_file_is_among_those_tried() -> None:
    names = ("-o", "--to", "--report", "--learn-aliases", "out")
    files = ("FILE", "FILE.md", "OUT", "DIR")
    writing = {
        path
        for path, command in commands(typer.main.get_command(app), ())
        for one in command.params
        if {*one.opts} & {*names} and one.metavar in files
    }
    assert len(writing) > 12
    assert writing <= {name.partition(" --")[0] for name in CASES} | {*OTHER}


@pytest.mark.parametrize("form", ["log", "html", "sharegpt", "sillytavern"])
@pytest.mark.parametrize("ending", [".jsonl", ".txt", ".lock"])
def test_nothing_is_exported_over_a_file_of_a_session(
    run, home: Path, form: str, ending: str
) -> None:
    play = Play.start(house(), "林默")
    play.say("走吧。")
    play.close()
    target = play.journal.path.with_suffix(ending)
    before = target.read_bytes()
    shutil.copy(play.journal.path, home / "copy.jsonl")
    for out in (target, sessions_folder() / ".." / "sessions" / target.name):
        done = run("sessions", "export", "--to", form, "-o", out)
        assert done.status == 2
        assert "name another file to write" in done.err
    done = run("log", "convert", play.journal.path.with_suffix(".txt"), "-o", target)
    assert done.status == 2
    assert target.read_bytes() == before


def test_an_export_of_another_name_into_the_folder_of_sessions_is_private(run, home: Path) -> None:
    Play.start(house(), "林默").close()
    out = sessions_folder() / "mine.md"
    assert run("sessions", "export", "--to", "markdown", "-o", out).status == 0
    assert out.stat().st_mode & 0o077 == 0


def test_a_folder_in_place_of_a_file_is_wrong_usage(run, home: Path) -> None:
    (home / "a.txt").write_text("甲：好\n", "utf-8")
    done = run("log", "convert", home / "a.txt", "-o", home)
    assert (done.status, done.err) == (
        2,
        f"paotuan: -o {home}: a folder, expected a file to write\n",
    )


@pytest.mark.parametrize(
    "command",
    [("log", "convert"), ("log", "import"), ("sessions", "export"), ("corpus", "quotes")],
    ids=" ".join,
)
def test_an_output_in_a_folder_that_is_not_there_is_wrong_usage_everywhere(
    run, home: Path, command: tuple[str, ...]
) -> None:
    (home / "a.txt").write_text(NOVEL if "quotes" in command else "<甲> 好\n", "utf-8")
    Play.start(house(), None).close()
    given = () if "sessions" in command else (home / "a.txt",)
    done = run(*command, *given, "-o", home / "no" / "b.txt")
    assert done.status == 2
    assert done.err.count("\n") == 1
    assert "b.txt: No such file or directory; make its folder first" in done.err
    assert not (home / "no").exists()


@pytest.mark.parametrize("told", [{"LC_ALL": "POSIX"}, {"LANG": "C", "PYTHONCOERCECLOCALE": "0"}])
def test_where_no_encoding_is_said_what_is_written_is_utf8(told: dict[str, str]) -> None:
    plain = {key: value for key, value in os.environ.items() if key[:3] not in ("LC_", "LAN")}
    done = subprocess.run(
        [sys.executable, "-m", "tui", "log", "convert", "-"],
        input="甲: 好\n".encode(),
        env=plain | {"PYTHONUTF8": "0"} | told,
        capture_output=True,
        timeout=60,
    )
    assert (done.stdout.decode(), done.stderr) == ("甲：好\n", b"")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device of Linux that is always full")
def test_a_full_disk_is_named_with_what_to_do(run, home: Path) -> None:
    log = home / "a.txt"
    log.write_text("甲：好\n", "utf-8")
    done = run("log", "convert", log, "-o", "/dev/full")
    assert done.status != 0
    assert done.err == "paotuan: /dev/full: No space left on device; make room, then try again\n"
    nameless = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    (told,) = problems_of(nameless)
    assert told == (
        "the output cannot be written: No space left on device; make room, then try again"
    )


@pytest.mark.parametrize("into", [[], ["-o", "a.txt"]])
def test_what_comes_from_stdin_or_goes_to_stdout_is_not_written_over_either(
    home: Path, into: list[str]
) -> None:
    log = home / "a.txt"
    log.write_text("甲: 好\n", "utf-8")
    source = "-" if into else "a.txt"
    with log.open("rb") as stdin, log.open("ab") as stdout:
        done = subprocess.run(
            [sys.executable, "-m", "tui", "log", "convert", source, *into],
            cwd=home,
            stdin=stdin,
            stdout=subprocess.DEVNULL if into else stdout,
            stderr=subprocess.PIPE,
            timeout=60,
            env={**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[2])},
        )
    assert done.returncode == 2
    assert b"name another file to write" in done.stderr
    assert log.read_text("utf-8") == "甲: 好\n"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device of Linux that is always full")
def test_a_full_disk_is_no_bad_input(run, home: Path) -> None:
    novel = home / "n.txt"
    novel.write_text("张三道：“好。”李四道：“走。”\n", "utf-8")
    assert run("corpus", "quotes", novel, "-o", "/dev/full").status == 1


@pytest.mark.parametrize("form", ["log", "markdown", "html"])
def test_options_of_an_export_that_do_nothing_are_told(run, home: Path, form: str) -> None:
    run("play", "rain-house", "--line", "--model", "scripted", stdin="你好。\n")
    asked = run("sessions", "export", "--to", form, "--for", "苏晚", "--context", "100")
    assert asked.status == 0
    assert "--for: left out" in asked.err
    assert "--context: left out" in asked.err
    assert "left out" not in run("sessions", "export", "--to", form).err
