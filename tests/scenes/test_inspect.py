"""The prompt taken apart: its parts are the prompt, and it says what is left out and what fired."""

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from base.errors import KnownError
from models.scripted import Scripted
from scenes.log import parse
from scenes.note import Note
from scenes.prompt import build_prompt, stable_part
from scenes.scene import AuthorNote, Role, Scene
from scenes.steering import Steering
from scenes.table.inspect import Made, inspected
from scenes.table.inspect_words import summary
from scenes.table.play import Play
from tests.frontends import PlainFrontEnd
from tests.scenes.conftest import made_scene

LORE = Note.of("旧宅建于光绪年间。", "旧宅", "house:1")


@pytest.fixture
def seated(play: Play) -> Iterator[PlainFrontEnd]:
    front_end = PlainFrontEnd(play, Scripted(["好。", "行。", "走。"], context=700))
    yield front_end
    front_end.table.close()


@settings(max_examples=40, deadline=None)
@given(
    st.integers(0, 60),
    st.sets(st.integers(0, 59), max_size=4),
    st.integers(0, 12),
    st.sampled_from(["", "她拒绝"]),
    st.sampled_from(["", "慢一点"]),
)
def test_the_parts_are_the_prompt_and_their_tokens_its_tokens(
    lines: int, notes: set[int], depth: int, director: str, note: str
) -> None:
    scene, turns, history = made_scene(), [], []
    for number in range(lines):
        entry = parse(f"林默：第{number % 7}句话。")[0]
        turns += [None, number + 1] if number in notes else [number + 1]
        history += [LORE, entry] if number in notes else [entry]
    steering = Steering(director, AuthorNote(note, depth))
    prompt = build_prompt(scene, history, scene.cast[1], 500, 40, len, steering)
    one = inspected("苏晚", Made(prompt, history, turns, (), steering), len)
    assert "".join(piece.text for piece in one.pieces) == prompt.text
    assert "".join(text for __, text, ___ in one.parts) == prompt.text
    assert one.total == len(prompt.text) == sum(tokens for __, ___, tokens in one.parts)
    assert one.tokens("fixed") == len(stable_part(scene))
    assert not one.tokens("recap"), "every line is known for what it is"
    read = [piece for piece in one.pieces if piece.turn is not None]
    assert one.left_out + len(read) == lines
    assert [piece.turn for piece in read] == list(range(lines - len(read) + 1, lines + 1))
    assert bool(one.tokens("director")) == bool(director)
    assert bool(one.tokens("note")) == bool(note)


def test_what_stands_for_a_cut_history_is_the_story_so_far(scene: Scene) -> None:
    history = parse("林默：一。\n林默：二。")
    prompt = build_prompt(scene, history[1:], scene.cast[1], 2000, 40, len)
    told = prompt.__class__(prompt.stable, f"【前情：一。】\n{prompt.history}", prompt.cue)
    one = inspected("苏晚", Made(told, history, [1, 2]), len)
    assert [kind for kind, *__ in one.parts] == ["fixed", "recap", "history", "cue"]
    assert (one.left_out, one.begins) == (1, 2)


def test_a_long_play_says_from_which_turn_on_it_is_read_and_why(
    seated: PlainFrontEnd, play: Play
) -> None:
    for number in range(60):
        play.say(f"第{number}句，说得不长也不短。")
    one = seated.table.inspect("苏晚")
    assert one.begins == one.left_out + 1 > 10
    lines = summary(one)
    assert f"(from turn {one.begins})" in lines[0]
    assert lines[0].endswith(f"= {one.total}/700 tokens")
    assert lines[1].startswith(f"left out: the first {one.left_out} turns, since")
    assert all("\n" not in line for line in lines)


def test_it_shows_a_role_its_own_cue_and_counts_what_that_role_did_not_see(
    seated: PlainFrontEnd,
) -> None:
    play = seated.table.play
    play.session.set_away(["老周"])
    for text in ("走吧。", "快些。", "到了。"):
        play.say(text)
    assert seated.table.inspect("晚晚").made.prompt.cue == "苏晚："
    one = seated.table.inspect("老周")
    assert one.made.prompt.cue == "老周："
    assert "left out: 3 turns that 老周 did not see" in summary(one)
    assert not any("did not see" in line for line in summary(seated.table.inspect("苏晚")))


