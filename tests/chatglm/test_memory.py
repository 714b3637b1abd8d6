"""Loading streams: the peak stays near the final size, measured in a process of its own."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from tests.chatglm.made import Make

MEASURE = """
import json, sys
import torch, models.chatglm.load
from models.chatglm import load_model

def memory(key):
    with open("/proc/self/status") as status:
        return 1024 * next(int(line.split()[1]) for line in status if line.startswith(key))

with open("/proc/self/clear_refs", "w") as file:
    file.write("5")
before = memory("VmRSS")
model = load_model(sys.argv[1], dtype=sys.argv[2], device="cpu")
size = sum(p.numel() * p.element_size() for p in model.parameters())
print(json.dumps({"size": size, "peak": memory("VmHWM") - before}))
"""


def writable(path: str) -> bool:
    try:
        with open(path, "w") as file:
            file.write("5")
    except OSError:
        return False
    return True


@pytest.mark.skipif(
    not writable("/proc/self/clear_refs"), reason="peak memory is read from Linux's /proc"
)
@pytest.mark.parametrize(
    ("version", "dtype", "options"),
    [
        ("v1", "float16", {"dtype": torch.float16}),
        ("v1", "float32", {"dtype": torch.float16, "container": "bin"}),
        ("v3", "float16", {"dtype": torch.float16, "shard_bytes": 40_000_000}),
    ],
)
def test_the_peak_is_at_most_a_fifth_above_the_model(
    checkpoint: Make, version: str, dtype: str, options: dict[str, object]
) -> None:
    size = {"layers": 10, "hidden": 768, "heads": 12, "ffn": 3072, "vocab": 4000}
    folder = checkpoint(version, **size, **options)
    root = Path(__file__).resolve().parents[2]
    ran = subprocess.run(
        [sys.executable, "-c", MEASURE, str(folder), dtype],
        cwd=root,
        capture_output=True,
        text=True,
        check=True,
    )
    measured = json.loads(ran.stdout.splitlines()[-1])
    assert measured["size"] > 100e6
    assert measured["peak"] <= 1.2 * measured["size"]


def test_importing_the_entry_points_imports_nothing_heavy() -> None:
    root = Path(__file__).resolve().parents[2]
    heavy = "{'torch', 'transformers', 'numpy', 'peft'} & set(sys.modules)"
    ran = subprocess.run(
        [sys.executable, "-c", f"import sys, models.chatglm; print({heavy})"],
        cwd=root,
        capture_output=True,
        text=True,
        check=True,
    )
    assert ran.stdout.strip() == "set()"
