"""How much of what is held out is looked at: a small part of a run, whatever is held out."""

from models.train.looks import looks_of, rows_of_look


def test_looks_are_counted_with_the_first_and_the_last() -> None:
    assert looks_of(100, 25) == 5
    assert looks_of(30, 50) == 2
    assert looks_of(101, 25) == 6


def test_all_looks_together_cost_about_a_tenth_of_the_run() -> None:
    rows = [range(400)] * 5000
    steps, tokens_of_step, every = 200, 1000, 25
    count = rows_of_look(rows, steps, tokens_of_step, every)
    read = looks_of(steps, every) * count * 400
    assert 0.07 < read / 3 / (steps * tokens_of_step) <= 0.1


def test_a_look_has_a_few_rows_at_least_and_no_more_than_there_are() -> None:
    assert rows_of_look([range(2000)] * 100, 2, 500, 50) == 8
    assert rows_of_look([range(20)] * 5, 1000, 2000, 50) == 5
    assert rows_of_look([], 10, 10, 5) == 0
