"""Cards as characters and back: what is not edited stays, what is edited is found again."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from base.errors import KnownError
from characters.cards.card import V1_FIELDS, card_of
from characters.cards.export import export_character, write_card
from characters.cards.files import read_card
from characters.cards.importing import carry_out, plan
from characters.cards.mapping import card_from, sheet_of, with_sheet
from characters.character import AuthorNote
from characters.profile import load
from tests.characters.card_files import data, png_of, raw, v2, v3

TEXT = st.text(max_size=40) | st.sampled_from(["*x* “y”", "{{char}}:{{user}}", "【n】\n<START>"])
VALUE = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=8,
)
CARDS = st.builds(
    lambda fields, texts, extensions, other, outer, spec: {
        **outer,
        "spec": f"chara_card_{spec}",
        "spec_version": f"{spec[1]}.0",
        "data": {
            **other,
            "name": "安",
            **fields,
            "alternate_greetings": texts,
            "extensions": extensions,
        },
    },
    st.dictionaries(st.sampled_from(V1_FIELDS[1:]), TEXT),
    st.lists(TEXT, max_size=3),
    st.dictionaries(TEXT, VALUE, max_size=3),
    st.dictionaries(TEXT, VALUE, max_size=3),
    st.dictionaries(TEXT, VALUE, max_size=2),
    st.sampled_from(["v2", "v3"]),
)


def test_a_card_is_a_character(tmp_path):
    (tmp_path / "a.png").write_bytes(png_of(ccv3=v3()))
    found = load(tmp_path / "a.png")
    assert (found.name, found.aliases) == ("林晚星", ("晚星",))
    assert found.profile == "晚星是王都学院的首席法师。\n冷静\n{{user}}在学院的夜晚"
    assert found.voice == "{{user}}：你好\n林晚星：\\me 合上书本\n林晚星：说。"
    assert found.openings == (
        "林晚星：\\me 抬头看{{user}}\n林晚星：谁？",
        "【夜深了】\n林晚星：谁在那里？ \\emoji 惊讶",
    )
    assert found.talkativeness == 0.7
    assert found.knowledge == (found.card,) == (tmp_path / "a.png",)


def test_an_import_is_the_card_as_a_character(tmp_path):
    (tmp_path / "a.png").write_bytes(png_of(ccv3=v3()))
    (made,) = plan([tmp_path / "a.png"], tmp_path / "made")
    carry_out([made])
    imported, direct = load(made.path), load(tmp_path / "a.png")
    assert imported.card.read_bytes() == (tmp_path / "a.png").read_bytes()
    assert imported.knowledge[0].name == "林晚星.book.json"
    same = {"card": None, "knowledge": ()}
    assert replace(imported, **same) == replace(direct, **same)


@settings(
    max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(value=CARDS, suffix=st.sampled_from([".json", ".png", ".charx"]))
def test_whatever_a_card_holds_survives_files_and_imports(tmp_path: Path, value, suffix):
    card = card_of(value, "a card")
    path = tmp_path / f"a{suffix}"
    write_card(card, path, card.spec)
    assert read_card(path).raw == value
    (made,) = plan([path], tmp_path / "made", force=True)
    carry_out([made])
    character = load(made.path)
    assert with_sheet(card, sheet_of(card)) is card
    export_character(character, tmp_path / f"b{suffix}", card.spec)
    assert read_card(tmp_path / f"b{suffix}").raw == value


def test_an_edited_character_changes_only_those_fields(tmp_path):
    (tmp_path / "a.json").write_bytes(raw(v2()))
    (made,) = plan([tmp_path / "a.json"], tmp_path / "made")
    carry_out([made])
    text = made.path.read_text(encoding="utf-8")
    text = text.replace("首席法师", "末席法师").replace(
        "林晚星：说。", "林晚星：（烦） \\emoji 白眼"
    )
    made.path.write_text(text + "likes: [书]\n", encoding="utf-8")
    export_character(load(made.path), tmp_path / "b.json")
    card = read_card(tmp_path / "b.json")
    changed = {key for key, value in card.data.items() if value != data()[key]}
    assert changed == {"description", "mes_example", "extensions"}
    assert card.text("description") == "林晚星是王都学院的末席法师。"
    assert card.text("mes_example").splitlines()[-1] == "{{char}}: （烦）"
    assert card.extensions["a/b"] == data()["extensions"]["a/b"]
    again = load(tmp_path / "b.json")
    assert again.voice.splitlines()[-1] == "林晚星：（烦） \\emoji 白眼"
    assert again.likes == ("书",)


def test_an_edited_lorebook_goes_back_into_the_card(tmp_path):
    (tmp_path / "a.json").write_bytes(raw(v2()))
    (made,) = plan([tmp_path / "a.json"], tmp_path / "made")
    carry_out([made])
    made.book.write_text(
        made.book.read_text(encoding="utf-8").replace("王都。", "废都。"), encoding="utf-8"
    )
    export_character(load(made.path), tmp_path / "b.json")
    assert "废都。" in read_card(tmp_path / "b.json").book["entries"][0]["content"]


@pytest.mark.parametrize("suffix", [".json", ".png", ".charx"])
@pytest.mark.parametrize("name", ["libai", "suwan", "lindaiyu"])
def test_a_character_that_ships_comes_back_from_a_card(tmp_path, name, suffix):
    character = load(name)
    export_character(character, tmp_path / f"a{suffix}")
    again = load(tmp_path / f"a{suffix}")
    assert replace(again, card=None) == character


def test_text_written_elsewhere_comes_before_lines_kept_in_the_card():
    character = sheet_of(card_of(v2(), "a card"))
    card = card_from(replace(character, voice=("林晚星：甲 \\emoji 微笑",)))
    assert sheet_of(card).voice == ("林晚星：甲 \\emoji 微笑",)
    assert sheet_of(card.edited({"mes_example": "{{char}}: 乙"})).voice == ("林晚星：乙",)


def test_a_long_dialogue_gives_its_first_lines_as_a_voice():
    talk = "\n".join(f"{{{{char}}}}: 第{number}句" for number in range(500))
    assert len(sheet_of(card_of(v2(mes_example=talk), "a card")).voice) == 12


def test_a_card_with_too_much_for_a_character_file_is_refused_whole(tmp_path):
    from base.errors import KnownError

    path = tmp_path / "a.json"
    for length, said in (
        (500_000, "makes a character file of 1,500,[0-9]+ bytes; at most 1,000,000"),
        (10**6, "at most"),
    ):
        path.write_bytes(raw(v2(description="长" * length)))
        with pytest.raises(KnownError, match=rf"a\.json: .*{said}"):
            plan([path], tmp_path / "made")
    assert not (tmp_path / "made").exists()


def test_instructions_become_profile_and_reminders_less_what_speaks_to_a_program():
    card = card_of(
        v2(
            description="她是店主。\n<START>\n{{char}}: “欢迎。”",
            system_prompt="{{original}}\nYou are {{char}}. Write 3 paragraphs. 她从不喊。",
            post_history_instructions="少说。请扮演{{char}}。",
            mes_example="",
            extensions={"depth_prompt": {"prompt": "{{char}}怕黑。", "depth": 2, "role": "user"}},
        ),
        "a",
    )
    sheet = sheet_of(card)
    assert sheet.profile.endswith("\n她从不喊。") and sheet.profile.startswith("她是店主。\n")
    assert sheet.voice == ("林晚星：欢迎。",)
    assert [(note.text, note.depth) for note in sheet.notes] == [("林晚星怕黑。", 2), ("少说。", 0)]
    assert sheet.left_out["sentences that speak to a chat program"] == 2
    assert with_sheet(card, sheet) is card


def test_a_long_reminder_is_a_part_of_the_profile():
    extensions = {"depth_prompt": {"prompt": "怕黑。" * 200, "depth": 4}}
    sheet = sheet_of(card_of(v2(extensions=extensions, system_prompt=""), "a"))
    assert sheet.notes == () and sheet.profile.endswith("怕黑。" * 200)


@pytest.mark.parametrize("depth", [None, "4", -1, 10**9, 2.0, float("nan"), [], True])
def test_a_depth_that_cannot_be_is_the_usual_one(depth):
    extensions = {"depth_prompt": {"prompt": "怕黑。", "depth": depth}}
    (note,) = sheet_of(card_of(v2(extensions=extensions), "a")).notes
    assert note.depth == {2.0: 2, True: 1}.get(depth, 4) if isinstance(depth, int | float) else 4


def test_edited_reminders_and_a_narrator_are_found_again(tmp_path):
    (tmp_path / "a.json").write_bytes(raw(v2()))
    (one,) = plan([tmp_path / "a.json"], tmp_path / "made", mode="narrator")
    carry_out([one])
    character = load(one.path)
    assert character.narrator and character.openings[0] == "【*抬头看{{user}}* “谁？”】"
    notes = (AuthorNote("少说。", 0), AuthorNote("怕黑。", 6))
    export_character(replace(character, notes=notes), tmp_path / "b.json")
    card = read_card(tmp_path / "b.json")
    assert card.text("post_history_instructions") == "少说。"
    assert card.extensions["depth_prompt"] == {"prompt": "怕黑。", "depth": 6, "role": "system"}
    again = sheet_of(card)
    assert (again.narrator, again.notes) == (True, notes)
    edited = card.edited({"post_history_instructions": "多说。"})
    assert [note.text for note in sheet_of(edited).notes] == ["怕黑。", "多说。"]


@pytest.mark.parametrize(
    ("fields", "narrates"),
    [
        ({"name": "旁白"}, True),
        ({"name": "Dungeon Master"}, True),
        ({"name": "三国世界模拟器"}, True),
        ({"tags": ["RPG", "fantasy"]}, True),
        ({"description": "{{char}} is not a character, but the narrator."}, True),
        ({"description": "{{char}} will act as an impartial narrator for {{user}}."}, True),
        ({"scenario": "{{char}}负责扮演所有NPC。"}, True),
        ({"description": "{{char}}是王都的法师，喜欢看世界地图。"}, False),
        ({"description": "{{char}} is an old narrow-minded man."}, False),
        ({"name": "Admiral Kpop"}, False),
        ({"tags": ["magic world", "female"]}, False),
    ],
)
def test_a_narrator_is_told_by_name_tags_and_what_it_says_of_itself(fields, narrates):
    sheet = sheet_of(card_of(v2(**fields), "a"))
    assert sheet.narrator is narrates
    assert sheet_of(card_of(v2(**fields), "a"), mode="person").narrator is False


def test_a_card_without_a_name_is_called_as_one_says_and_stays_as_it_came(tmp_path):
    path = tmp_path / "a.json"
    path.write_bytes(raw(v2(name="")))
    with pytest.raises(KnownError, match="give it one: --name NAME"):
        plan([path], tmp_path / "made")
    (one,) = plan([path], tmp_path / "made", name="店主")
    carry_out([one])
    character = load(one.path)
    assert character.name == "店主" and character.profile.startswith("店主是王都")
    export_character(character, tmp_path / "b.json")
    assert (tmp_path / "b.json").read_bytes() == path.read_bytes()


def test_two_of_one_name_in_a_file_are_two_and_a_name_is_for_one(tmp_path):
    two = {"a": {"bot_name": "安", "bot_info": "x"}, "b": {"bot_name": "安", "bot_info": "y"}}
    (tmp_path / "a.json").write_bytes(raw(two))
    names = [one.sheet.name for one in plan([tmp_path / "a.json"], tmp_path / "made")]
    assert names == ["安", "安 2"]
    with pytest.raises(KnownError, match="holds 2 characters, and --name is for one"):
        plan([tmp_path / "a.json"], tmp_path / "made", name="乙")
