"""A server that is scripted, with all that servers do wrong."""

import os
import socket
import threading
import time
from contextlib import closing
from typing import Any

import pytest

from base.errors import KnownError
from models.answer.line import AnswerFilter
from models.backend import Progress, Prompt, Sampling
from models.chat import messages
from models.server.backend import Server, estimate
from models.server.endpoint import MAX_LINE
from tests.models.conftest import TALK, draw
from tests.models.made_server import QUICK, Request, Serve, piece


def fails(url: str, says: str, sampling: Sampling = Sampling(n=1)) -> None:  # noqa: B008
    """Drawing from `url` must end in one line that names the address and holds `says`."""
    backend = Server.open(url, patience=QUICK)
    with pytest.raises(KnownError, match=says) as failure:
        draw(backend, TALK, sampling)
    assert url in str(failure.value)
    assert "\n" not in str(failure.value)
    backend.close()


def test_a_busy_server_is_asked_again(serve: Serve) -> None:
    bodies: list[dict[str, Any]] = []

    def answer(request: Request) -> None:
        if len(bodies) == 1:
            request.send(500, "application/json", b'{"error": {"message": "busy"}}')
        elif len(bodies) == 2:
            request.send(429, "text/plain", b"slower", Retry_After="0")
        else:
            request.stream(piece("好。"), piece("", finish="stop"), "[DONE]")

    backend = Server.open(serve(answer, bodies=bodies), patience=QUICK)
    assert draw(backend, TALK, Sampling(n=1)).texts == ["好。"]
    assert len(bodies) == 3


def test_a_server_that_stays_busy_is_given_up_with_its_own_words(serve: Serve) -> None:
    body = b'{"error": {"message": "no\\u001b[31m room\\nleft"}}'
    url = serve(lambda request: request.send(503, "application/json", body))
    fails(url, r"503 no room left")


def test_a_stream_that_stalls_is_cut(serve: Serve) -> None:
    def answer(request: Request) -> None:
        request.stream(piece("好"))
        time.sleep(3)

    began = time.perf_counter()
    fails(serve(answer), "nothing came for 0.3 s")
    assert time.perf_counter() - began < 2.5


def test_a_connection_that_breaks_off_is_not_taken_for_an_end(serve: Serve) -> None:
    def answer(request: Request) -> None:
        request.stream(piece("好"))

    fails(serve(answer), "broke off")


def test_a_connection_cut_before_the_promised_length_is_told(serve: Serve) -> None:
    bodies: list[dict[str, Any]] = []

    def answer(request: Request) -> None:
        request.send(200, "text/event-stream", b"data: ", Content_Length="1000")

    fails(serve(answer, bodies=bodies), "broke off")
    assert len(bodies) == QUICK.tries


def test_a_server_that_closes_at_once_is_told(serve: Serve) -> None:
    fails(serve(lambda request: request.connection.close()), "broke off")


@pytest.mark.parametrize("garbage", ["{half", "[1, 2]", "null", "你好", "[" * 5000])
def test_a_stream_of_garbage_is_told(serve: Serve, garbage: str) -> None:
    fails(serve(lambda request: request.stream(garbage)), "not a completion")


@pytest.mark.parametrize(
    "event",
    [
        {"choices": None},
        {"choices": [None, 3, {"index": "x"}, {"index": 99, "text": "外"}]},
        {"choices": [{"text": None, "logprobs": [1]}]},
    ],
)
def test_odd_events_end_in_one_line(serve: Serve, event: object) -> None:
    fails(serve(lambda request: request.stream(event, "[DONE]")), "broke off")


def test_a_huge_line_is_cut(serve: Serve) -> None:
    def answer(request: Request) -> None:
        request.begun = True  # type: ignore[attr-defined]
        request.send(200, "text/event-stream", b"data: " + b"x" * (MAX_LINE + 100))

    fails(serve(answer), f"a line of more than {MAX_LINE} bytes")


def test_an_error_inside_the_stream_is_told(serve: Serve) -> None:
    url = serve(
        lambda request: request.stream(piece("好"), {"error": {"message": "out of memory"}})
    )
    fails(url, "out of memory")


def test_a_web_page_is_not_an_api(serve: Serve) -> None:
    page = b"<html><body>hello</body></html>"
    fails(serve(lambda request: request.send(200, "text/html", page)), "a web page.*/v1")


