"""Files as earlier systems published them, by the names of the page: small ones, made up."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

SLOTS = "like_person: [苏晚, 顾三]\nplace: [渡口, 药铺]\n"
ENTRY = "【词条】 夏娜\n夏娜看守灯塔，爱吃柚子糕。\n"
TALK = "1\n00:00:01,000 --> 00:00:03,000\n大家好，我是博恩。\n"


def write_seeds(folder: Path, words: Callable[[int], str]) -> None:
    """Items, a log, interviews, pairs, templates, answers, an entry and subtitles."""
    numbers = range(1, 41)
    items = [
        {"char": ("夏娜", "林默")[n % 2], "say": f"{words(n)}。", "src_id": n} for n in numbers
    ]
    asked = [{"respondent": "夏娜", "ask": f"{words(n)}？", "answer": words(-n)} for n in numbers]
    answers = [{"Instruction": f"{words(n)}？", "input": "", "output": words(-n)} for n in numbers]
    pairs = [{"context": f"{words(n)}。孔明曰：", "chat": f"“{words(-n)}。”"} for n in numbers]
    task = {"instruction": "", "instances": [{"input": "你怎么认识[like_person]？", "output": ""}]}
    place = {"instruction": "说说。", "instances": [{"input": "你去过[place]吗？", "output": ""}]}
    for name, records in {
        "items_first_4000.json": items,
        "interviews_first_500.json": asked,
        "answers_300.json": answers,
    }.items():
        (folder / name).write_text(json.dumps(records, ensure_ascii=False), encoding="utf-8")
    _lines(folder / "sanguo_qa.jsonl", pairs)
    _lines(
        folder / "seed_tasks.jsonl",
        [{"id": f"seed_task_{n}", "name": f"t{n}", **one} for n, one in enumerate((task, place))],
    )
    log = "".join(f"{one['char']}：({one['say']})\n" for one in items)
    (folder / "log_first_4000.txt").write_text(log, encoding="utf-8")
    (folder / "slots_flat.yaml").write_text(SLOTS, encoding="utf-8")
    (folder / "citiao.txt").write_text(ENTRY, encoding="utf-8")
    (folder / "talk.srt").write_text(TALK, encoding="utf-8")


def _lines(path: Path, records: list[dict[str, Any]]) -> None:
    text = "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records)
    path.write_text(text, encoding="utf-8")
