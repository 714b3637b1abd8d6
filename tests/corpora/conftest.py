"""A teacher for one test, and the program in this process."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.corpora.teachers import NOVEL, Say, Teacher
from tests.tui.conftest import home, run

__all__ = ["home", "run"]

Start = Callable[[Say], Teacher]


@pytest.fixture
def teach() -> Iterator[Start]:
    """Starts a teacher."""
    running = []

    def start(say: Say) -> Teacher:
        running.append(Teacher(say))
        return running[-1]

    yield start
    for one in running:
        one.stop()


@pytest.fixture
def novel(tmp_path: Path) -> Path:
    path = tmp_path / "雨夜.txt"
    path.write_text(NOVEL, "utf-8")
    return path
