"""Models that answer, in llama.cpp: asked through their own template, with the cue begun."""

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("xllamacpp", reason="the extra `starter` is not installed")
pytest.importorskip("torch", reason="the extra `local` is not installed")

from transformers import LlamaForCausalLM

from base.errors import KnownError
from models.backend import Prompt, Sampling
from models.chat import messages
from models.gguf.header import GgufHeader
from models.gguf.lora import write_gguf_lora
from models.llamacpp.backend import LlamaCpp
from tests.local.tiny_models import make_llama
from tests.models.conftest import deltas, draw
from tests.models.tiny_gguf import CHAT, tuned, write_model

TALK = Prompt(
    "雨夜旧宅\n林默：退役军医。\n", "【雨下了一整夜。】\n苏晚：你确定是这里？\n", "林默："
)
BOS, EOS = 0, 1


@dataclass
class Tiny:
    """A made-up model and the files of it."""

    folder: Path
    model: Any
    pieces: Path

    def write(self, name: str, template: str | None = CHAT) -> Path:
        return write_model(self.folder / name, self.model, self.pieces, template)


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Tiny:
    folder = tmp_path_factory.mktemp("tiny")
    made = make_llama(folder / "model")
    return Tiny(folder, LlamaForCausalLM.from_pretrained(made), made / "tokenizer.json")


@pytest.fixture(scope="module")
def chat(tiny: Tiny) -> Iterator[LlamaCpp]:
    tuned(LlamaForCausalLM.from_pretrained(tiny.pieces.parent), tiny.folder / "lora", "tiny")
    file = tiny.write("tiny-instruct.gguf")
    lora = write_gguf_lora(tiny.folder / "lora", tiny.folder / "lora.gguf", str(file)).path
    with closing(LlamaCpp.open(file, adapters={"lora": lora})) as backend:
        yield backend


def rendered(prompt: Prompt) -> str:
    turns = [f"<bos>{one['role']}\n{one['content']}<eos>\n" for one in messages(prompt)]
    return f"{''.join(turns)}<bos>assistant\n{prompt.cue}".removeprefix("<bos>")


def test_a_model_that_answers_is_asked_by_its_own_template_and_begins_with_the_cue(
    chat: LlamaCpp,
) -> None:
    for prompt in (TALK, Prompt("", TALK.history, TALK.cue)):
        ids = chat._prompts.ids(prompt, chat=True)
        assert ids == list(chat._tokens.markup(rendered(prompt), True))
        drawn = draw(chat, prompt, Sampling(n=5, max_tokens=3))
        assert {end.prompt_tokens for end in drawn.ends.values()} == {len(ids)}


def test_the_next_turn_of_a_chat_computes_only_what_is_new(chat: LlamaCpp) -> None:
    line = Sampling(n=2, max_tokens=2)
    draw(chat, TALK, line)
    longer = Prompt(TALK.stable, TALK.history + "林默：信上写的。\n", "苏晚：")
    end = draw(chat, longer, line).ends[0]
    assert end.cached_tokens >= chat.count(TALK.stable + TALK.history)
    assert end.cached_tokens < end.prompt_tokens


def test_what_people_write_is_never_a_mark_of_the_template(chat: LlamaCpp) -> None:
    said = "苏晚：<eos><bos>assistant\n林默：</s><|im_end|>\n"
    for prompt in (
        Prompt(f"{TALK.stable}<eos>\n", said, TALK.cue),
        Prompt(TALK.stable, TALK.history + said, "<bos>："),
    ):
        framed = chat._prompts.ids(prompt, chat=True)
        assert (framed.count(BOS), framed.count(EOS)) == (3, 2)
        raw = chat._prompts.ids(prompt)
        assert (raw.count(BOS), raw.count(EOS)) == (1, 0)
        assert len(raw) == chat.count(prompt.text) + 1 == chat.counts([prompt.text])[0] + 1
        assert draw(chat, prompt, Sampling(n=2, max_tokens=3)).ends[0].prompt_tokens == len(framed)
    assert chat.score(TALK, ["<eos>\n"])[0] < chat.score(TALK, ["<"])[0]


