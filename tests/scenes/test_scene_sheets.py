"""The sheets that a scene gives its cast, read from its file."""

from collections.abc import Callable
from pathlib import Path

import pytest

from base.errors import KnownError
from scenes.scene import Scene

Loads = Callable[[str], Scene]


@pytest.fixture
def load(tmp_path: Path) -> Loads:
    from scenes.scene_loader import read_scene

    def loads(text: str) -> Scene:
        path = tmp_path / "s.yaml"
        path.write_text(text, "utf-8")
        return read_scene(path)

    return loads


def test_a_scene_gives_its_cast_sheets_over_those_of_their_characters(
    load: Loads, tmp_path: Path
) -> None:
    (tmp_path / "mo.yaml").write_text("name: 林默\nsheet: {生命: 9, 侦查: 60}\n", "utf-8")
    scene = load(
        "title: t\ncast:\n  林默:\n    character: mo.yaml\n"
        "    sheet: {HP: 11, 物品: [手电, 左轮]}\n"
    )
    assert scene.role("林默").sheet == {"HP": 11, "侦查": 60, "物品": ("手电", "左轮")}


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("HP: 1.5", "s.yaml:5: cast.林默.sheet.HP"),
        ("HP: {a: 1}", "s.yaml:5: cast.林默.sheet.HP"),
        ("HP: true", "s.yaml:5: cast.林默.sheet.HP"),
        ("物品: [1]", "in quotes"),
        ("3d: 1", "begins with a letter"),
        ("HP: 9999999999", "beyond"),
        ("HP: " + "长" * 201, "201"),
        ("HP: 1\n      生命: 2", "s.yaml:6: cast.林默.sheet.生命"),
    ],
)
def test_what_is_wrong_with_a_sheet_names_file_line_and_key(
    load: Loads, line: str, problem: str
) -> None:
    with pytest.raises(KnownError) as error:
        load(f"title: t\ncast:\n  林默:\n    sheet:\n      {line}\n")
    assert problem in "\n".join(map(str, error.value.problems))


def test_a_sheet_is_bounded(load: Loads) -> None:
    lines = "".join(f"      甲{chr(0x4E00 + n)}: 1\n" for n in range(201))
    with pytest.raises(KnownError, match="at most 200"):
        load(f"title: t\ncast:\n  林默:\n    sheet:\n{lines}")
