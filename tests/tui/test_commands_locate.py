"""`paotuan locate` prints where the person's files lie."""

from pathlib import Path

import pytest


@pytest.mark.parametrize(
    ("place", "folder"),
    [
        ("config", "config/paotuan"),
        ("data", "data/paotuan"),
        ("sessions", "data/paotuan/sessions"),
        ("cache", "cache/paotuan"),
        ("log", "state/paotuan/log"),
    ],
)
def test_a_place_is_the_folder_that_the_program_uses(run, home: Path, place, folder) -> None:
    done = run("locate", place)
    assert (done.status, done.out) == (0, f"{home / folder}\n")


def test_an_unknown_place_is_answered_with_the_nearest(run) -> None:
    done = run("locate", "sesions")
    assert done.status == 2
    assert "did you mean sessions?" in done.err
