"""What tests of steering share: a model that says what it is told to, and a table."""

from collections.abc import Iterator
from contextlib import suppress

import pytest

from base.errors import KnownError
from models.scripted import Scripted
from scenes.table.play import Play
from tests.frontends import PlainFrontEnd


@pytest.fixture
def backend() -> Scripted:
    return Scripted([f"第{number}句。" for number in range(200)])


@pytest.fixture
def front_end(play: Play, backend: Scripted) -> Iterator[PlainFrontEnd]:
    sat = PlainFrontEnd(play, backend)
    yield sat
    with suppress(KnownError):
        sat.table.close()
