"""Mutated chats through every reader and back: `python tests/fuzz/chats.py SEED COUNT`.

Whatever the input is, the outcome is a whole session that can be resumed and exported, or a
`KnownError` of one line with nothing written, soon and in bounded memory. Prints the number of each
input that had another outcome, and exits with 1.
"""

import json
import resource
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from base.errors import KnownError
from scenes.data.examples import export as examples
from scenes.files.chats import import_chat
from scenes.files.chats.source import BadValue, json_value
from scenes.files.exports import FORMS, export
from scenes.files.exports.stored import without_ours
from scenes.files.report import ImportReport
from scenes.table.play import Play
from tests.fuzz.mutations import bytes_changed, value_changed

SLOWEST = 3.0
"""Seconds of work after which one input counts as a hang."""
FIXTURES = Path(__file__).resolve().parents[2] / ".." / "shared" / "fixtures"
MEMORY = Path("/dev/shm")

Values = list[object]
"""The lines of a chat, or the one value of a file in a list."""

HEADER = {"user_name": "unused", "character_name": "unused", "chat_metadata": {"note_depth": 4}}
MESSAGE = {
    "name": "安",
    "is_user": False,
    "is_system": False,
    "send_date": "2026-03-01T12:00:00.000Z",
    "mes": '*She waves.* "Hi!"\n【雨】\n“好。”他说。',
    "extra": {"model": "m", "type": "narrator"},
    "swipes": ['*She waves.* "Hi!"\n【雨】\n“好。”他说。', "b\nc", ""],
    "swipe_id": 0,
    "swipe_info": [{"send_date": 1, "extra": {}}],
}
PLAYER = {"name": "You", "is_user": True, "send_date": 1674563371558, "mes": "你好", "extra": {}}
LITE = {
    "gamestarted": True,
    "prompt": "【夜】 It is dark",
    "memory": "m",
    "actions": [" and cold.\n安: 谁？", "\n> 拔剑\n", "{{[INPUT]}}hi{{[OUTPUT]}}ho"],
    "actions_metadata": {"1": {"Selected Text": "", "Alternative Text": [{"Text": "\n> 跑"}]}},
    "savedsettings": {"chatname": "You", "chatopponent": "安||$||乙"},
}
WEBUI = {
    "internal": [["<|BEGIN-VISIBLE-CHAT|>", "Hi."], ["a", "b"]],
    "visible": [["", "Hi."], ["a", "b"]],
    "metadata": {"assistant_1": {"timestamp": "x", "versions": [{"content": "c"}]}},
}
AGNAI = {"name": "n", "messages": [{"userId": "u", "msg": "a"}, {"msg": "b", "retries": ["c"]}]}
RISU = {"type": "risuChat", "data": {"name": "n", "message": [{"role": "user", "data": "x"}]}}

MADE: Sequence[Values] = (
    [HEADER, MESSAGE, PLAYER, MESSAGE],
    [{"user_name": "a", "character_names": ["b", "c"]}, {"chid": 1, "mes": {"message": "m"}}],
    [MESSAGE],
    *([one] for one in (LITE, WEBUI, AGNAI, RISU)),
)

WRONG: Sequence[object] = (
    *(None, True, 0, -1, 10**40, 1e300, "", "\ud800", "\x1b[31m\u202e", "a\n" * 300, "x" * 5000),
    *(
        [],
        {},
        [[]],
        [None, 1, "a"],
        {"": {}},
        "*" * 900,
        '"' * 901,
        "（" * 300,
        "【" * 99,
        "：" * 50,
    ),
    *("\\me \\emoji x", "{{user}}: a", "You: b", "==== x ====", "# x", "\u2028\r\r\n", "a" * 40),
    *({"paotuan": {"turns": [1]}}, {"paotuan": {"version": 1, "turns": [{}], "scene": {}}}),
    *("<think>" * 50, "</think>b", "<UpdateVariable>_.set('a',1);", "<!--" * 99, "```\n" * 9),
    *(
        "<details>a</details>",
        "他管这叫“规矩”，" * 40,
        "老刘说：“走。”她说。" * 9,
        "<b>a</b>&lt;" * 30,
    ),
    *("旁白", "> ", "{{[INPUT]}}", -(10**20), 4e18, "0001-01-01T00:00:00+14:00"),
)


def written(values: Values) -> bytes:
    text = "\n".join(json.dumps(value, ensure_ascii=False) for value in values)
    return text.encode("utf-8", "backslashreplace")


