"""What steers a draw: a line to the director, a note, sampling, bans, knowledge by file."""

import json
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from base.errors import KnownError
from models.backend import Prompt
from models.scripted import Scripted
from scenes.data.examples.export import FORMS, preferred
from scenes.data.examples.prompts import Bounds
from scenes.data.examples.replies import SessionPrompts
from scenes.log import parse
from scenes.prompt import build_prompt
from scenes.scene import AuthorNote, Role, Scene
from scenes.scene_loader import scene_of
from scenes.steering import Steering, steered
from scenes.table import controller_events as happened
from scenes.table.draw import Rejected, draw_lines, line_sampling
from scenes.table.play import Play
from scenes.table.sampling_words import PRESETS, SLIDERS, read_sampling
from tests.frontends import PlainFrontEnd
from tests.scenes.conftest import made_scene

REFUSES = "{下一句：她拒绝}\n"


@pytest.fixture
def backend() -> Scripted:
    return Scripted([f"第{number}句。" for number in range(200)])


@pytest.fixture
def front_end(play: Play, backend: Scripted) -> Iterator[PlainFrontEnd]:
    sat = PlainFrontEnd(play, backend)
    yield sat
    with suppress(KnownError):
        sat.table.close()


def texts(play: Play) -> str:
    """All that is written of a play, as it is read and as it is exported."""
    log = play.journal.path.with_suffix(".txt").read_text("utf-8")
    forms = [FORMS[form] for form in ("seq2seq", "alpaca", "sharegpt")]
    return log + "".join(line for form in forms for line in form(play.session, None, 4000))


def events(play: Play) -> list[dict[str, object]]:
    return [json.loads(line) for line in play.journal.path.read_bytes().splitlines()]


# --- the line to the director ---------------------------------------------------------------------


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


# --- the author's note ----------------------------------------------------------------------------


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
        assert plain.history.endswith(directed.history.removesuffix(REFUSES))
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


# --- sampling -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "values"),
    [
        ("lively", {"temperature": 0.95, "top_p": 0.9, "min_p": 0.0, "xtc_probability": 0.0}),
        ("温度 1.1", {"temperature": 1.1}),
        ("温度1.1", {"temperature": 1.1}),
        ("稳 n 3", {"temperature": 0.7, "top_p": 0.8, "min_p": 0, "xtc_probability": 0, "n": 3}),
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


# --- bans -----------------------------------------------------------------------------------------


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


# --- knowledge ------------------------------------------------------------------------------------


@pytest.fixture
def told(make_scene: Callable[..., Scene], tmp_path: Path) -> Scene:
    (tmp_path / "house.yaml").write_text(
        "name: 旧宅\nentries:\n  - {keys: [旧宅], text: 旧宅建于光绪年间。}\n", "utf-8"
    )
    (tmp_path / "keys.yaml").write_text(
        "name: 钥匙\nentries:\n  - {keys: [钥匙], text: 钥匙共有三把。}\n", "utf-8"
    )
    cast = (Role("林默"), Role("苏晚", knowledge=(tmp_path / "keys.yaml",)))
    return make_scene(cast=cast, knowledge=(tmp_path / "house.yaml",))


def test_a_file_of_knowledge_that_is_switched_off_tells_nothing(
    told: Scene, tmp_path: Path, backend: Scripted
) -> None:
    with closing(Play.start(told, "林默", tmp_path)) as play:
        front_end = PlainFrontEnd(play, backend)
        front_end.do("enter", "/设定 house 关")
        front_end.do("enter", "旧宅的钥匙呢？")
        assert "光绪" not in backend.prompts[-1].text
        assert "【钥匙共有三把。】" in backend.prompts[-1].text
        front_end.do("enter", "/lore 1 on")
        front_end.do("enter", "这就是旧宅。")
        assert "光绪" in backend.prompts[-1].text
        front_end.do("enter", "/lore nothing off")
        assert "keys.yaml" in front_end.errors[-1]
        front_end.do("enter", "/lore keys.yaml")
        path = play.journal.path
        front_end.table.close()
    with closing(Play.resume(path)) as again:
        assert [again.is_off(file) for file, __ in again.knowledge_paths()] == [False, True]


# --- scene files and journals ---------------------------------------------------------------------


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
