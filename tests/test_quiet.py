"""What libraries tell developers never reaches a player; `--debug` lets it through."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("torch", reason="needs the extra `local`")

from models.local.loading import open_checkpoint
from tests.chatglm.made_up import make_prefix
from tests.chatglm.tokenizer_made_up import make_playable
from tests.local.tiny_models import LINES, make_llama, tiny_llama
from tests.models import tiny_gguf, tiny_sentences
from tests.train.made import examples, written, written_pairs

ROOT = Path(__file__).parents[1]
LOG = "苏晚：你确定是这里？\n林默：先进去再说。\n"
OURS = ("2 steps, ", "held out: ", "step ", "held-out loss", "paotuan: no candidate of ")
"""A model made up at random may draw no line in form."""
LOUD = """
import logging, sys, warnings

def speak():
    warnings.simplefilter("always")  # as libraries do on import
    warnings.warn("an old name", FutureWarning)
    library = logging.getLogger("library")
    library.addHandler(logging.StreamHandler())
    library.setLevel(logging.DEBUG)
    library.error("a new name")
"""


def ran(program: str, folder: Path) -> subprocess.CompletedProcess[str]:
    folders = {f"XDG_{name}_HOME": str(folder / name) for name in ("DATA", "CACHE", "CONFIG")}
    return subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env=os.environ | folders | {"OMP_NUM_THREADS": "1", "HF_HUB_OFFLINE": "1"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


def commands(*lines: list[str | Path]) -> str:
    """A program that runs these commands one after another in one process."""
    words = [[str(word) for word in line] for line in lines]
    each = f"for line in {words!r}: assert main(line) in (0, 1), line"
    return f"from tui.commandline import main\n{each}\n"


@pytest.mark.parametrize(("debug", "heard"), [((), False), (("--debug",), True)])
def test_a_library_is_heard_with_debug_alone(
    tmp_path: Path, debug: tuple[str, ...], heard: bool
) -> None:
    program = f"{LOUD}{commands([*debug, 'scenes', 'list'])}\nspeak()"
    done = ran(program, tmp_path)
    assert done.returncode == 0, done.stderr
    for word in ("an old name", "a new name"):
        assert (word in done.stderr) is heard


def test_models_of_every_backend_draw_and_learn_and_print_nothing_but_our_lines(
    tmp_path: Path,
) -> None:
    """All in one process, since what takes the time is to import the libraries."""
    pytest.importorskip("bitsandbytes")
    llama, file = made_llama(tmp_path)
    glm = make_playable(tmp_path / "glm", 1, LINES * 20)
    prefix = make_prefix(tmp_path / "prefix", glm, 4, False)
    sentences = tiny_sentences.write_model(tmp_path / "sentences")
    log = tmp_path / "log.txt"
    log.write_text(LOG, encoding="utf-8")
    voiced = tmp_path / "voiced.yaml"
    voiced.write_text("title: 夜\ncast: {苏晚: {adapter: voice}, 林默: {}}\n", encoding="utf-8")
    draw: list[str | Path] = ["draw", log, "--for", "苏晚", "-n", "2", "--max-tokens", "4"]
    methods = ("lora", "qlora", "prefix", "pairs")
    program = commands(
        [*draw, "--model", "scripted"],
        [*draw, "--model", file],
        *(["train", recipe(tmp_path, llama, method)] for method in methods),
        [*draw, "--scene", voiced, "--model", llama, "--adapter", f"voice={tmp_path / 'lora'}"],
        [*draw, "--model", llama, "--quantization", "int8"],
        [*draw, "--model", llama, "--quantization", "int4"],
        [*draw, "--scene", voiced, "--model", glm, "--adapter", f"voice={prefix}"],
    )
    asked = f"open_embedder({str(sentences)!r}, device='cpu').query('旧宅建于光绪年间')"
    done = ran(f"{program}from models.embedding import open_embedder\n{asked}", tmp_path)
    assert done.returncode == 0, done.stderr
    assert [line for line in done.stderr.splitlines() if not line.startswith(OURS)] == []


def made_llama(folder: Path) -> tuple[Path, Path]:
    """A Llama whose widths are whole blocks of NF4, and the same as GGUF."""
    llama = make_llama(folder / "llama")
    vocabulary = open_checkpoint(llama, device="cpu").model.config.vocab_size
    model = tiny_llama(vocabulary, hidden_size=64, intermediate_size=128)
    model.save_pretrained(llama)
    file = tiny_gguf.write_model(folder / "llama.gguf", model, llama / "tokenizer.json")
    return llama, file


def recipe(folder: Path, base: Path, method: str) -> Path:
    """Two steps on a few examples, or on pairs."""
    if method == "pairs":
        data = f"pairs: {written_pairs(folder / 'pairs.jsonl', 12)}"
    else:
        rows = written(folder / "rows.jsonl", examples(chapters=3, lines=3, held_out=1))
        data = f"examples: {rows}\nmethod: {method}"
    out = f"out: {folder / method}\nmax_steps: 2\ndevice: cpu\nnum_virtual_tokens: 4\nr: 4\n"
    file = folder / f"{method}.yaml"
    file.write_text(f"base: {base}\n{data}\n{out}", encoding="utf-8")
    return file
