"""Cards read from every container, and written back with everything they held."""

import base64
import json
import zipfile
from dataclasses import replace
from io import BytesIO
from itertools import count
from pathlib import Path

import pytest

from base.errors import KnownError
from characters.cards import png
from characters.cards.card import Card, card_of
from characters.cards.containers import BACKFILLED, ICON
from characters.cards.export import export_character, write_card
from characters.cards.files import read_card, read_cards
from characters.cards.importing import carry_out, plan
from characters.profile import load
from tests.characters.card_files import charx_of, chunks_of, data, png_of, raw, v2, v3, webp_of


def written(folder: Path, content: bytes, name: str) -> Path:
    (folder / name).write_bytes(content)
    return folder / name


@pytest.mark.parametrize(
    ("content", "name", "container", "spec"),
    [
        (raw(data()), "a.json", "json", "v1"),
        (raw(v2()), "a.json", "json", "v2"),
        (raw(v3()), "a.json", "json", "v3"),
        (b"\xef\xbb\xbf" + raw(v2()), "a.json", "json", "v2"),
        (png_of(chara=v2()), "a.png", "png", "v2"),
        (png_of(Chara=v2()), "a.png", "png", "v2"),
        (png_of(CCV3=v3()), "a.png", "png", "v3"),
        (png_of(chara=data()), "a.png", "png", "v1"),
        (charx_of(v3()), "a.charx", "charx", "v3"),
        (png_of(chara=v2()), "a.json", "png", "v2"),
        (png_of(chara=v2()), "a.apng", "png", "v2"),
    ],
    ids=count(),  # the bytes of a file, which hold the time, would name the test
)
def test_a_card_is_read_by_what_its_file_holds(tmp_path, content, name, container, spec):
    found = read_cards(written(tmp_path, content, name))
    assert (found.container, found.cards[0].spec, found.cards[0].name) == (
        container,
        spec,
        "林晚星",
    )
    assert not found.warnings


def test_v3_is_preferred_where_both_are_there(tmp_path):
    path = written(tmp_path, png_of(chara=v2(name="old"), ccv3=v3(name="new")), "a.png")
    assert read_card(path).name == "new"


def test_a_card_is_found_before_the_image_data(tmp_path):
    parts = chunks_of(png_of(chara=v2()))
    kinds = [kind for kind, _ in parts]
    text = parts.pop(kinds.index(b"tEXt"))
    moved = png.SIGNATURE + b"".join(one for _, one in [parts[0], text, *parts[1:]])
    assert read_card(written(tmp_path, moved, "a.png")).name == "林晚星"


@pytest.mark.parametrize(("kind", "packed"), [(b"zTXt", True), (b"iTXt", True), (b"iTXt", False)])
def test_a_card_is_found_in_compressed_and_international_text(tmp_path, kind, packed):
    import base64
    import zlib

    value = base64.b64encode(raw(v2()))
    value = zlib.compress(value) if packed else value
    head = b"\0" if kind == b"zTXt" else bytes([packed]) + b"\0zh\0\0"
    parts = chunks_of(png.plain_image(2, 2))
    chunk = png.packed(kind, b"chara\0" + head + value)
    whole = png.SIGNATURE + parts[0][1] + chunk + b"".join(one for _, one in parts[1:])
    assert read_card(written(tmp_path, whole, "a.png")).name == "林晚星"


def test_a_zip_behind_an_image_is_a_charx(tmp_path):
    whole = b"\xff\xd8\xff\xe0 an icon " + charx_of(v3())
    assert read_cards(written(tmp_path, whole, "a.charx")).container == "charx"


@pytest.mark.parametrize("name", ["a.json", "a.png", "a.charx"])
@pytest.mark.parametrize("card", [data(), v2(), v3()])
def test_a_card_keeps_everything_in_every_container(tmp_path, name, card):
    first = card_of(card, "a card")
    write_card(first, tmp_path / name)
    again = read_card(tmp_path / name)
    if again.spec == first.spec:
        assert again.raw == first.raw
    for key, value in first.data.items():
        if key != "character_book":
            assert value in (again.data.get(key), again.raw.get(key))
    entry, old = (one.data["character_book"]["entries"][0] for one in (again, first))
    assert entry.items() >= old.items()


