"""A play from its opening to the next day, as a person meets it."""

from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from base.errors import KnownError
from models.scripted import Scripted
from scenes.log import Entry, dump, parse
from scenes.scene import Role, Scene
from scenes.table.draw import Rejected
from scenes.table.hand import Hand
from scenes.table.lines import body_of
from scenes.table.play import Play


def dealt(play: Play, backend: Scripted, speaker: str = "苏晚") -> Hand:
    hand = play.hand(backend, play.scene.role(speaker))
    more(play, backend, hand)
    return hand


def more(play: Play, backend: Scripted, hand: Hand) -> None:
    offset, updates = play.deal(backend, hand)
    with closing(updates):
        for update in updates:
            hand.update(update, offset)


def said(play: Play) -> list[str]:
    return [entry.line for entry in play.session.entries]


def saved(play: Play) -> list[Entry]:
    return parse(play.journal.path.with_suffix(".txt").read_text())[1:]


def test_a_play_goes_on_the_next_day_where_it_was_left(play: Play) -> None:
    backend = Scripted()
    play.say("信上就是这么写的。晚晚，走吧。")
    assert play.next is not None
    assert play.next.name == "苏晚"
    hand = dealt(play, backend)
    assert [place.text for place in hand.places] == [
        "你听见了吗？楼上有人在走动。 \\emoji 惊讶",
        "\\me 把灯举高了一些，照着墙上的画",
        "（这地方我小时候来过，可门不在这一边。）",
    ]
    turn = play.pick(hand, 1)
    assert turn.entry == Entry("action", "把灯举高了一些，照着墙上的画", "苏晚")
    play.edit(turn, "\\me 把灯放下了")
    play.say("等等。")
    play.undo()
    before, path = said(play), play.journal.path
    assert before[2:] == ["林默：信上就是这么写的。晚晚，走吧。", "苏晚：\\me 把灯放下了"]
    play.close()

    resumed = Play.resume(path)
    assert said(resumed) == before
    assert saved(resumed) == resumed.session.entries
    assert resumed.scene == play.scene
    assert resumed.player == play.player
    assert resumed.next == play.next
    (draw,) = resumed.session.draws.values()
    assert [body_of(c.entry) for c in draw.candidates] == [place.text for place in hand.places]
    assert (draw.model, draw.speaker, draw.parent) == ("scripted", "苏晚", 3)
    assert resumed.redo()
    assert said(resumed)[-1] == "林默：等等。"
    resumed.close()


@pytest.mark.parametrize(
    ("typed", "line"),
    [
        ("走吧。", "林默：走吧。"),
        ("\\me 推开门", "林默：\\me 推开门"),
        ("(有点冷)", "林默：（有点冷）"),
        ("走吧。（有点冷）\\emoji 微怒", "林默：走吧。（有点冷） \\emoji 微怒"),
        ("【门开了】", "【门开了】"),
        ("苏晚：我来。", "苏晚：我来。"),
        ("晚晚: 我来。", "苏晚：我来。"),
        ("路人：让一让。", "林默：路人：让一让。"),
        ("12:30 见", "林默：12:30 见"),
        ("# 不是注释", "林默：# 不是注释"),
        ("==== 不是章 ====", "林默：==== 不是章 ===="),
        ("  走 \t 吧。 ", "林默：走 吧。"),
        ("走\x1b[31m吧\u202e。", "林默：走[31m吧。"),
    ],
)
def test_what_is_typed_becomes_the_line_that_is_meant(play: Play, typed: str, line: str) -> None:
    (turn,) = play.say(typed)
    assert turn.entry.line == line
    assert saved(play) == play.session.entries


