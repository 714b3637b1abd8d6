"""Entries of lorebooks that need no key: a part of the profiles, as many as there is room for."""

import json
from pathlib import Path

import pytest

from characters.knowledge import Shelf
from models.scripted import Scripted
from scenes.constant_checks import without_room
from scenes.constants import all_of, left_out, without
from scenes.injection import informed
from scenes.log import parse
from scenes.note import Note
from scenes.prompt import build_prompt, history_budget, stable_part, stable_within
from scenes.scene import Scene
from scenes.scene_loader import read_scene
from scenes.table.play import Play

CASES = Path(__file__).resolve().parents[2].parent / "shared" / "cases" / "cards"


def entry(content: str, **more: object) -> dict[str, object]:
    return {"key": [], "content": content, "constant": True, "disable": False, **more}


def made(folder: Path, *entries: dict[str, object], cast: str = "") -> Scene:
    book = {"entries": {str(at): {"uid": at, **one} for at, one in enumerate(entries)}}
    (folder / "book.json").write_text(json.dumps(book, ensure_ascii=False), "utf-8")
    cast = cast or "\n  林默: 学生\n  阿诺: {knowledge: [book.json]}"
    text = f"title: 夜\nplay_as: 林默\ncast: {cast}\nopening: 【开场】\n"
    (folder / "s.yaml").write_text(text, "utf-8")
    return read_scene(folder / "s.yaml")


def test_a_persona_in_the_book_is_the_profile_in_the_books_order(tmp_path: Path) -> None:
    scene = made(
        tmp_path,
        entry("{{char}}怕{{user}}。\n年龄：十九", order=50),
        entry("城在海边。", order=10),
        entry("暗号是月亮。", constant=False, key=["暗号"]),
        entry("关着。", disable=True),
    )
    assert stable_part(scene) == (
        "==== 夜 ====\n{林默：学生}\n{城在海边。}\n{阿诺怕林默。 年龄：十九}\n"
    )


def test_where_nothing_names_the_role_the_first_entry_says_whose_it_is(tmp_path: Path) -> None:
    assert "{阿诺：十九岁。}\n{怕黑。}\n" in stable_part(
        made(tmp_path, entry("十九岁。", order=1), entry("怕黑。", order=2))
    )


def test_one_too_large_entry_stops_none_that_follow_and_is_named(tmp_path: Path) -> None:
    scene = made(tmp_path, entry("大" * 900, order=99), entry("小。", order=1))
    stable = stable_within(scene, 1200, len)
    assert "{阿诺：小。}" in stable and "大" not in stable
    (line,) = left_out(all_of(scene), 1200, len, 20)
    assert (
        "book.json: 1 constant entry is left out" in line and "1,200 tokens they have 400" in line
    )
    assert not left_out(all_of(scene), 4000, len, 20)
    assert "大" in stable_within(scene, 4000, len)


@pytest.mark.parametrize("context", [256, 512, 2048, 8192])
def test_they_have_at_least_a_quarter_of_a_context_and_never_keep_a_play_from_going_on(
    tmp_path: Path, context: int
) -> None:
    entries = [entry(f"{number:03d}{'字' * 20}", order=number) for number in range(400)]
    scene = made(tmp_path, *entries)
    told = len(stable_within(scene, context, len))
    assert context // 4 <= told <= context // 2
    assert history_budget(scene, context, 40, len) >= context // 8
    high = scene.cast[1].constants[-1].text
    assert high in stable_within(scene, context, len), "the highest order comes first"


def test_the_rest_of_the_prompt_is_as_if_they_stood_in_the_profile(tmp_path: Path) -> None:
    scene = made(tmp_path, entry("怕黑。", order=1))
    prompt = build_prompt(scene, parse("林默：谁？"), scene.cast[1], 600, 40, len)
    assert prompt.text == stable_part(scene) + "林默：谁？\n阿诺："


def test_they_do_not_fire_again_and_bring_up_others_of_a_recursive_book(tmp_path: Path) -> None:
    second = entry("圆。", constant=False, key=["月亮"], preventRecursion=True)
    scene = made(tmp_path, entry("怕月亮。"), second)
    shelf = Shelf()
    entries = parse("林默：嗯。\n阿诺：好。")
    told = informed(scene, entries, lambda role: shelf.of(role.knowledge), 600, len, "林默")
    assert [one.text for one in told if isinstance(one, Note)] == ["圆。"]


