"""A play as a chapter and a screenplay: all that was said aloud is there, and nothing private."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from base.errors import KnownError
from models.backend import Sampling
from models.scripted import Scripted
from scenes.dice.orders import roll_order
from scenes.dice.rules import rules_of
from scenes.files.exports.prose import chapter, passages
from scenes.files.exports.retelling import blocks, problem, retold
from scenes.files.exports.script import screenplay
from scenes.files.exports.telling import Telling, lost, told_of
from scenes.log import Entry, parse
from scenes.scene import Role, Scene
from scenes.table.play import Play
from scenes.table.session import Session

ZH = Scene(
    "house",
    Path("house.yaml"),
    "旧宅",
    (Role("林默"), Role("苏晚", secret="她早就认识他"), Role("守秘人", narrator=True)),
    play_as="林默",
    thoughts="private",
)
EN = Scene(
    "light",
    Path("light.yaml"),
    "The Light",
    (Role("Ada"), Role("Tom"), Role("Narrator", narrator=True)),
    language="en",
    play_as="Ada",
)
LOG_ZH = r"""【雨夜。】
苏晚：你确定是这里？ \emoji 困惑
林默：\me 举高马灯，照了照门环
林默：“顾先生”失踪三天了，进去再说。
苏晚：等等，楼上有人 \emoji 恐惧
苏晚：\me 她抓住了他的袖子
苏晚：（不是一个人。）
林默：＠苏晚 别出声
苏晚：好。（他在骗我） \emoji 微笑
林默：走。
苏晚：走哪边？
林默：左边。"""
LOG_EN = r"""【The light is out.】
Tom：There! A lantern! \emoji surprised
Ada：\me Lifts the spyglass
Ada：Somebody does.
Tom：That's "my" father's lantern.（He drowned.） \emoji afraid
Ada：Who told you so?
Tom：Nobody
Ada：Hm."""


def played(scene: Scene, log: str) -> Session:
    session = Session.start(scene, scene.play_as, (), "s", lambda event: None)
    for entry in parse(log):
        session.say(entry)
    return session


def prose(session: Session, markdown: bool = False, **telling) -> str:
    return "\n".join(chapter(session, Telling(**telling), markdown))


def script(session: Session, fountain: bool = False, **telling) -> str:
    return "\n".join(screenplay(session, Telling(**telling), fountain))


def test_a_chinese_chapter_reads_as_one():
    assert prose(played(ZH, LOG_ZH), private=True).split("\n\n　　")[1:] == [
        "雨夜。",
        "苏晚困惑地说：“你确定是这里？”".replace("说", "问"),
        "林默举高马灯，照了照门环。“‘顾先生’失踪三天了，进去再说。”",
        "“等等，楼上有人。”苏晚惊恐地抓住了他的袖子，心想：不是一个人。",
        "林默压低声音对苏晚说：“别出声。”",
        "“好。”苏晚微笑着说，心里想：他在骗我。",
        "“走。”",
        "“走哪边？”",
        "林默说道：“左边。”",
    ]


def test_an_english_chapter_keeps_to_the_tense_of_its_lines():
    assert prose(played(EN, LOG_EN), markdown=True).split("\n\n")[1:] == [
        "The light is out.",
        "“There! A lantern!” Tom says in surprise.",
        "Ada lifts the spyglass. “Somebody does.”",
        "“That's ‘my’ father's lantern,” Tom says in a frightened voice. *He drowned,* Tom thinks.",
        "“Who told you so?”",
        "“Nobody.”",
        "Ada says, “Hm.”",
    ]


def test_what_is_private_is_told_only_when_asked():
    session = played(ZH, LOG_ZH)
    for text in (prose(session), script(session), script(session, fountain=True)):
        for private in ("别出声", "不是一个人", "骗我", "认识他"):
            assert private not in text
    assert "别出声" in prose(session, reader="苏晚")
    assert "骗我" in prose(session, reader="苏晚")
    assert "骗我" not in prose(session, reader="林默")
    assert "骗我" in script(session, private=True)
    told = told_of(session)
    assert (told.whispers, told.thoughts) == (1, 2)
    with pytest.raises(KnownError):
        prose(session, reader="谁")


def test_dice_are_no_part_of_a_chapter_and_a_note_of_a_fountain_script(tmp_path):
    play = Play.start(ZH, "林默", tmp_path)
    play.roll([roll_order("林默", "2d6", rules_of("coc7"))])
    play.say("进去。")
    session = play.session
    rolled = session.path[0].entry.text
    assert "2d6" in rolled
    for text in (prose(session), script(session)):
        assert "2d6" not in text
        assert "进去。" in text
    assert f"[[{rolled}]]" in script(session, fountain=True)
    play.close()


def test_another_branch_and_what_was_edited_away_are_not_told():
    session = played(ZH, "【雨。】\n林默：走左边。\n苏晚：好。")
    session.go(1)
    session.say(Entry("speech", "走右边。", "林默"))
    session.edit(4, Entry("speech", "先等等。", "林默"))
    assert "先等等。" in prose(session)
    for gone in ("左边", "右边", "好"):
        assert gone not in prose(session)
        assert gone not in script(session)


def test_a_script_names_who_speaks_and_how():
    text = script(played(EN, LOG_EN))
    assert (
        "                    TOM\n               (surprised)\n          There! A lantern!" in text
    )
    assert "TOM (V.O.)\n          He drowned." in text
    assert "Ada lifts the spyglass." in text.replace("Lifts", "lifts")
    assert "△ 林默举高马灯，照了照门环。" in script(played(ZH, LOG_ZH))
    assert "苏晚：（困惑）你确定是这里？" in script(played(ZH, LOG_ZH))


def test_fountain_reads_no_line_as_another_element():
    session = played(EN, "Tom：a *b* [[c]] _d_\n【.hidden】\n【RUN】\n【INT. THE HOUSE】\nÉva：Hm.")
    lines = script(session, fountain=True).split("\n")
    assert r"a \*b\* [ [c]] \_d\_" in lines
    assert {"!.hidden.", "!RUN.", "!INT. THE HOUSE."} <= set(lines)
    assert "@ÉVA" in lines


WORDS = st.text(
    st.sampled_from("灯雨你我 ,.，。？!\"“”‘'*_[]（)#~\\ab\u202e\u2028\x1b"),
    min_size=1,
    max_size=12,
).filter(lambda text: any(map(str.isalnum, text)))
NAMES = st.sampled_from(("林默", "苏晚", "Tom"))
LINES = st.one_of(
    st.builds(lambda text, name: Entry("speech", text.strip(), name), WORDS, NAMES),
    st.builds(lambda text, name: Entry("action", text.strip(), name), WORDS, NAMES),
    st.builds(lambda text, name: Entry("thought", text.strip(), name), WORDS, NAMES),
    st.builds(lambda text: Entry("narration", text.strip()), WORDS),
    st.builds(lambda text: Entry("chapter", text.strip()), WORDS),
    st.builds(lambda text: Entry("speech", text.strip(), "林默", to=("苏晚",)), WORDS),
    st.builds(
        lambda text, label: Entry("speech", text.strip(), "苏晚", "想", label),
        WORDS,
        st.sampled_from(("微笑", "calm", "怪", "狡黠")),
    ),
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.sampled_from((ZH, EN)),
    st.lists(LINES, max_size=12),
    st.lists(st.tuples(st.sampled_from(("go", "edit", "delete")), st.integers(1, 12), LINES)),
)
def test_every_line_said_aloud_on_the_branch_is_in_the_chapter_and_in_the_script(
    scene, lines, moves
):
    session = Session.start(scene, None, (), "s", lambda event: None)
    for entry in lines:
        session.say(entry)
    for move, turn, entry in moves:
        if move == "go" and turn in session.turns:
            session.go(turn)
            session.say(entry)
        elif session.is_on_path(turn):
            session.edit(turn, entry) if move == "edit" else session.delete(turn)
    aloud = [e.text for e in session.entries if e.kind == "speech" and not e.to]
    all_said = [e.text for e in session.entries if e.kind == "speech"]
    for markdown in (False, True):
        assert not lost(aloud, prose(session, markdown))
        assert not lost(all_said, prose(session, markdown, private=True))
        assert not lost(aloud, script(session, fountain=markdown))
        assert not lost(all_said, script(session, fountain=markdown, private=True))


# --- by a model ----------------------------------------------------------------------------------

BLOCK = "苏晚：你确定是这里？\n林默：顾先生失踪三天了。"


@pytest.mark.parametrize(
    ("text", "taken"),
    [
        ("苏晚皱着眉头问：“你确定是这里？”林默点了点头：“顾先生失踪三天了。”", True),
        ("苏晚皱着眉头问：“你确定是这里？”林默只是点了点头，没有说话。", False),
        ("苏晚问：“你确定是这里？”“顾先生失踪三天了。”他说，“我怕他死了。”", False),
        ("苏晚：你确定是这里？林默：顾先生失踪三天了。他说着推开了门。", False),
        ("苏晚皱着眉头问他你确定是这里？林默点了点头说顾先生失踪三天了。", False),
        ("“顾先生失踪三天了。”林默说。苏晚皱起眉头：“你确定是这里？”", False),
        ("“你确定是这里？”“顾先生失踪三天了。”" + "雨下个不停。" * 60, False),
    ],
)
def test_a_model_tells_a_passage_only_with_all_that_was_said(text, taken):
    session = played(ZH, BLOCK)
    (block,) = blocks(passages(told_of(session), "zh"))
    one = retold(Scripted([text], context=100_000), ZH, block)
    assert (one.passages[0].paragraph.text == text) is taken
    assert bool(one.why) is not taken
    if not taken:
        assert one.passages == tuple(block)


def test_a_model_is_told_nothing_private():
    session = played(ZH, LOG_ZH)
    backend = Scripted(["不会"], context=100_000)
    for block in blocks(passages(told_of(session), "zh")):
        retold(backend, ZH, block)
    read = "".join(prompt.text for prompt in backend.prompts)
    assert "你确定是这里" in read
    assert not any(private in read for private in ("别出声", "骗我", "认识他"))
    assert all(isinstance(one, Sampling) for one in backend.samplings)
    assert problem("", "短", []) != ""
