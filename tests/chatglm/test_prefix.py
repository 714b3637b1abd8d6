"""Official P-tuning prefixes: put on a base, switched by name, trained, refused as misfits."""

import pytest
import torch
from peft import LoraConfig, PrefixTuningConfig, get_peft_model
from safetensors.torch import load_file, save_file

from base.errors import KnownError
from models.chatglm import load_model, load_prefix
from models.chatglm.prefix import prefix_cache
from tests.chatglm.made import VERSIONS, Make, prompt


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("projection", [False, True])
def test_a_prefix_is_a_cache_to_start_from(
    checkpoint: Make, prefix: Make, version: str, projection: bool
) -> None:
    folder = checkpoint(version)
    model = load_model(folder)
    ids = prompt(version)
    with torch.no_grad():
        bare = model(ids).logits
        encoder = load_prefix(model, prefix(folder, projection=projection))
        prefixed = model(ids).logits
        cache = prefix_cache(model)
        assert cache.get_seq_length() == cache.prefix_length == 4
        table = encoder()
        assert torch.equal(cache.layers[1].keys[0], table[:, 2].transpose(0, 1))
        assert torch.equal(model(ids, cache=cache).logits, prefixed)
        model.set_prefix(None)
        assert torch.equal(model(ids).logits, bare)
    assert (prefixed - bare).abs().max() > 0.01


@pytest.mark.parametrize("version", VERSIONS)
def test_both_containers_hold_the_same_prefix(checkpoint: Make, prefix: Make, version: str) -> None:
    folder = checkpoint(version)
    model = load_model(folder)
    tables = [
        load_prefix(model, prefix(folder, kind, container=kind), name=kind)()
        for kind in ("bin", "safetensors")
    ]
    assert torch.equal(*tables)


@pytest.mark.parametrize("version", VERSIONS)
def test_each_character_has_its_own_prefix(checkpoint: Make, prefix: Make, version: str) -> None:
    folder = checkpoint(version)
    model, ids = load_model(folder), prompt(version)
    alone = {}
    for seed, name in enumerate(("shana", "yuji")):
        load_prefix(model, prefix(folder, name, seed=seed, pre_seq_len=3 + seed), name=name)
        alone[name] = model(ids).logits
    for name in ("shana", "yuji", "shana"):
        model.set_prefix(name)
        assert torch.equal(model(ids).logits, alone[name])
    with pytest.raises(KnownError, match="prefix sana: not loaded, only shana, yuji"):
        model.set_prefix("sana")


@pytest.mark.parametrize("version", VERSIONS)
def test_a_quantised_base_trains_a_prefix(checkpoint: Make, prefix: Make, version: str) -> None:
    folder = checkpoint(version, quantization_bit=4)
    ids = prompt(version, 6, 4)
    gradients = []
    for checkpointed in (False, True):
        model = load_model(folder).requires_grad_(False)
        encoder = load_prefix(model, prefix(folder, projection=True)).requires_grad_(True)
        encoder.dropout.p = 0.0
        model.train()
        if checkpointed:
            model.gradient_checkpointing_enable()
        model(ids, labels=ids).loss.backward()
        gradients.append(encoder.embedding.weight.grad)
    assert gradients[0].abs().max() > 0
    assert torch.allclose(*gradients, atol=1e-7)


@pytest.mark.parametrize("version", VERSIONS)
def test_a_quantised_base_takes_lora(checkpoint: Make, version: str) -> None:
    model = load_model(checkpoint(version, quantization_bit=4))
    targets = ["query_key_value"] if version == "v1" else ["q_proj", "v_proj"]
    lora = get_peft_model(model, LoraConfig(target_modules=targets, task_type="CAUSAL_LM"))
    ids = prompt(version, 6, 4)
    optimizer = torch.optim.SGD((p for p in lora.parameters() if p.requires_grad), lr=0.5)
    losses = []
    for _ in range(4):
        loss = lora(input_ids=ids, labels=ids).loss
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert losses[-1] < losses[0]


@pytest.mark.parametrize("version", VERSIONS)
def test_peft_s_own_prefixes_train_and_generate(checkpoint: Make, version: str) -> None:
    model = load_model(checkpoint(version))
    config = PrefixTuningConfig(task_type="CAUSAL_LM", num_virtual_tokens=3)
    tuned = get_peft_model(model, config)
    ids = prompt(version, 6, 4)
    tuned.train()
    tuned(input_ids=ids, labels=ids).loss.backward()
    assert any(p.grad is not None and p.grad.abs().max() > 0 for p in tuned.parameters())
    tuned.eval()
    start = prompt(version)
    options = {"max_new_tokens": 4, "do_sample": False, "eos_token_id": None}
    out = tuned.generate(
        input_ids=start, output_logits=True, return_dict_in_generate=True, **options
    )
    with torch.no_grad():
        whole = tuned(input_ids=out.sequences).logits[:, start.shape[1] - 1 : -1]
    assert torch.allclose(torch.stack(out.logits, 1), whole, atol=1e-5)


def test_a_prefix_for_another_base_is_refused_with_both_shapes(
    checkpoint: Make, prefix: Make
) -> None:
    large, small = checkpoint("v1", "large", layers=3), checkpoint("v1", "small")
    model = load_model(small)
    with pytest.raises(KnownError, match=r"v1-large-prefix.*\[4, 192\].*\[4, 128\].*v1-small"):
        load_prefix(model, prefix(large))
    with pytest.raises(KnownError, match=r"\[4, 192\].*\[4, 128\]"):
        load_prefix(model, prefix(large, "projected", projection=True))
    assert model.active_prefix is None


def test_a_checkpoint_without_a_prefix_is_no_prefix(checkpoint: Make) -> None:
    folder = checkpoint("v1")
    model = load_model(folder)
    with pytest.raises(KnownError, match=r"no tensor transformer.prefix_encoder.\*, expected"):
        load_prefix(model, folder)


@pytest.mark.parametrize("version", VERSIONS)
def test_a_checkpoint_of_base_and_prefix_opens_with_both(
    checkpoint: Make, prefix: Make, version: str
) -> None:
    folder = checkpoint(version)
    official = prefix(folder, container="safetensors")
    apart = load_model(folder)
    load_prefix(apart, official)
    both = load_file(folder / "model.safetensors")
    both |= load_file(official / "prefix_encoder.safetensors")
    save_file(both, folder / "model.safetensors")
    together, ids = load_model(folder), prompt(version)
    assert torch.equal(together(ids).logits, apart(ids).logits)


def test_a_prefix_alone_is_no_model(checkpoint: Make, prefix: Make) -> None:
    with pytest.raises(KnownError, match=r"only a P-tuning prefix.*load the base"):
        load_model(prefix(checkpoint("v1")))


def test_generating_from_a_cache_with_a_prefix_is_refused(checkpoint: Make, prefix: Make) -> None:
    folder = checkpoint("v3")
    model = load_model(folder)
    load_prefix(model, prefix(folder))
    with pytest.raises(KnownError, match="leave the cache out"):
        model.generate(prompt("v3"), cache=prefix_cache(model))


def test_a_prefix_needs_a_chatglm(checkpoint: Make, prefix: Make) -> None:
    folder = prefix(checkpoint("v1"))
    with pytest.raises(KnownError, match="cannot be put on a Linear; load the base with"):
        load_prefix(torch.nn.Linear(2, 2), folder)  # type: ignore[arg-type]
