"""LoRA and prefixes on one base: as peft and the official model compute them, and side by side."""

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from peft import LoraConfig, PrefixTuningConfig, get_peft_model
from safetensors.torch import save_file

from base.errors import KnownError
from models.adapters import Adapters
from models.backend import Sampling
from models.chatglm import load_model, load_prefix
from models.local import Local
from models.local.attention import share_attention
from models.local.drawing import Drawer
from models.local.vocabulary import Vocabulary
from tests.chatglm.made_up import make_checkpoint, make_prefix
from tests.local.tiny_models import PROMPT, make_llama, tiny_llama

IDS = list(range(20, 60))
TARGETS = {"llama": ["q_proj", "v_proj"], "v1": ["query_key_value"], "v3": ["q_proj", "down_proj"]}


def base(kind: str, folder: Path) -> Any:
    if kind == "llama":
        return tiny_llama(128)
    return load_model(make_checkpoint(folder / kind, kind, length=512), device="cpu")  # type: ignore[arg-type]


def prompt(model: Any) -> list[int]:
    config = model.config
    if not getattr(config, "position_encoding_2d", False):
        return IDS
    return [*IDS, config.gmask_token_id, config.bos_token_id]


def first_logits(drawer: Drawer, ids: list[int], adapter: str | None) -> torch.Tensor:
    for _ in drawer.draw(ids, Sampling(n=2, max_tokens=3, seed=1), lambda *_: True, adapter):
        pass
    logits = drawer.kept[adapter].logits
    assert logits is not None
    return logits


def make_lora(kind: str, folder: Path, name: str, seed: int, rank: int = 4) -> torch.Tensor:
    """Save a random LoRA for a fresh base and return peft's own next-token logits."""
    model = base(kind, folder / "bases" / name)
    torch.manual_seed(seed)
    config = LoraConfig(r=rank, target_modules=TARGETS[kind], init_lora_weights=False)
    tuned = get_peft_model(model, config).eval()
    tuned.save_pretrained(str(folder / name))
    with torch.no_grad():
        logits: torch.Tensor = tuned(torch.tensor([prompt(model)])).logits[:, -1]
    return logits


@pytest.mark.parametrize("kind", ["llama", "v1", "v3"])
def test_loras_switch_without_reloading_the_base(tmp_path: Path, kind: str) -> None:
    expected = {name: make_lora(kind, tmp_path, name, seed) for seed, name in enumerate("ab")}
    model = base(kind, tmp_path)
    with torch.no_grad():
        expected[None] = model(torch.tensor([prompt(model)])).logits[:, -1]
    adapters = Adapters(model, kind)
    for name in "ab":
        adapters.add(name, tmp_path / name)
    share_attention(model)
    drawer = Drawer(model, adapters, False, Vocabulary(), [])
    for name in (None, "a", "b", "a", None, "b"):
        found = first_logits(drawer, prompt(model), name)
        assert torch.allclose(found, expected[name], atol=1e-4)
    assert not torch.allclose(expected["a"], expected["b"], atol=1e-2)


@pytest.mark.parametrize("kind", ["v1", "v2", "v3"])
@pytest.mark.parametrize("projection", [False, True])
def test_an_official_prefix_computes_what_the_model_does(
    tmp_path: Path, kind: Any, projection: bool
) -> None:
    folder = make_checkpoint(tmp_path / "base", kind, length=512)
    prefix = make_prefix(tmp_path / "prefix", folder, 5, projection)
    reference: Any = load_model(folder, device="cpu")
    load_prefix(reference, prefix)
    ids = prompt(reference)
    with torch.no_grad():
        expected = reference(torch.tensor([ids])).logits[:, -1]
    model = load_model(folder, device="cpu")
    adapters = Adapters(model, kind)
    adapters.add("夏娜", prefix)
    share_attention(model)
    drawer = Drawer(model, adapters, False, Vocabulary(), [])
    bare = first_logits(drawer, ids, None)
    assert torch.allclose(first_logits(drawer, ids, "夏娜"), expected, atol=1e-4)
    assert not torch.allclose(bare, expected, atol=1e-2)


@pytest.mark.parametrize("kind", ["llama", "v1", "v3"])
def test_a_peft_prefix_computes_what_peft_does(tmp_path: Path, kind: str) -> None:
    model = base(kind, tmp_path / "reference")
    config = PrefixTuningConfig(task_type="CAUSAL_LM", num_virtual_tokens=4)
    torch.manual_seed(3)
    tuned = get_peft_model(model, config).eval()
    for parameter in tuned.prompt_encoder.parameters():
        torch.nn.init.normal_(parameter, std=0.5)
    tuned.save_pretrained(str(tmp_path / "prefix"))
    with torch.no_grad():
        expected = tuned(torch.tensor([prompt(model)])).logits[:, -1]
    fresh = base(kind, tmp_path / "fresh")
    adapters = Adapters(fresh, kind)
    adapters.add("prefix", tmp_path / "prefix")
    drawer = Drawer(fresh, adapters, True, Vocabulary(), [])
    assert torch.allclose(first_logits(drawer, prompt(fresh), "prefix"), expected, atol=1e-4)


