"""Text as it streams is the decoded text, for several kinds of tokenizer."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import PreTrainedTokenizerFast

from models.chatglm.tokenizer import load_tokenizer
from models.detokenize import TextStream
from tests.chatglm.tokenizer_made_up import make_playable

LINES = [
    "夏娜：\\me 转身 追赶玩偶",
    "I don't know , he 's here . They 've left ?",
    "悠二：等等我！ \\emoji 惊讶 🦊",
] * 3
KINDS = ["chatglm", "chatglm2", "chatglm3", "byte-level", "metaspace", "wordpiece"]
AWKWARD = ["▁", "▁'", "'", "▁n", "n", "t", "s", "▁.", ".", "▁,", "<n>", "<|blank_2|>", "</s>"]
AWKWARD += ["<0xE4>", "<0xBD>", "<0xA0>", "<0x0A>", "▁▁", "[MASK]", "<pad>", "Ġ", "ä", "½", "##t"]


def _trained(model: Any, decoder: Any, pre_tokenizer: Any, trainer: Any) -> Any:
    tokenizer = Tokenizer(model)
    tokenizer.pre_tokenizer, tokenizer.decoder = pre_tokenizer, decoder
    tokenizer.train_from_iterator(LINES, trainer)
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer, clean_up_tokenization_spaces=False)


@pytest.fixture(scope="module")
def tokenizers(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder: Path = tmp_path_factory.mktemp("checkpoints")
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    made = {
        name: load_tokenizer(make_playable(folder / name, version, LINES, layers=1))
        for version, name in enumerate(KINDS[:3], 1)
    }
    made["byte-level"] = _trained(
        models.BPE(),
        decoders.ByteLevel(),
        pre_tokenizers.ByteLevel(),
        trainers.BpeTrainer(vocab_size=400, initial_alphabet=alphabet, show_progress=False),
    )
    made["metaspace"] = _trained(
        models.BPE(unk_token="<unk>"),
        decoders.Metaspace(),
        pre_tokenizers.Metaspace(),
        trainers.BpeTrainer(vocab_size=120, special_tokens=["<unk>"], show_progress=False),
    )
    made["wordpiece"] = _trained(
        models.WordPiece(unk_token="[UNK]"),
        decoders.WordPiece(cleanup=False),
        pre_tokenizers.Whitespace(),
        trainers.WordPieceTrainer(
            vocab_size=120, special_tokens=["[UNK]", "[PAD]"], show_progress=False
        ),
    )
    return made


def stream(tokenizer: Any, ids: list[int]) -> str:
    text = TextStream(tokenizer)
    return "".join([*map(text.push, ids), text.finish()])


def whole(tokenizer: Any, ids: list[int]) -> str:
    decoded: str = tokenizer.decode(ids, skip_special_tokens=True)
    return decoded.rstrip("\ufffd")


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_what_streams_is_the_whole_text(
    tokenizers: dict[str, Any], kind: str, data: st.DataObject
) -> None:
    tokenizer = tokenizers[kind]
    vocabulary = tokenizer.get_vocab()
    awkward = [vocabulary[piece] for piece in AWKWARD if piece in vocabulary] or [0]
    one = st.integers(0, len(tokenizer) - 1) | st.sampled_from(awkward)
    ids = data.draw(st.lists(one, max_size=25))
    streamed = stream(tokenizer, ids)
    assert streamed.rstrip("\ufffd") == whole(tokenizer, ids)
    assert tokenizer.decode(ids, skip_special_tokens=True).startswith(streamed)


@pytest.mark.parametrize("kind", KINDS)
def test_lines_stream_as_they_decode(tokenizers: dict[str, Any], kind: str) -> None:
    tokenizer = tokenizers[kind]
    for line in LINES:
        ids = tokenizer.encode(line, add_special_tokens=False)
        assert stream(tokenizer, ids) == whole(tokenizer, ids) != ""


@pytest.mark.parametrize("kind", ["chatglm", "chatglm2", "byte-level"])
def test_a_character_of_several_bytes_appears_only_when_it_is_whole(
    tokenizers: dict[str, Any], kind: str
) -> None:
    tokenizer = tokenizers[kind]
    ids = tokenizer.encode("x鬱", add_special_tokens=False)
    text = TextStream(tokenizer)
    pushed = [text.push(i) for i in ids]
    assert pushed[-1] == "鬱"
    assert "".join(pushed[:-1]).strip() == "x"
    cut = TextStream(tokenizer)
    assert "".join([*map(cut.push, ids[:-1]), cut.finish()]).strip() == "x"


def test_chinese_text_is_not_held_back(tokenizers: dict[str, Any]) -> None:
    for kind in ("chatglm", "chatglm2"):
        text, ids = TextStream(tokenizers[kind]), tokenizers[kind].text_ids("等等我")
        assert "".join(map(text.push, ids)) == "等等我"


@pytest.mark.parametrize("kind", ["chatglm", "chatglm2", "byte-level"])
def test_bytes_that_never_make_a_character_are_shown_as_such(
    tokenizers: dict[str, Any], kind: str
) -> None:
    tokenizer = tokenizers[kind]
    byte = tokenizer.get_vocab()["ä" if kind == "byte-level" else "<0xE4>"]
    text = TextStream(tokenizer)
    assert set("".join(text.push(byte) for _ in range(40))) == {"\ufffd"}


def test_a_long_reply_is_never_decoded_as_a_whole(tokenizers: dict[str, Any]) -> None:
    tokenizer = tokenizers["chatglm"]
    longest = 0

    class Watched:
        clean_up_tokenization_spaces = True
        clean_up_tokenization = staticmethod(tokenizer.clean_up_tokenization)

        def decode(self, ids: list[int], **kwargs: Any) -> str:
            nonlocal longest
            longest = max(longest, len(ids))
            text: str = tokenizer.decode(ids, **kwargs)
            return text

    blank = tokenizer.get_vocab()["▁"]
    ids = tokenizer.text_ids("\n".join(LINES) * 20) + [blank] * 50 + tokenizer.text_ids("夏娜")
    assert stream(Watched(), ids) == whole(tokenizer, ids)
    assert longest <= 12
