"""The program starts in a folder whose own `models` and `scenes` are somebody else's."""

import os
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SCRIPTS = Path(sysconfig.get_path("scripts"))
SCRIPT, TORCHRUN = SCRIPTS / "paotuan", SCRIPTS / "torchrun"
LAUNCHERS = {
    "script": [SCRIPT],
    "python -m": [sys.executable, "-m", "tui"],
    "torchrun": [TORCHRUN, "--nproc-per-node", "1", "--no-python", SCRIPT],
}


@pytest.mark.parametrize("launcher", LAUNCHERS)
def test_a_project_with_models_of_its_own_is_no_hindrance(tmp_path: Path, launcher: str) -> None:
    command = LAUNCHERS[launcher]
    if not all(part.exists() for part in command if isinstance(part, Path)):
        pytest.skip(f"{launcher} is not installed")
    for room in ("models", "scenes", "characters"):
        (tmp_path / room).mkdir()
        (tmp_path / room / "__init__.py").write_text("raise SystemExit('a stranger')\n")
    done = subprocess.run(
        [*command, "train", "--new"],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    assert "base: starter" in done.stdout


def test_a_folder_that_is_gone_is_no_traceback(tmp_path: Path) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    program = f"import os, sys; os.chdir({str(gone)!r}); os.rmdir({str(gone)!r})\n"
    program += "from tui.__main__ import main; sys.exit(main(['scenes', 'list']))"
    done = subprocess.run(
        [sys.executable, "-c", program],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert "Traceback" not in done.stderr
