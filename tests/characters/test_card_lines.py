"""Greetings and sample dialogues as lines of our log, and lines as dialogue."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from base.names import name_problem
from characters.cards.lines import Voices, dialogue, message, role_name, spoken
from scenes.log import parse

SHANA = Voices("夏娜", ("Shana",))


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("等一下。", ["夏娜：等一下。"]),
        ('*turns.* "Wait!" *runs*', ["夏娜：\\me turns.", "夏娜：Wait!", "夏娜：\\me runs"]),
        ("*Shana smiles*", ["夏娜：\\me smiles"]),
        ("*She smiles*", ["夏娜：\\me smiles"]),
        ("*Her eyes shine*", ["夏娜：\\me Her eyes shine"]),
        ("*You wake up.* Hello.", ["【You wake up.】", "夏娜：Hello."]),
        ("*{{user}}推开门*", ["【{{user}}推开门】"]),
        ("（脸红）好吧（转身）", ["夏娜：\\me 脸红", "夏娜：好吧", "夏娜：\\me 转身"]),
        ("夏娜转过身。“走吧。”她说。", ["夏娜：\\me 转过身。", "夏娜：走吧。"]),
        ("雨停了。「走吧。」", ["【雨停了。】", "夏娜：走吧。"]),
        ("【夜深】\n夏娜：谁？ \\emoji 惊讶", ["【夜深】", "夏娜：谁？ \\emoji 惊讶"]),
        ("\\me 点头", ["夏娜：\\me 点头"]),
        ("{{user}}: 早。\nShana: 早。\n再见。", ["{{user}}：早。", "夏娜：早。", "夏娜：再见。"]),
        ("<START>\n***\n", []),
        ("……", ["夏娜：……"]),
        ("*半句", ["夏娜：半句"]),
    ],
)
def test_a_message_becomes_lines(text, lines):
    assert spoken(text, SHANA) == lines


def test_sample_dialogue_has_other_speakers_a_greeting_has_not():
    text = "阿虚:「在哪里？」\n夏娜:「那里」(指向操场)"
    assert spoken(text, SHANA, labels=True) == [
        "阿虚：在哪里？",
        "夏娜：那里",
        "夏娜：\\me 指向操场",
    ]
    assert spoken("Name: Ann Age: 20", SHANA) == ["夏娜：Name: Ann Age: 20"]


def test_narration_with_brackets_of_its_own_stays_one_line_of_narration():
    assert spoken("【雨】【风】", SHANA) == ["【雨】【风】"]
    assert spoken("【】】", SHANA) == ["【〕】"]
    assert spoken("【雨【停】了】", SHANA) == ["【雨〔停〕了】"]


def test_lines_become_a_dialogue_that_other_programs_read():
    lines = ["{{user}}：你好", "夏娜：\\me 转身 \\emoji 微怒", "夏娜：走。（累了）", "【雨】"]
    assert dialogue(lines, "夏娜") == (
        "<START>\n{{user}}: 你好\n{{char}}: *转身*\n{{char}}: 走。（累了）\n【雨】"
    )
    assert message(lines[1:3], "夏娜") == "*转身*\n走。（累了）"
    assert dialogue([], "夏娜") == ""


@given(st.text('*"“”「」（）()【】{}<>:：\\ \n\t夏娜Youme\x1b\u202e\u2028#=', max_size=80))
def test_every_line_is_a_line_of_a_log(text):
    for line in spoken(text.replace("{{user}}", ""), SHANA, labels=True):
        assert "\n" not in line and line.isprintable()
        assert all(
            entry.kind != "unrecognised" for entry in parse(line.replace("{{user}}", "悠二"))
        )


@given(st.text(max_size=60))
def test_a_role_name_can_begin_a_line(name):
    made = role_name(name)
    assert not made or name_problem(made) is None


@pytest.mark.parametrize(
    ("name", "made"),
    [
        ("Rika (v2)", "Rika"),
        ("张起灵【新】", "张起灵"),
        ("A/B: C", "A B C"),
        ("（）", ""),
        ("a\x1bb", "a b"),
        ("\x1b[1;31m夏娜\x1b[0m", "夏娜"),
        ("\x1b]0;title\x07夏娜\x9b2J", "夏娜"),
        ("\x1b[31m", ""),
    ],
)
def test_what_a_log_cannot_hold_leaves_a_name(name, made):
    assert role_name(name) == made
