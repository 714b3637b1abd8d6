"""Scores of given replies, against one plain pass over each whole text."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from peft import LoraConfig, PrefixTuningConfig, get_peft_model
from transformers import Gemma2Config, Gemma2ForCausalLM, Gemma3ForCausalLM, Gemma3TextConfig

from base.errors import KnownError
from models.adapters import Adapters
from models.backend import Prompt, Sampling, Scorer
from models.encode import Encoder
from models.local import Local
from models.local.attention import share_attention
from models.local.drawing import Drawer
from models.local.loading import open_checkpoint
from models.local.scoring import ScoredText, score_texts
from models.local.vocabulary import Vocabulary
from tests.local.tiny_models import PROMPT, tiny_llama
from tests.models.conftest import deltas

KINDS = ("v1", "v2", "v3", "llama")
TARGETS = {"v1": ["query_key_value"], "v2": ["q_proj", "down_proj"], "llama": ["q_proj", "v_proj"]}
REPLIES = ["地图上画得很清楚。\n", "走吧\n", "嗯", "那我们进去吧，小心脚下，门后很黑。\n"]
PAIRS = [(replace(PROMPT, cue=cue), "就是这里。\n") for cue in ("林默：", "苏晚：", "守秘人：")]


@pytest.fixture(scope="module")
def tables(folders: dict[str, Path]) -> dict[str, Local]:
    return {kind: Local.open(folders[kind], device="cpu") for kind in KINDS}


def naive(model: Any, encoder: Encoder, prompt: Prompt, reply: str) -> float:
    """The sum of the log-probabilities of a reply in a plain pass over all of it."""
    before = encoder.encode(prompt)
    ids = before + encoder.encode_reply(reply)
    with torch.no_grad():
        logprobs = model(torch.tensor([ids])).logits[0].double().log_softmax(-1)
    return sum(float(logprobs[at - 1, ids[at]]) for at in range(len(before), len(ids)))


def expected(folder: Path, pairs: list[tuple[Prompt, str]], adapter: Any = None) -> list[float]:
    opened = open_checkpoint(folder, device="cpu")
    model = adapter(opened.model) if adapter else opened.model
    encoder = Encoder(opened.tokenizer, opened.markup)
    return [naive(model, encoder, prompt, reply) for prompt, reply in pairs]


@pytest.mark.parametrize("kind", KINDS)
def test_scores_are_those_of_a_plain_pass(
    tables: dict[str, Local], folders: dict[str, Path], kind: str
) -> None:
    table = tables[kind]
    assert isinstance(table, Scorer)
    wanted = expected(folders[kind], [(PROMPT, reply) for reply in REPLIES])
    assert table.score(PROMPT, REPLIES) == pytest.approx(wanted, abs=1e-3)
    assert table.score(PROMPT, REPLIES[:1]) == pytest.approx(wanted[:1], abs=1e-3)
    assert table.score(PROMPT, []) == []


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_reply_is_scored_under_several_cues(
    tables: dict[str, Local], folders: dict[str, Path], kind: str
) -> None:
    wanted = expected(folders[kind], PAIRS)
    assert tables[kind].score_pairs(PAIRS) == pytest.approx(wanted, abs=1e-3)


@pytest.mark.parametrize("kind", KINDS)
def test_a_session_scored_line_by_line_and_drawn_between(
    tables: dict[str, Local], folders: dict[str, Path], kind: str
) -> None:
    table, history, found, pairs = tables[kind], PROMPT.history, [], []
    for cue, reply in (("林默：", "走吧\n"), ("苏晚：", "小心脚下。\n"), ("林默：", "嗯\n")):
        asked = [(Prompt(PROMPT.stable, history, each), reply) for each in (cue, "守秘人：")]
        found += table.score_pairs(asked)
        pairs += asked
        drawn = table.generate(asked[0][0], Sampling(n=2, max_tokens=3, seed=1))
        assert sum(delta.end is not None for delta in deltas(drawn)) == 2
        history += cue + reply
    assert found == pytest.approx(expected(folders[kind], pairs), abs=1e-3)


@pytest.mark.parametrize("kind", ["v2", "llama"])
def test_the_next_line_computes_only_what_is_new(tables: dict[str, Local], kind: str) -> None:
    table = tables[kind]
    table.score_pairs(PAIRS)
    following = PROMPT.history + "林默：就是这里。\n"
    table.score_pairs(
        [(Prompt(PROMPT.stable, following, cue), "嗯\n") for cue in ("苏晚：", "林默：")]
    )
    shared = table.encoder.encode(Prompt(PROMPT.stable, following, ""))
    assert table._drawer.reused >= len(shared) - 1


@pytest.mark.parametrize("kind", ["v1", "v2", "llama"])
def test_a_lora_changes_the_scores_and_leaves_the_base_alone(
    folders: dict[str, Path], tmp_path: Path, kind: str
) -> None:
    def adapt(model: Any) -> Any:
        torch.manual_seed(2)
        config = LoraConfig(r=4, target_modules=TARGETS[kind], init_lora_weights=False)
        tuned = get_peft_model(model, config).eval()
        tuned.save_pretrained(str(tmp_path / "a"))
        return tuned

    tuned, plain = expected(folders[kind], PAIRS, adapt), expected(folders[kind], PAIRS)
    table = Local.open(folders[kind], device="cpu", adapters={"a": tmp_path / "a"})
    for _ in range(2):
        assert table.score_pairs(PAIRS, "a") == pytest.approx(tuned, abs=1e-3)
        assert table.score_pairs(PAIRS) == pytest.approx(plain, abs=1e-3)
    assert abs(tuned[0] - plain[0]) > 0.005


@pytest.mark.parametrize("kind", ["v3", "llama"])
def test_a_prefix_changes_the_scores(folders: dict[str, Path], tmp_path: Path, kind: str) -> None:
    def adapt(model: Any) -> Any:
        torch.manual_seed(3)
        config = PrefixTuningConfig(
            num_virtual_tokens=4,
            token_dim=model.config.num_key_value_heads * model.config.head_dim,
            num_attention_heads=model.config.num_key_value_heads,
            num_layers=model.config.num_hidden_layers,
            task_type="CAUSAL_LM",
        )
        tuned = get_peft_model(model, config).eval()
        tuned.save_pretrained(str(tmp_path / "p"))
        return tuned

    wanted = expected(folders[kind], PAIRS, adapt)
    table = Local.open(folders[kind], device="cpu", adapters={"p": tmp_path / "p"})
    assert table.score_pairs(PAIRS, "p") == pytest.approx(wanted, abs=1e-3)


def test_scripts_narrow_what_is_drawn_and_not_what_is_scored(folders: dict[str, Path]) -> None:
    table = Local.open(folders["v3"], device="cpu", scripts=["han"])
    found = table.score(PROMPT, ["Watson!\n"])
    assert found == pytest.approx(expected(folders["v3"], [(PROMPT, "Watson!\n")]), abs=1e-3)
    again = Sampling(n=1, max_tokens=4, temperature=1.0, top_p=1.0, seed=1)
    text = "".join(delta.text for delta in deltas(table.generate(PROMPT, again)))
    assert not any(letter.isascii() and letter.isalpha() for letter in text)


SIZES: dict[str, Any] = {
    "vocab_size": 300,
    "hidden_size": 32,
    "intermediate_size": 64,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "head_dim": 8,
    "sliding_window": 8,
}


@pytest.mark.parametrize("kind", ["llama", "gemma2", "gemma3"])
@pytest.mark.parametrize("rows", [1024, 40])
def test_windows_and_capped_logits_are_the_models_own(
    kind: str, rows: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where the texts do not fit side by side."""
    torch.manual_seed(1)
    if kind == "gemma2":
        model: Any = Gemma2ForCausalLM(Gemma2Config(**SIZES, final_logit_softcapping=2.0)).eval()
    elif kind == "gemma3":
        model = Gemma3ForCausalLM(Gemma3TextConfig(**SIZES)).eval()
    else:
        model = tiny_llama(300)
    ids = [int(i) for i in torch.randint(3, 300, (60,))]
    texts = [ScoredText(ids[:40] + ids[at : at + 7 + at], 41) for at in (0, 5, 12)]
    wanted = []
    for text in texts:
        with torch.no_grad():
            logprobs = model(torch.tensor([text.ids])).logits[0].double().log_softmax(-1)
        places = range(text.start, len(text.ids))
        wanted.append(sum(float(logprobs[at - 1, text.ids[at]]) for at in places))
    monkeypatch.setattr("models.local.scoring.ROW_TOKENS_ELSEWHERE", rows)
    joined = not share_attention(model)
    drawer = Drawer(model, Adapters(model, "tiny"), joined, Vocabulary(), [])
    head = model.get_output_embeddings()
    for _ in range(2):
        assert score_texts(drawer, head, texts, None) == pytest.approx(wanted, abs=1e-3)
    assert model.get_output_embeddings() is head


def test_a_reply_beyond_the_context_is_refused(folders: dict[str, Path]) -> None:
    table = Local.open(folders["llama"], device="cpu", context=64)
    with pytest.raises(KnownError, match="expected fewer than the context of 64"):
        table.score(PROMPT, ["走" * 64])


def test_a_prompt_of_nothing_is_refused() -> None:
    model = tiny_llama(300)
    drawer = Drawer(model, Adapters(model, "tiny"), True, Vocabulary(), [])
    with pytest.raises(KnownError, match="the prompt is empty"):
        score_texts(drawer, model.get_output_embeddings(), [ScoredText([3, 4], 0)], None)
