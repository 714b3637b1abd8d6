"""The scenes that ship: each makes a table at once, in the form that a model continues."""

import pytest

from scenes.log import SPOKEN, dump, parse
from scenes.scene_list import scene_names
from scenes.scene_loader import load_scene

SHIPPED = [
    "changan",
    "four-classics",
    "greyharbour",
    "honglou",
    "last-train",
    "rain-house",
    "sanguo",
    "shihuazhen",
    "shuihu",
    "xiyou",
]
TAUGHT = ["tutorial", "入门"]


def test_what_ships_is_what_is_listed() -> None:
    assert {*SHIPPED, *TAUGHT} <= set(scene_names())


@pytest.mark.parametrize("name", [*SHIPPED, *TAUGHT])
def test_a_scene_says_what_it_is_about_and_whom_you_play(name: str) -> None:
    scene = load_scene(name)
    assert scene.summary
    assert scene.aim
    assert scene.play_as in [role.name for role in scene.cast]
    assert sum(role.narrator for role in scene.cast) == 1
    assert not scene.warnings


@pytest.mark.parametrize("name", [*SHIPPED, *TAUGHT])
def test_every_role_but_the_players_has_a_profile_and_a_voice(name: str) -> None:
    scene = load_scene(name)
    for role in scene.cast:
        assert role.profile
        if role.name != scene.play_as:
            assert 3 <= len(role.voice.split("\n")) <= 5, role.name


@pytest.mark.parametrize("name", [*SHIPPED, *TAUGHT])
def test_opening_and_voices_are_canonical_short_log_lines(name: str) -> None:
    scene = load_scene(name)
    longest = 40 if scene.language == "zh" else 75
    for text in (scene.opening, *(role.voice for role in scene.cast if role.voice)):
        entries = parse(text)
        assert dump(entries) == text + "\n"
        assert all(len(entry.text) <= longest for entry in entries)


@pytest.mark.parametrize("name", [*SHIPPED, *TAUGHT])
def test_an_opening_shows_the_form_and_leaves_the_player_room(name: str) -> None:
    scene = load_scene(name)
    entries = parse(scene.opening)
    spoken = [entry for entry in entries if entry.kind in SPOKEN]
    others = {entry.speaker for entry in spoken} - {scene.play_as}
    assert 6 <= len(entries) <= 12
    assert len({entry.speaker for entry in spoken}) >= 2
    assert others
    assert {"narration", "speech", "action"} <= {entry.kind for entry in entries}
    assert any(entry.emotion for entry in entries)
    assert sum(entry.speaker == scene.play_as for entry in spoken) <= 3
    assert spoken[-1].speaker != scene.play_as
