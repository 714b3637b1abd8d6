from collections import Counter
from itertools import islice
from pathlib import Path

import pytest

from base.errors import KnownError
from scenes.data.teacher.filling import filled
from scenes.data.teacher.questions import own_templates
from scenes.data.teacher.templates import (
    Templates,
    read_slots,
    read_templates,
    ready_world,
    slots_of,
    yaml_of,
)

SHARED = Path("/work/shared")
SEEDS = SHARED / "data" / "camelbell" / "seed_tasks.jsonl"
VALUES = SHARED / "cases" / "seeds" / "slots_flat.yaml"


def texts(*filled_questions):
    return [one.text for one in filled_questions]


def test_every_way_to_fill_the_templates_comes_once_in_an_order_of_its_seed():
    templates = ["{a}和{b}谁更{c}？", "{a}在哪里？", "{nobody}呢？", "几点了？"]
    slots = {"a": ["甲", "乙"], "b": ["丙", "丁", "戊"], "c": ["高", "老"]}
    found = texts(*filled(templates, slots, 1))
    assert len(found) == len(set(found)) == 2 * 3 * 2 + 2 + 1
    assert {"乙和丁谁更老？", "甲在哪里？", "几点了？"} <= set(found)
    assert found == texts(*filled(templates, slots, 1)) != texts(*filled(templates, slots, 2))


def test_a_template_with_many_ways_gets_no_more_than_its_share():
    many = {name: [f"{name}{number}" for number in range(40)] for name in "ab"}
    templates = ["{a}和{b}？", *(f"第{number}问：{{c}}？" for number in range(9))]
    slots = {**many, "c": [f"c{number}" for number in range(12)]}
    first = Counter(one.template for one in islice(filled(templates, slots, 1), 100))
    assert set(first.values()) == {10}
    all_of_small = Counter(one.template for one in islice(filled(templates, slots, 1), 200))
    assert all_of_small[0] == 200 - 9 * 12 and set(all_of_small.values()) == {92, 12}


def test_values_of_a_slot_come_about_equally_often():
    slots = {"a": [f"a{number}" for number in range(20)], "b": [f"b{n}" for n in range(30)]}
    drawn = [one.values for one in islice(filled(["{a}与{b}"], slots, 3), 120)]
    for place, most in ((0, 8), (1, 6)):
        seen = Counter(values[place] for values in drawn)
        assert len(seen) == (20, 30)[place] and max(seen.values()) <= most


def test_slots_beyond_all_bounds_are_drawn_from_without_remembering_them():
    names = [f"slot{number}" for number in range(12)]
    slots = {name: [f"{name}值{number}" for number in range(500)] for name in names}
    templates = ["".join(f"{{{name}}}" for name in names), "{slot0}？", "{slot1}{slot2}。"]
    found = texts(*islice(filled(templates, slots, 1), 2000))
    assert len(found) == len(set(found)) == 2000
    kinds = Counter(one[-1] if one[-1] in "？。" else "" for one in found)
    assert kinds["？"] == 500 and kinds["。"] == kinds[""] == 750


def test_two_slots_do_not_say_the_same_and_equal_questions_come_once():
    slots = {"a": ["甲", "乙"], "b": ["甲", "乙"]}
    assert sorted(texts(*filled(["{a}比{b}高吗？"], slots, 1))) == ["乙比甲高吗？", "甲比乙高吗？"]
    assert texts(*filled(["{a}？", "{b}？"], slots, 1)).count("甲？") == 1
    endless = {"a": ["甲"], "b": ["甲"], **{f"c{n}": [*map(str, range(500))] for n in range(9)}}
    template = "{a}{b}" + "".join(f"{{c{n}}}" for n in range(9))
    assert not texts(*filled([template], endless, 1))


def test_a_value_that_looks_like_a_slot_stays_as_it_is():
    slots = {"person": ["{place}", "苏晚"], "place": ["旧宅", "{person}"]}
    assert set(texts(*filled(["{person}在{place}吗？{person}？"], slots, 1))) == {
        "{place}在旧宅吗？{place}？",
        "{place}在{person}吗？{place}？",
        "苏晚在旧宅吗？苏晚？",
        "苏晚在{person}吗？苏晚？",
    }


def test_an_instruction_stands_before_its_question(tmp_path):
    file = tmp_path / "seeds.jsonl"
    file.write_text(
        '{"instruction": "在[world_name]的世界中，", "instances": [{"input": "[food]好吃吗？"}]}\n'
        '{"instruction": "有人说了一句话", "instances": [{"input": "什么意思？"}, {"input": ""}]}\n'
        '{"instruction": "In the world of [world_name]", "instances": [{"input": "who is he?"}]}\n',
        "utf-8",
    )
    read = read_templates(file)
    assert [one.text for one in read.templates] == [
        "在{world_name}的世界中，{food}好吃吗？",
        "有人说了一句话，什么意思？",
        "有人说了一句话",
        "In the world of {world_name}, who is he?",
    ]
    mine = tmp_path / "mine.yaml"
    mine.write_text(yaml_of(read, {"food": ["饼", "no", "3"]}), "utf-8")
    again = read_templates(mine)
    assert again.templates == read.templates and again.slots == {"food": ["饼", "no", "3"]}


def test_values_may_stand_in_a_file_by_their_slots_alone(tmp_path):
    file = tmp_path / "slots.yaml"
    file.write_text("place: [长安, 长安, ' 洛 阳 ']\nfood: []\nworld_name: [《唐》]\n", "utf-8")
    read = read_slots(file)
    assert read.values_for("李白") == {"place": ["长安", "洛 阳"], "world_name": ["《唐》"]}
    assert read.the_world == "《唐》"
    file.write_text("place: [长安]\nfood: [1]\n", "utf-8")
    with pytest.raises(KnownError, match=r"slots\.yaml:2: slots\.food\.0: .*put it in quotes"):
        read_slots(file)


def test_a_ready_world_has_values_for_our_own_templates_in_its_language():
    world = ready_world("《西游记》")
    assert world is not None and ready_world("没有这本书") is ready_world("") is None
    slots = {**own_templates("zh").slots, **world.values_for("孙悟空"), "role": ["孙悟空"]}
    wanted = {name for one in own_templates("zh").templates for name in slots_of(one.text)}
    assert wanted <= slots.keys()
    assert set(world.values_for("孙悟空")["enemy"]).isdisjoint({"孙悟空"})
    assert world.values_for("猪八戒")["weakness"] != world.values_for("孙悟空")["weakness"]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_our_own_templates_say_what_each_slot_is_to_hold(language):
    own = own_templates(language)
    assert len(own.templates) >= 42
    for name in {name for one in own.templates for name in slots_of(one.text)} - {"role"}:
        assert own.ask[name] != name


@pytest.mark.skipif(not SEEDS.is_file(), reason="the first project's seed tasks are not here")
def test_the_first_project_s_templates_have_fair_shares():
    templates = read_templates(SEEDS)
    assert isinstance(templates, Templates) and len(templates.templates) == 42
    slots = read_slots(VALUES).values_for("哈利波特")
    texts_of = [one.text for one in templates.templates]
    found = list(islice(filled(texts_of, slots, 1), 2156))
    shares = Counter(one.template for one in found)
    assert len({one.text for one in found}) == 2156 and len(shares) == 42
    assert max(shares.values()) < 2156 * 0.1
    xiyou = ready_world("西游记").values_for("孙悟空")
    wanted = {name for one in texts_of for name in slots_of(one)} - {"world_name"}
    assert wanted <= xiyou.keys()
