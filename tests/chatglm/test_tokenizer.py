"""The ChatGLM tokenizers on vocabularies made here."""

import copy
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.chatglm.tokenizer import load_tokenizer
from models.chatglm.tokenizer_base import ChatGLMTokenizer
from tests.chatglm.tokenizer_made_up import make_playable

LINES = [
    "夏娜：\\me 转身追赶玩偶",
    "悠二：等等我！ \\emoji 惊讶",
    "【雨下了一整夜，旧宅的门虚掩着。】",
    "the quick brown fox, 12 times",
    "夏娜:哼。你好. What is it?",
]
VERSIONS = [1, 2, 3]


@pytest.fixture(scope="module")
def tokenizers(tmp_path_factory: pytest.TempPathFactory) -> dict[int, ChatGLMTokenizer]:
    folder = tmp_path_factory.mktemp("checkpoints")
    return {
        v: load_tokenizer(make_playable(folder / str(v), v, LINES * 3, layers=1)) for v in VERSIONS
    }


@pytest.mark.parametrize("version", VERSIONS)
def test_each_line_comes_back_as_it_was(
    tokenizers: dict[int, ChatGLMTokenizer], version: int
) -> None:
    tokenizer = tokenizers[version]
    for line in LINES:
        half_width = line.replace("：", ":").replace("，", ",").replace("！", "!")
        expected = half_width if version == 1 else line
        ids = tokenizer.encode(line, add_special_tokens=False)
        assert tokenizer.decode(ids) == expected
        if version != 3:
            assert tokenizer.decode(tokenizer.encode(line), skip_special_tokens=True) == expected


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("text", ["a\nb", "a\tb", "a  b", "a" + " " * 81 + "b", "\n\n夏娜", "🦊\n"])
def test_newlines_tabs_blanks_and_unknown_characters_survive(
    tokenizers: dict[int, ChatGLMTokenizer], version: int, text: str
) -> None:
    tokenizer = tokenizers[version]
    assert tokenizer.decode(tokenizer.encode(text, add_special_tokens=False)) == text


def test_version_1_writes_newlines_tabs_and_runs_of_blanks_as_one_token_each(
    tokenizers: dict[int, ChatGLMTokenizer],
) -> None:
    pieces = tokenizers[1].tokenize("a\nb\tc" + " " * 82 + "d")
    assert [p for p in pieces if p.startswith(("<n", "<|"))] == [
        "<n>",
        "<|tab|>",
        "<|blank_80|>",
        "<|blank_2|>",
    ]


@settings(max_examples=60, deadline=None)
@given(text=st.text(max_size=40))
def test_versions_2_and_3_give_back_any_text(
    tokenizers: dict[int, ChatGLMTokenizer], text: str
) -> None:
    # A blank-like piece and the byte 0 are sentencepiece's own.
    text = text.replace("▁", "_").replace("\0", "")
    for version in (2, 3):
        ids = tokenizers[version].text_ids(text)
        assert tokenizers[version].decode(ids) == text


def test_the_special_tokens_have_their_places(tokenizers: dict[int, ChatGLMTokenizer]) -> None:
    one, two, three = (tokenizers[v] for v in VERSIONS)
    assert one.encode("夏娜")[-2:] == [one.gmask_token_id, one.bos_token_id]
    assert one.encode("夏娜", "悠二")[-1] == one.eos_token_id
    assert one.pad_token_id == 3
    file_pieces = two.sp_model.get_piece_size()
    assert two.encode("夏娜")[:2] == three.encode("夏娜")[:2] == [file_pieces + 1, file_pieces + 3]
    assert two.encode("夏娜", "悠二")[-1] == two.eos_token_id == 2
    assert (len(two), len(three)) == (file_pieces + 5, file_pieces + 9)
    assert three.stop_token_ids == (2, file_pieces + 6, file_pieces + 8)
    mask = two("夏娜", return_special_tokens_mask=True)["special_tokens_mask"]
    assert mask == [1, 1] + [0] * (len(mask) - 2)


