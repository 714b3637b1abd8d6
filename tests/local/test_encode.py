"""Prompts as ids: what stands around them, and that longer ones begin with shorter ones."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from base.errors import KnownError
from models.backend import Prompt
from models.chatglm.prompts import encode_continuation
from models.chatglm.tokenizer import TOKENIZERS
from models.encode import Encoder, segments
from models.local.loading import open_checkpoint
from tests.local.tiny_models import LINES, PROMPT

SHARED = Path(__file__).resolve().parents[2] / ".." / "shared"
KINDS = ("v1", "v2", "v3", "llama")
TEXT = st.text(st.sampled_from("你好雨夜：:，。 ab1\t【】\\me"), max_size=12)
LINE = st.one_of(st.sampled_from(LINES), TEXT)


@pytest.fixture(scope="module")
def encoders(folders: dict[str, Path]) -> dict[str, Encoder]:
    made = {}
    for kind in KINDS:
        opened = open_checkpoint(folders[kind], device="cpu")
        made[kind] = Encoder(opened.tokenizer, opened.markup)
    made["v1 causal"] = Encoder(made["v1"].tokenizer, "glm1", causal_history=True)
    return made


def special(encoder: Encoder, name: str) -> int:
    found: int = encoder.tokenizer.special_id(name)
    return found


def test_each_model_has_its_own_marks(encoders: dict[str, Encoder]) -> None:
    v1, v3, llama = encoders["v1"], encoders["v3"], encoders["llama"]
    assert v1.encode(PROMPT)[-2:] == [special(v1, "[gMASK]"), special(v1, "<sop>")]
    assert v3.encode(PROMPT)[:2] == [special(v3, "[gMASK]"), special(v3, "sop")]
    assert llama.encode(PROMPT)[0] == llama.tokenizer.bos_token_id
    assert llama.tokenizer.decode(llama.encode(PROMPT)[1:]) == PROMPT.text


def test_with_causal_history_only_the_stable_part_is_context(encoders: dict[str, Encoder]) -> None:
    encoder = encoders["v1 causal"]
    ids = encoder.encode(PROMPT)
    sop = ids.index(special(encoder, "<sop>"))
    assert "退役军医" in encoder.tokenizer.decode(ids[:sop])
    assert "旧宅的门" in encoder.tokenizer.decode(ids[sop:])


def test_causal_history_is_refused_for_causal_models(encoders: dict[str, Encoder]) -> None:
    with pytest.raises(KnownError, match="reads its history so anyway"):
        Encoder(encoders["v3"].tokenizer, "glm2", causal_history=True)


def test_a_literal_end_token_in_a_log_is_text(encoders: dict[str, Encoder]) -> None:
    for kind, literal in (("v1", "<eop>"), ("v3", "</s>"), ("llama", "<eos>")):
        encoder = encoders[kind]
        ids = encoder.encode(Prompt("", f"苏晚：{literal}完了\n", "林默："))
        assert encoder.tokenizer.eos_token_id not in ids


@pytest.mark.parametrize("kind", [*KINDS, "v1 causal"])
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(lines=st.lists(LINE, max_size=4), cue=st.sampled_from(["林默：", "【", ""]), reply=LINE)
def test_a_pair_begins_with_its_prompt(
    encoders: dict[str, Encoder], kind: str, lines: list[str], cue: str, reply: str
) -> None:
    encoder = encoders[kind]
    prompt = Prompt("雨夜\n", "".join(f"{line}\n" for line in lines), cue)
    ids = encoder.encode(prompt)
    pair, targets = encoder.encode_pair(prompt, f"{reply}\n")
    assert pair[: len(ids)] == ids
    assert len(targets) == len(pair)
    assert all(targets[len(ids) :])
    assert sum(targets[: len(ids)]) == (kind == "v1")
    assert pair[-1] == encoder.tokenizer.eos_token_id


@pytest.mark.parametrize("kind", [*KINDS, "v1 causal"])
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(lines=st.lists(LINE, max_size=4), more=st.lists(LINE.filter(bool), min_size=1, max_size=3))
def test_ids_of_a_longer_history_begin_with_those_of_the_shorter(
    encoders: dict[str, Encoder], kind: str, lines: list[str], more: list[str]
) -> None:
    encoder = encoders[kind]
    history = "".join(f"{line}\n" for line in lines)
    short = text_ids(encoder, Prompt("雨夜\n", history, ""))
    longer = text_ids(
        encoder, Prompt("雨夜\n", history + "".join(f"{x}\n" for x in more), "苏晚：")
    )
    assert longer[: len(short)] == short


def text_ids(encoder: Encoder, prompt: Prompt) -> list[int]:
    """Ids without the marks that ChatGLM-6B has behind its context."""
    ids = encoder.encode(prompt)
    return ids[:-2] if encoder.markup == "glm1" and not encoder.causal_history else ids


@pytest.mark.parametrize("kind", KINDS)
def test_ids_spell_the_text(encoders: dict[str, Encoder], kind: str) -> None:
    encoder = encoders[kind]
    text = "\n".join(LINES[:4]) + "\n诗曰：\n\n苏晚：走吧\n"
    written = encoder.tokenizer.decode(text_ids(encoder, Prompt("", text, "")))
    assert half_width(text) in half_width(written)


def half_width(text: str) -> str:
    """ChatGLM-6B's vocabulary turns these marks half-width."""
    return text.translate(str.maketrans("：，？", ":,?"))


@given(st.text(st.sampled_from("ab：\n "), max_size=20))
def test_segments_join_to_the_text(text: str) -> None:
    assert "".join(segments(text)) == text


def test_a_text_has_as_many_tokens_as_it_is_encoded_to(encoders: dict[str, Encoder]) -> None:
    for kind in KINDS:
        encoder = encoders[kind]
        marks: Any = encoder.encode(Prompt("", "", ""))
        assert encoder.count(PROMPT.text) == len(encoder.encode(PROMPT)) - len(marks)
    assert encoders["v1"].count("") == 0


@pytest.mark.parametrize(("version", "file"), [(1, "ice_text.model"), (3, "tokenizer.model")])
def test_real_vocabularies_spell_a_log_as_the_official_encoding_does(
    version: int, file: str
) -> None:
    vocabulary = SHARED / "fixtures" / "chatglm" / "vocab" / file
    if not vocabulary.is_file():
        pytest.skip(f"{vocabulary} is not there")
    tokenizer = TOKENIZERS[version](str(vocabulary))
    encoder = Encoder(tokenizer, "glm1" if version == 1 else "glm2")
    text = "\n".join(LINES) + "\n\n诗曰：\n\n    苏晚：（这是 怎么……）\\me 走 \\emoji 困惑\n林默："
    ours, official = encoder.encode(Prompt("", text, "")), encode_continuation(tokenizer, text)
    assert tokenizer.decode(ours) == tokenizer.decode(official)
    assert len(ours) <= 1.1 * len(official)
