"""How well a roll came out: every number against every skill, house rules, the other games."""

from collections.abc import Callable

import pytest

from scenes.dice.rules import (
    GAMES,
    HOUSE_RULES,
    RANKS,
    Difficulty,
    against,
    apocalypse_degree,
    fate_degree,
    needed_for,
    opposed,
    percentile_degree,
    rules_of,
)
from scenes.dice.words import CHINESE, DEGREES, ENGLISH

ROLLED = range(1, 101)
SKILLS = range(0, 131)


def test_the_books_degrees_hold_for_every_roll_and_every_skill() -> None:
    for skill in SKILLS:
        for rolled in ROLLED:
            degree = percentile_degree(rolled, skill)
            if rolled == 1:
                expected = "critical"
            elif rolled == 100 or (rolled >= 96 and skill < 50):
                expected = "fumble"
            elif rolled <= skill // 5:
                expected = "extreme"
            elif rolled <= skill // 2:
                expected = "hard"
            else:
                expected = "success" if rolled <= skill else "failure"
            assert degree == expected, (rolled, skill)


@pytest.mark.parametrize(
    ("house", "critical", "fumble"),
    [
        (0, lambda r, s: r == 1, lambda r, s: r >= (96 if s < 50 else 100)),
        (1, lambda r, s: r <= (1 if s < 50 else 5), lambda r, s: r >= (96 if s < 50 else 100)),
        (
            2,
            lambda r, s: r == 1 or (r <= 5 and r <= s),
            lambda r, s: r == 100 or (r > 95 and r > s),
        ),
        (3, lambda r, s: r <= 5, lambda r, s: r >= 96),
        (
            4,
            lambda r, s: r == 1 or (r <= 5 and r <= s // 10),
            lambda r, s: r == 100 or (s < 50 and r >= 96 + s // 10),
        ),
        (
            5,
            lambda r, s: r == 1 or (r <= 2 and r <= s // 5),
            lambda r, s: r >= (96 if s < 50 else 99),
        ),
    ],
)
def test_house_rules_move_the_ends_and_nothing_between(
    house: int, critical: Callable[[int, int], bool], fumble: Callable[[int, int], bool]
) -> None:
    for skill in range(0, 101):
        for rolled in ROLLED:
            degree = percentile_degree(rolled, skill, house=house)
            assert (degree == "critical") is critical(rolled, skill), (rolled, skill)
            assert (degree == "fumble") is (fumble(rolled, skill) and not critical(rolled, skill))
            if degree not in ("critical", "fumble"):
                assert (RANKS[degree] >= RANKS["success"]) is (rolled <= skill)


def test_under_any_house_rule_a_lower_roll_is_never_worse() -> None:
    for house in HOUSE_RULES:
        for skill in SKILLS:
            ranks = [RANKS[percentile_degree(rolled, skill, house=house)] for rolled in ROLLED]
            assert ranks == sorted(ranks, reverse=True), (house, skill)
            assert ranks[0] == RANKS["critical"] and ranks[-1] == RANKS["fumble"]


@pytest.mark.parametrize("difficulty", ["", "hard", "extreme", "critical"])
def test_what_does_not_reach_the_difficulty_fails(difficulty: Difficulty) -> None:
    for skill in SKILLS:
        for rolled in range(2, 96):
            degree = percentile_degree(rolled, skill, difficulty)
            reached = rolled <= needed_for(skill, difficulty)
            assert (RANKS[degree] >= RANKS["success"]) is reached, (rolled, skill)


def test_the_better_degree_wins_then_the_higher_skill_then_nobody() -> None:
    assert opposed(("hard", 40), ("success", 90)) == 0
    assert opposed(("success", 40), ("success", 90)) == 1
    assert opposed(("success", 40), ("success", 40)) == -1
    assert opposed(("failure", 90), ("fumble", 10)) == -1
    assert opposed(("failure", 90), ("success", 10)) == 1


def test_dungeons_have_a_dc_and_attacks_their_natural_ends() -> None:
    assert against(15, 15) == "success" and against(14, 15) == "failure"
    assert against(2, 1, natural=1, reason="攻击") == "fumble"
    assert against(22, 40, natural=20, reason="Attack") == "critical"
    assert against(22, 40, natural=20, reason="察觉") == "failure"


def test_fate_has_a_ladder_and_the_apocalypse_three_bands() -> None:
    assert [fate_degree(n, None) for n in (-9, 0, 9)] == ["ladder-2", "ladder+0", "ladder+8"]
    assert [fate_degree(n, 2) for n in (1, 2, 3, 5)] == ["failure", "tie", "success", "style"]
    assert [apocalypse_degree(n) for n in (6, 7, 9, 10)] == ["miss", "partial", "partial", "full"]


def test_every_degree_has_a_word_of_its_own_in_both_languages() -> None:
    for words in (CHINESE, ENGLISH):
        assert len(set(words.values())) == len(words)
        assert all(DEGREES[word] == degree for degree, word in words.items())
    assert set(CHINESE) == set(ENGLISH)


def test_a_scene_without_rules_and_one_of_before_roll_as_call_of_cthulhu() -> None:
    assert rules_of(None).game == rules_of("d66").game == "coc7"
    assert [rules_of(game).game for game in GAMES] == list(GAMES)
