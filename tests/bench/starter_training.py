"""What a learned token and a pair cost on the starter, beside its whole vocabulary and plain loops.

    python tests/bench/starter_training.py EXAMPLES.jsonl PAIRS.jsonl [--rows 3] [--prompts 3]

EXAMPLES as `paotuan corpus examples` writes them, PAIRS as `tests/corpora/reply_pairs.py`. A LoRA
learns the same rows on `starter` and on `starter-whole`, with attention in blocks and without, and
in bfloat16; then the same pairs are learned by our preference training and by a plain loop, in
which both replies of a pair stand behind a prompt of their own, the reference is computed at every
step, and the output layer is evaluated everywhere. Prints seconds and tokens a second.
"""

import argparse
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from itertools import groupby, islice
from pathlib import Path
from typing import Any

import torch
from torch.nn import functional as F

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from models.encode import Encoder
from models.train.adapter import new_adapter
from models.train.attention import attend_in_blocks
from models.train.base import open_base
from models.train.data import read_examples
from models.train.dpo import reply_logprobs
from models.train.loss import batch_loss
from models.train.pairs import PreferencePair, read_pairs
from models.train.preference_rows import collate_preferences, preference_rows
from models.train.rows import TrainingRow, collate, rows_of
from models.train.settings import Settings
from models.train.trainer import take_head

BETA = 0.1


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("examples", type=Path)
    parser.add_argument("pairs", type=Path)
    parser.add_argument("--rows", type=int, default=3)
    parser.add_argument("--prompts", type=int, default=3)
    options = parser.parse_args()
    examples = [one for one in read_examples(options.examples) if one.split == "train"]
    by_prompt = groupby(read_pairs(options.pairs), key=lambda pair: pair.prompt)
    pairs = [pair for __, group in islice(by_prompt, options.prompts) for pair in group]
    print("| | seconds | learned tokens/s |\n|---|---|---|")
    for base in ("starter", "starter-whole"):
        tuned, encoder = _tuned(base)
        rows = rows_of(examples[:600], encoder, 2400).rows[: options.rows]
        learned = sum(map(bool, (weight for row in rows for weight in row.weights)))
        vocab = tuned.get_base_model().config.vocab_size
        head = take_head(tuned.get_base_model())
        for blocks in (False, True):
            if blocks:
                attend_in_blocks(tuned.get_base_model())
            took = _timed(_lora_loss(tuned, head, vocab), rows)
            _tell(f"LoRA, {base}{', attention in blocks' if blocks else ''}", took, learned)
        with torch.autocast("cpu", torch.bfloat16):
            took = _timed(_lora_loss(tuned, head, vocab), rows)
        _tell(f"LoRA, {base}, attention in blocks, bfloat16", took, learned)
    print("\n| | seconds | pairs/s |\n|---|---|---|")
    for base in ("starter", "starter-whole"):
        _tell(f"pairs, {base}, ours", _ours(*_tuned(base), pairs), len(pairs))
    tuned, encoder = _tuned("starter-whole")
    _tell("pairs, starter-whole, plain", _plain(tuned, encoder, pairs), len(pairs))


def _tell(what: str, took: float, count: int) -> None:
    print(f"| {what} | {took:.1f} | {count / took:.2f} |", flush=True)


def _tuned(base: str) -> tuple[Any, Encoder]:
    model, encoder = open_base(base)
    return new_adapter(model, Settings(base=base, examples=(), out=Path("unused")), base), encoder


def _timed(loss: Callable[[Any], torch.Tensor], batches: Iterable[Any]) -> float:
    began = time.perf_counter()
    for batch in batches:
        loss(batch).backward()
    return time.perf_counter() - began


def _lora_loss(tuned: Any, head: Any, vocab: int) -> Callable[[TrainingRow], torch.Tensor]:
    return lambda row: batch_loss(tuned, collate([row], 0, False), head, vocab)


def _ours(tuned: Any, encoder: Encoder, pairs: Sequence[PreferencePair]) -> float:
    model = tuned.get_base_model()
    head, vocab, window = take_head(model), model.config.vocab_size, model.config.sliding_window
    rows, __ = preference_rows(pairs, encoder, 2048, 2048)
    began = time.perf_counter()
    for row in rows:
        with torch.no_grad():
            batch = collate_preferences([row], 0, False, window)
            row.reference = reply_logprobs(tuned, batch, head, vocab).tolist()

    def loss(row: Any) -> torch.Tensor:
        batch = collate_preferences([row], 0, False, window)
        gained = reply_logprobs(tuned, batch, head, vocab) - batch["reference"]
        chosen, rejected = batch["contests"].T
        return -F.logsigmoid(BETA * (gained[chosen] - gained[rejected])).sum()

    _timed(loss, rows)
    return time.perf_counter() - began


def _plain(tuned: Any, encoder: Encoder, pairs: Sequence[PreferencePair]) -> float:
    def logprobs(batch: dict[str, torch.Tensor]) -> torch.Tensor:
        logits = tuned(batch["input_ids"], attention_mask=batch["attention_mask"]).logits
        ids = batch["input_ids"][:, 1:, None]
        told = logits[:, :-1].log_softmax(-1).gather(2, ids)[:, :, 0]
        return (told * batch["weights"][:, 1:]).sum(1)

    def loss(pair: PreferencePair) -> torch.Tensor:
        rows = []
        for reply in (pair.chosen, pair.rejected):
            ids, learned = encoder.encode_pair(pair.prompt, reply)
            rows.append(TrainingRow(ids[:-1], [float(one) for one in learned[:-1]]))
        batch = collate(rows, 0, False)
        with torch.no_grad(), tuned.disable_adapter():
            reference = logprobs(batch)
        gained = logprobs(batch) - reference
        return -F.logsigmoid(BETA * (gained[0] - gained[1]))

    return _timed(loss, pairs)


if __name__ == "__main__":
    main()
