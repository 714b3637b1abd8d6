"""Temperature 0: one candidate, drawn once, and out of a circle when it shows."""

from contextlib import closing

from models.scripted import Scripted
from scenes.log import parse
from scenes.scene import Scene
from scenes.table.draw import Done, Rejected, draw_lines, line_sampling
from scenes.table.looping import before_loop
from scenes.table.ranking import pooled


def drawn(scene: Scene, backend: Scripted, **asked: object) -> list[Done | Rejected]:
    role = scene.role("苏晚")
    sampling = line_sampling(scene, role, {"temperature": 0, "max_tokens": 400, **asked})
    with closing(draw_lines(backend, scene, parse(scene.opening), role, sampling)) as updates:
        return [one for one in updates if isinstance(one, (Done, Rejected))]


def test_one_candidate_is_drawn_and_never_again(scene: Scene) -> None:
    backend = Scripted(["走吧。", "别走。"])
    (only,) = drawn(scene, backend, n=5)
    assert isinstance(only, Done)
    assert [one.n for one in backend.samplings] == [1]
    backend = Scripted(["走\\emoji\\me吧", "别走。"])
    (only,) = drawn(scene, backend, n=5)
    assert isinstance(only, Rejected)
    assert not only.again
    assert len(backend.samplings) == 1


def test_a_circle_is_left_when_it_shows_and_told(scene: Scene) -> None:
    backend = Scripted(["我也不知道该怎么办，" + "我们往前走，" * 60])
    (only,) = drawn(scene, backend)
    assert isinstance(only, Done)
    assert only.candidate.entry.text == "我也不知道该怎么办，我们往前走"
    assert only.candidate.finish == "length"
    assert only.candidate.tokens < 100
    assert len(backend.notices) == 1
    assert "temperature" in backend.notices[0]


def test_what_only_repeats_a_word_or_laughs_is_no_circle() -> None:
    assert before_loop("哈哈哈哈哈哈哈哈哈哈") is None
    assert before_loop("快走，快走，快走！") is None
    assert before_loop("……………………………………………………………………") is None
    assert before_loop("好" * 24) == "好"


def test_the_starter_draws_no_more_behind_the_one(scene: Scene) -> None:
    role = scene.role("苏晚")
    assert pooled(line_sampling(scene, role, {"temperature": 0}), "starter").draw == 1