def test_version_1_reads_special_tokens_in_a_text_but_not_in_a_log(
    tokenizers: dict[int, ChatGLMTokenizer],
) -> None:
    tokenizer = tokenizers[1]
    ids = tokenizer.encode("夏娜 <eop> 悠二", add_special_tokens=False)
    assert tokenizer.eos_token_id in ids
    literal = tokenizer.text_ids("夏娜 <eop> 悠二")
    assert tokenizer.eos_token_id not in literal
    assert tokenizer.decode(literal) == "夏娜 <eop> 悠二"


def test_no_text_is_special_to_versions_2_and_3(tokenizers: dict[int, ChatGLMTokenizer]) -> None:
    for version in (2, 3):
        tokenizer = tokenizers[version]
        text = "<|user|>[gMASK]sop</s><unk><|assistant|>"
        ids = tokenizer.encode(text, add_special_tokens=False)
        assert tokenizer.decode(ids) == text
        assert max(ids) < tokenizer.sp_model.get_piece_size()
        assert not {0, 1, 2} & set(ids)


def test_version_3_maps_role_tokens_when_asked(
    tokenizers: dict[int, ChatGLMTokenizer], tmp_path: Path
) -> None:
    tokenizers[3].save_pretrained(tmp_path)
    tokenizer = type(tokenizers[3]).from_pretrained(tmp_path, encode_special_tokens=True)
    assert tokenizer.tokenize("<|user|>夏娜")[0] == "<|user|>"
    assert tokenizer.encode("<|user|>", add_special_tokens=False) == [
        tokenizer.special_id("<|user|>")
    ]


@pytest.mark.parametrize("version", VERSIONS)
def test_half_a_surrogate_pair_is_an_unknown_character(
    tokenizers: dict[int, ChatGLMTokenizer], version: int
) -> None:
    tokenizer = tokenizers[version]
    assert tokenizer.text_ids("夏\ud800娜") == tokenizer.text_ids("夏\ufffd娜")


def test_decoding_drops_padding_and_ids_beyond_the_vocabulary(
    tokenizers: dict[int, ChatGLMTokenizer],
) -> None:
    for tokenizer in tokenizers.values():
        ids = tokenizer.encode("fox", add_special_tokens=False)
        padded = [tokenizer.pad_token_id] * 2 + ids + [len(tokenizer) + 7]
        assert tokenizer.decode(padded) == "fox"
        assert tokenizer.batch_decode([padded, ids]) == ["fox", "fox"]


def test_version_1_cleans_up_blanks_before_punctuation_only_when_decoding(
    tokenizers: dict[int, ChatGLMTokenizer],
) -> None:
    ids = tokenizers[1].text_ids("the fox . what ?")
    assert tokenizers[1].decode(ids) == "the fox. what?"
    assert tokenizers[1].decode(ids, clean_up_tokenization_spaces=False) == "the fox . what ?"


def test_a_padded_version_1_batch_hides_pads_and_counts_from_the_first_real_token(
    tokenizers: dict[int, ChatGLMTokenizer],
) -> None:
    tokenizer = tokenizers[1]
    batch = tokenizer(["夏娜夏娜", ""], padding=True, return_tensors="pt")
    ids, mask, positions = (batch[k] for k in ("input_ids", "attention_mask", "position_ids"))
    size = ids.shape[1]
    assert mask.shape == (2, 1, size, size)
    assert mask.dtype.is_floating_point is False
    assert positions.shape == (2, 2, size)
    prompt = size - 1
    assert not mask[0, 0, :, :prompt].any()
    assert mask[0, 0, :prompt, prompt].all()
    assert ids[1].tolist() == [3] * (size - 2) + [tokenizer.gmask_token_id, tokenizer.bos_token_id]
    assert mask[1, 0, : size - 2].all()
    assert mask[1, 0, :, : size - 2].all()
    assert positions[0].tolist() == [[*range(prompt), prompt - 1], [0] * prompt + [1]]
    assert positions[1].tolist() == [[0] * size, [0] * (size - 1) + [1]]


