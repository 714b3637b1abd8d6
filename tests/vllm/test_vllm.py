"""A real vLLM at its defaults, with the starter and the adapter `sanguo`: see conftest.py."""

from contextlib import closing
from dataclasses import replace

import httpx
import pytest

from models.backend import Prompt, Sampling, Scorer, scorer
from models.llamacpp.backend import LlamaCpp
from models.server.backend import Server
from scenes.log import parse
from scenes.scene_loader import load_scene
from scenes.table.draw import Cost, draw_lines, drawn, line_sampling, mended
from tests.models.conftest import TALK, draw
from tests.vllm.conftest import CONTEXT, SANGUO

SCENE = load_scene("sanguo")
REPLIES = ("吾自引大军破之，谁敢当先？\n", "你怎么知道？\n", "Watson!\n")
LONG = Prompt(
    "【雨下了一整夜，旧宅的门虚掩着。】\n" * 8, "苏晚：你听见了吗？\n林默：没有。\n" * 16, "苏晚："
)
"""Some 400 tokens: vLLM keeps whole blocks of 128."""


def requests_of(address: str) -> tuple[float, float]:
    """How many requests vLLM has finished, and how many candidates they asked for."""
    text = httpx.get(address.removesuffix("/v1") + "/metrics", trust_env=False).text
    figures = dict(line.rsplit(" ", 1) for line in text.splitlines() if not line.startswith("#"))
    found = {name.partition("{")[0]: float(value) for name, value in figures.items()}
    return found["vllm:request_params_n_count"], found["vllm:request_params_n_sum"]


def test_five_lines_of_a_scene_are_drawn_at_the_defaults(address: str, vllm: Server) -> None:
    before = requests_of(address)
    speaker = next(role for role in SCENE.cast if not role.narrator and role.name != SCENE.play_as)
    sampling = line_sampling(SCENE, speaker)
    assert sampling.n == 5
    assert len(sampling.cues) > 4
    updates = list(draw_lines(vllm, SCENE, parse(SCENE.opening), speaker, sampling))
    candidates = drawn(iter(updates))
    assert len(candidates) >= 3  # a small model may say the same twice
    for candidate in candidates:
        assert parse(candidate.entry.line) == [candidate.entry]
    cost = updates[-1]
    assert isinstance(cost, Cost)
    assert cost.prompt_tokens > 0
    assert vllm.notices == []
    requests, asked = (now - then for now, then in zip(requests_of(address), before, strict=True))
    assert asked >= 5 * (requests - (requests > 1)) > 0


def test_five_candidates_are_one_request(address: str, vllm: Server) -> None:
    before = requests_of(address)
    assert len(draw(vllm, TALK, Sampling(n=5, max_tokens=8, stop=("\n",))).texts) == 5
    requests, asked = (now - then for now, then in zip(requests_of(address), before, strict=True))
    assert (requests, asked) == (1, 5)


def test_more_stops_than_vllm_takes_all_end_a_line(vllm: Server) -> None:
    stops = ("甲：", "乙：", "丙：", "丁：", "\n", "【", "。", "，", "？", "！")
    drawn = draw(vllm, TALK, Sampling(n=5, max_tokens=48, stop=stops, seed=5))
    assert not any(stop in text for text in drawn.texts for stop in stops)
    assert {end.finish for end in drawn.ends.values()} <= {"stop", "length"}
    assert any(end.finish == "stop" for end in drawn.ends.values())
    assert vllm.notices == []


def test_candidates_keep_to_a_grammar(vllm: Server) -> None:
    sampling = Sampling(n=5, temperature=2.0, max_tokens=8, grammar='root ::= "yes" | "no"')
    assert set(draw(vllm, TALK, sampling).texts) <= {"yes", "no"}


