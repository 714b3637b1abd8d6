"""Files of questions and answers, in every form that people have, as examples of one voice."""

import json
from pathlib import Path
from typing import Any

import pytest

from base.errors import KnownError
from scenes.data.conversations.reader import read_conversations

ASKED, ANSWERED = "你是怎么认识赫敏的？", "在去学校的火车上。\n她帮我找到了魔杖。"
TOGETHER = "在去学校的火车上。她帮我找到了魔杖。"
SHARE = [{"from": "human", "value": ASKED}, {"from": "gpt", "value": ANSWERED}]
CHAT = [{"role": "user", "content": ASKED}, {"role": "assistant", "content": ANSWERED}]
FORMS: dict[str, dict[str, Any]] = {
    "alpaca": {"instruction": ASKED, "input": "", "output": ANSWERED},
    "camelbell": {"Instruction": ASKED, "input": "", "output": ANSWERED},
    "prompt": {"prompt": ASKED, "response": ANSWERED, "history": []},
    "adgen": {"content": ASKED, "summary": ANSWERED},
    "sharegpt": {"conversations": SHARE},
    "messages": {"messages": CHAT},
    "ours": {"instruction": "以哈利的身份回答。", "input": ASKED, "output": ANSWERED},
    "rolebench": {"role": "哈利", "question": ASKED, "generated": [ANSWERED]},
    "interview": {"respondent": "哈利", "ask": ASKED, "answer": ANSWERED},
}


def written(path: Path, records: list[Any], as_lines: bool) -> Path:
    if as_lines:
        path.write_text("".join(json.dumps(r, ensure_ascii=False) + "\n" for r in records), "utf-8")
    else:
        path.write_text(json.dumps(records, ensure_ascii=False, indent=1), "utf-8")
    return path


@pytest.mark.parametrize("as_lines", [True, False], ids=["lines", "array"])
@pytest.mark.parametrize("form", FORMS)
def test_every_form_is_read_as_a_question_and_an_answer_by_whom_is_asked_for(
    form: str, as_lines: bool, tmp_path: Path
) -> None:
    file = written(tmp_path / "file.json", [FORMS[form]] * 2, as_lines)
    read = read_conversations(file, ["哈利"])
    assert len(read.dialogues) == 2
    question, answer = read.dialogues[0].entries
    assert (question.text, answer.speaker, answer.text) == (ASKED, "哈利", TOGETHER)
    assert read.dialogues[0].known == 1


def test_an_object_around_the_records_and_one_over_several_lines_are_read_too(
    tmp_path: Path,
) -> None:
    file = tmp_path / "file.json"
    file.write_text(json.dumps({"version": "1", "data": [FORMS["alpaca"]] * 3}), "utf-8")
    assert len(read_conversations(file, ["哈利"]).dialogues) == 3
    file.write_text(json.dumps(FORMS["alpaca"], indent=2), "utf-8")
    assert len(read_conversations(file, ["哈利"]).dialogues) == 1


def test_distilled_items_are_one_log_in_which_nobody_known_is_narrated(tmp_path: Path) -> None:
    items = [
        {"info": "雨下了一夜", "src_id": 0},
        {"char": "林默", "say": "谁？", "expression": "惊讶", "src_id": 0},
        {"char": "林默", "act": "起身", "src_id": 0},
        {"char": "苏晚", "think": "是他。", "src_id": 0},
        {"char": "unknown", "say": "站住！", "src_id": 0},
    ]
    read = read_conversations(written(tmp_path / "items.json", items, False))
    lines = [entry.line for entry in read.dialogues[0].entries]
    assert lines == [
        "【雨下了一夜】",
        r"林默：谁？ \emoji 惊讶",
        r"林默：\me 起身",
        "苏晚：（是他。）",
        "【“站住！”】",
    ]


def test_who_speaks_in_context_and_chat_is_told_as_in_a_novel(tmp_path: Path) -> None:
    pairs = [
        {"context": "曹仁回城中，与众商议。曹洪曰：", "chat": "“目今失了彝陵，势已危急。”"},
        {"context": "孔明笑曰：", "chat": "“亮自有计。”"},
    ]
    read = read_conversations(written(tmp_path / "pairs.jsonl", pairs, True))
    lines = [entry.line for one in read.dialogues for entry in one.entries]
    assert lines == [
        "【曹仁回城中，与众商议。】",
        "曹洪：目今失了彝陵，势已危急。",
        "孔明：亮自有计。",
    ]


def test_a_prompt_that_is_a_log_with_a_cue_keeps_its_lines_and_its_speaker(tmp_path: Path) -> None:
    record = {"prompt": "【雨】\n林默：谁在那里？\n苏晚：", "response": "是我。"}
    read = read_conversations(written(tmp_path / "seq.jsonl", [record], True))
    assert [entry.line for entry in read.dialogues[0].entries] == [
        "【雨】",
        "林默：谁在那里？",
        "苏晚：是我。",
    ]


def test_only_the_last_answer_is_learned_behind_a_history(tmp_path: Path) -> None:
    record = {**FORMS["alpaca"], "history": [["你好", "你好啊"]]}
    (dialogue,) = read_conversations(
        written(tmp_path / "h.json", [record], False), ["哈利"]
    ).dialogues
    assert (len(dialogue.entries), dialogue.known) == (4, 3)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('[{"instruction": "问", "output": "答"}]', "instruction, input, output"),
        ('{"chosen": "a", "rejected": "b", "prompt": "c"}\n', "pairs="),
        ('{"instruction": "问", "instances": []}\n', "corpus questions"),
        ('{"cue": "a：", "history": "", "reply": "b", "stable": ""}\n', "examples="),
        ('{"words": 1}\n', "words"),
        ('[{"instruction": "问", "output": "答"}', "file.json:1"),
        ("[]", "file.json"),
        ("[1, 2]", "file.json:1"),
        ('{"instruction": "问", "output": 3}\n', "output"),
        ('{"conversations": "x"}\n', "conversations"),
        ('{"prompt": "问", "response": "答", "history": 5}\n', "history"),
    ],
)
def test_what_cannot_be_learned_from_is_refused_with_what_it_was_taken_for(
    text: str, words: str, tmp_path: Path
) -> None:
    file = tmp_path / "file.json"
    file.write_text(text, "utf-8")
    names = ["哈利"] if "history" in text or text.endswith("}") else []
    with pytest.raises(KnownError) as refused:
        read_conversations(file, names)
    assert words in str(refused.value)
    assert "\n" not in str(refused.value)


def test_halves_of_characters_and_control_characters_are_never_written_on(tmp_path: Path) -> None:
    file = tmp_path / "file.json"
    file.write_text(r'[{"instruction": "\ud83d问\u0007", "output": "答\udc00\u001b[31m"}]', "utf-8")
    question, answer = read_conversations(file, ["哈利"]).dialogues[0].entries
    assert (question.text, answer.text) == ("?问", "答?[31m")
