"""What servers do not take, told in their own words, and what becomes of it."""

from itertools import count as count_up
from typing import Any

import pytest

from base.errors import KnownError
from models.backend import Sampling
from models.server.backend import Server
from tests.models.conftest import TALK, draw
from tests.models.made_server import QUICK, Request, Serve, chat_piece, piece

STOPS = ("\n", "【", "苏晚：", "苏晚:", "林默：", "林默:", "父亲：", "父亲:")
VLLM = {"data": [{"id": "m", "owned_by": "vllm", "max_model_len": 4096}]}
LLAMA = {"data": [{"id": "m", "owned_by": "llamacpp"}]}


def openai(message: str, param: str | None = None) -> dict[str, Any]:
    return {"error": {"message": message, "type": "invalid_request_error", "param": param}}


def extra(*names: str) -> dict[str, Any]:
    """How strict servers refuse what they do not know, of all fields at once."""
    return {
        "detail": [
            {"type": "extra_forbidden", "loc": ["body", name], "msg": "Extra inputs", "input": "x"}
            for name in names
        ]
    }


TOO_MANY_STOPS = openai(
    "[{'type': 'too_long', 'loc': ('body', 'stop'), 'msg': 'List should have at most 2 items "
    "after validation, not 4', 'input': ['\\n', '【'], 'ctx': {'max_length': 2}}]"
)
RENAMED = openai(
    "Unsupported parameter: 'max_tokens' is not supported with this model. Use "
    "'max_completion_tokens' instead.",
    "max_tokens",
)
ONLY_ONE = openai(
    "Unsupported value: 'temperature' does not support 0.95 with this model. Only the default (1) "
    "value is supported.",
    "temperature",
)
KNOWN_SHORT = openai("Invalid max_tokens value, the valid range of max_tokens is [1, 64]")
GEMINI = [openai('Invalid JSON payload received. Unknown name "seed": Cannot find field.')]
SLOTS = openai("Field 'n': Value must be between 1 <= value <= 4, but got 5")
DEEPSEEK = openai("Invalid n value (currently only n = 1 is supported)")
FASTAPI_OLD = {
    "detail": [{"loc": ["body", "seed"], "msg": "value is not permitted", "type": "value_error"}]
}
MISTRAL = {"object": "error", "message": extra("top_k"), "type": "invalid", "param": None}
TGI_STOPS = {"error": "Input validation error: `stop` supports up to 2 stop sequences. Given: 4"}
TGI_LENGTH = {"error": "Input validation error: `max_new_tokens` must be <= 16. Given: 96"}
TGI_N = {"error": "Input validation error: `best_of` must be > 0 and <= 2. Given: 5"}
ANTHROPIC = openai("`temperature` and `top_p` cannot both be specified for this model.")
GRAMMAR = openai("Failed to parse the grammar")
STREAM = openai("Unrecognized request argument supplied: stream_options")


def refusing(seen: list[dict[str, Any]], refusal: object, field: str, fits: Any) -> Any:
    """Answers as soon as `fits(value of field)` holds, and refuses until then."""

    def answer(request: Request) -> None:
        if request.path.endswith("tokenize"):
            return request.json({}, 404)
        body = request.bodies[-1]
        seen.append(body)
        if not fits(body.get(field)):
            return request.json(refusal, 400)
        for at in range(body.get("n", 1)):
            request.stream(piece(f"第{len(seen)}句{at}", at), piece("", at, "stop"))
        request.stream("[DONE]")

    return answer


