"""What servers and models answer beside a plain line, and what of it a person sees."""

import re
import time
from typing import Any

import pytest

from base.errors import KnownError
from models.backend import Prompt, Sampling
from models.server.backend import Server
from tests.models.conftest import TALK, draw
from tests.models.made_server import QUICK, Request, Serve, chat_piece, piece
from tests.models.test_answer import FRAMED

MODES = ["completions", "chat"]
STOPS = ("\n", "【", "苏晚：", "苏晚:", "林默：", "林默:")
N = 5


def said(mode: str, text: str, index: int = 0, finish: str | None = None) -> dict[str, Any]:
    return chat_piece(text, index, finish) if mode == "chat" else piece(text, index, finish)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("framed", FRAMED)
def test_a_framed_answer_of_a_server_is_its_line(serve: Serve, mode: Any, framed: str) -> None:
    def answer(request: Request) -> None:
        for start in range(0, len(framed), 3):
            request.stream(said(mode, framed[start : start + 3]))
        request.stream(said(mode, "", 0, "stop"), "[DONE]")

    backend = Server.open(serve(answer), mode=mode, patience=QUICK)
    assert draw(backend, TALK, Sampling(n=1, stop=STOPS)).texts[0].strip() == "谁？"


def test_an_obedient_chat_model_behind_a_server_that_honours_stops_gives_five_lines(
    serve: Serve,
) -> None:
    def answer(request: Request) -> None:
        body = request.bodies[-1]
        if request.path.endswith("tokenize"):
            return request.json({"count": 1})
        found = re.search("以「(.+?)」开头", body["messages"][-1]["content"])
        for at in range(body.get("n", 1)):
            text = f"{found and found[1]}这里有点冷，第{at}次了。\n"
            for stop in body.get("stop", ()):
                text = text.partition(stop)[0]
            request.stream(chat_piece(text, at, "stop"))
        request.stream("[DONE]")

    models = {"data": [{"id": "m", "owned_by": "vllm", "max_model_len": 4096}]}
    backend = Server.open(serve(answer, models=models), mode="chat", patience=QUICK)
    drawn = draw(backend, TALK, Sampling(n=N, stop=STOPS, grammar='root ::= "x"'))
    assert drawn.texts == [f"这里有点冷，第{at}次了。" for at in range(N)]


def test_a_grammar_for_a_chat_model_begins_with_the_cue_that_it_is_asked_for(serve: Serve) -> None:
    bodies: list[dict[str, Any]] = []
    url = serve(
        lambda request: request.stream(chat_piece("苏晚：好", 0, "stop")),
        models={"data": [{"id": "m", "owned_by": "llamacpp"}]},
        bodies=bodies,
    )
    draw(
        Server.open(url, mode="chat"),
        TALK,
        Sampling(n=1, grammar='root ::= "好" end\nend ::= "\\n"'),
    )
    assert bodies[-1]["grammar"] == (
        'root ::= "苏晚：" line-after-cue\nline-after-cue ::= "好" end\nend ::= "\\n"'
    )


@pytest.mark.parametrize("field", ["reasoning_content", "reasoning"])
def test_a_model_that_thinks_away_its_tokens_is_given_more_and_not_blamed(
    serve: Serve, field: str
) -> None:
    bodies: list[dict[str, Any]] = []

    def answer(request: Request) -> None:
        for _ in range(3):
            request.stream({"choices": [{"index": 0, "delta": {field: "他在敲门"}}]})
        if request.bodies[-1]["max_tokens"] > 100:
            request.stream(chat_piece("苏晚：谁？", 0, "stop"), "[DONE]")
        else:
            request.stream(chat_piece("", 0, "length"), "[DONE]")

    backend = Server.open(serve(answer, bodies=bodies), mode="chat", patience=QUICK)
    assert draw(backend, TALK, Sampling(n=1, max_tokens=20)).texts == [""]
    assert len(backend.notices) == 1
    assert "thinks before it answers, and that took all of its 20 tokens" in backend.notices[0]
    assert draw(backend, TALK, Sampling(n=1, max_tokens=20)).texts == ["谁？"]
    assert len(backend.notices) == 1


