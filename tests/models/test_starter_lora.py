"""The LoRA that comes along: PyTorch and llama.cpp agree on what it changes."""

from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import torch
from peft import PeftModel

import scenes
from models import starter
from models.backend import Prompt
from models.catalog import STARTER
from models.llamacpp.backend import LlamaCpp
from models.train.base import open_base

pytestmark = pytest.mark.xdist_group("starter")

ADAPTER = Path(scenes.__file__).parent / "library" / "adapters" / "sanguo"
PROMPT = Prompt("==== 三国演义 ====\n", "【忽一人自阶下出。】\n袁绍：谁敢去战华雄？\n", "关羽：")
REPLIES = ["小将愿往，斩华雄头献于帐下！\n", "某去便来。\n", "丞相何故大笑？\n"]
FOLDER = f"{Path(starter.file_of(STARTER)).stem}-{(STARTER.sha256 or '')[:16]}"


def test_a_lora_changes_the_same_in_llama_cpp_as_in_pytorch(starter_file: Path) -> None:
    if not (starter_file.parent / "unpacked" / FOLDER).is_dir():
        pytest.skip("unpacking the starter takes minutes; open local:starter once")
    model, encoder = open_base("starter", device="cpu")
    tuned = PeftModel.from_pretrained(model, str(ADAPTER))
    adapters = {"made": ADAPTER / "sanguo.gguf"}
    with closing(LlamaCpp.open(starter_file, context=256, adapters=adapters)) as backend:
        plain = backend.score(PROMPT, REPLIES)
        told = backend.score(PROMPT, REPLIES, "made")
    changed = []
    for reply in REPLIES:
        both, targets = encoder.encode_pair(PROMPT, reply)
        learned = [at for at, wanted in enumerate(targets) if wanted][:-1]  # without the end
        with tuned.disable_adapter():
            before = score(tuned, both, learned)
        changed.append(score(tuned, both, learned) - before)
    # llama.cpp rounds activations to 8 bits at each product, so lines differ by some tenths
    assert sum(told) - sum(plain) == pytest.approx(sum(changed), rel=0.15)
    assert sum(changed) > 3


def score(model: Any, ids: list[int], learned: list[int]) -> float:
    with torch.no_grad():
        odds = model(input_ids=torch.tensor([ids])).logits[0].log_softmax(-1)
    return sum(float(odds[at - 1, ids[at]]) for at in learned)