@pytest.mark.parametrize(
    ("refusal", "field", "fits", "becomes"),
    [
        (TOO_MANY_STOPS, "stop", lambda v: len(v) <= 2, ["\n", "【"]),
        (RENAMED, "max_tokens", lambda v: v is None, None),
        (ONLY_ONE, "temperature", lambda v: v is None, None),
        (KNOWN_SHORT, "max_tokens", lambda v: v <= 64, 64),
        (GEMINI, "seed", lambda v: v is None, None),
        (STREAM, "stream_options", lambda v: v is None, None),
        (GRAMMAR, "structured_outputs", lambda v: True, {"grammar": "root ::= x"}),
        (extra("seed"), "seed", lambda v: v is None, None),
        (extra("min_p", "top_k"), "top_k", lambda v: v is None, None),
        (FASTAPI_OLD, "seed", lambda v: v is None, None),
        (MISTRAL, "top_k", lambda v: v is None, None),
        (TGI_STOPS, "stop", lambda v: len(v) <= 2, ["\n", "【"]),
        (TGI_LENGTH, "max_tokens", lambda v: v <= 16, 16),
        (ANTHROPIC, "top_p", lambda v: v is None, None),
        (openai("'logprobs' is not supported with this model"), "logprobs", lambda v: not v, None),
        (
            openai("Unrecognized request argument supplied: top_k"),
            "top_k",
            lambda v: v is None,
            None,
        ),
        (openai("property 'logprobs' is unsupported"), "logprobs", lambda v: v is None, None),
        (openai("top_k must be -1 (disable), or at least 1, got 0."), "top_k", lambda v: not v, 0),
    ],
)
def test_a_field_that_a_server_names_is_left_out_or_made_to_fit(
    serve: Serve, refusal: object, field: str, fits: Any, becomes: object
) -> None:
    seen: list[dict[str, Any]] = []
    backend = Server.open(serve(refusing(seen, refusal, field, fits), models=VLLM), patience=QUICK)
    sampling = Sampling(n=1, seed=3, stop=STOPS, grammar="root ::= x", logprobs=True)
    assert draw(backend, TALK, sampling).texts[0].startswith("第")
    assert seen[-1].get(field) == becomes


def test_max_tokens_is_sent_under_its_newer_name_once_the_older_is_refused(serve: Serve) -> None:
    seen: list[dict[str, Any]] = []
    url = serve(refusing(seen, RENAMED, "max_tokens", lambda value: value is None))
    draw(Server.open(url, patience=QUICK), TALK, Sampling(n=1, max_tokens=33))
    assert seen[-1]["max_completion_tokens"] == 33


def test_what_a_server_refused_is_told_once_and_kept_in_mind(serve: Serve) -> None:
    seen: list[dict[str, Any]] = []
    url = serve(refusing(seen, ONLY_ONE, "temperature", lambda value: value is None))
    backend = Server.open(url, patience=QUICK)
    draw(backend, TALK, Sampling(n=2))
    assert backend.notices == ["tiny: it does not take temperature, which is left out"]
    seen.clear()
    again = Server.open(url, patience=QUICK)
    draw(again, TALK, Sampling(n=2))
    assert again.notices == []
    assert len(seen) == 1


@pytest.mark.parametrize(("refusal", "most"), [(SLOTS, 4), (DEEPSEEK, 1), (TGI_N, 2)])
def test_five_candidates_come_from_a_server_that_takes_fewer_at_once(
    serve: Serve, refusal: object, most: int
) -> None:
    seen: list[dict[str, Any]] = []
    numbers = count_up()

    def answer(request: Request) -> None:
        count = request.bodies[-1].get("n", 1)
        seen.append(request.bodies[-1])
        if count > most:
            return request.json(refusal, 400)
        number = next(numbers)  # requests come side by side
        for at in range(count):
            request.stream(piece(f"第{number}句{at}", at), piece("", at, "stop"))
        request.stream("[DONE]")

    backend = Server.open(serve(answer), patience=QUICK)
    assert len(set(draw(backend, TALK, Sampling(n=5)).texts)) == 5
    requests = {4: [1, 4], 2: [1, 2, 2], 1: [1] * 5}
    assert sorted(body.get("n", 1) for body in seen[1:]) == requests[most]
    assert [notice for notice in backend.notices if f"at most {most} candidate" in notice]
    seen.clear()
    draw(backend, TALK, Sampling(n=5))
    assert sum(body.get("n", 1) for body in seen) == 5


def test_the_slots_of_llama_server_are_asked_for_before_they_are_missed(serve: Serve) -> None:
    props = {"total_slots": 4, "default_generation_settings": {"n_ctx": 2048}}

    def answer(request: Request) -> None:
        if request.path == "/tokenize":
            return request.json({"tokens": [1]})
        for at in range(request.bodies[-1].get("n", 1)):
            request.stream(piece(f"第{at}句", at), piece("", at, "stop"))

    bodies: list[dict[str, Any]] = []
    url = serve(answer, models=LLAMA, pages={"/props": props}, bodies=bodies)
    backend = Server.open(url, patience=QUICK)
    assert backend.context == 2048
    bodies.clear()
    draw(backend, TALK, Sampling(n=5))
    assert sorted(body.get("n", 1) for body in bodies) == [1, 4]


