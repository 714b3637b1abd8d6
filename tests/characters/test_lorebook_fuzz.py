"""A second of the fuzz of lorebooks and notes, of which `tests/fuzz/lorebooks.py` runs more."""

import importlib.util
from pathlib import Path

import pytest

FILE = Path(__file__).resolve().parents[1] / "fuzz" / "lorebooks.py"


def test_mutated_lorebooks_are_read_or_refused_in_a_line(
    capsys: pytest.CaptureFixture[str],
) -> None:
    spec = importlib.util.spec_from_file_location("fuzz_lorebooks", FILE)
    assert spec is not None and spec.loader is not None
    fuzz = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(fuzz)
    status = fuzz.main(["--count", "600", "--seed", "20000000"])
    assert status == 0, capsys.readouterr().out
