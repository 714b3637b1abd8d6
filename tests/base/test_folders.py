"""The person's folders are known in one place, and names never lead out of a folder."""

from pathlib import Path

import pytest

from base import folders
from base.errors import KnownError
from base.system_errors import system_reason
from base.text import one_line

MEMORY = Path("/proc/self/mem")
"""An ordinary file whose first byte cannot be read."""


def test_the_folders_are_those_of_the_environment_as_it_is_now(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("DATA", "CACHE", "CONFIG", "STATE"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(tmp_path / name.lower()))
    assert folders.data_folder() == tmp_path / "data" / "paotuan"
    assert folders.sessions_folder() == tmp_path / "data" / "paotuan" / "sessions"
    assert folders.config_folder() == tmp_path / "config" / "paotuan"
    assert folders.models_folder() == tmp_path / "cache" / "paotuan" / "models"
    assert folders.log_folder() == tmp_path / "state" / "paotuan" / "log"
    assert folders.folders("scenes")[1] == tmp_path / "data" / "paotuan" / "scenes"


@pytest.mark.parametrize(
    ("name", "why"), [("none", "no such file"), ("folder", "a folder, not a file")]
)
def test_what_cannot_be_opened_says_why(tmp_path: Path, name: str, why: str) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(KnownError, match=f"{name}: {why}"), folders.opened(tmp_path / name):
        pass


@pytest.mark.skipif(not MEMORY.exists(), reason="there is no such file on this system")
def test_why_the_system_refuses_is_said_in_the_language_of_who_reads_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PAOTUAN_LANG", "zh_CN")
    with pytest.raises(KnownError) as raised, folders.opened(MEMORY) as file:
        file.read(1)
    assert str(raised.value).endswith(system_reason("Input/output error"))
    assert "Input" not in str(raised.value)


def test_a_text_on_one_line_has_single_blanks_and_drives_no_terminal() -> None:
    assert one_line(" a\n\tb\u3000c\x1b[31m \u202e") == "a b c"
    assert one_line("12345", 4) == "123…"
    assert one_line("1234", 4) == "1234"
