"""How long until the first paint: this program's start against a bare Textual app, in turns.

Prints a Markdown table: the median over the rounds, and the difference that the start costs.
"""

import os
import pty
import select
import statistics
import subprocess
import sys
import tempfile
import time

BARE = """
from textual.app import App
from textual.widgets import Static
class Bare(App):
    def compose(self):
        yield Static("Scenes 场景")
Bare().run()
"""
PLAY = [sys.executable, "-m", "tui", "play", "rain-house"]
PROGRAMS = {
    "bare Textual app": ([sys.executable, "-c", BARE], "场景"),
    "paotuan (start)": ([sys.executable, "-m", "tui"], "场景"),
    "paotuan play rain-house": (PLAY, "雨"),
    "the same, until its table is there": (PLAY, "布鞋"),
}
"""Each program, and a word by which what it is to paint is known."""
ROUNDS = int(sys.argv[1]) if len(sys.argv) > 1 else 9


def first_paint(command: list[str], word: str) -> float:
    """Seconds from starting `command` until it has painted `word` in a terminal."""
    master, slave = pty.openpty()
    environment = {
        **os.environ,
        "TERM": "xterm-256color",
        "PAOTUAN_LANG": "zh",
        "PAOTUAN_MODEL": "scripted",
        "TEXTUAL_DISABLE_KITTY_KEY": "1",
        "COLUMNS": "80",
        "LINES": "24",
    }
    started = time.perf_counter()
    process = subprocess.Popen(
        command, stdin=slave, stdout=slave, stderr=slave, env=environment, start_new_session=True
    )
    os.close(slave)
    seen = b""
    try:
        while word.encode() not in seen:
            if not select.select([master], [], [], 20)[0]:
                raise SystemExit(f"{command}: painted nothing in 20 seconds:\n{seen!r}")
            seen += os.read(master, 65536)
        return time.perf_counter() - started
    finally:
        process.kill()
        process.wait()
        os.close(master)


def main() -> None:
    times: dict[str, list[float]] = {name: [] for name in PROGRAMS}
    with tempfile.TemporaryDirectory() as home:
        os.environ["XDG_DATA_HOME"] = home
        for round_ in range(ROUNDS + 1):
            for name, (command, word) in PROGRAMS.items():
                taken = first_paint(command, word)
                if round_:  # the first round reads the files into memory
                    times[name].append(taken)
    bare = times["bare Textual app"]
    print("| program | first paint, median | over the bare app | ratio (min to max) |")
    print("|---|---|---|---|")
    for name, taken in times.items():
        ratios = [mine / theirs for mine, theirs in zip(taken, bare, strict=True)]
        more = statistics.median(a - b for a, b in zip(taken, bare, strict=True))
        print(
            f"| {name} | {statistics.median(taken) * 1000:.0f} ms | {more * 1000:+.0f} ms "
            f"| {statistics.median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f}) |"
        )


if __name__ == "__main__":
    main()
