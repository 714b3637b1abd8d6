"""Adapters at servers, loaded on opening or told how to serve; and tokens counted there."""

from pathlib import Path
from typing import Any

import pytest

from base.errors import KnownError
from models.backend import Sampling
from models.server.backend import Server
from scenes.log import Entry
from scenes.scene import Role, Scene
from scenes.table.draw import draw_lines, line_sampling
from tests.models.conftest import TALK, draw
from tests.models.made_server import QUICK, Request, Serve, piece

VLLM = {"data": [{"id": "base", "owned_by": "vllm", "parent": None}]}
WITH_LORA = {"data": [*VLLM["data"], {"id": "ink", "owned_by": "vllm", "parent": "base"}]}
LLAMA = {"data": [{"id": "base.gguf", "owned_by": "llamacpp"}]}


def answer(request: Request) -> None:
    if request.path.endswith("tokenize"):
        request.json({"count": len(request.bodies[-1]["prompt"])})
    elif request.path.endswith("load_lora_adapter"):
        request.send(200, "text/plain", b"Success")
    else:
        request.stream(piece("好", 0, "stop"))


def without_loading(request: Request) -> None:
    if request.path.endswith("load_lora_adapter"):
        request.json({"detail": "Not Found"}, 404)
    else:
        answer(request)


def test_an_adapter_that_vllm_lists_is_a_model_of_its_own(serve: Serve) -> None:
    bodies: list[dict[str, Any]] = []
    url = serve(answer, models=WITH_LORA, bodies=bodies)
    backend = Server.open(url, patience=QUICK, adapters={"ink": "/nowhere/ink"})
    draw(backend, TALK, Sampling(n=1), "ink")
    assert bodies[-1]["model"] == "ink"
    draw(backend, TALK, Sampling(n=1))
    assert bodies[-1]["model"] == "base"


def test_an_adapter_is_loaded_on_opening_where_vllm_allows_it(serve: Serve, tmp_path: Path) -> None:
    bodies: list[dict[str, Any]] = []
    backend = Server.open(
        serve(answer, models=VLLM, bodies=bodies), patience=QUICK, adapters={"ink": tmp_path}
    )
    assert {"lora_name": "ink", "lora_path": str(tmp_path)} in bodies
    draw(backend, TALK, Sampling(n=1), "ink")
    assert bodies[-1]["model"] == "ink"


def test_an_adapter_that_vllm_does_not_load_is_told_on_opening_with_how_to_serve_it(
    serve: Serve,
) -> None:
    url = serve(without_loading, models=VLLM)
    with pytest.raises(KnownError, match=r"adapter ink: .*--lora-modules ink=/a/ink.*RUNTIME_LORA"):
        Server.open(url, patience=QUICK, adapters={"ink": "/a/ink"})
    backend = Server.open(url, patience=QUICK, adapters={"ink": "/a/ink"}, optional=["ink"])
    assert "adapter ink is left out" in backend.notices[0]


def test_an_adapter_of_llama_server_is_asked_for_by_its_scale(serve: Serve) -> None:
    def llama(request: Request) -> None:
        if request.path == "/tokenize":
            return request.json({"tokens": [1]})
        request.stream(piece("好", 0, "stop"))

    bodies: list[dict[str, Any]] = []
    loras = [{"id": 0, "path": "/x/other.gguf"}, {"id": 1, "path": "/x/ink.gguf"}]
    url = serve(llama, models=LLAMA, pages={"/lora-adapters": loras}, bodies=bodies)
    backend = Server.open(url, patience=QUICK, adapters={"ink": "/here/ink.gguf"})
    for adapter, scale in (("ink", 1.0), (None, 0.0)):
        draw(backend, TALK, Sampling(n=1), adapter)
        assert bodies[-1]["lora"] == [{"id": 0, "scale": 0.0}, {"id": 1, "scale": scale}]
    with pytest.raises(KnownError, match=r"start llama-server with --lora /here/tea.gguf"):
        Server.open(url, patience=QUICK, adapters={"tea": "/here/tea.gguf"})


def test_an_adapter_elsewhere_is_told_on_opening(serve: Serve) -> None:
    with pytest.raises(KnownError, match=r"adapter ink: .*offers no model of that name"):
        Server.open(serve(answer), patience=QUICK, adapters={"ink": "/a/ink"})


@pytest.mark.parametrize("owner", ["vllm", "llamacpp"])
def test_a_long_history_is_counted_in_few_requests(serve: Serve, owner: str) -> None:
    paths: list[str] = []

    def counting(request: Request) -> None:
        if request.path != "/tokenize":
            return request.stream(piece("好的。", 0, "stop"))
        body = request.bodies[-1]
        parts = body.get("content", body.get("prompt"))
        parts = [parts] if isinstance(parts, str) else parts
        tokens = [t for part in parts for t in ([part] if part == -1 else range(len(part)))]
        return request.json({"count": len(tokens), "tokens": tokens})

    scene = Scene("house", Path("house.yaml"), "旧宅", cast=(Role("苏晚"), Role("林默")))
    history = [Entry("speech", f"第{at}句话。", "林默") for at in range(300)]
    url = serve(counting, paths=paths, models={"data": [{"id": "m", "owned_by": owner}]})
    backend = Server.open(url, patience=QUICK, context=4096)
    for more in ("一", "二"):
        history.append(Entry("speech", f"{more}。", "林默"))
        speaker = scene.cast[0]
        list(draw_lines(backend, scene, history, speaker, line_sampling(scene, speaker, {"n": 1})))
    assert paths.count("/tokenize") <= 5
    assert paths.count("/v1/completions") >= 2


def test_estimates_are_corrected_by_what_the_server_counted(serve: Serve) -> None:
    def told(request: Request) -> None:
        usage = {"prompt_tokens": 10}
        request.stream(piece("好", 0, "stop"), {"choices": [], "usage": usage}, "[DONE]")

    backend = Server.open(serve(told), patience=QUICK)
    before = backend.count(TALK.text)
    draw(backend, TALK, Sampling(n=1))
    assert 10 <= backend.count(TALK.text) < before
