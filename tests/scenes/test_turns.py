"""Who speaks next, by each rule, with a player and without."""

from collections.abc import Callable
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenes.log import Entry, parse
from scenes.scene import Role, Scene
from scenes.table.session import By, Turn
from scenes.turns import candidates_to_speak, next_speaker

Made = Callable[..., Scene]


def path(*lines: str, by: By = "player", start: int = 1) -> list[Turn]:
    return [
        Turn(number, number - 1 or None, entry, by)
        for number, entry in enumerate((e for line in lines for e in parse(line)), start)
    ]


def name(role: Role | None) -> str | None:
    return role.name if role else None


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("林默：我想苏晚你是知道的。", "苏晚"),
        ("林默：晚晚，等等。", "苏晚"),
        ("林默：（老周不可信。）", "老周"),
        ("林默：走吧。（要是苏晚在就好了）", "苏晚"),
        ("林默：\\me 看了老周一眼，又看苏晚", "老周"),
        ("苏晚：阿默，你来。", "林默"),
        ("【老周从门后走出来】", "老周"),
        ("林默：Hello Wan, come here.", "苏晚"),
    ],
)
def test_who_is_named_in_the_last_line_speaks_next(scene: Scene, line: str, expected: str) -> None:
    assert name(next_speaker(scene, path(line), "林默")) == expected


@pytest.mark.parametrize("line", ["林默：I want to go.", "林默：Wanda!", "阿默：林默在此。"])
def test_part_of_a_word_and_ones_own_name_are_no_call(make_scene: Made, line: str) -> None:
    cast = (Role("林默", aliases=("阿默",)), Role("Wan", talkativeness=0), Role("老周"))
    scene = make_scene(cast=cast)
    assert {name(next_speaker(scene, path(line, start=i), "林默")) for i in range(1, 9)} == {"老周"}


def test_the_longer_name_at_the_same_place_is_meant(make_scene: Made) -> None:
    scene = make_scene(cast=(Role("甲"), Role("小林"), Role("小林子")))
    assert name(next_speaker(scene, path("甲：小林子！"), "甲")) == "小林子"


def test_the_dice_prefer_the_talkative_and_pass_over_the_silent(make_scene: Made) -> None:
    cast = (
        Role("甲"),
        Role("话多", talkativeness=0.9),
        Role("话少", talkativeness=0.1),
        Role("不语", talkativeness=0),
    )
    scene = make_scene(cast=cast)
    found = [name(next_speaker(scene, path("甲：嗯。", start=i), "甲")) for i in range(1, 401)]
    assert found.count("不语") == 0
    assert 320 < found.count("话多") < 395


def test_after_two_lines_of_models_it_is_the_players_turn(scene: Scene) -> None:
    turns = path("林默：嗯。") + path("苏晚：哦。", "老周：哼。", by="model", start=2)
    assert name(next_speaker(scene, turns, "林默")) == "林默"


def test_between_two_the_turn_goes_back_and_forth(make_scene: Made) -> None:
    scene = make_scene(cast=(Role("甲"), Role("乙")))
    said = path("甲：嗯。")
    assert name(next_speaker(scene, said, "甲")) == "乙"
    assert name(next_speaker(scene, said + path("乙：哦。", by="model", start=2), "甲")) == "甲"
    assert name(next_speaker(scene, path("乙：我替你说。"), "甲")) == "甲"


def test_alone_at_the_table_one_speaks_on(make_scene: Made) -> None:
    scene = make_scene(cast=(Role("甲"),))
    for player in ("甲", None):
        assert name(next_speaker(scene, path("甲：嗯。"), player)) == "甲"


def test_the_list_goes_round_the_cast(make_scene: Made) -> None:
    scene = make_scene(turns="list")
    assert name(next_speaker(scene, [], "林默")) == "林默"
    said: list[Turn] = []
    order = []
    for number in range(1, 9):
        role = next_speaker(scene, said, "林默")
        assert role is not None
        order.append(role.name)
        entry = Entry("narration", "雨") if role.narrator else Entry("speech", "嗯", role.name)
        said.append(Turn(number, number - 1 or None, entry, "model"))
    assert order == ["林默", "苏晚", "老周", "守秘人"] * 2


