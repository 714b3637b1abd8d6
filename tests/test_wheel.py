"""The wheel that people install holds what the program reads at run time, and plays from it."""

import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
HERE = f"{sys.version_info.major}.{sys.version_info.minor}"
PYTHONS = ("3.11", "3.12", "3.13", "3.14")
"""Those that the classifiers name."""
LINK = re.compile(r"\]\((?!https?:)([^)#]+)")
PACKAGES = ("tui", "scenes", "characters", "models", "base")
NO_NETWORK = ("NewConnectionError", "NameResolutionError", "ConnectTimeoutError")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("built")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder]
    built = subprocess.run([*command, ROOT], capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stdout + built.stderr
    (made,) = folder.glob("*.whl")
    return made


def test_the_wheel_ships_every_package_scene_character_and_style(wheel: Path) -> None:
    held = set(zipfile.ZipFile(wheel).namelist())
    kept = [
        path.relative_to(ROOT).as_posix()
        for package in PACKAGES
        for path in (ROOT / package).rglob("*")
        if path.suffix in (".py", ".yaml", ".tcss", ".txt", ".md", ".json", ".mo", ".gguf", ".log")
        or path.name == "NOTICE"
    ]
    assert len(kept) > 100
    assert not set(kept) - held
    top = {name.partition("/")[0] for name in held}
    assert {name for name in top if not name.endswith(".dist-info")} == set(PACKAGES)


def test_the_wheel_tells_of_both_its_licences(wheel: Path) -> None:
    archive = zipfile.ZipFile(wheel)
    (metadata,) = (name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
    lines = archive.read(metadata).decode().splitlines()
    assert "License-Expression: Apache-2.0 AND LicenseRef-Gemma" in lines
    files = [line.partition(": ")[2] for line in lines if line.startswith("License-File: ")]
    assert {Path(file).name for file in files} == {"LICENSE", "NOTICE", "GEMMA_TERMS.md"}


def test_the_sdist_holds_all_that_the_readmes_name(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "build", "--sdist", "--no-isolation", "--outdir", tmp_path]
    built = subprocess.run([*command, ROOT], capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stdout + built.stderr
    (made,) = tmp_path.glob("*.tar.gz")
    with tarfile.open(made) as archive:
        held = {name.partition("/")[2] for name in archive.getnames()}
    for readme in ("README.md", "README.zh-CN.md"):
        links = LINK.findall((ROOT / readme).read_text("utf-8"))
        assert links and not {link.rstrip("/") for link in links} - held
    assert {"Makefile", "constraints.txt", "CHANGELOG.md", "CONTRIBUTING.md"} <= held


@pytest.mark.slow
@pytest.mark.parametrize(
    ("version", "pinned"),
    [(HERE, True), (HERE, False), *((version, False) for version in PYTHONS if version != HERE)],
)
def test_a_fresh_install_of_the_wheel_plays_a_turn(
    wheel: Path, tmp_path: Path, version: str, pinned: bool
) -> None:
    python = fresh_venv(tmp_path / "venv", interpreter(version))
    install(python, f"paotuan[starter] @ {wheel.as_uri()}", pinned)
    played = play(python.with_name("paotuan"), tmp_path / "home")
    assert played.returncode == 0, played.stderr
    (journal,) = (tmp_path / "home").rglob("*.jsonl")
    opened, said, drawn, picked = map(json.loads, journal.read_text("utf-8").splitlines())
    assert Path(opened["scene"]["path"]).is_relative_to(tmp_path / "venv")
    assert said["turns"][0]["entry"]["text"] == "进去看看。"
    assert (drawn["event"], drawn["model"]) == ("draw", "starter") and drawn["candidates"]
    assert picked["turns"][0]["by"] == "model"
    assert "Warning" not in played.stderr and "Traceback" not in played.stderr


def interpreter(version: str) -> str:
    """A Python of that version, on the path or among those of pyenv; skips where there is none."""
    if version == HERE:
        return sys.executable
    pyenv = Path(os.environ.get("PYENV_ROOT", "~/.pyenv")).expanduser()
    inside = sorted(pyenv.glob(f"versions/{version}*/bin/python{version}"))
    for each in filter(None, [shutil.which(f"python{version}"), *inside]):
        if subprocess.run([each, "--version"], capture_output=True, check=False).returncode == 0:
            return str(each)
    pytest.skip(f"no Python {version} here")


def fresh_venv(folder: Path, python: str) -> Path:
    """Its Python."""
    subprocess.run([python, "-m", "venv", "--without-pip", folder], check=True)
    return folder / ("Scripts" if os.name == "nt" else "bin") / "python"


def install(python: Path, what: str, pinned: bool) -> None:
    """Install with the committed versions, or with what the ranges allow today."""
    versions = ["--constraint", str(ROOT / "constraints.txt")] if pinned else []
    pip = [sys.executable, "-m", "pip", "--python", python]
    command = [*pip, "install", "--quiet", "--no-compile", *versions, what]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    if any(sign in done.stderr for sign in NO_NETWORK):
        pytest.skip("the package index cannot be reached")
    assert done.returncode == 0, done.stderr


def play(program: Path, home: Path) -> subprocess.CompletedProcess[str]:
    """One turn of a bundled scene with the starter model, in a folder far from this checkout."""
    home.mkdir()
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    folders = {f"XDG_{name}_HOME": str(home / name.lower()) for name in ("DATA", "CACHE", "CONFIG")}
    return subprocess.run(
        [program, "play", "rain-house", "--seed", "1"],
        cwd=home,
        env=kept | folders | {"HOME": str(home)},
        input="进去看看。\n1\n",
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )
