"""What docs/seeds.md says of earlier systems: the tests that it names, and steps that had none."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from scenes.data.conversations.quoted import speakers_of
from tests.docs.pages import DOCS, ROOT
from tests.tui.conftest import Run

NOVEL = Path("/work/shared/data/novels/三国演义.txt")
PUBLISHED = [
    {
        "context": "曹仁回城中，与众商议。曹洪曰：",
        "chat": "“目今失了彝陵，势已危急，何不拆丞相遗计观之，以解此危？”",
    },
    {
        "context": "进得诏便行。主簿陈琳谏曰：",
        "chat": "“太后此诏，必是十常侍之谋，切不可去。去必有祸。”",
    },
]
"""Both records that the README of LLM_Custome shows."""
OWN = [
    {"context": "林默回渡口，与众人商议。管家苏晚谏曰：", "chat": "“此信有诈，切不可去。”"},
    {"context": "林默不听。顾三笑曰：", "chat": "“且看明日如何。”"},
]
SAID = [
    ("曹操引军来到城下。玄德曰：", "“山雨欲来，不如早归。”"),
    ("孔明笑曰：", "“此事易耳，主公勿忧。”"),
    ("孙权问诸葛亮。孔明曰：", "“水军未练，不可轻动。”"),
]
LOG = (
    "【雨下了一夜】\n林默：(这是怎么回事？)\n苏晚：谁在那里？ \\emoji 惊讶\n林默：\\me 起身\n"
    "苏晚：\\me 举起灯\t【灯灭了】\t【楼上有人】\n"
)


def pairs_of(run: Run, novel: Path, out: Path) -> list[Any]:
    made = run("corpus", "quotes", novel, "--to", "pairs", "-o", out)
    assert made.status == 0, made.err
    return [json.loads(line) for line in out.read_text("utf-8").splitlines()]


def test_context_and_words_are_cut_as_the_book_has_them(run: Run, home: Path) -> None:
    novel = home / "渡口.txt"
    text = "".join(f"{one['context']}{one['chat']}\n" for one in OWN)
    novel.write_text(f"第一回 夜雨\n{text}", "utf-8")
    assert pairs_of(run, novel, home / "pairs.jsonl") == OWN


@pytest.mark.skipif(not NOVEL.is_file(), reason="the novel is not here")
def test_both_published_pairs_are_cut_from_the_novel_byte_for_byte(run: Run, home: Path) -> None:
    pairs_of(run, NOVEL, home / "pairs.jsonl")
    lines = (home / "pairs.jsonl").read_bytes().splitlines()
    assert {json.dumps(one, ensure_ascii=False).encode() for one in PUBLISHED} <= set(lines)


@pytest.mark.parametrize(
    ("wanted", "speakers"),
    [
        ((), ["刘备", "诸葛亮", "诸葛亮"]),
        (("孔明",), ["刘备", "孔明", "孔明"]),
        (("玄德", "孔明", "诸葛亮"), ["玄德", "诸葛亮", "诸葛亮"]),
    ],
)
def test_people_of_a_known_book_are_found_under_any_of_their_names(
    wanted: tuple[str, ...], speakers: list[str]
) -> None:
    assert [one.speaker for one in speakers_of(SAID, wanted)] == speakers


def test_people_of_other_books_keep_their_names() -> None:
    said = [("林默来到渡口。苏晚曰：", "“走吧。”"), ("林默笑曰：", "“不急。”")]
    assert [one.speaker for one in speakers_of(said, ("苏晚",))] == ["苏晚", "林默"]


def test_a_novel_is_learned_under_the_name_that_is_asked_for(run: Run, home: Path) -> None:
    novel, out = home / "三国演义.txt", home / "out.jsonl"
    said = "却说曹操、刘备、孙权来到帐中坐定，商议了许久也没有主意。孔明笑曰：“{}可矣。”\n"
    chapters = zip("一二三四五六", "山水风花雪月", strict=True)
    text = "".join(f"第{n}回 英雄相会\n{said.format(s * 5) * 2}" for n, s in chapters)
    novel.write_text(text, "utf-8")
    made = run("corpus", "examples", novel, "--for", "孔明", "--test", 0, "-o", out)
    assert made.status == 0, made.err
    lines = [json.loads(line) for line in out.read_text("utf-8").splitlines()]
    assert {one["speaker"] for one in lines} == {"孔明"}


def test_a_log_with_half_width_thoughts_and_several_parts_a_line_keeps_them_all(
    run: Run, home: Path
) -> None:
    log, out = home / "old.txt", home / "out.log"
    log.write_text(LOG, "utf-8")
    made = run("import", log, "-o", out)
    assert made.status == 0, made.err
    assert out.read_text("utf-8").splitlines() == [
        "【雨下了一夜】",
        "林默：（这是怎么回事？）",
        r"苏晚：谁在那里？ \emoji 惊讶",
        r"林默：\me 起身",
        r"苏晚：\me 举起灯",
        "【灯灭了】",
        "【楼上有人】",
    ]


def test_each_row_of_the_page_names_a_test_that_is_there() -> None:
    rows = [
        line
        for line in (DOCS / "seeds.md").read_text("utf-8").splitlines()
        if line.startswith("| ") and "what they did" not in line
    ]
    assert len(rows) > 20
    for row in rows:
        named = re.search(r"`(tests/[\w/]+\.py)` `(test_\w+)` \|$", row)
        assert named, row
        assert f"def {named[2]}(" in (ROOT / named[1]).read_text("utf-8"), row
