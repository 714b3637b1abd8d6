from itertools import pairwise

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
