"""Follow-up draws of local models on a CPU, beside transformers' `generate` on the same weights.

    python tests/bench/local.py                               # made-up models, 1 thread and 2
    python tests/bench/local.py --model FOLDER --threads 1    # a checkpoint of yours
    python tests/bench/local.py --without fast_step           # with a part and without

Five candidates of 24 tokens after about 1,500 tokens of history, of which all but the new lines
are cached, as in play. Each draw stands beside one call of each baseline on the same prompt, so
that both meet the same load; the table has medians of the ratios. With one thread the clock is
the process's own CPU time, which other programs do not count towards. Made-up weights are random:
speed does not depend on their values, but for the top-p filter, so the largest model's output layer
is scaled until its nucleus is as small as a trained model's.

With `--without PART` draws with that part of `models.local.engine` stand beside draws without it,
in turns on the same prompts and weights, and the table has the ratios of the steps alone and of
whole draws.
"""

import argparse
import gc
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

import torch
from tokenizers import Tokenizer, decoders
from tokenizers.models import Unigram
from transformers import GlmConfig, GlmForCausalLM, PreTrainedTokenizerFast
from transformers.utils import logging as library_logging

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from models.backend import Progress, Prompt, Sampling  # noqa: E402  (a script beside the packages)
from models.bench import DOES, ROLES, WHAT, WHO, made_up  # noqa: E402
from models.local import Local  # noqa: E402
from models.local.engine import OPTIONAL  # noqa: E402
from tests.chatglm.tokenizer_made_up import make_playable  # noqa: E402

HISTORY = 1350
"""Tokens to begin with; each turn adds some fifty."""
CONTEXT_LEFT = 1900
"""Tokens of history up to which another turn has room in the context."""
SAMPLING = Sampling(n=5, max_tokens=24, seed=1)
LARGE = {
    "vocab_size": 65024,
    "hidden_size": 640,
    "intermediate_size": 2048,
    "num_hidden_layers": 18,
    "num_attention_heads": 8,
    "num_key_value_heads": 2,
    "head_dim": 128,
}
"""Sizes of the starter's base, with ChatGLM3's vocabulary: 184 million parameters."""


class Case(NamedTuple):
    title: str
    make: Callable[[Path], Path]
    repeats: int
    """Pairs to measure, at most."""


class Drawn(NamedTuple):
    first: float
    """Seconds to the first token."""
    total: float
    tokens: int
    """Tokens of all candidates."""
    text: str


def main() -> None:
    options = _options()
    library_logging.disable_progress_bar()
    began = time.perf_counter()
    cases = [_own(options.model, options.repeat)] if options.model else list(_made_up_cases())
    print(WITHOUT_HEADER if options.without else HEADER, flush=True)
    with tempfile.TemporaryDirectory(prefix="paotuan-bench-") as folder:
        for index, case in enumerate(cases):
            place = case.make(Path(folder) / str(index))
            scripts = [one for one in options.scripts.split(",") if one]

            def opened(*without: str, place: Path = place, scripts: list[str] = scripts) -> Local:
                return Local.open(
                    place, device="cpu", context=2048, scripts=scripts, without=without
                )

            backend = opened()
            other = opened(options.without) if options.without else None
            for threads in map(int, options.threads.split(",")):
                torch.set_num_threads(threads)
                if other is not None:
                    print(compared(case, threads, backend, other, options.budget), flush=True)
                else:
                    print(row(case, threads, backend, options.budget), flush=True)
            del backend, other
            gc.collect()
    print(f"\n{time.perf_counter() - began:.0f} s in all")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, help="a checkpoint's folder instead, or `starter`")
    parser.add_argument("--without", choices=OPTIONAL, help="compare with it and without it")
    parser.add_argument("--scripts", default="", help="draw among these scripts, such as han,latin")
    parser.add_argument("--repeat", type=int, default=3, help="pairs, with --model")
    parser.add_argument("--threads", default="1,2")
    parser.add_argument("--budget", type=float, default=30, help="begin no pair after so many s")
    return parser.parse_args()


