"""Lorebooks: what fires, whatever program the book was written for, in Chinese too."""

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

from characters.errors import CharacterError
from characters.lore.book import Lorebook, LoreEntry
from characters.lore.decorators import split_decorators
from characters.lore.files import read_json, read_lorebook
from characters.lore.foreign import lorebook_of
from characters.lore.keys import Text
from characters.lore.scan import Message, Moment, scan

SHARED = Path(__file__).resolve().parents[2] / ".." / "shared" / "fixtures"


def fixture(name: str) -> Path:
    path = SHARED / name
    if not path.is_file():
        pytest.skip(f"no {name} beside the checkout")
    return path


def said(*lines: str) -> Moment:
    return Moment([Message("苏晚", line) for line in lines])


def fire(
    book: Lorebook, *lines: str, moment: Moment | None = None, budget: int = 1000, seed: int = 1
) -> list[str]:
    found = scan([book], moment or said(*lines), budget, len, Random(seed))
    return [one.text for one in found]


def book_of(*entries: LoreEntry, **settings: object) -> Lorebook:
    numbered = [replace(entry, uid=str(at)) for at, entry in enumerate(entries)]
    return replace(Lorebook("书", tuple(numbered)), **settings)  # type: ignore[arg-type]


def entry(keys: Sequence[str] | str, content: str, **fields: object) -> LoreEntry:
    keys = (keys,) if isinstance(keys, str) else tuple(keys)
    return LoreEntry("", keys, content, **fields)  # type: ignore[arg-type]


# --- files of other programs ---------------------------------------------------------------------


def test_world_info_of_sillytavern_in_chinese() -> None:
    book = read_lorebook(fixture("synthetic/worldinfo_zh.json"))
    assert len(book.entries) == 10
    assert book.recursive
    assert "王都由禁卫军守护。" in fire(book, "我们去王都吧")
    assert "夜间加倍巡逻。" in fire(book, "我们去王都吧"), "fired by what the first entry tells"
    told = fire(book, "禁卫军的团长来了")
    assert "团长罗兰。" in told
    assert "罗兰曾是刺客。" in told, "it waits for recursion"
    assert "夜间加倍巡逻。" not in fire(book, "白天的禁卫军")
    assert "林晚星怕猫。" in fire(book, "林师姐来了")
    assert "现在是冬天。" in fire(book, "……")
    assert [text in fire(book, "天气真好") for text in ("下雪。", "放晴。")].count(True) == 1
    assert "密室在钟楼下。" not in fire(book, "秘密")
    assert "密室在钟楼下。" in fire(book, "嗯", "说吧", "秘密")
    assert any("边界" in text for text in fire(book, "去王都吧")), "whole words, in Chinese"


def test_eldoria_of_sillytavern() -> None:
    book = read_lorebook(fixture("lorebooks/Eldoria.json"))
    assert [len(one.keys) for one in book.entries] == [4, 5, 3, 3]
    (told,) = fire(book, "What lies in this FOREST?", budget=10_000)
    assert "What is Eldoria?" in told
    assert fire(book, "王都") == []


@pytest.mark.parametrize(
    "name",
    [
        *("lorebook_v3.json", "card_v3.json", "card.charx", "card_v3_and_v2.png"),
        *("card_v2.json", "card_v3_future.json"),
    ],
)
def test_the_book_of_a_card_in_every_container(name: str) -> None:
    book = read_lorebook(fixture(f"synthetic/{name}"))
    assert book.budget == 256
    assert book.scan_depth == 4
    told = fire(book, "王都的魔法学院")
    assert {"王都由禁卫军守护。", "学院禁止夜间外出。", "现在是冬天。"} <= set(told)
    assert "此条已停用。" not in told
    assert "禁卫军团长名为罗兰。" in fire(book, "禁卫军的团长是谁")


def test_the_book_of_seraphina_has_no_extensions_and_is_read() -> None:
    book = read_lorebook(fixture("cards/sillytavern/default_Seraphina.png"))
    assert book.name == "Eldoria"
    assert fire(book, "Is there a beast?", budget=10_000)


