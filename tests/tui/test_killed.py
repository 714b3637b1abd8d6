"""Programs that are killed: nothing said is lost, and nothing is left behind."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TIMES = 100


def test_of_a_hundred_killed_programs_nothing_is_lost_and_nothing_left_behind() -> None:
    if not hasattr(subprocess.os, "fork"):  # type: ignore[attr-defined]
        pytest.skip("the program that starts and kills them forks")
    done = subprocess.run(
        [sys.executable, "-m", "tests.tui.killed", str(TIMES)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > TIMES // 2, "most were killed before their end"
