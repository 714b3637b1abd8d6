"""Settings: what is wrong costs its own key alone, and a change keeps every comment."""

from pathlib import Path

import pytest

from base.errors import KnownError
from tui.settings import change, read_settings

TEXT = """\
# mine
language = "en" # my own
theme = "nord"
columns = 90
model = "home"

[models]
home = "http://localhost:8000/v1"

[keys]
"app.help" = "f2"
app.quit = "ctrl+x"

[sampling]
n = 3
temperature = 0.5 # calm
"""


def written(folder: Path, text: str) -> Path:
    file = folder / "settings.toml"
    file.write_text(text, encoding="utf-8")
    return file


def test_every_key_is_read_with_its_line(tmp_path: Path) -> None:
    found = read_settings(written(tmp_path, TEXT))
    assert found.problems == ()
    assert (found.language, found.theme, found.columns) == ("en", "nord", 90)
    assert found.models == {"home": "http://localhost:8000/v1"}
    assert found.keys == {"app.help": "f2", "app.quit": "ctrl+x"}
    assert found.sampling == {"n": 3, "temperature": 0.5}
    lines = {key: found.origin(key).rpartition(":")[2] for key in ("theme", "sampling.n")}
    assert lines == {"theme": "3", "sampling.n": "15"}
    assert found.origin("keys.app.quit").endswith("settings.toml:12")


def test_without_a_file_everything_is_left_to_the_program(tmp_path: Path) -> None:
    found = read_settings(tmp_path / "none.toml")
    assert found.problems == ()
    assert found.language is None
    assert not found.sampling


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("thme = 'nord'", ":1: there is no setting thme; did you mean theme?"),
        ("columns = 'wide'", ":1: columns: 'wide' is not a whole number from 40 to 400"),
        ("columns = true", ":1: columns: True is not"),
        ("language = 'fr'", ":1: language: 'fr' is not one of zh_CN, zh_TW, en"),
        ("sampling = {n = 99}", ":1: sampling.n: 99 is not a whole number from 1 to 32"),
        ("sampling = 3", ":1: sampling: 3 is not a table"),
        ("[sampling]\ntemprature = 1", ":2: there is no setting sampling.temprature; did you"),
        ("[sampling]\ntop_p = 0", ":2: sampling.top_p: 0 is not a number over 0, up to 1"),
        ("[keys]\nx = 1", ":2: keys.x: 1 is not text in quotes"),
        ("notices = 'a'", ":1: notices: 'a' is not a list"),
    ],
)
def test_a_mistake_names_file_line_and_key_and_the_rest_holds(
    tmp_path: Path, line: str, told: str
) -> None:
    file = written(tmp_path, f"{line}\n[models]\nhome = 'scripted'\n")
    found = read_settings(file)
    (problem,) = found.problems
    assert problem.startswith(f"{file}{told}")
    assert found.models == {"home": "scripted"}


def test_a_broken_file_is_told_with_its_line_and_never_written(tmp_path: Path) -> None:
    file = written(tmp_path, 'theme = "nord"\nmodel = = 3\n')
    found = read_settings(file)
    assert found.theme is None
    (problem,) = found.problems
    assert problem.startswith(f"{file}:2: this is not TOML: model = = 3")
    with pytest.raises(KnownError):
        change("language", "en", "", file)
    assert file.read_text("utf-8") == 'theme = "nord"\nmodel = = 3\n'


@pytest.mark.parametrize("raw", [b"\xff\xfea\x00", b"\xc4\xe3\xba\xc3", b"a\0b", b"["])
def test_bytes_that_are_no_settings_are_told_and_left(tmp_path: Path, raw: bytes) -> None:
    file = tmp_path / "settings.toml"
    file.write_bytes(raw)
    assert read_settings(file).problems
    assert file.read_bytes() == raw


def test_a_change_keeps_every_comment_and_all_else(tmp_path: Path) -> None:
    file = written(tmp_path, TEXT)
    change("theme", "gruvbox", "", file)
    change("sampling.n", 7, "", file)
    change("notices", ["small-model"], "", file)
    text = file.read_text("utf-8")
    for comment in ("# mine", "# my own", "# calm"):
        assert comment in text
    found = read_settings(file)
    assert found.problems == ()
    assert (found.theme, found.sampling["n"], found.notices) == ("gruvbox", 7, ("small-model",))
    assert found.keys == {"app.help": "f2", "app.quit": "ctrl+x"}


def test_a_first_change_begins_with_the_template_below_the_example(tmp_path: Path) -> None:
    file = tmp_path / "new" / "settings.toml"
    change("language", "en", '# all\n\n# language = "zh_CN"\n\n[models]\n# a = "b"\n', file)
    text = file.read_text("utf-8")
    assert text == '# all\n\n# language = "zh_CN"\nlanguage = "en"\n\n[models]\n# a = "b"\n'
    assert read_settings(file).language == "en"


def test_what_stands_in_the_place_of_a_table_is_told_and_left(tmp_path: Path) -> None:
    file = written(tmp_path, "# mine\nsampling = 3\n")
    with pytest.raises(KnownError, match=r"settings\.toml:2: sampling is not a table"):
        change("sampling.n", 5, "", file)
    assert file.read_text("utf-8") == "# mine\nsampling = 3\n"
