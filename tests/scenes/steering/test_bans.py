"""Banned phrases, and what scene files and journals say of all that steers."""

import json
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from base.errors import KnownError
from models.scripted import Scripted
from scenes.data.examples.export import FORMS
from scenes.log import parse
from scenes.scene import AuthorNote, Scene
from scenes.scene_loader import scene_of
from scenes.table.draw import Rejected, draw_lines, line_sampling
from scenes.table.play import Play
from tests.frontends import PlainFrontEnd


def texts(play: Play) -> str:
    """All that is written of a play, as it is read and as it is exported."""
    log = play.journal.path.with_suffix(".txt").read_text("utf-8")
    forms = [FORMS[form] for form in ("seq2seq", "alpaca", "sharegpt")]
    return log + "".join(line for form in forms for line in form(play.session, None, 4000))


def events(play: Play) -> list[dict[str, object]]:
    return [json.loads(line) for line in play.journal.path.read_bytes().splitlines()]


def test_a_candidate_with_a_banned_phrase_is_drawn_again_and_told_why(
    make_scene: Callable[..., Scene],
) -> None:
    scene = make_scene(banned=("不禁", "Shiver"))
    backend = Scripted(["她不 禁笑了。", "好。", "a ｓｈｉｖｅｒ ran", "走吧。", "行。", "来。"])
    role = scene.role("苏晚")
    sampling = line_sampling(scene, role, {"n": 3, "temperature": 0.5})
    updates = list(draw_lines(backend, scene, parse(scene.opening), role, sampling))
    rejected = [one for one in updates if isinstance(one, Rejected)]
    assert [(one.place, one.again) for one in rejected] == [(0, True), (2, True)]
    assert "不禁" in rejected[0].why
    assert len(backend.prompts) == 2


def test_bans_are_added_at_the_table_taken_back_and_kept(
    make_scene: Callable[..., Scene], tmp_path: Path
) -> None:
    with closing(Play.start(make_scene(banned=("不禁",)), "林默", tmp_path)) as play:
        play.banned_always = ("总是",)
        front_end = PlainFrontEnd(play, Scripted(["眼中闪过光。", "好。", "行。", "走。", "来。"]))
        front_end.do("enter", "/禁 眼中闪过")
        front_end.do("let_speak", "苏晚")
        hand = front_end.table.hand
        assert hand is not None
        assert all("眼中闪过" not in place.text for place in hand.places)
        assert hand.steering.banned == ("不禁", "眼中闪过", "总是")
        front_end.do("enter", "/解禁 不禁")
        assert play.banned == ("眼中闪过", "总是")
        front_end.do("enter", "/解禁 总是")
        front_end.do("enter", "/解禁 没有")
        front_end.do("enter", "/禁 眼中闪过")
        front_end.do("enter", "/禁 " + "长" * 80)
        assert len(front_end.errors) == 4
        path = play.journal.path
        front_end.table.close()
    with closing(Play.resume(path)) as again:
        assert again.banned == ("眼中闪过",)


def test_a_scene_file_says_its_note_and_its_bans() -> None:
    scene = scene_of("title: x\ncast: {a: , b: }\nnote: 慢\nbanned: [不禁, 灯]\n", Path("x.yaml"))
    assert (scene.note, scene.banned) == (AuthorNote("慢", 4), ("不禁", "灯"))
    scene = scene_of("title: x\ncast: {a: }\nnote: {text: 慢, depth: 0}\n", Path("x.yaml"))
    assert scene.note == AuthorNote("慢", 0)


@pytest.mark.parametrize(
    ("keys", "where"),
    [
        ("note: {text: 慢, depth: -1}", "x.yaml:3"),
        ("note: {depth: 3}", "x.yaml:3"),
        ("note: {text: 慢, deep: 3}", "x.yaml:3"),
        ("banned: ['']", "x.yaml:3"),
        (f"banned: [{'长' * 80}]", "x.yaml:3"),
    ],
)
def test_what_a_scene_file_cannot_say_of_them_is_named_by_its_line(keys: str, where: str) -> None:
    with pytest.raises(KnownError) as error:
        scene_of(f"title: x\ncast: {{a: }}\n{keys}\n", Path("x.yaml"))
    assert str(error.value).startswith(where)


@pytest.mark.parametrize(
    "event",
    [
        {"sampling": {"temperature": 99}},
        {"sampling": {"n": 1.5}},
        {"sampling": [1]},
        {"banned": "不禁"},
        {"off": [1]},
        {"note": {"text": 3}},
    ],
)
def test_a_journal_that_says_what_cannot_be_is_refused_with_its_event(
    play: Play, event: dict[str, object]
) -> None:
    before = play.session.tuning
    with pytest.raises((ValueError, TypeError)):
        play.session._apply({"event": "steering", **event})
    assert before == play.session.tuning


def test_a_journal_that_settles_nothing_has_no_word_of_it(
    front_end: PlainFrontEnd, play: Play
) -> None:
    front_end.do("let_speak", "苏晚")
    front_end.do("pick", 1)
    raw = play.journal.path.read_text("utf-8")
    assert '"steering"' not in raw
    assert '"note"' not in raw
    assert '"banned"' not in raw
