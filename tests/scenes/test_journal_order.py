"""Lines of a journal that are missing, twice, or elsewhere: told, with all the rest kept."""

import codecs
from pathlib import Path

import pytest

from base.errors import KnownError
from scenes.table.play import Play
from tests.scenes.journals import OPEN, said, written


@pytest.fixture
def lines(tmp_path: Path) -> list[bytes]:
    """The journal of a session in which a line was picked and lines were said, a draw each."""
    path = tmp_path / "s.jsonl"
    raw = written(path, OPEN, *(event for number in (1, 2, 3) for event in drawn(number)))
    return raw.splitlines(True)


def drawn(number: int) -> tuple[dict[str, object], dict[str, object]]:
    """A draw, and the turn that is picked from it."""
    turn = {**said(number, f"第{number}句")["turns"][0], "draw": number, "candidate": 0}
    entry = {"kind": "speech", "text": f"第{number}句", "speaker": "苏晚"}
    draw = {"id": number, "parent": number - 1 or None, "speaker": "苏晚"}
    return (
        {"event": "draw", **draw, "candidates": [{"entry": entry}]},
        {"event": "turns", "turns": [turn]},
    )


def resumed(folder: Path, raw: bytes) -> tuple[list[str], list[str]]:
    """What is said in such a journal, and what is told of it, before and after a line more."""
    path = folder / "t.jsonl"
    path.write_bytes(raw)
    play = Play.resume(path)
    notices = list(play.notices)
    texts = [entry.text for entry in play.session.entries]
    play.say("甲：走吧。")
    play.close()
    again = Play.resume(path)
    assert [entry.text for entry in again.session.entries] == [*texts, "走吧。"]
    assert again.notices == []
    again.close()
    return texts, notices


ALL = ["第1句", "第2句", "第3句"]


@pytest.mark.parametrize("which", range(1, 6))
def test_a_line_that_is_missing_is_told_and_the_rest_is_kept(tmp_path, lines, which):
    raw = b"".join(lines[:which] + lines[which + 1 :])
    texts, notices = resumed(tmp_path, raw)
    turn, is_turn = (which + 1) // 2, which % 2 == 0
    assert [text for text in texts if not text.startswith("turn")] == [
        text for text in ALL if not (is_turn and text == f"第{turn}句")
    ]
    assert f"{'turn' if is_turn else 'draw'} {turn} is missing" in notices[0]
    assert (tmp_path / "t.damaged").read_bytes() == raw


@pytest.mark.parametrize("which", range(7))
def test_a_line_that_is_there_twice_is_told_and_nothing_is_said_twice(tmp_path, lines, which):
    texts, notices = resumed(tmp_path, b"".join(lines[: which + 1] + lines[which:]))
    assert texts == ALL
    assert f"t.jsonl:{which + 2}: " in notices[0]
    assert "a second time" in notices[0]


@pytest.mark.parametrize("which", [2, 4])
def test_two_lines_that_changed_places_are_put_right(tmp_path, lines, which):
    lines[which], lines[which + 1] = lines[which + 1], lines[which]
    texts, notices = resumed(tmp_path, b"".join(lines))
    assert texts == ALL
    assert "changed places" in notices[0]


@pytest.mark.parametrize("which", [1, 3, 5])
def test_a_draw_behind_the_turn_that_names_it_is_no_damage(tmp_path, lines, which):
    """Chats that came back from another program were written so."""
    lines[which], lines[which + 1] = lines[which + 1], lines[which]
    assert resumed(tmp_path, b"".join(lines)) == (ALL, [])


def test_a_journal_that_an_editor_saved_with_its_mark_and_line_ends_is_read(tmp_path, lines):
    raw = codecs.BOM_UTF8 + b"".join(lines).replace(b"\n", b"\r\n")
    assert resumed(tmp_path, raw) == (ALL, [])


@pytest.mark.parametrize("raw", [b"", b"\n", b'{"event"'])
def test_nothing_is_to_be_deleted_while_the_readable_log_is_there(tmp_path, raw):
    path = tmp_path / "t.jsonl"
    path.write_bytes(raw)
    path.with_suffix(".txt").write_text("安：在吗？\n", "utf-8")
    with pytest.raises(KnownError, match=r"the readable log is in t\.txt"):
        Play.resume(path)
