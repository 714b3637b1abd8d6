"""What other tools say of rolls becomes the form of ours; what is no known form stays as it is."""

from dataclasses import replace
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scenes.dice.checks import Table, check_orders, growth_order
from scenes.dice.log_form import line_of, read_roll, write_roll
from scenes.dice.orders import roll_order, sanity_order
from scenes.dice.roll import Roll
from scenes.dice.rules import rules_of
from scenes.dice.skills import RolledSkills
from scenes.files.trpg.roll_saying import reads_back, said_by, said_of, sentence, shared
from scenes.files.trpg.roll_words import SAYINGS
from scenes.files.trpg.rolls import Heard, foreign_rolls


def read(text: str, bot: bool = True, ordered: str = "") -> str | None:
    heard = Heard("林默", bot, lambda name: {"木木": "林默"}.get(name, name), ordered)
    return "|".join(write_roll(line_of(one)) for one in foreign_rolls(text, heard).rolls) or None


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ('<苏晚>的"聆听"检定结果为: D100=32/55 成功', "苏晚 聆听 1d100=32/55 成功"),
        (
            '由于开门，<木木>的"侦查"检定结果为: D100=32/55 困难成功！',
            "林默 侦查 开门 1d100=32/55 困难成功",
        ),
        ("莉莉进行的侦查鉴定结果:1d100=8/65 极难成功。", "莉莉 侦查 1d100=8/65 极难成功"),
        ("林默进行聆听检定: D100=45/60 成功", "林默 聆听 1d100=45/60 成功"),
        ("<木木>掷出了 1d100=45", "林默 1d100=45"),
        ("由于伤害，<木木>掷出了 2d6+3=[3+4]+3=10", "林默 伤害 2d6+3=10"),
        ("林默 rolls 1d100: 45", "林默 1d100=45"),
        (
            "<木木>的理智检定: d100=93/75 失败 理智变化: 75 ➯ 74 (扣除1=1点)",
            "林默 理智 1d100=93/75 失败 SAN 75→74",
        ),
        (
            "<木木>的“侦查”成长检定： D100=88/70 成功 “侦查”增加了1D10=4点，当前为74点",
            "林默 侦查成长 1d100=88/70 成功 侦查 70→74",
        ),
    ],
)
def test_dice_bots_in_their_own_words(text: str, form: str) -> None:
    assert read(text) == form
    assert read_roll(form) is not None


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("cc<=55 聆听 (1D100<=55) ＞ 32 ＞ 成功", "林默 聆听 1d100=32/55 成功"),
        ("CCB<=80 【目星】 (1D100<=80) ＞ 37 ＞ 成功", "林默 目星 1d100=37/80 成功"),
        ("(1D100<=55) 獎勵・懲罰骰[0] ＞ 78 ＞ 78 ＞ 失敗", "林默 1d100=78/55 失败"),
        ("17 / 1d20 + 4 + 2 = 11 + 4 + 2 = 17", "林默 1d20+4+2=17"),
    ],
)
def test_virtual_tables_in_the_name_of_who_rolled(text: str, form: str) -> None:
    assert read(text, bot=False) == form


@pytest.mark.parametrize(
    "text",
    [
        "聆听：D100=32/55",
        "<林默>的疯狂发作-即时症状: 1D10=3 暴力倾向：调查员陷入狂暴，持续1D10=5轮。",
        '<林默>的"侦查"检定结果为: D100=1/2 也许',
        "18 / 1d20 + 4 = 11 + 4 = 15",
    ],
)
def test_what_is_no_known_form_stays(text: str) -> None:
    assert read(text) is None and read(text, bot=False) is None


@pytest.mark.parametrize(
    ("order", "skill"),
    [
        ("cc 60 聆聽", "聆聽"),
        (".ra 聆听", "聆听"),
        ("。rb2 聆听 40", "聆听"),
        ("cc<=60 聆听", "聆听"),
        (".ra聆听60", "聆听"),
        ("cc 60", ""),
        (".r 1d6 聆听", ""),
        ("。" * 500, ""),
    ],
)
def test_a_bot_that_repeats_no_skill_answers_the_order(order: str, skill: str) -> None:
    said = "1D100 ≦ 60 → 45 → 一般成功"
    (roll,) = foreign_rolls(said, Heard("HKTRPG", True, str, "林默", order)).rolls
    assert roll.reason == skill and roll.who == "林默"
    (other,) = foreign_rolls(
        f"苏晚 CoC7th擲骰： {said}", Heard("x", True, str, "林默", order)
    ).rolls
    assert (other.who, other.reason) == ("苏晚", "")


@settings(max_examples=200)
@given(
    st.text(max_size=60)
    | st.text(st.sampled_from('<林默>的"侦查"检定结果为: D100=1/5 成功掷出了d+()＞➯'), max_size=80),
    st.booleans(),
)
def test_no_text_breaks_it_and_what_is_read_reads_back(text: str, bot: bool) -> None:
    for roll in foreign_rolls(text, Heard("林默", bot, lambda name: name, "苏晚")).rolls:
        assert read_roll(write_roll(line_of(roll)), [roll.who]) == line_of(roll)