def test_candidates_keep_to_the_grammar_of_a_line(vllm: Server) -> None:
    speaker = next(role for role in SCENE.cast if not role.narrator)
    asked = {"n": 5, "max_tokens": 24, "temperature": 1.5, "seed": 2}
    sampling = replace(line_sampling(SCENE, speaker, asked), stop=("\n",))
    prompt = Prompt("", SCENE.opening + "\n", f"{speaker.name}：")
    labels = speaker.emotions or SCENE.emotions
    for text in draw(vllm, prompt, sampling).texts:
        (entry,) = parse(f"{speaker.name}：{mended(text, labels)}")
        assert entry.speaker == speaker.name
        assert entry.text or entry.thought
        assert entry.emotion in ("", *labels)


def test_a_seed_repeats_a_draw(vllm: Server) -> None:
    sampling = Sampling(n=5, temperature=1.2, max_tokens=12, seed=7)
    first = draw(vllm, TALK, sampling).texts
    assert draw(vllm, TALK, sampling).texts == first
    assert draw(vllm, TALK, replace(sampling, seed=8)).texts != first
    assert len(set(first)) > 1


def test_each_role_has_its_adapter_and_the_next_one_none(vllm: Server) -> None:
    certain = Sampling(n=1, temperature=0.0, max_tokens=24)
    cue = Prompt("", "【操闻报大怒，唤众将商议。】\n", "曹操：")
    plain = draw(vllm, cue, certain).texts
    assert draw(vllm, cue, certain, "sanguo").texts != plain
    assert draw(vllm, cue, certain).texts == plain


def test_an_adapter_that_vllm_does_not_have_is_loaded_on_opening(address: str) -> None:
    certain = Sampling(n=1, temperature=0.0, max_tokens=12)
    with closing(Server.open(address, "starter", adapters={"voice": SANGUO})) as backend:
        assert backend.notices == []
        tuned = draw(backend, TALK, certain, "voice").texts
    with closing(Server.open(address, "starter", adapters={"sanguo": SANGUO})) as backend:
        assert draw(backend, TALK, certain, "sanguo").texts == tuned


def test_a_second_turn_costs_its_own_lines_alone(vllm: Server) -> None:
    def cached(prompt: Prompt) -> tuple[int, int]:
        ends = draw(vllm, prompt, Sampling(n=5, max_tokens=4)).ends.values()
        return max(end.cached_tokens for end in ends), max(end.prompt_tokens for end in ends)

    cached(LONG)
    hits, tokens = cached(replace(LONG, history=LONG.history + "苏晚：走吧。\n林默：好。\n"))
    assert hits % 128 == 0
    assert tokens - hits < 128 + 32


def test_a_chat_answers_with_lines(address: str) -> None:
    with closing(Server.open(address, "starter", mode="chat")) as backend:
        assert not isinstance(backend, Scorer)
        speaker = next(role for role in SCENE.cast if not role.narrator)
        sampling = line_sampling(SCENE, speaker, {"max_tokens": 24})
        updates = draw_lines(backend, SCENE, parse(SCENE.opening), speaker, sampling)
        candidates = drawn(updates)
        assert len(candidates) >= 3
        assert all(parse(one.entry.line) == [one.entry] for one in candidates)
        assert all(speaker.name not in one.entry.text[:4] for one in candidates)


@pytest.mark.parametrize("adapter", [None, "sanguo"])
def test_vllm_finds_texts_as_likely_as_llama_cpp_does(vllm: Server, adapter: str | None) -> None:
    from models import starter

    with closing(
        LlamaCpp.open(starter.path(), context=1024, adapters={"sanguo": SANGUO})
    ) as in_process:
        wanted = in_process.score(TALK, REPLIES, adapter)
        # 16 bits there and 4 to 8 bits a weight here, so not quite alike
        assert scorer(vllm).score(TALK, REPLIES, adapter) == pytest.approx(wanted, rel=0.08)


def test_the_tokenizer_and_the_context_are_those_of_the_model(vllm: Server) -> None:
    from models import starter

    assert vllm.context == CONTEXT
    with closing(LlamaCpp.open(starter.path(), context=512)) as in_process:
        for text in (LONG.text, SCENE.opening, "Tom: I do not believe you, Ann!\n"):
            assert vllm.count(text) == in_process.count(text)
