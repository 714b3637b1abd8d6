"""Who has the floor: rules at the table, the muted, who leaves and enters, newcomers, and why."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from base.errors import KnownError
from models.scripted import Scripted
from scenes.log import Entry, parse
from scenes.scene import Role, Scene
from scenes.table import controller_events as happened
from scenes.table.play import Play
from scenes.table.session import By, Session, Turn
from scenes.turns import RULES, Floor, next_by_rule
from tests.frontends import PlainFrontEnd

Made = Callable[..., Scene]
NAMES = ("林默", "苏晚", "老周", "守秘人")
LINES = st.sampled_from(
    ["林默：苏晚？", "苏晚：老周，走。", "老周：哼。", "【雨停了】", "路人：喂。"]
)


@given(
    lines=st.lists(st.tuples(LINES, st.sampled_from(["opening", "player", "model"])), max_size=8),
    player=st.sampled_from(["林默", "守秘人", None]),
    rule=st.sampled_from(RULES),
    muted=st.frozensets(st.sampled_from(NAMES)),
    away=st.frozensets(st.sampled_from(NAMES)),
)
def test_no_rule_chooses_who_is_muted_or_away(
    make_scene: Made,
    lines: list[tuple[str, By]],
    player: str | None,
    rule: Any,
    muted: frozenset[str],
    away: frozenset[str],
) -> None:
    said = [
        Turn(number, number - 1 or None, parse(line)[0], by)
        for number, (line, by) in enumerate(lines, 1)
    ]
    found = next_by_rule(make_scene(), said, player, Floor(rule, muted, away))
    if rule == "manual" or muted | away >= set(NAMES):
        assert found.role is None
    else:
        assert found.role is not None
        assert found.role.name not in muted | away


def replayed(events: list[dict[str, Any]]) -> Session:
    return Session.replay(json.loads(json.dumps(events)), lambda event: None)


@given(
    moves=st.lists(
        st.one_of(
            st.tuples(st.just("say"), st.just(0)),
            st.tuples(st.just("away"), st.sampled_from(NAMES)),
            st.tuples(st.just("go"), st.integers(0, 30)),
            st.tuples(st.just("undo"), st.just(0)),
            st.tuples(st.just("redo"), st.just(0)),
        ),
        max_size=25,
    )
)
def test_who_is_away_belongs_to_the_branch_and_lives_through_a_journal(
    make_scene: Made, moves: list[tuple[str, Any]]
) -> None:
    events: list[dict[str, Any]] = []
    scene = make_scene()
    session = Session.start(scene, "林默", parse(scene.opening), "s", events.append)
    known: dict[int | None, frozenset[str]] = {turn.id: frozenset() for turn in session.path}
    said: dict[int, frozenset[str]] = {}
    for what, value in moves:
        if what == "say":
            before = session.floor.away
            turn = session.say(Entry("speech", "嗯", "林默"))
            known[turn.id] = said[turn.id] = before
        elif what == "away":
            session.set_away(session.floor.away ^ {value})
            known[session.head] = frozenset(session.floor.away)
        elif what == "go":
            session.go(1 + value % len(session.turns))
        else:
            session.undo() if what == "undo" else session.redo()
        assert session.floor.away == known[session.head]
    for number, away in said.items():
        assert session.away_before(number) == away, "who was there when it was said never changes"
    again = replayed(events)
    assert again.floor == session.floor
    assert again.seats == session.seats


def test_who_left_is_still_away_behind_a_turn_that_is_said_differently(make_scene: Made) -> None:
    events: list[dict[str, Any]] = []
    scene = make_scene()
    session = Session.start(scene, "林默", parse(scene.opening), "s", events.append)
    first = session.say(Entry("speech", "走了。", "林默"))
    session.set_away(["苏晚"])
    session.say(Entry("speech", "嗯。", "老周"))
    edited = session.edit(first.id, Entry("speech", "她走了。", "林默"))
    assert session.floor.away == {"苏晚"}
    assert edited.parent is not None
    session.go(edited.parent)
    assert session.floor.away == frozenset()


def test_who_left_stays_away_when_the_turn_they_left_at_is_taken_out(make_scene: Made) -> None:
    events: list[dict[str, Any]] = []
    scene = make_scene()
    session = Session.start(scene, "林默", parse(scene.opening), "s", events.append)
    first = session.say(Entry("speech", "走了。", "林默"))
    session.set_away(["苏晚"])
    session.say(Entry("speech", "嗯。", "老周"))
    session.delete(first.id)
    assert session.floor.away == {"苏晚"}
    session.say(Entry("speech", "哦。", "林默"))
    session.delete(session.path[-2].id)
    assert session.floor.away == {"苏晚"}


@pytest.fixture
def table(play: Play) -> PlainFrontEnd:
    return PlainFrontEnd(play, Scripted(["一。", "二。", "三。", "四。", "五。", "六。"]))


def speaker(table: PlainFrontEnd) -> str:
    assert table.table.hand is not None
    return table.table.hand.speaker.name


def notices(table: PlainFrontEnd) -> list[str]:
    return [notice.text for notice in table.of(happened.Notice)]


def test_the_model_proposes_my_own_line_and_it_is_my_turn_when_i_take_it(
    table: PlainFrontEnd,
) -> None:
    table.do("enter", "/next 我")
    assert speaker(table) == "林默"
    table.do("pick", 2)
    turn = table.table.play.session.path[-1]
    assert (turn.entry.speaker, turn.by, turn.candidate) == ("林默", "player", 1)


@pytest.mark.parametrize("typed", ["/next me", "/as 林默", "/as 阿默", "/as 我"])
def test_my_own_line_is_asked_for_in_several_ways(table: PlainFrontEnd, typed: str) -> None:
    table.do("enter", typed)
    assert speaker(table) == "林默"


def test_who_watches_has_no_own_line(scene: Scene, tmp_path: Path) -> None:
    table = PlainFrontEnd(Play.start(scene, None, tmp_path), Scripted(["一。"]))
    table.do("enter", "/next 我")
    assert "watching" in table.errors[0]


def test_a_scene_without_a_narrator_has_one_for_a_draw(make_scene: Made, tmp_path: Path) -> None:
    cast = (Role("林默"), Role("苏晚"))
    play = Play.start(make_scene(cast=cast), "林默", tmp_path)
    table = PlainFrontEnd(play, Scripted(["雨停了。", "灯灭了。", "风起了。"]))
    table.do("enter", "/as 旁白")
    assert speaker(table) == "旁白"
    table.do("pick", 1)
    assert play.session.path[-1].entry == Entry("narration", "雨停了。")
    assert [role.name for role in play.scene.cast] == ["林默", "苏晚"]
    table.do("undo")
    table.do("pick", 2)
    assert play.session.path[-1].entry == Entry("narration", "灯灭了。"), "also from its hand again"


def test_a_newcomer_joins_the_cast_and_others_draws_stop_at_their_name(
    table: PlainFrontEnd, tmp_path: Path
) -> None:
    table.do("enter", "/as 店小二：客栈伙计，嘴快")
    assert speaker(table) == "店小二"
    assert table.of(happened.CastChanged)[0].role.profile == "客栈伙计，嘴快"
    table.do("pick", 1)
    table.do("let_speak", "苏晚")
    assert "店小二：" in table.table.hand.sampling.cues  # type: ignore[union-attr]
    path = table.table.play.journal.path
    table.table.close()
    again = Play.resume(path)
    assert again.scene.role("店小二").profile == "客栈伙计，嘴快"
    again.close()


@pytest.mark.parametrize("name", ["老周：", "a|b", "一" * 40, "[b]", "甲\u202e乙"])
def test_a_newcomers_name_can_begin_a_line(table: PlainFrontEnd, name: str) -> None:
    before = table.table.play.scene.cast
    table.do("speak_as", name)
    assert table.table.play.scene.cast == before or name == "老周："


def test_who_is_muted_is_passed_over_and_can_be_called(table: PlainFrontEnd) -> None:
    table.do("enter", "/rule list")
    table.do("enter", "/mute 苏晚")
    table.do("enter", "走吧。")
    assert speaker(table) == "老周"
    table.do("enter", "/next 苏晚")
    assert speaker(table) == "苏晚"
    table.do("enter", "/unmute 苏晚")
    assert table.table.play.floor.muted == frozenset()


def test_who_has_left_is_not_called_and_comes_back_by_entering(table: PlainFrontEnd) -> None:
    table.do("enter", "/leave 晚晚")
    table.do("enter", "苏晚？你在哪儿？")
    assert speaker(table) != "苏晚"
    table.do("enter", "/next 苏晚")
    assert table.errors[-1] == "苏晚 has left; /enter 苏晚 brings them back"
    assert all(role.name != "苏晚" for role in table.table.others)
    table.do("enter", "/enter 苏晚")
    table.do("enter", "/next 苏晚")
    assert speaker(table) == "苏晚"


def test_leaving_takes_ones_candidates_from_the_table(table: PlainFrontEnd) -> None:
    table.do("let_speak", "苏晚")
    table.do("leave_table", "苏晚")
    assert table.table.hand is None or table.table.hand.speaker.name != "苏晚"


def test_a_player_who_left_and_speaks_is_there_again(table: PlainFrontEnd) -> None:
    table.do("enter", "/leave 我")
    assert table.table.play.floor.away == {"林默"}
    assert table.table.play.next is not None
    assert table.table.play.next.name != "林默"
    table.do("enter", "我回来了。")
    assert table.table.play.floor.away == frozenset()
    assert any("is there again" in notice for notice in notices(table))


def test_when_everybody_has_left_that_is_said(table: PlainFrontEnd) -> None:
    for name in NAMES:
        table.do("leave_table", name)
    assert table.table.play.next is None
    table.do("go_on")
    assert "/enter NAME" in table.errors[-1]
    assert "/enter" in table.table.why()


@pytest.mark.parametrize(
    ("rule", "said", "why"),
    [
        ("natural", "苏晚，走吧。", "the last line calls 苏晚"),
        ("natural", "我看见老周在笑。", "the last line names 老周"),
        ("list", "嗯。", "round the cast: 林默, 苏晚, 老周, 守秘人"),
        ("manual", "嗯。", "the rule is manual: you choose who speaks"),
    ],
)
def test_why_one_is_next_is_told(table: PlainFrontEnd, rule: str, said: str, why: str) -> None:
    table.do("set_rule", rule)
    table.do("enter", said)
    assert table.table.why() == why


def test_who_was_chosen_is_next_because_you_chose(table: PlainFrontEnd) -> None:
    table.do("enter", "/next 守秘人")
    table.do("enter", "/why")
    assert notices(table)[-1] in ("you chose 守秘人", table.table.why())
    table.do("set_aside")
    table.do("choose_next", 1)
    assert table.table.why().startswith("you chose") or table.table.play.next is not None


@pytest.mark.parametrize(
    ("typed", "rule"), [("/rule list", "list"), ("/rule 轮流", "list"), ("/rule 手动", "manual")]
)
def test_the_rule_is_changed_at_the_table_and_stays(
    table: PlainFrontEnd, typed: str, rule: str
) -> None:
    table.do("enter", typed)
    table.do("enter", "嗯。")
    path = table.table.play.journal.path
    table.table.close()
    again = Play.resume(path)
    assert again.floor.rule == rule
    again.close()


@pytest.mark.parametrize(
    "typed",
    [
        "/rule foo",
        "/mute",
        "/mute 谁",
        "/unmute 苏晚",
        "/enter 苏晚",
        "/as",
        "/leave 谁",
        "/watch x",
    ],
)
def test_what_cannot_be_done_with_the_floor_is_said(table: PlainFrontEnd, typed: str) -> None:
    events = table.table.play.journal.path.read_bytes()
    table.do("enter", typed)
    assert table.errors
    assert table.table.play.journal.path.read_bytes() == events


@pytest.mark.parametrize(
    "event",
    [
        {"event": "floor", "rule": "anarchy"},
        {"event": "floor", "muted": "苏晚"},
        {"event": "presence", "after": 99, "since": 3, "away": []},
        {"event": "presence", "after": 1, "away": []},
        {"event": "cast", "role": {"name": "苏晚"}},
        {"event": "cast", "role": {"name": "a|b"}},
    ],
)
def test_a_wrong_event_is_refused_with_its_number(scene: Scene, event: dict[str, Any]) -> None:
    events: list[dict[str, Any]] = []
    Session.start(scene, "林默", parse(scene.opening), "s", events.append)
    with pytest.raises(KnownError, match="event 2"):
        replayed([*events, event])
