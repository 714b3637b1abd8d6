"""Draws with made-up full-size ChatGLM checkpoints on one GPU, beside transformers' `generate`.

    python tests/bench/gpu.py                      # chatglm-6b and chatglm3-6b, int4 and NF4
    python tests/bench/gpu.py --tiny --device cpu  # the same on tiny sizes, to try the script

Weights are random: speed and memory do not depend on their values. Each case runs in a process of
its own, whose memory on the GPU is limited for good to `--limit` GB; the checkpoint is written
beforehand by this one. Prints a Markdown table, and writes it with a JSON file to `--out`.
"""

import argparse
import json
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

CASES = ("v1-int4", "v1-nf4", "v3-int4", "v3-nf4")
TITLES = {"v1": "chatglm-6b", "v3": "chatglm3-6b"}
NEW_LINES = 20
"""Tokens that a follow-up turn adds beside the picked candidate."""


def main() -> int:
    options = _options()
    if options.case:
        print(json.dumps(measure(options)))
        return 0
    began = time.perf_counter()
    results = []
    for case in options.cases.split(","):
        spent = time.perf_counter() - began
        if spent > options.budget:
            print(f"{case}: left out, {spent:.0f} s are spent", file=sys.stderr)
            continue
        results.append(run_case(case, options))
        print(json.dumps(results[-1]), file=sys.stderr, flush=True)
    text = f"{table(results)}\n{time.perf_counter() - began:.0f} s in all\n"
    print(text)
    if options.out:
        options.out.mkdir(parents=True, exist_ok=True)
        (options.out / "gpu.json").write_text(json.dumps(results, indent=2), encoding="utf-8")
        (options.out / "gpu.md").write_text(text, encoding="utf-8")
    return 1 if any("error" in result for result in results) else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--device", default="cuda")
    parser.add_argument("--tiny", action="store_true", help="tiny sizes, to try the script")
    parser.add_argument("--limit", type=float, default=8.0, help="GPU memory in GB (1e9 bytes)")
    parser.add_argument("--context", type=int, default=2048)
    parser.add_argument("--tokens", type=int, default=24, help="tokens of each candidate")
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--cases", default=",".join(CASES))
    parser.add_argument("--budget", type=float, default=400, help="start no case after so many s")
    parser.add_argument("--folder", type=Path, help="where checkpoints are written")
    out = os.environ.get("OUT")
    parser.add_argument("--out", type=Path, default=Path(out) if out else None)
    parser.add_argument("--case", help=argparse.SUPPRESS)
    parser.add_argument("--checkpoint", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.tiny:
        options.context, options.tokens = min(options.context, 192), min(options.tokens, 6)
    return options


def run_case(case: str, options: argparse.Namespace) -> dict[str, Any]:
    """Write the checkpoint of a case, measure it in a process of its own, and remove it."""
    folder = Path(tempfile.mkdtemp(prefix="paotuan-gpu-", dir=options.folder))
    try:
        began = time.perf_counter()
        write_checkpoint(folder, case, options)
        written = time.perf_counter() - began
        command = [sys.executable, __file__, "--case", case, "--checkpoint", str(folder)]
        command += ["--device", options.device, "--limit", str(options.limit)]
        command += ["--context", str(options.context), "--tokens", str(options.tokens)]
        command += ["--repeat", str(options.repeat)] + (["--tiny"] if options.tiny else [])
        environment = os.environ | {"PYTORCH_CUDA_ALLOC_CONF": "expandable_segments:True"}
        ran = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    finally:
        shutil.rmtree(folder)
    if ran.returncode:
        print(ran.stderr[-3000:], file=sys.stderr)
        lines = ran.stderr.strip().splitlines() or [f"exit {ran.returncode}"]
        return {"case": case, "error": lines[-1]}
    result: dict[str, Any] = json.loads(ran.stdout.strip().splitlines()[-1])
    return result | {"write_s": written}


def write_checkpoint(folder: Path, case: str, options: argparse.Namespace) -> None:
    import torch

    from tests.chatglm.made_up import FULL_SIZE, make_checkpoint

    version, kind = case.split("-")
    size: dict[str, Any] = dict(FULL_SIZE[version])  # type: ignore[index]
    if options.tiny:
        size = {"layers": 2, "hidden": 64, "heads": 4, "ffn": 128, "vocab": 256, "length": 2048}
    make_checkpoint(
        folder,
        version,  # type: ignore[arg-type]
        quantization_bit=4 if kind == "int4" else 0,
        dtype=torch.float16,
        device=options.device,
        **size,
    )


def measure(options: argparse.Namespace) -> dict[str, Any]:
    """All figures of one case, in this process."""
    import torch

    if options.device == "cuda":
        whole = torch.cuda.get_device_properties(0).total_memory
        torch.cuda.set_per_process_memory_fraction(options.limit * 1e9 / whole)
    version, kind = options.case.split("-")
    began = time.perf_counter()
    model = load(options, kind)
    table_of = Table(model, options)
    result: dict[str, Any] = {
        "case": options.case,
        "device": torch.cuda.get_device_name() if options.device == "cuda" else "cpu",
        "load_s": time.perf_counter() - began,
        "loading_peak_gb": _peak(options)["allocated_gb"],
        "weights_gb": sum(p.numel() * p.element_size() for p in model.parameters()) / 1e9,
        "context": options.context,
        "tokens": options.tokens,
    }
    result |= table_of.turns()
    result["notices"] = table_of.notices
    if version == "v1":
        result["causal_history"] = Table(model, options, causal=True).follow_ups()
    return result


def load(options: argparse.Namespace, kind: str) -> Any:
    from models.chatglm import load_model

    return load_model(
        options.checkpoint,
        quantization="int4" if kind == "nf4" else None,
        device=options.device,
        dtype="float32" if options.device == "cpu" else "float16",
    )


class Table:
    """Draws on made-up ids, which are laid out as the model's prompts are."""

    def __init__(self, model: Any, options: argparse.Namespace, causal: bool = False) -> None:
        from models.adapters import Adapters
        from models.local.attention import share_attention
        from models.local.drawing import Drawer
        from models.local.vocabulary import Vocabulary

        self.model, self.options, self.causal = model, options, causal
        self.notices: list[str] = []
        joined = not share_attention(model)
        adapters = Adapters(model, "made-up")
        self.drawer = Drawer(model, adapters, joined, Vocabulary(), self.notices)
        self.random = random.Random(7)
        self.ordinary = min(model.config.vocab_size - 20, 60000)
        """Ids from here on may be special."""
        self.rows: dict[int, list[int]] = {}

    def words(self, count: int) -> list[int]:
        """Ids of ordinary tokens."""
        return [self.random.randrange(20, self.ordinary) for _ in range(count)]

    def prompt(self, text: list[int]) -> list[int]:
        config = self.model.config
        if not getattr(config, "position_encoding_2d", False):
            return [5, 6, *text]
        marks = [config.gmask_token_id, config.bos_token_id]
        stable = self.options.context // 8
        context, after = (text[:stable], text[stable:]) if self.causal else (text, [])
        return [*context, *marks, *after]

    def draw(self, ids: list[int], n: int, tokens: int | None = None) -> tuple[float, float]:
        """Draw once; returns seconds to the first token and to the last."""
        from models.backend import Sampling

        self.rows = {}
        first: list[float] = []

        def accept(row: int, token: int, logprob: float | None) -> bool:
            first.append(time.perf_counter())
            self.rows.setdefault(row, []).append(min(token, self.ordinary - 1))
            return True

        sampling = Sampling(n=n, max_tokens=tokens or self.options.tokens, seed=1)
        self._wait()
        began = time.perf_counter()
        for _ in self.drawer.draw(ids, sampling, accept):
            pass
        self._wait()
        return first[0] - began, time.perf_counter() - began

    def turns(self) -> dict[str, Any]:
        """Cold, follow-up, throughput, memory, then the two baselines on the follow-up's prompt."""
        self.draw(self.prompt(self.words(40)), 5)
        result: dict[str, Any] = {"peak": {}}
        cold = []
        for _ in range(self.options.repeat):
            self.drawer.kept.clear()
            cold.append(self.draw(self.prompt(self._history()), 5))
        result["cold"] = _seconds(cold)
        result |= self.follow_ups()
        result["tokens_per_s"] = {n: self._throughput(n) for n in (1, 5, 10)}
        self._full_context()
        result["peak"] = _peak(self.options)
        self.drawer.kept.clear()
        ids = self.prompt(self._history())
        result["baselines"] = {
            name: self._baseline(way, ids) for name, way in self._baselines().items()
        }
        for name, seconds in result["baselines"].items():
            if isinstance(seconds, float):
                result[f"{name}, times the follow-up"] = seconds / result["follow_up"]["total_s"]
        return result

    def follow_ups(self) -> dict[str, Any]:
        """A follow-up turn of five, and of one, after the picked line and some new lines."""
        by_n = {}
        for n in (5, 1):
            times = []
            text = self._history()
            self.draw(self.prompt(text), n)
            for _ in range(self.options.repeat):
                text = [*text, *self.rows[0][:-1], *self.words(NEW_LINES)]
                times.append(self.draw(self.prompt(text), n))
            by_n[n] = _seconds(times) | {"reused": self.drawer.reused, "prompt": len(text)}
        ratio = by_n[5]["total_s"] / by_n[1]["total_s"]
        return {"follow_up": by_n[5], "follow_up_of_one": by_n[1], "five_to_one": ratio}

    def _history(self) -> list[int]:
        """A text that leaves room for the follow-up turns."""
        turns = (self.options.repeat + 1) * (self.options.tokens + NEW_LINES)
        return self.words(self.options.context - turns)

    def _throughput(self, n: int) -> float:
        ids = self.prompt(self._history())
        self.draw(ids, n)
        times = []
        for _ in range(self.options.repeat):
            first, total = self.draw(ids, n)
            times.append(n * (self.options.tokens - 1) / (total - first))
        return statistics.median(times)

    def _full_context(self) -> None:
        """A draw that fills the context, as the worst case for memory."""
        tokens = min(96, self.options.context // 4)
        self.drawer.kept.clear()
        self.draw(self.prompt(self.words(self.options.context - tokens - 2)), 5, tokens)

    def _baselines(self) -> dict[str, Callable[..., None]]:
        from models.local.baselines import generate_at_once, generate_one_by_one

        return {"generate × n": generate_one_by_one, "num_return_sequences": generate_at_once}

    def _baseline(self, generate: Callable[..., None], ids: list[int]) -> float | str:
        import torch

        from models.backend import Sampling

        try:
            with torch.inference_mode():
                generate(self.model, ids, Sampling(n=1, max_tokens=4))
                times = []
                for _ in range(2):
                    self._wait()
                    began = time.perf_counter()
                    generate(self.model, ids, Sampling(n=5, max_tokens=self.options.tokens))
                    self._wait()
                    times.append(time.perf_counter() - began)
        except torch.OutOfMemoryError:
            return "out of memory"
        return min(times)

    def _wait(self) -> None:
        import torch

        if self.options.device == "cuda":
            torch.cuda.synchronize()


def _seconds(times: list[tuple[float, float]]) -> dict[str, float]:
    return {
        "first_token_s": statistics.median(first for first, _ in times),
        "total_s": statistics.median(total for _, total in times),
    }


def _peak(options: argparse.Namespace) -> dict[str, float]:
    """Most memory held so far, in GB: by tensors, and by the allocator with what it keeps."""
    import torch

    if options.device != "cuda":
        return {"allocated_gb": 0.0, "reserved_gb": 0.0}
    return {
        "allocated_gb": torch.cuda.max_memory_allocated() / 1e9,
        "reserved_gb": torch.cuda.max_memory_reserved() / 1e9,
    }


def table(results: list[dict[str, Any]]) -> str:
    """The results as Markdown, a column a case."""
    rows: list[tuple[str, Callable[[dict[str, Any]], str]]] = [
        ("weights, GB", lambda r: f"{r['weights_gb']:.2f}"),
        ("load, s (peak GB)", lambda r: f"{r['load_s']:.1f} ({r['loading_peak_gb']:.2f})"),
        (
            "peak GB: tensors / reserved",
            lambda r: "{allocated_gb:.2f} / {reserved_gb:.2f}".format(**r["peak"]),
        ),
        ("first token, cold, s", lambda r: f"{r['cold']['first_token_s']:.3f}"),
        ("first token, follow-up, s", lambda r: f"{r['follow_up']['first_token_s']:.3f}"),
        ("prompt / reused", lambda r: "{prompt} / {reused}".format(**r["follow_up"])),
        ("follow-up draw of 5, s", lambda r: f"{r['follow_up']['total_s']:.3f}"),
        ("five to one", lambda r: f"{r['five_to_one']:.2f} ×"),
        *((f"tokens/s, n = {n}", _rate(n)) for n in (1, 5, 10)),
        *(
            (f"{name}, s", _baseline_cell(name))
            for name in ("generate × n", "num_return_sequences")
        ),
        ("causal history: follow-up, s", _causal_cell),
    ]
    head = ["", *(_title(r["case"]) for r in results)]
    lines = [head, ["---"] * len(head)]
    for label, cell in rows:
        lines.append([label, *("error" if "error" in r else cell(r) for r in results)])
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _title(case: str) -> str:
    version, kind = case.split("-")
    return f"{TITLES[version]} {'official int4' if kind == 'int4' else 'NF4'}"


def _rate(n: int) -> Callable[[dict[str, Any]], str]:
    return lambda r: f"{r['tokens_per_s'].get(n, r['tokens_per_s'].get(str(n))):.0f}"


def _baseline_cell(name: str) -> Callable[[dict[str, Any]], str]:
    def cell(result: dict[str, Any]) -> str:
        seconds = result["baselines"][name]
        if not isinstance(seconds, float):
            return str(seconds)
        return f"{seconds:.2f} ({result[f'{name}, times the follow-up']:.1f} ×)"

    return cell


def _causal_cell(result: dict[str, Any]) -> str:
    causal = result.get("causal_history")
    if causal is None:
        return "–"
    seconds = causal["follow_up"]["total_s"]
    baseline = result["baselines"]["generate × n"]
    times = f" ({baseline / seconds:.1f} ×)" if isinstance(baseline, float) else ""
    return f"{seconds:.3f}{times}"


if __name__ == "__main__":
    sys.exit(main())
