"""`paotuan corpus quotes` as a person runs it."""

import json

import pytest

from scenes.log import parse

NOVEL = "第一章 下山\n天亮了。李青笑道：“走。”远山道：“不走。”他道：“唉。”\n"
ALIASES = "people:\n  李青: []\n  张远山: [远山]\n"


@pytest.fixture
def novel(home):
    (home / "aliases.yaml").write_text(ALIASES, encoding="utf-8")
    path = home / "青衣记.txt"
    path.write_text(NOVEL, encoding="utf-8")
    return path


def test_a_novel_becomes_a_log(run, novel, home):
    ran = run("corpus", "quotes", novel, "--aliases", home / "aliases.yaml")
    assert ran.status == 0
    kinds = [(one.kind, one.speaker) for one in parse(ran.out)]
    assert kinds == [
        ("chapter", ""),
        ("narration", ""),
        ("speech", "李青"),
        ("speech", "张远山"),
        ("narration", ""),
    ]
    assert "3 quotations, 2 with a speaker; speakers: 2" in ran.err
    assert "李青 1, 张远山 1" in ran.err


def test_a_novel_becomes_pairs(run, novel, home):
    ran = run("corpus", "quotes", novel, "--to", "pairs", "--aliases", home / "aliases.yaml")
    assert json.loads(ran.out.splitlines()[1]) == {"context": "远山道：", "chat": "“不走。”"}


def test_a_summary_is_json(run, novel, home):
    out = home / "log.txt"
    ran = run("corpus", "quotes", novel, "--json", "-o", out, "--aliases", home / "aliases.yaml")
    found = json.loads(ran.out)
    assert found["quotations"] == 3 and found["with_speaker"] == 2 and found["chapters"] == 1
    assert found["speakers"] == {"李青": 1, "张远山": 1}
    assert out.read_text("utf-8").startswith("==== 第一章 下山 ====\n")


def test_a_summary_and_a_log_do_not_share_stdout(run, novel):
    ran = run("corpus", "quotes", novel, "--json")
    assert ran.status == 2 and "-o OUT" in ran.err


def test_learned_aliases_are_written_for_review(run, novel, home):
    ran = run("corpus", "quotes", novel, "-o", home / "log.txt", "--learn-aliases", home / "l.yaml")
    assert ran.status == 0
    assert "people:" in (home / "l.yaml").read_text("utf-8")


def test_gb18030_is_read_and_said(run, home):
    path = home / "gb.txt"
    path.write_bytes((NOVEL * 3).encode("gb18030"))
    ran = run("corpus", "quotes", path, "--aliases", "none")
    assert ran.status == 0 and "read as GB18030" in ran.err and "李青：走。" in ran.out


@pytest.mark.parametrize(
    ("raw", "told"),
    [
        ("只有叙述，没有人说话。\n".encode(), "nobody says anything in"),
        (b"", "empty, expected a novel"),
        (b"\x7fELF\x02\x01\x01\0\0\0" + bytes(range(200)) * 9, "not a text file, expected a novel"),
    ],
)
def test_a_file_without_quotations_is_one_line_and_writes_nothing(run, home, raw, told):
    path, out = home / "bad.txt", home / "out.txt"
    path.write_bytes(raw)
    ran = run("corpus", "quotes", path, "-o", out)
    assert ran.status == 2 and told in ran.err and ran.err.count("\n") == 1
    assert not out.exists()


@pytest.mark.parametrize("missing", ["novel", "aliases"])
def test_a_missing_file_is_told(run, novel, home, missing):
    asked = (home / "no.txt",) if missing == "novel" else (novel, "--aliases", home / "no.yaml")
    ran = run("corpus", "quotes", *asked)
    assert ran.status == 2 and "no such file" in ran.err


def test_a_misspelt_form_is_told_the_nearest_one(run, novel):
    ran = run("corpus", "quotes", novel, "--to", "pair")
    assert ran.status == 2 and "pairs" in ran.err


def test_a_book_read_badly_is_told_with_another_way(run, home):
    path = home / "raw.txt"
    path.write_text("“谁？”\n\n“我。”\n\n“你？”\n\n雨停了。\n", encoding="utf-8")
    ran = run("corpus", "quotes", path)
    assert ran.status == 0
    assert "only 0% were given a speaker" in ran.err and "--model starter" in ran.err


def test_a_model_that_cannot_score_is_one_line(run, novel):
    ran = run("corpus", "quotes", novel, "--model", "scripted")
    assert ran.status == 2 and "cannot tell how likely a text is" in ran.err
