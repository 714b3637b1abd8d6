"""How fast and in how much memory a large SillyTavern chat becomes a session.

    python tests/bench/chats.py [MEGABYTES]

The chat is made up: solo, a message in ten with three swipes, sentences of 20 to 200 characters in
Chinese with speech in quotes and `*actions*`. It is read in a process of its own.
"""

import json
import random
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SAMPLE = 5_000
"""Different messages; a file repeats them."""
CHILD = """
import resource, sys, time
from pathlib import Path
from scenes.files.chats import import_chat
begun, clock = time.process_time(), time.perf_counter()
report = import_chat(Path(sys.argv[1]), Path(sys.argv[2]))
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
print(time.process_time() - begun, time.perf_counter() - clock, peak, report.kept)
"""


def messages(seed: int = 7) -> Iterator[str]:
    """Lines of a chat, one message each."""
    rng = random.Random(seed)
    signs = [chr(0x4E00 + at) for at in range(2500)]

    def text() -> str:
        words = "".join(rng.choices(signs, k=rng.randint(20, 200)))
        third = len(words) // 3
        return f"“{words[:third]}。”{words[third : 2 * third]}。*{words[2 * third :]}*"

    for number in range(SAMPLE):
        said = text()
        message: dict[str, object] = {
            "name": "悠二" if number % 2 else "夏娜",
            "is_user": bool(number % 2),
            "is_system": False,
            "send_date": "2026-03-01T12:00:00.000Z",
            "mes": said,
            "extra": {},
        }
        if number % 10 == 0:
            message |= {"swipes": [said, text(), text()], "swipe_id": 0}
        yield json.dumps(message, ensure_ascii=False, separators=(",", ":"))


def write_chat(path: Path, megabytes: float) -> int:
    """Write a chat of that size and return its bytes."""
    block = ("\n".join(messages()) + "\n").encode()
    header = b'{"user_name":"unused","character_name":"unused","chat_metadata":{}}\n'
    with path.open("wb") as file:
        file.write(header)
        while file.tell() < megabytes * 1e6:
            file.write(block)
        return file.tell()


def main(arguments: Sequence[str]) -> int:
    megabytes = float(arguments[0]) if arguments else 200.0
    with tempfile.TemporaryDirectory() as folder:
        chat = Path(folder) / "chat.jsonl"
        size = write_chat(chat, megabytes) / 1e6
        command = [sys.executable, "-c", CHILD, str(chat), str(Path(folder) / "sessions")]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
        cpu, clock, peak, kept = done.stdout.split()
    print(
        f"{size:.0f} MB, {kept} messages: {float(cpu):.1f} s of processor time "
        f"({size / float(cpu):.1f} MB/s), {float(clock):.1f} s, peak {peak} MB"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
