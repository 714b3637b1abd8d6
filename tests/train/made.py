"""Examples of a made-up table, written as `corpus examples` writes them."""

import json
from pathlib import Path
from random import Random
from typing import Any

from models.backend import Prompt
from models.encode import Encoder
from models.local.loading import open_checkpoint
from models.train.data import Example, dumped
from models.train.run import train
from models.train.runs import Result
from models.train.settings import Settings

STABLE = "==== 桃园 ====\n"
SAID = (
    ("刘备", "吾弟在此，何惧之有。"),
    ("曹操", "天下英雄，惟使君与操耳。"),
    ("关羽", "某去便来。"),
    ("张飞", "燕人张翼德在此，谁敢来决死战！"),
)
LINES = [f"{who}：{said}" for who, said in SAID]


def examples(chapters: int = 8, lines: int = 8, held_out: int = 2, seed: int = 0) -> list[Example]:
    """Chapters of lines by four people; the last chapters are held out."""
    chance = Random(seed)
    found = []
    for chapter in range(chapters):
        history = ""
        split: Any = "test" if chapter >= chapters - held_out else "train"
        for _ in range(lines):
            who, said = chance.choice(SAID)
            prompt = Prompt(STABLE, history, f"{who}：")
            found.append(Example(prompt, said + "\n", who, "table", str(chapter), split))
            history += f"{who}：{said}\n"
    return found


def written(path: Path, given: list[Example]) -> Path:
    path.write_text("".join(map(dumped, given)), encoding="utf-8")
    return path


def opened(folder: Path) -> tuple[Any, Encoder]:
    found = open_checkpoint(folder, device="cpu")
    return found.model, Encoder(found.tokenizer, found.markup)


def settings(folder: Path, **changes: Any) -> Settings:
    """A run of a second, on the examples of `folder`."""
    file = folder / "examples.jsonl"
    if not file.exists():
        written(file, examples())
    values: dict[str, Any] = {
        "base": "made-up",
        "examples": (file,),
        "out": folder / "out",
        "r": 4,
        "learning_rate": 1e-2,
        "batch_tokens": 512,
        "max_steps": 12,
        "eval_steps": 4,
        "save_steps": 4,
        "logging_steps": 2,
        "num_virtual_tokens": 4,
        "device": "cpu",
    }
    return Settings(**values | changes)


def written_pairs(path: Path, count: int = 40) -> Path:
    """Picks of a person who likes 关羽 short and never lets him boast."""
    chance = Random(5)
    lines = []
    for number in range(count):
        who, said = chance.choice(SAID)
        prompt = f"{STABLE}{who}：{said}\n【第{number}合。】\n关羽："
        pair = {"prompt": prompt, "chosen": "某去便来。", "rejected": "燕人张翼德在此！"}
        lines.append(json.dumps(pair, ensure_ascii=False) + "\n")
    path.write_text("".join(lines), encoding="utf-8")
    return path


def run(base: Path, wanted: Settings, **more: Any) -> Result:
    model, encoder = opened(base)
    return train(wanted, model, encoder, "made-up", **more)


def weights(folder: Path) -> bytes:
    return (folder / "adapter_model.safetensors").read_bytes()


def losses(folder: Path) -> list[tuple[int, float | None, float | None]]:
    points = map(json.loads, (folder / "log.jsonl").read_text().splitlines())
    return [(point["step"], point["loss"], point["held_out"]) for point in points]
