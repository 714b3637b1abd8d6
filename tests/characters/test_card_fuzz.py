"""A slice of `tests/fuzz/cards.py`; the whole of it is a command."""

from tests.fuzz.cards import fuzz


def test_mutated_cards_are_read_or_refused_and_nothing_else():
    said: list[str] = []
    outcomes = fuzz(7_000_000, 1_500, said.append)
    assert said == []
    assert outcomes["read"] > 300 and outcomes["refused"] > 300
