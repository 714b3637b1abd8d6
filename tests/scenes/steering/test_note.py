"""An author's note stands so many lines before the end of what is read."""

from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.backend import Prompt
from models.scripted import Scripted
from scenes.log import parse
from scenes.prompt import build_prompt
from scenes.scene import AuthorNote, Role, Scene
from scenes.steering import Steering, steered
from scenes.table.play import Play
from scenes.view import view
from tests.frontends import PlainFrontEnd
from tests.scenes.conftest import made_scene


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.text("甲乙丙，", min_size=1, max_size=8), max_size=12),
    st.integers(0, 15),
    st.sampled_from(["", "她拒绝"]),
)
def test_a_note_stands_as_many_lines_before_the_end_as_it_says(
    said: list[str], depth: int, director: str
) -> None:
    history = "".join(f"林默：{text}\n" for text in said)
    prompt = steered(Prompt("", history, "苏晚："), Steering(director, AuthorNote("慢", depth)))
    lines = prompt.history.split("\n")[:-1]
    if director:
        assert lines.pop() == "{下一句：她拒绝}"
    at = lines.index("{慢}")
    assert len(lines) - 1 - at == min(depth, len(said))
    assert [line for line in lines if line != "{慢}"] == history.split("\n")[:-1]


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 60), st.integers(0, 30), st.integers(0, 60))
def test_a_prompt_with_what_steers_is_never_longer_than_the_context(
    lines: int, depth: int, words: int
) -> None:
    scene = made_scene()
    history = parse("".join(f"林默：第{number}句话。\n" for number in range(lines)))
    steering = Steering("她" * words, AuthorNote("慢" * words, depth))
    prompt = build_prompt(scene, history, scene.cast[1], 700, 40, len, steering)
    assert len(prompt.text) + 40 <= 700
    assert f"第{lines - 1}句话" in prompt.text
    assert ("慢" * words in prompt.text) and ("她" * words in prompt.text)


def test_a_direction_moves_the_beginning_of_a_long_history_only_where_there_is_no_room(
    scene: Scene,
) -> None:
    """What was read stays in the cache: a block more is cut, or nothing."""
    role, moved = scene.cast[1], 0
    for count in range(30, 90):
        history = parse("".join(f"林默：第{number}句话，说得不长。\n" for number in range(count)))
        plain = build_prompt(scene, history, role, 700, 40, len)
        directed = build_prompt(scene, history, role, 700, 40, len, Steering("她拒绝"))
        assert plain.history.endswith(directed.history.removesuffix("{下一句：她拒绝}\n"))
        moved += not directed.history.startswith(plain.history)
    assert 0 < moved < 20


def test_what_stands_before_a_note_is_read_once(
    make_scene: Callable[..., Scene], tmp_path: Path
) -> None:
    """A follow-up draw reads the lines behind the note anew, and no others."""
    scene = make_scene(note=AuthorNote("慢一点", 3))
    with closing(Play.start(scene, "林默", tmp_path)) as play:
        front_end = PlainFrontEnd(play, Scripted(["好。", "行。", "走。"]))
        for number in range(20):
            play.say(f"第{number}句，说得不长也不短。")
        front_end.do("let_speak", "苏晚")
        play.say("再说一句，说得不长也不短。")
        front_end.do("let_speak", "苏晚")
        cost = front_end.table.hand and front_end.table.hand.cost
        assert cost is not None
        longest = len("林默：第19句，说得不长也不短。\n")
        assert cost.prompt_tokens - cost.cached_tokens <= 4 * longest + len("{慢一点}\n苏晚：")
        front_end.table.close()


def test_a_scene_has_a_note_and_the_table_another_for_its_session(
    make_scene: Callable[..., Scene], tmp_path: Path, backend: Scripted
) -> None:
    scene = make_scene(note=AuthorNote("压抑", 1))
    with closing(Play.start(scene, "林默", tmp_path)) as play:
        front_end = PlainFrontEnd(play, backend)
        front_end.do("let_speak", "苏晚")
        assert "{压抑}\n苏晚：你确定是这里？" in backend.prompts[-1].history
        front_end.do("enter", "/注 2 轻快")
        front_end.do("redraw")
        assert backend.prompts[-1].history.startswith("{轻快}\n【雨下了一整夜。】")
        assert "压抑" not in backend.prompts[-1].text
        path = play.journal.path
        front_end.table.close()
    with closing(Play.resume(path)) as again:
        assert again.note == AuthorNote("轻快", 2)
        front_end = PlainFrontEnd(again, backend)
        front_end.do("enter", "/注 关")
        front_end.do("redraw")
        assert "轻快" not in backend.prompts[-1].text
        front_end.table.close()


@pytest.mark.parametrize("typed", ["/note 9999 x", "/note " + "长" * 1500])
def test_a_note_that_cannot_be_is_refused_in_a_line(front_end: PlainFrontEnd, typed: str) -> None:
    front_end.do("enter", typed)
    assert len(front_end.errors) == 1
    assert front_end.table.play.note.text == ""


def test_a_note_is_as_many_lines_before_the_end_of_what_was_said_for_who_has_a_secret(
    make_scene: Callable[..., Scene],
) -> None:
    cast = (Role("林默"), Role("苏晚", secret="信是我写的。"))
    scene = make_scene(cast=cast, opening="", thoughts="private")
    history = parse("林默：一。\n林默：（二。）\n林默：三。\n林默：四。\n")
    steering = Steering(note=AuthorNote("慢", 1))
    read = {
        role.name: build_prompt(
            scene, view(history, None, role, scene), role, 2000, 40, len, steering
        ).history
        for role in cast
    }
    assert read["林默"] == "林默：一。\n林默：（二。）\n林默：三。\n{慢}\n林默：四。\n"
    assert read["苏晚"].startswith("林默：一。\n林默：三。\n{慢}\n林默：四。\n{")
    assert "信是我写的" in read["苏晚"].splitlines()[-1]
