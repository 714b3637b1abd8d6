"""The moving picture of the README: an evening in the old house, as it is played at 80×24.

`python tests/animation.py` writes `docs/play.svg`; run it again after a change of the screen. Each
row of the screen is drawn once however long it stands there; styles move it, and no script.
"""

import asyncio
import os
import tempfile
from collections.abc import Iterable, Iterator
from html import escape
from itertools import groupby
from pathlib import Path

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.pilot import Pilot

from scenes.scene_loader import load_scene
from scenes.table.play import Play
from tests.evening import EVENING, Evening
from tests.tui.tables import dealt, until
from tui.app import PaotuanApp
from tui.model_options import Choice
from tui.widgets.composer import Composer

PICTURE = Path(__file__).parents[1] / "docs" / "play.svg"
COLUMNS, ROWS = 80, 24
CELL, LINE, FONT = 9.6, 21, 16
AT_A_TIME = 3
"""Characters that are typed between two frames."""
TYPED_S, DRAWN_S, READ_S, LOOKED_S, END_S = 0.22, 0.16, 2.2, 0.7, 4.0
"""Seconds that a frame of each kind stands."""

Frame = tuple[tuple[str, ...], float]
"""The rows of a screen as SVG, and for how many seconds they stand."""


class Camera:
    """Takes frames of an app; of frames alike in a row it keeps one."""

    def __init__(self, app: PaotuanApp) -> None:
        self.app = app
        self.frames: list[Frame] = []

    @property
    def ground(self) -> str:
        """The colour behind everything, as `#rrggbb`."""
        return self.app.screen.styles.background.hex.lower()

    def take(self, seconds: float) -> None:
        strips = self.app.screen._compositor.render_strips()
        rows = tuple("".join(_runs(strip, self.ground)) for strip in strips)
        if self.frames and self.frames[-1][0] == rows:
            seconds += self.frames.pop()[1]
        self.frames.append((rows, seconds))


def _runs(row: Iterable[Segment], ground: str) -> Iterator[str]:
    """The parts of a row as SVG, each at its place and as wide as its cells."""
    at = 0
    for style, group in groupby(row, key=lambda segment: segment.style or Style.null()):
        text = "".join(segment.text for segment in group)
        width = cell_len(text)
        if style.bgcolor and (back := style.bgcolor.triplet) and back.hex != ground:
            yield (
                f'<rect x="{at * CELL:g}" width="{width * CELL:g}" height="{LINE}" '
                f'fill="{back.hex}"/>'
            )
        begins = at + cell_len(text) - cell_len(text.lstrip())
        if shown := text.strip():
            ink = style.color.triplet.hex if style.color and style.color.triplet else "#e0e0e0"
            looks = ' font-weight="bold"' * bool(style.bold)
            looks += ' font-style="italic"' * bool(style.italic)
            length = cell_len(shown) * CELL
            yield (
                f'<text x="{begins * CELL:g}" y="{FONT}" fill="{ink}"{looks} '
                f'textLength="{length:g}">{escape(shown)}</text>'
            )
        at += width


async def evening(folder: Path) -> tuple[list[Frame], str]:
    """The ground and the frames of an evening: what is typed, drawn, looked at and picked."""
    play = Play.start(load_scene("rain-house"), "林默", folder)
    app = PaotuanApp(play, Choice(), Evening())
    async with app.run_test(size=(COLUMNS, ROWS)) as pilot:
        await pilot.pause(0.3)
        camera = Camera(app)
        camera.take(LOOKED_S)
        for line, picked in EVENING:
            await _say(pilot, camera, line)
            if line.startswith("苏晚"):
                await _drawn(pilot, camera)
            if picked:
                await _pick(pilot, camera, int(picked))
        camera.take(END_S)
        return camera.frames, camera.ground


async def _say(pilot: Pilot[None], camera: Camera, line: str) -> None:
    composer = pilot.app.screen.query_one(Composer)
    for at in range(0, len(line), AT_A_TIME):
        composer.insert(line[at : at + AT_A_TIME])
        await pilot.pause()
        camera.take(TYPED_S)
    await pilot.pause(0.2)
    await pilot.press("enter")
    await pilot.pause()


async def _drawn(pilot: Pilot[None], camera: Camera) -> None:
    """Frames while candidates are drawn, until all five lie there."""
    drawing = asyncio.create_task(dealt(pilot))
    while not drawing.done():
        await pilot.pause(0.05)
        camera.take(DRAWN_S)
    await drawing
    camera.take(READ_S)


async def _pick(pilot: Pilot[None], camera: Camera, number: int) -> None:
    said = len(camera.app.play.session.path) if camera.app.play else 0
    await pilot.press(str(number))
    await until(
        pilot, lambda: camera.app.play is not None and len(camera.app.play.session.path) > said
    )
    await pilot.pause(0.1)
    camera.take(LOOKED_S)


def svg(frames: list[Frame], ground: str) -> str:
    """Frames as one picture that moves."""
    whole = sum(seconds for __, seconds in frames)
    begins = [sum(seconds for __, seconds in frames[:at]) for at in range(len(frames))]
    stands: dict[tuple[int, str], list[int]] = {}
    for at, (rows, __) in enumerate(frames):
        for y, row in enumerate(rows):
            if row:
                stands.setdefault((y, row), []).append(at)
    times: dict[tuple[int, ...], str] = {}
    drawn = []
    for (y, row), frames_of in stands.items():
        name = times.setdefault(tuple(frames_of), f"f{len(times)}")
        last = " z" * (frames_of[-1] == len(frames) - 1)
        drawn.append(f'<g class="{name}{last}" transform="translate(0 {y * LINE})">{row}</g>')
    styles = [_moves(name, shown, begins, whole, len(frames)) for shown, name in times.items()]
    width, height = COLUMNS * CELL, ROWS * LINE
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="-12 -12 {width + 24:g} {height + 24}" '
        f'font-size="{FONT}"><style>{_STYLE}{"".join(styles)}</style>'
        f'<rect x="-12" y="-12" width="{width + 24:g}" height="{height + 24}" rx="8" '
        f'fill="{ground}"/>\n' + "\n".join(drawn) + "\n</svg>\n"
    )


_STYLE = (
    "text{font-family:'Sarasa Mono SC','Noto Sans Mono CJK SC','Microsoft YaHei Mono',Menlo,"
    "Consolas,monospace;white-space:pre}g{visibility:hidden}.z{visibility:visible}"
    "@media(prefers-reduced-motion:reduce){g{animation:none!important}}"
)


def _moves(name: str, shown: tuple[int, ...], begins: list[float], whole: float, count: int) -> str:
    """When a row that stands in such frames is seen."""
    if len(shown) == count:
        return f".{name}{{visibility:visible}}"
    steps, seen = [], set(shown)
    for at in range(count):
        is_seen = at in seen
        if at == 0 or is_seen != (at - 1 in seen):
            word = "visible" if is_seen else "hidden"
            steps.append(f"{100 * begins[at] / whole:.2f}%{{visibility:{word}}}")
    return (
        f".{name}{{animation:{name} {whole:.1f}s step-end infinite}}"
        f"@keyframes {name}{{{''.join(steps)}}}"
    )


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {"PAOTUAN_LANG": "zh", "XDG_DATA_HOME": folder, "TEXTUAL_ANIMATIONS": "none"}
        frames, ground = asyncio.run(evening(Path(folder)))
    PICTURE.write_text(svg(frames, ground), encoding="utf-8")


if __name__ == "__main__":
    main()
