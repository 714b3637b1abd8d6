"""RoleBench retold: what is said stays word for word, and the counts are those of the files."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from base.errors import KnownError
from base.yaml_writer import yaml_text
from characters.character import Character
from characters.profile import read_character
from models.train.data import dumped, read_examples
from scenes.data.rolebench import (
    Bench,
    candidates,
    character_files,
    entries,
    examples,
    instructions,
    read_bench,
)
from scenes.log import dump, parse

BENCH = Path(__file__).parents[2] / ".." / "shared" / "data" / "rolebench_zh"
MONKEY = Character("孙悟空", profile="花果山的石猴。", voice="孙悟空：俺老孙来也！")
ANSWER = "这杯酒，喝了再说，莫要推辞！"
RECORDS = [
    {
        "role": "孙悟空",
        "question": "翻译：\n  hello\nworld",
        "generated": ["你好，\n世界。", "好。", " "],
    },
    {
        "role": "孙悟空",
        "question": "谁？",
        "generated": ["孙悟空：俺！（笑）"],
        "type": ["script_based"],
    },
    {"role": "李白", "question": "喝酒么？", "generated": ["\\me 举杯", "喝，【再来】！"]},
]


def bench(folder: Path, records: Sequence[object] = RECORDS, name: str = "train.jsonl") -> Bench:
    file = folder / name
    file.write_text("".join(json.dumps(one, ensure_ascii=False) + "\n" for one in records), "utf-8")
    return read_bench([file])


def test_each_answer_is_an_instruction_word_for_word(tmp_path: Path) -> None:
    read = bench(tmp_path)
    found = list(instructions(read, {"孙悟空": MONKEY}))
    assert [(one["input"], one["output"]) for one in found] == [
        ("翻译：\n  hello\nworld", "你好，\n世界。"),
        ("翻译：\n  hello\nworld", "好。"),
        ("谁？", "孙悟空：俺！（笑）"),
        ("喝酒么？", "\\me 举杯"),
        ("喝酒么？", "喝，【再来】！"),
    ]
    assert "花果山的石猴" in found[0]["instruction"]
    assert "李白" in found[-1]["instruction"]
    assert (len(read.questions), read.answers, read.empty) == (3, 5, 1)


def test_the_log_has_a_chapter_a_role_and_reads_back_as_it_was_written(tmp_path: Path) -> None:
    told = list(entries(bench(tmp_path)))
    text = dump(told)
    assert text == (
        "==== 孙悟空 ====\n"
        "来客：翻译： hello world\n"
        "孙悟空：你好，世界。\n"
        "来客：谁？\n"
        "孙悟空：俺！（笑）\n"
        "==== 李白 ====\n"
        "来客：喝酒么？\n"
        "李白：\\me 举杯\n"
    )
    assert parse(text) == told
    assert sum(one.speaker == "来客" for one in entries(bench(tmp_path), most=None)) == 5


def test_the_answers_of_a_question_share_its_weight(tmp_path: Path) -> None:
    found = list(examples(bench(tmp_path, name="a_test.jsonl"), {"孙悟空": MONKEY}))
    assert [one.weight for one in found] == [0.5, 0.5, 1.0, 0.5, 0.5]
    assert {one.split for one in found} == {"test"}
    assert found[2].prompt.text + found[2].reply == (
        "==== 孙悟空 ====\n{孙悟空：花果山的石猴。}\n孙悟空：俺老孙来也！\n"
        "来客：谁？\n孙悟空：俺！（笑）\n"
    )
    file = tmp_path / "examples.jsonl"
    file.write_text("".join(map(dumped, found)), "utf-8")
    assert read_examples(file) == found


def test_the_answers_of_a_question_lie_side_by_side_as_candidates(tmp_path: Path) -> None:
    found = list(candidates(bench(tmp_path), {}))
    assert [one["candidates"] for one in found] == [
        ["你好，世界。\n", "好。\n"],
        ["俺！（笑）\n"],
        ["\\me 举杯\n", "喝，【再来】！\n"],
    ]


def test_a_character_is_made_of_a_role(tmp_path: Path) -> None:
    records = [
        {
            "role": "李白",
            "question": f"{number}？",
            "generated": [f"{number} {ANSWER}"],
        }
        for number in range(20)
    ]
    files = character_files(bench(tmp_path, [*RECORDS, *records]), {"孙悟空": MONKEY})
    assert files["孙悟空"] == {"name": "孙悟空", "profile": "花果山的石猴。"}
    path = tmp_path / "libai.yaml"
    path.write_text(yaml_text(files["李白"]), "utf-8")
    assert len(read_character(path).voice.splitlines()) == 4


BROKEN = [
    (b"{", "not JSON"),
    (b"[[]]", "a list"),
    ('{"role": "甲"}'.encode("gb18030"), "not UTF-8"),
    (b'{"question": "a", "generated": []}', "role is missing"),
    ('{"role": "甲：乙", "question": "a", "generated": []}'.encode(), "in a name"),
    ('{"role": "甲", "question": " ", "generated": []}'.encode(), "question is empty"),
    ('{"role": "甲", "question": "a", "generated": [1]}'.encode(), "not a list of texts"),
    ('{"role": "甲", "question": "a"}'.encode(), "not a list of texts"),
    (b"", "no question in it"),
]


@pytest.mark.parametrize(("line", "told"), BROKEN, ids=[told for _, told in BROKEN])
def test_a_broken_record_is_told_with_its_line(tmp_path: Path, line: bytes, told: str) -> None:
    file = tmp_path / "a.jsonl"
    file.write_bytes(b"\n" + line)
    with pytest.raises(KnownError) as caught:
        read_bench([file])
    assert told in str(caught.value)
    assert "a.jsonl" in str(caught.value)
    assert len(caught.value.problems) == 1


@pytest.mark.skipif(not BENCH.exists(), reason="RoleBench-zh is not on this machine")
def test_the_counts_equal_those_of_the_source() -> None:
    paths = sorted(BENCH.glob("*.jsonl"))
    records = [json.loads(line) for path in paths for line in path.read_text("utf-8").splitlines()]
    answers = sum(len(one["generated"]) for one in records)
    read = read_bench(paths)
    assert (len(read.questions), read.answers, read.empty) == (len(records), answers, 0)
    assert (len(records), answers) == (9158, 36329)
    assert [one["output"] for one in instructions(read, {})] == [
        text for one in records for text in one["generated"]
    ]
    assert sum(len(one["candidates"]) for one in candidates(read, {})) == answers
    told = list(entries(read))
    assert sum(one.speaker == "来客" for one in told) == len(records)
    assert [one.text for one in told if one.kind == "chapter"] == list(read.roles)
    assert parse(dump(told)) == told
