"""More lines are drawn than shown: the best stand first, unlike each other, and say why."""

from collections.abc import Generator
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from models.backend import Delta, End, Prompt, Sampling
from scenes.log import Entry, parse
from scenes.scene import Scene
from scenes.table.draw import Ranked, draw_lines, line_sampling
from scenes.table.draws import Candidate
from scenes.table.hand import Hand, Place, hand_of
from scenes.table.ranking import DRAWN, pooled, ranked, ranks, why

HISTORY = parse("【雨下了一整夜。】\n林默：就是这里。")
TEXTS = st.text("甲乙丙丁戊己", min_size=1, max_size=12)


def candidate(text: str, logprob: float | None, finish: str = "stop") -> Candidate:
    return Candidate(Entry("speech", text, "苏晚"), finish, len(text), logprob)  # type: ignore[arg-type]


hands = st.lists(
    st.builds(candidate, TEXTS, st.floats(-60, 0), st.sampled_from(["stop", "length"])),
    max_size=12,
    unique_by=lambda one: one.entry.text,
)


@given(hands, st.integers(1, 6), TEXTS, st.randoms())
def test_the_order_is_the_same_however_they_were_drawn(hand, n, last, random) -> None:  # type: ignore[no-untyped-def]
    def lines(drawn: list[Candidate]) -> list[str]:
        places = dict(enumerate(drawn))
        return [places[at].entry.text for at in ranked(places, n, last)]

    shuffled = list(hand)
    random.shuffle(shuffled)
    assert lines(hand) == lines(shuffled)


@given(hands, st.integers(1, 20), TEXTS)
def test_each_stands_once_and_none_is_lost(hand, n, last) -> None:  # type: ignore[no-untyped-def]
    places = {at * 3: one for at, one in enumerate(hand)}
    assert sorted(ranked(places, n, last)) == sorted(places)


@given(hands.filter(bool), st.integers(1, 6))
def test_the_first_is_the_likeliest_of_the_best_kind(hand, n) -> None:  # type: ignore[no-untyped-def]
    first = hand[ranked(dict(enumerate(hand)), n)[0]]
    whole = [one for one in hand if one.finish == "stop"] or hand
    assert first.logprob == max(one.logprob for one in whole)


def test_a_line_much_like_the_first_stands_behind_an_unlikelier_one() -> None:
    hand = [
        candidate("先别出声，跟在我后面", -10),
        candidate("先别出声，跟在我身后", -11),
        *(candidate(text, -12.0) for text in ("灯怎么灭了", "有人来过", "谁在楼上", "把门关上")),
    ]
    assert 1 not in ranked(dict(enumerate(hand)), 2)[:2]
    assert ranked(dict(enumerate(hand)), 1)[:2] == [0, 1]


def test_an_echo_of_the_last_line_stands_behind() -> None:
    hand = [candidate("你确定是这里吗", -2), candidate("信上就是这么写的", -20)]
    assert ranked(dict(enumerate(hand)), 2, "你确定是这里？") == [1, 0]


def test_each_says_why_it_stands_there() -> None:
    hand = [candidate(text, at) for text, at in (("甲", -3), ("丁", -9.12), ("乙", -4))]
    hand.append(candidate("丙", -1, "length"))
    assert [why(hand, at) for at in range(4)] == [
        "2 of 4 by likelihood (-3.0)",
        "4 of 4 by likelihood (-9.1); unlike those before it, or like your picks",
        "3 of 4 by likelihood (-4.0)",
        "1 of 4 by likelihood (-1.0); it was cut, so it stands behind",
    ]
    assert why([candidate("甲", -3), candidate("乙", -4)], 0) == "the likeliest of 2 (-3.0)"
    assert why([candidate("甲", None), candidate("乙", -4)], 1) == ""


def test_only_the_starter_draws_more_by_itself() -> None:
    assert pooled(Sampling(), "starter").draw == DRAWN
    assert not ranks(pooled(Sampling(), "qwen"))
    assert not ranks(pooled(Sampling(draw=1), "starter"))
    assert pooled(Sampling(draw=8), "qwen").draw == 8
    assert not ranks(pooled(Sampling(n=12), "starter"))


class Likely:
    """Draws lines in their order, each with its log-probability."""

    name, context = "likely", 4096

    def __init__(self, *lines: tuple[str, float]) -> None:
        self.lines, self.asked, self.notices = list(lines), list[Sampling](), list[str]()

    def count(self, text: str) -> int:
        return len(text)

    def generate(
        self, prompt: Prompt, sampling: Sampling, adapter: str | None = None
    ) -> Generator[Delta]:
        self.asked.append(sampling)
        drawn = [self.lines.pop(0) for __ in range(sampling.n)]
        for row, (text, logprob) in enumerate(drawn):
            yield Delta(row, text)
            yield Delta(row, end=End("stop", len(text), 1, 0, logprob))

    def close(self) -> None:
        self.lines.clear()


FIVE = (("甲出去看看。", -30.0), ("乙把灯点上。", -10.0), ("我", -1.0), ("丙去关门。", -20.0))


def dealt(scene: Scene, backend: Likely, **asked: object) -> Hand:
    role = scene.role("苏晚")
    sampling = line_sampling(scene, role, asked)
    hand = Hand(role, "likely", sampling, [Place() for __ in range(sampling.draw)])
    for update in draw_lines(backend, scene, HISTORY, role, sampling):
        hand.update(update)
    return hand


def test_the_best_are_shown_and_the_others_stand_behind(scene: Scene) -> None:
    backend = Likely(*FIVE)
    hand = dealt(scene, backend, n=2, draw=4)
    assert [place.text for place in hand.places] == [
        "乙把灯点上。",
        "丙去关门。",
        "甲出去看看。",
        "",
    ]
    assert (hand.in_view, hand.behind) == (2, 1)
    assert backend.asked[0].n == 4
    assert backend.asked[0].logprobs
    assert all(place.over for place in hand.places)
    assert hand.places[3].why == "a single syllable"


def test_enough_lines_are_not_drawn_for_again(scene: Scene) -> None:
    backend = Likely(*FIVE, ("丁来开门。", -5.0))
    dealt(scene, backend, n=3, draw=4)
    assert len(backend.asked) == 1
    backend = Likely(*FIVE, ("丁来开门。", -5.0))
    hand = dealt(scene, backend, n=4, draw=4)
    assert [one.n for one in backend.asked] == [4, 1]
    assert hand.in_view == 4


def test_without_more_to_choose_from_nothing_is_ranked(scene: Scene) -> None:
    backend = Likely(*FIVE)
    role = scene.role("苏晚")
    sampling = line_sampling(scene, role, {"n": 2, "draw": 1})
    updates = list(draw_lines(backend, scene, HISTORY, role, sampling))
    assert not any(isinstance(update, Ranked) for update in updates)
    assert not backend.asked[0].logprobs


def test_a_hand_out_of_a_journal_shows_the_same(scene: Scene) -> None:
    hand = dealt(scene, Likely(*FIVE), n=2, draw=4)
    again = hand_of(replace(hand.draw(), id=1), scene)
    assert [one.entry for one in again.complete] == [one.entry for one in hand.complete]
    assert (again.in_view, again.behind) == (2, 1)
    assert [again.why(at) for at in range(3)] == [hand.why(at) for at in range(3)]
    assert again.why(0) == "the likeliest of 3 (-10.0)"


def test_what_was_taken_is_in_view_wherever_it_stands(scene: Scene) -> None:
    hand = dealt(scene, Likely(*FIVE), n=2, draw=4)
    hand.picked = {2}
    assert (hand.in_view, hand.behind) == (3, 0)
