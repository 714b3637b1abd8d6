"""A table to test at: a play on a made scene, a scripted backend, and waiting for what is shown."""

from collections.abc import Callable, Sequence
from pathlib import Path
from time import monotonic

from textual.events import Key
from textual.pilot import Pilot

from models.scripted import Scripted
from scenes.scene import Role, Scene
from scenes.table.play import Play
from tui.app import PaotuanApp
from tui.model_options import Choice
from tui.screens.table import TableScreen
from tui.widgets.composer import Composer
from tui.widgets.tray import Tray

LINES = (
    "你听见了吗？",
    "\\me 举起灯 \\emoji 专注",
    "（不对劲。）",
    "别出声。",
    "走吧。（真冷）",
    "回去。",
)


def house(**changes: object) -> Scene:
    """Two people in an empty house; any field of `Scene` can be given."""
    cast = (Role("林默", profile="医生。"), Role("苏晚", aliases=("晚晚",)), Role("老周"))
    fields: dict[str, object] = {
        "name": "house",
        "path": Path("house.yaml"),
        "title": "旧宅",
        "aim": "找到顾先生",
        "cast": cast,
        "opening": "【雨下了一整夜。】\n苏晚：你确定是这里？ \\emoji 困惑",
        "sampling": {"n": 5, "max_tokens": 40},
        "turns": "list",
    }
    return Scene(**{**fields, **changes})  # type: ignore[arg-type]


def table(
    folder: Path, lines: Sequence[str] = LINES, role: str | None = "林默", **changes: object
) -> tuple[PaotuanApp, Play]:
    """An app that shows a new play with a backend that recites `lines`."""
    play = Play.start(house(**changes), role, folder)
    return PaotuanApp(play, Choice(), Scripted(lines)), play


async def until(pilot: Pilot[None], true: Callable[[], object]) -> None:
    """Let the app run until `true`, at most thirty seconds."""
    ends = monotonic() + 30
    while monotonic() < ends:
        if true():
            return
        await pilot.pause(0.01)
    raise AssertionError("it did not come to that")


async def write(pilot: Pilot[None], text: str) -> None:
    """Write `text` into the composer, as if typed some time ago."""
    pilot.app.screen.query_one(Composer).insert(text)
    await pilot.pause()


async def say(pilot: Pilot[None], text: str) -> None:
    await write(pilot, text)
    await pilot.press("enter")
    await pilot.pause()


def at(pilot: Pilot[None]) -> TableScreen:
    screen = pilot.app.screen
    assert isinstance(screen, TableScreen)
    return screen


async def dealt(pilot: Pilot[None], count: int = 5) -> None:
    """Wait until `count` candidates are complete and the draw is over."""
    await until(
        pilot,
        lambda: (
            at(pilot).table.hand is not None
            and not at(pilot).table.drawing
            and len(at(pilot).table.hand.complete) == count  # type: ignore[union-attr]
        ),
    )


def tray_text(pilot: Pilot[None]) -> str:
    """What the tray shows, a line a row."""
    tray = pilot.app.screen.query_one(Tray)
    return "\n".join(tray.render_line(y).text for y in range(tray.size.height))


def said(play: Play) -> list[str]:
    """The log on the disk, after the opening."""
    log = play.journal.path.with_suffix(".txt").read_text(encoding="utf-8")
    return log.splitlines()[3:]


def composer_of(app: PaotuanApp) -> Composer:
    return app.screen.query_one(Composer)


def burst(app: PaotuanApp, text: str, apart: float = 0.0) -> None:
    """Send keys at once, as if so many seconds had been between them."""
    begun = monotonic() - apart * len(text)
    for number, character in enumerate(text):
        name = {" ": "space", "\r": "enter", "\x1b": "escape", "\t": "tab"}.get(character)
        key = Key(name or character, character)
        key.time = begun + number * apart
        app.post_message(key)