def test_a_prompt_too_long_is_told_and_no_field_is_blamed(serve: Serve) -> None:
    words = (
        "This model's maximum context length is 1024 tokens. However, you requested 1100 tokens "
        "(1004 in the messages, 96 in the completion). Please reduce the length of 'max_tokens'."
    )
    url = serve(lambda request: request.json(openai(words, "messages"), 400))
    backend = Server.open(url, patience=QUICK)
    with pytest.raises(KnownError, match="maximum context length"):
        draw(backend, TALK, Sampling(n=1))
    assert backend.context == 1024
    assert backend.notices == []


TOO_LONG = [
    (400, openai("prompt is too long: 250000 tokens > 2000 maximum"), 2000),
    (400, openai("The input token count (4000) exceeds the maximum number of tokens allowed (3000)")
     , 3000),
    (400, openai("Range of input length should be [1, 2048]", "prompt"), 2048),
    (400, openai("Please reduce it.", "prompt") | {"code": "context_length_exceeded"}, 4096),
    (422, {"error": "Input validation error: `inputs` must have less than 1024 tokens. Given: 2000"}
     , 1024),
    (413, openai("Request body too large for `n`"), 4096),
]  # fmt: skip


@pytest.mark.parametrize(("status", "words", "context"), TOO_LONG)
def test_a_prompt_too_long_is_told_with_what_to_do(
    serve: Serve, status: int, words: object, context: int
) -> None:
    bodies: list[dict[str, Any]] = []
    url = serve(lambda request: request.json(words, status), bodies=bodies)
    backend = Server.open(url, patience=QUICK)
    with pytest.raises(KnownError, match=r"the prompt is too long for it.*--context TOKENS"):
        draw(backend, TALK, Sampling(n=2))
    assert len(bodies) == 1
    assert backend.context == context
    assert backend.notices == []


@pytest.mark.parametrize(
    ("status", "words", "told"),
    [
        (402, "Insufficient Balance", "no credit left"),
        (403, "Your account has no quota left", "no credit left"),
        (403, "This model is not served in your country", "not served in your country"),
        (401, "bad key", r"refused the key \(401\); set"),
    ],
)
def test_what_a_service_wants_before_it_answers_is_told(
    serve: Serve, status: int, words: str, told: str
) -> None:
    bodies: list[dict[str, Any]] = []
    url = serve(lambda request: request.json(openai(words), status), bodies=bodies)
    with pytest.raises(KnownError, match=told):
        draw(Server.open(url, patience=QUICK), TALK, Sampling(n=1))
    assert len(bodies) == 1


@pytest.mark.parametrize(
    ("mode", "status", "words", "told"),
    [
        ("completions", 404, "Not Found", r"put \?mode=chat behind"),
        ("completions", 404, "This is a chat model and not supported in v1/completions.", "mode=c"),
        ("completions", 400, "Did you mean to use v1/chat/completions?", "mode=chat"),
        ("chat", 404, "Not Found", r"leave \?mode=chat out"),
        ("chat", 400, "default chat template is no longer allowed", r"leave \?mode=chat out"),
    ],
)
def test_a_model_that_is_not_to_be_had_in_a_mode_is_told_with_the_other(
    serve: Serve, mode: Any, status: int, words: str, told: str
) -> None:
    url = serve(lambda request: request.json(openai(words), status))
    with pytest.raises(KnownError, match=told):
        draw(Server.open(url, mode=mode, patience=QUICK), TALK, Sampling(n=1))


def test_a_model_that_is_gone_is_not_taken_for_one_of_the_other_mode(serve: Serve) -> None:
    url = serve(lambda request: request.json(openai("The model `tiny` does not exist."), 404))
    with pytest.raises(KnownError, match="does not exist") as failure:
        draw(Server.open(url, patience=QUICK), TALK, Sampling(n=1))
    assert "mode=" not in str(failure.value)


