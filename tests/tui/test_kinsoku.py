"""Where lines end: no mark that closes begins one, none that opens ends one, nothing is torn."""

from itertools import pairwise

import pytest
import regex
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from tui.paint import NO_STYLE, Run, wrap
from tui.wrapping import NEVER_FIRST, NEVER_LAST, fitted, rows, slices

WHOLE = ("👩‍👩‍👧‍👦", "🏳️‍🌈", "👍🏽", "🇨🇳", "é", "x́", "क्षि", "שלום", "مرحبا")
"""What is one character to a reader, or a word of a right-to-left script."""
WORDS = (*"你我他灯下雨了走吧", "rain", "house ", " ", *"。，！？）】」”…", *"（【「“", "……", "——")
text = st.lists(st.sampled_from((*WHOLE, *WORDS)), max_size=60).map("".join)
widths = st.sampled_from((2, 3, 4, 8, 20, 36, 77))


def lines_of(said: str, width: int) -> list[str]:
    return ["".join(run.text for run in line) for line in wrap([Run(said, NO_STYLE)], width)]


@settings(max_examples=400, deadline=None)
@given(text, widths)
def test_nothing_is_lost_and_no_line_is_wider_than_its_place(said: str, width: int) -> None:
    lines = lines_of(said, width)
    assert "".join(lines).replace(" ", "") == said.replace(" ", "")
    assert all(cell_len(line) <= width for line in lines), lines
    assert rows(said, width) == len(lines)


@settings(max_examples=400, deadline=None)
@given(text, widths)
def test_a_character_is_never_torn_from_the_marks_that_belong_to_it(said: str, width: int) -> None:
    torn = regex.compile(r"^[\p{M}\u200d\ufe0f\U0001f3fb-\U0001f3ff]")
    starts = [start for start, __ in slices(said, width)]
    clusters = {match.start() for match in regex.finditer(r"\X", said)}
    assert all(start in clusters for start in starts)
    assert not any(torn.match(said[start:]) for start in starts if start)


@settings(max_examples=600, deadline=None)
@given(text, st.sampled_from((20, 36, 77)))
def test_no_line_begins_with_what_closes_or_ends_with_what_opens(said: str, width: int) -> None:
    lines = lines_of(said, width)
    for before, after in pairwise(lines):
        marks = [c in NEVER_FIRST or c in NEVER_LAST for c in before.strip()[1:] if c != " "]
        if all(marks):
            continue  # a whole line of marks has to break somewhere
        assert after[0] not in NEVER_FIRST, lines
        assert before.rstrip()[-1:] not in NEVER_LAST, lines


@pytest.mark.parametrize("width", range(8, 41))
def test_a_line_of_play_reads_well_at_every_width(width: int) -> None:
    lines = lines_of("苏晚：你听见了吗？“楼上……有人在走。”（别出声！）【灯灭了。】 〔恐惧〕", width)
    assert not any(line[0] in "。？！”）】〕…" for line in lines[1:]), lines
    assert not any(line[-1] in "“（【〔" for line in lines), lines


def test_a_feeling_stays_in_one_piece_where_a_line_has_room_for_it() -> None:
    for width in range(16, 60):
        lines = lines_of("苏晚：你听见了吗？楼上有人在走动，一步一步的。 〔惊讶〕", width)
        assert any("〔惊讶〕" in line for line in lines), lines


@given(text, st.integers(0, 30))
def test_what_is_cut_fits_and_says_so(said: str, width: int) -> None:
    cut = fitted(said, width)
    assert cell_len(cut) <= max(width, 0) or width == 0
    assert cut == said or cut.endswith("…") or not width
