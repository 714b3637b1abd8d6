"""One command over many inputs: the same bytes as one by one, a ledger, and what fails."""

import json
from pathlib import Path

import pytest

from tests.corpora.conftest import Start, teach
from tests.corpora.teachers import NOVEL, diligent, inventive
from tests.tui.conftest import Run, home, run

__all__ = ["home", "run", "teach"]

BOOKS = ("雨夜", "渡口", "灯塔")


@pytest.fixture
def books(tmp_path: Path) -> list[Path]:
    folder = tmp_path / "books"
    folder.mkdir()
    paths = [folder / f"{name}.txt" for name in BOOKS]
    for number, path in enumerate(paths):
        path.write_text(NOVEL.replace("林默", f"林{'一二三'[number]}"), "utf-8")
    return paths


def lines_of(folder: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in (folder / "ledger.jsonl").read_text("utf-8").splitlines()]


def test_many_novels_give_what_each_gives_alone(
    run: Run, books: list[Path], tmp_path: Path
) -> None:
    ran = run("corpus", "quotes", *books, "-o", tmp_path / "logs")
    assert ran.status == 0, ran.err
    assert "3 inputs, 0 failed; quotations" in ran.err
    for book in books:
        assert run("corpus", "quotes", book, "-o", tmp_path / "one.txt").status == 0
        made = tmp_path / "logs" / f"{book.stem}.log.txt"
        assert made.read_bytes() == (tmp_path / "one.txt").read_bytes()
    head, *records = lines_of(tmp_path / "logs")
    assert head == {"ledger": 1, "command": "corpus quotes"}
    assert [Path(str(one["input"])).stem for one in records] == list(BOOKS)
    assert all(one["status"] == 0 for one in records)


def test_options_reach_every_input(run: Run, books: list[Path], tmp_path: Path) -> None:
    options = ("--to", "pairs", "--aliases", "none", "--json")
    ran = run("corpus", "quotes", *books, "-o", tmp_path / "pairs", *options)
    assert ran.status == 0, ran.err
    assert json.loads(ran.out)["totals"]["quotations"] >= 9
    for book in books:
        first = (tmp_path / "pairs" / f"{book.stem}.jsonl").read_text("utf-8").splitlines()[0]
        assert json.loads(first).keys() == {"context", "chat"}


def test_one_that_fails_stops_no_other_and_is_done_again(
    run: Run, books: list[Path], tmp_path: Path
) -> None:
    books[1].write_bytes(b"")
    command = ("corpus", "quotes", *books, "-o", tmp_path / "logs")
    ran = run(*command)
    assert ran.status == 1
    assert "渡口.txt" in ran.err and "3 inputs, 1 failed" in ran.err
    made = {path.name for path in (tmp_path / "logs").glob("*.log.txt")}
    assert made == {"雨夜.log.txt", "灯塔.log.txt"}
    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "logs").glob("*.log.txt")}
    books[1].write_text(NOVEL, "utf-8")
    assert run(*command).status == 0
    assert {path: path.stat().st_mtime_ns for path in before} == before
    assert (tmp_path / "logs" / "渡口.log.txt").exists()


def test_an_input_that_changed_or_whose_output_went_is_worked_on_again(
    run: Run, books: list[Path], tmp_path: Path
) -> None:
    logs = tmp_path / "logs"
    command = ("corpus", "quotes", *books, "-o", logs)
    assert run(*command).status == 0
    books[0].write_text(NOVEL.replace("林默", "林四"), "utf-8")
    (logs / "渡口.log.txt").unlink()
    assert run(*command).status == 0
    assert "林四" in (logs / "雨夜.log.txt").read_text("utf-8")
    assert (logs / "渡口.log.txt").exists()


def test_a_torn_ledger_goes_on_and_another_commands_is_refused(
    run: Run, books: list[Path], tmp_path: Path
) -> None:
    logs = tmp_path / "logs"
    assert run("corpus", "quotes", *books, "-o", logs).status == 0
    whole = (logs / "ledger.jsonl").read_bytes()
    (logs / "ledger.jsonl").write_bytes(whole[:-20])
    assert run("corpus", "quotes", *books, "-o", logs).status == 0
    assert (logs / "ledger.jsonl").read_bytes() == whole
    ran = run("corpus", "distill", *books, "-o", logs, "--teacher", "http://127.0.0.1:9")
    assert ran.status == 2 and "not the ledger of a `paotuan corpus distill`" in ran.err
    assert (logs / "ledger.jsonl").read_bytes() == whole


