"""Finding, copying and exporting line by line."""

import pytest


@pytest.fixture
def played(run):
    """What a script of lines gives, at a scene with a scripted model."""
    return lambda *lines: run(
        "play", "rain-house", "--model", "scripted", stdin="".join(f"{line}\n" for line in lines)
    )


def test_a_line_is_found_with_where_it_stands(played):
    shown = played("座钟停了。", "1", "/undo", "/undo", "灯灭了。", "/找 座钟停", "/find 灯灭")
    assert "座钟停了。  · on another branch" in shown.out
    assert "林默：灯灭了。" in shown.out.splitlines()[-1]


def test_nothing_found_and_no_bookmark_are_told(played):
    shown = played("/找 没有的", "/书签")
    assert "nothing found" in shown.err and "no bookmark yet" in shown.err


def test_a_session_is_exported_to_a_new_file_only(played, home, monkeypatch):
    monkeypatch.chdir(home)
    (home / "mine.md").write_text("mine", "utf-8")
    shown = played(
        "走吧。", "/导出 markdown mine.md", "/导出 html replay", "/导出 nonsense", "/导出"
    )
    assert (home / "mine.md").read_text("utf-8") == "mine"
    assert "is there already" in shown.err
    assert "Content-Security-Policy" in (home / "replay.html").read_text("utf-8")
    assert "no format is named nonsense" in shown.err and "sharegpt" in shown.err


def test_in_a_pipe_what_is_copied_is_printed(played, monkeypatch):
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    assert played("/copy").out.splitlines()[-1] == "苏晚：这鞋……是小孩子的。 \\emoji 惊讶"