def test_lorebooks_of_risu_and_kobold() -> None:
    risu = read_lorebook(fixture("synthetic/risu_lorebook.json"))
    assert set(fire(risu, "去首都吧")) == {"王都由禁卫军守护。", "现在是冬天。"}
    kobold = read_lorebook(fixture("synthetic/kobold_lite_save.json"))
    assert fire(kobold, "首都", "一", "二", "三") == ["王都由禁卫军守护。"], "the whole log"


def risu(*entries: dict[str, object]) -> Lorebook:
    return lorebook_of({"type": "risu", "ver": 1, "data": list(entries)}, "w", "b")


def test_keys_of_risu_are_found_whatever_the_spaces_unless_they_are_whole_words() -> None:
    book = risu({"key": "New York, 王 都", "content": "到"})
    assert fire(book, "newyork") == ["到"] and fire(book, "去王都") == ["到"]
    whole = risu({"key": "york", "content": "@@match_full_word\n到"})
    assert (fire(whole, "newyork"), fire(whole, "new york")) == ([], ["到"])


def test_risu_has_second_keys_chance_patterns_recursion_and_skips_what_does_not_fit() -> None:
    book = risu({"key": "a", "secondkey": "b", "selective": True, "content": "到"})
    assert (fire(book, "a"), fire(book, "a b")) == ([], ["到"])
    assert fire(risu({"key": "a", "content": "到", "activationPercent": 0}), "a") == []
    assert fire(risu({"key": "x.z", "useRegex": True, "content": "到"}), "xyz") == ["到"]
    linked = risu({"key": "a", "content": "说到乙"}, {"key": "乙", "content": "到"})
    assert fire(linked, "a") == ["说到乙", "到"]
    sizes = [{"key": "a", "content": "一" * size, "insertorder": size} for size in (2, 9)]
    assert fire(risu(*sizes), "a", budget=5) == ["一一"]
    assert fire(risu({"mode": "folder", "key": "a", "content": "无"}), "a") == []


def kobold(depth: int, **item: object) -> Lorebook:
    value = {"savedsettings": {}, "worldinfo": [item], "wisearchdepth": depth}
    return lorebook_of(value, "w", "b")


def test_kobold_has_keys_against_and_searches_the_last_characters() -> None:
    item = {"key": "门,窗", "keysecondary": "夜", "selective": True, "content": "到"}
    against = kobold(0, **item, keyanti="梦")
    texts = ("窗", "窗外的夜", "梦里窗外的夜")
    assert [bool(fire(against, text)) for text in texts] == [False, True, False]
    near = kobold(4, key="门", content="到")
    assert (fire(near, "门开了"), fire(near, "门开了，没有人")) == (["到"], [])
    assert fire(kobold(0, key="门", content="到", widisabled=True), "门") == []
    assert fire(kobold(0, key="", content="到", constant=True), "无") == ["到"]
    assert not any(fire(kobold(0, key="门", content="到", probability=0), "门") for _ in "12345")


def test_a_constant_entry_needs_no_key_and_a_disabled_one_never_fires() -> None:
    book = book_of(entry("门", "常", constant=True), entry("门", "停", enabled=False))
    assert fire(book, "无") == ["常"] and fire(book, "门") == ["常"]


def test_an_entry_may_be_for_characters_with_a_tag() -> None:
    book = book_of(
        entry("a", "密", tags=("军医",)), entry("a", "避", tags=("军医",), names_excluded=True)
    )
    assert fire(book, moment=replace(said("a"), tags=frozenset({"军医"}))) == ["密"]
    assert fire(book, moment=replace(said("a"))) == ["避"]


def test_use_regex_of_a_tavern_card_is_no_regex() -> None:
    entry = {"keys": ["a.c"], "content": "x", "enabled": True, "use_regex": True}
    tavern = lorebook_of({"entries": [{**entry, "extensions": {"position": 0}}]}, "w", "b")
    assert (fire(tavern, "abc"), fire(tavern, "a.c")) == ([], ["x"])
    v3 = lorebook_of({"entries": [{**entry, "extensions": {}}]}, "w", "b")
    assert fire(v3, "abc") == ["x"]


