"""Journals that an earlier program has written open, with all that they hold."""

import shutil
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from scenes.table.hands import hands_after
from scenes.table.play import Play

BEFORE_HANDS = Path(__file__).parents[1] / "fixtures" / "before-hands.jsonl"
"""Said, drawn twice into one hand, picked, edited, taken back and gone to, by a program that knew
neither moves nor hands of a turn."""


@pytest.fixture
def old(tmp_path: Path) -> Iterator[Play]:
    path = tmp_path / BEFORE_HANDS.name
    shutil.copyfile(BEFORE_HANDS, path)
    with closing(Play.resume(path)) as play:
        yield play


def test_a_journal_from_before_opens_where_it_stood_without_a_word(old: Play) -> None:
    session = old.session
    assert (session.head, len(session.turns), len(session.draws)) == (2, 10, 3)
    assert not old.notices and not old.journal.notices
    assert session.turns[8].entry.text == "我改主意"


def test_its_turns_own_the_hands_that_were_drawn_for_them(old: Play) -> None:
    (grown,) = hands_after(old, 3)
    assert (len(grown.complete), grown.picked) == (10, {6})
    assert [(len(hand.complete), hand.picked) for hand in hands_after(old, 6)] == [
        (5, {1}),
        (5, set()),
    ]


def test_what_was_done_in_it_is_taken_back_and_done_again(old: Play) -> None:
    session, there = old.session, old.session.head
    while session.can_undo:
        session.undo()
    assert session.head == 2
    while session.can_redo:
        session.redo()
    assert session.head == there
