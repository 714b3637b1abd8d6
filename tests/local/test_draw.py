"""Drawing with a tiny model from its folder: what a table sees of `Local`."""

import threading
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from transformers import AutoTokenizer, LlamaForCausalLM, MambaConfig, MambaForCausalLM

from base.errors import KnownError
from models.adapters import Adapters
from models.backend import Delta, End, Progress, Prompt, Sampling, open_backend
from models.local import Local
from models.local.attention import share_attention
from models.local.drawing import Drawer
from models.local.vocabulary import Vocabulary
from tests.local.tiny_models import PROMPT, tiny_llama

KINDS = ("v1", "v2", "v3", "llama")
SAMPLING = Sampling(n=3, max_tokens=8, seed=4, temperature=1.0, top_p=1.0)


@pytest.fixture(scope="module")
def tables(folders: dict[str, Path]) -> dict[str, Local]:
    return {kind: Local.open(folders[kind], device="cpu") for kind in KINDS}


def drawn(backend: Any, prompt: Prompt, sampling: Sampling, **options: Any) -> dict[int, Any]:
    """(text, end) of each candidate."""
    texts: dict[int, str] = {}
    ends: dict[int, End] = {}
    with closing(backend.generate(prompt, sampling, **options)) as deltas:
        for delta in deltas:
            if isinstance(delta, Progress):
                continue
            number, text, end = delta
            assert number not in ends or (not text and end is None)
            texts[number] = texts.get(number, "") + text
            if end is not None:
                ends[number] = end
    return {number: (texts[number], end) for number, end in ends.items()}


@pytest.mark.parametrize("kind", KINDS)
def test_every_candidate_ends_once(tables: dict[str, Local], kind: str) -> None:
    found = drawn(tables[kind], PROMPT, SAMPLING)
    assert sorted(found) == [0, 1, 2]
    for _, end in found.values():
        assert end.finish in ("stop", "length")
        assert end.tokens <= 8
        assert end.prompt_tokens == len(tables[kind].encoder.encode(PROMPT))
        assert end.logprob is None


@pytest.mark.parametrize("kind", KINDS)
def test_a_seed_makes_a_draw_repeatable(folders: dict[str, Path], kind: str) -> None:
    table = Local.open(folders[kind], device="cpu")
    first = drawn(table, PROMPT, SAMPLING)
    again = drawn(table, PROMPT, SAMPLING)
    fewer = drawn(table, PROMPT, replace(SAMPLING, n=1))
    other = drawn(table, PROMPT, replace(SAMPLING, seed=5))
    texts = {number: text for number, (text, _) in first.items()}
    assert texts == {number: text for number, (text, _) in again.items()}
    assert fewer[0][0] == texts[0]
    assert texts != {number: text for number, (text, _) in other.items()}


def test_a_second_draw_computes_nothing_of_the_prompt(tables: dict[str, Local]) -> None:
    for kind in KINDS:
        drawn(tables[kind], PROMPT, SAMPLING)
        _, end = drawn(tables[kind], PROMPT, SAMPLING)[0]
        assert end.cached_tokens == end.prompt_tokens


@pytest.mark.parametrize("kind", ["v2", "v3", "llama"])
def test_a_follow_up_turn_computes_only_new_lines(tables: dict[str, Local], kind: str) -> None:
    table = tables[kind]
    drawn(table, PROMPT, SAMPLING)
    line = "林默：地图上画得很清楚\n"
    following = replace(PROMPT, history=PROMPT.history + line, cue="苏晚：")
    _, end = drawn(table, following, SAMPLING)[0]
    known = len(table.encoder.encode(PROMPT))
    assert end.cached_tokens == known
    assert end.prompt_tokens > known


def test_the_picked_candidate_is_not_computed_again(tables: dict[str, Local]) -> None:
    table = tables["llama"]
    stopping = replace(SAMPLING, n=4, temperature=0.01, max_tokens=6)
    found = drawn(table, PROMPT, stopping)
    text, end = found[2]
    following = replace(PROMPT, history=f"{PROMPT.history}{PROMPT.cue}{text}\n", cue="苏晚：")
    _, next_end = drawn(table, following, stopping)[0]
    reencoded = table.encoder.text_ids(f"{text}\n")
    assert next_end.cached_tokens > end.prompt_tokens or len(reencoded) != end.tokens + 1


def test_a_changed_context_of_chatglm_6b_is_computed_whole(tables: dict[str, Local]) -> None:
    drawn(tables["v1"], PROMPT, SAMPLING)
    following = replace(PROMPT, history=PROMPT.history + "林默：走吧\n")
    assert drawn(tables["v1"], following, SAMPLING)[0][1].cached_tokens == 0


def test_with_causal_history_chatglm_6b_computes_only_new_lines(folders: dict[str, Path]) -> None:
    table = Local.open(folders["v1"], device="cpu", history="causal")
    drawn(table, PROMPT, SAMPLING)
    following = replace(PROMPT, history=f"{PROMPT.history}林默：走吧\n", cue="苏晚：")
    _, end = drawn(table, following, SAMPLING)[0]
    assert end.cached_tokens == len(table.encoder.encode(PROMPT))


