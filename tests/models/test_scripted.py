import time

import pytest

from base.errors import KnownError
from models.backend import Prompt, Sampling, open_backend
from models.scripted import Scripted
from tests.models.conftest import TALK, deltas, draw


def test_the_lines_come_in_order_and_from_the_first_again() -> None:
    backend = Scripted(["一", "二", "三"])
    assert draw(backend, TALK, Sampling(n=2)).texts == ["一", "二"]
    assert draw(backend, TALK, Sampling(n=2)).texts == ["三", "一"]


def test_it_remembers_what_it_was_asked() -> None:
    backend = Scripted(["一"])
    draw(backend, TALK, Sampling(n=1, seed=3), "suwan")
    assert (backend.prompts, backend.adapters) == ([TALK], ["suwan"])
    assert backend.samplings[0].seed == 3


def test_candidates_grow_side_by_side() -> None:
    pieces = Scripted(["甲乙", "丙丁"]).generate(TALK, Sampling(n=2))
    assert [delta.candidate for delta in deltas(pieces)][:4] == [0, 1, 0, 1]


def test_a_stop_string_and_the_longest_length_end_a_line() -> None:
    backend = Scripted(["好。\n林默：不好。", "一二三四五"])
    drawn = draw(backend, TALK, Sampling(n=2, stop=("\n",), max_tokens=4))
    assert drawn.texts == ["好。", "一二三四"]
    assert [drawn.ends[at].finish for at in (0, 1)] == ["stop", "length"]


def test_a_draw_fails_where_it_was_told_to() -> None:
    backend = Scripted(["一"], failures={1: "the model fell over; try again"})
    draw(backend, TALK, Sampling(n=1))
    with pytest.raises(KnownError, match="fell over"):
        draw(backend, TALK, Sampling(n=1))
    draw(backend, TALK, Sampling(n=1))


def test_a_prompt_beyond_the_context_is_refused() -> None:
    with pytest.raises(KnownError, match="the prompt has 50 tokens, the context has 20"):
        draw(Scripted(["一"], context=20), Prompt("", "字" * 50, ""), Sampling(n=1))


def test_it_is_as_slow_as_asked() -> None:
    began = time.perf_counter()
    draw(Scripted(["一二三"], delay=0.01), TALK, Sampling(n=1))
    assert time.perf_counter() - began >= 0.03


def test_it_opens_by_name_with_lines_of_its_own() -> None:
    drawn = draw(open_backend("scripted"), TALK, Sampling(n=5))
    assert len(set(drawn.texts)) == 5
    assert all(drawn.texts)


def test_no_lines_are_refused() -> None:
    with pytest.raises(KnownError, match="no line to recite"):
        Scripted([])
