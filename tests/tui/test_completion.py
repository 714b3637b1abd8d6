"""What the shell completes, and that it costs no more than a list."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from scenes.table.play import Play
from tests.test_imports import HEAVY, SCREEN, imported
from tests.tui.tables import house

ROOT = Path(__file__).resolve().parents[2]


def completed(line: str, home: Path) -> list[str]:
    """What bash would offer at the end of a line."""
    words = line.split()
    place = len(words) - (not line.endswith(" "))
    done = subprocess.run(
        [sys.executable, "-m", "tui"],
        cwd=ROOT,
        env={
            **os.environ,
            "_PAOTUAN_COMPLETE": "complete_bash",
            "COMP_WORDS": line,
            "COMP_CWORD": str(place),
        },
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.split()


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("paotuan play rain", "rain-house"),
        ("paotuan play rain-house --as ", "林默"),
        ("paotuan draw --scene rain-house --for ", "苏晚"),
        ("paotuan play --model qwen3-4", "qwen3-4b"),
        ("paotuan play --model ", "scripted"),
        ("paotuan scenes show last", "last-train"),
        ("paotuan characters show su", "suwan"),
        ("paotuan locate ", "sessions"),
        ("paotuan --lang ", "zh_CN"),
        ("paotuan play --lang ", "en"),
        ("paotuan settings sampling.", "sampling.n"),
        ("paotuan sessions export --to mark", "markdown"),
        ("paotuan mod", "models"),
    ],
)
def test_names_are_completed(home: Path, line: str, offered: str) -> None:
    assert offered in completed(line, home)


@pytest.mark.parametrize("line", ["paotuan play --resume ", "paotuan sessions show "])
def test_sessions_are_completed(home: Path, line: str) -> None:
    play = Play.start(house(), "林默")
    play.say("我来了。")
    name = play.journal.path.stem
    play.close()
    assert name in completed(line, home)


@pytest.mark.parametrize("line", ["paotuan play ", "paotuan play rain-house --as "])
def test_completion_imports_nothing_heavy(line: str) -> None:
    program = f"""
import os
os.environ["_PAOTUAN_COMPLETE"] = "complete_bash"
os.environ["COMP_WORDS"] = {line!r}
os.environ["COMP_CWORD"] = str(len({line!r}.split()))
from tui.__main__ import main
main([])
print()
"""
    assert not imported(program) & {*HEAVY, *SCREEN, "pydantic"}