def test_candidates_stop_at_a_stop_string(tables: dict[str, Local]) -> None:
    table = tables["llama"]
    free = drawn(table, PROMPT, replace(SAMPLING, n=1, max_tokens=24))[0][0]
    stop = free[len(free) // 2]
    text, end = drawn(table, PROMPT, replace(SAMPLING, n=1, max_tokens=24, stop=(stop,)))[0]
    assert end.finish == "stop"
    assert text == free[: free.index(stop)]


def test_log_probabilities_are_those_of_the_model(folders: dict[str, Path]) -> None:
    table = Local.open(folders["llama"], device="cpu")
    kept: list[int] = []
    ids = table.encoder.encode(PROMPT)
    sampling = replace(SAMPLING, n=1, logprobs=True, temperature=0)
    _, end = drawn(table, PROMPT, sampling)[0]
    drawing = table._drawer.draw(ids, sampling, lambda row, token, chance: not kept.append(token))
    for _ in drawing:
        pass
    with torch.no_grad():
        logits = table.model(torch.tensor([ids + kept])).logits[0].log_softmax(-1)
    sums = sum(float(logits[len(ids) - 1 + i, token]) for i, token in enumerate(kept))
    assert end.logprob == pytest.approx(sums, abs=1e-4)


def test_scripts_keep_candidates_to_their_letters(folders: dict[str, Path]) -> None:
    table = Local.open(folders["v3"], device="cpu", scripts=["han"])
    free = Local.open(folders["v3"], device="cpu")
    many = replace(SAMPLING, n=8, max_tokens=24, temperature=1.5)
    texts = "".join(text for text, _ in drawn(table, PROMPT, many).values())
    others = "".join(text for text, _ in drawn(free, PROMPT, many).values())
    assert not any(letter.isascii() and letter.isalpha() for letter in texts)
    assert any(letter.isascii() and letter.isalpha() for letter in others)


def test_scripts_leave_the_shares_of_allowed_tokens_as_they_were(folders: dict[str, Path]) -> None:
    greedy = replace(SAMPLING, n=1, max_tokens=1, temperature=0)
    logits = {}
    for scripts in (None, ["han"]):
        table = Local.open(folders["v3"], device="cpu", scripts=scripts)
        drawn(table, PROMPT, greedy)
        logits[bool(scripts)] = table._drawer.kept[None].logits
        vocabulary = table._drawer.vocabulary
    assert vocabulary.kept is not None
    assert torch.allclose(logits[False][:, vocabulary.kept], logits[True], atol=1e-5)


def test_an_unknown_script_is_refused(folders: dict[str, Path]) -> None:
    with pytest.raises(KnownError, match="klingon is unknown, expected some of han, latin"):
        Local.open(folders["llama"], device="cpu", scripts=["klingon"])


def test_penalties_change_what_is_drawn(tables: dict[str, Local]) -> None:
    table = tables["llama"]
    greedy = replace(SAMPLING, n=1, max_tokens=24, temperature=0)
    plain = drawn(table, PROMPT, greedy)[0][0]
    assert drawn(table, PROMPT, replace(greedy, repetition_penalty=1.8))[0][0] != plain
    dry = replace(greedy, dry_multiplier=2.0, dry_breakers=("：", "林默"), max_tokens=40)
    repeated = drawn(table, PROMPT, replace(greedy, max_tokens=40))[0][0]
    assert drawn(table, PROMPT, dry)[0][0] != repeated


def test_closing_the_generator_stops_and_the_next_draw_works(tables: dict[str, Local]) -> None:
    table = tables["llama"]
    deltas = table.generate(PROMPT, replace(SAMPLING, max_tokens=200))
    next(deltas)
    next(deltas)
    deltas.close()
    assert len(drawn(table, PROMPT, SAMPLING)) == 3


def test_a_long_prompt_can_be_left_while_it_is_computed(folders: dict[str, Path]) -> None:
    model = tiny_llama(400, max_position_embeddings=4096)
    drawer = Drawer(model, Adapters(model, "tiny"), True, Vocabulary(), [])
    drawing = drawer.draw([5] * 2000, SAMPLING, lambda *_: True)
    next(drawing)
    drawing.close()
    assert 0 < len(drawer.kept[None].ids) < 2000


def test_closing_the_backend_from_another_thread_ends_a_draw(folders: dict[str, Path]) -> None:
    table = Local.open(folders["llama"], device="cpu")
    deltas: list[Delta | Progress] = []
    for delta in table.generate(PROMPT, replace(SAMPLING, max_tokens=300)):
        deltas.append(delta)
        if len(deltas) == 5:
            closer = threading.Thread(target=table.close)
            closer.start()
            closer.join()
    assert len(deltas) < 50


def test_a_prompt_longer_than_the_context_is_refused(folders: dict[str, Path]) -> None:
    table = Local.open(folders["llama"], device="cpu", context=16)
    with pytest.raises(KnownError, match="expected fewer than the context of 16"):
        drawn(table, PROMPT, SAMPLING)


def test_candidates_end_where_the_context_does(folders: dict[str, Path]) -> None:
    whole = Local.open(folders["v3"], device="cpu")
    prompt = len(whole.encoder.encode(PROMPT))
    table = Local.open(folders["v3"], device="cpu", context=prompt + 3)
    assert all(end.tokens <= 3 for _, end in drawn(table, PROMPT, SAMPLING).values())


def test_a_context_beyond_the_model_is_refused(folders: dict[str, Path]) -> None:
    with pytest.raises(KnownError, match="of 4096 tokens, expected at most the 512"):
        Local.open(folders["v3"], device="cpu", context=4096)


@pytest.mark.parametrize(
    ("path", "said"), [("nowhere/at-all", "expected"), ("empty", "no config.json")]
)
def test_what_is_no_checkpoint_is_one_line(tmp_path: Path, path: str, said: str) -> None:
    (tmp_path / "empty").mkdir()
    given = tmp_path / path
    with pytest.raises(KnownError, match=said) as caught:
        Local.open(given if path == "empty" else str(given), device="cpu")
    assert "\n" not in str(caught.value)


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU")
@pytest.mark.parametrize("kind", ["v3", "llama"])
def test_a_gpu_that_is_not_there_is_refused(folders: dict[str, Path], kind: str) -> None:
    with pytest.raises(KnownError, match=r"\(CUDA devices: 0\)"):
        Local.open(folders[kind], device="cuda")


def test_a_model_with_a_recurrent_state_is_refused(
    folders: dict[str, Path], tmp_path: Path
) -> None:
    AutoTokenizer.from_pretrained(folders["llama"]).save_pretrained(tmp_path)
    config = MambaConfig(vocab_size=400, hidden_size=16, num_hidden_layers=1, state_size=4)
    MambaForCausalLM(config).save_pretrained(tmp_path)
    with pytest.raises(KnownError, match="a state that cannot be cut back"):
        Local.open(tmp_path, device="cpu")


def test_the_backend_opens_by_name(folders: dict[str, Path]) -> None:
    backend = open_backend("local", path=folders["v3"], device="cpu")
    assert backend.name == "v3"
    assert backend.context == 512
    assert backend.count("雨夜") > 0
    backend.close()


class Cramped(LlamaForCausalLM):
    """Has no memory for more than two rows, nor for more than thirty tokens at a time."""

    def forward(self, input_ids: torch.Tensor, **kwargs: Any) -> Any:
        if input_ids.shape[0] > 2 or input_ids.shape[1] > 30:
            super().forward(input_ids, **kwargs)
            raise torch.OutOfMemoryError("injected")
        return super().forward(input_ids, **kwargs)


@pytest.mark.parametrize("n", [3, 5])
def test_out_of_memory_draws_in_passes_and_says_so(n: int) -> None:
    model = tiny_llama(400)
    rows: dict[bool, dict[int, list[int]]] = {}
    notices: list[str] = []
    for cramped in (False, True):
        if cramped:
            model.__class__ = Cramped
        share_attention(model)
        drawer = Drawer(model, Adapters(model, "tiny"), False, Vocabulary(), notices)
        drawn_rows: dict[int, list[int]] = {row: [] for row in range(n)}
        rows[cramped] = drawn_rows

        def accept(row: int, token: int, chance: float | None) -> bool:
            drawn_rows[row].append(token)  # noqa: B023 (called within this turn of the loop)
            return True

        for _ in drawer.draw(list(range(3, 60)), replace(SAMPLING, n=n), accept):
            pass
    assert rows[True] == rows[False]
    assert any(f"with {n} candidates at once" in notice for notice in notices)
    assert len(drawer.kept[None].rows) == n


def test_out_of_memory_with_one_row_is_one_line() -> None:
    model = tiny_llama(400)
    model.__class__ = Cramped
    drawer = Drawer(model, Adapters(model, "tiny"), True, Vocabulary(), [])
    drawer.forward = lambda *_, **__: None  # type: ignore[method-assign] # a device without memory
    with pytest.raises(KnownError, match="out of memory"):
        for _ in drawer.draw(list(range(3, 60)), SAMPLING, lambda *_: True):
            pass


def test_baselines_draw_with_the_whole_vocabulary(folders: dict[str, Path]) -> None:
    table = Local.open(folders["v3"], device="cpu", scripts=["han"])
    narrow = table.model.get_output_embeddings()
    ways = table.baselines()
    assert list(ways) == ["generate × n", "generate(num_return_sequences=n)"]
    for draw in ways.values():
        draw(PROMPT, replace(SAMPLING, n=2, max_tokens=2))
    assert table.model.get_output_embeddings() is narrow
