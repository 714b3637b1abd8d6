"""What `make test FAST=1` leaves out is there to be left out."""

from tests.conftest import SLOW, TESTS


def test_every_file_that_is_named_as_slow_is_there() -> None:
    assert [name for name in sorted(SLOW) if not (TESTS / name).is_file()] == []
