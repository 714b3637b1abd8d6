"""What people type behind words of dice, and what comes of it under each game's rules."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from base.errors import KnownError
from scenes.dice.checks import Table, check_orders, growth_order, opposed_orders
from scenes.dice.log_form import line_of, read_roll, write_roll
from scenes.dice.orders import Order, roll_order, sanity_order
from scenes.dice.proposals import Proposal, proposed
from scenes.dice.roll import Change, Roll
from scenes.dice.rules import Game, rules_of
from scenes.dice.skills import BASE, RolledSkills, skill_called


def table(game: Game = "coc7", rolls: tuple[Roll, ...] = ()) -> Table:
    return Table(rules_of(game), 0, RolledSkills(lambda: rolls, percentile=game == "coc7"))


def told(order: Order, seed: int = 3) -> str:
    return write_roll(line_of(order.thrown(random.Random(seed))))


@pytest.mark.parametrize(
    ("typed", "form"),
    [
        ("侦查", "侦查 1d100=93/25 失败"),
        ("侦查 60", "侦查 1d100=93/60 失败"),
        ("侦查60", "侦查 1d100=93/60 失败"),
        ("侦查　６０", "侦查 1d100=93/60 失败"),
        ("60 侦查", "侦查 1d100=93/60 失败"),
        ("95", "1d100=93/95 成功"),
        ("困难侦查 60", "困难侦查 1d100=93/30 失败"),
        ("极难侦查 60", "极难侦查 1d100=93/12 失败"),
        ("侦查+10", "侦查 1d100=93/35 失败"),
        ("侦查 60-10", "侦查 1d100=93/50 失败"),
        ("聆听-10 50", "聆听 1d100=93/40 失败"),
        ("b2 侦查", "侦查 1d100b2=23/25 成功"),
        ("p 侦查 99", "侦查 1d100p1=93/99 成功"),
        ("侦查 看看门后", "侦查 看看门后 1d100=93/25 失败"),
        ("侦查 60 看看门后", "侦查 看看门后 1d100=93/60 失败"),
        ("Spot Hidden", "Spot Hidden 1d100=93/25 失败"),
        ("Spot Hidden 50", "Spot Hidden 1d100=93/50 失败"),
        ("格斗(斗殴) 50", "格斗(斗殴) 1d100=93/50 失败"),
    ],
)
def test_checks_of_call_of_cthulhu_as_people_type_them(typed: str, form: str) -> None:
    (order,) = check_orders("林默", typed, table())
    assert told(order) == f"林默 {form}"


@pytest.mark.parametrize(
    ("game", "typed", "form"),
    [
        ("dnd5e", "察觉 +5 dc15", "察觉 1d20+5=13/15 失败"),
        ("dnd5e", "察觉 优势 +5 dc15", "察觉 2d20kh1+5=24/15 成功"),
        ("dnd5e", "隐匿 劣势", "隐匿 2d20kl1=8"),
        ("dnd5e", "优势 察觉 3", "察觉 2d20kh1+3=22"),
        ("fate", "射击 +3", "射击 4dF+3=3 良好"),
        ("fate", "射击 3 dc2", "射击 4dF+3=3/2 成功"),
        ("pbta", "冷静 +1", "冷静 2d6+1=8 部分成功"),
    ],
)
def test_checks_of_other_games_add_the_skill(game: Game, typed: str, form: str) -> None:
    (order,) = check_orders("林默", typed, table(game))
    assert told(order) == f"林默 {form}"


@pytest.mark.parametrize(
    ("game", "typed", "form"),
    [
        ("coc7", "", "1d100=31"),
        ("dnd5e", "", "1d20=8"),
        ("fate", "", "4dF=0"),
        ("pbta", "", "2d6=7 部分成功"),
        ("pbta", "2d6+4 冷静", "冷静 2d6+4=11 完全成功"),
        ("coc7", "侦查", "侦查 1d100=31"),
        ("coc7", "3#1d6 伤害", "伤害 3#1d6=2,5,5"),
        ("dnd5e", "d20+5 dc15", "1d20+5=13/15 失败"),
        ("dnd5e", "d20优势+5 dc15 砍门", "砍门 2d20kh1+5=24/15 成功"),
        ("dnd5e", "优势", "2d20kh1=19"),
    ],
)
def test_what_a_roll_alone_is_depends_on_the_game(game: Game, typed: str, form: str) -> None:
    text = told(roll_order("林默", typed, rules_of(game)))
    assert text.startswith("林默 ")
    if typed or game != "coc7":
        assert text == f"林默 {form}" or game == "coc7"
    assert text.count("=") == 1


def test_a_check_without_a_value_is_asked_for_in_one_line() -> None:
    with pytest.raises(KnownError, match=r"how good 林默 is at 力量 yet: \.ra 力量 60"):
        check_orders("林默", "力量", table())
    with pytest.raises(KnownError, match=r"the SAN of 林默 yet: \.sc 1/1d6 55"):
        sanity_order("林默", "1/1d6", rules_of("coc7"), 0, None, "理智", "SAN")


def test_what_was_said_of_a_skill_holds_for_the_next_check_of_the_branch() -> None:
    said = Roll(1, None, "林默", "1d100", (4,), kind="check", skill="力量", value=65)
    changed = Roll(
        2, None, "林默", "1d100", (99,), skill="SAN", changes=(Change("林默", "SAN", 55, 51),)
    )
    skills = RolledSkills(lambda: (said, changed))
    assert skills.value("林默", "力量") == 65 and skills.value("苏晚", "力量") is None
    assert skills.value("林默", "SAN") == 51
    assert RolledSkills(lambda: ()).value("苏晚", "侦查") == 25


def test_skills_are_the_same_by_any_of_their_names() -> None:
    assert {skill_called(name) for name in ("侦查", "侦察", "偵查", "Spot Hidden", "目星")} == {
        "侦查"
    }
    assert all(skill_called(name) == name for name in BASE)
    assert skill_called("san值") == skill_called("理智") == "SAN"


def test_a_fumbled_san_check_costs_the_most_and_san_never_falls_below_nothing() -> None:
    order = sanity_order("林默", "0/1d6+1 5", rules_of("coc7"), 0, None, "理智", "SAN")
    costs = {}
    for seed in range(400):
        roll = order.thrown(random.Random(seed))
        (change,) = roll.changes
        costs.setdefault(roll.degree, set()).add(change.before - change.after)
    assert costs["fumble"] == {5}
    assert costs["failure"] <= {2, 3, 4, 5} and len(costs["failure"]) > 2
    assert costs.get("success", {0}) == {0}


def test_a_skill_grows_where_the_roll_is_above_it_or_above_95() -> None:
    order = growth_order("林默", "侦查 97", table(), "成长")
    for seed in range(300):
        roll = order.thrown(random.Random(seed))
        grown = roll.totals[0] > 95
        assert (roll.degree == "success") is grown is bool(roll.changes)
        assert all(1 <= each.after - each.before <= 10 for each in roll.changes)


def test_opposed_checks_take_names_numbers_and_two_skills() -> None:
    names = {"林默": "林默", "苏晚": "苏晚", "晚晚": "苏晚"}
    first, second = opposed_orders("潜行,侦查 林默 60 晚晚 50", None, names.get, table())
    assert (first.who, first.skill, first.value) == ("林默", "潜行", 60)
    assert (second.who, second.skill, second.value) == ("苏晚", "侦查", 50)
    me, them = opposed_orders("侦查 苏晚", "林默", names.get, table())
    assert (me.who, them.who) == ("林默", "苏晚")
    for typed in ("侦查", "侦查 林默 林默", "", "侦查 苏晚 林默 苏晚"):
        with pytest.raises(KnownError, match="an opposed check is written"):
            opposed_orders(typed, None, names.get, table())


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("门后有动静。（侦查检定）", Proposal("check", "侦查")),
        ("门后有动静。（请林默进行一次困难侦查检定）", Proposal("check", "困难侦查", "林默")),
        ("（苏晚需要过一个聆听检定）", Proposal("check", "聆听", "苏晚")),
        ("有什么在动(侦查 检定 60)", Proposal("check", "侦查 60")),
        ("那东西抬起了头。（理智检定 1/1d6）", Proposal("sanity", "1/1d6")),
        ("（.ra 侦查 60）", Proposal("check", "侦查 60")),
        ("（。sc1/1d6）", Proposal("sanity", "1/1d6")),
        ("Something moves. (Spot Hidden check)", Proposal("check", "Spot Hidden")),
        ("雨下了一整夜。（真冷）", None),
        ("他说要检定一下。", None),
        ("（技能检定）", None),
        ("（检定）", None),
    ],
)
def test_a_narration_may_propose_a_check_in_brackets(text: str, found: Proposal | None) -> None:
    assert proposed(text, ["林默", "苏晚"]) == found


HOSTILE = st.text(max_size=40) | st.text(
    st.sampled_from("0123456789dbp#+-/()%侦查困难大成功极难san优势dc \n\t【】→="), max_size=40
)


@settings(max_examples=300)
@given(HOSTILE, st.sampled_from(["coc7", "dnd5e", "fate", "pbta"]))
def test_whatever_is_typed_is_rolled_and_reads_back_or_is_refused_in_one_line(
    text: str, game: Game
) -> None:
    stands = table(game)
    for ask in (
        lambda: check_orders("林默", text, stands),
        lambda: check_orders("林默", text, stands, 1),
        lambda: (roll_order("林默", text, stands.rules),),
        lambda: (sanity_order("林默", text, stands.rules, 0, 50, "理智", "SAN"),),
        lambda: (growth_order("林默", text, stands, "成长"),),
        lambda: opposed_orders(f"{text} 苏晚", "林默", {"苏晚": "苏晚"}.get, stands),
    ):
        rolls, refused = [], ""
        try:
            rolls = [order.thrown(random.Random(1)) for order in ask()]
        except KnownError as error:
            refused = str(error)
        assert "\n" not in refused and len(refused) < 400
        for roll in rolls:
            line = line_of(roll)
            assert "\n" not in write_roll(line) and "【" not in write_roll(line)
            assert read_roll(write_roll(line), [line.who]) == line


@settings(max_examples=200)
@given(
    st.text(max_size=80)
    | st.text(st.sampled_from("（()）侦查检定请林默一个san0/1d6 .ra"), max_size=60)
)
def test_no_narration_breaks_the_search_for_proposals(text: str) -> None:
    found = proposed(text, ["林默"])
    assert found is None or found.text
