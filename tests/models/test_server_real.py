"""A draw through the HTTP server that llama.cpp runs in this process."""

import json
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from base.errors import KnownError
from models.backend import Backend, Delta, Prompt, Sampling
from models.llamacpp.backend import LlamaCpp
from models.server.backend import Server, estimate
from models.server.manners import _KNOWN
from tests.models.conftest import TALK, draw, write_lora
from tests.tui.conftest import Run, home, run

__all__ = ["home", "run"]

STOPS = ("\n", "【", "苏晚：", "苏晚:", "林默：", "林默:")


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
        while not isinstance(next(deltas), Delta):
            pass
    assert not [thread for thread in threading.enumerate() if thread.name == "draw"]
    assert draw(starter, TALK, Sampling(n=1, max_tokens=2)).texts[0]
    backend.close()


def test_a_real_server_refuses_a_prompt_beyond_its_context(llama_server: str) -> None:
    backend = Server.open(llama_server)
    with pytest.raises(KnownError, match=r"400 .*context"):
        draw(backend, Prompt("", "苏晚：雨还没有停。\n" * 2000, "林默："), Sampling(n=1))
    backend.close()


def test_a_real_server_refuses_a_wrong_key(
    llama_server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PAOTUAN_API_KEY", "sk-not-the-key")
    with pytest.raises(KnownError, match=r"refused the key.*PAOTUAN_API_KEY") as failure:
        draw(Server.open(llama_server), TALK, Sampling(n=1))
    assert "sk-not-the-key" not in str(failure.value)


def test_a_guess_of_tokens_is_on_the_safe_side(starter: Backend) -> None:
    for text in (TALK.text, "Tom: I do not believe you, Ann!\n" * 3):
        assert estimate(text) >= starter.count(text)


@pytest.fixture(scope="module")
def four_slots(starter_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """llama.cpp's server as it starts by default, with four slots, and one adapter loaded."""
    import xllamacpp

    tilt = write_lora(tmp_path_factory.mktemp("lora") / "tilt.gguf", "gemma3", 640)
    params = xllamacpp.CommonParams()
    params.model.path = str(starter_file)
    params.n_parallel = 4
    params.n_ctx = 2048
    params.kv_unified = True
    params.verbosity = -1
    params.lora_adapters = [xllamacpp.CommonAdapterLoraInfo(str(tilt), 1.0)]
    server = xllamacpp.Server(params)
    yield server.listening_address
    del server


@pytest.mark.parametrize("mode", ["completions", "chat"])
def test_five_candidates_come_from_the_four_slots_of_a_real_server(
    four_slots: str, mode: Any
) -> None:
    _KNOWN.clear()
    backend = Server.open(four_slots, mode=mode)
    drawn = draw(backend, TALK, Sampling(n=5, max_tokens=8, stop=STOPS, min_p=0.02))
    assert len(drawn.ends) == 5
    assert backend.notices == []
    backend.close()


def test_a_real_server_that_does_not_tell_its_slots_is_asked_for_fewer_at_once(
    four_slots: str,
) -> None:
    _KNOWN.clear()
    backend = Server.open(four_slots, dialect="common")
    assert len(draw(backend, TALK, Sampling(n=5, max_tokens=8, stop=STOPS)).ends) == 5
    assert [notice.partition(": ")[2] for notice in backend.notices] == [
        "it takes at most 4 candidates in a request; the others are asked for beside it"
    ]
    backend.close()


def test_a_real_server_counts_a_history_in_one_request(four_slots: str, starter: Backend) -> None:
    backend = Server.open(four_slots)
    lines = [f"苏晚：第{at}句。\n" for at in range(100)]
    assert backend.counts(lines) == [starter.count(line) for line in lines]
    backend.close()


@pytest.mark.parametrize("path", ["tilt.gguf", None])
def test_an_adapter_of_a_real_server_is_drawn_with(four_slots: str, path: str | None) -> None:
    backend = Server.open(four_slots, adapters={"tilt": path})
    sampling = Sampling(n=1, max_tokens=6, temperature=0.0, seed=1, logprobs=True)
    plain, tilted = draw(backend, TALK, sampling), draw(backend, TALK, sampling, "tilt")
    assert (plain.texts, plain.ends[0].logprob) != (tilted.texts, tilted.ends[0].logprob)
    backend.close()


def test_an_adapter_that_a_real_server_has_not_loaded_is_told(four_slots: str) -> None:
    with pytest.raises(KnownError, match=r"adapter ink: .*--lora ink\.gguf"):
        Server.open(four_slots, adapters={"ink": None})


def test_tables_play_at_a_real_server_by_the_names_of_its_adapters(
    four_slots: str, run: Run
) -> None:
    options = ("--tables", 1, "--turns", 3, "-n", 1, "--history-tokens", 100, "--json")
    ran = run("bench", "serve", four_slots, *options, "--adapter", "tilt")
    assert ran.status == 0, ran.err
    report = json.loads(ran.out)
    assert (report["draws"], report["failed"]) == (3, 0)
    assert report["cached"] > 0.5  # a prompt begins as that of the last turn did
    refused = run("bench", "serve", four_slots, *options, "--adapter", "ink")
    assert refused.status != 0 and "--lora ink.gguf" in refused.err
