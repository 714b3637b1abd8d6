"""Whom a line names: names as people write them, and not what words happen to hold."""

import pytest

from scenes.mentions import mentions
from scenes.scene import Role

CAST = (
    Role("林默", aliases=("阿默",)),
    Role("爱"),
    Role("安"),
    Role("白"),
    Role("阿诺"),
    Role("顾川"),
    Role("小安子"),
    Role("树林"),
    Role("希望"),
)
ENGLISH = (
    Role("Will"),
    Role("Rose"),
    Role("Alice", aliases=("Ally",)),
    Role("An"),
    Role("Zoë"),
    Role("Old Tom"),
)


def named(text: str, cast: tuple[Role, ...] = CAST) -> list[str]:
    """Who is named, in order; a `!` behind those who are called."""
    return [f"{one.role.name}{'!' * one.called}" for one in mentions(cast, text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("安，你来。", ["安!"]),
        ("你来，安！", ["安!"]),
        ("安！", ["安!"]),
        ("“安”", ["安!"]),
        ("「安」", ["安!"]),
        ("安…你还好吗", ["安!"]),
        ("安～", ["安!"]),
        ("安啊，你听。", ["安!"]),
        ("喂安，醒醒。", ["安!"]),
        ("亲爱的白，你好。", ["白!"]),
        ("晚安，安。", ["安!"]),
        ("我知道安在那里。", ["安"]),
        ("安你过来。", ["安"]),
        ("我看着安。", ["安"]),
        ("把安带走。", ["安"]),
        ("安的店关了。", ["安"]),
        ("平安夜，安笑了。", ["安"]),
        ("你去问安要不要来。", ["安"]),
        ("问安在哪儿", ["安"]),
        ("白，你说。", ["白!"]),
        ("爱，过来。", ["爱!"]),
        ("白走了过来。", ["白"]),
        ("白点了点头。", ["白"]),
        ("你去问白吧。", ["白"]),
        ("小白，来。", ["白!"]),
        ("老白呢？", ["白!"]),
        ("白兄，请。", ["白!"]),
        ("阿爱，走。", ["爱!"]),
        ("安老板，来碗面。", ["安!"]),
        ("老顾，喝茶。", ["顾川!"]),
        ("顾医生在吗", ["顾川"]),
        ("你问问老顾。", ["顾川"]),
        ("小安子来了。", ["小安子"]),
        ("脸色苍白的阿诺", ["阿诺"]),
        ("阿默，苏晚呢？", ["林默!"]),
        ("安和林默都在。", ["安", "林默"]),
        ("希望，你过来。", ["希望!"]),
    ],
)
def test_a_name_is_heard_where_somebody_says_it(text: str, expected: list[str]) -> None:
    assert named(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "大家平安。", "一路平安，再见。", "我明白了。", "你不明白。", "晚安。",
        "晚安，做个好梦。", "安静。", "请安静一点。", "安安静静地坐着。", "他去问安。",
        "给老太太请安。", "长安街上很热闹。", "平安夜快乐。", "不安的感觉", "西安很远。",
        "安娜来了。", "安德鲁说过。", "莉安在唱歌。", "白天见。", "天快白了。", "脸色苍白。",
        "他的脸很白。", "小白兔跑了。", "白白浪费了。", "坦白吧。", "旁白响起。", "一夜白头。",
        "白跑一趟。", "我爱你。", "可爱的孩子", "爱情啊。", "爱说不说。", "最爱喝茶。",
        "林默涵来了。", "阿诺德来了。", "飞得老高。", "回顾往事", "顾不上了。", "我希望如此。",
        "树林安静下来。", "愛人走了。", "問安。",
    ],
)  # fmt: skip
def test_a_word_that_holds_a_name_calls_nobody(text: str) -> None:
    assert [name for name in named(text) if name.strip("!") != "树林"] == []


def test_a_name_that_two_words_only_share_is_none() -> None:
    assert named("密林安静。", (Role("林安"),)) == []
    assert named("林安静静地坐着。", (Role("林安"),)) == ["林安"]


def test_a_surname_that_two_have_calls_neither() -> None:
    assert named("老顾，喝茶。", (Role("顾川"), Role("顾明"))) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Will, come here.", ["Will!"]),
        ("I asked Will about it.", ["Will"]),
        ("Will you come?", []),
        ("The will of Rose", ["Rose"]),
        ("rose, come", ["Rose!"]),
        ("a red rose is here", []),
        ("Rosemary", []),
        ("alice, hi", ["Alice!"]),
        ("Good morning, will!", ["Will!"]),
        ("An apple a day", []),
        ("An, look!", ["An!"]),
        ("Zoë smiled", ["Zoë"]),
        ("Zoëlle smiled", []),
        ("WILL stop!", []),
        ("ALICE stop!", ["Alice"]),
        ("Ally's hat, and Old Tom's", ["Alice", "Old Tom"]),
        ("你去问Will吧", ["Will"]),
    ],
)
def test_a_name_in_letters_is_a_word_of_its_own(text: str, expected: list[str]) -> None:
    assert named(text, ENGLISH) == expected


def test_names_of_strange_marks_break_nothing() -> None:
    cast = (Role("A+B"), Role("*"), Role("さくら"), Role("김"), Role("A.I."))
    assert named("A.I., 你好，さくら！ A+B?", cast) == ["A.I.!", "さくら!", "A+B!"]
