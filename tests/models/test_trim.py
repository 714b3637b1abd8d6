"""A vocabulary cut to some scripts: fewer rows, and everything else as before."""

import json
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from transformers import AutoModelForCausalLM, AutoTokenizer

from base.errors import KnownError
from models import starter as embedded
from models.backend import Prompt
from models.catalog import embedded_for
from models.entries import LATIN, STARTER, WHOLE
from models.gguf.rewrite import read_whole
from models.llamacpp.backend import LlamaCpp
from models.trim.choice import Cut, Vocabulary, chosen, read_cut
from models.trim.gguf import GgufVocabulary, trim
from models.trim.write import trim_to
from tests.local.conftest import make_llama
from tests.models.conftest import write_gguf, write_lora
from tests.models.test_gguf_folder import made
from tests.models.tiny_gguf import write_model

CHINESE = (
    "【雨下得很大。】\n林默：钥匙在瓷瓶里，“你别动它！”……我数到三。 \\emoji 微怒\n苏晚：\\me 摇头\n"
)
MIXED = "她说 OK，然后把 1d100=42/60 记在 Excel 里，FATE 3.5 版。\n"
ENGLISH = "The rain had not stopped since Tuesday, and Holmes would not say a word about it.\n"
KANA = "鍵は花瓶の中にあります。雨が降っています。\n"


@pytest.fixture(scope="module")
def uncut(starter_file: Path) -> Path:
    """The whole starter."""
    return embedded.path(model=WHOLE)


def test_the_starter_cuts_up_what_it_keeps_as_the_whole_does(
    starter_file: Path, uncut: Path
) -> None:
    with (
        closing(LlamaCpp.open(uncut, context=256)) as whole,
        closing(LlamaCpp.open(starter_file, context=256)) as cut,
        closing(LlamaCpp.open(embedded.path(model=LATIN), context=256)) as latin,
    ):
        for text in (CHINESE, MIXED):
            assert cut.count(text) == whole.count(text)
        assert latin.count(ENGLISH) == whole.count(ENGLISH)
        assert cut.count(KANA) > whole.count(KANA)  # through bytes, and nothing is lost:
        assert cut._tokens.ids([KANA]) != whole._tokens.ids([KANA])
        prompt = Prompt("", CHINESE, "林默：")
        replies = ["那你先把灯关上。\n", "钥匙不在我这里。\n", "雨停了再说。\n"]
        for before, after in zip(
            whole.score(prompt, replies), cut.score(prompt, replies), strict=True
        ):
            # less is normalised over, so no line can become less likely, and hardly any more so
            assert before - 0.02 <= after < before + 1.0


def test_the_starter_is_a_fraction_of_the_whole_and_in_the_same_order(
    starter_file: Path, uncut: Path
) -> None:
    raw, whole = read_whole(starter_file), read_whole(uncut)
    assert starter_file.stat().st_size < 0.45 * uncut.stat().st_size
    mine, theirs = GgufVocabulary.of(raw).names, GgufVocabulary.of(whole).names
    places = {name: place for place, name in enumerate(theirs)}
    assert sorted(mine, key=places.__getitem__) == mine
    assert {name for name in theirs if name.startswith("<0x")} <= set(mine)
    for key in ("bos_token_id", "eos_token_id", "unknown_token_id", "padding_token_id"):
        key = f"tokenizer.ggml.{key}"
        before, after = (int(one.metadata[key].values[0]) for one in (whole, raw))
        assert theirs[before] == mine[after]


def test_the_same_cut_gives_the_same_bytes(uncut: Path, tmp_path: Path) -> None:
    first = trim_to(str(uncut), tmp_path / "one.gguf", read_cut("han,latin:500"))
    again = trim_to(str(uncut), tmp_path / "two.gguf", read_cut("latin:500,han"))
    assert first.path.read_bytes() == again.path.read_bytes()
    assert first.tokens < 32_000 < first.whole


def test_bpe_keeps_what_its_merges_need_and_draws_the_same(tmp_path: Path) -> None:
    pieces = make_llama(tmp_path / "llama") / "tokenizer.json"
    file = write_model(tmp_path / "whole.gguf", made("llama"), pieces)
    done = trim_to(str(file), tmp_path / "cut.gguf", read_cut("han"))
    assert done.tokens < done.whole
    names = set(GgufVocabulary.of(read_whole(done.path)).names)
    for left, right in GgufVocabulary.of(read_whole(done.path)).merges:
        assert {left, right, left + right} <= names
    with (
        closing(LlamaCpp.open(file, context=256)) as whole,
        closing(LlamaCpp.open(done.path, context=256)) as cut,
    ):
        text = "雨下得很大。"
        assert cut.count(text) == whole.count(text)


