"""A test of a server's address: what it says is what the server does."""

import pytest

from base.errors import KnownError
from models.server.probe import WORD, probe
from tests.models.made_server import QUICK, Request, Serve, piece


def answers(text: str):  # type: ignore[no-untyped-def]
    def answer(request: Request) -> None:
        for index in range(request.bodies[-1].get("n", 1)):
            request.stream(piece(text, index, "stop"))
        request.stream("[DONE]")

    return answer


def test_a_server_that_does_everything(serve: Serve) -> None:
    models = {"data": [{"id": "tiny", "owned_by": "vllm", "max_model_len": 8192}]}
    found = probe(url=serve(answers(WORD), models=models), patience=QUICK)
    assert (found.model, found.context) == ("tiny", 8192)
    assert found.several
    assert found.grammar
    assert 0 < found.opened_ms < 5000
    assert 0 < found.first_ms < 5000


def test_a_server_that_draws_one_at_a_time_and_minds_no_grammar(serve: Serve) -> None:
    def refuses(request: Request) -> None:
        if request.bodies[-1].get("n", 1) > 1:
            request.json({"error": {"param": "n", "message": "only one"}}, 400)
        else:
            answers("你好。")(request)

    found = probe(url=serve(refuses), patience=QUICK)
    assert not found.several
    assert not found.grammar


def test_a_server_that_is_not_there_is_said_to_be_so() -> None:
    with pytest.raises(KnownError, match=r"127\.0\.0\.1:9"):
        probe(url="http://127.0.0.1:9/v1", patience=QUICK)
