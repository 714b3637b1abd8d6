"""The ChatGLM tokenizers against the expected values of the real vocabularies."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from models.chatglm.prompts import (
    chat_input_v3,
    clean_reply,
    clean_reply_v1,
    encode_continuation,
    encode_conversation,
    encode_pair,
)
from models.chatglm.tokenizer import load_tokenizer
from models.chatglm.tokenizer_version import VOCABULARY_FILES

SHARED = Path(__file__).resolve().parents[2] / ".." / "shared" / "fixtures" / "chatglm"
VERSIONS = [1, 2, 3]

pytestmark = pytest.mark.skipif(
    not (SHARED / "tokenizer" / "cases.json").is_file(),
    reason="the ChatGLM vocabularies and expected values are not beside the checkout",
)


def expected(name: str) -> Any:
    path = SHARED / "tokenizer" / name
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else []


def cases(name: str, key: str | None = None) -> list[Any]:
    values = expected(name)
    return list(values[key] if key and values else values)


@pytest.fixture(scope="module")
def tokenizers(tmp_path_factory: pytest.TempPathFactory) -> dict[int, Any]:
    loaded = {}
    for version in VERSIONS:
        folder = tmp_path_factory.mktemp(f"v{version}")
        shutil.copy(SHARED / f"v{version}" / "base" / "config.json", folder)
        shutil.copy(SHARED / "vocab" / VOCABULARY_FILES[version], folder)
        loaded[version] = load_tokenizer(folder)
    return loaded


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("case", cases("cases.json", "cases"), ids=lambda c: repr(c["text"])[:24])
def test_ids_pieces_and_decoded_text_are_the_official_ones(
    tokenizers: dict[int, Any], version: int, case: dict[str, Any]
) -> None:
    tokenizer, text, want = tokenizers[version], case["text"], case[f"v{version}"]
    assert tokenizer.encode(text, add_special_tokens=False) == want["ids"]
    assert tokenizer.encode(text) == want["ids_special"]
    assert tokenizer.tokenize(text) == want["tokens"]
    assert tokenizer.decode(want["ids"]) == want["decoded"]
    assert tokenizer.decode(want["ids_special"]) == want["decoded_special"]
    skipped = tokenizer.decode(want["ids_special"], skip_special_tokens=True)
    assert skipped == want["decoded_skip_special"]


@pytest.mark.parametrize("version", VERSIONS)
def test_the_vocabularies_have_the_official_sizes(tokenizers: dict[int, Any], version: int) -> None:
    info = expected("cases.json")["info"][f"v{version}"]
    assert tokenizers[version].vocab_size == info["class_vocab_size"]
    assert tokenizers[version].sp_model.get_piece_size() == info["sp_vocab"]


def test_version_1_names_the_official_special_tokens(tokenizers: dict[int, Any]) -> None:
    info = expected("cases.json")["info"]["v1"]
    assert tokenizers[1].all_special_tokens == info["all_special_tokens"]
    ids = [tokenizers[1].special_id(t) for t in ("[MASK]", "[gMASK]", "<sop>", "<eop>")]
    assert ids == [130000, 130001, 130004, 130005]


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("number", range(4))
def test_left_padded_batches_have_the_official_masks_and_positions(
    tokenizers: dict[int, Any], version: int, number: int
) -> None:
    case = cases("batches.json")[number]
    want = case[f"v{version}"]
    padding: dict[str, Any] = {"padding": True}
    if "max_length" in case:
        padding = {"padding": "max_length", "truncation": True, "max_length": case["max_length"]}
    got = tokenizers[version](case["texts"], **padding, return_tensors="pt")
    assert got["input_ids"].tolist() == want["input_ids"]
    assert got["position_ids"].tolist() == want["position_ids"]
    mask = got["attention_mask"]
    if version == 1:
        assert mask.dtype.is_floating_point is False
        assert mask.shape[1] == 1
        rows = [["".join(str(int(b)) for b in row) for row in m[0]] for m in mask]
        assert rows == want["attention_mask"]
    else:
        assert mask.tolist() == want["attention_mask"]


@pytest.mark.parametrize("number", range(4))
def test_round_prompts_are_the_official_ones(tokenizers: dict[int, Any], number: int) -> None:
    case = cases("chat_prompts.json", "v1_v2")[number]
    history = [tuple(turn) for turn in case["history"]]
    for version in (1, 2):
        prompt = tokenizers[version].build_prompt(case["query"], history)
        assert prompt == case[f"v{version}_prompt"]
        assert tokenizers[version].encode(prompt) == case[f"v{version}_ids"]
        assert encode_continuation(tokenizers[version], prompt) == case[f"v{version}_ids"]


def test_version_3_chat_input_is_the_official_one(tokenizers: dict[int, Any]) -> None:
    tokenizer = tokenizers[3]
    for case in expected("chat_prompts.json")["v3"]["build_chat_input"]:
        got = tokenizer.build_chat_input(case["query"], case["history"], role=case["role"])
        for key in ("input_ids", "attention_mask", "position_ids"):
            assert got[key].tolist() == [case[key]]
        assert tokenizer.decode(case["input_ids"]) == case["decoded"]
        ids = chat_input_v3(tokenizer, case["query"], case["history"], case["role"])
        assert ids == case["input_ids"]


def test_version_3_messages_and_commands_are_the_official_ones(tokenizers: dict[int, Any]) -> None:
    tokenizer, want = tokenizers[3], expected("chat_prompts.json")["v3"]
    for case in want["build_single_message"]:
        ids = tokenizer.build_single_message(case["role"], case["metadata"], case["message"])
        assert ids == case["ids"]
    named = {"<bos>": "bos_token_id", "<eos>": "eos_token_id", "<pad>": "pad_token_id"}
    for token, place in want["commands"].items():
        got = getattr(tokenizer, named[token]) if token in named else tokenizer.special_id(token)
        assert got == place
    mapping = load_tokenizer(tokenizer.name_or_path)
    mapping.encode_special_tokens = True
    for case in want["encode_special_tokens_true"]:
        assert mapping.tokenize(case["text"]) == case["tokens"]
        assert mapping.encode(case["text"], add_special_tokens=False) == case["ids"]


@pytest.mark.parametrize("number", range(4))
@pytest.mark.parametrize("version", [1, 2])
def test_training_pairs_are_the_official_ones(
    tokenizers: dict[int, Any], version: int, number: int
) -> None:
    case, tokenizer = cases("training_examples.json", "pairs")[number], tokenizers[version]
    source, target = case["max_source_length"], case["max_target_length"]
    prompt = case["prompt"]
    if version == 2 or case["history"]:
        prompt = tokenizer.build_prompt(prompt, [tuple(turn) for turn in case["history"]])
    cut_prompt = tokenizer.text_ids(prompt)[: source - (1 if version == 1 else 2)]
    cut_reply = tokenizer.text_ids(case["response"])[: target - (2 if version == 1 else 0)]
    ids, targets = encode_pair(tokenizer, cut_prompt, cut_reply)
    padding = source + target + version - 1 - len(ids)
    labels = [token if hit else -100 for token, hit in zip(ids, targets, strict=True)]
    assert ids + [tokenizer.pad_token_id] * padding == case[f"v{version}"]["input_ids"]
    assert labels + [-100] * padding == case[f"v{version}"]["labels"]


def test_training_conversations_are_the_official_ones(tokenizers: dict[int, Any]) -> None:
    for case in cases("training_examples.json", "v3_conversations"):
        ids, targets = encode_conversation(tokenizers[3], case["conversations"])
        assert ids == case["input_ids"]
        assert [t if hit else -100 for t, hit in zip(ids, targets, strict=True)] == case["labels"]


@pytest.mark.parametrize("case", cases("process_response.json"), ids=lambda c: c["raw"][:16])
def test_replies_are_cleaned_as_the_official_chat_does(case: dict[str, str]) -> None:
    assert clean_reply_v1(case["raw"]) == case["v1"]
    assert clean_reply(case["raw"]) == case["v2"]
