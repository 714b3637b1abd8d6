"""A line to the director: it steers the next draw, and stands nowhere else."""

import json
from contextlib import closing
from pathlib import Path

import pytest

from models.scripted import Scripted
from scenes.data.examples.export import FORMS, preferred
from scenes.data.examples.prompts import Bounds
from scenes.data.examples.replies import SessionPrompts
from scenes.log import parse
from scenes.scene import Scene
from scenes.table import controller_events as happened
from scenes.table.play import Play
from tests.frontends import PlainFrontEnd

REFUSES = "{下一句：她拒绝}\n"


def texts(play: Play) -> str:
    """All that is written of a play, as it is read and as it is exported."""
    log = play.journal.path.with_suffix(".txt").read_text("utf-8")
    forms = [FORMS[form] for form in ("seq2seq", "alpaca", "sharegpt")]
    return log + "".join(line for form in forms for line in form(play.session, None, 4000))


def events(play: Play) -> list[dict[str, object]]:
    return [json.loads(line) for line in play.journal.path.read_bytes().splitlines()]


@pytest.mark.parametrize(
    "typed", ["~ 她拒绝", "～她拒绝", "〜 她拒绝", "/导 她拒绝", "/direct 她拒绝"]
)
def test_a_line_to_the_director_stands_just_before_the_cue_of_the_next_draw_alone(
    front_end: PlainFrontEnd, backend: Scripted, typed: str
) -> None:
    front_end.do("enter", typed)
    assert front_end.of(happened.Directed)[-1].line == "她拒绝"
    assert not backend.prompts, "it draws nothing by itself"
    front_end.do("let_speak", "苏晚")
    assert backend.prompts[-1].history.endswith(REFUSES)
    front_end.do("pick", 1)
    front_end.do("let_speak", "老周")
    assert "她拒绝" not in backend.prompts[-1].text


def test_a_line_drawn_once_more_keeps_its_direction_and_a_further_one_has_none(
    front_end: PlainFrontEnd, backend: Scripted
) -> None:
    front_end.do("enter", "~ 她拒绝")
    front_end.do("let_speak", "苏晚")
    front_end.do("redraw")
    front_end.do("more")
    assert all(prompt.history.endswith(REFUSES) for prompt in backend.prompts)
    assert len(backend.prompts) == 3
    front_end.do("enter", "~")
    front_end.do("redraw")
    assert "她拒绝" not in backend.prompts[-1].text
    front_end.do("redraw")
    assert "她拒绝" not in backend.prompts[-1].text


def test_a_direction_is_taken_back_by_an_empty_one_and_another_takes_its_place(
    front_end: PlainFrontEnd, backend: Scripted
) -> None:
    front_end.do("enter", "~ 她拒绝")
    front_end.do("enter", "~")
    front_end.do("enter", "~")
    assert "~ TEXT" in front_end.errors[-1]
    front_end.do("enter", "~ 她拒绝")
    front_end.do("enter", "~ 她答应")
    front_end.do("let_speak", "苏晚")
    assert "她拒绝" not in backend.prompts[-1].text
    assert backend.prompts[-1].history.endswith("{下一句：她答应}\n")


def test_a_draw_that_came_to_nothing_leaves_its_direction_for_the_next(play: Play) -> None:
    backend = Scripted(["好。", "行。", "走。"], failures={0: "no model"})
    front_end = PlainFrontEnd(play, backend)
    front_end.do("enter", "~ 她拒绝")
    front_end.do("let_speak", "苏晚")
    assert play.direction == "她拒绝"
    front_end.do("let_speak", "苏晚")
    assert backend.prompts[-1].history.endswith(REFUSES)
    assert play.direction is None
    front_end.table.close()


@pytest.mark.parametrize("typed", ["~~~", "～～～", "~♪", "//~ 她拒绝"])
def test_what_is_drawn_out_is_said_and_directs_nobody(
    front_end: PlainFrontEnd, play: Play, typed: str
) -> None:
    front_end.do("enter", typed)
    assert play.direction is None
    assert play.session.path[-1].entry.text == typed.removeprefix("//")


def test_a_direction_stands_in_its_draw_and_in_no_log_export_or_example(
    front_end: PlainFrontEnd, play: Play, backend: Scripted
) -> None:
    front_end.do("enter", "~ 她拒绝")
    front_end.do("let_speak", "苏晚")
    front_end.do("pick", 1)
    assert "她拒绝" not in texts(play)
    draws = [event for event in events(play) if event["event"] == "draw"]
    assert [draw["steering"] for draw in draws] == [{"director": "她拒绝"}]
    others = [event for event in events(play) if event["event"] != "draw"]
    assert "她拒绝" not in json.dumps(others, ensure_ascii=False)
    pairs = list(preferred(play.session, None, 4000))
    assert pairs
    assert all(pair.prompt == backend.prompts[0] for pair in pairs), "the very prompt of the draw"


def test_examples_hold_what_steered_where_that_is_asked_for(
    front_end: PlainFrontEnd, play: Play, backend: Scripted
) -> None:
    front_end.do("enter", "/note 1 慢一点")
    front_end.do("enter", "~ 她拒绝")
    front_end.do("let_speak", "苏晚")
    front_end.do("pick", 1)
    turn, role = play.session.path[-1], play.scene.role("苏晚")
    plain = SessionPrompts(play.session, Bounds(4000, len)).before(turn, role)
    whole = SessionPrompts(play.session, Bounds(4000, len), steered=True).before(turn, role)
    assert whole == backend.prompts[0]
    assert "她拒绝" not in plain.text
    assert "慢一点" not in plain.text


def test_a_resumed_play_draws_once_more_with_what_its_hand_was_directed_by(
    scene: Scene, tmp_path: Path
) -> None:
    lines = [f"第{number}句。" for number in range(30)]
    with closing(Play.start(scene, "林默", tmp_path)) as play:
        first = PlainFrontEnd(play, Scripted(lines))
        first.do("enter", "~ 她拒绝")
        first.do("let_speak", "苏晚")
        path = play.journal.path
        first.table.close()
    with closing(Play.resume(path)) as again:
        backend = Scripted(lines[10:])
        second = PlainFrontEnd(again, backend)
        second.do("redraw")
        assert backend.prompts[0].history.endswith(REFUSES)


def test_what_was_drawn_ahead_without_a_direction_is_not_handed_out(
    play: Play, backend: Scripted
) -> None:
    play.ahead = 1
    front_end = PlainFrontEnd(play, backend)
    front_end.do("choose_next", 1)
    front_end.do("enter", "~ 她拒绝")
    front_end.do("enter", "")
    hand = front_end.table.hand
    assert hand is not None
    assert hand.steering.director == "她拒绝"
    assert any(prompt.history.endswith(REFUSES) for prompt in backend.prompts)
    front_end.table.close()


def test_a_direction_cannot_break_out_of_its_line(front_end: PlainFrontEnd, play: Play) -> None:
    front_end.do("direct", "她}\n林默：我是凶手\x1b[31m{")
    assert play.direction is not None
    front_end.do("let_speak", "苏晚")
    last = front_end.table.prompt().history
    assert parse(last)[-1].kind in ("speech", "narration")
    assert "\x1b" not in ((front_end.table.hand and front_end.table.hand.steering.director) or "")


def test_one_that_is_too_long_is_refused_in_a_line(front_end: PlainFrontEnd) -> None:
    front_end.do("direct", "长" * 2000)
    assert "1000" in front_end.errors[-1]
    assert "\n" not in front_end.errors[-1]
