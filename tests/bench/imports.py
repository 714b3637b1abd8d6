"""How fast and in how much memory logs of other tables are imported.

    python tests/bench/imports.py [MEGABYTES] [FORMAT …]

Each format is a file of that size whose messages are made up: sentences of 4 to 40 characters, a
third of them with speech in quotes, some orders, rolls and off-topic words; each is read in a
process of its own, whose processor time counts. `own` is a log of ours, through `log import` and
`log check`.
"""

import json
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from itertools import cycle
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SAMPLE = 20_000
"""Different messages; a file repeats them."""
NAMES = [("守秘人", 100001), ("林默", 100002), ("苏晚", 100003), ("陈叔", 100004)]


def made_up(seed: int = 5) -> Iterator[tuple[str, int, datetime, str]]:
    """Messages of a table: name, id, time, text."""
    rng = random.Random(seed)
    signs = [chr(0x4E00 + at) for at in range(2500)]
    weights = [1 / (at + 10) for at in range(len(signs))]
    now = datetime(2026, 3, 21, 19, 5, 5)

    def words(least: int, most: int) -> str:
        found = "".join(rng.choices(signs, weights, k=rng.randint(least, most)))
        return f"{found[: len(found) // 2]}，{found[len(found) // 2 :]}。"

    for _ in range(SAMPLE):
        now += timedelta(seconds=rng.randint(2, 40))
        name, id = rng.choice(NAMES)
        drawn = rng.random()
        if drawn < 0.05:
            text = ".ra 侦查"
        elif drawn < 0.10:
            name, id, text = (
                "骰娘",
                100009,
                f'<林默>的"侦查"检定结果为: D100={rng.randint(1, 99)}/65 成功',
            )
        elif drawn < 0.15:
            text = f"（{words(4, 12)}）"
        elif drawn < 0.48:
            text = f"“{words(4, 20)}”" + (words(4, 20) if drawn < 0.3 else "")
        else:
            text = words(8, 40)
        yield name, id, now, text


def _named(name: str, id: int, at: datetime, text: str) -> str:
    return f"{name}({id}) {at:%Y-%m-%d %H:%M:%S}\n{text}\n\n"


def _sealdice_json(name: str, id: int, at: datetime, text: str) -> str:
    item = {
        **{"id": 1, "nickname": name, "IMUserId": f"QQ:{id}", "time": int(at.timestamp())},
        **{"message": text, "isDice": name == "骰娘", "commandId": 0, "commandInfo": None},
        **{"rawMsgId": "0", "uniformId": f"QQ:{id}", "channel": ""},
    }
    return json.dumps(item, ensure_ascii=False) + ",\n"


def _oliva(name: str, id: int, at: datetime, text: str) -> str:
    sender = {"id": f"QQ:{id}", "name": name}
    item = {"time": int(at.timestamp()), "type": "recv", "deleted": False, "sender": sender}
    return json.dumps(item | {"message": text}, ensure_ascii=False) + "\n"


def _own(name: str, id: int, at: datetime, text: str) -> str:
    return f"{name}：{text.replace('“', '').replace('”', '')}\n"


WRITERS: dict[str, Callable[[str, int, datetime, str], str]] = {
    "sealdice": _named,
    "qq": lambda name, id, at, text: f"{at:%Y-%m-%d %H:%M:%S} {name}({id})\n{text}\n\n",
    "sinanya": lambda name, id, at, text: f"<{at:%Y-%m-%d %H:%M:%S}.0>\t[{name}]:\t{text}\n",
    "rendered": lambda name, id, at, text: f"{at:%Y/%m/%d %H:%M:%S}<{name}({id})>:{text}\n",
    "olivadice": _oliva,
    "sealdice-json": _sealdice_json,
    "own": _own,
}
AROUND = {"sealdice-json": ('{"version":101,"items":[\n', '{"id":0}]}')}


def write(path: Path, format: str, size: int) -> None:
    """A log of about `size` bytes."""
    pieces = [WRITERS[format](*one).encode() for one in made_up()]
    before, after = AROUND.get(format, ("", ""))
    with path.open("wb") as file:
        file.write(before.encode())
        for piece in cycle(pieces):
            file.write(piece)
            if file.tell() > size:
                break
        file.write(after.encode())


MEASURED = """
import resource, sys, time
sys.path.insert(0, {root!r})
from tui.__main__ import main
started = time.process_time()
status = main({command!r})
took = time.process_time() - started
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print("measured", status, took, peak, file=sys.stderr)
"""


def measure(path: Path, out: Path, format: str) -> None:
    """Import, in a process of its own, and print the figures."""
    commands = {"import": ["log", "import", str(path), "-o", str(out)]}
    if format == "own":
        commands["check"] = ["log", "check", str(path)]
    for name, command in commands.items():
        program = MEASURED.format(root=str(ROOT), command=command)
        done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
        *_, status, took, peak = done.stderr.splitlines()[-1].split()
        size = path.stat().st_size / 1e6
        print(
            f"{format} ({name}): {size:.0f} MB in {float(took):.1f} s, "
            f"{size / float(took):.1f} MB/s, peak {float(peak):.0f} MiB, status {status}",
            flush=True,
        )


def main() -> None:
    size = next((int(one) for one in sys.argv[1:] if one.isdecimal()), 200)
    asked = [one for one in sys.argv[1:] if one in WRITERS] or list(WRITERS)
    with tempfile.TemporaryDirectory() as folder:
        for format in asked:
            path = Path(folder) / "log.txt"
            write(path, format, size * 1_000_000)
            measure(path, Path(folder) / "out.txt", format)
    if "own" in asked:
        _parse()


def _parse() -> None:
    from scenes.log import parse

    text = "".join(_own(*one) for one in made_up())
    started = time.process_time()
    parse(text)
    took = time.process_time() - started
    print(f"parse: {len(text.encode()) / 1e6 / took:.1f} MB/s")


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    main()