def test_a_png_keeps_every_byte_but_its_card(tmp_path):
    frames = [png.packed(b"acTL", bytes(8)), png.packed(b"tEXt", b"Title\0mine")]
    head, *rest = (one for _, one in chunks_of(png_of(ccv3=v3(), Chara=v2())))
    image = png.SIGNATURE + head + b"".join(frames) + b"".join(rest) + b"behind the end"
    path = written(tmp_path, image, "a.png")
    write_card(read_card(path).edited({"creator": "me"}), tmp_path / "b.png", source=path)
    made = (tmp_path / "b.png").read_bytes()

    def others(file: bytes) -> list[tuple[bytes, bytes]]:
        cards = (b"chara", b"Chara", b"ccv3")
        return [one for one in chunks_of(file) if not one[1][8:].startswith(cards)]

    assert others(made) == others(image)
    assert made.endswith(b"behind the end")
    assert read_card(tmp_path / "b.png").text("creator") == "me"


def test_an_unchanged_card_gives_the_very_file_back(tmp_path):
    for name, content in {
        "a.png": png_of(chara=v2(), ccv3=v3()),
        "a.json": b"  " + raw(v2()),
        "a.charx": charx_of(v3(), **{"x.bin": b"1"}),
    }.items():
        path = written(tmp_path, content, name)
        write_card(read_card(path), tmp_path / f"b{path.suffix}", source=path)
        assert (tmp_path / f"b{path.suffix}").read_bytes() == content


def test_a_v3_image_has_a_v2_copy_that_says_so_and_has_no_decorators(tmp_path):
    write_card(card_of(v3(), "a card"), tmp_path / "a.png")
    found = {}
    with (tmp_path / "a.png").open("rb") as file:
        for chunk in png.texts(file, ("chara", "ccv3"), "a.png"):
            found[chunk.keyword] = json.loads(png.unbase64(chunk.value, "a.png"))
    assert found["ccv3"] == v3() | {"data": found["ccv3"]["data"]}
    assert found["chara"]["spec"] == "chara_card_v2"
    assert found["chara"]["data"]["creator_notes"].endswith(BACKFILLED)
    assert found["chara"]["data"]["character_book"]["entries"][0]["content"] == "王都。"
    assert found["ccv3"]["data"]["character_book"]["entries"][0]["content"] == "@@depth 3\n王都。"


def test_assets_stay_in_a_charx_and_are_told_of_where_they_cannot(tmp_path):
    path = written(tmp_path, charx_of(v3(), **{"assets/a.webp": b"webp"}), "a.charx")
    card = read_card(path).edited({"creator": "me"})
    assert write_card(card, tmp_path / "b.charx", source=path) == []
    assert zipfile.ZipFile(tmp_path / "b.charx").read("assets/a.webp") == b"webp"
    assert write_card(card, tmp_path / "b.png", source=path) == ["the asset assets/a.webp"]


def test_the_image_of_a_png_becomes_the_icon_of_a_charx_and_returns(tmp_path):
    image = png_of(ccv3=v3())
    path = written(tmp_path, image, "a.png")
    write_card(read_card(path), tmp_path / "b.charx", source=path)
    charx = read_card(tmp_path / "b.charx")
    assert charx.data["assets"] == [
        {"type": "icon", "uri": f"embeded://{ICON}", "name": "main", "ext": "png"}
    ]
    assert write_card(charx, tmp_path / "c.png", source=tmp_path / "b.charx") == []
    assert chunks_of((tmp_path / "c.png").read_bytes())[:2] == chunks_of(image)[:2]
    assert [one["uri"] for one in read_card(tmp_path / "c.png").data["assets"]] == ["ccdefault:"]


