"""Marked chapters become plain text and labels; what ships is what they make."""

import json

import pytest

from tests.corpora.labelling import MARK, labelled, made

CHAPTER = "⟦林=林默|小林⟧\n⟦苏=苏晚⟧\n\n{}\n林默、苏晚和小林\n"


def quotations(body):
    text, labels = labelled("x", CHAPTER.format(body))
    return [(text[r["at"] : r["at"] + r["length"]], r["speaker"], r.get("why")) for r in labels]


def test_a_mark_becomes_a_label_and_leaves_the_text():
    chapter = labelled("x", CHAPTER.format("“走，”⟦林⟧他说，“现在。”⟦林⟧\n\n“嗯。”⟦苏⟧"))
    assert chapter.text == "“走，”他说，“现在。”\n\n“嗯。”\n林默、苏晚和小林\n"
    assert chapter.labels[0] == {"novel": "x", "at": 0, "length": 4, "speaker": "林默|小林"}
    assert [row["at"] for row in chapter.labels] == [0, 7, 14]


def test_nested_marks_belong_to_the_quotation_around_them():
    assert quotations("「他說『不去』。」⟦苏⟧") == [("「他說『不去』。」", "苏晚", None)]


def test_a_dash_opens_a_turn_only_at_the_start_of_a_paragraph():
    assert quotations("他走了——很远。\n——去哪儿？⟦林⟧他问。\n　　——不知道。⟦苏⟧") == [
        ("——去哪儿？", "林默|小林", None),
        ("——不知道。", "苏晚", None),
    ]


def test_a_quotation_that_goes_on_in_the_next_paragraph_is_two():
    assert quotations("“第一段。⟦林⟧\n“第二段。”⟦林⟧") == [
        ("“第一段。", "林默|小林", None),
        ("“第二段。”", "林默|小林", None),
    ]


def test_what_nobody_says_has_a_reason():
    assert quotations("门上写着“内有恶犬”⟦-writing⟧。") == [("“内有恶犬”", "", "writing")]


@pytest.mark.parametrize(
    ("body", "what"),
    [
        ("“甲。”⟦林⟧ “乙。”", "no mark behind '“乙。”"),
        ("“甲。” “乙。”⟦林⟧", "2 quotations"),
        ("无话。⟦林⟧", "0 quotations"),
        ("“甲。”他说。⟦林⟧", "not behind a quotation"),
        ("“甲。”⟦王⟧", "'王' is not among its people"),
        ("“甲。”⟦-whim⟧", "'-whim' is not among its people"),
    ],
)
def test_a_slip_of_the_marker_is_told(body, what):
    with pytest.raises(ValueError, match=what):
        quotations(body)


def test_a_name_that_the_text_does_not_have_is_a_slip():
    with pytest.raises(ValueError, match="does not have: 林默"):
        labelled("x", "⟦林=林默⟧\n\n“走。”⟦林⟧")


def test_the_chapters_and_labels_that_ship_are_what_the_marked_ones_make():
    for path, text in made().items():
        assert path.read_text("utf-8") == text, f"{path}: run tests/corpora/labelling.py"
        assert not MARK.search(text)


def test_each_part_has_its_chapters_and_at_least_150_quotations():
    parts = [
        [json.loads(line) for line in text.splitlines()]
        for path, text in made().items()
        if path.suffix == ".jsonl"
    ]
    assert len(parts) == 3
    assert all(len(rows) >= 150 for rows in parts)
    assert not {row["novel"] for row in parts[0]} & {row["novel"] for row in parts[1]}