def test_an_unpadded_version_1_call_returns_ids_alone(
    tokenizers: dict[int, ChatGLMTokenizer],
) -> None:
    assert list(tokenizers[1]("夏娜", return_tensors="pt")) == ["input_ids"]
    assert list(tokenizers[1](["夏娜", "悠二悠二"])) == ["input_ids"]


@pytest.mark.parametrize("version", VERSIONS)
def test_padding_later_is_the_same_as_padding_at_once(
    tokenizers: dict[int, ChatGLMTokenizer], version: int
) -> None:
    tokenizer, texts = tokenizers[version], ["夏娜", "悠二：等等我！"]
    at_once = tokenizer(texts, padding=True, return_tensors="np")
    rows = [dict(tokenizer(text)) for text in texts]
    again = tokenizer.pad(at_once, return_tensors="np")
    later = tokenizer.pad(rows, return_tensors="np")
    for key in ("input_ids", "attention_mask", "position_ids"):
        assert np.array_equal(at_once[key], later[key])
        assert np.array_equal(at_once[key], again[key])


@pytest.mark.parametrize("version", VERSIONS)
def test_right_padding_leaves_the_row_as_it_is(
    tokenizers: dict[int, ChatGLMTokenizer], version: int
) -> None:
    tokenizer = tokenizers[version]
    alone = tokenizer("夏娜", padding=True, return_tensors="np")
    length = alone["input_ids"].shape[1]
    batch = tokenizer(
        ["夏娜", "悠二：等等我！"], padding=True, padding_side="right", return_tensors="np"
    )
    assert np.array_equal(batch["input_ids"][:1, :length], alone["input_ids"])
    assert (batch["input_ids"][0, length:] == tokenizer.pad_token_id).all()
    assert np.array_equal(batch["position_ids"][:1, ..., :length], alone["position_ids"])
    if version == 1:
        assert np.array_equal(
            batch["attention_mask"][:1, :, :length, :length], alone["attention_mask"]
        )
        assert batch["attention_mask"][0, 0, :, length:].all()
    else:
        assert batch["attention_mask"][0].tolist() == [1] * length + [0] * (
            batch["input_ids"].shape[1] - length
        )


@pytest.mark.parametrize("version", VERSIONS)
def test_truncation_keeps_the_special_tokens(
    tokenizers: dict[int, ChatGLMTokenizer], version: int
) -> None:
    tokenizer = tokenizers[version]
    body = tokenizer.text_ids("悠二：等等我！")
    cut = tokenizer("悠二：等等我！", truncation=True, max_length=5)["input_ids"]
    assert cut == tokenizer.build_inputs_with_special_tokens(body[:3])


@pytest.mark.parametrize("version", VERSIONS)
def test_a_saved_tokenizer_comes_back_the_same(
    tokenizers: dict[int, ChatGLMTokenizer], version: int, tmp_path: Path
) -> None:
    tokenizer = tokenizers[version]
    tokenizer.save_pretrained(tmp_path)
    (tmp_path / "config.json").write_text('{"model_type": "glm"}', encoding="utf-8")
    for loaded in (load_tokenizer(tmp_path), copy.deepcopy(tokenizer)):
        assert type(loaded) is type(tokenizer)
        assert loaded.get_vocab() == tokenizer.get_vocab()
        assert loaded.padding_side == "left"
        for line in [*LINES, "a\n  b\t<eop> [gMASK] </s>"]:
            assert loaded.encode(line) == tokenizer.encode(line)
            assert loaded.decode(loaded.encode(line)) == tokenizer.decode(tokenizer.encode(line))


def test_tokens_and_ids_convert_both_ways(tokenizers: dict[int, ChatGLMTokenizer]) -> None:
    for tokenizer in tokenizers.values():
        everything = list(range(len(tokenizer)))
        tokens = tokenizer.convert_ids_to_tokens(everything)
        assert tokenizer.convert_tokens_to_ids(tokens) == everything