def test_a_thought_aloud_that_a_stop_cuts_off_is_drawn_without_stops_the_next_time(
    serve: Serve,
) -> None:
    def answer(request: Request) -> None:
        text = "<think>\n林默在敲门。\n</think>\n谁？"
        for stop in request.bodies[-1].get("stop", ()):
            text = text.partition(stop)[0]
        request.stream(piece(text, 0, "stop"), "[DONE]")

    backend = Server.open(serve(answer), patience=QUICK)
    assert draw(backend, TALK, Sampling(n=1, stop=STOPS)).texts == [""]
    assert draw(backend, TALK, Sampling(n=1, stop=STOPS)).texts == ["谁？"]


@pytest.mark.parametrize(
    ("owner", "field", "value"),
    [
        ("vllm", "chat_template_kwargs", {"enable_thinking": False, "thinking": False}),
        ("llamacpp", "chat_template_kwargs", {"enable_thinking": False, "thinking": False}),
        ("library", "reasoning_effort", "none"),
        ("deepseek", "thinking", {"type": "disabled"}),
    ],
)
def test_a_models_thinking_is_switched_off_where_the_server_can(
    serve: Serve, owner: str, field: str, value: object
) -> None:
    bodies: list[dict[str, Any]] = []
    url = serve(
        lambda request: request.stream(chat_piece("好", 0, "stop")),
        models={"data": [{"id": "m", "owned_by": owner}]},
        bodies=bodies,
    )
    draw(Server.open(url, mode="chat"), TALK, Sampling(n=1))
    assert bodies[-1][field] == value


@pytest.mark.parametrize("mode", MODES)
def test_a_stream_that_ends_with_done_and_no_reason_is_whole(serve: Serve, mode: Any) -> None:
    def answer(request: Request) -> None:
        for at in range(request.bodies[-1].get("n", 1)):
            request.stream(said(mode, f"第{at}句", at))
        request.stream("[DONE]")

    backend = Server.open(serve(answer), mode=mode, patience=QUICK)
    assert draw(backend, TALK, Sampling(n=N)).texts == [f"第{at}句" for at in range(N)]


def test_a_chunked_answer_that_ends_without_a_word_is_whole(serve: Serve) -> None:
    def answer(request: Request) -> None:
        event = b'data: {"choices": [{"index": 0, "text": "\xe5\xa5\xbd"}]}\n\n'
        request.send(
            200, "text/event-stream", b"%x\r\n%b\r\n0\r\n\r\n" % (len(event), event),
            Transfer_Encoding="chunked",
        )  # fmt: skip

    backend = Server.open(serve(answer, protocol_version="HTTP/1.1"), patience=QUICK)
    assert draw(backend, TALK, Sampling(n=1)).texts == ["好"]


def test_reasons_that_all_name_the_first_candidate_lose_no_text(serve: Serve) -> None:
    def answer(request: Request) -> None:
        for at in range(N):
            request.stream(piece(f"第{at}句", at))
        request.stream(*[piece("", 0, "stop")] * N, "[DONE]")

    backend = Server.open(serve(answer), patience=QUICK)
    assert draw(backend, TALK, Sampling(n=N)).texts == [f"第{at}句" for at in range(N)]


def test_an_answer_that_is_no_stream_is_read_all_the_same(serve: Serve) -> None:
    whole = {"choices": [{"index": 0, "message": {"content": "苏晚：好"}, "finish_reason": "stop"}]}
    backend = Server.open(serve(lambda request: request.json(whole)), mode="chat", patience=QUICK)
    assert draw(backend, TALK, Sampling(n=1)).texts == ["好"]