def test_two_of_one_name_are_told_apart_by_their_folders(
    run: Run, books: list[Path], tmp_path: Path
) -> None:
    other = tmp_path / "其他"
    other.mkdir()
    twin = other / books[0].name
    twin.write_text(NOVEL, "utf-8")
    ran = run("corpus", "quotes", books[0], twin, "-o", tmp_path / "logs")
    assert ran.status == 0, ran.err
    made = {path.name for path in (tmp_path / "logs").glob("*.log.txt")}
    assert made == {"books-雨夜.log.txt", "其他-雨夜.log.txt"}


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ((), "-o FOLDER"),
        (("-o", "file.txt"), "several inputs need a folder"),
        (("-o", "logs", "--learn-aliases", "a.yaml"), "--learn-aliases: for one input"),
    ],
)
def test_what_many_cannot_have_is_told(
    run: Run, books: list[Path], tmp_path: Path, options: tuple[str, ...], told: str
) -> None:
    (tmp_path / "file.txt").write_text("mine", "utf-8")
    words = [str(tmp_path / word) if word in ("file.txt", "logs") else word for word in options]
    ran = run("corpus", "quotes", *books, *words)
    assert ran.status == 2 and told in ran.err
    assert (tmp_path / "file.txt").read_text("utf-8") == "mine"


def test_a_library_is_distilled_by_a_teacher_and_estimated_before(
    run: Run, teach: Start, books: list[Path], tmp_path: Path
) -> None:
    teacher = teach(diligent)
    command = ("corpus", "distill", *books, "-o", tmp_path / "logs", "--teacher", teacher.url)
    told = run(*command, "--estimate", "--json")
    assert told.status == 0, told.err
    assert json.loads(told.out)["totals"]["questions"] == 6 and not teacher.asked
    assert not (tmp_path / "logs" / "ledger.jsonl").exists()
    ran = run(*command)
    assert ran.status == 0, ran.err
    asked = len(teacher.asked)
    assert asked > 6 and "3 inputs, 0 failed; passages 6" in ran.err
    assert run(*command).status == 0 and len(teacher.asked) == asked


def test_several_roles_are_asked_as_each_would_be_alone(
    run: Run, teach: Start, tmp_path: Path
) -> None:
    roles = ("孙悟空", "沙僧")
    options = ("-n", "3", "--no-rewording", "--world", "西游记")
    answers = tmp_path / "answers"
    teacher = teach(inventive())
    command = ("corpus", "questions", *roles, *options, "-o", answers, "--teacher", teacher.url)
    told = run(*command, "--estimate", "--json")
    assert told.status == 0 and json.loads(told.out)["totals"]["questions"] >= 6, told.err
    ran = run(*command)
    assert ran.status == 0, ran.err
    assert "2 inputs, 0 failed; answered 6" in ran.err
    asked = len(teacher.asked)
    assert run(*command).status == 0 and len(teacher.asked) == asked
    for role in roles:
        alone = tmp_path / "alone.txt"
        one = run("corpus", "questions", role, *options, "-o", alone, "--teacher", teacher.url)
        assert one.status == 0, one.err
        cues = [line.partition("：")[0] for line in alone.read_text("utf-8").splitlines()]
        made = (answers / f"{role}.log.txt").read_text("utf-8").splitlines()
        assert [line.partition("：")[0] for line in made] == cues
        alone.with_name("alone.txt.journal").unlink()
    ran = run(*command[:4], "--character", "suwan", "-o", answers, "--teacher", teacher.url)
    assert ran.status == 2 and "--character: for one input" in ran.err


def test_what_an_option_names_counts_too(run: Run, books: list[Path], tmp_path: Path) -> None:
    aliases = tmp_path / "aliases.yaml"
    aliases.write_text("people: {林默: [小林]}\n", "utf-8")
    command = ("corpus", "quotes", *books, "-o", tmp_path / "logs", "--aliases", aliases)
    assert run(*command).status == 0
    before = (tmp_path / "logs" / "ledger.jsonl").read_bytes()
    assert run(*command).status == 0
    assert (tmp_path / "logs" / "ledger.jsonl").read_bytes() == before
    aliases.write_text("people: {林默: [默哥]}\n", "utf-8")
    assert run(*command).status == 0
    after = lines_of(tmp_path / "logs")[1:]
    kept = [json.loads(line)["digest"] for line in before.decode().splitlines()[1:]]
    assert all(one["digest"] != old for one, old in zip(after, kept, strict=True))
