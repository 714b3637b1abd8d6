"""Mutated logs through every reader of other tables: `python tests/fuzz/trpg.py SEED COUNT`.

Whatever the input is, the outcome is a log of ours in which nothing is unrecognised, or a
`KnownError` of one line, soon and in bounded memory. Prints the number of each input that had
another outcome, and exits with 1.
"""

import resource
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from random import Random

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from base.errors import KnownError
from scenes.files.importers import importer_named, of_kind
from scenes.files.source import text_file
from scenes.files.trpg.convert import PARTS
from scenes.files.trpg.files import TableLog, log_of, open_logs
from scenes.files.trpg.people import TableRules
from scenes.files.trpg.styles import STYLES
from scenes.log import parse
from tests.imports.table_logs import LOGS, NAMED, sealdice_json, zipped

SLOWEST, SPEED = 2.0, 50_000
"""Seconds after which one input counts as a hang, and the bytes that give it one second more."""
WRONG = (
    *(b"\xff", b"\0", b"\xef\xbb\xbf", b"\x1b[31m", "\u202e".encode(), b'"', b"\\", b"\\u{", b"{"),
    *(b"[" * 3000, b"(" * 300, "（".encode() * 300, "“".encode() * 99, "【】".encode() * 50),
    *(b"[CQ:at,qq=1]", b"[mirai:[", b"(met)1(met)", b"<@1>", b"\n\n\n", b"\r\n", b"\r", b"\t"),
    *(
        b"#",
        b".me ",
        b"\\me ",
        "（）".encode(),
        "“”".encode(),
        b"==== x ====",
        b"1d",
    ),
    *(b"null", b"-1e999", b"9" * 5000, b"x" * 5000, "很".encode() * 3000, "很".encode("gb18030")),
    *(b"<div>" * 3000, b"</p>", b"<p><span>", b"<!--", b"<![CDATA[", b"<a ", b"&#x110000;", b"&#"),
    *(b"<" * 3000, b" " * 3000, b"<td style='margin-right:5px'>", b"**", b"> " * 99, b"```\n"),
    *(b"[20:01] <", b"8:00PM", b"\t", "【".encode() * 99, "」".encode(), "：".encode(), b"\n* "),
    *(b"[31-Jan-26 08:00 PM] ", "撤回了一条消息".encode(), "上午".encode(), "霧".encode("big5")),
    *(b"<html>", b"PK\x03\x04", "：\u3000".encode(), b"\\emoji x", "😀\ud7ff".encode(), b"1:2:3 "),
)
TABLES = (
    *(TableRules(), TableRules(comments=True, ids=True), TableRules(dice=False)),
    *(TableRules(style=style, comments=True) for style in STYLES),
    TableRules(roles={"林默": "林：先生", "100003": "#晚"}, narrators=frozenset({"林默"})),
)

Seed = tuple[str, bytes]


def seeds() -> list[Seed]:
    """A log of every format, other encodings, and zips."""
    found = list(LOGS.values())
    found += [(name, raw.decode().encode("gb18030")) for name, raw in found[:4]]
    found.append(("log.txt", NAMED.encode("utf-16")))
    found.append(("log.json", sealdice_json(None).encode()))
    found.append(("log.zip", zipped(**{"raw_log--txt": NAMED, "README--txt": "x"})))
    found.append(("log.zip", zipped(**{"a--txt": NAMED, "b--json": sealdice_json()})))
    return found


def mutated(number: int, files: list[Seed]) -> tuple[str, bytes, Random]:
    """The input of that number, and what draws the rest."""
    rng = Random(number)
    name, raw = rng.choice(files)
    data = bytearray(raw)
    for _ in range(rng.choice((0, 1, 1, 2, 4, 16))):
        at, length = rng.randrange(len(data) + 1), rng.choice((1, 2, 3, 8, 64))
        match rng.randrange(8):
            case 0 if at < len(data):
                data[at] = rng.randrange(256)
            case 1:
                del data[at : at + length]
            case 2:
                data[at:at] = data[at : at + length]
            case 3 | 4:
                data[at:at] = rng.choice(WRONG)
            case 5:
                other = rng.choice(files)[1]
                start = rng.randrange(len(other))
                data[at : at + length] = other[start : start + rng.choice((8, 64, 512))]
            case 6 if rng.random() < 0.3:
                del data[at:]
            case 7 if rng.random() < 0.3:
                data[at:at] = data[at : at + length] * rng.choice((9, 99, 999, 9999))
    return name, bytes(data), rng


def _logs(name: str, raw: bytes, rng: Random, folder: Path) -> list[TableLog]:
    forced = rng.choice((None, None, rng.choice([one.name for one in of_kind("log")])))
    if name.endswith(".zip"):
        (folder / name).write_bytes(raw)
        return open_logs(folder / name, forced)
    importer = importer_named(forced) if forced is not None else None
    return [log_of(text_file(raw, name), importer)]


def tried(name: str, raw: bytes, rng: Random, folder: Path) -> str:
    """Import one input. Gives the outcome; raises only what is a bug."""
    try:
        for log in _logs(name, raw, rng, folder):
            report = log.report
            lines = list(log.lines(rng.choice(TABLES)))
            entries = parse("".join(lines))
            if report.importer != "paotuan":
                assert not [one for one in entries if one.kind == "unrecognised"]
                messages = report.dropped.total() - sum(report.dropped[one] for one in PARTS)
                assert report.kept <= report.read <= report.kept + messages
            assert len(entries) >= report.kept
    except KnownError as error:
        said = str(error)
    else:
        return "read"
    assert said.isprintable() and len(said) < 2000, said
    return "refused"


def fuzz(seed: int, count: int, say: Callable[[str], object] = print) -> Counter[str]:
    """Try `count` inputs; the outcomes counted, `failed` and `slow` among them."""
    files = seeds()
    outcomes: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as folder:
        for number in range(seed, seed + count):
            name, raw, rng = mutated(number, files)
            started = time.process_time()
            try:
                outcomes[tried(name, raw, rng, Path(folder))] += 1
            except Exception:
                outcomes["failed"] += 1
                say(f"{number} 1: {name}\n{traceback.format_exc(limit=-3)}")
            if (took := time.process_time() - started) > SLOWEST + len(raw) / SPEED:
                outcomes["slow"] += 1
                say(f"{number} 1: {name} took {took:.1f} s")
    return outcomes


def main() -> int:
    seed, count = (int(one) for one in (*sys.argv[1:3], *("0", "100000")[len(sys.argv) - 1 :]))
    fuzz(seed, 200)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    started = time.perf_counter()
    outcomes = fuzz(seed, count)
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    took = time.perf_counter() - started
    print(f"{dict(outcomes)} in {took:.0f} s; grown by {grown / 1024:.0f} MiB")
    return 1 if outcomes["failed"] or outcomes["slow"] else 0


if __name__ == "__main__":
    sys.exit(main())