ODD = [
    {"choices": [{"index": 0.0, "text": "好"}]},
    {"choices": [{"index": "0", "text": "好"}]},
    {"choices": [{"index": {}, "text": "好"}]},
    {"choices": [{"index": None, "text": "好"}]},
    {"choices": [None, 3, "x", [], {"text": "好", "finish_reason": "stop"}]},
    {"choices": [{"index": 0, "text": "好", "finish_reason": {"a": [1]}}]},
    {"choices": [{"index": 0, "text": "好", "delta": [1]}], "usage": [1]},
    {"choices": [{"text": "好", "finish_reason": "stop"}], "usage": {"prompt_tokens": "x"}},
    {"choices": [{"text": "好", "finish_reason": "stop"}], "usage": {"prompt_tokens": 1e300}},
    {"choices": [{"text": "好", "finish_reason": "stop"}], "usage": {"prompt_tokens_details": 7}},
    {"choices": [{"text": "好", "finish_reason": "stop"}], "timings": "x"},
    {"choices": [{"text": "好", "finish_reason": "stop"}], "timings": {"cache_n": "\x1b[31m"}},
    {"choices": [{"text": "好", "logprobs": {"content": [1, "x", {"logprob": "no"}]}}]},
    {"choices": [{"text": "好", "logprobs": {"content": {"a": 1}}}]},
    {"choices": [{"text": "好", "logprobs": {"token_logprobs": ["x", None, {}, True]}}]},
    {"choices": [{"text": "好"}], "id": None, "error": None, "usage": None, "timings": None},
    [{"choices": [{"text": "好"}]}],
    '{"choices": [{"index": NaN, "text": "好"}]}',
    '{"choices": [{"index": 0, "text": "好", "logprobs": {"content": [{"logprob": 1e999}]}}]}',
]


@pytest.mark.parametrize("event", ODD)
def test_odd_values_in_an_event_cost_no_text(serve: Serve, event: object) -> None:
    backend = Server.open(serve(lambda request: request.stream(event, "[DONE]")), patience=QUICK)
    drawn = draw(backend, TALK, Sampling(n=1, logprobs=True))
    assert drawn.texts == ["好"]
    assert drawn.ends[0].prompt_tokens > 0


def test_half_a_surrogate_pair_is_a_sign_of_its_own(serve: Serve) -> None:
    event = '{"choices": [{"index": 0, "text": "\\ud800好\\udfff", "finish_reason": "stop"}]}'
    backend = Server.open(serve(lambda request: request.stream(event)), patience=QUICK)
    draw(backend, TALK, Sampling(n=1)).texts[0].encode()


def test_an_answer_without_end_is_cut_at_its_length(serve: Serve) -> None:
    def answer(request: Request) -> None:
        try:
            while True:
                request.stream(piece("好" * 100))
        except OSError:
            return

    backend = Server.open(serve(answer), patience=QUICK)
    drawn = draw(backend, TALK, Sampling(n=1, max_tokens=20))
    assert len(drawn.texts[0]) <= 4 * 20 + 100
    assert drawn.ends[0].finish == "length"


@pytest.mark.parametrize("event", [": ping", piece(""), {"choices": []}])
def test_what_holds_no_text_does_not_keep_a_stalled_stream_alive(
    serve: Serve, event: object
) -> None:
    def answer(request: Request) -> None:
        request.stream(piece("好"))
        try:
            for _ in range(100):
                time.sleep(0.05)
                if isinstance(event, str):
                    request.wfile.write(f"{event}\n\n".encode())
                    request.wfile.flush()
                else:
                    request.stream(event)
        except OSError:
            return

    backend = Server.open(serve(answer), patience=QUICK)
    began = time.perf_counter()
    with pytest.raises(KnownError, match=r"nothing came for 0\.3 s"):
        draw(backend, TALK, Sampling(n=1))
    assert time.perf_counter() - began < 2


def test_a_narrator_that_writes_its_bracket_again_is_understood(serve: Serve) -> None:
    prompt = Prompt(TALK.stable, TALK.history, "【")
    backend = Server.open(
        serve(lambda request: request.stream(chat_piece("【雨停了。】\n", 0, "stop"))), mode="chat"
    )
    assert draw(backend, prompt, Sampling(n=1, stop=("\n", "】"))).texts == ["雨停了。"]


MUSING = "嗯，对方在敲门，她应该先问一句是谁，语气要警觉一些。\n" * 40


def test_a_long_thought_whose_beginning_the_template_wrote_is_waited_out(serve: Serve) -> None:
    def answer(request: Request) -> None:
        for text in (*MUSING.splitlines(keepends=True), "</think>", "\n\n苏晚：谁？"):
            request.stream(chat_piece(text))
        request.stream(chat_piece("", 0, "stop"), "[DONE]")

    backend = Server.open(serve(answer), mode="chat", patience=QUICK)
    assert draw(backend, TALK, Sampling(n=1, stop=STOPS)).texts == ["谁？"]