def test_each_adapter_keeps_its_own_cache(tmp_path: Path) -> None:
    make_lora("llama", tmp_path, "a", 1)
    adapters = Adapters(tiny_llama(128), "llama")
    adapters.add("a", tmp_path / "a")
    drawer = Drawer(adapters.model, adapters, True, Vocabulary(), [])
    first_logits(drawer, IDS, None)
    first_logits(drawer, IDS, "a")
    assert drawer.reused == 0
    first_logits(drawer, [*IDS, 7], None)
    assert drawer.reused == len(IDS)


def test_a_lora_for_another_size_is_refused_with_names_and_shapes(tmp_path: Path) -> None:
    make_lora("llama", tmp_path, "a", 1)
    config = json.loads((tmp_path / "a" / "adapter_config.json").read_text())
    config["base_model_name_or_path"] = "someone/llama-32"
    (tmp_path / "a" / "adapter_config.json").write_text(json.dumps(config))
    adapters = Adapters(tiny_llama(128, hidden_size=64), "llama-64")
    with pytest.raises(KnownError) as caught:
        adapters.add("a", tmp_path / "a")
    message = str(caught.value)
    assert "llama-64" in message
    assert "someone/llama-32" in message
    assert "[4, 32]" in message
    assert "expected 64" in message


def test_a_lora_for_another_kind_of_model_is_refused(tmp_path: Path) -> None:
    make_lora("v1", tmp_path, "a", 1)
    adapters = Adapters(tiny_llama(128), "llama")
    with pytest.raises(KnownError, match=r"adapts transformer\.layers\.0.*no layer of that name"):
        adapters.add("a", tmp_path / "a")


def test_a_prefix_for_another_base_is_refused_with_both_shapes(tmp_path: Path) -> None:
    folder = make_checkpoint(tmp_path / "small", "v3")
    prefix = make_prefix(tmp_path / "prefix", folder, 4)
    other = load_model(make_checkpoint(tmp_path / "big", "v3", hidden=64), device="cpu")
    with pytest.raises(KnownError, match="expected") as caught:
        Adapters(other, "big").add("a", prefix)
    assert "[4, " in str(caught.value)
    peft = tmp_path / "peft"
    peft.mkdir()
    (peft / "adapter_config.json").write_text(
        json.dumps({"peft_type": "PREFIX_TUNING", "base_model_name_or_path": "small"})
    )
    save_file({"prompt_embeddings": torch.zeros(4, 7)}, peft / "adapter_model.safetensors")
    with pytest.raises(KnownError, match=r"shape \[4, 7\]; expected \[length, \d+\] .*big.*small"):
        Adapters(other, "big").add("a", peft)


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({}, r"missing \(adapter_model.safetensors"),
        ({"adapter_model.safetensors": b"\x00" * 20}, "cannot be read"),
        ({"adapter_model.bin": b"\x80\x04}q\x00."}, "adapter_model.bin"),
    ],
)
def test_broken_weights_are_one_line(tmp_path: Path, files: dict[str, bytes], said: str) -> None:
    (tmp_path / "adapter_config.json").write_text('{"peft_type": "LORA"}')
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    with pytest.raises(KnownError, match=said) as caught:
        Adapters(tiny_llama(128), "llama").add("a", tmp_path)
    assert "\n" not in str(caught.value)


def test_an_adapter_nobody_loaded_is_refused(folders: dict[str, Path]) -> None:
    table = Local.open(folders["llama"], device="cpu")
    with pytest.raises(KnownError, match="'夏娜' is not loaded, nor any other"):
        next(table.generate(PROMPT, Sampling(), adapter="夏娜"))


def test_an_adapter_of_another_base_is_left_out_where_the_model_can_do_without(
    tmp_path: Path,
) -> None:
    folder = make_llama(tmp_path / "base")
    wide = get_peft_model(tiny_llama(128, hidden_size=64), LoraConfig(target_modules=["q_proj"]))
    wide.save_pretrained(str(tmp_path / "wide"))
    with pytest.raises(KnownError, match="expected 32 at axis 1"):
        Local.open(folder, device="cpu", adapters={"wide": tmp_path / "wide"})
    adapters = {"wide": tmp_path / "wide", "file": tmp_path / "base" / "config.json"}
    local = Local.open(folder, device="cpu", adapters=adapters, optional=list(adapters))
    assert [notice.partition(":")[0] for notice in local.notices] == [
        "adapter wide is left out",
        "adapter file is left out",
    ]
    first = Sampling(n=1, max_tokens=4, seed=3)
    drawn = {name: list(local.generate(PROMPT, first, name)) for name in ("wide", None)}
    assert drawn["wide"] == drawn[None]
