"""What models put around the line they were asked for, and lines that only look like it."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.answer.line import AnswerFilter

MARKS = ["<|im_end|>", "</s>", "<end_of_turn>", "[/INST]", "<|eot_id|>", "<|endoftext|>", "<|end|>"]
MARKS += [
    "<｜end▁of▁sentence｜>",
    "<|user|>",
    "<eos>",
    "<turn|>",
    "<<SYS>>",
    "\n林默：谁？",
    "\r\n",
]

FRAMED = [
    "谁？",
    "\n\n谁？\n",
    "\u200b谁？",
    "\ufeff 谁？",
    "苏晚：谁？",
    "苏晚: 谁？",
    "苏晚 ： 谁？",
    "苏晚：苏晚：谁？",
    "**苏晚：**谁？",
    "**苏晚：** 谁？",
    "**苏晚**：谁？",
    "**苏晚：谁？**",
    "__苏晚__: 谁？",
    "【苏晚】谁？",
    "[苏晚] 谁？",
    "【苏晚】：谁？",
    "「苏晚：谁？」",
    "“苏晚：谁？”",
    '"苏晚: 谁？"',
    "苏晚：「谁？」",
    "“谁？”",
    "`苏晚：谁？`",
    "苏晚（小声）：谁？",
    "苏晚(whispers): 谁？",
    "```\n苏晚：谁？\n```\n",
    "```text\n谁？\n```",
    "```苏晚：谁？```",
    "- 苏晚：谁？",
    "> **苏晚**: 谁？",
    "1. 苏晚：谁？",
    "### 苏晚：谁？",
    "好的，以下是下一行：\n苏晚：谁？\n",
    "好的！以下是苏晚的下一句台词：\n\n**苏晚：** 谁？",
    "以下是下一行：苏晚：谁？",
    "Sure, here is the next line:\n\n苏晚：谁？",
    "Here's the line: 苏晚: 谁？",
    "<think>\n对方在敲门。\n</think>\n\n苏晚：谁？\n",
    "<think></think>谁？",
    '<think effort="low">敲门</think>谁？',
    "<thinking>敲门</thinking>\n谁？",
    "苏晚：<think>敲门</think>谁？",
    "[THINK]敲门[/THINK]谁？",
    "<|channel|>analysis<|message|>敲门。<|end|><|start|>assistant<|channel|>final<|message|>谁？",
    "<|channel>thought\n敲门<channel|>苏晚：谁？",
    "<|im_start|>assistant\n苏晚：谁？<|im_end|>",
    "<start_of_turn>model\n谁？<end_of_turn>",
    "<|start_header_id|>assistant<|end_header_id|>\n\n谁？<|eot_id|>",
    "[/INST] 谁？</s>",
    "<answer>谁？</answer>",
    "<br>谁<b>？</b>",
    "谁？<think>对不对</think>",
    "<b>苏晚</b>：谁？",
    "<strong>苏晚：</strong>谁？",
    '<span style="color: red">苏晚</span>：谁？',
    "<font color=red>谁？</font>",
    '{"line": "谁？"}',
    '{"line": "苏晚：谁？"}',
    '```json\n{\n  "speaker": "苏晚",\n  "text": "谁？"\n}\n```',
    '{"苏晚": "谁？"}',
    "<![CDATA[苏晚：谁？]]>",
    "苏晚：<![CDATA[谁？]]>",
    "苏晚：&quot;谁？&quot;",
    "&#8220;谁？&#8221;",
    "&lt;think&gt;敲门&lt;/think&gt;谁？",
    "😊 苏晚：谁？",
    "🎭 **苏晚：** 谁？",
    "苏晚 ❤️：谁？",
    "<苏晚> 谁？",
    "<苏晚>谁？</苏晚>",
    "[12:30] 苏晚：谁？",
    "[2026-11-28 12:30:11] 苏晚：谁？",
    "@苏晚：谁？",
    "苏晚∶谁？",
    "'苏晚: 谁？'",
    "'谁？'",
    "<reply>谁？</reply>",
    "<final_answer>\n苏晚：谁？\n</final_answer>",
    "<|begin_of_box|>谁？<|end_of_box|>",
    "---\n苏晚：谁？",
    "Assistant: 苏晚：谁？",
    "### Response:\n苏晚：谁？",
    "苏晚：谁？[END]",
    "Certainly! Here's what 苏晚 might say:\n\n“谁？”",
    *(f"苏晚：谁？{mark}苏晚：别的" for mark in MARKS),
]

ASKED = [
    "好的。\n\n苏晚：谁？",
    "她会这样说：\n苏晚：谁？",
    "我来想想，对方在敲门。\n</think>\n\n苏晚：谁？",
    "我来想想，对方在敲门。\n\n谁来了呢</think>谁？",
    "苏晚\n谁？",
    "苏晚说道：“谁？”",
    "好的，以下是下一行：谁？",
    "当然可以，苏晚可能会这样说：\n\n“谁？”",
    "苏晚的回答：谁？",
    "台词：谁？",
    "**苏晚** 谁？",
    "谁？\n这样写符合她的性格。",
]

PLAIN = [
    "「你去哪？」他说",
    "“好。”“好什么？”",
    "我问他：“你去哪？”",
    "\\me 把灯举高了一些 \\emoji 微笑",
    "（这地方我来过。）",
    "Sure, I will come along.",
    "Sure, here's the key: take it.",
    "以下是我的条件：一，别动。",
    "好的，我这就去。",
    "好的。",
    "苏晚这个名字是谁取的？",
    "苏晚（我的姐姐）不在。",
    "「苏晚」这名字真好。",
    "*她放下杯子* “别怕。”",
    "12点了，走吧。",
    "1、先关门。2、再开灯。",
    "……",
    "a < b, b > c, [x] <3",
    "——谁？",
    "<BOT>，我是<USER>",
    "analysis is not my trade.",
    "'Tis late, isn't it?",
    "{{char}}看着{{user}}。",
    '{"他说"这是一行字。',
    '{"a": 1, "b": "x", "c": "y"}',
    "Q&A & AT&T; 3 < 4 &co;",
    "[1] 第一条线索",
    "好的，我会这样说：不知道。",
    "😊 好啊",
    "回答我！",
    "回复他：我不去。",
    "Response time is slow.",
    "---",
    '{"a": tr1}',
    '{"路\\me 走"}',
]


def line(text: str, cue: str = "苏晚：", asked: bool = False, cuts: list[int] | None = None) -> str:
    edges = [0, *sorted(min(cut, len(text)) for cut in cuts or ()), len(text)]
    answer = AnswerFilter(cue, asked)
    return "".join(answer.push(text[a:b]) for a, b in pairwise(edges)) + answer.flush()


@pytest.mark.parametrize("asked", [False, True])
@pytest.mark.parametrize("said", FRAMED)
def test_of_a_framed_answer_the_line_is_left(said: str, asked: bool) -> None:
    assert line(said, asked=asked).strip() == "谁？"
    assert line(said, asked=asked, cuts=list(range(len(said)))).strip() == "谁？"


@pytest.mark.parametrize("said", ASKED)
def test_what_a_model_says_before_the_cue_that_it_was_asked_for_is_not_the_line(said: str) -> None:
    assert line(said, asked=True).strip() == "谁？"
    assert line(said, asked=True, cuts=list(range(len(said)))).strip() == "谁？"


@pytest.mark.parametrize("asked", [False, True])
@pytest.mark.parametrize("said", PLAIN)
def test_a_line_that_only_looks_like_a_frame_is_left_as_it_is(said: str, asked: bool) -> None:
    assert line(said, asked=asked) == said
    assert line(f"苏晚：{said}", asked=asked) == said


@pytest.mark.parametrize(
    "said",
    [
        "<think>他在敲门",
        '{"line": "谁',
        "<think>\n",
        "<|channel|>analysis<|message|>他",
        "<|im_end|>谁？",
        "",
    ],
)
def test_a_model_that_has_only_thought_has_said_nothing(said: str) -> None:
    assert line(said) == line(said, asked=True) == ""


def test_a_thought_cut_short_without_a_beginning_is_not_a_line() -> None:
    answer = AnswerFilter("苏晚：", asked=True)
    assert answer.push("他在敲门。\n我该问") + answer.flush(cut=True) == ""
    assert answer.thinking


def test_a_thought_that_was_shown_before_it_was_known_is_told_to_be_one() -> None:
    answer = AnswerFilter("苏晚：")
    assert answer.push("他在敲门。") == "他在敲门。"
    assert answer.push("</think>谁？") == ""
    assert answer.ended
    assert answer.thought


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("【雨停了。】", "雨停了。】"),
        ("雨停了。】", "雨停了。】"),
        ("**【雨停了。】**", "雨停了。】"),
    ],
)
def test_narration_is_told_without_its_bracket_said_twice(said: str, told: str) -> None:
    assert line(said, "【") == line(said, "【", asked=True) == told


def test_a_narrator_that_names_itself_is_understood() -> None:
    assert line("旁白：雨停了。", "【", asked=True) == "雨停了。"


def test_names_are_known_in_either_width_and_case() -> None:
    assert line("ANN: Hello.", "Ann:") == line("Ａｎｎ：Hello.", "Ann:") == "Hello."


def test_a_plain_line_is_shown_while_it_comes() -> None:
    answer = AnswerFilter("苏晚：")
    assert [answer.push(piece) for piece in ("谁在", "外面", "？<", "|im")] == [
        "谁在",
        "外面",
        "？",
        "",
    ]
    assert [answer.push(piece) for piece in ("_end|>", "别的")] == ["", ""]
    assert answer.ended


def test_a_cue_that_was_asked_for_is_awaited_and_then_the_line_comes_at_once() -> None:
    answer = AnswerFilter("苏晚：", asked=True)
    pieces = ("好。\n", "苏", "晚", "：", "谁在", "外面？")
    assert [answer.push(piece) for piece in pieces] == ["", "", "", "", "谁在", "外面？"]


PARTS = [
    *FRAMED[:60:3],
    *ASKED[:4],
    *MARKS,
    "<think>",
    "</think>",
    "苏晚",
    "：",
    "“",
    "”",
    "「",
    "」",
]
PARTS += [
    "*",
    "**",
    "`",
    "```",
    "~~~",
    "\n",
    " ",
    "\u200b",
    "<",
    "<b>",
    "<|",
    "|>",
    "好的",
    "以下是",
    "下一行",
]
PARTS += [
    "<|channel|>",
    "final",
    "analysis",
    "<|start|>",
    "assistant",
    "- ",
    "1.",
    "【",
    "】",
    "（",
    "）",
    "好",
]
PARTS += [
    "Sure",
    ", here is ",
    "the next line",
    ":",
    "<|im_start|>",
    "model",
    "[",
    "]",
    '{"',
    '": "',
    '"}',
    "\\",
    "&",
    "quot;",
    "#10;",
    "😊",
    "[12:",
    "30]",
    "]]>",
    "<![CDATA[",
    "<final>",
    "</b>",
    "<font color=",
    "Assistant",
    "---",
    "<<SYS>",
    "说",
]


@given(
    st.lists(st.sampled_from(PARTS) | st.text("苏晚：<|>好a\n", max_size=4), max_size=8).map(
        "".join
    ),
    st.lists(st.integers(0, 120)),
    st.booleans(),
    st.sampled_from(["苏晚：", "【", "Ann:", ""]),
)
def test_a_line_is_the_same_however_it_arrives(
    text: str, cuts: list[int], asked: bool, cue: str
) -> None:
    whole = line(text, cue, asked)
    assert line(text, cue, asked, cuts) == whole
    assert line(text, cue, asked, list(range(len(text)))) == whole
    assert "\n" not in whole


@given(
    st.text(
        st.characters(categories=["L", "N", "Po"], exclude_characters="\"'`#*<[{|:："), min_size=1
    )
)
def test_plain_words_pass_unchanged(text: str) -> None:
    assert line(f"我{text}") == f"我{text}"