def test_the_main_icon_of_a_charx_becomes_the_image_and_the_other_is_told_of(tmp_path):
    small, main = png.plain_image(1, 1), png.plain_image(3, 3)
    icons = [
        {"type": "icon", "uri": f"embeded://{name}.png", "name": name, "ext": "png"}
        for name in ("small", "main")
    ]
    made = charx_of(v3(assets=icons), **{"small.png": small, "main.png": main})
    path = written(tmp_path, made, "a.charx")
    left_out = write_card(read_card(path), tmp_path / "b.png", source=path)
    assert left_out == ["the asset small.png"]
    assert chunks_of((tmp_path / "b.png").read_bytes())[:2] == chunks_of(main)[:2]


def test_assets_in_an_image_stay_in_it_and_are_told_of_elsewhere(tmp_path):
    head, *rest = (one for _, one in chunks_of(png_of(ccv3=v3())))
    asset = png.packed(b"tEXt", b"chara-ext-asset_:1\0AAAA")
    path = written(tmp_path, png.SIGNATURE + head + asset + b"".join(rest), "a.png")
    card = read_card(path).edited({"creator": "me"})
    assert write_card(card, tmp_path / "b.png", source=path) == []
    assert asset in (tmp_path / "b.png").read_bytes()
    assert write_card(card, tmp_path / "b.charx", source=path) == ["the asset chara-ext-asset_:1"]


def test_mirrors_of_v1_fields_follow_an_edit():
    mirrored = {**v2(), "name": "林晚星", "creator": "c", "chat": "x"}
    card = card_of(mirrored, "a card").edited({"name": "安"})
    assert (card.raw["name"], card.data["name"], card.raw["chat"]) == ("安", "安", "x")


def test_a_v1_with_what_sillytavern_adds_becomes_a_v2_that_has_it():
    flat = {"name": "a", "description": "b", "creatorcomment": "n", "fav": True, "chat": "x"}
    card = card_of(flat, "a card").as_spec("v2")
    assert card.text("creator_notes") == "n"
    assert card.extensions == {"fav": True}
    assert card.raw["chat"] == "x"


def test_what_is_not_written_whole_is_not_written(tmp_path):
    broken = written(tmp_path, png_of(chara=v2())[:-20], "broken.png")
    target = written(tmp_path, b"old", "b.png")
    with pytest.raises(KnownError, match=r"broken\.png: cut off"):
        write_card(card_of(v2(), "a card"), target, image=broken)
    assert target.read_bytes() == b"old"
    assert sorted(one.name for one in tmp_path.iterdir()) == ["b.png", "broken.png"]


def glm() -> dict[str, object]:
    return {
        "甲": {
            "user_info": "",
            "bot_info": "医生",
            "user_name": "用户",
            "bot_name": "甲",
            "greeting": "（笑）好",
        },
        "乙": {"bot_info": "商人", "bot_name": "乙", "greeting": "", "mood": [1]},
    }


def test_characterglm_is_read_and_written(tmp_path):
    found = read_cards(written(tmp_path, raw(glm()), "character.json"))
    assert [card.name for card in found.cards] == ["甲", "乙"]
    assert found.cards[0].text("first_mes") == "（笑）好"
    for card in found.cards:
        write_card(card, tmp_path / "one.json", "characterglm")
        assert json.loads((tmp_path / "one.json").read_bytes()) == {card.name: glm()[card.name]}
    with pytest.raises(KnownError, match="holds 2 characters, expected one"):
        read_card(found.path)


def test_webui_yaml_is_read_and_written(tmp_path):
    text = "name: Ann\ngreeting: |-\n  *waves*\n  Hi\ncontext: calm\nturn_template: <|u|>\n"
    card = read_card(written(tmp_path, text.encode(), "ann.yaml"))
    assert (card.name, card.text("first_mes")) == ("Ann", "*waves*\nHi")
    write_card(card, tmp_path / "again.yaml")
    assert read_card(tmp_path / "again.yaml").raw == card.raw
    assert (tmp_path / "again.yaml").read_text() == text


