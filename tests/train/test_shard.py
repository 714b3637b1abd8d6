"""A base that processes share: what each of them holds, and that it computes the same."""

import re
import threading
import time
from pathlib import Path
from typing import Any

import pytest
import torch
from torch.distributed.tensor import DTensor
from transformers import AutoTokenizer, LlamaConfig, LlamaForCausalLM

from models.train.base import open_base
from models.train.processes import join
from models.train.settings import Settings
from models.train.shard import shard_base, whole
from tests.train.launched import launched
from tests.train.made import settings

LAYERS = 16
MIB = 1 << 20


def held() -> float:
    """MiB of memory that are this process' own, which no file stands behind."""
    found = re.search(r"RssAnon:\s+(\d+)", Path("/proc/self/status").read_text())
    assert found is not None
    return int(found[1]) / 1024


class Peak:
    """The most that was held while it was watched, in MiB over what was held before."""

    def __enter__(self) -> "Peak":
        self.before = self.most = held()
        self.over = False
        self.watching = threading.Thread(target=self._watch, daemon=True)
        self.watching.start()
        return self

    def _watch(self) -> None:
        while not self.over:
            self.most = max(self.most, held())
            time.sleep(0.002)

    def __exit__(self, *raised: Any) -> None:
        self.over = True
        self.watching.join()

    @property
    def mib(self) -> float:
        return self.most - self.before


@pytest.fixture(scope="module")
def large(bases: dict[str, Path]) -> Path:
    """A Llama of some 260 MiB in float32, whose layers are the larger part."""
    folder = bases["llama"].parent / "large"
    torch.manual_seed(3)
    config = LlamaConfig(
        vocab_size=400,
        hidden_size=512,
        intermediate_size=2048,
        num_hidden_layers=LAYERS,
        num_attention_heads=8,
        num_key_value_heads=8,
        max_position_embeddings=512,
    )
    LlamaForCausalLM(config).to(torch.bfloat16).save_pretrained(folder)
    AutoTokenizer.from_pretrained(bases["llama"]).save_pretrained(folder)
    return folder


def measured(given: Settings) -> dict[str, float]:
    """What a process holds of a base while it opens it and takes its part, in MiB."""
    join(given)
    warm = torch.nn.Linear(64, 64)
    warm(torch.ones(2, 64)).sum().backward()
    with Peak() as opening:
        model, __ = open_base(given.base, mapped=given.shard)
        if given.shard:
            shard_base(model, given)
        base = sum(parameter.numel() * 4 for parameter in model.parameters()) / MIB
    return {"base": base, "opening": opening.mib}


@pytest.mark.slow
def test_a_process_takes_its_part_of_a_base_and_never_a_copy(large: Path, tmp_path: Path) -> None:
    given = {shard: settings(tmp_path, base=str(large), shard=shard) for shard in (False, True)}
    alone = launched(1, measured, given[False])[0][1]
    assert alone["opening"] > 0.95 * alone["base"]
    told = launched(2, measured, given[True])
    assert [error for error, __ in told.values()] == [None, None]
    for __, found in told.values():  # its half, a few layers on their way, and buffers
        assert found["opening"] < 0.85 * found["base"]


def states_for(head: Any) -> torch.Tensor:
    """Some states [2, width] that an output layer could be given."""
    return torch.arange(2.0 * head.in_features).view(2, -1) / 64


def parts(given: Settings) -> dict[str, Any]:
    join(given)
    model, __ = open_base(given.base, mapped=True)
    shard_base(model, given)
    head = model.get_output_embeddings()
    shared = {name: value for name, value in model.named_parameters() if isinstance(value, DTensor)}
    states = states_for(head)
    with whole(head) as layer:
        logits = layer(states)
    back = isinstance(head.weight, DTensor)
    own = sum(value.to_local().numel() for value in shared.values())
    return {"names": sorted(shared), "own": own, "logits": logits.tolist(), "back": back}


@pytest.mark.parametrize("kind", ["llama", "v1", "v3"])
def test_layers_embedding_and_output_are_shared(
    bases: dict[str, Path], tmp_path: Path, kind: str
) -> None:
    model, __ = open_base(bases[kind], device="cpu")
    model.float()
    head = model.get_output_embeddings()
    states = states_for(head)
    told = launched(2, parts, settings(tmp_path, base=str(bases[kind]), shard=True))
    assert [error for error, __ in told.values()] == [None, None]
    every = dict(model.named_parameters())
    for __, found in told.values():
        assert set(found["names"]) == every.keys()
        assert found["back"]
        assert torch.allclose(torch.tensor(found["logits"]), head(states), atol=1e-5)
    assert sum(found["own"] for __, found in told.values()) == sum(
        parameter.numel() for parameter in every.values()
    )