def test_our_own_yaml_and_its_short_form(tmp_path: Path) -> None:
    path = tmp_path / "house.yaml"
    path.write_text(
        "entries:\n  旧宅: 建于光绪年间。\n  Al: {text: 管家。, unless: 小姐}\n", encoding="utf-8"
    )
    book = read_lorebook(path)
    assert fire(book, "进旧宅去") == ["建于光绪年间。"]
    assert fire(book, "he always lies") == [], "a Latin key is a whole word"
    assert fire(book, "问al吧") == ["管家。"]
    assert fire(book, "小姐问al") == []


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("entries:\n  - {text: b, ordr: 1}\n", r"house.yaml:2: .*ordr: unknown key.*order"),
        ("entries: []\n", r"house.yaml:1: entries: empty"),
        ("entries:\n  - {keys: [a]}\n", r"text: missing"),
    ],
)
def test_mistakes_in_our_yaml_are_told_with_their_line(
    tmp_path: Path, text: str, problem: str
) -> None:
    path = tmp_path / "house.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(CharacterError, match=problem):
        read_lorebook(path)


@pytest.mark.parametrize(
    ("raw", "problem"),
    [
        (b"", "empty"),
        (b"<!DOCTYPE html><html>", "a web page"),
        (b'{"entries": ', "not valid JSON"),
        (b"[1]", "found no object"),
        (b'{"a": 1}', "found no `entries`"),
        (b'{"spec": "chara_card_v2", "data": {"name": "x"}}', "a card without a lorebook"),
        (b"[" * 100_000, "nested more than"),
        (b"\xff\xfe\x00\x01\xff", "neither UTF-8 nor GB18030"),
    ],
)
def test_what_is_no_lorebook_is_said_in_one_line(raw: bytes, problem: str) -> None:
    with pytest.raises(CharacterError, match=problem) as refused:
        read_json(raw, "book.json", "book")
    assert "\n" not in str(refused.value)
    assert str(refused.value).startswith("book.json")


def test_a_book_in_gb18030_is_read_and_said() -> None:
    text = '{"entries": {"0": {"key": ["王都"], "content": "在北方。"}}}'
    book = read_json(text.encode("gb18030"), "book.json", "book")
    assert fire(book, "王都") == ["在北方。"]
    assert "GB18030" in book.warnings[0]


def test_entries_of_wrong_types_are_left_out_and_the_good_part_is_kept() -> None:
    entries = {"0": 5, "1": {"key": "a, b", "content": "好", "order": "x", "probability": None}}
    book = lorebook_of({"entries": entries}, "w.json", "b")
    assert fire(book, "b") == ["好"]
    assert book.warnings == ("w.json: entry 1 is no object; left out",)


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
    assert Text(text).holds(key, **options) is holds  # type: ignore[arg-type]


def test_a_pattern_that_would_search_for_ever_counts_as_not_found() -> None:
    assert not Text("a" * 5000 + "!").holds("/(a+)+$/")


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
        messages = [Message("甲", text)] * said_
        return bool(fire(book, moment=Moment(messages, started={key: 3})))

    assert [at(n, "无") for n in (3, 4, 5, 6)] == [True, True, False, False], "stays for two"
    assert [at(n, "门") for n in (4, 5, 6, 7)] == [True, False, False, True], "then rests for two"
    changed = book_of(entry("门", "改过", sticky=2, cooldown=2))
    assert fire(changed, moment=Moment([Message("甲", "无")] * 4, started={key: 3})) == []


def test_the_budget_stops_or_skips() -> None:
    entries = [
        entry("a", "一" * 6, order=3),
        entry("a", "二" * 6, order=2),
        entry("a", "三", order=1),
    ]
    assert fire(book_of(*entries), "a", budget=8) == ["一" * 6]
    assert fire(book_of(*entries, overflow="skip"), "a", budget=8) == ["一" * 6, "三"]
    assert fire(book_of(*entries, budget=7), "a", budget=100) == ["一" * 6]
    free = [*entries[:2], replace(entries[2], ignore_budget=True)]
    assert fire(book_of(*free), "a", budget=8) == ["一" * 6, "三"]


def test_a_budget_that_stops_is_never_filled_to_its_last_token() -> None:
    book = book_of(entry("a", "一" * 6, order=3), entry("a", "三", order=1))
    assert [len(fire(book, "a", budget=size)) for size in (6, 7, 8)] == [0, 1, 2]
    own = book_of(entry("a", "一" * 6), budget=6)
    assert fire(own, "a") == [], "nor is a book's own"
    skips = book_of(entry("a", "一" * 6), overflow="skip")
    assert fire(skips, "a", budget=6) == ["一" * 6]


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
