"""What a backend has read ahead, a draw does not read again; the same holds for every backend."""

import time
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import pytest

from base.errors import KnownError
from models.backend import BACKENDS, Backend, Progress, Prompt, Sampling, open_backend
from models.scripted import Scripted
from models.server.backend import Server
from models.server.dialect import DIALECTS
from tests.models.conftest import TALK, draw
from tests.models.made_server import QUICK, Request, Serve, piece

LINE = Sampling(n=3, max_tokens=4, temperature=0.0)  # a line that ends by chance tells no usage
HISTORY = "".join(
    f"苏晚：你确定是这里？我数过了，第{number}级台阶是松的。\n" for number in range(40)
)
LONG = Prompt("雨夜旧宅\n", HISTORY, "林默：")


@pytest.fixture(scope="module")
def backends(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Backend]]:
    """One of each kind, with one made-up Llama for those that compute."""
    pytest.importorskip("xllamacpp", reason="the extra `starter` is not installed")
    pytest.importorskip("torch", reason="the extra `local` is not installed")
    from transformers import AutoTokenizer, LlamaForCausalLM

    from models.llamacpp.backend import LlamaCpp
    from tests.local.tiny_models import make_llama, tiny_llama
    from tests.models.tiny_gguf import write_model

    folder = make_llama(tmp_path_factory.mktemp("prefill") / "tiny")
    size = len(AutoTokenizer.from_pretrained(folder))
    tiny_llama(size, max_position_embeddings=4096).save_pretrained(folder)
    model = LlamaForCausalLM.from_pretrained(folder)
    file = write_model(folder / "tiny.gguf", model, folder / "tokenizer.json")
    with ExitStack() as stack, pytest.MonkeyPatch.context() as environment:
        served = LlamaCpp.open(file, context=4096)
        address, key = served.address
        environment.setenv("PAOTUAN_API_KEY", key)
        opened = {
            "scripted": Scripted(["走吧。", "等等。"], batch=100),
            "llamacpp": LlamaCpp.open(file, context=4096),
            "local": open_backend("local", path=folder, device="cpu"),
            "server": open_backend("server", url=address),
        }
        for backend in (*opened.values(), served):
            stack.enter_context(closing(backend))
        yield opened


def prefill(backend: Backend, prompt: Prompt) -> list[Progress]:
    with closing(backend.prefill(prompt)) as reading:
        return list(reading)


@pytest.mark.parametrize("name", sorted(BACKENDS))
def test_a_prefill_reads_the_whole_prompt_and_the_draw_behind_it_nearly_nothing(
    backends: dict[str, Backend], name: str
) -> None:
    backend = backends[name]
    signs = prefill(backend, LONG)
    assert len(signs) > 1
    assert signs == sorted(signs)
    assert signs[-1].done == signs[-1].total > 512
    for end in draw(backend, LONG, LINE).ends.values():
        assert end.prompt_tokens == signs[-1].total
        assert end.cached_tokens >= end.prompt_tokens - 1


@pytest.mark.parametrize("name", sorted(BACKENDS))
def test_a_prefill_left_half_way_keeps_what_it_has_read(
    backends: dict[str, Backend], name: str
) -> None:
    backend = backends[name]
    prompt = Prompt(f"又一夜，{name}\n", HISTORY, "林默：")
    with closing(backend.prefill(prompt)) as reading:
        read = next(sign for sign in reading if sign.done)
    assert 0 < read.done < read.total
    if name == "server":
        time.sleep(2)  # it hears at its next batch that nobody reads any more
    end = draw(backend, prompt, LINE).ends[0]
    assert read.done <= end.cached_tokens < end.prompt_tokens


@pytest.mark.parametrize("name", sorted(BACKENDS))
def test_what_is_said_behind_what_was_read_ahead_is_all_that_a_draw_reads(
    backends: dict[str, Backend], name: str
) -> None:
    backend = backends[name]
    prefill(backend, LONG)
    end = draw(backend, Prompt(LONG.stable, f"{HISTORY}林默：走。\n", "苏晚："), LINE).ends[0]
    assert end.cached_tokens >= backend.count(LONG.stable + HISTORY) - 1
    assert end.cached_tokens > 0.9 * end.prompt_tokens


@pytest.mark.parametrize("name", sorted(BACKENDS))
def test_a_prefill_changes_nothing_of_what_is_drawn(
    backends: dict[str, Backend], name: str
) -> None:
    backend = backends[name]
    likeliest = Sampling(n=1, max_tokens=6, temperature=0.0)
    if isinstance(backend, Scripted):
        backend = Scripted(["走吧。"])
    alone = draw(backend, TALK, likeliest).texts
    prefill(backend, LONG)
    prefill(backend, TALK)
    assert draw(backend, TALK, likeliest).texts == alone


@pytest.mark.parametrize("name", sorted(BACKENDS))
def test_a_prompt_beyond_the_context_is_not_read_ahead(
    backends: dict[str, Backend], name: str
) -> None:
    with pytest.raises(KnownError, match="context"):
        prefill(backends[name], Prompt("", HISTORY * 9, "林默："))


def test_the_scripted_model_reads_at_the_pace_that_it_is_given() -> None:
    backend = Scripted(["好。"], batch=10)
    total = len(TALK.text)
    signs = [sign.done for sign in prefill(backend, TALK)]
    assert signs == [*range(10, total, 10), total]
    assert backend.prefilled == [TALK]
    assert draw(backend, TALK, Sampling(n=1)).ends[0].cached_tokens == total
    assert draw(backend, TALK, Sampling(n=1), "other").ends[0].cached_tokens == 0


@pytest.mark.parametrize("dialect", sorted(DIALECTS))
def test_a_server_is_asked_to_read_ahead_only_where_it_keeps_what_it_read(
    serve: Serve, dialect: str
) -> None:
    bodies: list[dict[str, Any]] = []

    def answer(request: Request) -> None:
        if request.path.endswith("/tokenize"):
            request.json({"tokens": [1]})
        else:
            request.stream(piece("好", finish="length"), "[DONE]")

    backend = Server.open(serve(answer, bodies=bodies), patience=QUICK, dialect=dialect)
    bodies.clear()
    signs = prefill(backend, TALK)
    asked = [body for body in bodies if "prompt" in body and "stream" in body]
    if DIALECTS[dialect].keeps_prompts:
        assert signs[-1].done == signs[-1].total
        assert [body["max_tokens"] for body in asked] == [1]
        assert asked[0]["prompt"] == TALK.text
    else:
        assert (signs, asked) == ([], [])


def test_a_service_that_is_paid_by_the_token_is_never_asked_to_read_ahead() -> None:
    assert not [one.name for one in DIALECTS.values() if one.hosts and one.keeps_prompts]


def test_a_chat_model_that_thinks_is_not_let_think_while_it_reads_ahead(
    serve: Serve, tmp_path: Path
) -> None:
    bodies: list[dict[str, Any]] = []

    def answer(request: Request) -> None:
        choice = {"index": 0, "delta": {"reasoning_content": "嗯"}, "finish_reason": "length"}
        request.stream({"choices": [choice]}, "[DONE]")

    backend = Server.open(
        serve(answer, bodies=bodies), mode="chat", dialect="ollama", patience=QUICK
    )
    assert prefill(backend, TALK)
    assert prefill(backend, TALK)
    assert [body["max_tokens"] for body in bodies] == [1, 1]
    assert backend.notices == []
