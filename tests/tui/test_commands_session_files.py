"""`paotuan sessions rename, duplicate, archive, delete, restore, bin`, and a search in vain."""

import json
from pathlib import Path

import pytest

from base.folders import sessions_folder
from scenes.table.journal_files import held_lock
from scenes.table.play import Play
from tests.tui.conftest import Run
from tests.tui.tables import house


@pytest.fixture
def session() -> str:
    """A session in which one line was said; its id."""
    play = Play.start(house(), "林默", sessions_folder())
    play.say("有人吗？")
    play.close()
    return play.journal.id


def test_the_list_tells_role_and_turns(run: Run, session: str) -> None:
    assert "林默  1 turn  林默：有人吗？" in run("sessions", "list").out
    (one,) = json.loads(run("sessions", "list", "--json").out)
    assert (one["scene"], one["role"], one["turns"]) == ("house", "林默", 1)


def test_a_renamed_session_keeps_its_id_and_is_resumed_by_it(run: Run, session: str) -> None:
    assert run("sessions", "rename", session[:8], "雨夜之后").status == 0
    assert "雨夜之后" in run("sessions", "list").out
    ran = run("play", "--resume", session, "--line", "--model", "scripted", stdin="走。\n")
    assert ran.status == 0
    assert run("sessions", "rename", session).status == 0
    assert "旧宅" in run("sessions", "list").out


def test_a_deleted_session_is_told_how_to_come_back_and_does(run: Run, session: str) -> None:
    gone = run("sessions", "delete", session)
    assert gone.out == f"{session}\n" and f"paotuan sessions restore {session}" in gone.err
    assert run("sessions", "list").out == ""
    assert session in run("sessions", "bin").out
    assert session in run("sessions", "list", "--deleted").out
    refused = run("sessions", "show", session)
    assert refused.status == 2 and "is in the bin" in refused.err
    assert run("sessions", "restore", session).status == 0
    assert "有人吗？" in run("sessions", "show", session).out


def test_an_archived_session_is_hidden_and_still_resumed_by_its_id(run: Run, session: str) -> None:
    run("sessions", "archive", session)
    assert run("sessions", "list").out == ""
    assert session in run("sessions", "list", "--archived").out
    ran = run("play", "--resume", session, "--line", "--model", "scripted", stdin="走。\n")
    assert ran.status == 0
    assert "走。" in run("sessions", "show", session).out
    assert "no saved session yet" in run("play", "--resume", "--line", stdin="").err


def test_the_bin_is_emptied_only_on_request(run: Run, session: str) -> None:
    run("sessions", "delete", session)
    assert run("sessions", "bin").status == 0
    assert session in run("sessions", "bin").out
    assert "1 session deleted for good" in run("sessions", "bin", "--empty").err
    assert [path for path in sessions_folder().rglob("*") if path.is_file()] == []
    assert "the bin is empty" in run("sessions", "bin").err


def test_a_duplicate_is_a_session_of_its_own(run: Run, session: str) -> None:
    copy = run("sessions", "duplicate", session).out.strip()
    assert copy != session
    assert run("sessions", "show", copy).out == run("sessions", "show", session).out
    run("sessions", "delete", copy)
    assert "有人吗？" in run("sessions", "show", session).out


@pytest.mark.parametrize("command", ["archive", "delete", "duplicate", "rename"])
def test_what_another_program_plays_is_refused(run: Run, session: str, command: str) -> None:
    lock = held_lock(sessions_folder() / f"{session}.jsonl")
    try:
        ran = run("sessions", command, session)
        assert ran.status == 2 and "open in another paotuan" in ran.err
        assert len(ran.err.splitlines()) == 1
    finally:
        lock.release()
    assert session in run("sessions", "list").out


def test_several_are_deleted_and_the_one_that_is_not_there_is_named(run: Run, session: str) -> None:
    ran = run("sessions", "delete", session, "no-such-session")
    assert ran.status == 2 and session in ran.out and "no-such-session" in ran.err
    assert run("sessions", "list").out == ""


@pytest.mark.parametrize("title", ["\x1b[31m红\u202e", "a" * 5000, "\n\n", "名\n字"])
def test_a_hostile_name_is_made_harmless_or_refused(run: Run, session: str, title: str) -> None:
    ran = run("sessions", "rename", session, title)
    shown = run("sessions", "list").out
    assert "\x1b" not in shown and "\u202e" not in shown and len(shown.splitlines()) == 1
    assert ran.status in (0, 2)


def test_a_title_file_that_is_no_text_does_no_harm(run: Run, session: str) -> None:
    (sessions_folder() / f"{session}.title").write_bytes(b"\xff\xfe\x00\x1b]0;x\x07" * 3000)
    assert "\x1b" not in run("sessions", "list").out
    (sessions_folder() / f"{session}.title").unlink()
    (sessions_folder() / f"{session}.title").mkdir()
    assert "旧宅" in run("sessions", "list").out


def test_a_search_without_a_hit_says_so_and_exits_as_grep_does(run: Run, session: str) -> None:
    ran = run("sessions", "search", "绝无此句")
    assert (ran.status, ran.out) == (1, "") and "绝无此句" in ran.err
    assert run("sessions", "search", "人吗").status == 0


def test_a_restored_session_never_covers_another(run: Run, session: str) -> None:
    run("sessions", "delete", session)
    binned = sessions_folder() / "bin" / f"{session}.jsonl"
    Path(sessions_folder() / f"{session}.jsonl").write_bytes(binned.read_bytes())
    ran = run("sessions", "restore", session)
    assert ran.status == 2 and "is there already" in ran.err
    assert binned.exists()


def test_who_plays_on_line_by_line_is_told_where_they_are(run: Run, home: Path) -> None:
    play = Play.start(house(), "林默", sessions_folder())
    for number in range(1, 15):
        play.say(f"第{number}句。")
    play.close()
    ran = run("play", "--resume", "--line", "--model", "scripted", stdin="走。\n")
    assert "Last time: turn 14, just now; 林默 just said: 第14句。" in ran.err


def test_learning_says_what_it_takes(run: Run, session: str) -> None:
    assert "0 picks; it takes 80" in run("sessions", "learn").err
    told = json.loads(run("sessions", "learn", "--json").out)
    assert told == {"picks": 0, "used": False, "order": None}
