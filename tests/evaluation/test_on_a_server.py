"""`paotuan eval` of a model behind a server: the figures that it has in process."""

import json
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from models.llamacpp.backend import LlamaCpp
from models.local.loading import open_checkpoint
from tests.models.test_server_scoring import likely
from tests.models.tiny_gguf import write_model
from tests.tui.conftest import Ran, home, run

__all__ = ["home", "likely", "run"]

Run = Callable[..., Ran]
FACTS = """
role: 林默
asker: 苏晚
profile: 退役军医，谨慎，话少。
knowledge: notes.md
facts:
  - {ask: 你做过什么？, answer: 军医, others: [画师, 船夫]}
"""


@pytest.fixture
def served(base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[LlamaCpp]:
    model = open_checkpoint(base, device="cpu").model
    file = write_model(tmp_path / "tiny.gguf", model, base / "tokenizer.json")
    with closing(LlamaCpp.open(file, context=1024)) as backend:
        monkeypatch.setenv("PAOTUAN_API_KEY", backend.address[1])
        yield backend


def test_a_model_behind_a_server_is_measured_as_in_process(
    run: Run, served: LlamaCpp, on: Path, tmp_path: Path
) -> None:
    figures = []
    for model in (served.address[0], tmp_path / "tiny.gguf"):
        said = run("eval", model, "--on", on, "--draws", 0, "--against", "none", "--json")
        assert said.status == 0, said.err
        figures.append(json.loads(said.out)["models"][0]["figures"])
    assert figures[0]["lines"] == figures[1]["lines"] == 9
    for figure in ("perplexity", "speaker_accuracy"):
        assert figures[0][figure] == pytest.approx(figures[1][figure], rel=0.02)


def test_a_server_is_asked_what_it_knows(run: Run, served: LlamaCpp, home: Path) -> None:
    (home / "facts.yaml").write_text(FACTS, encoding="utf-8")
    (home / "notes.md").write_text("林默做过军医。\n", encoding="utf-8")
    asked = ("--model", served.address[0], "-n", 0, "--json")
    said = run("eval", "knowledge", home / "facts.yaml", *asked)
    assert said.status == 0, said.err
    assert all(one < 0 for one in json.loads(said.out)["facts"][0]["plain"]["logprobs"])


def test_a_server_that_cannot_score_is_said_in_a_line(run: Run, likely, home: Path) -> None:
    (home / "facts.yaml").write_text(FACTS, encoding="utf-8")
    (home / "notes.md").write_text("林默做过军医。\n", encoding="utf-8")
    likely.owner = "library"
    said = run("eval", "knowledge", home / "facts.yaml", "--model", likely.address, "-n", 0)
    assert said.status == 1
    [line] = said.err.splitlines()
    assert "tiny: it cannot tell how likely a text is; GGUF files" in line
