"""What a terminal sends over a slow line is told as it was meant, however it is cut."""

import pytest
from textual import events

from tui.terminal_keys import Input


def told(*pieces: str | float) -> list[str]:
    """Keys and pastes of what is read; a number is so many seconds in which nothing comes."""
    heard, now, found = Input(), 0.0, []
    for piece in pieces:
        if isinstance(piece, float):
            now += piece
            found += list(heard.silent(now))
        else:
            found += list(heard.feed(piece, now))
    return [
        message.key if isinstance(message, events.Key) else getattr(message, "text", "")
        for message in found
    ]


@pytest.mark.parametrize("cut", range(1, len("\x1b[200~")))
def test_a_paste_whose_mark_comes_in_two_pieces_swallows_nothing(cut: int) -> None:
    mark = "\x1b[200~"
    pause = () if cut < 3 else (0.15,)
    assert told(mark[:cut], *pause, mark[cut:] + "等等，听。", 0.1, 3.0, "好") == [
        "等等，听。",
        "好",
    ]


def test_half_a_mark_that_nothing_follows_gives_the_keys_back() -> None:
    assert told("\x1b[20", 3.0, "a")[-1:] == ["a"]
    assert told("\x1b[20", 3.0, "0~ab", 5.0, "c")[-3:] == ["a", "b", "c"]


def test_escape_is_escape_at_once_and_a_slow_arrow_is_an_arrow() -> None:
    assert told("\x1b", 0.1) == ["escape"]
    assert told("\x1b[", 0.1, "A") == ["up"]