HEADER = (
    "| model | threads | draw | × `generate` n times | × `generate(num_return_sequences=n)` "
    "| tokens/s | bytes a step over bandwidth, tokens/s |\n|---|---|---|---|---|---|---|"
)


WITHOUT_HEADER = (
    "| model | threads | pairs | tokens/s with it | steps, times as fast "
    "| whole draws, times as fast |"
    "\n|---|---|---|---|---|---|"
)


def compared(case: Case, threads: int, with_it: Local, without: Local, budget: float) -> str:
    """Measure pairs of draws, with a part and without it, and return a line of the table."""
    clock = time.process_time if threads == 1 else time.perf_counter
    prompt = made_up(with_it, HISTORY)
    spoken = draw(with_it, prompt, clock).text
    draw(without, prompt, clock)
    rates: list[float] = []
    steps: list[float] = []
    totals: list[float] = []
    began = time.perf_counter()
    while len(steps) < 3 or time.perf_counter() - began < budget:
        prompt = follow_up(prompt, spoken)
        if with_it.count(prompt.history) > CONTEXT_LEFT:
            prompt = made_up(with_it, HISTORY, len(steps))
            draw(with_it, prompt, clock), draw(without, prompt, clock)
        pair = (with_it, without) if len(steps) % 2 else (without, with_it)
        by = {id(backend): draw(backend, prompt, clock) for backend in pair}
        one, two = by[id(with_it)], by[id(without)]
        spoken = one.text
        rates.append((one.tokens - SAMPLING.n) / (one.total - one.first))
        steps.append(
            ((two.total - two.first) / (two.tokens - SAMPLING.n))
            / ((one.total - one.first) / (one.tokens - SAMPLING.n))
        )
        totals.append(two.total / one.total)
    cells = (case.title, str(threads), str(len(steps)), f"{statistics.median(rates):.0f}")
    return f"| {' | '.join((*cells, spread2(steps), spread2(totals)))} |"


def spread2(values: list[float]) -> str:
    return f"{statistics.median(values):.2f} ({min(values):.2f} to {max(values):.2f})"


def row(case: Case, threads: int, backend: Local, budget: float) -> str:
    """Measure pairs and return a line of the table."""
    clock = time.process_time if threads == 1 else time.perf_counter
    ways = backend.baselines()
    draws: list[Drawn] = []
    ratios: dict[str, list[float]] = {way: [] for way in ways}
    prompt = made_up(backend, HISTORY)
    spoken = draw(backend, prompt, clock).text
    began = time.perf_counter()
    while len(draws) < case.repeats and (not draws or time.perf_counter() - began < budget):
        prompt = follow_up(prompt, spoken)
        drawn = draw(backend, prompt, clock)
        draws.append(drawn)
        spoken = drawn.text
        for way, generate in ways.items():
            started = clock()
            generate(prompt, SAMPLING)
            ratios[way].append((clock() - started) / drawn.total)
    totals = [one.total for one in draws]
    rates = [(one.tokens - SAMPLING.n) / (one.total - one.first) for one in draws]
    size, speed = bytes_a_step(backend.model), bandwidth(clock)
    cells = (
        case.title,
        str(threads),
        f"{statistics.median(totals):.2f} s",
        *(spread(values) for values in ratios.values()),
        f"{statistics.median(rates):.0f}",
        f"{size / 1e6:.1f} MB / {speed / 1e9:.1f} GB/s: {SAMPLING.n * speed / size:.0f}",
    )
    return f"| {' | '.join(cells)} |"


def draw(backend: Local, prompt: Prompt, clock: Callable[[], float]) -> Drawn:
    began = clock()
    first = 0.0
    tokens = [0] * SAMPLING.n
    text = ""
    with closing(backend.generate(prompt, SAMPLING)) as deltas:
        for delta in deltas:
            if isinstance(delta, Progress):
                continue
            first = first or clock() - began
            text += delta.text if delta.candidate == 0 else ""
            if delta.end is not None:
                tokens[delta.candidate] = delta.end.tokens
    return Drawn(first, clock() - began, sum(tokens), text)


