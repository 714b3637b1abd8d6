"""ChatGLM prompts, replies and training examples on vocabularies made here."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from base.errors import KnownError
from models.chatglm.prompts import (
    clean_reply,
    clean_reply_v1,
    encode_continuation,
    encode_conversation,
    encode_pair,
    parse_reply_v3,
    round_prompt_v1,
    round_prompt_v2,
)
from models.chatglm.tokenizer import load_tokenizer
from models.chatglm.tokenizer_base import ChatGLMTokenizer
from tests.chatglm.tokenizer_made_up import make_playable

LINES = ["夏娜：等等我！", "悠二：（这是怎么回事？）", "the fox, and <eop> twice"] * 3
VERSIONS = [1, 2, 3]
texts = st.text(max_size=20) | st.sampled_from(
    ["夏娜：", " 等等", "<eop>[MASK]<sop>", "</s>", "\n"]
)


@pytest.fixture(scope="module")
def tokenizers(tmp_path_factory: pytest.TempPathFactory) -> dict[int, ChatGLMTokenizer]:
    folder = tmp_path_factory.mktemp("checkpoints")
    return {v: load_tokenizer(make_playable(folder / str(v), v, LINES, layers=1)) for v in VERSIONS}


def test_rounds_are_counted_from_0_in_version_1_and_from_1_in_version_2() -> None:
    assert round_prompt_v1("你好", []) == "你好"
    assert round_prompt_v1("走吧", [("你好", "嗯")]) == (
        "[Round 0]\n问：你好\n答：嗯\n[Round 1]\n问：走吧\n答："
    )
    assert round_prompt_v2("你好", []) == "[Round 1]\n\n问：你好\n\n答："
    assert round_prompt_v2("走吧", [("你好", "嗯")]).endswith("[Round 2]\n\n问：走吧\n\n答：")


def test_marks_beside_chinese_become_full_width_in_version_1_only() -> None:
    assert clean_reply_v1(" 夏娜:哼, ok, 1:2 ") == "夏娜：哼， ok, 1:2"
    assert clean_reply(" 夏娜:哼 ") == "夏娜:哼"
    assert clean_reply("[[训练时间]]") == "2023年"


def test_a_version_3_reply_is_read_as_messages() -> None:
    assert parse_reply_v3("\n 等等我！") == [{"metadata": "", "content": "等等我！"}]
    assert parse_reply_v3("哼") == [{"metadata": "", "content": "哼"}]
    assert parse_reply_v3("roll\n 1d100<|assistant|>\n好") == [
        {"metadata": "roll", "content": " 1d100"},
        {"metadata": "", "content": "好"},
    ]


def test_a_continuation_ends_with_the_cue(tokenizers: dict[int, ChatGLMTokenizer]) -> None:
    one, two = tokenizers[1], tokenizers[2]
    cue = "悠二：等等我！\n夏娜："
    assert encode_continuation(one, cue) == [
        *one.text_ids(cue),
        one.gmask_token_id,
        one.bos_token_id,
    ]
    assert encode_continuation(two, cue) == [
        two.gmask_token_id,
        two.special_id("sop"),
        *two.text_ids(cue),
    ]


@settings(max_examples=80, deadline=None)
@given(prompt=texts, reply=texts)
@pytest.mark.parametrize("version", VERSIONS)
def test_a_pair_starts_with_its_prompt_and_ends_once(
    tokenizers: dict[int, ChatGLMTokenizer], version: int, prompt: str, reply: str
) -> None:
    tokenizer = tokenizers[version]
    start = encode_continuation(tokenizer, prompt)
    ids, targets = encode_pair(tokenizer, prompt, reply)
    assert ids[: len(start)] == start
    assert ids[len(start) :] == [*tokenizer.text_ids(reply), tokenizer.eos_token_id]
    assert ids.count(tokenizer.eos_token_id) == 1
    assert ids.count(tokenizer.gmask_token_id) == 1
    wanted = len(tokenizer.text_ids(reply)) + (2 if version == 1 else 1)
    assert targets == [False] * (len(ids) - wanted) + [True] * wanted


def test_a_pair_is_what_the_tokenizer_makes_of_two_texts(
    tokenizers: dict[int, ChatGLMTokenizer],
) -> None:
    for tokenizer in tokenizers.values():
        assert encode_pair(tokenizer, "夏娜：", "等等")[0] == tokenizer.encode("夏娜：", "等等")


def test_only_what_the_assistant_says_is_a_target(tokenizers: dict[int, ChatGLMTokenizer]) -> None:
    tokenizer = tokenizers[3]
    messages = [
        {"role": "user", "content": "等等"},
        {"role": "assistant", "content": "夏娜"},
        {"role": "user", "content": "我"},
    ]
    ids, targets = encode_conversation(tokenizer, messages)
    answer = [t for t, hit in zip(ids, targets, strict=True) if hit]
    said = [*tokenizer.text_ids("\n"), *tokenizer.text_ids("夏娜")]
    assert answer == [*said, tokenizer.special_id("<|user|>")]
    assert ids[-1] == tokenizer.eos_token_id


def test_an_unknown_role_is_refused(tokenizers: dict[int, ChatGLMTokenizer]) -> None:
    with pytest.raises(KnownError, match="the role narrator; ChatGLM3-6B only knows system, user"):
        encode_conversation(tokenizers[3], [{"role": "narrator", "content": "雨"}])


def test_version_3_asks_for_the_assistant_with_tensors(
    tokenizers: dict[int, ChatGLMTokenizer], tmp_path: Path
) -> None:
    tokenizer = tokenizers[3]
    tools = [{"name": "掷骰"}]
    history = [{"role": "system", "content": "雨", "tools": tools}]
    asked = tokenizer.build_chat_input("夏娜", history)
    ids = asked["input_ids"][0].tolist()
    assert ids[-1] == tokenizer.special_id("<|assistant|>")
    assert ids[2] == tokenizer.special_id("<|system|>")
    assert '"name": "掷骰"' in tokenizer.decode(ids)
    assert asked["position_ids"].tolist() == [list(range(len(ids)))]
