"""Lorebooks: what fires, by keys, logics, groups, budgets and decorators, in Chinese too."""

import json
from dataclasses import replace

import pytest

from characters.lore.book import Lorebook
from characters.lore.decorators import split_decorators
from characters.lore.foreign import lorebook_of
from characters.lore.keys import SearchedText
from characters.lore.matching import Moment, Utterance
from tests.characters.lorebooks import book_of, entry, fire, said

# --- keys ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "text", "options", "holds"),
    [
        ("王都", "去王都吧", {"whole_words": True}, True),
        ("cat", "concatenate", {"whole_words": True}, False),
        ("cat", "猫cat来了", {"whole_words": True}, True),
        ("cat", "concatenate", {}, True),
        ("Cat", "cat", {}, True),
        ("Cat", "cat", {"case_sensitive": True}, False),
        ("/c.t/", "cut", {}, True),
        ("/c.t/", "CUT", {}, False),
        ("/c.t/i", "CUT", {}, True),
        ("/(/", "a /(/ b", {}, True),
        ("/a/b/", "a/b", {}, False),
        ("/a/b/", "x /a/b/ y", {}, True),
        ("/^x/m", "y\nx", {}, True),
        ("王 都", "去王都", {"ignore_spaces": True}, True),
        ("", "x", {}, False),
    ],
)
def test_where_a_key_is_found(key: str, text: str, options: dict[str, bool], holds: bool) -> None:
    assert SearchedText(text).holds(key, **options) is holds  # type: ignore[arg-type]


def test_a_pattern_that_would_search_for_ever_counts_as_not_found() -> None:
    assert not SearchedText("a" * 5000 + "!").holds("/(a+)+$/")


# --- what fires ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("logic", "fires"),
    [
        ("and_any", (False, True, True)),
        ("not_all", (True, True, False)),
        ("not_any", (True, False, False)),
        ("and_all", (False, False, True)),
    ],
)
def test_the_four_logics_of_secondary_keys(logic: str, fires: tuple[bool, ...]) -> None:
    book = book_of(entry("门", "到", secondary=("甲", "乙"), logic=logic))
    assert tuple(bool(fire(book, text)) for text in ("门", "门甲", "门甲乙")) == fires


def test_only_the_newest_turns_are_searched() -> None:
    book = book_of(
        entry("门", "近"), entry("门", "远", scan_depth=4), entry("门", "无", scan_depth=0)
    )
    assert fire(book, "门", "一", "二") == ["远"]
    assert fire(book, "门", "一") == ["近", "远"]


def test_recursion_and_its_limits() -> None:
    chain = [entry("a", "b"), entry("b", "c"), entry("c", "d"), entry("d", "e")]
    assert fire(book_of(*chain), "a") == ["b"]
    assert fire(book_of(*chain, recursive=True), "a") == ["b", "c", "d", "e"]
    assert fire(book_of(*chain, recursive=True, max_recursion_steps=2), "a") == ["b", "c"]
    shut = [chain[0], replace(chain[1], exclude_recursion=True), chain[2]]
    assert fire(book_of(*shut, recursive=True), "a") == ["b"]
    mute = [chain[0], replace(chain[1], prevent_recursion=True), chain[2]]
    assert fire(book_of(*mute, recursive=True), "a") == ["b", "c"]


def test_levels_of_recursion_open_one_after_another() -> None:
    late = [entry("a", f"第{level}层", delay_until_recursion=level) for level in (2, 1)]
    assert fire(book_of(entry("a", "起"), *late, recursive=True), "a") == ["起", "第1层", "第2层"]


def test_of_a_group_one_fires_by_weight() -> None:
    book = book_of(
        entry("天", "雪", groups=("天气",), group_weight=10.0),
        entry("天", "晴", groups=("天气",), group_weight=90.0),
    )
    found = [fire(book, "天", seed=seed) for seed in range(300)]
    assert all(len(one) == 1 for one in found)
    assert 230 < sum(one == ["晴"] for one in found) < 295


def test_a_group_is_won_by_override_and_by_score() -> None:
    weak = entry("天", "弱", groups=("g",))
    strong = entry(("天", "地"), "强", groups=("g",), group_override=True)
    assert fire(book_of(weak, strong), "天") == ["强"]
    scored = [weak, replace(strong, group_override=False)]
    found = {fire(book_of(*scored, group_scoring=True), "天地", seed=n)[0] for n in range(20)}
    assert found == {"强"}


def test_while_one_of_a_group_stands_no_other_fires() -> None:
    book = book_of(entry("天", "雪", groups=("g",)), entry("天", "晴", groups=("g",)))
    moment = replace(said("天"), standing={book.key_of(book.entries[0])})
    assert fire(book, moment=moment) == []


def test_probability_is_by_the_given_chance() -> None:
    book = book_of(entry("门", "开", probability=30.0))
    hits = sum(bool(fire(book, "门", seed=seed)) for seed in range(500))
    assert 110 < hits < 190
    assert not any(
        fire(book_of(entry("门", "开", probability=0.0)), "门", seed=s) for s in range(50)
    )


def test_sticky_cooldown_and_delay_count_messages() -> None:
    book = book_of(entry("门", "开", sticky=2, cooldown=2))
    key = book.key_of(book.entries[0])

    def at(said_: int, text: str) -> bool:
        messages = [Utterance("甲", text)] * said_
        return bool(fire(book, moment=Moment(messages, started={key: 3})))

    assert [at(n, "无") for n in (3, 4, 5, 6)] == [True, True, False, False], "stays for two"
    assert [at(n, "门") for n in (4, 5, 6, 7)] == [True, False, False, True], "then rests for two"
    changed = book_of(entry("门", "改过", sticky=2, cooldown=2))
    assert fire(changed, moment=Moment([Utterance("甲", "无")] * 4, started={key: 3})) == []


