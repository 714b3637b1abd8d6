"""A small made scene, a data folder, and a play that stands at its opening."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from scenes.scene import Role, Scene
from scenes.table.play import Play

OPENING = "【雨下了一整夜。】\n苏晚：你确定是这里？ \\emoji 困惑"


def made_scene(**changes: object) -> Scene:
    """Three people and a narrator in an empty house; any field of `Scene` can be given."""
    cast = (
        Role("林默", aliases=("阿默",), profile="退役军医，谨慎。", voice="林默：先看看再说。"),
        Role("苏晚", aliases=("晚晚", "Wan"), profile="作家。", talkativeness=0.9),
        Role("老周", profile="看门人。", emotions=("平静", "冷笑")),
        Role("守秘人", narrator=True),
    )
    fields: dict[str, object] = {
        "name": "old-house",
        "path": Path("old-house.yaml"),
        "title": "雨夜旧宅",
        "cast": cast,
        "summary": "两位旧友走进一座空宅。",
        "opening": OPENING,
        "sampling": {"n": 3, "max_tokens": 40},
    }
    return Scene(**{**fields, **changes})  # type: ignore[arg-type]


@pytest.fixture(scope="session")
def scene() -> Scene:
    return made_scene()


@pytest.fixture(scope="session")
def make_scene() -> Callable[..., Scene]:
    return made_scene


@pytest.fixture
def play(scene: Scene, tmp_path: Path) -> Iterator[Play]:
    """The player is 林默, and nothing has been said after the opening."""
    started = Play.start(scene, "林默", tmp_path)
    yield started
    started.close()
