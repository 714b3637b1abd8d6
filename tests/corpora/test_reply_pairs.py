"""Pairs for preference training from what the corpus knows of good and bad replies."""

import json
from pathlib import Path

from tests.corpora.reply_pairs import pairs


def test_each_bad_reply_is_rejected_for_what_was_said_and_for_each_good_one(tmp_path: Path) -> None:
    said = "是谁？ \\emoji 惊讶"
    (tmp_path / "001-a.log.txt").write_text(f"==== 夜 ====\n林默：{said}\n苏晚：我。\n", "utf-8")
    rows = [
        {
            "line": 2,
            "speaker": "林默",
            "good": ["别出声。"],
            "bad": [{"reply": "是", "why": "stub"}],
        },
        {"line": 3, "speaker": "苏晚", "good": ["没人。"]},
    ]
    text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    (tmp_path / "001-a.replies.jsonl").write_text(text, "utf-8")
    prompt = {"stable": "", "history": "==== 夜 ====\n", "cue": "林默："}
    example = {**prompt, "reply": f"{said}\n", "speaker": "林默", "source": "001-a.log.txt"}
    file = tmp_path / "examples.jsonl"
    file.write_text(
        "".join(json.dumps({**example, "split": one}) + "\n" for one in ("test", "train")), "utf-8"
    )
    assert list(pairs(file, tmp_path)) == [
        {**prompt, "chosen": said, "rejected": "是"},
        {**prompt, "chosen": "别出声。", "rejected": "是"},
    ]
