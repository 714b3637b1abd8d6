"""Candidates in line mode: wrapped by the rules of punctuation on a terminal, whole elsewhere."""

import io
import sys

import pytest

from models.backend import Sampling
from scenes.log import Entry
from scenes.scene import Role
from scenes.table.draws import Candidate
from scenes.table.hand import Hand, Place
from tui.candidates import print_hand

TEXT = "你听见了吗？楼上有人在走动，一步一步的，走到门边就停了。"


class Tty(io.StringIO):
    def isatty(self) -> bool:
        return True


def printed(stream: io.StringIO, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    entry = Entry("speech", TEXT, "苏晚")
    hand = Hand(
        Role("苏晚"), "scripted", Sampling(), [Place(TEXT, Candidate(entry, "stop", 4), over=True)]
    )
    monkeypatch.setattr(sys, "stdout", stream)
    print_hand(hand)
    return stream.getvalue().splitlines()


@pytest.mark.parametrize("columns", range(12, 60))
def test_on_a_terminal_no_row_begins_with_a_closing_mark(
    columns: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    monkeypatch.setenv("TERM", "xterm")
    rows = printed(Tty(), monkeypatch)
    assert "".join(row.strip() for row in rows).removeprefix("\x1b[1m1\x1b[0m  ") == TEXT
    assert all(row.startswith("   ") for row in rows[1:])
    assert not any(row.strip()[0] in "，。？" for row in rows[1:])


def test_elsewhere_a_candidate_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "20")
    assert printed(io.StringIO(), monkeypatch) == [f"1  {TEXT}"]
