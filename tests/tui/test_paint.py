"""What is said, wrapped to the width of the table."""

import random

import pytest
from rich.cells import cell_len

from scenes.log import Entry
from tui.paint import NO_STYLE, height, runs_of, wrap

LETTERS = "ab ，。「」你好x\u0301（…"


@pytest.mark.parametrize("width", [2, 3, 5, 11, 40])
def test_no_line_is_wider_than_its_place_and_no_letter_is_lost(width: int) -> None:
    chance = random.Random(width)
    for _ in range(400):
        text = "".join(chance.choices(LETTERS, k=chance.randrange(60)))
        entry = Entry("speech", text, "安")
        runs = runs_of(entry, lambda _: NO_STYLE, NO_STYLE)
        lines = ["".join(run.text for run in line) for line in wrap(runs, width)]
        assert "".join(lines).replace(" ", "") == f"安：{text}".replace(" ", "")
        assert all(cell_len(line) <= width for line in lines), lines
        assert height(entry, width) == len(lines)
