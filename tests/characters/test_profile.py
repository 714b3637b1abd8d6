"""Characters of the library and of people's own files."""

from pathlib import Path

import pytest

from base.errors import KnownError
from characters import profile
from characters.profile import read_character, refer


def written(folder: Path, text: str, name: str = "ann.yaml") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(text, encoding="utf-8")
    return folder / name


@pytest.mark.parametrize("name", profile.names())
def test_a_character_that_ships_has_a_voice_in_its_own_name(name: str) -> None:
    character = profile.load(name)
    lines = character.voice.split("\n")
    assert character.profile
    assert 3 <= len(lines) <= 5
    assert all(line.startswith(f"{character.name}：") for line in lines)


def test_one_text_is_a_list_of_one_and_a_list_of_lines_is_a_voice(tmp_path: Path) -> None:
    path = written(tmp_path, "name: 安\naliases: 小安\nvoice:\n  - 安：早。\n  - 安：\\me 挥手\n")
    character = read_character(path)
    assert character.aliases == ("小安",)
    assert character.voice == "安：早。\n安：\\me 挥手"


def test_a_persons_own_folder_comes_before_what_ships(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    written(tmp_path / "characters", "name: 李白\nprofile: 我的李白", "libai.yaml")
    assert profile.load("libai").profile == "我的李白"
    assert profile.load("dufu").name == "杜甫"


def test_the_users_data_folder_is_searched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    written(tmp_path / "data/paotuan/characters", "name: 安")
    assert profile.load("ann").name == "安"
    assert "ann" in profile.names()


def test_an_unknown_name_is_answered_with_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(KnownError, match="no character is named libia; did you mean libai"):
        profile.load("libia")


@pytest.mark.parametrize(
    "name", ["../ann.yaml", "/etc/passwd.yaml", "sub/../../ann.yaml", "a\\b.yaml"]
)
def test_a_name_in_a_file_never_leads_out_of_its_folder(tmp_path: Path, name: str) -> None:
    written(tmp_path, "name: 安")
    (tmp_path / "inner/sub").mkdir(parents=True)
    with pytest.raises(KnownError, match="leads out of the folder"):
        refer(name, tmp_path / "inner")


@pytest.mark.parametrize("name", ["..", ".hidden", "", "a:b", "x" * 5000, "nul\0"])
def test_an_odd_name_is_only_an_unknown_one(tmp_path: Path, name: str) -> None:
    with pytest.raises(KnownError, match="no character is named"):
        refer(name, tmp_path)


def test_a_link_that_leads_out_is_not_followed(tmp_path: Path) -> None:
    target = written(tmp_path, "name: 安")
    (tmp_path / "inner").mkdir()
    (tmp_path / "inner/link.yaml").symlink_to(target)
    with pytest.raises(KnownError, match="leads out of the folder"):
        refer("link.yaml", tmp_path / "inner")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("name: 安\nprofil: x", ":2: profil: unknown key; did you mean profile"),
        ("profile: x", ":1: name: missing"),
        ("name: 007", ":1: name: found the number 7, expected text; put it in quotes"),
        ("name: 安：", ":1: name: `：` in a name; the log has another use for it"),
        ("name: ok\naliases: [a, 'b: c']", ":2: aliases.1: `:` in a name"),
        ("name: ok\nemotions: [两 词]", ":2: emotions.0: '两 词' is not one word"),
        ("name: ok\nvoice: {a: b}", ":2: voice: found keys and values, expected text"),
        ("name: ok\nlikes: [1]", ":2: likes.0: found the number 1, expected text; put it"),
        ("name: ok\nknowledge: bok.yaml", ":2: knowledge.0: no file bok.yaml beside this one"),
        ("name: ok\nknowledge: ../x", ":2: knowledge.0: ../x leads out of the folder"),
    ],
)
def test_a_mistake_in_a_character_names_file_line_and_key(
    tmp_path: Path, text: str, said: str
) -> None:
    with pytest.raises(KnownError) as raised:
        read_character(written(tmp_path, text))
    assert said in str(raised.value)


def test_all_mistakes_of_a_file_are_told_in_its_order(tmp_path: Path) -> None:
    with pytest.raises(KnownError) as raised:
        read_character(written(tmp_path, "nam: 安\nlikes: 3\nadapter: true\n"))
    assert [line.rpartition(".yaml")[2].split(": ")[0] for line in raised.value.problems] == [
        ":1", ":1", ":2", ":3",
    ]  # fmt: skip
