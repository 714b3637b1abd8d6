"""The wheel that people install holds all that the program reads at run time, and nothing else."""

import subprocess
import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).parents[1]


def test_the_wheel_ships_every_package_scene_character_and_style(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", tmp_path]
    built = subprocess.run([*command, ROOT], capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stdout + built.stderr
    (wheel,) = tmp_path.glob("*.whl")
    held = set(zipfile.ZipFile(wheel).namelist())
    kept = [
        path.relative_to(ROOT).as_posix()
        for package in ("tui", "scenes", "characters", "models", "base")
        for path in (ROOT / package).rglob("*")
        if path.suffix in (".py", ".yaml", ".tcss", ".txt", ".md", ".json")
    ]
    assert len(kept) > 100
    assert not set(kept) - held
    top = {name.partition("/")[0] for name in held}
    assert {name for name in top if not name.endswith(".dist-info")} == {
        "tui",
        "scenes",
        "characters",
        "models",
    }