def test_the_list_takes_an_alias_for_its_role_and_passes_over_strangers(make_scene: Made) -> None:
    scene = make_scene(turns="list")
    said = path("晚晚：嗯。", "路人：让一让。", "==== 第二章 ====")
    assert name(next_speaker(scene, said, "林默")) == "老周"


def test_a_players_aside_in_brackets_takes_no_turn(make_scene: Made) -> None:
    scene = make_scene(turns="list")
    assert name(next_speaker(scene, path("林默：嗯。", "【我点起灯】"), "林默")) == "苏晚"
    assert name(next_speaker(scene, path("林默：嗯。", "【灯亮了】"), "守秘人")) == "林默"


def test_the_pool_empties_before_the_player_is_up_again(make_scene: Made) -> None:
    scene = make_scene(turns="pooled")
    said = path("林默：嗯。")
    spoken = []
    for number in range(2, 5):
        role = next_speaker(scene, said, "林默")
        assert role is not None
        spoken.append(role.name)
        entry = Entry("narration", "雨") if role.narrator else Entry("speech", "嗯", role.name)
        said.append(Turn(number, number - 1, entry, "model"))
    assert sorted(spoken) == sorted(["苏晚", "老周", "守秘人"])
    assert name(next_speaker(scene, said, "林默")) == "林默"


def test_manual_leaves_the_choice_to_the_person(make_scene: Made) -> None:
    scene = make_scene(turns="manual")
    assert next_speaker(scene, path("林默：苏晚？"), "林默") is None


def test_a_model_plays_whom_the_player_does_not(scene: Scene) -> None:
    assert [role.name for role in candidates_to_speak(scene, "苏晚")] == ["林默", "老周", "守秘人"]
    assert candidates_to_speak(scene, None) == list(scene.cast)


LINES = st.sampled_from(
    ["林默：嗯。", "苏晚：哦。", "晚晚：哦。", "老周：哼。", "【雨停了】", "路人：喂。", "# 记"]
)


@given(
    lines=st.lists(st.tuples(LINES, st.sampled_from(["opening", "player", "model"])), max_size=8),
    player=st.sampled_from(["林默", "守秘人", None]),
    rule=st.sampled_from(["natural", "list", "pooled"]),
)
def test_nobody_is_made_to_speak_twice_running_and_the_same_turns_give_the_same_answer(
    make_scene: Made, lines: list[tuple[str, By]], player: str | None, rule: str
) -> None:
    scene = make_scene(turns=rule)
    said = [
        Turn(number, number - 1 or None, parse(line)[0], by)
        for number, (line, by) in enumerate(lines, 1)
    ]
    found = next_speaker(scene, said, player)
    assert found is not None
    assert found == next_speaker(scene, list(said), player)
    if said and found.name != player:
        last = said[-1]
        assert last.entry.speaker not in (found.name, *found.aliases)
        assert not (last.entry.kind == "narration" and last.by == "model" and found.narrator)


@pytest.mark.parametrize("rule", ["natural", "list", "pooled"])
def test_a_watched_play_never_stops_and_everyone_speaks(make_scene: Made, rule: str) -> None:
    scene = make_scene(turns=rule)
    said: list[Turn] = []
    speakers: list[str] = []
    for number in range(1, 41):
        role = next_speaker(scene, said, None)
        assert role is not None
        speakers.append(role.name)
        entry = Entry("narration", "雨") if role.narrator else Entry("speech", "嗯", role.name)
        said.append(Turn(number, number - 1 or None, entry, "model"))
    assert set(speakers) == {"林默", "苏晚", "老周", "守秘人"}
    assert all(one != next_one for one, next_one in pairwise(speakers))