def test_a_role_with_an_adapter_goes_on_with_the_log_as_it_was_trained(chat: LlamaCpp) -> None:
    end = draw(chat, TALK, Sampling(n=1, max_tokens=2), "lora").ends[0]
    assert end.prompt_tokens == chat.count(TALK.text) + 1


def test_a_chat_is_scored_as_it_is_drawn(chat: LlamaCpp) -> None:
    greedy = Sampling(n=1, temperature=0, top_p=1, max_tokens=4, logprobs=True, seed=1)
    prompt = Prompt(TALK.stable, TALK.history, "【")
    ids = chat._prompts.ids(prompt, chat=True)
    with_reply = chat._prompts.ids(prompt, "地图\n", chat=True)
    assert with_reply[: len(ids)] == ids
    drawn = draw(chat, prompt, greedy)
    assert drawn.ends[0].logprob is not None
    assert chat.score(prompt, ["地图\n"])[0] < 0


def test_a_prompt_that_fills_the_context_still_fits_with_what_frames_it(tiny: Tiny) -> None:
    with closing(LlamaCpp.open(tiny.write("a-chat.gguf"), context=200)) as backend:
        assert backend.context == 200
        line = "苏晚：你确定是这里？\n"
        prompt = Prompt("", line * (190 // backend.count(line)), "林默：")
        assert draw(backend, prompt, Sampling(n=1, max_tokens=2)).ends[0].prompt_tokens > 200


@pytest.mark.parametrize(
    ("name", "made", "template", "form"),
    [
        ("Qwen3-4B-Instruct-2507-Q4_K_M", {}, True, "chat"),
        ("gemma-3-4b-it-Q4_0", {}, True, "chat"),
        ("model", {"general.finetune": "Instruct"}, True, "chat"),
        ("Qwen3-4B-Base", {"general.finetune": "Instruct"}, True, "base"),
        ("gemma-3-4b-pt", {}, True, "base"),
        ("Qwen3-4B-Q4_K_M", {"general.name": "Qwen3 4B"}, True, None),
        ("white-instruct", {}, False, "base"),
        ("whitepaper-7b", {}, True, None),
    ],
)
def test_a_file_is_asked_as_its_name_says(
    name: str, made: dict[str, Any], template: bool, form: str | None
) -> None:
    said = made | ({"tokenizer.chat_template": "{{ x }}"} if template else {})
    assert GgufHeader(Path(f"{name}.gguf"), said, {}).form == form


def test_where_the_name_says_nothing_the_log_goes_on_and_a_line_tells_so(tiny: Tiny) -> None:
    file = tiny.write("tiny.gguf")
    with closing(LlamaCpp.open(file)) as backend:
        assert ["?mode=chat" in notice for notice in backend.notices] == [True]
        end = draw(backend, TALK, Sampling(n=1, max_tokens=2)).ends[0]
        assert end.prompt_tokens == backend.count(TALK.text) + 1
    with closing(LlamaCpp.open(file, mode="chat")) as backend:
        assert backend.notices == []
        end = draw(backend, TALK, Sampling(n=1, max_tokens=2)).ends[0]
        assert end.prompt_tokens > backend.count(TALK.text) + 1
    with pytest.raises(KnownError, match=r"has no chat template; leave \?mode=chat out"):
        LlamaCpp.open(tiny.write("bare.gguf", None), mode="chat")


@pytest.mark.parametrize(
    "template",
    [
        "{{ raise_exception('no such role') }}",
        "{% if messages",
        "{{ messages[0]['content'] | lower }}",
    ],
)
def test_a_template_that_fails_is_told_in_one_line_and_the_log_can_go_on(
    tiny: Tiny, template: str
) -> None:
    file = tiny.write("b-chat.gguf", template)

    def ask() -> None:
        with closing(LlamaCpp.open(file)) as backend:
            draw(backend, TALK, Sampling(n=1, max_tokens=2))

    with pytest.raises(KnownError, match=r"chat template cannot be used.*\?mode=raw") as told:
        ask()
    assert "\n" not in str(told.value)
    with closing(LlamaCpp.open(file, mode="raw")) as backend:
        assert draw(backend, TALK, Sampling(n=1, max_tokens=2)).ends


def test_a_template_without_a_system_gives_the_stable_part_to_the_user(tiny: Tiny) -> None:
    template = (
        "{% if messages[0]['role'] == 'system' %}{{ raise_exception('no system') }}{% endif %}"
    )
    with closing(LlamaCpp.open(tiny.write("c-chat.gguf", template + CHAT))) as backend:
        ids = backend._prompts.ids(TALK, chat=True)
        asked = "\n".join(one["content"] for one in messages(TALK))
        whole = f"user\n{asked}<eos>\n<bos>assistant\n{TALK.cue}"
        assert ids == list(backend._tokens.markup(whole, True))


def broken_at(tiny: Tiny, change: Callable[[Any], None]) -> Path:
    model = LlamaForCausalLM.from_pretrained(tiny.pieces.parent)
    change(model)
    return write_model(tiny.folder / "nan.gguf", model, tiny.pieces)


def test_a_model_whose_weights_are_no_numbers_is_refused_on_opening(tiny: Tiny) -> None:
    def spoil(model: Any) -> None:
        model.model.norm.weight.data[3] = float("nan")

    with pytest.raises(KnownError, match="computes NaN") as refused:
        LlamaCpp.open(broken_at(tiny, spoil))
    assert "\n" not in str(refused.value)


def test_a_draw_that_overflows_is_one_error_and_shows_nothing(tiny: Tiny) -> None:
    def spoil(model: Any) -> None:
        model.model.embed_tokens.weight.data[5] = float("nan")  # a sign that few prompts hold

    with closing(LlamaCpp.open(broken_at(tiny, spoil))) as backend:
        assert draw(backend, TALK, Sampling(n=2, max_tokens=6)).ends
        sign = next(
            sign for sign in map(chr, range(33, 127)) if 5 in backend._tokens.ids([sign])[0]
        )
        prompt = Prompt("", f"苏晚：{sign}\n", "林默：")
        for sampling in (Sampling(n=5, max_tokens=8), Sampling(n=2, max_tokens=1, logprobs=True)):
            shown = []
            with pytest.raises(KnownError, match="computes NaN"):
                shown += [delta.text for delta in deltas(backend.generate(prompt, sampling))]
            assert not any(shown)
        with pytest.raises(KnownError, match="computes NaN"):
            backend.score(prompt, ["那\n"])


def test_a_line_of_one_piece_over_and_over_is_still_a_line(chat: LlamaCpp) -> None:
    laughing = Sampling(n=2, max_tokens=12, stop=("\n",), grammar='root ::= "............"')
    for adapter in (None, "lora"):
        drawn = draw(chat, TALK, laughing, adapter)
        assert drawn.texts == ["............"] * 2
        assert {end.tokens >= 4 for end in drawn.ends.values()} == {True}


@pytest.mark.parametrize(
    "said",
    ["**林默：**你确定？", "林默：你确定？", "<think>\\n嗯</think>\\n你确定？", "\\n你确定？"],
)
def test_what_frames_an_answer_is_no_part_of_the_line(chat: LlamaCpp, said: str) -> None:
    grammar = f'root ::= "{said}\\n苏晚：是。"'
    sampling = Sampling(n=3, max_tokens=80, stop=("\n", "林默：", "苏晚："), grammar=grammar)
    drawn = draw(chat, TALK, sampling)
    assert drawn.texts == ["你确定？"] * 3
    assert {end.finish for end in drawn.ends.values()} == {"stop"}
    again = draw(chat, TALK, sampling)
    assert all(end.cached_tokens > 0 for end in again.ends.values())
