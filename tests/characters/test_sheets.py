"""Character sheets: names that mean the same, what is typed, and sheets of other programs."""

import json
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from base.errors import KnownError
from characters.cards.export import export_character
from characters.cards.files import read_card
from characters.cards.mapping import sheet_of
from characters.profile import load
from characters.sheets.names import SAME, folded, key_in, key_problem, same, usual_name
from characters.sheets.st import read_st
from characters.sheets.st import sheet_of as sheet_of_st
from characters.sheets.values import amount, changed, kept_values, value_problem
from characters.sheets.written import sheet_written
from scenes.files.cards import read, write_cards
from scenes.files.recognise import recognise


def test_every_name_means_one_thing_and_can_be_written() -> None:
    rows = [{folded(name) for name in row} for row in SAME]
    names = [name for row in rows for name in row]
    assert not {name for name in names if names.count(name) > 1}
    assert not [name for row in SAME for name in row if key_problem(name)]


@pytest.mark.parametrize(
    ("typed", "means"),
    [("ｈｐ", "HP"), ("体力", "HP"), ("生命值", "HP"), ("Spot  Hidden", "侦查"), ("理智", "SAN")],
)
def test_a_name_is_known_in_any_width_and_case(typed: str, means: str) -> None:
    assert same(typed) == same(means)
    assert usual_name(typed) == means
    assert key_in({"生命": 1, "理智": 2, "偵查": 3}, typed) is not None


@pytest.mark.parametrize(
    ("text", "sheet", "rest"),
    [
        ("力量50str50侦查60 hp11", {"力量": 50, "侦查": 60, "HP": 11}, ""),
        ("力量：５０，敏捷＝60", {"力量": 50, "敏捷": 60}, ""),
        ("Spot Hidden 45 listen=30", {"侦查": 45, "聆听": 30}, ""),
        ("艺术/手艺10 斗殴(拳击)25", {"艺术/手艺": 10, "斗殴(拳击)": 25}, ""),
        ("hp-3", {}, ""),
        ("&手枪=1d10 力量50", {"力量": 50}, "&手枪=1d10"),
        ("随便说说", {}, "随便说说"),
    ],
)
def test_strings_of_dice_bots_are_read(text: str, sheet: dict[str, int], rest: str) -> None:
    assert sheet_of_st(text) == sheet
    assert read_st(text).rest == rest


@settings(max_examples=80, deadline=None)
@given(text=st.text(max_size=60) | st.text("力量hpSTR 0123456789+-=:：/()d，", max_size=60))
def test_any_string_gives_values_that_a_sheet_can_hold(text: str) -> None:
    for key, value in sheet_of_st(text).items():
        assert key_problem(key) is None
        assert value_problem(value) is None


@settings(max_examples=80, deadline=None)
@given(
    before=st.none() | st.integers(-99, 99) | st.sampled_from(["8/11", "医生", ("手电", "绳子")]),
    text=st.text(max_size=12) | st.from_regex(r"[+\-=]?\d{1,4}(/\d{1,3})?", fullmatch=True),
)
def test_any_change_gives_a_value_or_says_in_a_line_why_not(before: Any, text: str) -> None:
    try:
        after = changed("甲", before, text)
    except KnownError as error:
        one_line(error)
        return
    assert after is None or value_problem(after) is None
    if isinstance(before, int) or before == "8/11":
        assert amount(after) is not None, "a number stays one"


def test_a_huge_string_is_read_in_a_moment() -> None:
    began = time.monotonic()
    for text in ("力量" * 50_000, "a " * 50_000, "力量50" * 20_000, "(" * 50_000, "1d1" * 20_000):
        read_st(text)
    assert time.monotonic() - began < 2


def one_line(error: KnownError) -> None:
    assert "\n" not in str(error)


# --- other programs ---

COC = {
    "name": "林默",
    "type": "character",
    "prototypeToken": {},
    "system": {
        "characteristics": {"str": {"value": 50}, "int": {"value": 70}, "bad": {"value": "x"}},
        "attribs": {
            "hp": {"value": 8, "max": 11},
            "san": {"value": 55, "max": 99},
            "mp": {"value": 14, "max": 14},
            "lck": {"value": 45},
        },
        "infos": {"occupation": "医生", "age": "34"},
        "biography": [{"title": "t", "value": "<p>退役<b>军医</b>。</p><script>x</script>"}],
    },
    "items": [
        {"type": "skill", "name": "侦查", "system": {"value": 60}},
        {"type": "skill", "name": "聆听", "system": {"adjustments": {"base": 20, "personal": 25}}},
        {"type": "weapon", "name": "左轮", "system": {}},
        {"type": "item", "name": "手电"},
        {"type": "spell", "name": "召唤"},
    ],
}
CCFOLIA = {
    "kind": "character",
    "data": {
        "name": "林默",
        "memo": "退役军医。",
        "status": [
            {"label": "HP", "value": 8, "max": 11},
            {"label": "SAN", "value": 55, "max": 55},
        ],
        "params": [{"label": "STR", "value": "50"}, {"label": "DB", "value": "+1d4"}],
        "commands": "CC<=60 【侦查】\nCCB<=45 聆听\n1d100<=70 アイデア\nchoice[a,b]\ns1d6 伤害",
    },
}


def imported(tmp_path: Path, value: object, name: str = "a.json") -> Any:
    path = tmp_path / name
    path.write_text(json.dumps(value, ensure_ascii=False), "utf-8")
    reports = write_cards(read([path], tmp_path / "made"))
    return load(Path(reports[0].files[0])), reports[0]


