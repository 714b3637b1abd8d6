"""What the command line as a whole does: help, mistakes, failures, and what it never prints."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
GROUPS = ("scenes", "characters", "log", "sessions", "models", "corpus", "eval", "bench")
PROGRAM = (sys.executable, "-m", "tui")


def test_help_lists_the_commands_that_are_there(run):
    shown = run("--help")
    assert shown.status == 0
    for command in ("play", "draw", *GROUPS, "train", "locate"):
        assert f"\n  {command} " in shown.out


def test_the_documented_commands_have_the_options_they_are_shown_with(run):
    text = (ROOT / "docs" / "commands.md").read_text("utf-8")
    shown = re.findall(r"^(?:.*[|] )?paotuan (.+?)(?: +#.*)?$", text, re.MULTILINE)
    assert len(shown) > 25
    for line in shown:
        words = shlex.split(line.partition(" > ")[0].partition(" 2>")[0])
        nested = words[:2] == ["characters", "knowledge"]
        command = words[: 2 + nested] if words[0] in GROUPS else words[:1]
        help = run(*command, "--help")
        assert help.status == 0, line
        there = help.out.replace(",", " ").split()
        assert [word for word in words if word.startswith("--") and word not in there] == [], line


def test_a_group_alone_shows_its_commands(run):
    shown = run("scenes")
    assert shown.status == 2
    assert "schema" in shown.err
    assert not shown.out


@pytest.mark.parametrize(
    ("typed", "nearest"),
    [
        (("plya",), "play"),
        (("scenes", "lst"), "list"),
        (("play", "--resum"), "--resume"),
        (("play", "rain-huose"), "rain-house"),
        (("play", "rain-house", "--model", "startr"), "starter"),
        (("characters", "show", "suwn"), "suwan"),
        (("models", "show", "qwen3-4"), "qwen3-4b"),
        (("locate", "dta"), "data"),
        (("sessions", "export", "--to", "markdwn"), "markdown"),
        (("play", "greyharbour", "--as", "Mira Hale"), ""),
    ],
)
def test_a_mistyped_word_gets_one_line_with_the_nearest(run, typed, nearest):
    shown = run(*typed)
    assert shown.status == 2
    assert shown.err.startswith("paotuan: ")
    assert shown.err.count("\n") == 1
    assert nearest in shown.err
    assert not shown.out


@pytest.mark.parametrize(
    "typed",
    [
        ("play", "rain-house", "-n", "0"),
        ("play", "rain-house", "-n", "many"),
        ("play", "rain-house", "--temperature", "-1"),
        ("play", "rain-house", "--context", "0"),
        ("play", "rain-house", "--adapter", "nameless"),
        ("play", "rain-house", "--as", "林默", "--watch"),
        ("play", "rain-house", "--resume"),
        ("play", "--resume"),
        ("play", "--resume", "nosuch"),
        ("play", "--watch"),
        ("play",),
        (),
        ("draw", "--for", "夏娜", "nofile.txt"),
        ("draw", "--for", "a：b", "-"),
        ("draw",),
        ("log", "check", "."),
        ("log", "check", "a\0b"),
        ("scenes", "show", "x" * 5000),
        ("models", "pull", "nosuch"),
        ("models", "bench", "--history-tokens", "0", "scripted"),
    ],
)
def test_bad_input_is_one_line_and_exit_2(run, typed):
    shown = run(*typed, stdin="甲：在吗？\n")
    assert shown.status == 2
    assert shown.err.startswith("paotuan: ")
    assert shown.err.count("\n") == 1
    assert "Traceback" not in shown.err
    assert not shown.out


def test_the_version_is_told(run):
    assert run("--version").out.startswith("paotuan 0.")


def test_debug_shows_where_a_failure_comes_from(run):
    shown = run("--debug", "play", "nosuch")
    assert "Traceback" in shown.err
    assert shown.status == 2


def test_an_escape_sequence_in_a_name_does_not_reach_the_terminal(run):
    shown = run("play", "\x1b]0;x\x07\u202e")
    assert shown.status == 2
    assert "\x1b" not in shown.err
    assert "\u202e" not in shown.err


def test_a_model_file_that_is_missing_fails_in_one_line(run, home):
    shown = run("draw", "--for", "甲", "--model", home / "none.gguf", stdin="甲：在吗？\n")
    assert shown.status == 2
    assert "none.gguf" in shown.err
    assert shown.err.count("\n") == 1


def test_a_server_that_does_not_answer_fails_in_one_line(run):
    shown = run("draw", "--for", "甲", "--model", "http://127.0.0.1:9/v1", stdin="甲：在吗？\n")
    assert shown.status == 1
    assert "127.0.0.1:9" in shown.err
    assert shown.err.count("\n") == 1


def test_an_adapter_that_is_nowhere_is_told_by_name(run, home):
    scene = home / "s.yaml"
    scene.write_text("title: t\nplay_as: 甲\ncast:\n  甲:\n  乙: {adapter: yi-lora}\n", "utf-8")
    model = home / "m.gguf"
    model.write_bytes(b"GGUF")
    asked = ("draw", "--for", "乙", "--scene", scene, "--model", model)
    shown = run(*asked, stdin="甲：在吗？\n")
    assert shown.status == 2
    assert "yi-lora" in shown.err
    assert "--adapter yi-lora=PATH" in shown.err


def test_each_place_can_be_located(run, home):
    places = {name: run("locate", name).out.strip() for name in ("config", "data", "cache")}
    assert places["data"] == str(home / "data" / "paotuan")
    assert run("locate", "sessions").out.strip() == str(home / "data" / "paotuan" / "sessions")
    assert len(set(places.values())) == 3


def test_a_reader_who_leaves_is_no_failure_to_speak_of(home):
    log = home / "long.txt"
    log.write_text("甲：你好。\n" * 50_000, encoding="utf-8")
    with subprocess.Popen(
        [*PROGRAM, "log", "show", log], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as program:
        assert program.stdout is not None
        assert program.stderr is not None
        assert program.stdout.readline().decode() == "甲：你好。\n"
        program.stdout.close()
        assert program.stderr.read() == b""


def test_a_terminal_of_another_encoding_gets_escapes_and_no_failure(home):
    shown = subprocess.run(
        [*PROGRAM, "scenes", "list"],
        cwd=ROOT,
        env={**os.environ, "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"},
        capture_output=True,
        check=True,
    )
    assert b"rain-house" in shown.stdout
    assert b"\\u96e8" in shown.stdout