def test_a_folder_is_cut_with_its_tokenizer_and_its_configuration(tmp_path: Path) -> None:
    folder = make_llama(tmp_path / "llama")
    done = trim_to(str(folder), tmp_path / "cut", read_cut("han"))
    assert done.tokens < done.whole
    whole, cut = (AutoTokenizer.from_pretrained(place) for place in (folder, done.path))
    before, after = (AutoModelForCausalLM.from_pretrained(place) for place in (folder, done.path))
    assert after.config.vocab_size == done.tokens == len(cut)
    text = "雨下得很大。"
    ids, moved = whole(text)["input_ids"], cut(text)["input_ids"]
    assert whole.convert_ids_to_tokens(ids) == cut.convert_ids_to_tokens(moved)
    with torch.no_grad():
        kept = [whole.convert_tokens_to_ids(name) for name in cut.convert_ids_to_tokens(range(9))]
        theirs = before(input_ids=torch.tensor([ids])).logits[0, -1, kept]
        mine = after(input_ids=torch.tensor([moved])).logits[0, -1, :9]
    assert torch.allclose(theirs, mine, atol=1e-5)
    name = json.loads((folder / "config.json").read_text("utf-8")).get("eos_token_id")
    if name is not None:
        assert cut.convert_ids_to_tokens(after.config.eos_token_id) == (
            whole.convert_ids_to_tokens(name)
        )


NAMES = st.text("林默雨aeß ▁，。1かна", min_size=1, max_size=4)


@given(st.lists(NAMES, min_size=1, max_size=40, unique=True), st.integers(0, 8))
def test_what_stays_is_in_order_and_brings_its_parts(names: list[str], limit: int) -> None:
    numbers = {name: token for token, name in enumerate(names)}
    vocabulary = Vocabulary(
        names,
        frozenset({0}),
        lambda token: (numbers[part] for part in names[token] if part in numbers),
    )
    stay = chosen(vocabulary, Cut(("han", "latin"), {"latin": limit}))
    assert list(stay) == sorted(set(stay))
    assert 0 in stay
    kept = {names[token] for token in stay}
    for token in stay:
        assert all(part in kept for part in names[token] if part in numbers)
    assert chosen(vocabulary, Cut(("han", "latin"), {"latin": limit})) == stay
    own = names[0]
    assert not any(set(name) & set("かна") for name in kept if name not in own)


@pytest.mark.parametrize(
    ("spec", "problem"),
    [
        ("", "no script is named"),
        ("signs:5", "no script is named"),
        ("hann", "hann is unknown"),
        ("han:many", "expected a number of tokens"),
        ("han:-1", "expected a number of tokens"),
        ("han:9999999999999", "expected a number of tokens"),
    ],
)
def test_a_cut_that_is_none_is_refused_in_one_line(spec: str, problem: str) -> None:
    with pytest.raises(KnownError, match=problem) as refused:
        read_cut(spec)
    assert "\n" not in str(refused.value)


def _truncated(path: Path, uncut: Path) -> Path:
    with uncut.open("rb") as file:
        path.write_bytes(file.read(3 << 20))
    return path


def test_what_cannot_be_cut_says_why_and_leaves_nothing(uncut: Path, tmp_path: Path) -> None:
    said: dict[str, Any] = {"general.architecture": "bert", "tokenizer.ggml.model": "bert"}
    cases = {
        "cut off or damaged": _truncated(tmp_path / "half.gguf", uncut),
        "only SentencePiece": write_gguf(tmp_path / "bert.gguf", said, {"a": (4,)}),
        "this is an adapter": write_lora(tmp_path / "lora.gguf", "gemma3", 640),
        "no tokenizer.json": make_llama(tmp_path / "bare"),
    }
    (cases["no tokenizer.json"] / "tokenizer.json").unlink()
    for problem, path in cases.items():
        with pytest.raises(KnownError, match=problem) as refused:
            trim_to(str(path), tmp_path / "out", read_cut("han"))
        assert "\n" not in str(refused.value)
        assert not (tmp_path / "out").exists()


def test_a_limit_counts_tokens_of_several_characters(uncut: Path, tmp_path: Path) -> None:
    with (tmp_path / "out.gguf").open("wb") as out:
        tokens, whole = trim(uncut, out, read_cut("latin:10,signs:10"))
    known = GgufVocabulary.of(read_whole(tmp_path / "out.gguf"))
    long = [text for text in known.vocabulary().texts if len(text.strip()) > 1]
    assert tokens == len(known.names) < 6_000 < whole
    assert sum(text.strip().isalpha() for text in long) < 200  # the added ones, and parts of them


def test_a_model_is_not_written_over_itself(uncut: Path) -> None:
    with pytest.raises(KnownError):
        trim_to(str(uncut), uncut, read_cut("han"))
    assert read_whole(uncut).tensors


@pytest.mark.parametrize(
    ("text", "model"),
    [
        (CHINESE, STARTER),
        (MIXED, STARTER),
        (ENGLISH, LATIN),
        (KANA, WHOLE),
        ("Привет, как дела?", WHOLE),
        ("", STARTER),
        ("123 …… 😀", STARTER),
    ],
)
def test_a_scene_gets_the_starter_that_has_its_script(text: str, model: object) -> None:
    assert embedded_for(text)[0] is model
