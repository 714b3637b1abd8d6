"""Where quotations open and end, and which of them a seed draws."""

import pytest

from tests.corpora.sample import length_at, openings, sampled


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("他说：“走。”她不说。", ["“走。”"]),
        ("「他說『走』。」她走了。", ["「他說『走』。」"]),
        ('他说："走。"她说"不"字。', ['"走。"']),
        ("“第一段。\n\n“第二段。”", ["“第一段。", "“第二段。”"]),
        ("　　“断在\n句中。”他说。\n　　“没有合上\n　　下一段", ["“断在\n句中。”", "“没有合上"]),
        ("‘I’ll go,’ she said, ‘to John’s house.’", ["‘I’ll go,’", "‘to John’s house.’"]),
        ('"Go," he said. "It is 7" long."', ['"Go,"', '"It is 7"']),
        ("It was John’s.", []),
    ],
)
def test_a_quotation_reaches_from_its_mark_to_the_closing_one(text, said):
    assert [text[at : at + length_at(text, at)] for at in openings(text)] == said


def test_a_seed_draws_the_same_marks_of_a_part_of_the_text():
    text = "“一。”" * 100
    drawn = sampled(text, 7, 10, 0.5, 1.0)
    assert drawn == sampled(text, 7, 10, 0.5, 1.0) == sorted(set(drawn))
    assert len(drawn) == 10
    assert min(drawn) >= len(text) / 2
    assert drawn != sampled(text, 8, 10, 0.5, 1.0)
