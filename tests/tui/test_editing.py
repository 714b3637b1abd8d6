"""A file in one's own editor: what comes back is checked; what read before is kept till then."""

import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from base.errors import KnownError
from base.folders import folders
from scenes.scene_loader import read_scene
from tests.tui.conftest import Run
from tui.editing import FORMER, edit, editor, put_back

GOOD = "title: 渡口\ncast: {阿青: 船娘}\n"
BAD = "title: 渡口\ncasts: {阿青: 船娘}\n"
pytest.importorskip("pty", reason="pseudo terminals are those of Unix")


@pytest.fixture
def scene(tmp_path: Path) -> Path:
    path = tmp_path / "渡口.yaml"
    path.write_text(GOOD, "utf-8")
    return path


@pytest.fixture
def fake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Path]:
    """Make EDITOR a script that does as it is told with the file, called `path`."""

    def make(*lines: str) -> Path:
        program = tmp_path / "my editor"
        body = "\n".join(("import os, pathlib, signal, sys", "path = pathlib.Path(sys.argv[-1])"))
        program.write_text(f"#!{sys.executable}\n{body}\n" + "\n".join(lines) + "\n", "utf-8")
        program.chmod(0o755)
        monkeypatch.delenv("VISUAL", raising=False)
        monkeypatch.setenv("EDITOR", f"'{program}' --wait")
        return program

    return make


def test_what_was_edited_well_stays_and_nothing_else_is_left(
    scene: Path, fake: Callable[..., Path]
) -> None:
    fake(f"path.write_text({GOOD.replace('船娘', '船夫')!r}, 'utf-8')")
    edited = edit(scene, read_scene)
    assert edited.changed and not edited.problems and not edited.said
    assert read_scene(scene).cast[0].profile == "船夫"
    assert not list(scene.parent.glob(f"*{FORMER}"))


def test_what_does_not_read_is_told_and_the_version_before_can_be_put_back(
    scene: Path, fake: Callable[..., Path]
) -> None:
    fake(f"path.write_text({BAD!r}, 'utf-8')")
    edited = edit(scene, read_scene)
    assert any("渡口.yaml:2" in one and "casts" in one for one in edited.problems)
    assert edited.former is not None and edited.former.read_text("utf-8") == GOOD
    again = edit(scene, read_scene)
    assert again.former is not None and again.former.read_text("utf-8") == GOOD
    put_back(again)
    assert scene.read_text("utf-8") == GOOD and not again.former.exists()


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("sys.exit(3)", "status 3; .* as it was"),
        ("path.write_text(path.read_text('utf-8') + '#', 'utf-8'); sys.exit(1)", "saved there"),
        ("os.kill(os.getpid(), signal.SIGKILL)", "signal 9; .* as it was"),
    ],
)
def test_an_editor_that_ends_badly_is_told_and_which_file_there_is(
    scene: Path, fake: Callable[..., Path], line: str, told: str
) -> None:
    import re

    fake(line)
    assert re.search(told, edit(scene, read_scene).said)
    read_scene(scene)


def test_a_file_that_the_editor_deleted_can_be_had_again(
    scene: Path, fake: Callable[..., Path]
) -> None:
    fake("path.unlink()")
    edited = edit(scene, read_scene)
    assert edited.problems and edited.former is not None
    put_back(edited)
    assert scene.read_text("utf-8") == GOOD


def test_a_missing_editor_is_one_line_that_names_the_file_and_what_to_set(
    scene: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VISUAL", "no-such-editor -w")
    with pytest.raises(KnownError, match=r"渡口\.yaml.*VISUAL.*no-such-editor"):
        edit(scene, read_scene)
    monkeypatch.delenv("VISUAL")
    monkeypatch.delenv("EDITOR", raising=False)
    monkeypatch.setenv("PATH", str(scene.parent))
    with pytest.raises(KnownError, match=r"渡口\.yaml.*EDITOR"):
        editor(scene)
    assert scene.read_text("utf-8") == GOOD


def test_the_commands_edit_a_copy_of_what_ships_and_say_what_is_wrong(
    run: Run, fake: Callable[..., Path]
) -> None:
    fake("path.write_text(path.read_text('utf-8').replace('title: ', 'title: 我的'), 'utf-8')")
    ran = run("scenes", "edit", "changan")
    assert ran.status == 0, ran.err
    copy = folders("scenes")[1] / "changan.yaml"
    assert ran.out.strip() == str(copy) and read_scene(copy).title.startswith("我的")
    assert "我的" not in (folders("scenes")[-1] / "changan.yaml").read_text("utf-8")
    fake("path.write_text('nmae: x', 'utf-8')")
    ran = run("characters", "edit", "libai")
    assert ran.status == 2 and "libai.yaml:1" in ran.err and FORMER in ran.err
    assert run("characters", "edit", "nobody").status == 2


def test_a_new_character_is_written_where_none_is(run: Run) -> None:
    ran = run("characters", "new", "阿青")
    assert ran.status == 0, ran.err
    again = run("characters", "new", "阿青")
    assert again.out != ran.out and Path(again.out.strip()).is_file()
    assert "name: 阿青" in run("characters", "new", "阿青", "-o", "-").out
    assert run("characters", "new", "a=b").status == 2


def test_the_editor_gets_the_terminal_and_the_table_comes_back(
    terminal: Callable[..., object], tmp_path: Path, fake: Callable[..., Path]
) -> None:
    from tests.tui.terminals import Terminal

    program = fake(
        "print('IN THE EDITOR', flush=True)",
        "input()",
        f"path.write_text({BAD!r}, 'utf-8')",
    )
    own = tmp_path / "data/paotuan/scenes"
    own.mkdir(parents=True)
    (own / "aaa.yaml").write_text(GOOD, "utf-8")
    opened = terminal(EDITOR=f"'{program}'", VISUAL="", PAOTUAN_MODEL="scripted")
    assert isinstance(opened, Terminal)
    opened.until(opened.shows("渡口"))
    opened.until(opened.shows("看一局", "模型就绪"))
    for __ in range(8):
        if "船娘" in opened.text:
            break
        opened.type("\x1b[B")
        opened.until(lambda: True)
        time.sleep(1)
        opened.read()
    opened.type("e")
    opened.until(opened.shows("IN THE EDITOR"))
    opened.type("\r")
    opened.until(opened.shows("aaa.yaml:2"))
    opened.type("b")
    opened.until(lambda: (own / "aaa.yaml").read_text("utf-8") == GOOD)
    opened.until(opened.shows("渡口"))
    opened.type("\x11")
    opened.until(lambda: opened.process.poll() is not None, 20)
