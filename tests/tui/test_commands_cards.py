"""Cards on the command line: imported, shown, exported."""

import json
from pathlib import Path

from characters.cards import png
from characters.cards.files import read_card
from tests.characters.card_files import chunks_of, png_of, raw, v2, v3


def test_a_card_is_imported_into_the_data_folder_and_can_be_used_by_name(run, home):
    (home / "a.png").write_bytes(png_of(ccv3=v3()))
    done = run("characters", "import", home / "a.png")
    assert done.status == 0
    assert done.out.strip() == str(home / "data/paotuan/characters/林晚星.yaml")
    assert "kept: characters of profile 31, lines of voice 3, openings 2" in done.err
    assert "lorebook entries 1" in done.err
    assert "kept in the card, but not played: creator_notes" in done.err
    assert "extensions.a/b" in done.err
    shown = run("characters", "show", "林晚星")
    assert "林晚星：谁在那里？ \\emoji 惊讶" in shown.out
    assert run("characters", "check", "林晚星").status == 0
    listed = run("characters", "list")
    assert "林晚星" in listed.out
    assert not listed.err


def test_an_import_and_an_export_give_the_same_file(run, home):
    for name, content in {"a.png": png_of(chara=v2()), "b.json": raw(v3())}.items():
        (home / name).write_bytes(content)
        folder = home / f"made-{name}"
        made = run("characters", "import", home / name, "--to", folder).out.strip()
        target = home / f"again-{name}"
        assert run("characters", "export", made, "--to", target).status == 0
        assert target.read_bytes() == content


def test_a_voice_of_ours_that_comes_back_in_a_card_is_told_whole(run, home):
    (home / "ann.yaml").write_text("name: 安\nvoice: ['安：哼。（好烦）']\n")
    run("characters", "export", home / "ann.yaml", "--to", home / "ann.png")
    done = run("characters", "import", home / "ann.png", "--to", home / "c")
    assert "kept: lines of voice 1" in done.err


def test_a_card_is_shown_as_the_character_it_is(run, home):
    (home / "a.json").write_bytes(raw({**v3(), "spec_version": "3.5"}))
    shown = run("characters", "show", home / "a.json")
    assert shown.out.startswith("林晚星, 晚星\n")
    assert "creator: c" in shown.err
    assert "3.5 is newer than 3.0" in shown.err
    asked = json.loads(run("characters", "show", home / "a.json", "--json").out)
    assert (asked["name"], asked["talkativeness"]) == ("林晚星", 0.7)


def test_a_card_with_a_book_for_a_description_is_refused_in_a_line(run, home):
    (home / "a.json").write_bytes(raw(v2(description="长" * 400_000)))
    done = run("characters", "import", home / "a.json", "--to", home / "c")
    assert done.status == 2 and not (home / "c").exists()
    (line,) = done.err.splitlines()
    assert line.startswith(f"paotuan: {home / 'a.json'}: makes a character file of 1,2")


def test_what_is_there_is_replaced_only_when_asked_to(run, home):
    (home / "a.json").write_bytes(raw(v2()))
    assert run("characters", "import", home / "a.json", "--to", home / "c").status == 0
    again = run("characters", "import", home / "a.json", "--to", home / "c")
    assert again.status == 2 and "already exists" in again.err
    assert run("characters", "import", home / "a.json", "--to", home / "c", "--force").status == 0
    refused = run("characters", "export", "libai", "--to", home / "a.json")
    assert refused.status == 2 and "already exists" in refused.err
    assert (home / "a.json").read_bytes() == raw(v2())


def test_a_bad_file_does_not_keep_the_good_ones_out(run, home):
    (home / "bad.json").write_text("<html>")
    (home / "a.json").write_bytes(raw(v2()))
    done = run("characters", "import", home / "bad.json", home / "a.json", "--to", home / "c")
    assert done.status == 2
    assert "bad.json: a web page (HTML)" in done.err
    assert (home / "c/林晚星.yaml").is_file()


def test_a_character_that_ships_becomes_a_card_with_a_given_image(run, home):
    (home / "i.png").write_bytes(png.plain_image(9, 9))
    target = home / "libai.png"
    done = run("characters", "export", "libai", "--to", target, "--image", home / "i.png")
    assert done.status == 0
    assert read_card(target).spec == "v3"
    plain = [one for one in chunks_of(target.read_bytes()) if one[0] != b"tEXt"]
    assert plain == chunks_of(png.plain_image(9, 9))
    assert run("characters", "export", "libai", "--to", home / "l.json", "--spec", "v2").status == 0
    assert json.loads((home / "l.json").read_bytes())["spec"] == "chara_card_v2"