def test_fields_refused_one_after_another_are_each_left_out_once(serve: Serve) -> None:
    fields = ["top_k", "min_p", "seed", "presence_penalty", "stream_options", "logprobs"]
    bodies: list[dict[str, Any]] = []

    def answer(request: Request) -> None:
        if request.path.endswith("tokenize"):
            return request.json({}, 404)
        bodies.append(request.bodies[-1])
        if wrong := next((name for name in fields if name in bodies[-1]), ""):
            return request.json(openai(f"Unsupported parameter: '{wrong}'", wrong), 400)
        request.stream(piece("好。", 0, "stop"), "[DONE]")

    backend = Server.open(serve(answer, models=VLLM), patience=QUICK)
    assert draw(backend, TALK, Sampling(n=1, seed=1, logprobs=True)).texts == ["好。"]
    assert len(bodies) == len(fields) + 1
    assert len(backend.notices) == len(fields)


def test_a_server_that_refuses_each_field_in_turn_is_given_up(serve: Serve) -> None:
    bodies: list[dict[str, Any]] = []

    def answer(request: Request) -> None:
        if request.path.endswith("tokenize"):
            return request.json({}, 404)
        bodies.append(request.bodies[-1])
        names = sorted(set(bodies[-1]) - {"model", "prompt", "stream"})
        wrong = names[0] if names else "prompt"
        request.json(openai(f"Unsupported parameter: '{wrong}'", wrong), 400)

    with pytest.raises(KnownError, match=r"Unsupported|refuses each"):
        draw(Server.open(serve(answer, models=VLLM), patience=QUICK), TALK, Sampling(n=1, seed=1))
    assert len(bodies) <= 20


def test_a_server_that_refuses_whatever_is_sent_is_given_up(serve: Serve) -> None:
    url = serve(lambda request: request.json(openai("I do not like you"), 400))
    with pytest.raises(KnownError, match="400 I do not like you"):
        draw(Server.open(url, patience=QUICK), TALK, Sampling(n=1))


@pytest.mark.parametrize("mode", ["completions", "chat"])
@pytest.mark.parametrize("owner", ["vllm", "llamacpp", "library", "koboldcpp", "somebody"])
def test_at_most_four_stops_are_sent_and_none_that_an_obedient_answer_begins_with(
    serve: Serve, mode: Any, owner: str
) -> None:
    def answer(request: Request) -> None:
        for at in range(request.bodies[-1].get("n", 1)):
            request.stream(
                chat_piece("苏晚：好", at, "stop") if mode == "chat" else piece("好", at, "stop")
            )

    bodies: list[dict[str, Any]] = []
    url = serve(answer, models={"data": [{"id": "m", "owned_by": owner}]}, bodies=bodies)
    backend = Server.open(url, mode=mode, patience=QUICK)
    assert draw(backend, TALK, Sampling(n=1, stop=STOPS)).texts == ["好"]
    sent = bodies[-1].get("stop", [])
    assert len(sent) <= 4
    assert not {"苏晚：", "苏晚:"} & set(sent)
    assert ("\n" in sent) == (mode == "completions")


NEUTRAL = {
    "vllm": {"top_k": 0, "min_p": 0.0, "repetition_penalty": 1.0, "temperature": 1.0, "top_p": 1.0},
    "llamacpp": {
        "top_k": 0, "min_p": 0.0, "typical_p": 1.0, "repeat_penalty": 1.0, "dry_multiplier": 0.0,
        "xtc_probability": 0.0, "temperature": 1.0, "top_p": 1.0, "presence_penalty": 0.0,
    },
}  # fmt: skip


@pytest.mark.parametrize("owner", NEUTRAL)
def test_neutral_samplers_are_sent_so_that_a_servers_own_defaults_do_not_leak_in(
    serve: Serve, owner: str
) -> None:
    bodies: list[dict[str, Any]] = []
    url = serve(
        lambda request: request.stream(piece("好", 0, "stop")),
        models={"data": [{"id": "m", "owned_by": owner}]},
        bodies=bodies,
    )
    draw(Server.open(url, patience=QUICK), TALK, Sampling(n=1, temperature=1.0, top_p=1.0))
    assert bodies[-1] | NEUTRAL[owner] == bodies[-1]
