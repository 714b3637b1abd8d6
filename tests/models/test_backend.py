import subprocess
import sys
from pathlib import Path

import pytest

from base.errors import KnownError
from models.backend import BACKENDS, Prompt, open_backend


def test_a_prompt_is_its_parts_in_order() -> None:
    assert Prompt("甲\n", "乙\n", "丙：").text == "甲\n乙\n丙："


@pytest.mark.parametrize(("name", "missing"), [("llamacpp", "xllamacpp"), ("local", "torch")])
def test_a_missing_extra_is_named_with_its_pip_line(
    name: str, missing: str, tmp_path: Path
) -> None:
    code = (
        "import sys\n"
        f"sys.modules[{missing!r}] = None\n"
        "from models.backend import open_backend\nfrom base.errors import KnownError\n"
        f"try:\n    open_backend({name!r}, path='x')\n"
        "except KnownError as error:\n    print(error)"
    )
    out = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        cwd=Path(__file__).resolve().parents[2],
    )
    extra = "starter" if name == "llamacpp" else "local"
    assert out.stdout.strip().endswith(f"pip install '.[{extra}]'"), out.stderr


def test_each_backend_is_named_by_the_table() -> None:
    assert set(BACKENDS) == {"llamacpp", "local", "scripted", "server"}


def test_what_cannot_be_opened_is_a_line_for_a_person(tmp_path: Path) -> None:
    pytest.importorskip("xllamacpp", reason="the extra `starter` is not installed")
    with pytest.raises(KnownError, match="no such file"):
        open_backend("llamacpp", path=tmp_path / "none.gguf")