def test_a_refused_key_says_where_to_set_it(serve: Serve) -> None:
    fails(serve(lambda request: request.send(401, "application/json")), "PAOTUAN_API_KEY")


def test_a_closed_port_asks_whether_the_server_runs() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://user:secret@127.0.0.1:{unused.getsockname()[1]}"
    with pytest.raises(KnownError, match=r"is the server running\?") as failure:
        Server.open(url, patience=QUICK)
    assert "secret" not in str(failure.value)


@pytest.mark.parametrize("url", ["ftp://x", "http://", "http://a:b:c", "localhost:80"])
def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(KnownError, match="not an address"):
        Server.open(url)


def test_a_server_that_ignores_n_is_asked_for_each_candidate(serve: Serve) -> None:
    bodies: list[dict[str, Any]] = []

    def answer(request: Request) -> None:
        request.stream(piece(f"第{len(bodies)}句"), piece("", finish="stop"), "[DONE]")

    backend = Server.open(serve(answer, bodies=bodies), patience=QUICK)
    assert len(set(draw(backend, TALK, Sampling(n=4)).texts)) > 1
    assert [body.get("n") for body in bodies] == [4, None, None, None]
    bodies.clear()
    draw(backend, TALK, Sampling(n=3))
    assert [body.get("n") for body in bodies] == [None, None, None]


def test_an_adapter_that_a_server_does_not_list_is_left_out_and_told(serve: Serve) -> None:
    bodies: list[dict[str, Any]] = []

    def answer(request: Request) -> None:
        request.stream(piece("甲"), piece("", finish="stop"), "[DONE]")

    url = serve(answer, bodies=bodies)
    backend = Server.open(url, patience=QUICK, optional=["sanguo"])
    assert [notice.partition(":")[0] for notice in backend.notices] == [
        "adapter sanguo is left out"
    ]
    draw(backend, TALK, Sampling(n=1), "sanguo")
    draw(backend, TALK, Sampling(n=1), "asked-for")
    assert bodies[0]["model"] != "sanguo"
    assert bodies[1]["model"] == "asked-for"


def test_a_server_that_honours_n_is_asked_once(serve: Serve) -> None:
    bodies: list[dict[str, Any]] = []

    def answer(request: Request) -> None:
        request.stream(piece("乙", 1), piece("甲", 0), piece("", 1, "stop"), piece("", 0, "length"))

    backend = Server.open(serve(answer, bodies=bodies), patience=QUICK)
    drawn = draw(backend, TALK, Sampling(n=2))
    assert drawn.texts == ["甲", "乙"]
    assert [drawn.ends[at].finish for at in (0, 1)] == ["length", "stop"]
    assert len(bodies) == 1


def test_a_stop_that_the_server_overlooks_ends_the_candidate_here(serve: Serve) -> None:
    def answer(request: Request) -> None:
        request.stream(piece("走吧。\n林"), piece("默：我"))
        time.sleep(1)

    backend = Server.open(serve(answer), patience=QUICK)
    began = time.perf_counter()
    drawn = draw(backend, TALK, Sampling(n=1, stop=("\n林默：", "【")))
    assert (drawn.texts, drawn.ends[0].finish) == (["走吧。"], "stop")
    assert time.perf_counter() - began < 0.9


def test_a_line_separator_inside_a_text_is_no_end_of_line(serve: Serve) -> None:
    text = "一\u2028二\x85三"
    backend = Server.open(serve(lambda request: request.stream(piece(text, 0, "stop"))))
    assert draw(backend, TALK, Sampling(n=1)).texts == [text]


@pytest.mark.parametrize(
    ("owner", "field"),
    [("llamacpp", "grammar"), ("vllm", "structured_outputs"), ("somebody", None)],
)
def test_a_grammar_is_put_as_the_server_understands_it(
    serve: Serve, owner: str, field: str | None
) -> None:
    bodies: list[dict[str, Any]] = []
    entry = {"id": "tiny", "owned_by": owner, "max_model_len": 512}

    def answer(request: Request) -> None:
        if request.path == "/tokenize":
            request.send(200, "application/json", b'{"count": 5, "tokens": [1, 2, 3, 4, 5]}')
        else:
            request.stream(piece("好", 0, "stop"))

    url = serve(answer, bodies=bodies, models={"data": [entry]})
    backend = Server.open(url, patience=QUICK)
    draw(backend, TALK, Sampling(n=1, grammar="root ::= x", min_p=0.1, stop=tuple("abcdef")))
    sent = bodies[-1]
    assert {"grammar", "structured_outputs"} & set(sent) == ({field} if field else set())
    assert backend.context == 512
    assert backend.exact_count == (field is not None)
    assert len(sent["stop"]) == 4
    assert ("min_p" in sent) == (field is not None)


