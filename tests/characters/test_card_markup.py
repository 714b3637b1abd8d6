"""What front ends write for themselves, told from story; no text is too odd or too slow."""

import time
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from characters.cards.markup import setting_of, story_of


@pytest.mark.parametrize(
    ("text", "story"),
    [
        ("我<3你，a < b 且 a<b 那么，《书》<林默>说", None),
        ("<user>：你好 <START> <Alice> smiles >_<", None),
        ("AT&T & 他 &c", None),
        ("<content>正文</content><p>一<br>二</p>", "正文\n一\n二"),
        ("<正文>他来了</正文><now_plot>好</now_plot>", "他来了好"),
        ("想想该写什么\n</think>你好", "你好"),
        ("你好<think>没写完", "你好"),
        ("<thinking>全在这里", ""),
        ("<think>想\n\n再想\n\n“请进。”她说。", "“请进。”她说。"),
        ("<think>想<content>好</content>", "好"),
        ("<|im_start|>好<|im_end|>", "好"),
        ("好感度：20/100\n心情：平静\n“走。”", "“走。”"),
        ("胜算：1/2", "胜算：1/2"),
        ("【思维链】想【/思维链】好[/b]", "好[/b]"),
        ("<Update_Variable>a<Update_Variable>b</Update_Variable>c</Update_Variable>好", "好"),
        ("好<UpdateVariable>\n_.set('a', 1)", "好"),
        ("<details><summary>x</summary><details>y</details>z</details>尾", "尾"),
        ("<div style='color: red; display:none'>藏<div>x</div></div>现", "现"),
        ('<div title="a > b">见</div>', "见"),
        ("<StatusPlaceHolderImpl/>好<Any_Panel />", "好"),
        ("<%_ if (x > 1) { _%>你<%_ } _%>", "你"),
        ("```html\n<b>\n```\n好\n~~~\nx\n~~~", "好"),
        ("好 ```hp: 3``` 好", "好  好"),
        ('[{"op":1}]\n好\n{"a":\n 2}\n[Scenario: x]', "好\n\n[Scenario: x]"),
        ("_.set('世界.时间[0]', '早', '午');//午时\n好", "好"),
        ("| a | b |\n|:---|---:|\n| 1 | 2 |\n末", "末"),
        ("| 不是表 |\n末", None),
        ("![图](https://a/b.png)见[这里](https://a/b)。", "见这里。"),
        ("> 引文\n## 标题\n#标签", "引文\n标题\n#标签"),
        ("<!-- 指令 -->好<!-- 没完", "好"),
        ("<ruby>漢<rt>かん</rt></ruby>", "漢"),
        ("a&nbsp;b &lt;b&gt; &amp;lt;", "a b <b> &lt;"),
        ("<狀態欄>體力</狀態欄><思維>嗯</思維>好", "好"),
        ("<style>.a{}</style><script>alert(1)</script><svg><g/></svg>好", "好"),
    ],
)
def test_what_is_no_story_goes_and_the_rest_stays(text: str, story: str | None) -> None:
    assert story_of(text).strip() == (text if story is None else story)


def test_who_somebody_is_may_stand_in_code_and_tables() -> None:
    yaml = "<角色>\n```yaml\n姓名: 祁鹤\n```\n<details><summary>旧</summary>守陵</details>\n</角色>"
    assert [line for line in setting_of(yaml).split("\n") if line] == [
        "角色：",
        "姓名: 祁鹤",
        "旧",
        "守陵",
    ]
    assert setting_of("| 项 | 值 |\n|---|---|\n| 好感 | 1 |").count("|") == 9
    assert setting_of("```html\n<p>面板</p>\n```\n好<think>x</think>") == "好"
    assert setting_of('{"姓名": "祁鹤"}') == '{"姓名": "祁鹤"}'


def test_what_was_left_out_is_counted() -> None:
    left_out: Counter[str] = Counter()
    story_of(
        "<think>a</think><!-- b -->\n```\nc\n```\n<b>d</b><b>e</b><status>f</status>", left_out
    )
    story_of("```\nc\n```", left_out)
    assert dict(+left_out) == {
        "thinking": 1,
        "comments": 1,
        "blocks of code": 2,
        "tags around words": 2,
        "status and menus": 1,
    }


PIECES = ("<think>", "</think>", "<div", ">", "<!--", "-->", "```", "\n", "<%", "%>", "</div>", "a")


@given(st.text(max_size=60) | st.lists(st.sampled_from(PIECES), max_size=30).map("".join))
def test_no_text_is_too_odd(text: str) -> None:
    story = story_of(text)
    assert len(story) <= len(text) + 1
    assert "</think>" not in story or "<" not in story[: story.index("</think>")]
    setting_of(text)


@pytest.mark.parametrize(
    "piece",
    [
        *(
            "<!--",
            "<b ",
            "<think>",
            "</think>x",
            "[{",
            "[\n",
            "```\n",
            "<%",
            "|\n",
            "<div>",
            "<a b='",
        ),
        *("![a](", "[a](https://", "<b c", "&a", "\n ", '"x" ', "text<b>", "{{", "_.set(", "~~~\n"),
    ],
)
def test_no_text_takes_long(piece: str) -> None:
    text = piece * (300_000 // len(piece))
    started = time.process_time()
    story_of(text)
    setting_of(text)
    assert time.process_time() - started < 5
