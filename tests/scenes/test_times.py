"""When turns were said is kept small, and comes back as it was written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenes.table.times import Times

STRANGE = (
    "",
    "gestern",
    "2026-03-02 01:02:03",
    "2026-03-02T01:02:03Z",
    "2026-03-02T01:02:03+08:00",
)
written = st.datetimes().map(lambda at: at.strftime("%Y-%m-%dT%H:%M:%S+00:00"))


@given(st.dictionaries(st.integers(1, 50), st.one_of(written, st.sampled_from(STRANGE), st.text())))
def test_a_time_comes_back_as_it_was_put_in(told: dict[int, str]) -> None:
    times = Times()
    times.update(told)
    assert dict(times) == dict(sorted(told.items()))
    assert len(times) == len(told)
    assert times.get(51, "") == ""


def test_a_time_can_be_taken_away() -> None:
    times = Times()
    times[3] = "2026-03-02T01:02:03+00:00"
    del times[3]
    assert 3 not in times
    with pytest.raises(KeyError):
        times[3]
