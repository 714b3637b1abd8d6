"""How long the list of the start takes with a thousand sessions, and the recap of a long one.

Prints a Markdown table: the first look, a look at what has not changed, and the recap of a session
of 20,000 turns with five candidates each. Sessions are made in a folder of their own.
"""

import json
import sys
import tempfile
import time
from pathlib import Path

from scenes.pinyin import ranked
from scenes.scene_loader import load_scene
from scenes.table.play import Play
from scenes.table.recap import recap
from scenes.table.session_list import saved_sessions

MANY = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
TURNS = 20_000
LINE = "苏晚：这是第几句话，我也记不清了。\n"


def begun(folder: Path) -> Path:
    play = Play.start(load_scene("rain-house"), "林默", folder)
    play.say("走吧。")
    play.close()
    return play.journal.path


def fill(folder: Path) -> None:
    """A thousand sessions with 100 lines each."""
    path = begun(folder)
    journal, log = path.read_bytes(), path.with_suffix(".txt").read_bytes()
    for number in range(MANY - 1):
        stem = f"20250101-{number:06d}-rain-house"
        (folder / f"{stem}.jsonl").write_bytes(journal)
        (folder / f"{stem}.txt").write_bytes(log + LINE.encode() * 100)


def lengthen(path: Path) -> None:
    """Turns and draws by the thousand, as a journal holds them."""
    first = path.read_text("utf-8").count('"id"')
    candidate = {"entry": {"kind": "speech", "text": "嗯。" * 20, "speaker": "苏晚"}}
    with path.open("a", encoding="utf-8") as file:
        for number in range(first + 1, first + TURNS):
            draw = {"event": "draw", "id": number, "parent": number - 1, "speaker": "苏晚"}
            lines = [draw | {"candidates": [candidate] * 5}]
            turn = {"id": number, "parent": number - 1, "entry": candidate["entry"]}
            lines.append({"event": "turns", "turns": [turn]})
            for line in lines:
                file.write(json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n")
    path.with_suffix(".txt").write_text(LINE * TURNS, "utf-8")


def timed(title: str, do: object, *given: object) -> None:
    started = time.perf_counter()
    do(*given)  # type: ignore[operator]
    print(f"| {title} | {(time.perf_counter() - started) * 1000:.0f} ms |")


def main() -> None:
    with tempfile.TemporaryDirectory() as many, tempfile.TemporaryDirectory() as one:
        fill(Path(many))
        path = begun(Path(one))
        lengthen(path)
        print("| what | time |\n|---|---|")
        timed(f"{MANY} sessions, the first look", saved_sessions, Path(many))
        timed(f"{MANY} sessions, again", saved_sessions, Path(many))
        timed(f"recap of {TURNS:,} turns ({path.stat().st_size >> 20} MB)", recap, path)
        sessions = saved_sessions(Path(many))
        timed("pinyin, loaded", ranked, "linmo", ["林默"], lambda name: [name])
        timed(f"search in {MANY} sessions", ranked, "jibuqing", sessions, lambda one: [one.last])


if __name__ == "__main__":
    main()
