"""Texts into vectors: what a model of a folder gives, and which folders are refused."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from base.errors import KnownError
from models.embedding import open_embedder
from tests.models.tiny_sentences import SIZE, write_model


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("sentence_transformers")
    return write_model(tmp_path_factory.mktemp("models") / "tiny")


def test_words_that_mean_the_same_are_near_and_others_are_not(folder: Path) -> None:
    embedder = open_embedder(str(folder))
    assert embedder.dimension == SIZE
    rows = embedder.documents(["怕猫", "旧宅"])
    asked = embedder.query("咪")
    assert rows.shape == (2, SIZE) and asked.shape == (SIZE,)
    assert (rows * rows).sum(axis=1) == pytest.approx(1, abs=1e-5)
    near, far = rows @ asked
    assert near > 0.6 > far


def test_a_name_that_is_not_on_this_machine_is_said_without_the_network(tmp_path: Path) -> None:
    with pytest.raises(
        KnownError, match=r"^some/model: it is not on this machine; fetch it with: hf"
    ):
        open_embedder("some/model")
    with pytest.raises(KnownError, match="no such folder"):
        open_embedder(str(tmp_path / "none"))
    with pytest.raises(KnownError, match="neither a folder nor the name of a model"):
        open_embedder("what is this?")


def test_code_of_its_own_and_other_weights_are_refused(tmp_path: Path) -> None:
    bare = tmp_path / "bare"
    bare.mkdir()
    with pytest.raises(KnownError, match=r"no modules\.json in it; expected a sentence-transform"):
        open_embedder(str(bare))
    (bare / "modules.json").write_text('[{"type": "mine.Evil", "path": ""}]', encoding="utf-8")
    (bare / "mine.py").write_text("raise SystemExit('it ran')", encoding="utf-8")
    with pytest.raises(
        KnownError, match=r"mine\.Evil is code that comes with the model; it is not run"
    ):
        open_embedder(str(bare))
    modules = [{"type": "sentence_transformers.models.Transformer", "path": ""}]
    (bare / "modules.json").write_text(json.dumps(modules), encoding="utf-8")
    (bare / "pytorch_model.bin").write_bytes(b"pickle")
    with pytest.raises(KnownError, match="these weights are not safetensors"):
        open_embedder(str(bare))


def test_weights_that_are_torn_are_said_in_one_line(tmp_path: Path) -> None:
    pytest.importorskip("sentence_transformers")
    torn = write_model(tmp_path / "torn")
    weights = torn / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:200])
    with pytest.raises(KnownError, match="torn: ") as refused:
        open_embedder(str(torn))
    assert "\n" not in str(refused.value)


def test_without_the_library_it_says_how_to_install_it(folder: Path) -> None:
    program = f"""
import sys
sys.modules["sentence_transformers"] = None
from models.embedding import open_embedder
from base.errors import KnownError
try:
    open_embedder({str(folder)!r})
except KnownError as error:
    print(error)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stdout.strip().endswith(
        "sentence_transformers is not installed; in the checkout of paotuan, install it with: "
        "pip install '.[embeddings]'"
    ), done.stderr
