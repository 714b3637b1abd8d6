"""What other tools say of rolls becomes the form of ours; what is no known form stays as it is."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scenes.dice.log_form import read_roll, write_roll
from scenes.files.trpg.rolls import foreign_roll


def read(text: str, bot: bool = True) -> str | None:
    line = foreign_roll(text, "林默", bot, lambda name: {"木木": "林默"}.get(name, name))
    return write_roll(line) if line else None


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
        '花落了， 风吹过<林默>的面前："侦查"检定结果为: D100=10/70 极难成功！',
        "聆听：D100=32/55",
        "命运正在低语！",
        '<林默>的"侦查"检定结果为: D100=1/2 也许',
        "18 / 1d20 + 4 = 11 + 4 = 15",
    ],
)
def test_what_is_no_known_form_stays(text: str) -> None:
    assert read(text) is None and read(text, bot=False) is None


@settings(max_examples=200)
@given(
    st.text(max_size=60)
    | st.text(st.sampled_from('<林默>的"侦查"检定结果为: D100=1/5 成功掷出了d+()＞➯'), max_size=80),
    st.booleans(),
)
def test_no_text_breaks_it_and_what_is_read_reads_back(text: str, bot: bool) -> None:
    line = foreign_roll(text, "林默", bot, lambda name: name)
    if line is not None:
        assert read_roll(write_roll(line), [line.who]) == line
