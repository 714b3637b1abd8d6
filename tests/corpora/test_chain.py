"""How the turns of a talk are weighed at once: against sums over every way to take them."""

import itertools
import math
import random

import pytest

from scenes.data.books.prose.chain import Link, chances


def every_way(links):
    """By turn: how likely each name, the one before again, and the one before that."""
    total = 0.0
    names = [[0.0] * len(link.names) for link in links]
    again, third = [0.0] * len(links), [0.0] * len(links)
    for way in itertools.product(*(range(len(link.names)) for link in links)):
        who = [link.names[n] for link, n in zip(links, way, strict=True)]
        same = [[at >= back and who[at] == who[at - back] != "" for back in (1, 2)]
                for at in range(len(links))]  # fmt: skip
        power = math.exp(
            sum(
                link.scores[n] + link.again * one + link.third * two
                for link, n, (one, two) in zip(links, way, same, strict=True)
            )
        )
        total += power
        for at, n in enumerate(way):
            names[at][n] += power
            again[at] += power * same[at][0]
            third[at] += power * same[at][1]
    return [
        ([each / total for each in row], one / total, two / total)
        for row, one, two in zip(names, again, third, strict=True)
    ]


@pytest.mark.parametrize("seed", range(5))
def test_a_chain_gives_what_all_ways_to_take_the_turns_give(seed):
    draw = random.Random(seed)
    links = [
        Link(names, [draw.gauss(0, 1) for _ in names], draw.gauss(-1, 1), draw.gauss(1, 1))
        for names in (["a", "b", ""], ["b", "c"], ["a"], ["a", "b", "c", ""], ["c", "b", ""])
    ]
    for found, (names, again, third) in zip(chances(links), every_way(links), strict=True):
        assert found.names == pytest.approx(names)
        assert found.again == pytest.approx(again)
        assert found.third == pytest.approx(third)


def test_a_talk_of_two_is_told_from_its_ends():
    open_turn = (["林默", "苏晚", ""], [0.0, 0.0, -2.0])
    links = [
        Link(["林默"], [0.0]),
        *(Link(*open_turn, again=-3.0, third=2.0) for _ in range(4)),
        Link(["苏晚"], [0.0], again=-3.0, third=2.0),
    ]
    best = [
        link.names[max(range(len(one.names)), key=one.names.__getitem__)]
        for link, one in zip(links, chances(links), strict=True)
    ]
    assert best == ["林默", "苏晚", "林默", "苏晚", "林默", "苏晚"]
