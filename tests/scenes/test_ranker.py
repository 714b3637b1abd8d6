"""What a person picks teaches an order, which is used only where it agrees better with them."""

import random

import pytest

from scenes.log import Entry
from scenes.table.draws import Candidate
from scenes.table.ranker import FEATURES, LEAST_PICKS, Pick, better, learn
from scenes.table.ranking import ranked

WORDS = "山水风云花鸟雨雪"


def hand(rng: random.Random, n: int = 5) -> tuple[Candidate, ...]:
    def line() -> Candidate:
        text = "".join(rng.choices(WORDS, k=rng.randint(2, 20)))
        kind = rng.choice(["speech", "speech", "action", "thought"])
        feeling = rng.choice(["", "微笑"])
        entry = Entry(kind, text, "苏晚", emotion=feeling)  # type: ignore[arg-type]
        return Candidate(entry, "stop", len(text), -rng.uniform(5, 60))

    return tuple(line() for __ in range(n))


def picks(count: int, wants: str, seed: int = 3) -> list[Pick]:
    rng = random.Random(seed)
    made = []
    for __ in range(count):
        candidates = hand(rng)
        best = {
            "long": lambda at, c=candidates: len(c[at].entry.text),
            "likely": lambda at, c=candidates: c[at].logprob or 0.0,
            "action": lambda at, c=candidates: c[at].entry.kind == "action",
            "chance": lambda at, r=rng: r.random(),
        }[wants]
        made.append(Pick(candidates, max(range(5), key=best)))
    return made


@pytest.mark.parametrize("wants", ["long", "action"])
def test_it_learns_what_is_picked_and_is_better(wants: str) -> None:
    ranker = learn(picks(200, wants))
    assert ranker is not None
    assert better(ranker)
    assert ranker.weights[FEATURES.index(wants)] == max(ranker.weights)
    assert ranker.agreement > 0.8
    assert ranker.picks == 150


def test_who_picks_the_likeliest_gains_nothing_by_it() -> None:
    ranker = learn(picks(200, "likely"))
    assert ranker is not None
    assert ranker.by_likelihood == 1
    assert not better(ranker)


def test_few_picks_teach_nothing() -> None:
    assert learn(picks(LEAST_PICKS - 1, "long")) is None
    assert not better(None)
    alone = [Pick(hand(random.Random(1), 1), 0)] * 500
    assert learn(alone) is None


def test_chance_is_not_taken_for_a_taste() -> None:
    won = sum(better(learn(picks(120, "chance", seed))) for seed in range(8))
    agreed = [learn(picks(120, "chance", seed)) for seed in range(8)]
    assert won < 8
    assert all(one is not None and one.agreement < 0.65 for one in agreed)


def test_the_order_is_by_what_was_learnt() -> None:
    ranker = learn(picks(200, "long"))
    candidates = dict(enumerate(hand(random.Random(9))))
    first = candidates[ranked(candidates, 1, ranker=ranker)[0]]
    assert len(first.entry.text) == max(len(one.entry.text) for one in candidates.values())