def test_chatharuhi_is_read_and_written(tmp_path):
    role = tmp_path / "haruhi"
    (role / "texts").mkdir(parents=True)
    prompt, talk = (
        "你正在扮演凉宫春日，自信。\n",
        "阿虚:「在哪里？」\n春日:「那里」(春日指向操场)\n",
    )
    written(role, prompt.encode(), "system_prompt.txt")
    written(role / "texts", talk.encode(), "1.txt")
    card = read_card(role)
    assert (card.name, card.text("description")) == ("凉宫春日", prompt)
    write_card(card, tmp_path / "made", "chatharuhi")
    assert (tmp_path / "made/system_prompt.txt").read_text() == prompt
    assert (tmp_path / "made/texts/1.txt").read_text() == talk


def test_a_broken_surrogate_survives_in_json(tmp_path):
    path = written(tmp_path, json.dumps(v2(creator="\ud800")).encode(), "a.json")
    write_card(read_card(path).edited({"tags": []}), tmp_path / "b.json")
    assert read_card(tmp_path / "b.json").text("creator") == "\ud800"


def test_a_card_of_another_version_comes_back_from_it():
    card = card_of(v3(), "a card")
    assert card.as_spec("v2").as_spec("v3").data.keys() == card.data.keys()
    assert isinstance(card.as_spec("v1"), Card)
    assert card.as_spec("v1").text("nickname") == "晚星"


def test_an_archive_made_here_is_read_by_others(tmp_path):
    write_card(card_of(v3(), "a card"), tmp_path / "a.charx")
    with zipfile.ZipFile(BytesIO((tmp_path / "a.charx").read_bytes())) as archive:
        assert archive.testzip() is None
        assert json.loads(archive.read("card.json"))["spec"] == "chara_card_v3"


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("charset", [b"ASCII\0\0\0", b"\0" * 8, b""])
def test_a_card_in_a_webp_is_read_and_given_back_as_it_came(tmp_path, order, charset):
    path = tmp_path / "a.webp"
    path.write_bytes(webp_of(v2(), order, charset))
    found = read_cards(path)
    assert (found.container, found.cards[0].name) == ("webp", "林晚星")
    (one,) = plan([path], tmp_path / "made")
    carry_out([one])
    assert one.beside.read_bytes() == path.read_bytes() and one.beside.suffix == ".webp"
    character = load(one.path)
    export_character(character, tmp_path / "b.webp")
    assert (tmp_path / "b.webp").read_bytes() == path.read_bytes()
    export_character(character, tmp_path / "b.png")
    assert read_card(tmp_path / "b.png").name == "林晚星"
    with pytest.raises(KnownError, match=r"a \.webp can only be given back as it came"):
        export_character(replace(character, profile="x"), tmp_path / "c.webp")


@pytest.mark.parametrize(
    "written",
    [
        lambda text: ",".join(map(str, text)).encode(),
        lambda text: base64.b64encode(text),
        lambda text: b"UNICODE\0" + text.decode().encode("utf-16-le"),
        lambda text: b"UNICODE\0" + text.decode().encode("utf-16"),
    ],
)
def test_a_comment_of_a_webp_may_be_written_in_several_ways(tmp_path, written):
    (tmp_path / "a.webp").write_bytes(webp_of(written(raw(v2())), charset=b""))
    assert read_card(tmp_path / "a.webp").name == "林晚星"


@pytest.mark.parametrize("cut", [12, 20, 30, 60, 90])
def test_a_webp_without_a_card_or_cut_off_is_one_line(tmp_path, cut):
    whole = webp_of(v2())
    for number, content in enumerate((whole[:cut], whole.replace(b"EXIF", b"XMP "))):
        path = tmp_path / f"{number}.webp"
        path.write_bytes(content)
        with pytest.raises(KnownError) as error:
            read_card(path)
        assert "\n" not in str(error.value)
