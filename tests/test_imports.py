"""What is imported before it is needed: nothing heavy, told by module names in a fresh process."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.import_graph import circles, import_graph

ROOT = Path(__file__).resolve().parents[1]
HEAVY = (
    *("torch", "transformers", "sentence_transformers", "peft", "xllamacpp"),
    *("httpx", "numpy", "huggingface_hub", "safetensors", "pyarrow"),
)
SCREEN = ("textual", "rich", "prompt_toolkit")


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A program that plays keeps its session in folders of the test, not in the person's."""
    for name in ("DATA", "CACHE", "CONFIG"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(tmp_path / name.lower()))


def imported(program: str) -> set[str]:
    """The top modules that a program has imported at its end."""
    tail = "\nimport sys\nprint('\\n', *{name.partition('.')[0] for name in sys.modules})"
    done = subprocess.run(
        [sys.executable, "-c", program + tail],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        stdin=subprocess.DEVNULL,
    )
    return set(done.stdout.splitlines()[-1].split())


@pytest.mark.parametrize(
    "arguments", [["--help"], ["play", "--help"], ["models", "--help"], ["log", "check", "--help"]]
)
def test_help_needs_nothing_heavy(arguments):
    found = imported(f"from tui.__main__ import main; main({arguments!r})")
    assert not found & {*HEAVY, *SCREEN, "pydantic"}


@pytest.mark.parametrize(
    "module",
    [
        *("models", "models.backend", "models.catalog", "models.resolve", "models.starter"),
        *("models.trim.write", "scenes.table.play"),
    ],
)
def test_the_rooms_below_import_neither_weights_nor_a_screen(module):
    assert not imported(f"import {module}") & {*HEAVY, *SCREEN}


def test_a_base_without_vectors_is_asked_without_anything_heavy(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("院长怕猫。", encoding="utf-8")
    program = f"""
from characters.knowledge import read_knowledge
from scenes import injection
from scenes.embedding import embedder
found = read_knowledge(__import__("pathlib").Path({str(tmp_path / "a.md")!r}), embedder)
assert found.bases[0].search("院长")
"""
    assert not imported(program) & {*HEAVY, *SCREEN}


def test_the_screen_opens_without_what_only_models_and_scenes_need():
    assert not imported("import tui.app") & {*HEAVY, "prompt_toolkit", "pydantic"}


def test_the_start_screen_is_painted_without_anything_heavy():
    program = """
import asyncio
from tui.app import PaotuanApp
from tui.model_options import Choice

async def look(pilot):
    await pilot.pause()
    pilot.app.exit()

app = PaotuanApp(None, Choice(model="scripted"))
asyncio.run(app.run_async(headless=True, auto_pilot=look))
"""
    assert not imported(program) & {*HEAVY, "prompt_toolkit"}


def test_the_line_mode_needs_no_textual():
    program = "from tui.__main__ import main; main(['play', 'rain-house', '--model', 'scripted'])"
    assert "textual" not in imported(program)


def test_kitty_keys_are_off_before_textual_is_imported_unless_asked_for():
    program = """
import os, sys
os.environ.pop("TEXTUAL_DISABLE_KITTY_KEY", None)
from tui.run_app import prepare_keys
prepare_keys({asked})
from textual import _xterm_parser, constants
print(os.environ.get("TEXTUAL_DISABLE_KITTY_KEY"), constants.DISABLE_KITTY_KEY,
      _xterm_parser._MAX_SEQUENCE_SEARCH_THRESHOLD)
"""
    for asked, told in ((False, "1 True 32"), (True, "None False 512")):
        done = subprocess.run(
            [sys.executable, "-c", program.format(asked=asked)],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        )
        assert done.stdout.strip() == told


def test_no_module_imports_itself_over_others_not_even_in_a_function():
    assert list(circles(import_graph())) == []


def test_a_circle_is_found_over_any_number_of_modules_and_what_is_beside_it_left_out():
    graph = {
        "a": {"b", "d"},
        "b": {"c"},
        "c": {"a"},
        "d": {"e"},
        "e": {"d"},
        "f": {"a"},
        "g": set(),
    }
    assert set(circles(graph)) == {frozenset("abc"), frozenset("de")}
