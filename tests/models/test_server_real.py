"""A draw through the HTTP server that llama.cpp runs in this process."""

import threading
from contextlib import closing
from typing import Any

import pytest

from models.backend import Backend, Prompt, Sampling
from models.errors import ModelError
from models.llamacpp import LlamaCpp
from models.server import Server, estimate
from tests.models.conftest import TALK, draw


@pytest.fixture
def llama_server(starter: Backend, monkeypatch: pytest.MonkeyPatch) -> str:
    """The address of the HTTP server that llama.cpp runs in this process; its key is set."""
    assert isinstance(starter, LlamaCpp)
    address, key = starter.address
    monkeypatch.setenv("PAOTUAN_API_KEY", key)
    return address


@pytest.mark.parametrize("mode", ["completions", "chat"])
def test_a_real_server_draws_candidates_side_by_side(llama_server: str, mode: Any) -> None:
    backend = Server.open(llama_server, mode=mode)
    sampling = Sampling(n=3, max_tokens=10, stop=("\n", "【"), logprobs=True)
    drawn = draw(backend, TALK, sampling)
    assert not any("\n" in text or "【" in text for text in drawn.texts)
    assert all(end.tokens <= 10 and end.logprob is not None for end in drawn.ends.values())
    backend.close()


def test_a_real_server_counts_with_its_own_tokenizer(llama_server: str, starter: Backend) -> None:
    backend = Server.open(llama_server)
    assert backend.exact_count
    assert backend.count(TALK.text) == starter.count(TALK.text)
    assert backend.context >= starter.context
    backend.close()


def test_a_real_server_keeps_to_a_grammar(llama_server: str) -> None:
    backend = Server.open(llama_server)
    sampling = Sampling(n=2, max_tokens=8, grammar='root ::= "yes" | "no"')
    assert set(draw(backend, TALK, sampling).texts) <= {"yes", "no"}
    backend.close()


def test_a_real_server_stops_when_the_draw_is_closed(llama_server: str, starter: Backend) -> None:
    backend = Server.open(llama_server)
    with closing(backend.generate(TALK, Sampling(n=2, max_tokens=900))) as deltas:
        while not next(deltas).text:
            pass
    assert not [thread for thread in threading.enumerate() if thread.name == "draw"]
    assert draw(starter, TALK, Sampling(n=1, max_tokens=2)).texts[0]
    backend.close()


def test_a_real_server_refuses_a_prompt_beyond_its_context(llama_server: str) -> None:
    backend = Server.open(llama_server)
    with pytest.raises(ModelError, match=r"400 .*context"):
        draw(backend, Prompt("", "苏晚：雨还没有停。\n" * 2000, "林默："), Sampling(n=1))
    backend.close()


def test_a_real_server_refuses_a_wrong_key(
    llama_server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PAOTUAN_API_KEY", "sk-not-the-key")
    with pytest.raises(ModelError, match=r"refused the key.*PAOTUAN_API_KEY") as failure:
        draw(Server.open(llama_server), TALK, Sampling(n=1))
    assert "sk-not-the-key" not in str(failure.value)


def test_a_guess_of_tokens_is_on_the_safe_side(starter: Backend) -> None:
    for text in (TALK.text, "Tom: I do not believe you, Ann!\n" * 3):
        assert estimate(text) >= starter.count(text)