def follow_up(prompt: Prompt, spoken: str) -> Prompt:
    """One candidate was picked and somebody answered."""
    line = " ".join(spoken.split()) or "……"
    history = f"{prompt.history}{prompt.cue}{line}\n{ROLES[1]}：我知道了，往下说。\n"
    return Prompt(prompt.stable, history, prompt.cue)


def bytes_a_step(model: Any) -> int:
    """Bytes of the weights that every step reads: all but an embedding that is no output layer."""
    embedding, head = model.get_input_embeddings().weight, model.get_output_embeddings().weight
    total = sum(p.numel() * p.element_size() for p in model.parameters())
    if embedding is not head:
        total -= embedding.numel() * embedding.element_size()
    return int(total)


def bandwidth(clock: Callable[[], float]) -> float:
    """Bytes a second that a sum over 256 MB reads, at its best."""
    block = torch.ones(64 << 20)
    times = []
    for _ in range(5):
        began = clock()
        block.sum()
        times.append(clock() - began)
    return 4.0 * (64 << 20) / min(times)


def spread(values: list[float]) -> str:
    return f"{statistics.median(values):.1f} ({min(values):.1f} to {max(values):.1f})"


def _own(folder: Path, repeat: int) -> Case:
    if str(folder) == "starter":
        from models import starter

        return Case("Gemma 3 270M, 262,144 tokens", lambda _: starter.path(), repeat)
    return Case(folder.name, lambda _: folder, repeat)


def _made_up_cases() -> Iterator[Case]:
    tiny = {"layers": 4, "hidden": 64, "heads": 4, "groups": 2, "ffn": 256}
    small = {"layers": 8, "hidden": 256, "heads": 8, "groups": 2, "ffn": 768}
    yield Case("ChatGLM3, 0.3M", lambda folder: _chatglm(folder, tiny), 9)
    yield Case("ChatGLM3, 6M (24 MB)", lambda folder: _chatglm(folder, small), 5)
    yield Case("GLM, 184M, 65,024 tokens", _large, 2)


def _chatglm(folder: Path, sizes: dict[str, int]) -> Path:
    chance = random.Random(0)
    lines = [
        f"{role}：{chance.choice(WHO)}{chance.choice(DOES)}{chance.choice(WHAT)}，"
        f"是{chance.randint(2, 99)}年前的事。"
        for role in ROLES
        for _ in range(60)
    ]
    return make_playable(folder, 3, lines, size=512, length=4096, **sizes)


def _large(folder: Path) -> Path:
    _tokenizer(LARGE["vocab_size"]).save_pretrained(folder)
    torch.manual_seed(0)
    ends: dict[str, Any] = {"pad_token_id": 0, "eos_token_id": 0, "bos_token_id": None}
    model = GlmForCausalLM(GlmConfig(max_position_embeddings=4096, **ends, **LARGE))
    with torch.no_grad():
        model.lm_head.weight.normal_(0, 6 / LARGE["hidden_size"] ** 0.5)
    model.save_pretrained(folder)
    return folder


def _tokenizer(size: int) -> PreTrainedTokenizerFast:
    """A tokenizer of bytes, characters and made-up words of two Chinese characters."""
    han = [chr(code) for code in range(0x4E00, 0xA000)]
    pieces = ["<eos>", "<unk>", *(f"<0x{byte:02X}>" for byte in range(256))]
    pieces += [*map(chr, range(32, 127)), *"：，。！？【】…“”、", *han]
    chance, words = random.Random(0), dict[str, None]()
    while len(pieces) + len(words) < size:
        words[chance.choice(han) + chance.choice(han)] = None
    scores = [(piece, -8.0) for piece in pieces] + [(word, -15.0) for word in words]
    inner = Tokenizer(Unigram(scores, unk_id=1, byte_fallback=True))
    inner.decoder = decoders.Sequence([decoders.ByteFallback(), decoders.Fuse()])
    return PreTrainedTokenizerFast(tokenizer_object=inner, eos_token="<eos>", unk_token="<unk>")


if __name__ == "__main__":
    main()
