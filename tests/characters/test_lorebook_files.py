"""Lorebooks are read whatever program they were written for; mistakes are told with their place."""

from dataclasses import replace
from pathlib import Path

import pytest

from base.errors import KnownError
from characters.lore.book import Lorebook
from characters.lore.files import read_json, read_lorebook
from characters.lore.foreign import lorebook_of
from tests.characters.lorebooks import book_of, entry, fire, fixture, said


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
    with pytest.raises(KnownError, match=problem):
        read_lorebook(path)


@pytest.mark.parametrize(
    ("raw", "problem"),
    [
        (b"", "empty"),
        (b"<!DOCTYPE html><html>", "a web page"),
        (b'{"entries": ', "not valid JSON"),
        (b"[1]", "not keys and values"),
        (b'{"a": 1}', "no `entries` in it"),
        (b'{"spec": "chara_card_v2", "data": {"name": "x"}}', "a card without a lorebook"),
        (b"[" * 100_000, "nested more than"),
        (b"\xff\xfe\x00\x01\xff", "neither UTF-8 nor GB18030"),
    ],
)
def test_what_is_no_lorebook_is_said_in_one_line(raw: bytes, problem: str) -> None:
    with pytest.raises(KnownError, match=problem) as refused:
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
    assert book.warnings == ("w.json: entry 1 is not keys and values; left out",)
