"""Many tables at one server: what is measured, what fails, and what is said of it."""

import json
import threading
from typing import Any

import pytest

from models.bench_tables import percentile
from tests.models.made_server import Request, Serve, piece, serve
from tests.tui.conftest import Run, home, run

__all__ = ["home", "run", "serve"]

USAGE = {
    "prompt_tokens": 100,
    "completion_tokens": 8,
    "prompt_tokens_details": {"cached_tokens": 75},
}
MODELS = {"data": [{"id": "tiny", "owned_by": "vllm", "max_model_len": 4096}]}


def speaks(request: Request) -> None:
    if "max_tokens" not in request.bodies[-1]:
        request.json({"detail": "Not Found"}, 404)  # it counts no tokens
        return
    asked = int(request.bodies[-1].get("n", 1))
    request.stream(*(piece(f"第{at}句。", at, "stop") for at in range(asked)))
    request.stream({"choices": [], "usage": USAGE}, "[DONE]")


def test_tables_are_played_at_once_and_measured(run: Run, serve: Serve) -> None:
    together = threading.Barrier(3, timeout=20)
    bodies: list[dict[str, Any]] = []

    def answer(request: Request) -> None:
        if "max_tokens" in request.bodies[-1]:
            together.wait()  # it would break where a table waited for another
        speaks(request)

    url = serve(answer, models=MODELS, bodies=bodies)
    command = ("bench", "serve", url, "--tables", 3, "--turns", 3, "-n", 2)
    ran = run(*command, "--history-tokens", 50, "--json")
    assert ran.status == 0, ran.err
    report = json.loads(ran.out)
    assert (report["tables"], report["draws"], report["failed"]) == (3, 9, 0)
    assert report["cached"] == 0.75
    assert 0 < report["first_token_p50_s"] <= report["first_token_p95_s"] <= report["draw_p95_s"]
    assert report["tokens_per_s"] > 0
    prompts = {body["prompt"] for body in bodies if "max_tokens" in body}
    assert len(prompts) == 9  # no two tables play the same, and each goes on
    assert not [body for body in bodies if "seed" in body]  # with one, a server may cache nothing


def test_what_fails_is_counted_and_the_tables_go_on(run: Run, serve: Serve) -> None:
    def answer(request: Request) -> None:
        drawn = [body for body in request.bodies if "max_tokens" in body]
        if len(drawn) % 3 == 0 and drawn[-1:] == request.bodies[-1:]:
            request.json({"error": {"message": "no adapter of that kind"}}, 404)
        else:
            speaks(request)

    url = serve(answer, models=MODELS)
    ran = run("bench", "serve", url, "--tables", 2, "--turns", 3, "--history-tokens", 50)
    assert ran.status == 1
    assert "no adapter of that kind" in ran.out and "2 draws" in ran.out


def test_roles_speak_with_adapters_in_turn(run: Run, serve: Serve) -> None:
    bodies: list[dict[str, Any]] = []
    names = ("tiny", "甲", "乙")
    models = {"data": [{"id": name, "owned_by": "vllm"} for name in names]}
    models["data"][1]["parent"] = models["data"][2]["parent"] = "tiny"
    url = serve(speaks, models=models, bodies=bodies)
    options = ("--tables", 1, "--turns", 4, "--adapter", "甲", "--adapter", "乙")
    ran = run("bench", "serve", f"{url}#tiny", *options, "--history-tokens", 50)
    assert ran.status == 0, ran.err
    assert [body["model"] for body in bodies if "max_tokens" in body] == ["甲", "乙", "甲", "乙"]


def test_a_model_in_this_process_plays_one_table(run: Run) -> None:
    ran = run("bench", "serve", "starter", "--tables", 2)
    assert ran.status == 2 and "plays one table" in ran.err


def test_an_adapter_that_the_server_has_not_is_told_before_anything_is_played(
    run: Run, serve: Serve
) -> None:
    bodies: list[dict[str, Any]] = []
    url = serve(speaks, models=MODELS, bodies=bodies)
    ran = run("bench", "serve", url, "--tables", 2, "--adapter", "ink")
    assert ran.status != 0 and "--lora-modules ink=" in ran.err
    assert not [body for body in bodies if "max_tokens" in body]


def test_an_adapter_of_a_model_in_this_process_needs_its_file(run: Run) -> None:
    ran = run("bench", "serve", "starter", "--tables", 1, "--adapter", "ink")
    assert ran.status == 2 and "NAME=PATH" in ran.err


def test_nobody_at_the_address_is_one_line(run: Run) -> None:
    ran = run("bench", "serve", "http://127.0.0.1:9/v1", "--tables", 2)
    assert ran.status != 0 and len(ran.err.strip().splitlines()) == 1


@pytest.mark.parametrize(("rank", "value"), [(50, 3), (95, 5), (100, 5), (20, 1), (21, 2)])
def test_percentiles_are_values_that_occur(rank: float, value: float) -> None:
    assert percentile([5, 1, 4, 2, 3], rank) == value
    assert percentile([], rank) is None
