"""A teacher that vLLM runs in process, with no server: `make test-vllm` installs it."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.corpora.teachers import NOVEL
from tests.vllm.conftest import HERE, MEMORY

ROOT = HERE.parents[1]


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The starter with a chat template, which it has not of its own."""
    folder = os.environ.get("PAOTUAN_VLLM_MODEL")
    if not folder or not os.environ.get("PAOTUAN_VLLM"):
        pytest.skip("a real vLLM is heavy: make test-vllm installs and starts one")
    made = tmp_path_factory.mktemp("vllm") / "starter"
    shutil.copytree(folder, made)
    shutil.copy(HERE / "template.jinja", made / "chat_template.jinja")
    return made


def paotuan(home: Path, *words: object) -> subprocess.CompletedProcess[str]:
    folders = {f"XDG_{name}_HOME": str(home / name) for name in ("DATA", "CONFIG", "STATE")}
    ours = {"PYTHONPATH": str(ROOT), "PAOTUAN_LANG": "en", **folders, **MEMORY}
    command = [os.environ["PAOTUAN_VLLM"], "-m", "tui", *map(str, words)]
    return subprocess.run(
        command, capture_output=True, text=True, env=os.environ | ours, cwd=home, timeout=1800
    )


def test_books_are_distilled_by_vllm_in_process(model: Path, tmp_path: Path) -> None:
    books = [tmp_path / "一.txt", tmp_path / "二.txt"]
    for path in books:
        path.write_text(NOVEL, "utf-8")
    teacher = f"vllm:{model}?context=2048"
    command = ("corpus", "interview", *books, "-o", tmp_path / "talks", "--teacher", teacher)
    ran = paotuan(tmp_path, *command, "-j", 4)
    assert "2 inputs" in ran.stderr, ran.stderr
    answers = [
        json.loads(line)
        for path in (tmp_path / "talks").glob("*.journal")
        for line in path.read_text("utf-8").splitlines()
    ]
    told = [one for one in answers if one.get("tokens")]
    assert len(told) >= 4
    assert all(one["value"] and not one["failed"] for one in told), told


def test_a_folder_without_a_model_is_one_line(model: Path, tmp_path: Path) -> None:
    book = tmp_path / "一.txt"
    book.write_text(NOVEL, "utf-8")
    words = ("corpus", "distill", book, "-o", tmp_path / "log.txt", "--teacher", f"vllm:{tmp_path}")
    ran = paotuan(tmp_path, *words)
    assert ran.returncode == 2
    assert ran.stderr.count("\n") == 1 and "no model lies there" in ran.stderr
