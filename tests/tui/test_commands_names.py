"""A name leads nowhere else: only what a person gives as a path is one, and a file never may."""

from pathlib import Path

import pytest

SCENE = "title: 密室\nplay_as: 甲\ncast:\n  甲:\n  乙:\n"


@pytest.fixture
def there(home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder with scenes, characters and adapters, and secrets beside it."""
    work = home / "work"
    for kind in ("scenes", "characters", "adapters"):
        (work / kind).mkdir(parents=True)
    monkeypatch.chdir(work)
    (home / "secret.yaml").write_text(SCENE, "utf-8")
    (work / "secret.yaml").write_text("name: 秘密\nprofile: 不可读\n", "utf-8")
    (work / "secret.gguf").write_bytes(b"GGUF")
    (work / "secret.txt").write_text("密\n", "utf-8")
    sessions = home / "data" / "paotuan" / "sessions"
    sessions.mkdir(parents=True)
    (sessions.parent / "secret.jsonl").write_text('{"scene": {"title": "密"}}\n', "utf-8")
    (sessions.parent / "secret.txt").write_text("密\n", "utf-8")
    return work


@pytest.mark.parametrize(
    "name", ["..", ".", "...", "..secret", "secret\0", "../secret", "C:secret"]
)
@pytest.mark.parametrize(
    "typed",
    [
        *(("scenes", "show"), ("play", "--model", "scripted"), ("log", "check", "log", "--scene")),
        *(("characters", "show"), ("sessions", "show"), ("sessions", "export")),
        *(("play", "--model", "scripted", "--resume"), ("eval", "starter", "--picks")),
    ],
    ids=lambda typed: " ".join(typed),
)
def test_a_name_with_dots_leads_nowhere(run, there, typed, name):
    (there / "log").write_text("甲：好。\n", "utf-8")
    shown = run(*typed, name, stdin="好。\n")
    assert shown.status == 2, shown.err
    assert shown.err.count("\n") == 1
    assert "密" not in shown.out + shown.err
    assert "不可读" not in shown.out


@pytest.mark.parametrize(
    "lines",
    [
        "  乙: {character: ../secret.yaml}",
        "  乙: {character: ..}",
        "  乙: {character: /etc/passwd.yaml}",
        "  乙: {knowledge: ../secret.txt}",
        "  乙: {knowledge: /etc/passwd}",
        "  乙: {knowledge: link.txt}",
        "knowledge: [../secret.txt]",
        'knowledge: ["a/../../secret.txt"]',
    ],
)
def test_a_scene_names_nothing_out_of_its_folder(run, there, lines):
    scene = there / "scenes" / "own.yaml"
    scene.write_text(f"title: t\ncast:\n  甲:\n{lines}\n", "utf-8")
    (there / "scenes" / "link.txt").symlink_to(there / "secret.txt")
    checked = run("scenes", "check", scene)
    assert checked.status == 2
    assert "scenes/own.yaml:4: " in checked.err
    assert "leads out of the folder" in checked.err or "no character is named .." in checked.err


@pytest.mark.parametrize("key", ["knowledge", "card"])
@pytest.mark.parametrize("name", ["../secret.txt", "/etc/passwd", "..", "link.txt"])
def test_a_character_names_nothing_out_of_its_folder(run, there, key, name):
    file = there / "characters" / "own.yaml"
    file.write_text(f"name: 乙\n{key}: {name}\n", "utf-8")
    (there / "characters" / "link.txt").symlink_to(there / "secret.txt")
    checked = run("characters", "check", file)
    assert checked.status == 2
    assert f"own.yaml:2: {key}" in checked.err
    assert "leads out of the folder" in checked.err


@pytest.mark.parametrize("name", ["../secret", "../secret.gguf", "..", "/etc", "a/../../secret"])
def test_an_adapter_s_name_leads_nowhere(run, there, name):
    scene = there / "scenes" / "own.yaml"
    scene.write_text(f"title: t\ncast:\n  甲:\n  乙: {{adapter: {name}}}\n", "utf-8")
    shown = run("play", "own", "--model", "starter", stdin="好。\n")
    assert shown.status == 2
    assert f"adapter {name}: no adapter of that name is in" in shown.err


FOLDERS = [
    *(("scenes", "show"), ("scenes", "check"), ("play", "--model", "scripted")),
    *(("characters", "show"), ("characters", "check"), ("train",), ("eval", "knowledge")),
    *(("log", "check"), ("log", "stats"), ("log", "import"), ("corpus", "quotes")),
    *(("draw", "--for", "甲", "--model", "scripted"), ("corpus", "rolebench")),
    *(("corpus", "questions", "甲", "-o", "o", "--estimate", "--templates"),),
    *(
        ("corpus", "quotes", "log.txt", "--aliases"),
        ("sessions", "import"),
        ("characters", "import"),
    ),
    *(("characters", "knowledge", "ask"), ("eval", "starter", "--on")),
]


@pytest.mark.parametrize("typed", FOLDERS, ids=" ".join)
@pytest.mark.parametrize("name", ["dir.yaml", "pipe.yaml", "nowhere.yaml", "circle.yaml"])
def test_what_is_no_file_gets_a_sentence_of_ours(run, there, typed, name):
    import os

    (there / "log.txt").write_text("甲说：“好。”\n", "utf-8")
    (there / "dir.yaml").mkdir()
    os.mkfifo(there / "pipe.yaml")
    (there / "nowhere.yaml").symlink_to("gone")
    (there / "circle.yaml").symlink_to("circle.yaml")
    last = ("什么？",) if "ask" in typed else ()
    shown = run(*typed, f"./{name}", *last)
    assert shown.status == 2, shown.err
    assert shown.err.count("\n") == 1
    assert name in shown.err
    assert "Errno" not in shown.err and "Error" not in shown.err