def test_each_line_has_its_turn_where_a_role_reads_no_thoughts_of_others(
    make_scene: Callable[..., Scene], tmp_path: Path
) -> None:
    cast = (Role("林默"), Role("苏晚", secret="信是我写的。"), Role("老周"))
    scene = make_scene(cast=cast, thoughts="private", note=AuthorNote("慢一点", 1))
    with closing(Play.start(scene, "林默", tmp_path)) as play:
        front_end = PlainFrontEnd(play, Scripted(["好。"], context=700))
        for text in ("走吧。（她在骗我）", "（钥匙在我这里）", "@老周 小声。", "快些。（怎么办）"):
            front_end.do("say", text)
        path = play.session.path
        one = front_end.table.inspect("苏晚")
        assert "".join(piece.text for piece in one.pieces) == one.made.prompt.text
        read = {piece.text: piece.turn for piece in one.pieces if piece.kind == "history"}
        assert read["林默：快些。\n"] == len(path)
        assert read["林默：走吧。\n"] == len(path) - 3
        assert None not in read.values()
        kinds = [piece.kind for piece in one.pieces]
        assert kinds[-4:] == ["note", "history", "secret", "cue"]
        front_end.table.close()


def test_it_says_what_steers_and_what_the_last_draw_took(seated: PlainFrontEnd) -> None:
    assert not any("last draw" in line for line in summary(seated.table.inspect()))
    seated.do("let_speak", "苏晚")
    seated.do("enter", "~ 她拒绝")
    seated.do("enter", "/note 1 慢一点")
    seated.do("enter", "/ban 不禁")
    seated.do("enter", "/sampling faithful")
    text = "\n".join(summary(seated.table.inspect("苏晚")))
    for words in ("她拒绝", "1 lines before the end: 慢一点", "不禁", "faithful · temperature 0.5"):
        assert words in text
    assert "last draw: first token after" in text
    assert "tokens from the cache" in text
    assert seated.table.play.direction == "她拒绝", "looking takes nothing away"


def test_it_shows_what_the_candidates_on_the_table_would_be_drawn_with_once_more(
    seated: PlainFrontEnd,
) -> None:
    seated.do("enter", "~ 她拒绝")
    seated.do("let_speak", "苏晚")
    assert seated.table.inspect("苏晚").tokens("director")
    assert not seated.table.inspect("老周").tokens("director")


def test_it_tells_which_knowledge_fired_by_which_words(
    make_scene: Callable[..., Scene], tmp_path: Path
) -> None:
    file = tmp_path / "house.yaml"
    file.write_text(
        "name: 旧宅\nentries:\n  - {keys: [旧宅, 宅子], text: 旧宅建于光绪年间。}\n", "utf-8"
    )
    other = tmp_path / "off.yaml"
    other.write_text("name: 别的\nentries:\n  - {keys: [雨], text: 雨。}\n", "utf-8")
    scene = make_scene(knowledge=(file, other))
    with closing(Play.start(scene, "林默", tmp_path)) as play:
        front_end = PlainFrontEnd(play, Scripted(["好。", "行。", "走。"]))
        front_end.do("enter", "/lore off.yaml off")
        play.say("旧宅到了。")
        (fired,) = front_end.table.inspect("苏晚").fired
        assert (fired.source, fired.text, fired.now) == ("旧宅", "旧宅建于光绪年间。", True)
        assert fired.keys == ("旧宅", "宅子")
        assert "off.yaml" in "\n".join(summary(front_end.table.inspect("苏晚")))
        front_end.do("let_speak", "苏晚")
        (fired,) = front_end.table.inspect("老周").fired
        assert not fired.now
        front_end.table.close()


def test_a_name_of_nobody_and_a_model_that_is_away_are_told_in_a_line(
    seated: PlainFrontEnd, play: Play
) -> None:
    with pytest.raises(KnownError, match="阿福"):
        seated.table.inspect("阿福")
    without = PlainFrontEnd(play, None)
    with pytest.raises(KnownError, match="loaded"):
        without.table.inspect("苏晚")
