"""What a long evening costs: to open it, to show it, to say a line, to go back: medians.

    python tests/bench/journal.py [TURNS ...]        100, 20000 and 100000 where none are given

Every turn is picked from five candidates. Opening is told beside reading the same bytes with
`json.loads`, a line at a time, so that the ratio is that of any machine. "Shown" is opening and the
table painted, in a process that has loaded what it needs.
"""

import asyncio
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

from scenes.table.events import line_of
from scenes.table.play import Play
from scenes.table.session import Event
from scenes.table.snapshot import to_json
from tests.scenes.conftest import made_scene
from tui.app import PaotuanApp
from tui.model_options import Choice

TURNS = (100, 20_000, 100_000)
TIMES = 5
SAID = 40
"""Lines that are said for a median."""
TIME = "2026-11-28T18:00:00+00:00"


def journal(path: Path, turns: int) -> None:
    """Write a session of so many turns, each picked from five candidates."""
    scene = to_json(made_scene())
    opened = {"version": 1, "session": "s", "role": "林默", "scene": scene, "turns": []}
    with path.open("wb") as file:
        file.write(line_of({"event": "open", **opened, "time": TIME}) + b"\n")
        for number in range(1, turns + 1):
            for event in drawn(number):
                file.write(line_of({**event, "time": TIME}) + b"\n")


def drawn(number: int) -> tuple[Event, Event]:
    """A draw of five candidates, and the pick of one."""
    text = "夜里下着雨，谁也没有说话，只有楼上的脚步声。"
    candidates = [
        {
            "entry": {"kind": "speech", "text": f"第{number}句，{k}：{text}", "speaker": "苏晚"},
            "tokens": 21,
        }
        for k in range(5)
    ]
    parent = number - 1 or None
    draw = {"id": number, "parent": parent, "speaker": "苏晚", "candidates": candidates}
    turn = {"id": number, "parent": parent, "entry": candidates[2]["entry"], "by": "model"}
    turn |= {"draw": number, "candidate": 2}
    return {"event": "draw", **draw, "model": "starter"}, {"event": "turns", "turns": [turn]}


def seconds(act: Callable[[], object], times: int = TIMES) -> float:
    """The median of some calls."""
    found = []
    for _ in range(times):
        began = time.perf_counter()
        act()
        found.append(time.perf_counter() - began)
    return median(found)


async def show(path: Path) -> None:
    """Open a session and paint its table."""
    play = Play.resume(path)
    async with PaotuanApp(play, Choice(model="scripted")).run_test(size=(80, 24)) as pilot:
        await pilot.pause()
    play.close()


def read_plainly(path: Path) -> int:
    with path.open("rb") as file:
        return sum(bool(json.loads(line)) for line in file)


def megabytes(path: Path) -> float:
    """What opening adds to the most memory of a program of its own (on Linux)."""
    program = (
        "import sys; from pathlib import Path; from scenes.table.play import Play\n"
        "lines = lambda: Path('/proc/self/status').read_text().splitlines()\n"
        "most = lambda: next(int(s.split()[1]) for s in lines() if s.startswith('VmHWM')) / 1000\n"
        "before = most(); play = Play.resume(Path(sys.argv[1])); print(most() - before)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, path], capture_output=True, text=True, check=True
    )
    return float(done.stdout)


def measure(turns: int, folder: Path) -> None:
    path = folder / f"{turns}.jsonl"
    journal(path, turns)
    Play.resume(path).close()  # the readable log is there from now on
    opening = seconds(lambda: Play.resume(path).close())
    showing = seconds(lambda: asyncio.run(show(path)))
    plain = seconds(lambda: read_plainly(path))
    memory = megabytes(path)
    play = Play.resume(path)
    saying = seconds(lambda: play.say("走吧。"), SAID)
    entries = seconds(lambda: play.session.entries, SAID)
    going = seconds(lambda: play.undo() and play.redo(), SAID)
    play.close()
    size = path.stat().st_size / 1e6
    print(
        f"{turns:>8} {size:>6.1f} MB  open {opening:6.3f} s, json {plain:6.3f} s, ratio "
        f"{opening / plain:4.2f}, {memory:4.0f} MB  shown {showing:6.3f} s  "
        f"say {saying * 1e3:6.2f} ms  "
        f"entries {entries * 1e3:5.2f} ms  undo and redo {going * 1e3:7.2f} ms"
    )


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        for turns in map(int, sys.argv[1:] or TURNS):
            measure(turns, Path(folder))


if __name__ == "__main__":
    main()
