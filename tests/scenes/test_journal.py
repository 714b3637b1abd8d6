"""The files of a session: whatever happens to them, what was said is there, or left as it is."""

import json
import os
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path

import pytest

from base.errors import KnownError
from base.folders import sessions_folder
from base.writing import replace_pieces
from scenes.log import Entry, dump, parse
from scenes.scene import Scene
from scenes.table.journal import Journal
from scenes.table.play import Play
from scenes.table.session_list import find_session, saved_sessions
from scenes.table.snapshot import from_json, to_json
from tests.scenes.journals import OPEN, read_back, refusal, said, written

# --- a cut file ---


def test_a_journal_cut_at_any_byte_opens_with_every_whole_line(tmp_path: Path) -> None:
    events = [OPEN, said(1, "一"), said(2, "二\ud800"), said(3, "三")]
    path = tmp_path / "s.jsonl"
    lines = [json.dumps(e, ensure_ascii=False).encode("utf-8", "surrogatepass") for e in events]
    whole = b"\n".join(lines) + b"\n"
    for cut in range(len(whole) + 1):
        path.write_bytes(whole[:cut])
        if cut < len(lines[0]):
            assert "delete it" in refusal(path)
            continue
        kept = [end for end in (len(b"\n".join(lines[:n])) for n in range(1, 5)) if end <= cut]
        torn = whole[kept[-1] : cut].lstrip(b"\n")
        journal, found = Journal.open(path)
        assert found == events[: len(kept)], cut
        assert path.read_bytes() == whole[:cut], "reading changes nothing"
        assert bool(journal.notices) == bool(torn), cut
        journal.append(said(len(kept)))
        journal.close()
        again, notices = read_back(path)
        assert again == [*events[: len(kept)], said(len(kept))], cut
        assert notices == []
        aside = path.with_suffix(".torn")
        assert (aside.read_bytes() if aside.exists() else b"") == (torn and torn + b"\n")
        aside.unlink(missing_ok=True)


@pytest.mark.parametrize("tail", [b"\0" * 4096, b"\xff\xfe", b"{", b"[1, 2]", b"\n", b'{"event"'])
def test_what_a_crash_leaves_behind_the_last_line_is_set_aside(tmp_path: Path, tail: bytes) -> None:
    path = tmp_path / "s.jsonl"
    raw = written(path, OPEN, said(1))
    path.write_bytes(raw + tail)
    play = Play.resume(path)
    assert play.notices == ["s.jsonl: the last line was cut off and is left out"]
    assert path.read_bytes() == raw + tail
    play.session.say(Entry("speech", "再来", "甲"))
    play.close()
    assert path.with_suffix(".torn").read_bytes() == tail + b"\n"
    assert [e["event"] for e in read_back(path)[0]] == ["open", "turns", "turns"]


# --- a damaged file ---


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (b"", "the file is empty; delete it"),
        (b"\n", "cut off before anything was said"),
        (b"\0" * 64, "cut off before anything was said"),
        (bytes(range(256)) * 40, "damaged"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "damaged"),
        (b"{}\n", "begins with one event `open`"),
        (b'{"event": "open"}\n', "cannot be read"),
        (b'{"event": "open", "version": 2}\n', "newer paotuan"),
        (b'{"event": ["open"]}\n', "begins with one event `open`"),
    ],
)
def test_what_is_no_journal_is_refused_and_left_as_it_is(
    tmp_path: Path, raw: bytes, why: str
) -> None:
    path = tmp_path / "s.jsonl"
    path.write_bytes(raw)
    assert why in refusal(path)


def test_garbage_in_place_of_any_value_is_never_a_traceback(tmp_path: Path, scene: Scene) -> None:
    play = Play.start(scene, "林默", tmp_path)
    play.say("走吧。")
    path = play.journal.path
    play.close()
    events, _ = read_back(path)

    def spoil(value: object, junk: object) -> list[object]:
        """Copies of `value`, each with one value in it replaced by `junk`."""
        if isinstance(value, dict):
            inside = [({**value, k: new}) for k in value for new in spoil(value[k], junk)]
            return [junk, *inside]
        if isinstance(value, list):
            inside = [
                [*value[:i], new, *value[i + 1 :]]
                for i, v in enumerate(value)
                for new in spoil(v, junk)
            ]
            return [junk, *inside]
        return [junk]

    for junk in (None, 7, "x", [], {}, [[]], 1.5, -1, True):
        for copy in spoil(events, junk)[1:]:
            assert isinstance(copy, list)
            path.write_text("".join(json.dumps(event) + "\n" for event in copy))
            with suppress(KnownError):
                Play.resume(path).close()


# --- what is in them ---


def test_the_readable_log_is_always_that_of_the_branch(play: Play) -> None:
    log = play.journal.path.with_suffix(".txt")

    def check() -> None:
        raw = log.read_bytes().decode("utf-8", "surrogatepass")
        assert raw == dump([Entry("chapter", "雨夜旧宅"), *play.session.entries])
        assert parse(raw)[1:] == play.session.entries

    check()
    first, _ = play.say("一\n二")
    check()
    play.say("三")
    play.undo()
    check()
    play.edit(first, "壹")
    check()
    play.session.say(Entry("speech", "悠二：】\n\ud800\x1b[31m", "林默"))
    play.turned()
    check()
    play.go(1)
    check()


def test_a_lone_surrogate_and_an_endless_line_come_back(play: Play) -> None:
    long = "长" * 3_500_000
    play.session.say(Entry("speech", "\ud83d|\udc00\ud83d", "林默"))
    began = time.perf_counter()
    play.say(long)
    path = play.journal.path
    play.close()
    resumed = Play.resume(path)
    assert time.perf_counter() - began < 10
    assert [e.text for e in resumed.session.entries[2:]] == ["\ud83d|\udc00\ud83d", long]
    resumed.close()


