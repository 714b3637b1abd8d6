"""A table with dice of a known seed, and what was said at it, for the tests of rolls."""

from pathlib import Path

from models.scripted import Scripted
from scenes.table import controller_events as happened
from scenes.table.play import Play
from tests.frontends import PlainFrontEnd
from tests.scenes.conftest import made_scene

SEED = 7
LINES = [f"第{number}句。" for number in range(1, 99)]


def begin(
    folder: Path, lines: list[str] = LINES, role: str | None = "林默", **changes: object
) -> PlainFrontEnd:
    """A table with the dice of seed 7."""
    scene = made_scene(**{"sampling": {"n": 2, "max_tokens": 40}, **changes})
    play = Play.start(scene, role, folder)
    play.new_seed = lambda: SEED
    return PlainFrontEnd(play, Scripted(lines), follows=True)


def texts(front_end: PlainFrontEnd) -> list[str]:
    """What the branch says after the opening."""
    return [turn.entry.text for turn in front_end.table.play.session.path[2:]]


def notices(front_end: PlainFrontEnd) -> str:
    return "\n".join(notice.text for notice in front_end.of(happened.Notice))
