"""Whatever was kept from earlier draws, the next token is distributed as after a fresh prefill."""

from typing import Any

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from transformers import Gemma3ForCausalLM, Gemma3TextConfig, LlamaConfig, LlamaForCausalLM

from models.adapters import Adapters
from models.backend import Sampling
from models.chatglm import load_model
from models.local.attention import share_attention
from models.local.drawing import Drawer
from models.local.vocabulary import Vocabulary
from tests.chatglm.made_up import make_checkpoint, make_prefix

TOLERANCE = 1e-4
SPECIAL = 110
"""Made-up vocabularies of 128 have their special tokens above this id."""
WORDS = st.lists(st.integers(10, 90), min_size=1, max_size=6)


def llama() -> Any:
    torch.manual_seed(1)
    return LlamaForCausalLM(
        LlamaConfig(
            vocab_size=128,
            hidden_size=32,
            intermediate_size=64,
            num_hidden_layers=2,
            num_attention_heads=4,
            num_key_value_heads=2,
        )
    ).eval()


def sliding() -> Any:
    torch.manual_seed(1)
    return Gemma3ForCausalLM(
        Gemma3TextConfig(
            vocab_size=128,
            hidden_size=32,
            intermediate_size=64,
            num_hidden_layers=3,
            num_attention_heads=4,
            num_key_value_heads=2,
            head_dim=8,
            sliding_window=6,
            layer_types=["sliding_attention", "full_attention", "sliding_attention"],
        )
    ).eval()


class Made:
    """A model and its adapters; says only its name where a test fails."""

    def __init__(self, name: str, model: Any) -> None:
        self.name, self.model, self.adapters = name, model, Adapters(model, name)

    def __repr__(self) -> str:
        return self.name


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Made]:
    """Tiny models with two prefixes each where they take them."""
    folder = tmp_path_factory.mktemp("checkpoints")
    made: dict[str, Made] = {}
    for version in ("v1", "v2", "v3"):
        base = make_checkpoint(folder / version, version, length=512)
        made[version] = Made(version, load_model(base, device="cpu"))
        for number, projection in ((1, False), (2, True)):
            prefix = make_prefix(
                folder / f"{version}-prefix{number}", base, 3 + number, projection, seed=number
            )
            made[version].adapters.add(f"prefix{number}", prefix)
    for name, model in (("llama", llama()), ("sliding", sliding())):
        made[name] = Made(name, model)
    return made


@st.composite
def moves(draw: st.DrawFn) -> list[tuple[str, Any]]:
    """What a person does at the table, as changes of the prompt's text ids."""
    kinds = st.sampled_from(["redraw", "pick", "edit", "undo", "branch", "trim", "switch", "say"])
    return [(draw(kinds), draw(WORDS)) for _ in range(draw(st.integers(1, 5)))]


class Table:
    """Plays moves against a drawer on ids; `wrap` puts a model's markup around the text."""

    def __init__(self, model: Any, adapters: Adapters, joined: bool, causal: bool) -> None:
        self.model, self.adapters, self.causal = model, adapters, causal
        self.drawer = Drawer(model, adapters, joined, Vocabulary(), [])
        self.stable, self.text = [11, 12, 13], [20, 21, 22, 23, 24, 25, 26, 27]
        self.before = list(self.text)
        self.adapter: str | None = None
        self.rows: dict[int, list[int]] = {}

    @property
    def ids(self) -> list[int]:
        config = self.model.config
        marks = [getattr(config, "gmask_token_id", None), config.bos_token_id]
        if marks[0] is None:
            return [*self.stable, *self.text]
        if self.causal:
            return [*self.stable, *marks, *self.text]
        return [*self.stable, *self.text, *marks]

    def play(self, move: str, words: list[int]) -> None:
        if move == "pick" and self.rows:
            picked = self.rows[words[0] % len(self.rows)]
            words = [t for t in picked if t < SPECIAL] + words[:1]
            self.before, self.text = self.text, self.text + words
        elif move in ("say", "pick"):
            self.before, self.text = self.text, self.text + words
        elif move == "edit" and self.rows:
            picked = self.rows[words[0] % len(self.rows)]
            words = [t for t in picked[:2] if t < SPECIAL] + words
            self.before, self.text = self.text, self.text + words
        elif move == "undo":
            self.text = self.before
        elif move == "branch":
            self.text = self.text[: max(len(self.text) // 2, 1)] + words
        elif move == "trim":
            self.text = self.text[3:] or words
        elif move == "switch" and self.adapters.names:
            names = [None, *self.adapters.names]
            self.adapter = names[words[0] % len(names)]
        self.draw()

    def draw(self) -> None:
        self.rows = {}

        def accept(row: int, token: int, logprob: float | None) -> bool:
            self.rows.setdefault(row, []).append(token)
            return token < SPECIAL and not (row == 1 and len(self.rows[row]) == 2)

        drawing = self.drawer.draw(
            self.ids, Sampling(n=3, max_tokens=4, seed=len(self.text)), accept, self.adapter
        )
        for _ in drawing:
            pass

    def difference(self) -> float:
        """How far the kept logits are from those of a drawer that has seen nothing."""
        fresh = Drawer(self.model, self.adapters, True, Vocabulary(), [])
        kept = self.drawer.kept[self.adapter].logits
        one = Sampling(n=1, max_tokens=1, temperature=0)
        for _ in fresh.draw(self.ids, one, lambda *_: False, self.adapter):
            pass
        new = fresh.kept[self.adapter].logits
        assert kept is not None
        assert new is not None
        return float((kept.log_softmax(-1) - new.log_softmax(-1)).abs().max())


CASES = [
    ("v1", False, False),
    ("v1", False, True),
    ("v1", True, False),
    ("v2", False, False),
    ("v3", False, False),
    ("v3", True, False),
    ("llama", False, False),
    ("llama", True, False),
    ("sliding", False, False),
]


@pytest.mark.parametrize(("name", "joined", "causal"), CASES)
@settings(
    max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(played=moves())
def test_any_play_leaves_the_distribution_of_a_fresh_prefill(
    models: dict[str, Made],
    name: str,
    joined: bool,
    causal: bool,
    played: list[tuple[str, Any]],
) -> None:
    model, adapters = models[name].model, models[name].adapters
    model.set_attn_implementation("sdpa")
    if not joined:
        assert share_attention(model)
    table = Table(model, adapters, joined, causal)
    table.draw()
    for move, words in played:
        table.play(move, words)
        assert table.difference() <= TOLERANCE
