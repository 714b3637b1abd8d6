"""`paotuan log import`: logs of other tables in, ours out, and a word about all that was left."""

import re
from pathlib import Path

import pytest

from scenes.log import parse
from tests.imports.table_logs import EVENING, LOGS, NAMED
from tests.tui.conftest import Run

FIXTURES = Path(__file__).resolve().parents[2] / ".." / "shared" / "fixtures" / "trpg_logs"


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "raw-log.txt"
    path.write_text(NAMED, "utf-8")
    return path


def test_the_log_goes_to_stdout_and_the_report_to_stderr(run: Run, log: Path) -> None:
    ran = run("log", "import", log)
    assert (ran.status, ran.out) == (0, EVENING)
    assert ran.err.splitlines() == [
        f"{log}: SealDice log; 8 messages read, 5 kept",
        "  1 of the first 5 messages hold quoted speech; read as --style quoted",
        "  kept: speech 1, action 2, narration 1, dice 1, chapter 1",
        "  dropped: commands 1 (line 7)",
        "  dropped: off-topic 1 (line 17)",
        "  dropped: observers 1 (line 20)",
        "  roles: 守秘人 1, 林默 1, 苏晚 1",
    ]


def test_players_are_mapped_by_nickname_or_number(run: Run, log: Path) -> None:
    ran = run("log", "import", log, "--map", "林默=林医生", "--map", "100003=晚晚")
    assert ran.out == EVENING.replace("林默", "林医生").replace("苏晚", "晚晚")
    ran = run("log", "import", log, "--map", "ob小明=小明")
    assert "小明：\\me 前排围观\n" in ran.out


def test_who_narrates_watches_and_rolls_can_be_said(run: Run, log: Path) -> None:
    ran = run("log", "import", log, "--narrator", "林默", "--observer", "苏晚", "--bot", "守秘人")
    assert ran.out.splitlines()[0] == "【我推门进去。】" and "等等我" not in ran.out
    assert "dropped: observers 3 (lines 13, 17, 20)" in ran.err
    assert "dropped: other lines of a dice bot 2 (lines 1, 23)" in ran.err


def test_numbers_of_accounts_are_dropped_unless_asked_for(run: Run, log: Path) -> None:
    assert "10000" not in run("log", "import", log, "--comments").out
    assert "林默·100002：\\me 我推门进去。" in run("log", "import", log, "--ids").out


def test_what_is_left_out_can_stay_as_comments_and_dice_can_go(run: Run, log: Path) -> None:
    ran = run("log", "import", log, "--comments", "--no-dice")
    comments = [entry.text for entry in parse(ran.out) if entry.kind == "comment"]
    assert comments[0] == "林默：.ra 聆听" and "苏晚：（我去倒杯水）" in comments
    assert "D100" in comments[1] and "dropped: dice results 1 (line 10)" in ran.err


def test_several_files_are_one_log_that_appears_when_it_is_whole(
    run: Run, log: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out.txt"
    other = tmp_path / "b.txt"
    other.write_bytes(LOGS["sinanya"][1])
    ran = run("log", "import", log, other, "-o", out)
    assert (ran.status, ran.out) == (0, "") and out.read_text("utf-8").startswith(EVENING)
    out.write_text("as it was", "utf-8")
    broken = tmp_path / "c.json"
    broken.write_text("<html>", "utf-8")
    ran = run("log", "import", log, broken, "-o", out)
    assert ran.status == 2 and "an HTML page" in ran.err.splitlines()[-1]
    assert out.read_text("utf-8") == "as it was" and not list(tmp_path.glob(".*"))


@pytest.mark.parametrize(
    ("options", "why"),
    [
        (["--format", "seaaldice"], "did you mean sealdice"),
        (["--style", "quotes"], "quoted"),
        (["--map", "林默"], "expected NAME=ROLE"),
        (["--map", f"林默={'长' * 40}"], "at most 32"),
    ],
)
def test_a_wrong_option_is_one_line(run: Run, log: Path, options: list[str], why: str) -> None:
    ran = run("log", "import", log, *options)
    assert ran.status == 2 and why in ran.err and not ran.out


@pytest.mark.skipif(not FIXTURES.is_dir(), reason="no shared fixtures beside the checkout")
def test_no_number_of_an_account_is_left_of_any_fixture(run: Run) -> None:
    for path in sorted(FIXTURES.iterdir()):
        ran = run("log", "import", path)
        assert ran.status == 0 and not re.search(r"\d{6}", ran.out), path


def test_a_log_of_which_nothing_is_play_is_refused_and_not_written(
    run: Run, tmp_path: Path
) -> None:
    log, out = tmp_path / "chat.txt", tmp_path / "out.log"
    log.write_text("林默(100002) 2026-03-21 19:05:40\n（吃饭了）\n" * 3, "utf-8")
    ran = run("log", "import", log, "-o", out)
    assert ran.status == 2 and not out.exists()
    assert ran.err.splitlines()[-1].endswith(
        "chat.txt: nothing in it is play, so nothing is written; --format names what it is"
    )
    assert run("log", "import", log, "--comments").status == 0
