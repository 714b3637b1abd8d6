"""How fast the table answers a key after a long evening, and what a turn costs in memory.

    python tests/bench/table.py [TURNS] [KEYS]       20000 turns and 100 keys where none are given

While keys are pressed, five candidates stream at 200 tokens a second each. A key is timed from its
event to the end of the paint that shows it. In the same process, two ways to build it otherwise:
all turns in one RichLog, and a widget a message (of those a tenth as many, since they take minutes
to mount). Prints a Markdown table.
"""

import asyncio
import os
import sys
import tempfile
import threading
import time
import tracemalloc
from collections.abc import Callable, Generator
from pathlib import Path
from statistics import median

from textual import events
from textual.app import App, ComposeResult
from textual.containers import VerticalScroll
from textual.pilot import Pilot
from textual.widgets import RichLog, Static, TextArea

from models.backend import Delta, End, Progress, Prompt, Sampling
from models.scripted import Scripted
from scenes.table.play import Play
from tests.bench.journal import journal
from tui.app import PaotuanApp
from tui.model_options import Choice
from tui.run_app import FRAMES
from tui.widgets.composer import Composer
from tui.widgets.transcript import Transcript
from tui.widgets.tray import Tray

RATE = 200
"""Tokens a second of each candidate."""
LINE = (
    "夜里下着雨，谁也没有说话。只有楼上的脚步声，一步，一步，走到门边就停了；灯也跟着暗下去。" * 4
)
PAUSE = 0.03


class Streaming(Scripted):
    """Writes lines that differ in their first words, at a steady rate."""

    def generate(
        self, prompt: Prompt, sampling: Sampling, adapter: str | None = None
    ) -> Generator[Delta | Progress]:
        begun, self._next = time.perf_counter(), self._next + 1
        lines = [f"第{self._next}手{n}，{LINE}" for n in range(sampling.n)]
        for at in range(len(lines[0])):
            time.sleep(max(begun + at / RATE - time.perf_counter(), 0))
            for number, line in enumerate(lines):
                yield Delta(number, line[at])
        for number, line in enumerate(lines):
            yield Delta(number, end=End("stop", len(line), 1000, 900))


class Flood(App[None]):
    """A transcript built otherwise, five candidates and an input; candidates paint as they come."""

    def __init__(self, lines: list[str], one_log: bool) -> None:
        super().__init__()
        self.lines, self.one_log = lines, one_log
        self.ended = threading.Event()

    def compose(self) -> ComposeResult:
        if self.one_log:
            yield RichLog(id="log", wrap=True)
        else:
            with VerticalScroll(id="log"):
                yield from (Static(line, markup=False) for line in self.lines)
        yield Static(id="candidates")
        yield TextArea(id="composer")

    def on_mount(self) -> None:
        self.query_one("#log").styles.height = "1fr"
        self.query_one("#candidates").styles.height = 8
        self.query_one("#composer").styles.height = 4
        if self.one_log:
            for line in self.lines:
                self.query_one(RichLog).write(line)
        self.query_one("#log").scroll_end(animate=False)
        self.query_one(TextArea).focus()
        threading.Thread(target=self._stream, daemon=True).start()

    def _stream(self) -> None:
        at = 0
        while not self.ended.wait(1 / RATE):
            at = (at + 1) % len(LINE)
            self.call_later(self._show, "\n".join(f"{n} {LINE[:at]}" for n in range(5)))

    def _show(self, text: str) -> None:
        self.query_one("#candidates", Static).update(text)


async def answers(
    app: App[object], pilot: Pilot[object], area: TextArea, keys: int, between: Callable[[], object]
) -> list[float]:
    """Seconds from each key to the end of the paint that shows it."""
    painted: list[tuple[float, int]] = []
    display = app._display

    def watched(screen: object, renderable: object) -> None:
        display(screen, renderable)  # type: ignore[arg-type]
        painted.append((time.perf_counter(), len(area.text)))

    app._display = watched  # type: ignore[method-assign, assignment]
    found = []
    for number in range(keys):
        between()
        await asyncio.sleep(PAUSE)
        wanted, began = len(area.text) + 1, time.perf_counter()
        app.post_message(events.Key("好", "好"))
        while not any(when > began and many >= wanted for when, many in painted[-8:]):
            await asyncio.sleep(0.0005)
        found.append(
            next(when for when, many in painted if when > began and many >= wanted) - began
        )
        if number % 30 == 29:
            area.clear()
    app._display = display  # type: ignore[method-assign]
    return sorted(found)


