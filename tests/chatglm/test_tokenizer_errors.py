"""What a folder gets that has no fitting ChatGLM tokenizer: one line that says what to do."""

import json
import shutil
from pathlib import Path
from types import SimpleNamespace

import pytest

from base.errors import KnownError
from models.chatglm.tokenizer import check_fit, load_tokenizer
from tests.chatglm.tokenizer_made_up import make_playable

LINES = ["夏娜：等等我！", "the fox"] * 3


@pytest.fixture
def folders(tmp_path: Path) -> dict[int, Path]:
    return {v: make_playable(tmp_path / f"made-{v}", v, LINES, layers=1) for v in (1, 2, 3)}


def refusal(path: Path, version: int | None = None) -> str:
    with pytest.raises(KnownError) as caught:
        load_tokenizer(path, version)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def edit(path: Path, **values: object) -> None:
    raw = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps({**raw, **values}), encoding="utf-8")


def test_a_folder_that_is_no_checkpoint(tmp_path: Path) -> None:
    assert "config.json" in refusal(tmp_path)
    assert "not a folder" in refusal(tmp_path / "nowhere")
    (tmp_path / "config.json").write_text('{"model_type": "llama"}', encoding="utf-8")
    assert "model_type llama" in refusal(tmp_path)
    (tmp_path / "config.json").write_text("{", encoding="utf-8")
    assert "JSON" in refusal(tmp_path)
    (tmp_path / "config.json").write_text('{"model_type": "glm"}', encoding="utf-8")
    assert "without a ChatGLM tokenizer" in refusal(tmp_path)


@pytest.mark.parametrize("version", [1, 2, 3])
def test_a_missing_vocabulary_file_is_named(folders: dict[int, Path], version: int) -> None:
    name = "ice_text.model" if version == 1 else "tokenizer.model"
    (folders[version] / name).unlink()
    assert f"{name}: this vocabulary is missing" in refusal(folders[version])


def test_the_vocabulary_file_of_another_version_is_noticed_by_name(
    folders: dict[int, Path],
) -> None:
    (folders[1] / "ice_text.model").rename(folders[1] / "tokenizer.model")
    assert "tokenizer.model is the vocabulary of another version" in refusal(folders[1])
    (folders[2] / "tokenizer.model").rename(folders[2] / "ice_text.model")
    assert "ice_text.model is the vocabulary of another version" in refusal(folders[2])


def test_the_vocabulary_of_another_version_is_noticed_by_content(
    folders: dict[int, Path],
) -> None:
    shutil.copy(folders[1] / "ice_text.model", folders[3] / "tokenizer.model")
    assert "the vocabulary of ChatGLM-6B" in refusal(folders[3])
    shutil.copy(folders[2] / "tokenizer.model", folders[1] / "ice_text.model")
    assert "without [MASK], expected the vocabulary of ChatGLM-6B" in refusal(folders[1])


@pytest.mark.parametrize("left", [0, 40, -3])
def test_a_damaged_vocabulary_file_is_named(folders: dict[int, Path], left: int) -> None:
    path = folders[2] / "tokenizer.model"
    path.write_bytes(path.read_bytes()[:left])
    assert "tokenizer.model: not a sentencepiece vocabulary" in refusal(folders[2])


def test_a_damaged_tokenizer_config_is_named(folders: dict[int, Path]) -> None:
    path = folders[2] / "tokenizer_config.json"
    for text in ("{", "[]", '{"padding_side": "up"}', '{"added_tokens_decoder": {"x": 1}}'):
        path.write_text(text, encoding="utf-8")
        assert "tokenizer_config.json" in refusal(folders[2])


def test_settings_of_another_version_are_noticed(folders: dict[int, Path]) -> None:
    load_tokenizer(folders[2]).save_pretrained(folders[1])
    assert "of ChatGLM version 2, config.json that of version 1" in refusal(folders[1])


def test_a_version_given_by_hand_settles_2_or_3_but_contradicts_nothing(
    folders: dict[int, Path],
) -> None:
    assert load_tokenizer(folders[2], version=3).version == 3
    assert "version 1" in refusal(folders[1], 2)
    assert "version 2" in refusal(folders[2], 1)
    assert "give 1, 2 or 3" in refusal(folders[2], 4)


def test_versions_2_and_3_are_told_apart_by_what_lies_in_the_folder(
    folders: dict[int, Path], tmp_path: Path
) -> None:
    folder = tmp_path / "renamed"
    folders[2].rename(folder)
    edit(folder / "config.json", _name_or_path="", seq_length=32768)
    assert load_tokenizer(folder).version == 2
    edit(folder / "config.json", seq_length=8192)
    assert load_tokenizer(folder).version == 3
    code = folder / "tokenization_chatglm.py"
    code.write_text("raise SystemExit('never run')", encoding="utf-8")
    assert load_tokenizer(folder).version == 2
    code.write_text("raise SystemExit('<|user|>')", encoding="utf-8")
    assert load_tokenizer(folder).version == 3
    settings = folder / "tokenizer_config.json"
    settings.write_text('{"name_or_path": "THUDM/chatglm2-6b"}', encoding="utf-8")
    assert load_tokenizer(folder).version == 2


def test_official_tokenizer_settings_make_no_more_text_special(folders: dict[int, Path]) -> None:
    settings = {
        "tokenizer_class": "ChatGLMTokenizer",
        "auto_map": {"AutoTokenizer": ["tokenization_chatglm.ChatGLMTokenizer", None]},
        "gmask_token": "[gMASK]",
        "end_token": "</s>",
        "eos_token": "<eop>",
        "num_image_tokens": 0,
    }
    plain = load_tokenizer(folders[1]).encode("[gMASK] </s> 夏娜")
    text = json.dumps(settings)
    (folders[1] / "tokenizer_config.json").write_text(text, encoding="utf-8")
    assert load_tokenizer(folders[1]).encode("[gMASK] </s> 夏娜") == plain


def test_a_tokenizer_that_does_not_fit_the_model_is_refused(folders: dict[int, Path]) -> None:
    two, one = load_tokenizer(folders[2]), load_tokenizer(folders[1])
    check_fit(two, SimpleNamespace(vocab_size=len(two)))
    with pytest.raises(KnownError, match="the model has 10"):
        check_fit(two, SimpleNamespace(vocab_size=10))
    with pytest.raises(KnownError, match=r"\[gMASK\] has the id"):
        check_fit(one, SimpleNamespace(vocab_size=999, gmask_token_id=1, bos_token_id=2))
