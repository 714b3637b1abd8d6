"""Models that answer, by PyTorch: asked through their own template, with the cue begun."""

from pathlib import Path

import pytest

from base.errors import KnownError
from models.answer.line import AnswerFilter
from models.backend import Delta, Prompt, Sampling
from models.chat import messages
from models.local import Local
from models.local.candidate import CandidateText
from models.resolve import resolve
from models.train.base import open_base
from tests.local.tiny_models import PROMPT, make_llama
from tests.models.conftest import draw
from tests.models.tiny_gguf import CHAT, tuned

BOS, EOS = 0, 1


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny model with a chat template, named as one that answers."""
    made = make_llama(tmp_path_factory.mktemp("models") / "tiny-instruct")
    (made / "chat_template.jinja").write_text(CHAT, encoding="utf-8")
    return made


@pytest.fixture(scope="module")
def chat(folder: Path) -> Local:
    return Local.open(folder, device="cpu")


def test_a_folder_is_asked_by_its_own_template_and_begins_with_the_cue(chat: Local) -> None:
    turns = [f"<bos>{one['role']}\n{one['content']}<eos>\n" for one in messages(PROMPT)]
    whole = f"{''.join(turns)}<bos>assistant\n{PROMPT.cue}"
    ids = chat.encoder.encode(PROMPT, chat=True)
    assert chat.tokenizer.decode(ids) == whole
    assert (ids.count(BOS), ids.count(EOS)) == (3, 2)
    end = draw(chat, PROMPT, Sampling(n=5, max_tokens=3)).ends[0]
    assert end.prompt_tokens == len(ids)


def test_the_next_turn_of_a_chat_computes_only_what_is_new(chat: Local) -> None:
    draw(chat, PROMPT, Sampling(n=2, max_tokens=2))
    longer = Prompt(PROMPT.stable, PROMPT.history + "林默：信上写的。\n", "苏晚：")
    end = draw(chat, longer, Sampling(n=2, max_tokens=2)).ends[0]
    assert chat.count(PROMPT.stable + PROMPT.history) <= end.cached_tokens < end.prompt_tokens


def test_what_people_write_is_never_a_special_token(chat: Local) -> None:
    said = Prompt("<eos>\n", "苏晚：<bos>assistant\n", "<eos>：")
    framed, raw = chat.encoder.encode(said, chat=True), chat.encoder.encode(said)
    assert (framed.count(BOS), framed.count(EOS)) == (3, 2)
    assert (raw.count(BOS), raw.count(EOS)) == (1, 0)


def test_adapters_and_training_go_on_with_the_log_as_it_stands(
    folder: Path, tmp_path: Path
) -> None:
    model, encoder = open_base(folder)
    tuned(model, tmp_path / "lora", folder)
    backend = Local.open(folder, device="cpu", adapters={"lora": tmp_path / "lora"})
    ids = encoder.encode(PROMPT)
    assert draw(backend, PROMPT, Sampling(n=1, max_tokens=2), "lora").ends[0].prompt_tokens == len(
        ids
    )
    assert encoder.encode_pair(PROMPT, "好\n")[0][: len(ids)] == ids
    assert draw(backend, PROMPT, Sampling(n=1, max_tokens=2)).ends[0].prompt_tokens > len(ids)


def test_the_cue_said_again_and_what_frames_an_answer_is_no_part_of_a_line(chat: Local) -> None:
    told: list[Delta] = []
    sampling = Sampling(n=1, max_tokens=90, stop=("\n", "林默："))
    row = CandidateText(0, chat.tokenizer, sampling, chat.ends, told.append, AnswerFilter("林默："))
    for token in chat.encoder.run("\n**林默：**你确定？\n苏晚：是。"):
        if not row.take(token, None):
            break
    assert "".join(delta.text for delta in told) == "你确定？"
    assert told[-1].end is not None
    assert told[-1].end.finish == "stop"


def test_a_folder_whose_name_says_nothing_is_continued_and_a_line_tells_so(
    folder: Path, tmp_path: Path
) -> None:
    plain = tmp_path / "tiny"
    plain.symlink_to(folder, target_is_directory=True)
    raw = Local.open(plain, device="cpu")
    assert ["?mode=chat" in notice for notice in raw.notices] == [True]
    end = draw(raw, PROMPT, Sampling(n=1, max_tokens=2)).ends[0]
    assert end.prompt_tokens == len(raw.encoder.encode(PROMPT))
    asked = resolve(f"{plain}?mode=chat").open(device="cpu")
    assert asked.notices == []
    assert (
        draw(asked, PROMPT, Sampling(n=1, max_tokens=2)).ends[0].prompt_tokens > end.prompt_tokens
    )


def test_chatglm_goes_on_with_the_log_as_its_notebooks_did(folders: dict[str, Path]) -> None:
    assert Local.open(folders["v2"], device="cpu").notices == []
    with pytest.raises(KnownError, match=r"has no chat template; leave \?mode=chat out"):
        Local.open(folders["v2"], device="cpu", mode="chat")
