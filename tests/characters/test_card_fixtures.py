"""Every card of the shared fixtures, by name."""

import json
from pathlib import Path

import pytest

from base.errors import KnownError
from characters.cards.card import Card
from characters.cards.export import write_card
from characters.cards.files import CardFile, read_card, read_cards, read_haruhi
from characters.cards.importing import carry_out, plan
from characters.cards.mapping import sheet_of
from scenes.log import parse
from tests.characters.card_files import FIXTURES, needs_fixtures

pytestmark = needs_fixtures

REAL = {
    "cards/sillytavern/default_CodingSensei.png": ("Coding Sensei", "v2"),
    "cards/sillytavern/default_CodingSensei.chara.json": ("Coding Sensei", "v2"),
    "cards/sillytavern/default_Seraphina.png": ("Seraphina", "v2"),
    "cards/sillytavern/default_Seraphina.chara.json": ("Seraphina", "v2"),
    "cards/risu/rika_v1_slim.png": ("Rika", "v1"),
    "cards/risu/rika_v1_slim.chara.json": ("Rika", "v1"),
    "synthetic/card.charx": ("林晚星", "v3"),
    "synthetic/card_v1.json": ("林晚星", "v1"),
    "synthetic/card_v2.json": ("林晚星", "v2"),
    "synthetic/card_v3.json": ("林晚星", "v3"),
    "synthetic/card_v3_future.json": ("林晚星", "v3"),
    "synthetic/card_upper_keyword.png": ("林晚星", "v2"),
    "synthetic/card_v2_only.png": ("林晚星", "v2"),
    "synthetic/card_v3_and_v2.png": ("林晚星", "v3"),
    "synthetic/card_bad_crc.png": ("林晚星", "v2"),
}
REFUSED = {
    "synthetic/card_bad_base64.png": "not base64",
    "synthetic/card_corrupt_data.png": "not base64",
    "synthetic/no_card.png": "an image without a card",
    "synthetic/lorebook_v3.json": "a lorebook, expected a card",
    "synthetic/worldinfo_zh.json": "a lorebook, expected a card",
    "synthetic/risu_lorebook.json": "not a character card",
    "synthetic/kobold_lite_save.json": "not a character card",
    "synthetic/st_group.json": "not a character card",
    "synthetic/st_solo_legacy_dates.jsonl": "not valid JSON",
    "cards/sillytavern/context_Default.json": "not a character card",
    "cards/sillytavern/instruct_ChatML.json": "not a character card",
    "cards/sillytavern/openai_preset_Default.json": "not a character card",
    "cards/sillytavern/textgen_preset_Default.json": "not a character card",
    "cards/haruhi_system_prompt.txt": "one text alone",
}


def fixture(name: str) -> Path:
    return FIXTURES / name


@pytest.mark.parametrize("name", REAL)
def test_a_card_is_read_and_its_lines_are_lines_of_a_log(name):
    card = read_card(fixture(name))
    assert (card.name, card.spec) == REAL[name]
    sheet = sheet_of(card)
    assert len(sheet.openings) == len(card.greetings) >= 1
    for text in (*sheet.openings, "\n".join(sheet.voice)):
        entries = parse(text.replace("{{user}}", "我"))
        assert all(one.kind != "unrecognised" for one in entries)


@pytest.mark.parametrize("name", REAL)
@pytest.mark.parametrize("suffix", [".json", ".png", ".charx"])
def test_a_card_changed_and_written_anew_has_lost_nothing(tmp_path, name, suffix):
    source = fixture(name)
    card = read_card(source)
    edited = card.edited({"creator": "somebody else"})
    write_card(edited, tmp_path / f"made{suffix}", source=source)
    made = read_card(tmp_path / f"made{suffix}")
    if made.spec == card.spec and not (suffix == ".charx" and source.suffix == ".png"):
        assert made.raw == edited.raw
    assert not lost(edited, made)


def lost(card: Card, made: Card) -> list[str]:
    """The fields that another card lacks, but for what V3 adds to a book and an image's icon."""
    known = ("character_book", "assets")
    return [
        key
        for key, value in card.data.items()
        if key not in known and value not in (made.data.get(key), made.raw.get(key))
    ]


@pytest.mark.parametrize("name", REAL)
def test_an_import_exported_unchanged_is_the_same_file(tmp_path, name):
    from characters.cards.export import export_character
    from characters.profile import load

    source = fixture(name)
    (made,) = plan([source], tmp_path)
    carry_out([made])
    target = tmp_path / f"again{source.suffix}"
    assert export_character(load(made.path), target) == []
    assert target.read_bytes() == source.read_bytes()


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_good_card_is_refused_in_a_line(name):
    with pytest.raises(KnownError, match=REFUSED[name]) as caught:
        read_card(fixture(name))
    assert Path(name).name in str(caught.value)


def test_a_wrong_checksum_and_a_newer_version_are_warnings():
    assert "checksum" in read_card(fixture("synthetic/card_bad_crc.png")).warnings[0]
    assert "3.1 is newer" in read_card(fixture("synthetic/card_v3_future.json")).warnings[0]


def test_the_json_beside_an_image_is_the_card_in_it():
    for name in REAL:
        if name.endswith(".chara.json"):
            image = fixture(name).with_name(Path(name).name.replace(".chara.json", ".png"))
            assert read_card(image).raw == read_card(fixture(name)).raw


def test_the_icon_of_the_charx_stays_in_it(tmp_path):
    source = fixture("synthetic/card.charx")
    write_card(read_card(source).edited({"tags": []}), tmp_path / "a.charx", source=source)
    from characters.cards import charx

    name = "assets/emotion/images/neutral.png"
    with source.open("rb") as old, (tmp_path / "a.charx").open("rb") as new:
        assert charx.asset(new, name, "new") == charx.asset(old, name, "old") is not None


def test_characterglm_characters_come_back_one_by_one(tmp_path):
    source = fixture("cards/characterglm_character.json")
    told = json.loads(source.read_bytes())
    found = read_cards(source)
    assert [card.name for card in found.cards] == list(told)
    for card in found.cards:
        write_card(card, tmp_path / "one.json", "characterglm")
        assert json.loads((tmp_path / "one.json").read_bytes()) == {card.name: told[card.name]}
    assert sheet_of(found.cards[0]).openings == (
        "张起灵：\\me 他的脸被黑色帽檐遮盖着，微微抬头看了你一眼\n张起灵：嗯？",
    )


def haruhi() -> CardFile:
    return read_haruhi(sorted((FIXTURES / "cards").glob("*.txt")), FIXTURES / "cards")


def test_chatharuhi_is_a_card_and_comes_back(tmp_path):
    sheet = sheet_of(haruhi().cards[0])
    assert (sheet.name, sheet.aliases) == ("凉宫春日", ("春日",))
    assert sheet.voice[:2] == (
        "阿虚：最后的人选由我来想办法",
        "凉宫春日：既然决定好了就马上来特训吧！特训！",
    )
    assert sheet.voice[-1] == "凉宫春日：\\me 指向操场上正在有人训练的棒球场地"
    write_card(haruhi().cards[0], tmp_path / "made", "chatharuhi")
    for path in (FIXTURES / "cards").glob("*.txt"):
        made = "system_prompt.txt" if "system_prompt" in path.name else f"texts/{path.name}"
        assert (tmp_path / "made" / made).read_bytes() == path.read_bytes()