def test_the_key_of_openai_goes_to_openai_alone(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str | None] = []
    url = serve(lambda request: request.stream(piece("好", 0, "stop")), headers_seen=seen)
    monkeypatch.delenv("PAOTUAN_API_KEY", raising=False)
    monkeypatch.setenv("OPENAI_API_KEY", "sk-openai")
    draw(Server.open(url), TALK, Sampling(n=1))
    monkeypatch.setenv("PAOTUAN_API_KEY", "mine")
    draw(Server.open(url), TALK, Sampling(n=1))
    draw(Server.open(url, api_key_env="OPENAI_API_KEY"), TALK, Sampling(n=1))
    assert seen == [None, "Bearer mine", "Bearer sk-openai"]


def test_of_several_models_one_must_be_named(serve: Serve) -> None:
    listed = {"data": [{"id": "qwen3-4b"}, {"id": "glm-4-9b"}]}
    url = serve(lambda request: request.stream(piece("好", 0, "stop")), models=listed)
    with pytest.raises(KnownError, match=r"2 models \(qwen3-4b, glm-4-9b\); say which"):
        Server.open(url)
    with pytest.raises(KnownError, match="nearest: qwen3-4b"):
        Server.open(url, "qwen3-4")
    assert Server.open(url, "glm-4-9b").name == "glm-4-9b"


def test_a_chat_answer_that_repeats_the_cue_is_the_line(serve: Serve) -> None:
    bodies: list[dict[str, Any]] = []

    def answer(request: Request) -> None:
        for text in ("\n", "苏", "晚", ":", " 走", "吧。", "\n苏晚：别"):
            delta = {"role": "assistant", "content": text}
            request.stream({"choices": [{"index": 0, "delta": delta, "finish_reason": None}]})
        request.stream("[DONE]")

    backend = Server.open(serve(answer, bodies=bodies), mode="chat", patience=QUICK)
    drawn = draw(backend, TALK, Sampling(n=1, stop=("\n",)))
    assert drawn.texts == ["走吧。"]
    assert [message["role"] for message in bodies[0]["messages"]] == ["system", "user"]


def test_the_wish_to_a_chat_model_speaks_the_language_of_the_log() -> None:
    assert "以「苏晚：」开头" in messages(TALK)[1]["content"]
    english = messages(Prompt("", "[Rain.]\nTom: Hello.\n", "Ann:"))
    assert len(english) == 1
    assert "beginning with “Ann:”" in english[0]["content"]


@pytest.mark.parametrize(
    ("answer", "line"),
    [("苏晚：好", "好"), ("苏晚", "苏晚"), ("苏醒了", "苏醒了"), ("  好", "好"), ("", "")],
)
def test_an_echo_is_dropped_however_it_arrives(answer: str, line: str) -> None:
    echo = AnswerFilter("苏晚：")
    assert "".join(map(echo.push, answer)) + echo.flush() == line


def test_nothing_is_left_of_a_draw_given_up_before_the_first_token(serve: Serve) -> None:
    url = serve(lambda request: time.sleep(1.5))
    backend = Server.open(url)
    began = time.perf_counter()
    with closing(backend.generate(TALK, Sampling(n=3))) as deltas:
        assert next(deltas) == Progress(0, estimate(TALK.text))
    assert time.perf_counter() - began < 1
    assert not [thread for thread in threading.enumerate() if thread.name == "draw"]


def test_proxies_of_the_environment_are_not_asked_for_this_machine(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    url = serve(lambda request: request.stream(piece("好", 0, "stop")))
    assert draw(Server.open(url), TALK, Sampling(n=1)).texts == ["好"]
    assert os.environ["HTTP_PROXY"]
