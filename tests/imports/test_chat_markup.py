"""What a front end writes for itself in a chat is no turn; the message as it came is kept."""

import json
from pathlib import Path

import pytest

from scenes.files.chats import import_chat
from scenes.files.exports import export
from scenes.table.play import Play

CASE = Path(__file__).resolve().parents[2].parent / "shared" / "cases" / "chats"
HEADER = {"user_name": "小顾", "character_name": "雪原"}


def read(path: Path, folder: Path):
    report = import_chat(path, folder)
    play = Play.resume(folder / f"{report.session}.jsonl")
    play.close()
    return play.session, report


def test_thinking_variables_and_status_are_no_turns_and_are_counted(tmp_path):
    story = "<content>\n守卫拦住了你。\n“站住。”\n</content>"
    texts = [
        f"<thinking>\n守卫：盘问\n</thinking>\n{story}\n<StatusPlaceHolderImpl/>",
        "“放行。”<UpdateVariable>\n_.set('a', 1);\n</UpdateVariable>",
        "```json\n{}\n```",
    ]
    values = [HEADER, *({"name": "雪原", "is_user": False, "mes": text} for text in texts)]
    path = tmp_path / "a.jsonl"
    path.write_text("\n".join(json.dumps(one) for one in values), "utf-8")
    session, report = read(path, tmp_path / "sessions")
    assert [entry.line for entry in session.entries if entry.kind != "comment"] == [
        "【守卫拦住了你。】",
        "雪原：站住。",
        "雪原：放行。",
    ]
    assert {role.name for role in session.scene.cast} == {"雪原", "小顾"}
    assert report.dropped == {
        "thinking": 1,
        "placeholders": 1,
        "blocks of variables": 1,
        "blocks of code": 1,
    }
    assert report.became["tags around words"] == 1
    back = [json.loads(line) for line in export("sillytavern", session, None, 4096)]
    assert [one["mes"] for one in back[1:]] == texts


@pytest.mark.skipif(not CASE.is_dir(), reason="needs the folder `shared` beside the checkout")
def test_the_case_comes_in_as_it_was_read(tmp_path):
    session, __ = read(CASE / "chat-thinking-mvu.jsonl", tmp_path / "sessions")
    assert [entry.line for entry in session.entries if entry.kind != "comment"] == [
        "【雪停了。】",
        "雪原：要进城吗？",
        "小顾：进城。",
        "【城门下，守卫拦住了你。】",
        "雪原：站住。",
        "小顾：我找人。",
        "雪原：他说的“江湖规矩”我懂。",
        "雪原：…",
    ]