def round_trip(raw: bytes) -> bytes:
    """A chat as a touched session of ours gives it, for what comes back to be mutated too."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.jsonl"
        path.write_bytes(raw)
        play = resumed(path, Path(folder) / "s")
        try:
            play.say("“新的。”" if play.player else "【新的】")
            play.undo()
            play.say("【又一句】")
            return "\n".join(export("sillytavern", play.session, None, 4096)).encode()
        finally:
            play.close()


def resumed(path: Path, folder: Path) -> Play:
    return Play.resume(folder / f"{import_chat(path, folder).session}.jsonl")


def seeds() -> list[bytes]:
    """Whole files of each format: made here, and those of the fixtures where present."""
    found = [written(values) for values in MADE]
    found += [json.dumps(values[0], indent=1).encode() for values in MADE[3:]]
    found += [found[0].decode().encode("gb18030"), round_trip(found[0])]
    folders = (FIXTURES / "chats", FIXTURES / "synthetic") if FIXTURES.is_dir() else ()
    for path in (path for folder in folders for path in sorted(folder.rglob("*.json*"))):
        found.append(path.read_bytes())
    return found


# --- mutations -----------------------------------------------------------------------------------


def mutated(number: int, files: Sequence[bytes], returning: Values) -> bytes:
    """The input of that number."""
    rng = Random(number)
    if rng.random() < 0.5:
        return bytes_changed(rng.choice(files), rng, files)
    values = list(rng.choice((*MADE, returning)))
    for _ in range(rng.choice((1, 1, 3))):
        at = rng.randrange(len(values))
        values[at] = value_changed(values[at], rng, WRONG)
    if rng.random() < 0.1:
        values.insert(rng.randrange(len(values) + 1), rng.choice(rng.choice(MADE)))
    return json.dumps(values).encode() if rng.random() < 0.05 else written(values)


# --- what is tried -------------------------------------------------------------------------------


def parsed(text: str) -> list[object]:
    """The objects of the lines that are JSON."""
    found = []
    for line in text.split("\n"):
        try:
            found.append(json_value(line.strip("\ufeff \t\r")))
        except BadValue:
            continue
    return found


def tried(raw: bytes, folder: Path, number: int) -> str:
    """Import a chat and use its session in every way. Gives the outcome; raises what is a bug."""
    path, sessions = folder / "a.jsonl", folder / "sessions"
    path.write_bytes(raw)
    try:
        report = import_chat(path, sessions)
    except KnownError as error:
        told = error.problems
    else:
        told = ()
    if told:
        assert len(told) == 1 and told[0].isprintable(), told
        left = [one.name for one in sessions.glob("*")] if sessions.is_dir() else []
        assert not [name for name in left if not name.endswith(".lock")], left
        return "refused"
    play = Play.resume(sessions / f"{report.session}.jsonl")
    try:
        assert not play.notices and play.session.turns, play.notices
        used(play, report, raw, folder / "back.jsonl", number)
    finally:
        play.close()
        for one in sessions.iterdir():
            one.unlink()
    return "dropped some" if report.dropped else "read"


def as_theirs(value: object) -> object:
    """A line as SillyTavern wrote it."""
    if not isinstance(value, dict):
        return value
    return without_ours(value, "extra" if "mes" in value else "chat_metadata")


def used(play: Play, report: ImportReport, raw: bytes, back: Path, number: int) -> None:
    """Every export; what came from SillyTavern goes back as it was, and comes back as it is."""
    if number % 8 == 0:
        for one in FORMS:
            for line in export(one, play.session, None, 100_000):
                assert "\n" not in line or one == "html"
        for make in examples.FORMS.values():
            assert all("\n" not in line for line in make(play.session, None, 100_000))
    chat = "\n".join(export("sillytavern", play.session, None, 4096))
    gb18030 = any("GB18030" in notice.text for notice in report.notices)
    if report.title == "SillyTavern chat" and raw[:1] == b"{":
        coding = "gb18030" if gb18030 else "utf-8"
        given = [as_theirs(one) for one in parsed(raw.decode(coding, "replace"))]
        assert all(line in given for line in parsed(chat)), "a line that was not there"
    back.write_bytes(chat.encode())
    again = resumed(back, back.parent / "again")
    try:
        assert again.session.entries == play.session.entries, "another session came back"
    finally:
        again.close()
        for one in (back.parent / "again").iterdir():
            one.unlink()


def fuzz(seed: int, count: int, say: Callable[[str], object] = print) -> Counter[str]:
    """Try `count` inputs; the outcomes counted, `failed` and `slow` among them."""
    files = seeds()
    returning = parsed(round_trip(files[0]).decode())
    outcomes: Counter[str] = Counter()
    where = MEMORY if MEMORY.is_dir() else None
    with tempfile.TemporaryDirectory(dir=where) as folder:
        for number in range(seed, seed + count):
            raw = mutated(number, files, returning)
            started = time.process_time()
            try:
                outcomes[tried(raw, Path(folder), number)] += 1
            except Exception:
                outcomes["failed"] += 1
                say(f"{number} 1:\n{traceback.format_exc(limit=-4)}")
            if (took := time.process_time() - started) > SLOWEST:
                outcomes["slow"] += 1
                say(f"{number} 1: took {took:.1f} s")
    return outcomes


def main() -> int:
    seed, count = (int(word) for word in (*sys.argv[1:], "0", "100000")[:2])
    fuzz(seed, min(count, 300))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    started = time.perf_counter()
    outcomes = fuzz(seed, count)
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    took = time.perf_counter() - started
    print(f"{dict(outcomes)} in {took:.0f} s; grown by {grown / 1024:.0f} MiB")
    return 1 if outcomes["failed"] or outcomes["slow"] else 0


if __name__ == "__main__":
    sys.exit(main())
