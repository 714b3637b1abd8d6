"""The GPU bench on tiny sizes without a GPU."""

import json
import os
import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).with_name("gpu.py")


def test_the_gpu_bench_runs_on_tiny_sizes(tmp_path: Path) -> None:
    command = [sys.executable, str(SCRIPT), "--tiny", "--device", "cpu", "--repeat", "1"]
    command += ["--cases", "v1-int4,v3-int4", "--out", str(tmp_path)]
    environment = os.environ | {"OMP_NUM_THREADS": "1"}
    ran = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    assert ran.returncode == 0, ran.stderr
    results = {result["case"]: result for result in json.loads((tmp_path / "gpu.json").read_text())}
    for result in results.values():
        assert result["tokens_per_s"]["5"] > 0
        assert set(result["baselines"]) == {"generate × n", "num_return_sequences"}
    assert results["v1-int4"]["follow_up"]["reused"] == 0
    assert results["v1-int4"]["causal_history"]["follow_up"]["reused"] > 0
    assert results["v3-int4"]["follow_up"]["reused"] > 100
    assert "| chatglm-6b official int4 | chatglm3-6b official int4 |" in ran.stdout
