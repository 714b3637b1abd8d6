import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.stop_strings import StopScanner

TEXTS = st.text("ab\n【：夏娜", max_size=30)
STOPS = st.lists(st.text("ab\n【：夏娜", min_size=1, max_size=3), max_size=4)


@given(TEXTS, STOPS, st.lists(st.integers(0, 30)))
def test_the_text_ends_at_the_first_stop_however_it_is_cut(
    text: str, stops: list[str], cuts: list[int]
) -> None:
    edges = [0, *sorted(min(cut, len(text)) for cut in cuts), len(text)]
    pieces = [text[a:b] for a, b in pairwise(edges)]
    scanner = StopScanner(stops)
    shown = "".join(scanner.push(piece) for piece in pieces) + scanner.flush()
    assert text.startswith(shown)
    assert not any(stop in shown for stop in stops)
    if not any(stop in text for stop in stops):
        assert shown == text
    else:
        assert scanner.stopped


@given(TEXTS, STOPS)
def test_what_is_held_back_may_still_become_a_stop(text: str, stops: list[str]) -> None:
    scanner = StopScanner(stops)
    shown = "".join(map(scanner.push, text))
    if not scanner.stopped and (held := text[len(shown) :]):
        assert any(stop.startswith(held) for stop in stops)


def test_a_name_is_held_until_its_colon_decides() -> None:
    scanner = StopScanner(["林默："])
    assert scanner.push("走吧。林") == "走吧。"
    assert scanner.push("默") == ""
    assert scanner.push("，快") == "林默，快"
    assert scanner.push("林默") == ""
    assert scanner.push("：好") == ""
    assert scanner.stopped
    assert scanner.push("再说") == ""


def test_no_stops_hold_nothing_back() -> None:
    scanner = StopScanner(["", ""])
    assert scanner.push("任何\n文字") == "任何\n文字"


@given(st.text("安静。 走”（林默苏晚：", max_size=24), st.lists(st.integers(0, 24)))
def test_a_cue_ends_a_line_only_where_one_may_begin(text: str, cuts: list[int]) -> None:
    edges = [0, *sorted(min(cut, len(text)) for cut in cuts), len(text)]
    scanner = StopScanner(["\n"], ["林默：", "安："])
    shown = "".join(scanner.push(text[a:b]) for a, b in pairwise(edges)) + scanner.flush()
    begun = re.search("(?:^|(?<=[。”\\s]))(?:林默：|安：)", text)
    assert shown == (text[: begun.start()] if begun else text)
    assert scanner.stopped == bool(begun)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("我昨天问林默：“你去哪？”他不肯说。", "我昨天问林默：“你去哪？”他不肯说。"),
        ("替我转告安：明天不用开门。", "替我转告安：明天不用开门。"),
        ("一路平安：这是我唯一的心愿。", "一路平安：这是我唯一的心愿。"),
        ("我走到窗边。林默：那我们走吧。", "我走到窗边。"),
        ("“走。”林默：那我们走吧。", "“走。”"),
        ("I asked 林默：where", "I asked "),
        ("林默：那我们走吧。", ""),
    ],
)
def test_a_name_inside_a_sentence_is_a_part_of_it(text: str, shown: str) -> None:
    scanner = StopScanner(["\n"], ["林默：", "安："])
    assert "".join(map(scanner.push, text)) + scanner.flush() == shown


def test_what_a_person_began_stands_in_front_of_a_cue() -> None:
    scanner = StopScanner([], ["林默："], before="我昨天问")
    assert scanner.push("林默：你去哪？") == "林默：你去哪？"
