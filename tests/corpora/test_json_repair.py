"""What a teacher's answer is taken for, however it is written."""

import time

import pytest

from scenes.data.teacher.json_repair import repaired_json

WHOLE = '{"items": [{"kind": "say", "text": "好"}, {"kind": "info", "text": "雨"}]}'
ITEMS = {"items": [{"kind": "say", "text": "好"}, {"kind": "info", "text": "雨"}]}


@pytest.mark.parametrize(
    "text",
    [
        WHOLE,
        f"好的：\n```json\n{WHOLE}\n```\n希望有帮助。",
        WHOLE.replace("}]", "},]"),
        WHOLE[:-2],
        WHOLE[:-2] + ', {"kind": "say", "sp',
        WHOLE[:-2] + ', {"kind": "say", "text": "半句',
        WHOLE.replace('"', "'"),
        WHOLE.replace('}, {"kind', '} {"kind'),
    ],
)
def test_the_items_that_are_whole_are_read(text: str) -> None:
    assert repaired_json(text) == ITEMS


def test_quotes_inside_a_text_are_a_part_of_it() -> None:
    assert repaired_json('{"text": "他说"好"就走了"}') == {"text": '他说"好"就走了'}
    assert repaired_json('{"text": "一行\n两行"}') == {"text": "一行\n两行"}


@pytest.mark.parametrize("text", ["", "我不能回答。", '{"items": [{"kind": "say"', "[" * 100_000])
def test_what_holds_no_whole_item_is_nothing(text: str) -> None:
    assert repaired_json(text) is None


def test_the_longest_answer_takes_seconds_at_most() -> None:
    began = time.monotonic()
    for text in ('{"a":' * 52_000 + "}", '{"a' * 80_000 + "}", "[1," * 80_000 + "]"):
        repaired_json(text)
    assert time.monotonic() - began < 60