def test_what_is_only_sometimes_so_is_no_profile_but_comes_up(tmp_path: Path) -> None:
    scene = made(tmp_path, entry("过后。", delay=1), entry("或许。", probability=0))
    assert all_of(scene) == []
    shelf, entries = Shelf(), parse("林默：嗯。\n阿诺：好。")
    told = informed(scene, entries, lambda role: shelf.of(role.knowledge), 600, len, "林默")
    assert [one.text for one in told if isinstance(one, Note)] == ["过后。"]


def test_a_book_that_several_have_is_told_once(tmp_path: Path) -> None:
    cast = "".join(f"\n  {name}: {{knowledge: [book.json]}}" for name in ("林默", "阿诺"))
    cast += "\nknowledge: [book.json]"
    scene = made(
        tmp_path, entry("城在海边。林默和阿诺住在那里。"), entry("{{char}}怕黑。"), cast=cast
    )
    stable = stable_part(scene)
    assert stable.count("城在海边") == 1
    assert stable.count("{林默怕黑。}") == stable.count("{阿诺怕黑。}") == 1
    assert stable_within(scene, 2000, len) == stable


def test_a_book_of_the_scene_and_a_broken_one(tmp_path: Path) -> None:
    scene = made(tmp_path, entry("城在海边。"), cast="\n  林默: 学生\nknowledge: [book.json]")
    assert [one.text for one in scene.constants] == ["城在海边。"]
    (tmp_path / "book.json").write_text("{", "utf-8")
    broken = read_scene(tmp_path / "s.yaml")
    assert broken.constants == ()
    assert "book.json" in without_room(broken)[0]


def test_check_names_what_has_no_room(tmp_path: Path) -> None:
    scene = made(tmp_path, entry("大" * 3000), entry("小。"))
    assert "1 constant entry is left out" in without_room(scene)[0]


def test_at_the_table_it_is_said_once_and_a_file_that_is_off_tells_nothing(tmp_path: Path) -> None:
    scene = made(tmp_path, entry("大" * 3000, order=9), entry("小。"))
    play = Play.start(scene, "林默", tmp_path)
    backend = Scripted()
    for __ in range(2):
        hand = play.hand(backend, scene.cast[1])
        __, updates = play.deal(backend, hand)
        list(updates)
    said = [line for line in play.notices if "left out" in line]
    assert len(said) == 1
    assert "小。" in play.prompt(backend, scene.cast[1]).stable
    play.switch(tmp_path / "book.json", on=False)
    assert "小。" not in play.prompt(backend, scene.cast[1]).stable
    assert without(scene, [str(tmp_path / "book.json")]).cast[1].constants == ()
    play.close()


def test_a_session_keeps_them_as_they_were(tmp_path: Path) -> None:
    play = Play.start(made(tmp_path, entry("小。")), "林默", tmp_path)
    play.close()
    (tmp_path / "book.json").write_text('{"entries": {}}', "utf-8")
    again = Play.resume(play.journal.path)
    assert "小。" in again.prompt(Scripted(), again.scene.cast[1]).stable
    again.close()


@pytest.mark.skipif(not CASES.is_dir(), reason="needs the folder `shared` beside the checkout")
@pytest.mark.parametrize("context", [256, 2048, 4096, 32_768])
def test_the_case_of_a_book_with_one_big_entry(context: int) -> None:
    scene = read_scene(CASES / "scene-big-constant.yaml")
    stable = stable_within(scene, context, len)
    assert stable.startswith("==== 大条目 ====\n{林默：学生}\n{阿诺：骑士}\n{")
    assert "{小条必须说。}\n" in stable
    assert ("大" * 1500 in stable) == (context == 32_768)
    shelf, entries = Shelf(), parse("林默：暗号呢？\n阿诺：好。")
    knowledge = shelf.of(scene.knowledge)
    told = informed(scene, entries, lambda role: knowledge, 600, len, "林默")
    assert [one.text for one in told if isinstance(one, Note)] == ["暗号是月亮。"]


def test_a_single_entry_is_switched_off_and_stays_off_when_it_is_written_anew(
    tmp_path: Path,
) -> None:
    first = made(tmp_path, entry("怕黑。", comment="怕", order=2), entry("十九岁。", order=1))
    off = {
        str(tmp_path / "book.json"): [one.called for one in all_of(first) if one.text == "怕黑。"]
    }
    for text in ("怕黑。", "怕黑，更怕静。"):
        scene = made(tmp_path, entry(text, comment="怕", order=2), entry("十九岁。", order=1))
        assert text in stable_part(scene)
        told = stable_part(without(scene, (), off))
        assert "怕" not in told and "十九岁。" in told
