r"""The laws of the log, on any text whatever, and the readings that people expect."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenes.log import Entry, dump, parse, read

MARKS = [
    *(
        "：",
        ":",
        "【",
        "】",
        "（",
        "）",
        "(",
        ")",
        "{",
        "}",
        "#",
        "==",
        "//",
        "\\",
        "\\me ",
        "\\emoji 微怒",
    ),
    *("\\u{41}", "\n", "\r", "\t", " ", "\u3000", "\x1b[31m", "\u202e", "\ufeff", "\ud800", "\x85"),
    *("＠", "@", "＠夏娜 ", "夏娜", "Mr. X", "12", "？？？", "……", "a", "。", "\u2028"),
]
AWKWARD = st.lists(
    st.one_of(
        st.sampled_from(MARKS),
        st.characters(),
    ),
    max_size=8,
).map("".join)
NAMES = AWKWARD.filter(lambda text: 0 < len(text) <= 32)


def entry(kind: str) -> st.SearchStrategy[Entry]:
    if kind in ("speech", "action", "thought"):
        return st.builds(Entry, st.just(kind), AWKWARD, NAMES, emotion=AWKWARD)
    return st.builds(Entry, st.just(kind), AWKWARD)


def unrecognised(text: str) -> list[Entry]:
    try:
        return [Entry("unrecognised", text)]
    except ValueError:
        return []


ENTRIES = st.lists(
    st.one_of(
        *map(entry, ["narration", "speech", "action", "thought", "chapter", "context", "comment"]),
        st.builds(
            Entry, st.just("speech"), AWKWARD.filter(bool), NAMES, AWKWARD, st.just("") | AWKWARD
        ),
        st.builds(
            lambda kind, text, name, to: Entry(
                kind, text, "" if kind == "narration" else name, to=tuple(to)
            ),
            st.sampled_from(["speech", "action", "narration"]),
            AWKWARD.filter(bool),
            NAMES,
            st.lists(NAMES, min_size=1, max_size=3),
        ),
        AWKWARD.filter(unrecognised).map(lambda text: Entry("unrecognised", text)),
    ),
    max_size=5,
)


@given(ENTRIES)
def test_what_is_written_reads_back_the_same(entries: list[Entry]) -> None:
    assert parse(dump(entries)) == entries


@given(st.lists(AWKWARD, max_size=6).map("\n".join))
def test_writing_what_was_read_changes_nothing_the_second_time(text: str) -> None:
    canonical = dump(parse(text))
    assert dump(parse(canonical)) == canonical


@given(st.lists(AWKWARD, max_size=6).map("\n".join))
def test_no_visible_character_is_dropped(text: str) -> None:
    def letters(of: str) -> list[str]:
        return sorted(c for c in of if c in "夏娜微怒X。…？")

    kept = "".join(
        part
        for found in parse(text)
        for part in (found.speaker, *found.to, found.text, found.thought, found.emotion)
    )
    assert letters(kept) == letters(text)


@pytest.mark.parametrize(
    "line",
    [
        "【铁珠被砍成两半，爆裂消失】",
        "悠二：等一下。",
        "夏娜：\\me 转身追赶玩偶",
        "悠二：（这是怎么回事？）",
        "悠二：没事。（好疼）",
        "夏娜：意想不到的大角色。 \\emoji 微怒",
        "夏娜：\\me 拔刀 \\emoji 专注",
        "==== 第一章 ====",
        "{本章：夏娜与悠二相遇}",
        "# 一条注释",
        "阿尔·卡隆：他说：“走吧。”",
        "Dr. Watson：It's 12:30 (or so), and C:\\new is gone…",
        "？？？：谁在那里？",
        "悠二：（a）b",
        "悠二：@夏娜 这是点名，不是悄悄话",
        "悠二：＠夏娜 小声点",
        "悠二：＠夏娜＠Mr.\\u{20}X \\me 递过纸条 \\emoji 专注",
        "【＠夏娜 你摸到一把钥匙】",
    ],
)
def test_a_canonical_line_stays_as_it_is(line: str) -> None:
    (found,) = parse(line)
    assert found.kind != "unrecognised"
    assert dump([found]) == line + "\n"


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("夏娜: 走吧", "夏娜：走吧\n"),
        ("\ufeff夏娜：走吧\r\n\r\n悠二：好\r", "夏娜：走吧\n悠二：好\n"),
        ("悠二：没事。(好疼)\\emoji 微怒", "悠二：没事。（好疼） \\emoji 微怒\n"),
        ("【使徒入侵】\t悠二：救命！", "【使徒入侵】\n悠二：救命！\n"),
        ("【雨下了\n一整夜】", "【雨下了一整夜】\n"),
        ("【It rained\nall night】", "【It rained all night】\n"),
        ("【忘了收尾\n悠二：救命！\n【再来】", "【忘了收尾】\n悠二：救命！\n【再来】\n"),
        ("==========序章==========", "==== 序章 ====\n"),
        ("悠二：\\me跳起来", "悠二：\\me 跳起来\n"),
        ("悠二：a\tb", "悠二：a b\n"),
        ("悠二：＠夏娜　小声点", "悠二：＠夏娜 小声点\n"),
    ],
)
def test_tolerant_reading_is_written_canonically(text: str, canonical: str) -> None:
    assert dump(parse(text)) == canonical


@pytest.mark.parametrize(
    "line",
    [
        "没有说话人的一行",
        "http://example.org",
        "12:30 集合",
        "【旁白】之后的话",
        "他说，时间：到了",
    ],
)
def test_what_is_none_of_the_format_is_kept_with_its_number(line: str) -> None:
    lines = list(read(["悠二：好", line]))
    assert [(n, e.kind, e.text) for n, e in lines[1:]] == [(2, "unrecognised", line)]


def test_a_whisper_names_those_who_hear_it() -> None:
    spoken, narrated, called = parse(
        "悠二：＠夏娜＠吉田 走吧（好险）\n【＠夏娜 有人】\n悠二：@夏娜 走吧"
    )
    assert (spoken.to, spoken.text, spoken.thought) == (("夏娜", "吉田"), "走吧", "好险")
    assert (narrated.to, narrated.text) == (("夏娜",), "有人")
    assert (called.to, called.text) == ((), "@夏娜 走吧")


def test_a_line_that_would_be_recognised_cannot_be_called_unrecognised() -> None:
    with pytest.raises(ValueError, match="not an unrecognised"):
        Entry("unrecognised", "悠二：好")


@pytest.mark.parametrize(
    "unit", ["【", "【】", "悠", "（", "悠二：（", "\t悠二：a", "\\emoji 微怒", "="]
)
def test_a_huge_line_is_read_in_linear_time(unit: str) -> None:
    text = unit * (300_000 // len(unit))
    assert parse("悠二：好\n" + text)[1:]
