"""What no good line does is refused with its reason, and what people write is not."""

from pathlib import Path
from time import perf_counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenes.log import SPOKEN, Entry, parse
from scenes.scene import Role
from scenes.table.refusing import RULES, Before, before_of, broken, units, why_refused

WAN = Role("苏晚", aliases=("晚晚", "晚"))
MARA = Role("Mara")
READ = parse(
    "{苏晚：大学生，来找失踪的姐姐。}\n苏晚：我姐姐就是在这儿不见的。\n"
    "【雨下了一整夜，旧宅的门虚掩着。】\n林默：嗯。\n林默：就是这里。\n"
    "Mara：I never open that door at night.\n"
)
BEFORE = before_of(WAN, READ, "就是这里。")


def rule(line: str, before: Before = BEFORE, cut: bool = False, who: str = "苏晚") -> str:
    (entry,) = parse(line if line.startswith("【") else f"{who}：{line}")
    found = broken(entry, before, cut)
    return found.name if found else ""


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("\\me 回头说“快走，别管我。”", "speech in an action"),
        ("\\me 笑道：我来了", "speech in an action"),
        ("\\me 一把拉住他，「你疯了？」", "speech in an action"),
        ('\\me turns and says "Come on, then"', "speech in an action"),
        ('\\me shrugs. "Not my boat."', "speech in an action"),
        ("我姐姐就是在这儿不见的！", "copy"),
        ("雨下了一整夜，旧宅的门虚掩着。", "copy"),
        ("大学生，来找失踪的姐姐。", ""),
        ("【雨下了一整夜，旧宅的门虚掩着】", "copy"),
        ("今天好开心 #日常", "stray marks"),
        ("#旅行 出发啦", "stray marks"),
        ("[微笑] 你来了", "stray marks"),
        ("你来了[微笑]", "stray marks"),
        ("〖笑声：哈哈", "stray marks"),
        ("放手啊。</u></u>", "stray marks"),
        ("（我）", "stub"),
        ("他说“快走", "stray marks"),
        ("快走”他说", "stray marks"),
        ('he said "go', "stray marks"),
        ("我", "stub"),
        ("正", "stub"),
        ("的。", "stub"),
        ("苏", "stub"),
        ("云长定云长，天下定天下", "loop"),
        ("不是不想去，不想去是不想去，是不想去", "loop"),
        ("我知道了" * 8, "loop"),
        ("it is what it was and it was what it is and it is what it was", "loop"),
        ("\\me 换上袜子，跟苏晚一起走", "own name"),
        ("\\me 走到苏晚身边", "own name"),
        ("苏晚，你怎么来了？", "own name"),
        ("我们走吧，晚晚。", "own name"),
        ("我要去找苏晚。", "own name"),
    ],
)
def test_each_rule_refuses_its_kind(line: str, name: str) -> None:
    assert rule(line) == name


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("\\me walks over to Mara", "own name"),
        ("Mara, are you coming?", "own name"),
        ("Mara?", "own name"),
        ("Come with me, Mara!", "own name"),
        ("I never open that door at night!", "copy"),
        ("The", "stub"),
        ("I'm Mara.", ""),
        ("It's me, Mara.", ""),
        ("They call me “Mara” here.", ""),
        ("No", ""),
        ('a 6" nail and a 4" one', ""),
        ('a 6" nail', ""),
        ("Pass me the pan, Tom.", ""),
    ],
)
def test_in_english_too(line: str, name: str) -> None:
    assert rule(line, before_of(MARA, READ, "Fine."), who="Mara") == name