def test_wrong_usage_of_export_is_told(run, home):
    nearest = run("characters", "export", "libai", "--to", home / "a.json", "--spec", "v4")
    assert nearest.status == 2 and "there is no format v4; did you mean" in nearest.err
    ending = run("characters", "export", "libai", "--to", home / "a.txt")
    assert ending.status == 2 and "expected a name that ends in .png" in ending.err
    image = run("characters", "export", "libai", "--to", home / "a.png", "--image", home / "no.png")
    assert image.status == 2
    assert not (home / "a.png").exists() and not (home / "a.txt").exists()
    folder = run("characters", "export", "libai", "--to", home / "no/such/a.json")
    assert folder.status == 2 and "Traceback" not in folder.err


def test_what_has_no_place_in_a_format_is_told(run, home):
    (home / "a.png").write_bytes(png_of(chara=v2()))
    done = run("characters", "export", home / "a.png", "--to", home / "a.json")
    assert done.status == 0
    assert "left out, since this format has no place for it: its image" in done.err


def test_chatharuhi_texts_are_one_character(run, home):
    (home / "system_prompt.txt").write_text("你正在扮演春日。", encoding="utf-8")
    (home / "1.txt").write_text("春日:「那里」", encoding="utf-8")
    done = run("characters", "import", home / "1.txt", home / "system_prompt.txt")
    assert done.status == 0
    assert "春日：那里" in run("characters", "show", "春日").out
    target = home / "role"
    assert run("characters", "export", "春日", "--to", target, "--spec", "chatharuhi").status == 0
    assert (target / "texts/1.txt").read_text(encoding="utf-8") == "春日:「那里」"


def test_an_escape_in_a_card_does_not_reach_the_terminal(run, home):
    (home / "a.json").write_bytes(raw(v2(creator="\x1b[31mred", tags=["\x1b]0;x"], name="a\x1bb")))
    for command in ("show", "import"):
        done = run("characters", command, home / "a.json")
        assert done.status == 0
        assert "\x1b" not in done.out + done.err


def test_a_card_plays_by_the_line(run, home):
    (home / "a.png").write_bytes(png_of(ccv3=v3()))
    scene = "title: 夜\nplay_as: 旅人\ncast:\n  旅人:\n  林晚星: {character: a.png}\n"
    (home / "s.yaml").write_text(scene, encoding="utf-8")
    played = run("play", home / "s.yaml", "--model", "scripted", "--line", stdin="有人吗？\n1\n")
    assert played.status == 0
    assert "林晚星：谁？" in played.out
    assert "旅人：有人吗？" in played.out


def test_what_another_program_has_no_field_for_is_told(run, home):
    (home / "a.png").write_bytes(png_of(chara=v2()))
    for form, target, greets in (
        ("characterglm", "x.json", False),
        ("webui", "x.yaml", False),
        ("chatharuhi", "x", True),
    ):
        done = run("characters", "export", home / "a.png", "--spec", form, "--to", home / target)
        lost = {line.rpartition(": ")[2] for line in done.err.splitlines()}
        assert {"system_prompt", "alternate_greetings", "character_book", "extensions.a/b"} < lost
        assert ("first_mes" in lost) is greets and "its image" in lost
    (glm,) = json.loads((home / "x.json").read_text("utf-8")).values()
    assert glm["bot_info"].startswith("林晚星是王都学院的首席法师。\n冷静\n")
    done = run("characters", "import", home / "x", "--to", home / "back")
    assert done.out.strip().endswith("林晚星.yaml")


def test_the_list_shows_the_beginning_of_a_long_profile(run, home):
    folder = home / "data/paotuan/characters"
    folder.mkdir(parents=True)
    (folder / "ann.yaml").write_text(f"name: 安\nprofile: {'长' * 500}\n", "utf-8")
    (line,) = [one for one in run("characters", "list").out.splitlines() if one.startswith("ann ")]
    assert line.endswith("长…") and len(line) < 120


def test_characters_whose_names_are_one_elsewhere_get_files_of_their_own(run, home):
    names = ("Alice", "alice", "ALICE", "CON", "a/b", "e\u0301", "\u00e9")
    cards = [{"name": name, "description": "x"} for name in names]
    stems = set()
    for number, card in enumerate(cards):
        path = home / f"{number}.json"
        path.write_text(json.dumps(card), "utf-8")
        done = run("characters", "import", path, "--to", home / "all", "--force")
        assert done.status == 0, done.err
        stems.add(Path(done.out.strip()).stem)
    assert stems == {"Alice", "alice-2", "ALICE-3", "CON_", "a-b", "\u00e9"}
    files = [path.name for path in (home / "all").iterdir()]
    assert len({name.casefold() for name in files}) == len(files)


def test_a_card_that_is_imported_where_it_lies_is_not_written_over(run, home):
    card = home / "all" / "甲.card.json"
    card.parent.mkdir()
    card.write_text(json.dumps({"name": "甲", "description": "医生"}), "utf-8")
    before = card.read_bytes()
    assert run("characters", "import", card, "--to", home / "all").status == 0
    assert card.read_bytes() == before
    assert run("characters", "show", home / "all" / "甲.yaml").status == 0