@pytest.mark.parametrize(
    ("typed", "lines"),
    [
        ("一\n\n【雨】\r\n苏晚：二", ["林默：一", "【雨】", "苏晚：二"]),
        ("【使徒入侵】\t苏晚：救命！", ["【使徒入侵】", "苏晚：救命！"]),
        ("【门开了】苏晚：走。", ["【门开了】", "苏晚：走。"]),
        ("", []),
        (" \n\n ", []),
        ("\x1b\n\u200b\u2060\n\u200d\ufe0f", []),
        ("好\u200b。\n\u00ad", ["林默：好。"]),
    ],
)
def test_several_lines_are_several_turns(play: Play, typed: str, lines: list[str]) -> None:
    assert [turn.entry.line for turn in play.say(typed)] == lines
    assert saved(play) == play.session.entries


@pytest.mark.parametrize(
    "typed",
    ["\\me", "（）", "【】", "【 】", "\\emoji 微怒", "苏晚：", "（\x1b）", "苏晚：\u200b\u2060"],
)
def test_what_says_nothing_is_refused_and_nothing_is_said(play: Play, typed: str) -> None:
    with pytest.raises(KnownError, match="nothing is said in this line"):
        play.say(f"好。\n{typed}")
    assert len(play.session.turns) == 2


def test_an_escaped_control_character_cannot_be_said(play: Play) -> None:
    with pytest.raises(KnownError, match=r"control character U\+001B"):
        play.say("走\\u{1b}[31m吧")


def test_an_unknown_emotion_is_refused_with_the_nearest_and_nothing_is_said(play: Play) -> None:
    with pytest.raises(KnownError, match="微微怒 is not in this scene's list; did you mean 微怒"):
        play.say("好。\n哼。 \\emoji 微微怒")
    assert len(play.session.turns) == 2
    play.say("老周：哼。 \\emoji 冷笑")
    assert said(play)[-1] == "老周：哼。 \\emoji 冷笑"


def test_a_line_that_has_an_emotion_of_its_own_keeps_it_when_it_is_edited(
    make_scene: Callable[..., Scene], tmp_path: Path
) -> None:
    play = Play.start(make_scene(opening="苏晚：哼。 \\emoji 得意"), "林默", tmp_path)
    edited = play.edit(play.session.path[0], "哼哼。 \\emoji 得意")
    assert edited.entry.emotion == "得意"
    with pytest.raises(KnownError, match="得意她笑了"):
        play.edit(edited, "哼哼。 \\emoji 得意她笑了")
    play.close()


def test_a_narrating_player_narrates(scene: Scene, tmp_path: Path) -> None:
    play = Play.start(scene, "守秘人", tmp_path)
    play.say("门开了\n【灯灭了】\n苏晚：谁？\n一】二【三")
    assert play.session.entries[2:] == [
        Entry("narration", "门开了"),
        Entry("narration", "灯灭了"),
        Entry("speech", "谁？", "苏晚"),
        Entry("narration", "一】二【三"),
    ]
    assert saved(play) == play.session.entries
    play.close()


def test_who_watches_can_narrate_or_lend_a_voice(scene: Scene, tmp_path: Path) -> None:
    play = Play.start(scene, None, tmp_path)
    with pytest.raises(KnownError, match="you are watching"):
        play.say("走吧。")
    play.say("【门开了】\n苏晚：谁？")
    assert said(play)[2:] == ["【门开了】", "苏晚：谁？"]
    assert play.model_is_next
    play.close()


