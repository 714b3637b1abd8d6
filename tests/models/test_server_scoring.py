"""How likely a text is, told by a server: the same sums as in process, or a word that it cannot."""

import json
import math
from collections.abc import Callable, Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest

from base.errors import KnownError
from models.backend import Prompt, Scorer, scorer
from models.gguf.lora import write_gguf_lora
from models.llamacpp.backend import LlamaCpp
from models.local.loading import open_checkpoint
from models.server.backend import Server
from models.server.endpoint import Patience
from tests.local.tiny_models import make_llama
from tests.models.conftest import TALK
from tests.models.tiny_gguf import tuned, write_model

REPLIES = ["你怎么知道？\n", "Watson!\n", ""]
PAIRS = [
    (TALK, "我们进去吧。\n"),
    (Prompt(TALK.stable, TALK.history, "林默："), "我们进去吧。\n"),
    (TALK, ""),
]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LlamaCpp]:
    """A tiny model with an adapter, which llama.cpp also serves by HTTP."""
    folder = make_llama(tmp_path_factory.mktemp("llama"))
    model = open_checkpoint(folder, device="cpu").model
    base = write_model(folder / "base.gguf", model, folder / "tokenizer.json")
    tuned(model, folder / "voice", base)
    voice = write_gguf_lora(folder / "voice", folder / "voice.gguf").path
    with closing(LlamaCpp.open(base, context=256, adapters={"voice": voice})) as backend:
        yield backend


@pytest.fixture
def llama_server(served: LlamaCpp, monkeypatch: pytest.MonkeyPatch) -> str:
    address, key = served.address
    monkeypatch.setenv("PAOTUAN_API_KEY", key)
    return address


@pytest.mark.parametrize("adapter", [None, "voice"])
def test_llama_server_tells_what_llama_cpp_tells_in_process(
    adapter: str | None, llama_server: str, served: LlamaCpp
) -> None:
    with closing(Server.open(llama_server, adapters={"voice": "voice.gguf"})) as backend:
        told = scorer(backend).score(TALK, REPLIES, adapter)
        assert told == pytest.approx(served.score(TALK, REPLIES, adapter), abs=0.02)
        told = scorer(backend).score_pairs(PAIRS, adapter)
        assert told == pytest.approx(served.score_pairs(PAIRS, adapter), abs=0.02)


def test_what_a_server_may_not_score_is_said_in_a_line(llama_server: str) -> None:
    with (
        closing(Server.open(llama_server, context=64)) as backend,
        pytest.raises(KnownError, match=r"prompt and reply have \d+ tokens, the context has 64"),
    ):
        scorer(backend).score(TALK, ["很" * 64])
    with closing(Server.open(llama_server, mode="chat")) as backend:
        assert not isinstance(backend, Scorer)
        with pytest.raises(KnownError, match=r"cannot tell how likely.*without \?mode=chat can"):
            scorer(backend)


class Likely(ThreadingHTTPServer):
    """A server that speaks as vLLM does; a token is a character, and as likely as its id says."""

    daemon_threads = True
    owner = "vllm"
    asked: list[dict[str, Any]]
    answer: Callable[[dict[str, Any]], Any] | None = None

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.asked = []

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/v1"

    def scored(self, body: dict[str, Any]) -> Any:
        """The answer to a request for likelihoods."""
        if self.answer is not None:
            return self.answer(body)
        scale = 2.0 if body["model"] == "sanguo" else 1.0
        choices = []
        for at, ids in enumerate(body["prompt"]):
            entries: list[Any] = [None]
            for token in ids[1:]:
                entries.append({str(token): {"logprob": -scale * token / 1000, "rank": 3}})
            choices.append({"index": at, "text": "x", "prompt_logprobs": entries})
        return {"choices": choices[::-1]}  # the order is not promised


class _Handler(BaseHTTPRequestHandler):
    server: Likely

    def do_GET(self) -> None:
        base = {"id": "tiny", "owned_by": self.server.owner, "max_model_len": 500, "parent": None}
        lora = base | {"id": "sanguo", "parent": "tiny", "max_model_len": None}
        self.tell({"data": [base, lora]} if self.path == "/v1/models" else None)

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        if self.path == "/tokenize":
            ids = [1] * body["add_special_tokens"] + [ord(sign) for sign in body["prompt"]]
            self.tell({"tokens": ids, "count": len(ids)})
        else:
            self.server.asked.append(body)
            self.tell(self.server.scored(body))

    def tell(self, value: Any) -> None:
        data = json.dumps(value).encode()
        self.send_response(404 if value is None else 200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def likely() -> Iterator[Likely]:
    server = Likely()
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()


def sums(text: str) -> float:
    return -sum(map(ord, text)) / 1000


def test_the_likelihoods_that_vllm_tells_are_those_of_the_reply(likely: Likely) -> None:
    with closing(Server.open(likely.address)) as backend:
        wanted = [sums(reply) for reply in REPLIES]
        assert scorer(backend).score(TALK, REPLIES) == pytest.approx(wanted)
        assert scorer(backend).score(TALK, ["好\n"], "sanguo") == pytest.approx([2 * sums("好\n")])
        assert len(likely.asked) == 2
        assert [body["model"] for body in likely.asked] == ["tiny", "sanguo"]


def test_many_texts_are_asked_about_in_few_requests(
    likely: Likely, monkeypatch: pytest.MonkeyPatch
) -> None:

    from models.server import scoring

    monkeypatch.setattr(scoring, "TOGETHER", 150)
    pairs = [(Prompt("", "", "甲："), "好" * length) for length in range(0, 60, 3)]
    with closing(Server.open(likely.address)) as backend:
        wanted = [sums(reply) for _, reply in pairs]
        assert scorer(backend).score_pairs(pairs) == pytest.approx(wanted)
    assert 1 < len(likely.asked) < len(pairs) / 2
    assert all(sum(map(len, body["prompt"])) <= 150 for body in likely.asked)


@pytest.mark.parametrize(
    "answer",
    [
        None,
        [],
        {"choices": None},
        {"choices": [1, {"index": 0.5}]},
        {"choices": [{"index": 0}]},
        {"choices": [{"index": 0, "prompt_logprobs": [None]}]},
        {"choices": [{"index": 0, "prompt_logprobs": [{"22909": {"logprob": math.nan}}] * 200}]},
        {"choices": [{"index": 0, "prompt_logprobs": [{"22909": "x"}] * 200}]},
    ],
)
def test_a_server_that_tells_something_else_is_told_of_in_a_line(
    likely: Likely, answer: Any
) -> None:
    likely.answer = lambda body: answer
    with closing(Server.open(likely.address)) as backend:
        with pytest.raises(KnownError) as failed:
            scorer(backend).score(TALK, ["好"])
        assert likely.address in str(failed.value)
        assert "\n" not in str(failed.value)


@pytest.mark.parametrize("owner", ["openai", "library", "sglang", "somebody"])
def test_a_server_that_tells_no_likelihoods_is_no_scorer(likely: Likely, owner: str) -> None:
    likely.owner = owner
    with closing(Server.open(likely.address, patience=Patience(connect=5))) as backend:
        assert not isinstance(backend, Scorer)
        with pytest.raises(KnownError, match="vLLM and llama-server"):
            scorer(backend)


def test_the_dialect_in_the_address_says_who_scores(likely: Likely) -> None:
    likely.owner = "openai"
    with closing(Server.open(likely.address, dialect="vllm")) as backend:
        assert scorer(backend).score(TALK, ["好"]) == pytest.approx([sums("好")])