def test_every_event_has_its_time_and_a_line_of_its_own(play: Play) -> None:
    play.say("一\n二")
    play.undo()
    lines = play.journal.path.read_text().splitlines()
    assert [json.loads(line)["event"] for line in lines] == ["open", "turns", "head"]
    assert all(datetime.fromisoformat(json.loads(line)["time"]).tzinfo for line in lines)


def test_only_the_owner_can_read_a_journal(play: Play) -> None:
    if sys.platform == "win32":
        pytest.skip("Windows has no such permissions")
    assert play.journal.path.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    "name", ["../../etc/x", "", "a/b\\c", "雨夜 旧宅", "\x1b[31m", "。" * 300], ids=repr
)
def test_a_session_is_named_after_the_moment_and_stays_in_its_folder(
    tmp_path: Path, name: str
) -> None:
    journal = Journal.create(name, tmp_path)
    other = Journal.create(name, tmp_path)
    assert journal.path.parent == other.path.parent == tmp_path
    assert journal.id != other.id
    assert journal.id.replace("-", "").isprintable()
    journal.close()
    other.close()


# --- finding them ---


def test_a_session_is_found_by_its_name_its_beginning_or_as_the_newest(tmp_path: Path) -> None:
    for number, stem in enumerate(["0101-house", "0101-house-2", "0202-palace"]):
        written(tmp_path / f"{stem}.jsonl", OPEN)
        stamp = 1_000_000 - number
        os.utime(tmp_path / f"{stem}.jsonl", (stamp, stamp))
    assert find_session("02", tmp_path).stem == "0202-palace"
    assert find_session("0101-house", tmp_path).stem == "0101-house"
    assert find_session(None, tmp_path).stem == "0101-house"
    with pytest.raises(KnownError, match="which one\\? 0101-house, 0101-house-2"):
        find_session("01", tmp_path)
    with pytest.raises(KnownError, match="did you mean 0202-palace"):
        find_session("2020-palace", tmp_path)


def test_without_a_session_the_way_to_begin_one_is_told(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "none"):
        with pytest.raises(KnownError, match="start one with: paotuan play"):
            find_session(None, folder)
        assert saved_sessions(folder) == []
    with pytest.raises(KnownError, match="no such session"):
        Journal.open(tmp_path / "none.jsonl")
    assert list(tmp_path.iterdir()) == []


def test_a_broken_session_is_listed_as_such_and_not_resumed_by_itself(play: Play) -> None:
    folder = play.journal.path.parent
    (folder / "empty.jsonl").touch()
    (folder / "noise.jsonl").write_bytes(bytes(range(256)))
    (folder / "null.jsonl").write_bytes(b"null\n")
    (folder / "deep.jsonl").write_bytes(b"[" * 100_000)
    (folder / "shape.jsonl").write_bytes(b'{"scene": [], "role": {}}\n')
    (folder / "dir.jsonl").mkdir()
    written(folder / "nolog.jsonl", OPEN)
    listed = {saved.id: saved for saved in saved_sessions(folder)}
    whole = {id for id, saved in listed.items() if saved.readable}
    assert whole == {play.journal.id, "nolog"}
    assert listed["nolog"].last == "(no readable log)"
    assert listed["noise"].last.startswith("cannot be read")
    assert listed[play.journal.id].title == "雨夜旧宅"
    assert listed[play.journal.id].role == "林默"
    assert listed[play.journal.id].last == "苏晚：你确定是这里？ \\emoji 困惑"
    (folder / "nolog.jsonl").unlink()
    assert find_session(None, folder) == play.journal.path


def test_what_is_wrong_with_a_session_is_listed_in_the_language_of_who_reads_it(
    play: Play, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = play.journal.path.parent
    (folder / "noise.jsonl").write_bytes(bytes(range(256)))
    written(folder / "nolog.jsonl", OPEN)
    monkeypatch.setenv("PAOTUAN_LANG", "zh_CN")
    listed = {saved.id: saved.last for saved in saved_sessions(folder)}
    assert not any("cannot" in last or "readable" in last for last in listed.values())


def test_what_a_list_shows_cannot_drive_a_terminal(tmp_path: Path) -> None:
    path = tmp_path / "s.jsonl"
    written(path, {**OPEN, "scene": {"title": "\x1b[31m题\u202e"}})
    path.with_suffix(".txt").write_text("甲：\x1b]0;x\x07好\n")
    (saved,) = saved_sessions(tmp_path)
    assert "\x1b" not in saved.title + saved.last
    assert "\u202e" not in saved.title


def test_sessions_are_kept_in_the_folder_of_the_persons_data() -> None:
    assert sessions_folder().name == "sessions"
    assert "paotuan" in str(sessions_folder())


def test_a_text_whose_pieces_break_off_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    def pieces() -> Iterator[str]:
        yield "half"
        raise ValueError("no more")

    path = tmp_path / "a.txt"
    path.write_text("before", "utf-8")
    with pytest.raises(ValueError, match="no more"):
        replace_pieces(path, pieces(), ())
    assert [(one.name, one.read_text("utf-8")) for one in tmp_path.iterdir()] == [
        ("a.txt", "before")
    ]


@pytest.mark.parametrize(
    "entry",
    [
        Entry("narration", ""),
        Entry("speech", "走吧", "夏娜"),
        Entry("speech", "没事。", "悠二", "好疼", "微怒"),
        Entry("thought", "好疼", "悠二", emotion="悲哀"),
    ],
)
def test_an_entry_is_kept_as_any_other_value_is(entry: Entry) -> None:
    assert entry.as_json() == to_json(entry)
    assert from_json(Entry, entry.as_json()) == entry
