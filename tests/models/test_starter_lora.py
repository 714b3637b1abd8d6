"""A LoRA on the starter's base: PyTorch and llama.cpp agree on what follows."""

from contextlib import closing
from pathlib import Path

import pytest
import torch

from models import starter
from models.backend import Prompt
from models.catalog import STARTER
from models.gguf_lora import write_gguf_lora
from models.llamacpp import LlamaCpp
from models.train.base import base_name, open_base
from tests.models.tiny_gguf import tuned

pytestmark = pytest.mark.xdist_group("starter")

PROMPT = Prompt(
    "【雨下了一整夜，旧宅的门虚掩着。】\n苏晚：你确定是这里？\n",
    "林默：信上就是这么写的。\n",
    "苏晚：",
)
REPLIES = ["我们进去看看吧。\n", "是的。\n", "你好吗？\n"]
FOLDER = f"{Path(starter.FILE).stem}-{(STARTER.sha256 or '')[:16]}"


def test_a_lora_says_the_same_in_llama_cpp_as_in_pytorch(
    starter_file: Path, tmp_path: Path
) -> None:
    if not (starter_file.parent / "unpacked" / FOLDER).is_dir():
        pytest.skip("unpacking the starter takes minutes; open local:starter once")
    model, encoder = open_base("starter", device="cpu")
    model = tuned(model, tmp_path / "lora", base_name("starter"), scale=0.04)
    lora = write_gguf_lora(tmp_path / "lora", tmp_path / "lora.gguf").path
    with closing(LlamaCpp.open(starter_file, context=256, adapters={"made": lora})) as backend:
        plain = backend.score(PROMPT, REPLIES)
        told = backend.score(PROMPT, REPLIES, "made")
    ids = encoder.encode(PROMPT)
    for reply, before, after in zip(REPLIES, plain, told, strict=True):
        both, targets = encoder.encode_pair(PROMPT, reply)
        with torch.no_grad():
            odds = model(input_ids=torch.tensor([both])).logits[0].log_softmax(-1)
        learned = [at for at, wanted in enumerate(targets) if wanted][:-1]  # without the end
        assert learned[0] == len(ids)
        score = sum(float(odds[at - 1, both[at]]) for at in learned)
        assert abs(after - before) > 2.0
        assert abs(after - score) < 0.1 * abs(after - before)  # llama.cpp rounds activations too
