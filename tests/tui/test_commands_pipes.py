"""A named pipe that nobody writes into is told in one line or passed over, and never waited for."""

import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from base.errors import KnownError
from models.train.alike import fingerprints
from models.train.data import read_examples
from models.train.pairs import read_pairs
from tests.imports.table_logs import NAMED
from tests.train.made import examples, written
from tests.tui.conftest import Run

pytestmark = pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")

PATIENCE = 60
"""Seconds that one command may take on a busy machine."""
NOVEL = "“你好。”李白说。\n“走吧。”杜甫说道。\n"
LOG = "==== 一 ====\n乙：在吗？\n甲：在。\n==== 二 ====\n乙：走吗？\n甲：走。\n"
EXAMPLES = ("corpus", "examples", "--for", "甲", "--model", "scripted", "-o", "out.jsonl")
ALONE = (
    (*EXAMPLES, "pipe.txt"),
    (*EXAMPLES, "log.txt", "--test-logs", "pipe.txt"),
    (*EXAMPLES, "log.txt", "--mix", "pipe.jsonl"),
    ("corpus", "quotes", "pipe.txt"),
    ("corpus", "rolebench", "pipe.jsonl"),
    ("characters", "export", "suwan", "--to", "card.png", "--image", "pipe.png"),
    ("characters", "export", "suwan", "--to", "card.charx", "--image", "pipe.png"),
    ("models", "trim", "starter", "out.gguf", "--words", "pipe.txt"),
    ("train", "pipe.txt", "--for", "甲"),
    ("train", "pipe.yaml"),
    ("eval", "scripted", "--on", "pipe.jsonl"),
    ("eval", "scripted", "--on", "table.jsonl", "--picks", "pipe.jsonl"),
    ("eval", "scripted", "--rolebench", "pipe.jsonl"),
)
AMONG = {
    ("corpus", "quotes"): ("novel.txt", "pipe.txt"),
    ("log", "import"): ("table.txt", "pipe.txt"),
    ("corpus", "examples", "--for", "甲", "--model", "scripted"): ("log.txt", "pipe.txt"),
    ("eval", "scripted", "--split", "all", "--draws", "0"): (
        *("--on", "table.jsonl"),
        *("--on", "pipe.jsonl"),
    ),
}


@pytest.fixture
def there(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder of files and pipes, and a clock that ends whatever waits for one."""
    folder = home / "work"
    folder.mkdir()
    monkeypatch.chdir(folder)
    for suffix in ("txt", "yaml", "jsonl", "png"):
        os.mkfifo(folder / f"pipe.{suffix}")
    (folder / "log.txt").write_text(LOG, "utf-8")
    (folder / "novel.txt").write_text(NOVEL, "utf-8")
    (folder / "table.txt").write_text(NAMED, "utf-8")
    written(folder / "table.jsonl", examples())

    def stop(number: int, frame: object) -> None:
        raise AssertionError("a pipe is waited for")

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, PATIENCE, PATIENCE)
    yield folder
    signal.setitimer(signal.ITIMER_REAL, 0)
    signal.signal(signal.SIGALRM, before)


@pytest.mark.parametrize("typed", ALONE, ids=" ".join)
def test_a_pipe_is_refused_in_one_line(run: Run, there: Path, typed: tuple[str, ...]) -> None:
    ran = run(*typed)
    (told,) = [line for line in ran.err.splitlines() if line.startswith("paotuan: ")]
    assert ran.status == 2 and "pipe." in told


@pytest.mark.parametrize("typed", AMONG, ids=" ".join)
def test_a_pipe_among_many_inputs_fails_alone(
    run: Run, there: Path, typed: tuple[str, ...]
) -> None:
    (there / "made").mkdir()
    for __ in range(2):  # what an earlier run has done is told by the bytes of its inputs
        ran = run(*typed, *AMONG[typed], "-o", "made")
        assert ran.status == 1
        assert "2 inputs, 1 failed" in ran.err, ran.err
        assert [line for line in ran.err.splitlines() if "pipe." in line], ran.err


def test_a_pipe_in_the_folder_of_characters_is_no_card(run: Run, there: Path) -> None:
    (there / "characters").mkdir()
    os.mkfifo(there / "characters" / "pipe.png")
    ran = run("characters", "list")
    assert ran.status == 0 and "pipe" not in ran.out


@pytest.mark.parametrize("read", [read_examples, read_pairs])
def test_a_pipe_that_a_recipe_names_is_no_data(there: Path, read: Callable[[Path], object]) -> None:
    with pytest.raises(KnownError, match=r"pipe\.jsonl: not a file"):
        read(there / "pipe.jsonl")


def test_a_pipe_beside_weights_is_none_of_them(there: Path) -> None:
    (there / "model.safetensors").write_bytes(b"weights")
    os.mkfifo(there / "tokenizer.json")
    assert fingerprints(there).keys() == {"model.safetensors"}