def row(name: str, turns: int, found: list[float]) -> str:
    p95 = found[int(len(found) * 0.95)]
    most = found[-1]
    return (
        f"| {name} | {turns:,} | {median(found) * 1000:.1f} ms | {p95 * 1000:.1f} ms "
        f"| {most * 1000:.1f} ms |"
    )


async def ours(play: Play, keys: int) -> tuple[list[float], float, float]:
    """Times of keys, layouts of the tray a second, and seconds for a turn to be shown."""
    app = PaotuanApp(play, Choice(), Streaming())
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        table = app.table
        assert table is not None
        composer, tray = table.query_one(Composer), table.query_one(Tray)
        laid_out: list[float] = []
        lay_out = tray._lay_out

        def counted() -> None:
            laid_out.append(time.perf_counter())
            lay_out()

        tray._lay_out = counted  # type: ignore[method-assign]
        table.table.enter("")

        def stream() -> None:
            if not table.table.drawing:
                table.table.redraw() if table.table.hand else table.table.enter("")

        await asyncio.sleep(0.3)
        began, first = time.perf_counter(), len(laid_out)
        found = await answers(app, pilot, composer, keys, stream)  # type: ignore[arg-type]
        rate = (len(laid_out) - first) / (time.perf_counter() - began)
        transcript = table.query_one(Transcript)
        play.session.say(play.entries("再说一句。")[0])
        began = time.perf_counter()
        transcript.show(play.session.path, play.session.role)
        shown = time.perf_counter() - began
    return found, rate, shown


async def otherwise(lines: list[str], one_log: bool, keys: int) -> list[float]:
    app = Flood(lines, one_log)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        found = await answers(app, pilot, app.query_one(TextArea), keys, lambda: None)  # type: ignore[arg-type]
        app.ended.set()
    return found


def memory(path: Path) -> tuple[float, float]:
    """Bytes a turn that a session and its transcript hold, and of these its text and candidates."""
    tracemalloc.start()
    play = Play.resume(path)
    transcript = Transcript()
    transcript._size = transcript._size.with_width(80)
    transcript.show(play.session.path)
    transcript._width = 0
    transcript._measure(0)
    held = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    turns = len(play.session.path)
    text = sum(sys.getsizeof(turn.entry.text) for turn in play.session.path)
    text += sum(len(line) for line in play.session.draws.unread if isinstance(line, bytes))
    play.close()
    return held / turns, text / turns


def main() -> None:
    turns = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    keys = int(sys.argv[2]) if len(sys.argv) > 2 else 100
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bench.jsonl"
        journal(path, turns)
        held, text = memory(path)
        play = Play.resume(path)
        lines = [turn.entry.line for turn in play.session.path]
        found, rate, shown = asyncio.run(ours(play, keys))
        print("| five candidates streaming | turns | median | p95 | most |")
        print("|---|---|---|---|---|")
        print(row("the table", turns, found), flush=True)
        print(row("one RichLog", turns, asyncio.run(otherwise(lines, True, keys))), flush=True)
        few = lines[-turns // 10 :]
        print(row("a widget a message", len(few), asyncio.run(otherwise(few, False, keys // 4))))
    print(
        f"\nlayouts of the tray: {rate:.0f} a second; a new turn is shown in {shown * 1000:.2f} ms"
    )
    print(f"memory: {held:.0f} bytes a turn, of which text and candidates {text:.0f}")


if __name__ == "__main__":
    if "TEXTUAL_FPS" not in os.environ:  # Textual reads it when it is imported
        os.environ["TEXTUAL_FPS"] = FRAMES
        os.execv(sys.executable, [sys.executable, *sys.argv])
    main()
