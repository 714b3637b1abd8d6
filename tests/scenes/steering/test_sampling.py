"""Sampling is asked for in words, and kept with the session."""

from contextlib import closing
from pathlib import Path

import pytest

from models.scripted import Scripted
from scenes.scene import Scene
from scenes.table.play import Play
from scenes.table.sampling_words import PRESETS, SLIDERS, read_sampling
from tests.frontends import PlainFrontEnd


@pytest.mark.parametrize(
    ("typed", "values"),
    [
        ("lively", {"temperature": 0.95, "top_p": 0.9, "min_p": 0.0, "xtc_probability": 0.0}),
        ("温度 1.1", {"temperature": 1.1}),
        ("温度1.1", {"temperature": 1.1}),
        ("稳 n 3", {"temperature": 0.5, "top_p": 0.8, "min_p": 0, "xtc_probability": 0, "n": 3}),
        ("top_p=0.9，最长：64", {"top_p": 0.9, "max_tokens": 64}),
        ("温度 默认", {"temperature": None}),
    ],
)
def test_sampling_is_asked_for_in_words(typed: str, values: dict[str, float | None]) -> None:
    assert read_sampling(typed) == values


@pytest.mark.parametrize("typed", ["温度", "温度 99", "n 2.5", "温渡 1", "温度 nan", "top_p x"])
def test_what_is_no_sampling_is_refused_in_a_line(front_end: PlainFrontEnd, typed: str) -> None:
    front_end.do("enter", f"/取样 {typed}")
    assert len(front_end.errors) == 1
    assert "\n" not in front_end.errors[0]
    assert front_end.table.play.session.tuning.sampling == {}


def test_a_preset_holds_from_the_next_draw_on_and_each_draw_says_what_it_was_made_with(
    front_end: PlainFrontEnd, play: Play, backend: Scripted
) -> None:
    front_end.do("let_speak", "苏晚")
    front_end.do("enter", "/取样 野")
    front_end.do("redraw")
    assert [each.temperature for each in backend.samplings] == [0.95, 1.25]
    front_end.do("enter", "/sampling default")
    front_end.do("redraw")
    assert backend.samplings[-1] == backend.samplings[0]
    drawn = [draw.sampling.get("temperature") for draw in play.session.draws.values()]
    assert drawn == [None, 1.25, None]


def test_sampling_is_kept_with_the_session_and_options_of_a_new_sitting_come_before_it(
    scene: Scene, tmp_path: Path
) -> None:
    with closing(Play.start(scene, "林默", tmp_path)) as play:
        play.set_sampling({"temperature": 1.1, "top_p": 0.7})
        path = play.journal.path
        play.say("好。")
    with closing(Play.resume(path)) as again:
        again.asked, again.given = {"temperature": 0.2}, {"temperature"}
        sampling = again.sampling_of(scene.cast[1])
        assert (sampling.temperature, sampling.top_p) == (0.2, 0.7)
        again.set_sampling({"temperature": 0.5})
        assert again.sampling_of(scene.cast[1]).temperature == 0.5


def test_presets_and_sliders_are_settings_that_a_scene_could_have_too() -> None:
    from base.ranges import is_inside

    for preset in PRESETS:
        assert all(is_inside(name, value) for name, value in preset.values.items())
    for slider in SLIDERS:
        assert is_inside(slider.name, slider.least)
        assert is_inside(slider.name, slider.most)
        assert slider.moved(slider.most, 1) == slider.most
        assert slider.moved(slider.least, -1) == slider.least


def test_the_starter_is_drawn_cooler_unless_the_scene_or_the_person_says_otherwise(
    scene: Scene, tmp_path: Path
) -> None:
    backend = Scripted()
    backend.name = "starter"
    with closing(Play.start(scene, "林默", tmp_path)) as play:
        speaker = scene.cast[1]
        assert play.hand(backend, speaker).sampling.temperature == 0.6
        assert play.sampling_of(speaker).temperature == 0.6  # and so it is shown
        play.asked = {"temperature": 0.95}
        assert play.hand(backend, speaker).sampling.temperature == 0.95
        play.asked = {}
        backend.name = "another"
        assert play.hand(backend, speaker).sampling.temperature == 0.95
