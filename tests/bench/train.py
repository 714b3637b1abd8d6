"""Tokens learned a second, beside a plain `Trainer` on the same model and examples.

python tests/bench/train.py                 # a made-up GLM of starter size, and a tiny one
python tests/bench/train.py --base starter  # the embedded default's base

The plain loop is what a notebook does: each example is a row, rows of a batch are padded to the
longest, the output layer is evaluated at every position and the model computes the loss. Both train
the same LoRA on the same examples in turns; what is compared is learned tokens a second.
"""

import argparse
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch
from transformers import (
    GlmConfig,
    GlmForCausalLM,
    PrinterCallback,
    Trainer,
    TrainingArguments,
)
from transformers.utils import logging as library_logging

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from models.backend import Prompt
from models.encode import Encoder
from models.local.loading import open_checkpoint
from models.train.adapter import new_adapter
from models.train.data import Example
from models.train.rows import TrainingRow, batches_of, collate, rows_of
from models.train.settings import Settings
from models.train.trainer import RowTrainer, take_head
from tests.chatglm.tokenizer_made_up import make_playable

NAMES = ("刘备", "曹操", "关羽", "张飞")
WORDS = "今日天下大事吾等当共议之不知君意如何且听某一言再作道理城外有兵马数千而来"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--base", help="a checkpoint's folder, or `starter`")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--tokens", type=int, default=1024, help="tokens of a batch")
    parser.add_argument("--batches", type=int, default=2, help="batches of a round")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    library_logging.disable_progress_bar()
    library_logging.set_verbosity_error()
    print("| model | ours, learned tokens/s | plain Trainer | ratio (least to most) |")
    print("|---|---|---|---|")
    with tempfile.TemporaryDirectory(prefix="paotuan-bench-") as folder:
        for title, make in _models(options.base, Path(folder)):
            model, encoder = make()
            print(_row(title, model, encoder, options), flush=True)


def _row(title: str, model: Any, encoder: Encoder, options: argparse.Namespace) -> str:
    given = made_up_examples()
    joined = rows_of(given, encoder, 512).rows
    single = [row for one in given for row in rows_of([one], encoder, 512).rows]
    settings = Settings(base=title, examples=(), out=Path("unused"), r=16)
    tuned = new_adapter(model, settings, title)
    ours, plain, ratios = [], [], []
    for number in range(options.rounds):
        batches = batches_of(joined, options.tokens, number)[: options.batches]
        rows = random.Random(number).sample(single, len(single))
        count = max(1, options.tokens // max(map(len, rows)))
        padded = [rows[i : i + count] for i in range(0, len(rows), count)][: options.batches]
        ours.append(_ours(tuned, batches, encoder))
        plain.append(_plain(tuned, padded, encoder))
        ratios.append(ours[-1] / plain[-1])
    spread = f"{statistics.median(ratios):.1f} ({min(ratios):.1f} to {max(ratios):.1f})"
    return (
        f"| {title} | {statistics.median(ours):.1f} | {statistics.median(plain):.1f} | {spread} |"
    )


def _ours(tuned: Any, batches: list[list[TrainingRow]], encoder: Encoder) -> float:
    head = take_head(tuned.get_base_model())
    try:
        trainer = RowTrainer(
            tuned, head, _arguments(len(batches)), batches, [], 0, encoder.markup != "plain", []
        )
        return _learned(batches) / _seconds(trainer)
    finally:
        tuned.get_base_model().set_output_embeddings(head)


def _plain(tuned: Any, batches: list[list[TrainingRow]], encoder: Encoder) -> float:
    def collated(rows: list[list[TrainingRow]]) -> dict[str, torch.Tensor]:
        batch = collate(rows[0], 0, encoder.markup != "plain")
        del batch["weights"]
        return batch

    trainer = Trainer(
        model=tuned, args=_arguments(len(batches)), train_dataset=batches, data_collator=collated
    )
    trainer.remove_callback(PrinterCallback)
    return _learned(batches) / _seconds(trainer)


def _learned(batches: list[list[TrainingRow]]) -> int:
    return sum(1 for batch in batches for row in batch for weight in row.weights if weight)


def _seconds(trainer: Trainer) -> float:
    began = time.perf_counter()
    trainer.train()
    return time.perf_counter() - began


def _arguments(steps: int) -> TrainingArguments:
    return TrainingArguments(
        output_dir=tempfile.gettempdir(),
        per_device_train_batch_size=1,
        max_steps=steps,
        save_strategy="no",
        logging_strategy="no",
        report_to="none",
        disable_tqdm=True,
        remove_unused_columns=False,
        use_cpu=not torch.cuda.is_available(),
    )


def made_up_examples(chapters: int = 24, lines: int = 16) -> list[Example]:
    """Chapters in which narration and speech take turns, as a novel's do."""
    chance = random.Random(0)

    def words(least: int, most: int) -> str:
        return "".join(chance.choice(WORDS) for _ in range(chance.randint(least, most)))

    found = []
    for _ in range(chapters):
        history = ""
        for _ in range(lines):
            history += f"【{words(8, 40)}。】\n" if chance.random() < 0.5 else ""
            who, said = chance.choice(NAMES), f"{words(6, 30)}。\n"
            found.append(Example(Prompt("==== 第一回 ====\n", history[-400:], f"{who}："), said))
            history += f"{who}：{said}"
            if len(history) > 400:
                history = ""
    return found


def _models(base: str | None, folder: Path) -> Iterator[tuple[str, Any]]:
    if base is not None:
        yield base, lambda: _opened(base)
        return
    lines = [f"{name}：{WORDS}" for name in NAMES]
    yield "ChatGLM3, 6M", lambda: _opened(_tiny(folder / "tiny", lines))
    yield "GLM, 107M, 65,024 tokens", lambda: _large(folder / "tiny")


def _tiny(folder: Path, lines: list[str]) -> Path:
    return make_playable(
        folder, 3, lines, size=512, length=2048, layers=8, hidden=256, heads=8, groups=2, ffn=768
    )


def _opened(base: str | Path) -> tuple[Any, Encoder]:
    if base == "starter":
        from models.train.base import open_base

        found = open_base("starter")
        return found.model, found.encoder
    opened = open_checkpoint(base, device=None if torch.cuda.is_available() else "cpu")
    return opened.model, Encoder(opened.tokenizer, opened.markup)


def _large(tiny: Path) -> tuple[Any, Encoder]:
    encoder = _opened(tiny)[1]
    torch.manual_seed(0)
    config = GlmConfig(
        vocab_size=65_024,
        hidden_size=640,
        intermediate_size=2048,
        num_hidden_layers=12,
        num_attention_heads=10,
        num_key_value_heads=2,
        head_dim=64,
        pad_token_id=0,
        eos_token_id=0,
        bos_token_id=None,
    )
    return GlmForCausalLM(config), encoder


if __name__ == "__main__":
    main()