def test_an_entry_that_does_not_fit_stops_none_that_follow() -> None:
    entries = [
        entry("a", "一" * 6, order=3),
        entry("a", "二" * 6, order=2),
        entry("a", "三", order=1),
    ]
    assert fire(book_of(*entries), "a", budget=8) == ["一" * 6, "三"]
    assert fire(book_of(*entries), "a", budget=5) == ["三"]
    assert fire(book_of(*entries, budget=7), "a", budget=100) == ["一" * 6, "三"]
    free = [*entries[:2], replace(entries[2], ignore_budget=True)]
    assert fire(book_of(*free), "a", budget=6) == ["一" * 6, "三"]


def test_an_entry_of_the_profiles_does_not_fire_and_brings_up_others() -> None:
    book = book_of(entry("", "她怕月亮。", constant=True), entry("月亮", "圆了。"), recursive=True)
    key = book.key_of(book.entries[0])
    assert book.entries[0].is_profile and not book.entries[1].is_profile
    assert fire(book, moment=Moment(profile={key})) == ["圆了。"]
    assert fire(replace(book, recursive=False), moment=Moment(profile={key})) == []
    for timed in ({"delay": 1}, {"probability": 50.0}, {"names": ("甲",)}, {"groups": ("g",)}):
        assert not replace(book.entries[0], **timed).is_profile


def test_the_higher_order_and_the_higher_priority_come_first() -> None:
    book = book_of(entry("a", "低", order=1), entry("a", "高", order=9))
    assert fire(book, "a") == ["高", "低"]
    ranked = book_of(entry("a", "低", order=1, priority=5), entry("a", "高", order=9))
    assert fire(ranked, "a") == ["低", "高"]


def test_an_entry_may_be_for_some_characters_only() -> None:
    book = book_of(
        entry("a", "密", names=("林默",)), entry("a", "避", names=("林默",), names_excluded=True)
    )
    assert fire(book, moment=replace(said("a"), speaker="林默")) == ["密"]
    assert fire(book, moment=replace(said("a"), speaker="老周")) == ["避"]


def test_the_least_number_of_activations_widens_the_search() -> None:
    book = book_of(entry("门", "远"), min_activations=1)
    assert fire(book, "门", "一", "二", "三", "四") == ["远"]
    assert fire(replace(book, min_activations_depth_max=3), "门", "一", "二", "三", "四") == []


def test_fields_beside_the_messages_can_be_searched() -> None:
    book = book_of(entry("军医", "他当过兵", fields=("description",)))
    assert fire(book, moment=replace(said("嗯"), fields={"description": "退役军医"})) == [
        "他当过兵"
    ]


# --- decorators ----------------------------------------------------------------------------------


def test_decorators_are_read_and_taken_off() -> None:
    fields, content = split_decorators("@@depth 3\n@@role user\n@@nobody knows\n正文\n@@depth 9")
    assert fields == {"depth": 3, "role": "user"}
    assert content == "正文\n@@depth 9"


def test_a_fallback_counts_only_where_the_line_before_was_not_understood() -> None:
    chain = "@@unknown 1\n@@@unknown_too\n@@@scan_depth 7\n@@@scan_depth 8\n文"
    assert split_decorators(chain) == ({"scan_depth": 7}, "文")
    assert split_decorators("@@scan_depth 2\n@@@scan_depth 7\n文") == ({"scan_depth": 2}, "文")
    assert split_decorators("@@depth x\n@@@depth 5\n文") == ({"depth": 5}, "文")


def decorated(*lines: str) -> Lorebook:
    content = "\n".join((*lines, "文"))
    entries = [{"keys": ["门"], "content": content, "enabled": True, "extensions": {}}]
    return lorebook_of(json.loads(json.dumps({"entries": entries})), "w", "b")


def test_decorators_decide_what_fires() -> None:
    assert fire(decorated("@@activate"), "无") == ["文"]
    assert fire(decorated("@@dont_activate"), "门") == []
    assert fire(decorated("@@dont_activate", "@@activate"), "门") == ["文"]
    assert fire(decorated("@@exclude_keys 甲,乙"), "门乙") == []
    assert fire(decorated("@@additional_keys 甲,乙"), "门") == []
    assert fire(decorated("@@additional_keys 甲,乙"), "门乙") == ["文"]
    after = decorated("@@activate_only_after 2")
    assert fire(after, moment=replace(said("门"), replies=1)) == []
    assert fire(after, moment=replace(said("门"), replies=2)) == ["文"]
    every = decorated("@@activate_only_every 3")
    assert [bool(fire(every, moment=replace(said("门"), replies=n))) for n in (2, 3)] == [
        False,
        True,
    ]
    assert fire(decorated("@@is_greeting 1"), moment=replace(said("门"), greeting=0)) == []


def test_decorators_that_remember() -> None:
    once, keep = decorated("@@dont_activate_after_match"), decorated("@@keep_activate_after_match")
    for book, text, again in ((once, "门", []), (keep, "无", ["文"])):
        key = book.key_of(book.entries[0])
        assert fire(book, moment=replace(said(text), started={key: 0})) == again
