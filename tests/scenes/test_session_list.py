"""The list of sessions: what a glance tells, how fast, and files moved whole or not at all."""

import json
import os
import time
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from base.errors import KnownError
from scenes.scene import Scene
from scenes.table import session_files
from scenes.table.play import Play
from scenes.table.recap import ago, recap, where_it_was_left
from scenes.table.session_list import BIN, begun_at, find_session, saved_sessions


def begun(scene: Scene, folder: Path, *lines: str) -> Path:
    play = Play.start(scene, "林默", folder)
    for line in lines:
        play.say(line)
    play.close()
    return play.journal.path


def test_turns_are_those_after_the_opening_on_the_branch_that_stands(
    scene: Scene, tmp_path: Path
) -> None:
    path = begun(scene, tmp_path, "一。", "二。", "三。")
    play = Play.resume(path)
    play.undo()
    play.close()
    (saved,) = saved_sessions(tmp_path)
    assert (saved.turns, saved.scene, saved.scene_title) == (2, "old-house", "雨夜旧宅")
    assert saved.last == "林默：二。"


def test_a_glance_is_taken_again_only_where_a_file_changed(scene: Scene, tmp_path: Path) -> None:
    path = begun(scene, tmp_path, "一。")
    (before,) = saved_sessions(tmp_path)
    assert saved_sessions(tmp_path)[0] is before
    play = Play.resume(path)
    play.say("二。")
    play.close()
    assert saved_sessions(tmp_path)[0].last == "林默：二。"


def test_a_thousand_sessions_are_listed_fast(scene: Scene, tmp_path: Path) -> None:
    path = begun(scene, tmp_path, "一。")
    journal, log = path.read_bytes(), path.with_suffix(".txt").read_bytes()
    log += "苏晚：这是第几句了？\n".encode() * 100
    for number in range(1000):
        (tmp_path / f"20250101-{number:06d}-old-house.jsonl").write_bytes(journal)
        (tmp_path / f"20250101-{number:06d}-old-house.txt").write_bytes(log)
    times = []
    for __ in range(3):
        started = time.perf_counter()
        assert len(saved_sessions(tmp_path)) == 1001
        times.append(time.perf_counter() - started)
    assert times[0] < 3 and min(times) < 0.3
    assert begun_at(tmp_path)["old-house"] >= "20250101-000999"


def test_files_that_are_no_sessions_are_told_or_passed_over(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_bytes(b"\xff\x00" * 999)
    (tmp_path / "b.jsonl").write_text("[" * 100_000)
    (tmp_path / "c.jsonl").write_text('{"scene": 3, "role": null}\n')
    (tmp_path / "d.jsonl").mkdir()
    (tmp_path / "e.jsonl").symlink_to(tmp_path / "nowhere")
    (tmp_path / "f.jsonl").write_text('{"scene": {"title": "t"}, "role": {"x": 1}, "turns": 3}\n')
    saved = {one.id: one for one in saved_sessions(tmp_path)}
    assert set(saved) == {"a", "b", "c", "f"}
    assert not any(saved[id].readable for id in "abc")


def test_a_session_moves_with_all_its_files_or_not_at_all(scene: Scene, tmp_path: Path) -> None:
    path = begun(scene, tmp_path, "一。")
    for ending in (".torn", ".damaged", ".damaged.txt", ".damaged-2", ".title"):
        (tmp_path / f"{path.stem}{ending}").write_text("x")
    other = tmp_path / f"{path.stem}.b.jsonl"
    other.write_bytes(path.read_bytes())
    names = {one.name for one in tmp_path.iterdir()} - {other.name, f"{path.stem}.lock"}
    there = session_files.delete(path)
    assert {one.name for one in (tmp_path / BIN).iterdir()} == names
    assert other.exists() and not (tmp_path / f"{path.stem}.lock").exists()
    (tmp_path / f"{path.stem}.torn").write_text("in the way")
    with pytest.raises(KnownError):
        session_files.restore(there)
    assert {one.name for one in (tmp_path / BIN).iterdir()} == names | {f"{path.stem}.lock"}
    (tmp_path / f"{path.stem}.torn").unlink()
    assert session_files.restore(there) == path
    assert os.listdir(tmp_path / BIN) == []


def test_a_beginning_that_two_places_share_names_that_in_the_folder_first(
    scene: Scene, tmp_path: Path
) -> None:
    path = begun(scene, tmp_path, "一。")
    copy = session_files.duplicate(path)
    archived = session_files.archive(copy)
    assert find_session(path.stem, tmp_path) == path
    assert find_session(copy.stem, tmp_path) == archived


def test_a_recap_counts_branches_and_names_bookmarks(scene: Scene, tmp_path: Path) -> None:
    path = begun(scene, tmp_path, "一。", "二。")
    play = Play.resume(path)
    play.undo()
    play.say("另一句。")
    play.close()
    with path.open("a", encoding="utf-8") as file:
        for turn, name in ((3, "灯"), (4, "门"), (4, None)):
            file.write(json.dumps({"event": "mark", "turn": turn, "name": name}) + "\n")
    text = path.read_text("utf-8").replace('{"event": "mark"', '{"event":"mark"')
    path.write_text(text, "utf-8")
    seen = recap(path)
    assert seen.branches == 2 and seen.marks == ("灯",)
    assert [entry.text for entry in seen.entries][-2:] == ["一。", "另一句。"]


def test_a_recap_of_what_cannot_be_read_is_empty(tmp_path: Path) -> None:
    assert recap(tmp_path / "none.jsonl").entries == ()
    (tmp_path / "a.jsonl").write_bytes(b'{"event":"turns"\n\xff\n{"event":"mark","turn":"x"}\n')
    assert recap(tmp_path / "a.jsonl").branches == 1


@pytest.mark.parametrize(
    ("back", "words"),
    [
        (timedelta(seconds=-50), "just now"),
        (timedelta(seconds=10), "just now"),
        (timedelta(minutes=5), "5 minutes ago"),
        (timedelta(hours=3), "3 hours ago"),
        (timedelta(hours=23), "yesterday"),
        (timedelta(days=3), "3 days ago"),
        (timedelta(days=400), "2024-11-26"),
    ],
)
def test_how_long_ago_is_told_as_one_says_it(back: timedelta, words: str) -> None:
    now = datetime(2025, 12, 31, 22, 0)
    assert ago(now - back, now) == words


def test_only_a_long_session_tells_where_it_was_left(scene: Scene, tmp_path: Path) -> None:
    short = Play.resume(begun(scene, tmp_path / "a", *"一二三"))
    assert where_it_was_left(short.session) is None
    short.close()
    long = Play.resume(begun(scene, tmp_path / "b", *(f"第{n}句" for n in range(1, 14))))
    assert where_it_was_left(long.session) == "Last time: turn 13, just now; 林默 just said: 第13句"
    long.close()