def test_a_foundry_actor_becomes_a_character_with_its_sheet(tmp_path: Path) -> None:
    character, report = imported(tmp_path, COC)
    assert character.name == "林默"
    assert "退役军医" in character.profile
    assert "<" not in character.profile
    assert character.sheet == {
        "力量": 50,
        "智力": 70,
        "HP": "8/11",
        "SAN": "55/99",
        "MP": 14,
        "幸运": 45,
        "职业": "医生",
        "年龄": 34,
        "侦查": 60,
        "聆听": 45,
        "物品": ("左轮", "手电"),
    }
    assert recognise(tmp_path / "a.json").importer.name == "foundry-actor"
    assert report.became["values of a sheet"] == 11


def test_an_actor_of_dnd_has_what_the_list_of_names_knows(tmp_path: Path) -> None:
    actor = {
        "name": "Ann",
        "type": "character",
        "items": [{"type": "class", "name": "Wizard"}, {"type": "loot", "name": "Rope"}],
        "system": {
            "abilities": {"str": {"value": 8}, "wis": {"value": 14}},
            "attributes": {"hp": {"value": 20, "max": 24}, "ac": {"value": 12}, "death": {"x": 1}},
        },
    }
    character, __ = imported(tmp_path, actor)
    assert character.sheet == {
        "力量": 8,
        "感知": 14,
        "HP": "20/24",
        "护甲": 12,
        "职业": "Wizard",
        "物品": ("Rope",),
    }


def test_a_character_of_ccfolia_becomes_one_with_its_sheet(tmp_path: Path) -> None:
    character, __ = imported(tmp_path, CCFOLIA)
    assert character.sheet == {
        "HP": "8/11",
        "SAN": 55,
        "STR": 50,
        "DB": "+1d4",
        "侦查": 60,
        "聆听": 45,
        "アイデア": 70,
    }
    assert character.profile == "退役军医。"
    assert recognise(tmp_path / "a.json").importer.name == "ccfolia-character"


def test_a_card_gives_the_sheet_that_it_holds_and_takes_ours_along(tmp_path: Path) -> None:
    card = {
        "spec": "chara_card_v2",
        "spec_version": "2.0",
        "data": {
            "name": "林默",
            "description": "医生",
            "extensions": {"stats": {"STR": 50, "x": {}}},
        },
    }
    character, __ = imported(tmp_path, card)
    assert character.sheet == {"STR": 50}
    file = tmp_path / "made" / "林默.yaml"
    file.write_text(file.read_text("utf-8").replace("STR: 50", "STR: 55\n  HP: 11"), "utf-8")
    export_character(load(file), tmp_path / "out.json")
    assert sheet_of(read_card(tmp_path / "out.json")).values == {"STR": 55, "HP": 11}


@pytest.mark.parametrize(
    "value",
    [
        {**COC, "system": []},
        {**COC, "system": {"characteristics": [1], "attribs": {"hp": {"value": 1e400}}}},
        {**COC, "items": [1, {"type": "skill", "name": 3}, {"type": "skill", "name": "甲"}]},
        {**COC, "system": {"biography": {"value": {"value": 3}}, "details": 3}},
        {
            "kind": "character",
            "data": {"name": "林默", "status": 3, "params": [[]], "commands": {}},
        },
        {
            "kind": "character",
            "data": {"name": "林默", "params": [{"label": "\x1b[31m甲", "value": 1}]},
        },
        {
            "kind": "character",
            "data": {"name": "林默", "params": [{"label": "甲", "value": {"a": 1}}]},
        },
    ],
)
def test_what_is_damaged_gives_what_can_be_read_or_is_refused_in_a_line(
    tmp_path: Path, value: Any
) -> None:
    try:
        character, __ = imported(tmp_path, value)
    except KnownError as error:
        one_line(error)
    else:
        assert all(key_problem(key) is None for key in character.sheet)
        assert all(value_problem(each) is None for each in character.sheet.values())


def test_a_character_without_a_name_is_refused(tmp_path: Path) -> None:
    with pytest.raises(KnownError):
        imported(tmp_path, {"kind": "character", "data": {"status": []}})


def test_a_huge_sheet_is_cut_to_what_a_file_may_hold(tmp_path: Path) -> None:
    params = [{"label": f"甲{chr(0x4E00 + n)}{n}", "value": n} for n in range(15_000)]
    began = time.monotonic()
    character, __ = imported(
        tmp_path, {"kind": "character", "data": {"name": "林默", "params": params}}
    )
    assert len(character.sheet) == 200
    assert time.monotonic() - began < 3
    assert kept_values({"": 1, "甲": float("nan"), "乙": True, "丙": 2.0, "丁": 2.5}) == {
        "丙": 2,
        "丁": "2.5",
    }


@pytest.mark.parametrize(
    ("text", "sheet"),
    [
        (
            "HP11 生命12 侦查60\n物品：手电、绳子\n职业: 医生",
            {"HP": 12, "侦查": 60, "物品": ["手电", "绳子"], "职业": "医生"},
        ),
        ("HP 8/11", {"HP": "8/11"}),
        ("随便说说", "随便说说"),
    ],
)
def test_a_sheet_is_written_into_a_field(text: str, sheet: object) -> None:
    assert sheet_written(text) == sheet