def test_a_long_thought_cut_off_without_a_beginning_gets_more_room_the_next_time(
    serve: Serve,
) -> None:
    def answer(request: Request) -> None:
        room = request.bodies[-1]["max_tokens"]
        request.stream(chat_piece(MUSING if room > 1000 else MUSING[:300]))
        if room > 1000:
            request.stream(chat_piece("</think>谁？", 0, "stop"), "[DONE]")
        else:
            request.stream(chat_piece("", 0, "length"), "[DONE]")

    backend = Server.open(serve(answer), mode="chat", patience=QUICK)
    assert draw(backend, TALK, Sampling(n=1, stop=STOPS)).texts == [""]
    assert [line for line in backend.notices if "it thinks before it answers" in line]
    assert draw(backend, TALK, Sampling(n=1, stop=STOPS)).texts == ["谁？"]


def test_a_thought_shown_before_it_was_known_as_one_is_no_candidate_and_is_waited_out_next(
    serve: Serve,
) -> None:
    def answer(request: Request) -> None:
        for text in ("他在敲门。", "</think>", "谁？"):
            request.stream(piece(text))
        request.stream(piece("", 0, "stop"), "[DONE]")

    backend = Server.open(serve(answer), patience=QUICK)
    assert draw(backend, TALK, Sampling(n=1)).ends[0].finish == "thought"
    drawn = draw(backend, TALK, Sampling(n=1))
    assert (drawn.texts, drawn.ends[0].finish) == (["谁？"], "stop")


def test_room_for_thoughts_does_not_go_beyond_the_context(serve: Serve) -> None:
    bodies: list[dict[str, Any]] = []

    def answer(request: Request) -> None:
        request.stream({"choices": [{"index": 0, "delta": {"reasoning": "嗯"}}]})
        request.stream(chat_piece("", 0, "length"), "[DONE]")

    models = {"data": [{"id": "m", "max_model_len": 1024}]}
    url = serve(answer, models=models, bodies=bodies)
    backend = Server.open(url, mode="chat", patience=QUICK)
    for _ in range(2):
        draw(backend, TALK, Sampling(n=1, max_tokens=96))
    assert 96 < bodies[-1]["max_tokens"] < 1024 - 96


PARTS = [
    [{"type": "thinking", "thinking": [{"type": "text", "text": "敲门"}]}],
    [{"type": "thinking", "thinking": "谁来了"}, 7, None, {"type": "image_url"}],
    [{"type": "text", "text": "苏晚："}, {"type": "text", "text": "谁？"}],
    [{"text": 3}, {"type": {}, "text": "无"}],
]


def test_a_content_in_parts_is_read_as_its_text(serve: Serve) -> None:
    def answer(request: Request) -> None:
        for content in PARTS:
            request.stream({"choices": [{"index": 0, "delta": {"content": content}}]})
        request.stream(chat_piece("", 0, "stop"), "[DONE]")

    backend = Server.open(serve(answer), mode="chat", patience=QUICK)
    assert draw(backend, TALK, Sampling(n=1, stop=STOPS)).texts == ["谁？"]


@pytest.mark.parametrize(
    "delta",
    [
        {"tool_calls": [{"index": 0, "function": {"name": "say", "arguments": "{}"}}]},
        {"refusal": "I cannot help with that."},
        {"content": None, "reasoning_content": None, "role": "assistant"},
    ],
)
def test_what_is_no_text_is_no_candidate(serve: Serve, delta: Any) -> None:
    def answer(request: Request) -> None:
        request.stream({"choices": [{"index": 0, "delta": delta}]})
        request.stream(chat_piece("", 0, "stop"), "[DONE]")

    backend = Server.open(serve(answer), mode="chat", patience=QUICK)
    assert draw(backend, TALK, Sampling(n=1, stop=STOPS)).texts == [""]


def test_a_line_that_is_ended_here_knows_what_the_server_had_kept(serve: Serve) -> None:
    def answer(request: Request) -> None:
        read = {"total": 100, "cache": 90, "processed": 100}
        request.stream(piece("") | {"prompt_progress": read}, piece("好。\n又一行"))
        request.stream(piece("", 0, "length") | {"timings": {"cache_n": 90, "prompt_n": 10}})
        request.stream("[DONE]")

    backend = Server.open(serve(answer), patience=QUICK, dialect="llama-server")
    (end,) = draw(backend, TALK, Sampling(n=1, max_tokens=24)).ends.values()
    assert (end.prompt_tokens, end.cached_tokens, end.finish) == (100, 90, "stop")
