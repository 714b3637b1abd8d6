"""Numbered actions that a narration offers, chosen by their numbers, and their checks."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.backend import End
from models.scripted import Scripted
from scenes.dice.offers import chosen, offered, third_person
from scenes.dice.proposals import Proposal
from scenes.grammar import offering_grammar
from scenes.scene import Role, Scene
from scenes.table import controller_events as happened
from scenes.table.draw import line_sampling
from scenes.table.judge import Judge
from scenes.table.play import Play
from tests.frontends import PlainFrontEnd

OFFER = "【门虚掩着。1. 推门进去 2. 听听动静（聆听检定） 3. “有人吗？”】"
NEXT = "门开了。1. 点灯 2. 后退"


def adventure(language: str = "zh", **role) -> Scene:
    cast = (
        Role("旅人", sheet={"HP": 9, "聆听": 55, "物品": ("灯",)}, **role),
        Role("旁白", narrator=True, offers=2, talkativeness=1.0),
    )
    return Scene("a", Path("a.yaml"), "险", cast, language=language, play_as="旅人", opening=OFFER)


def seated(tmp_path, scene: Scene | None = None) -> PlainFrontEnd:
    play = Play.start(scene or adventure(), "旅人", tmp_path)
    return PlainFrontEnd(play, Scripted([NEXT, "雨停了。", "灯亮了。1、上楼 2、下楼"]))


@pytest.mark.parametrize(
    "text",
    [
        "门虚掩着。1. 推门进去 2. 听听动静（聆听检定） 3. 离开。",
        "门虚掩着：1、推门进去；2、听听动静（聆听检定）；3、离开",
        "门虚掩着。（1）推门进去（2）听听动静（聆听检定）（3）离开。你怎么办？",
        "门虚掩着。①推门进去②我听听动静（请进行聆听检定）③离开",
        "门虚掩着。１．推门进去　２．听听动静（聆听检定）　３．离开",
    ],
)
def test_numbers_are_read_as_people_write_them(text):
    offers = offered(text)
    assert [one.text for one in offers] == ["推门进去", "听听动静", "离开"]
    assert [one.check for one in offers] == [None, Proposal("check", "聆听"), None]


@pytest.mark.parametrize("text", ["他走了1.5 米。2. 好", "1. 只有一个", "2. 走 3. 跑", "没有", ""])
def test_what_is_no_choice_offers_nothing(text):
    assert offered(text) == []


@given(st.text(st.sampled_from("123.、（） ①检定走。“”\n"), max_size=60))
def test_any_text_gives_whole_offers_in_order_or_none(text):
    offers = offered(text)
    assert len(offers) != 1
    assert [one.number for one in offers] == list(range(1, len(offers) + 1))
    assert all(one.text.strip() for one in offers)


def test_a_number_is_typed_in_either_width():
    offers = offered(OFFER[1:-1])
    assert [chosen(typed, offers) for typed in ("2", "２", "2.")] == [offers[1]] * 3
    assert [chosen(typed, offers) for typed in ("4", "0", "2楼", "", "二")] == [None] * 5
    assert offers[2].said
    assert offers[2].text == "有人吗？"


def test_english_is_told_of_whoever_does_it():
    done = [third_person(text) for text in ("Open the door", "Try it", "watch", "have a look")]
    assert done == ["opens the door", "tries it", "watches", "has a look"]


def test_a_number_does_the_action_and_the_narrator_answers(tmp_path):
    table = seated(tmp_path)
    table.do("enter", "1")
    said = table.table.play.session.path[-1]
    assert (said.entry.kind, said.entry.text, said.by) == ("action", "推门进去", "player")
    assert [one.entry.text for one in table.table.hand.complete] == [
        NEXT,
        "灯亮了。1、上楼 2、下楼",
    ]


def test_its_check_is_rolled_with_the_sheet_before_the_narrator_answers(tmp_path):
    table = seated(tmp_path)
    table.do("enter", "2")
    action, rolled = table.table.play.session.path[-2:]
    assert action.entry.text == "听听动静"
    assert rolled.roll is not None
    assert rolled.entry.text.startswith("旅人 聆听 1d100=")
    assert "/55 " in rolled.entry.text
    assert table.table.hand.speaker.name == "旁白"


def test_what_is_offered_in_quotes_is_said(tmp_path):
    table = seated(tmp_path)
    table.do("enter", "3")
    assert table.table.play.session.path[-1].entry.line == "旅人：有人吗？"


def test_a_check_that_nobody_can_make_does_the_action_and_says_so(tmp_path):
    scene = replace(adventure(), opening=OFFER.replace("聆听", "开船"))
    table = seated(tmp_path, scene)
    table.do("enter", "2")
    assert table.table.play.session.path[-1].entry.text == "听听动静"
    assert any("开船" in notice.text for notice in table.of(happened.Notice))
    assert table.table.hand is not None


def test_a_picked_narration_offers_and_asks_for_no_roll_of_its_own(tmp_path):
    table = seated(tmp_path)
    table.do("enter", "1")
    places = enumerate(table.table.hand.places, 1)
    table.do("pick", next(at for at, one in places if "上楼" in one.text))
    assert [one.text for one in table.table.offers] == ["上楼", "下楼"]
    assert not table.table.listening.offering
    table.do("enter", "2")
    assert table.table.play.session.path[-1].entry.text == "下楼"


def test_elsewhere_a_number_stays_what_it_was(tmp_path):
    table = seated(tmp_path)
    table.do("enter", "7")
    assert table.table.play.session.path[-1].entry.line == "旅人：7"


def test_a_narration_without_its_choices_is_drawn_again():
    narrator = adventure().cast[1]
    judge, end = Judge(narrator, (), ()), End("stop", 5, 5, 0)
    assert judge.judge("雨停了。】", end)[0] is None
    assert judge.judge(f"{NEXT}】", end)[0] is not None


def test_the_grammar_offers_the_checks_of_the_players_sheet():
    scene = adventure()
    grammar = line_sampling(scene, scene.cast[1]).grammar
    assert grammar == offering_grammar(2, ["聆听"], chinese=True)
    assert '"1. " option " 2. " option' in grammar
    assert '"检定）"' in grammar
    assert "HP" not in grammar