def test_an_unknown_role_is_told_with_the_nearest_and_no_file_is_made(
    scene: Scene, tmp_path: Path
) -> None:
    with pytest.raises(KnownError, match="no role is named 林默默; did you mean 林默"):
        Play.start(scene, "林默默", tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_the_player_may_be_named_by_an_alias(scene: Scene, tmp_path: Path) -> None:
    play = Play.start(scene, "阿默", tmp_path)
    assert play.session.role == "林默"
    play.close()


def test_tab_goes_round_the_roles_of_the_model(play: Play) -> None:
    play.next = None
    around = [play.cycle() for _ in range(4)]
    assert [role.name for role in around if role] == ["苏晚", "老周", "守秘人", "苏晚"]
    back = play.cycle(-1)
    assert back is not None
    assert back.name == "守秘人"


def test_an_edited_candidate_keeps_what_it_was(play: Play) -> None:
    hand = dealt(play, Scripted(["甲。", "乙。", "丙。"]))
    turn = play.pick(hand, 1, "乙乙。 \\emoji 微怒")
    assert turn.entry.line == "苏晚：乙乙。 \\emoji 微怒"
    draw = play.session.draws[turn.draw or 0]
    assert draw.candidates[turn.candidate or 0].entry.text == "乙。"


def test_another_can_be_picked_after_an_undo_from_the_same_draw(play: Play) -> None:
    hand = dealt(play, Scripted(["甲。", "乙。", "丙。"]))
    first = play.pick(hand, 0)
    play.undo()
    second = play.pick(hand, 2)
    assert (first.draw, second.draw) == (1, 1)
    assert len(play.session.draws) == 1
    assert [turn.entry.text for turn in play.session.branches_at(2)] == ["甲。", "丙。"]


def test_a_candidate_of_an_earlier_place_is_said_there_as_a_branch(play: Play) -> None:
    hand = dealt(play, Scripted(["甲。", "乙。", "丙。"]))
    play.say("等等。")
    turn = play.pick(hand, 0)
    assert turn.parent == 2
    assert said(play)[-1] == "苏晚：甲。"
    play.undo()
    assert said(play)[-1] == "林默：等等。"


@pytest.mark.parametrize("place", [-1, 1, 3, 99])
def test_only_what_is_complete_can_be_picked(play: Play, place: int) -> None:
    hand = dealt(play, Scripted(["甲。"]))
    why = f"candidate {place + 1} cannot be picked: the same as another"
    with pytest.raises(KnownError, match=why if place == 1 else "there are candidates 1 to 3"):
        play.pick(hand, place)
    assert hand.places[1].why == "the same as another"
    assert hand.places[1].over


def test_more_candidates_join_the_hand_and_differ_from_it(play: Play) -> None:
    backend = Scripted(["甲。", "乙。", "丙。", "甲。", "丁。", "戊。", "己。"])
    hand = dealt(play, backend)
    more(play, backend, hand)
    assert [place.text for place in hand.places] == ["甲。", "乙。", "丙。", "己。", "丁。", "戊。"]
    assert play.pick(hand, 3).entry.text == "己。"
    assert len(play.session.draws[1].candidates) == 6


def test_a_seeded_hand_draws_something_else_when_more_is_asked(play: Play) -> None:
    play.asked["seed"] = 7
    backend = Scripted()
    hand = dealt(play, backend)
    more(play, backend, hand)
    assert backend.samplings[0].seed == 7
    assert len({asked.seed for asked in backend.samplings}) == len(backend.samplings)
    play.keep(hand)
    assert play.session.draws[1].seed == 7


def test_stopping_keeps_what_is_complete(play: Play) -> None:
    backend = Scripted(["甲。", "一句长得多的话，还没有说完。", "乙。"])
    hand = play.hand(backend, play.scene.role("苏晚"))
    offset, updates = play.deal(backend, hand)
    while len(hand.complete) < 2:
        hand.update(next(updates), offset)
    updates.close()
    hand.stop()
    assert [(place.text, place.why, place.over) for place in hand.places] == [
        ("甲。", "", True),
        ("", "stopped", True),
        ("乙。", "", True),
    ]
    assert play.pick(hand, 2).entry.text == "乙。"


def test_an_empty_hand_leaves_no_trace(play: Play) -> None:
    assert play.keep(play.hand(Scripted(), play.scene.role("苏晚"))) is None
    assert play.session.draws == {}


def test_a_refused_candidate_says_why_while_it_is_drawn_again(play: Play) -> None:
    hand = play.hand(Scripted(), play.scene.role("苏晚"))
    play.deal(Scripted(), hand)
    hand.update(Rejected(0, "empty", True))
    assert (hand.places[0].why, hand.places[0].over) == ("empty", False)


def test_a_failing_model_leaves_the_play_as_it_is(play: Play) -> None:
    backend = Scripted(failures={0: "scripted: no answer; is it running?"})
    with pytest.raises(KnownError, match="no answer"):
        dealt(play, backend)
    assert play.pick(dealt(play, backend), 0).by == "model"


def test_the_adapter_of_a_role_is_asked_for(
    make_scene: Callable[..., Scene], tmp_path: Path
) -> None:
    scene = make_scene(cast=(Role("甲"), Role("乙", adapter="yi-lora")), opening="")
    play = Play.start(scene, "甲", tmp_path)
    backend = Scripted()
    play.pick(dealt(play, backend, "乙"), 0)
    assert backend.adapters == ["yi-lora"]
    assert play.session.draws[1].adapter == "yi-lora"
    play.close()


def test_warming_reads_what_the_next_draw_will_read_and_says_nothing(play: Play) -> None:
    backend = Scripted()
    role = play.scene.role("苏晚")
    with closing(play.warming(backend, role)) as updates:
        list(updates)
    dealt(play, backend)
    assert backend.prefilled == backend.prompts
    assert len(play.session.turns) == 2


@pytest.mark.parametrize(
    ("old", "text", "line"),
    [
        ("苏晚：你好。", "再见。", "苏晚：再见。"),
        ("苏晚：你好。", "老周：再见。", "老周：再见。"),
        ("苏晚：\\me 坐下", "起来。", "苏晚：起来。"),
        ("【雨停了】", "雪停了", "【雪停了】"),
        ("【雨停了】", "【雪停了】", "【雪停了】"),
        ("路人：让一让。", "让开。", "路人：让开。"),
        ("==== 一 ====", "==== 二 ====", "==== 二 ===="),
        ("{旧}", "{新}", "{新}"),
    ],
)
def test_an_edited_line_stays_of_its_kind_and_by_its_speaker(
    make_scene: Callable[..., Scene], tmp_path: Path, old: str, text: str, line: str
) -> None:
    play = Play.start(make_scene(opening=f"{old}\n苏晚：后来"), "林默", tmp_path)
    edited = play.edit(play.session.path[0], text)
    assert edited.entry.line == line
    assert said(play) == [line, "苏晚：后来"]
    assert saved(play) == play.session.entries
    play.close()


def test_a_chapter_cannot_be_edited_into_something_else(
    make_scene: Callable[..., Scene], tmp_path: Path
) -> None:
    play = Play.start(make_scene(opening="==== 一 ===="), "林默", tmp_path)
    with pytest.raises(
        KnownError, match="is not a line of the kind chapter; write it like ==== 一 ===="
    ):
        play.edit(play.session.path[0], "走吧。")
    play.close()


def test_comments_of_an_opening_are_not_said(
    make_scene: Callable[..., Scene], tmp_path: Path
) -> None:
    play = Play.start(make_scene(opening="# 记\n【雨】"), "林默", tmp_path)
    assert said(play) == ["【雨】"]
    play.close()


WORDS = st.text(st.sampled_from("走吧，。：:（）()#=\\ 苏林m1e{}"), min_size=1, max_size=10)


@pytest.fixture(scope="module")
def table(scene: Scene, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Play]:
    started = Play.start(scene, "林默", tmp_path_factory.mktemp("table"))
    yield started
    started.close()


@given(words=WORDS, narrates=st.booleans())
def test_a_line_that_is_taken_up_for_editing_and_not_touched_stays_the_same(
    table: Play, words: str, narrates: bool
) -> None:
    role = table.scene.role("守秘人" if narrates else "老周")
    with suppress(KnownError):
        before = table.entry(words, role)
        assert table.entry(body_of(before), role) == before


def test_the_log_that_is_saved_is_the_training_format(play: Play) -> None:
    play.say("走吧。")
    play.pick(dealt(play, Scripted()), 0)
    log = play.journal.path.with_suffix(".txt").read_text()
    assert log == dump([Entry("chapter", "雨夜旧宅"), *play.session.entries])
    assert log.splitlines()[-2:] == [
        "林默：走吧。",
        "苏晚：你听见了吗？楼上有人在走动。 \\emoji 惊讶",
    ]
