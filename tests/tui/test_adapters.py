"""Adapters on the command line: a scene's own, by name, with llama.cpp and with PyTorch."""

from contextlib import closing
from pathlib import Path

import pytest

from models.backend import Prompt, Sampling

pytest.importorskip("gguf", reason="needs the extra `train`")
pytest.importorskip("xllamacpp", reason="needs the extra `starter`")

SCENE = """
title: t
play_as: 甲
model: {adapter: voice}
cast:
  甲:
  乙:
"""


@pytest.fixture
def table(home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A tiny base as a folder and as a GGUF, a LoRA `voice` on it, and a scene that names it."""
    from models.local.loading import open_checkpoint
    from tests.local.tiny_models import make_llama
    from tests.models.tiny_gguf import tuned, write_model

    monkeypatch.chdir(home)
    folder = make_llama(home / "base")
    model = open_checkpoint(folder, device="cpu").model
    write_model(home / "base.gguf", model, folder / "tokenizer.json")
    tuned(model, home / "adapters" / "voice", folder)
    (home / "s.yaml").write_text(SCENE, encoding="utf-8")
    return home


def notices(model: str, adapter: str = "voice") -> list[str]:
    from scenes.scene_loader import load_scene
    from tui.model_options import Choice, open_model

    with closing(open_model(Choice(model=model), load_scene(Path("s.yaml")))) as backend:
        sampling = Sampling(n=1, max_tokens=2)
        assert list(backend.generate(Prompt("", "", "乙："), sampling, adapter))
        return backend.notices


def test_a_scene_s_adapter_plays_with_pytorch_and_converted_with_llama_cpp(run, table):
    assert notices("base") == []
    [told] = notices("base.gguf")
    assert told.startswith("adapter voice is left out: adapters/voice: there is no GGUF in it")
    made = Path("adapters/voice/voice.gguf")
    shown = run("models", "convert", "adapters/voice", made, "--to", "gguf-lora")
    assert (shown.status, shown.out.strip()) == (0, str(made))
    assert "14 layers of a llama LoRA for" in shown.err
    assert notices("base.gguf") == []


def test_what_is_trained_on_a_gguf_plays_on_that_gguf(run, table):
    from models.gguf.header import read_header
    from tests.train.made import examples, written

    written(table / "table.jsonl", examples(chapters=2, lines=3, held_out=1))
    (table / "recipe.yaml").write_text(
        "base: base.gguf\nexamples: table.jsonl\nout: adapters/trained\nmax_steps: 2\n"
        "device: cpu\n",
        encoding="utf-8",
    )
    shown = run("train", "recipe.yaml")
    assert shown.status == 0, shown.err
    made = Path("adapters/trained/trained.gguf")
    shown = run("models", "convert", "adapters/trained", made, "--to", "gguf-lora")
    assert shown.status == 0, shown.err
    assert read_header(made).metadata["general.base_model.0.name"] == "base.gguf"
    (table / "s.yaml").write_text(SCENE.replace("voice", "trained"), encoding="utf-8")
    assert notices("base.gguf", "trained") == []


def test_an_adapter_that_is_given_must_fit(run, table):
    (table / "empty").mkdir()
    shown = run(
        "draw", "--for", "乙", "--scene", "s.yaml", "--model", "base.gguf",
        "--adapter", "voice=empty", stdin="甲：在吗？\n",
    )  # fmt: skip
    assert shown.status == 1
    assert "empty: there is no GGUF in it" in shown.err
    assert shown.err.count("\n") == 1
    shown = run("models", "convert", "empty", "out.gguf", "--to", "gguf-lora")
    assert shown.status == 2
    assert "empty/adapter_config.json" in shown.err
    assert not Path("out.gguf").exists()


def test_a_gguf_is_written_as_a_folder_that_plays(run, table):
    shown = run("models", "convert", "base.gguf", "folder", "--to", "hf", "--dtype", "float32")
    assert (shown.status, shown.out.strip()) == (0, "folder")
    assert shown.err.strip() == "LlamaForCausalLM in float32"
    assert notices("folder") == []
    for wrong, said in (
        (("base.gguf", "folder", "--to", "hf"), "folder: exists already"),
        (("adapters/voice", "o", "--to", "hf"), "adapters/voice: an adapter"),
        (("base.gguf", "o", "--to", "hf", "--base", "x"), "--base is for --to gguf-lora"),
        (("base.gguf", "o", "--to", "hf", "--keep-quantised"), "--keep-quantised is for"),
        (("base.gguf", "o", "--to", "hf", "--dtype", "int8"), "no dtype int8"),
    ):
        shown = run("models", "convert", *wrong)
        assert shown.status == 2
        assert said in shown.err
        assert not Path("o").exists()
