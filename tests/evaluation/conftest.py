"""A tiny model whose adapter has learned who says what, and the examples it is measured on."""

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from peft import LoraConfig, get_peft_model

from models.backend import Prompt
from models.encode import Encoder
from models.local.loading import open_checkpoint
from models.train.data import Example, dumped
from tests.local.tiny_models import make_llama, tiny_llama

SAID = {"林默": "地图上画得很清楚。\n", "苏晚": "那我们进去吧。\n", "守秘人": "小心脚下。\n"}
"""What each of them always says."""
STABLE = "==== 雨夜旧宅 ====\n"


def examples(rounds: int = 4) -> list[Example]:
    """Each speaks in turn; the last rounds are held out."""
    found, history = [], "【雨下了一整夜。】\n"
    for turn in range(rounds * len(SAID)):
        name = list(SAID)[turn % len(SAID)]
        split: Any = "test" if turn >= len(SAID) else "train"
        prompt = Prompt(STABLE, history, f"{name}：")
        found.append(Example(prompt, SAID[name], name, "log.txt", "一", split))
        history += f"{name}：{SAID[name]}"
    return found


@pytest.fixture(autouse=True)
def one_thread() -> None:
    torch.set_num_threads(1)


@pytest.fixture(scope="session")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = make_llama(tmp_path_factory.mktemp("eval") / "tiny")
    size = json.loads((folder / "config.json").read_text("utf-8"))["vocab_size"]
    tiny_llama(size, initializer_range=0.3, max_position_embeddings=4096).save_pretrained(folder)
    return folder


@pytest.fixture(scope="session")
def adapter(base: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A LoRA for the tiny model, trained on the rounds."""
    opened = open_checkpoint(base, device="cpu")
    encoder = Encoder(opened.tokenizer, opened.markup)
    rows = [encoder.encode_pair(one.prompt, one.reply) for one in examples()]
    ids = torch.tensor([rows[-1][0][:-1]])
    labels = torch.full_like(ids, -100)
    for row, targets in rows:
        learned = torch.tensor([targets[:-1]])
        labels[:, : len(row) - 1][learned] = torch.tensor([row[:-1]])[learned]
    torch.manual_seed(1)
    config = LoraConfig(r=8, lora_alpha=16, target_modules="all-linear")
    tuned: Any = get_peft_model(opened.model, config)
    learning = [one for one in tuned.parameters() if one.requires_grad]
    optimizer = torch.optim.AdamW(learning, lr=0.01)
    for _ in range(50):
        tuned(ids, labels=labels).loss.backward()
        optimizer.step()
        optimizer.zero_grad()
    folder = tmp_path_factory.mktemp("adapters") / "house"
    tuned.peft_config["default"].base_model_name_or_path = str(base)
    tuned.save_pretrained(str(folder))
    return folder


@pytest.fixture
def on(tmp_path: Path) -> Path:
    """The examples as a file."""
    path = tmp_path / "examples.jsonl"
    path.write_text("".join(map(dumped, examples())), encoding="utf-8")
    return path


@pytest.fixture
def pairs(tmp_path: Path) -> Path:
    """What each says, picked before something else."""
    path = tmp_path / "pairs.jsonl"
    lines = []
    for one in examples()[3:9]:
        pair = {"prompt": one.prompt.text, "chosen": one.reply.strip(), "rejected": "the game"}
        lines.append(json.dumps(pair, ensure_ascii=False) + "\n")
    path.write_text("".join(lines), encoding="utf-8")
    return path
