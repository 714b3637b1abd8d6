"""Help pages fit where a Chinese character takes two cells."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.help_format import cells, wrap

TEXTS = st.text(alphabet="ab c，。（）「汉字词元-", max_size=120)


@given(TEXTS, st.integers(12, 60))
def test_no_line_is_wider_than_asked_and_nothing_is_lost(text: str, width: int) -> None:
    lines = wrap(text, width)
    assert "".join("".join(lines).split()) == "".join(text.split())
    for line in lines:
        if "，" not in line and "（" not in line and " " in line.strip():
            assert cells(line) <= width or max(map(cells, line.split())) > width - 2


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        (
            "演一个场景：说你的台词，选别人的回答。",
            14,
            ["演一个场景：说", "你的台词，选别", "人的回答。"],
        ),
        ("two words here", 9, ["two words", "here"]),
        ("默认是 starter（内置）", 14, ["默认是 starter", "（内置）"]),
    ],
)
def test_lines_break_where_a_reader_expects_it(text: str, width: int, lines: list[str]) -> None:
    assert wrap(text, width) == lines


@pytest.mark.parametrize("width", [80, 120])
def test_every_line_of_a_chinese_help_fits(run, monkeypatch, width: int) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    for command in ((), ("play",), ("eval", "model"), ("corpus", "examples")):
        shown = run(*command, "--help", "--lang", "zh")
        page = shown.out.partition("例子：")[0]
        assert max(map(cells, page.splitlines())) <= width