@pytest.mark.parametrize(
    "line",
    [
        *("嗯。", "好", "……我。", "走！", "谁？", "哥。", "我……"),
        *(
            "哈哈哈哈哈哈哈哈",
            "快走快走快走快走",
            "不不不不不，不是我",
            "你走你的阳关道，我走我的独木桥",
        ),
        *(
            "\\me 指着写有“禁止入内”的牌子",
            "\\me 在墙上写了两个字：快走",
            "\\me 把“幸福扳机”收进口袋",
        ),
        *("我是苏晚。", "叫我苏晚就好。", "他们都喊我“苏晚”。", "是我，苏晚。"),
        *(
            "林默，你先走。",
            "\\me 跟林默一起走",
            "C#是什么？",
            "门牌是#3。",
            "他说：“快走。”我没听。",
        ),
        *("第[3]页写着什么？", "（他怎么知道？）", "就是这里？"),
    ],
)
def test_what_people_write_is_let_through(line: str) -> None:
    assert rule(line) == ""


def test_a_syllable_that_answers_is_a_line() -> None:
    asked, told = before_of(WAN, (), "谁去？"), before_of(WAN, (), "门开了。")
    assert rule("我", asked) == ""
    assert rule("我", told) == "stub"
    assert rule("（我）", asked) == "stub"
    assert rule("左", before_of(WAN, (), "左还是右，你挑")) == ""


def test_what_is_cut_may_have_a_quotation_open() -> None:
    assert rule("他说“快走", cut=True) == ""
    assert rule("快走”他说", cut=True) == "stray marks"


def test_a_short_line_may_come_again_and_a_long_one_not() -> None:
    before = before_of(WAN, parse("甲：好，知道了。\n甲：好，我这就知道了。"))
    assert rule("好，知道了。", before) == ""
    assert rule("好，我这就知道了。", before) == "copy"


def test_the_beginning_that_somebody_chose_is_not_held_against_a_line() -> None:
    def refused(text: str, begun: str) -> str:
        return why_refused(Entry("speech", text, "苏晚"), BEFORE, begun=begun)

    assert refused("#日常 今天下雨了", "#日常") == ""
    assert refused("今天下雨了 #日常", "今天") != ""
    assert refused("苏晚，你听着，走吧", "苏晚，你听着") == ""


def test_a_narrator_of_any_name_may_name_everybody() -> None:
    (entry,) = parse("【守秘人和苏晚一起走进来。】")
    assert broken(entry, before_of(Role("守秘人", narrator=True), ())) is None


def test_each_rule_has_a_name_and_a_reason_of_its_own() -> None:
    assert len({rule.name for rule in RULES}) == len({rule.why for rule in RULES}) == len(RULES)


@given(st.text(max_size=60), st.sampled_from(["speech", "action", "thought"]), st.booleans())
def test_no_text_is_too_odd_to_be_read(text: str, kind: str, cut: bool) -> None:
    broken(Entry(kind, text, "苏晚"), BEFORE, cut)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "text",
    [
        "“" * 4000,
        "“a" * 4000,
        '"' * 4001,
        "说" * 4000,
        "苏晚" * 4000,
        "[" * 4000,
        "一二" * 4000,
        "a " * 4000,
    ],
)
def test_a_huge_line_takes_no_time(text: str) -> None:
    began = perf_counter()
    broken(Entry("action", text, "苏晚"), BEFORE, False)
    assert perf_counter() - began < 2


# --- lines that people wrote ----------------------------------------------------------------------

TABLES = Path(__file__).resolve().parents[2] / "corpus" / "tables"
MOST = 0.005


@pytest.mark.parametrize("rule_", RULES, ids=lambda rule_: str(rule_.name))
def test_at_most_one_line_of_two_hundred_that_people_wrote_is_refused(rule_) -> None:  # type: ignore[no-untyped-def]
    lines = refused = 0
    for file in sorted(TABLES.glob("*.log.txt"))[::4]:
        said = [one for one in parse(file.read_text(encoding="utf-8")) if one.kind in SPOKEN]
        for at, entry in enumerate(said):
            last = said[at - 1].text if at else ""
            before = before_of(Role(entry.speaker), said[max(0, at - 40) : at], last)
            lines += 1
            refused += rule_.breaks(entry, before, False)
    assert lines > 1000
    assert refused <= MOST * lines


def test_units_are_han_characters_and_words() -> None:
    assert units("他说 Hello world，it's 3 点") == [*"他说", "hello", "world", "it's", "3", "点"]