NAMES = st.sampled_from(["林默", "苏晚", "罗兰·维尔", "Ann", "木木1"])
SKILLS = st.sampled_from(["侦查", "聆听", "困难侦查", "图书馆使用", "极难心理学", "闪避"])
WHYS = st.sampled_from(["", "开门", "暗处的脚步声"])
HOUSE = st.integers(0, 5)
RULES = rules_of("coc7")
EXPRESSIONS = st.sampled_from(
    ["1d100", "2d6+3", "1d20+5", "4d6kh3", "1d3+1d4", "4dF", "2d20kl1", "1d8*2", "3d6-1", "1d4"]
)


@st.composite
def checks(draw: st.DrawFn) -> Roll:
    typed = f"{draw(SKILLS)} {draw(st.integers(1, 99))} {draw(WHYS)}"
    table = Table(RULES, draw(HOUSE), RolledSkills(lambda: []))
    bonus = draw(st.sampled_from(["", "", "b ", "b2 ", "p ", "p3 "]))
    order = check_orders(draw(NAMES), bonus + typed, table)[0]
    return order.thrown(Random(draw(st.integers(0, 10**6))))


@st.composite
def losses(draw: st.DrawFn) -> Roll:
    typed = draw(st.sampled_from(["0/1", "1/1d6", "1d3/2d6", "1d4/1d10"]))
    san = draw(st.integers(20, 99))
    order = sanity_order(draw(NAMES), typed, RULES, draw(HOUSE), san, "理智", "SAN")
    return order.thrown(Random(draw(st.integers(0, 10**6))))


@st.composite
def growths(draw: st.DrawFn) -> Roll:
    table = Table(RULES, 0, RolledSkills(lambda: []))
    typed = f"{draw(st.sampled_from(['侦查', '聆听']))} {draw(st.integers(1, 98))}"
    order = growth_order(draw(NAMES), typed, table, "成长")
    return order.thrown(Random(draw(st.integers(0, 10**6))))


@st.composite
def throws(draw: st.DrawFn) -> Roll:
    repeats = draw(st.sampled_from(["", "", "3#", "2#"]))
    order = roll_order(draw(NAMES), f"{repeats}{draw(EXPRESSIONS)} {draw(WHYS)}", RULES)
    return order.thrown(Random(draw(st.integers(0, 10**6))))


ROLLS = checks() | losses() | growths() | throws()


@settings(max_examples=400, suppress_health_check=[HealthCheck.too_slow])
@given(ROLLS, st.sampled_from([1, 1, 2, 12]))
def test_each_sentence_of_the_table_reads_what_it_writes(roll: Roll, nth: int) -> None:
    roll = replace(roll, nth=nth)
    for saying in (one for one in SAYINGS if one.said == said_of(roll)):
        text = sentence(saying, roll)
        if not text:
            continue
        names_nobody = "{who}" not in saying.text and "{name}" not in saying.text
        heard = Heard(roll.who, saying.tool != "ccfolia" and not names_nobody, str, roll.who)
        rolls = foreign_rolls(text, heard).rolls
        assert len(rolls) == 1, (saying, text)
        read = rolls[0]
        kept = shared(read)
        lost = {"reason", "skill"} if "{skill}" not in saying.text else set()
        lost -= {"skill"} if "{tail}" in saying.text else set()
        lost |= {"reason"} if "{why}" not in saying.text else set()
        lost |= {"dice"} if not read.dice else set()
        lost |= {"changes"} if "{before}" not in saying.text else set()
        blank = {key: getattr(kept, key) for key in lost}
        assert kept == replace(shared(roll), **blank), (saying, text)


@settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow])
@given(ROLLS)
def test_sealdice_says_every_roll_with_its_dice(roll: Roll) -> None:
    text = said_by("sealdice", roll)
    assert text and reads_back(text, roll, is_bot=True)


def test_every_sentence_of_the_table_is_said_by_some_roll() -> None:
    orders = [
        *check_orders("林默", "侦查 60 开门", Table(RULES, 0, RolledSkills(lambda: []))),
        sanity_order("林默", "1/1d6", RULES, 0, 60, "理智", "SAN"),
        growth_order("林默", "侦查 60", Table(RULES, 0, RolledSkills(lambda: [])), "成长"),
        roll_order("林默", "2d6+3 伤害", RULES),
        roll_order("林默", "3#1d6", RULES),
        roll_order("林默", "1d6", RULES, hidden=True),
    ]
    rolls = [order.thrown(Random(5)) for order in orders]
    unsaid = [
        saying
        for saying in SAYINGS
        if not any(said_of(roll) == saying.said and sentence(saying, roll) for roll in rolls)
    ]
    assert [one.said for one in unsaid] == ["checks", "opposed", "hidden"]
