"""Commands in processes of their own: what Ray Data keeps of one cluster outlives it."""

import subprocess
import sys

import pytest

from tests.tui.conftest import Ran, Run


@pytest.fixture
def run() -> Run:
    """Run one command as the shell would."""

    def ran(*arguments: object) -> Ran:
        command = [sys.executable, "-m", "tui", *map(str, arguments)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        return Ran(done.returncode, done.stdout, done.stderr)

    return ran
