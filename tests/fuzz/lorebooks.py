"""Mutated lorebooks, notes and knowledge bases: `python tests/fuzz/lorebooks.py --count 100000`.

Whatever the input is, the outcome is knowledge that can be searched, or a `KnownError` of one
line, soon and in bounded memory. Prints the number of each input that had another outcome, and
exits with 1.
"""

import argparse
import json
import resource
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from random import Random
from typing import Any
from zlib import crc32

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from base.errors import KnownError
from base.validation import check
from base.yaml_reader import read
from characters.lore.book import Lorebook
from characters.lore.files import read_json
from characters.lore.matching import Moment, Utterance
from characters.lore.scan import scan
from characters.lore.schema import BookFile, book_of
from characters.wiki.chunks import Chunk, chunks
from characters.wiki.files import text_of
from characters.wiki.index import Base
from characters.wiki.storage import write_base
from characters.wiki.vectors import Vectors, VectorsMade, vectors_path
from tests.fuzz.mutations import bytes_changed, value_changed

VECTOR = (0.5, 0.5, 0.5, 0.5)
SLOWEST = 2.0
"""Seconds after which one input counts as a hang."""
FIXTURES = Path(__file__).resolve().parents[2] / ".." / "shared" / "fixtures"

Seed = tuple[str, bytes]

ENTRY = {
    "uid": 1,
    "key": ["王都", "/a+b/i"],
    "keysecondary": ["门"],
    "content": "@@depth 3\n@@@scan_depth 2\n王都在{{char}}的北方。",
    "selective": True,
    "selectiveLogic": 3,
    "group": "a,b",
    "groupWeight": 30,
    "probability": 50,
    "useProbability": True,
    "scanDepth": None,
    "delayUntilRecursion": 1,
    "excludeRecursion": False,
    "sticky": 2,
    "cooldown": 1,
    "delay": 0,
    "characterFilter": {"isExclude": False, "names": ["苏晚"], "tags": []},
    "matchScenario": True,
}
CARD_ENTRY = {
    "id": 2,
    "keys": ["王都", "a.c"],
    "secondary_keys": [],
    "content": "@@activate\n首都。",
    "enabled": True,
    "insertion_order": 10,
    "priority": 3,
    "use_regex": True,
    "constant": False,
    "extensions": {"probability": 20, "group": "x"},
}
BOOK = {"scan_depth": 4, "token_budget": 64, "recursive_scanning": True, "entries": [CARD_ENTRY]}
RISU = {"key": "王都, a", "secondkey": "b", "insertorder": 5, "content": "文", "useRegex": True}
KOBOLD = {"key": "王都,门", "keyanti": "c", "content": "文", "probability": 60, "constant": False}
MADE: Sequence[object] = (
    {"entries": {"0": ENTRY, "1": {**ENTRY, "uid": 2, "constant": True}}},
    {"spec": "lorebook_v3", "data": BOOK},
    {"spec": "chara_card_v3", "data": {"name": "a", "character_book": BOOK}},
    {"type": "risu", "ver": 1, "data": [RISU]},
    {"worldinfo": [KOBOLD], "wisearchdepth": 20},
)
OURS = "name: 旧宅\nrecursive: true\nentries:\n  - {keys: [王都, /a+/], text: 文, also: 门}\n"
NOTES = (
    "# 王都\n\n王都在北方。**城墙**高三丈！[链接](http://x)\n\n## 门\n- 东门\n| a | b |\n== 节 ==\n"
    "[[王都|都城]]里有'''国王'''。<!-- x --> A cat sat. " + "长" * 300 + "\nTitle\n=====\n末。"
)
WRONG: Sequence[object] = (
    *(
        "<UpdateVariable>a",
        "<details>王都</details>",
        "<% if (x) { %>文",
        "```yaml\n王: 都\n```",
        "---",
    ),
    *("<b>王都</b>" * 50, "{{setvar::a::b}}{{getvar::a}}{{date}}", "[mvu_update]", "<think>" * 90),
    *(None, True, 0, -1, 1e300, 10**40, "", "x" * 3000, "\ud800", "\x1b[31m\u202e", "{{" * 300),
    *([], {}, [[]], [None, 1, "a"], {"": {}}, "/(a+)+$/", "/[/", "/(?<n>a)\\k<n>/u", "/a/b/"),
    *(
        "@@" * 300,
        "@@@x\n" * 300,
        "，,，" * 300,
        "/(?:" + "(" * 200 + "/",
        "/a{1000,2000}{9}/",
        "/./s",
    ),
)
SAID = [
    Utterance("苏晚", "我们去王都吧，门开着。aab " + "a" * 400),
    Utterance("", "abc 首都"),
    Utterance("林默", "王都 " * 20),
]


def seeds() -> list[Seed]:
    """Whole files: made here, and those of the fixtures where present."""
    found = [("a.json", json.dumps(one, ensure_ascii=False).encode()) for one in MADE]
    found += [("a.yaml", OURS.encode()), ("a.md", NOTES.encode()), ("a.kb", base_bytes())]
    found.append(("a.npy", vector_bytes()))
    found.append(("a.json", found[0][1].decode().encode("gb18030")))
    for folder in ("lorebooks", "synthetic"):
        for path in sorted((FIXTURES / folder).glob("*.json")):
            found.append(("a.json", path.read_bytes()))
    return found


def vector_bytes() -> bytes:
    """The vectors of four chunks as a file."""
    file = BytesIO()
    np.save(file, np.array([VECTOR] * 4, np.float16))
    return file.getvalue()


def base_bytes() -> bytes:
    """A small knowledge base as a file."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.kb"
        write_base(path, chunks(NOTES, "a.md", "a"), ["国王陛下"])
        return path.read_bytes()


def mutated(number: int, files: Sequence[Seed]) -> Seed:
    """The input of that number."""
    rng = Random(number)
    if rng.random() < 0.5:
        value: object = rng.choice(MADE)
        for _ in range(rng.choice((1, 1, 3, 6))):
            value = value_changed(value, rng, WRONG)
        return "a.json", json.dumps(value).encode()
    name, raw = rng.choice(files)
    return name, bytes_changed(raw, rng, [other for _, other in files])


def tried(name: str, raw: bytes, number: int, folder: Path) -> str:
    """Read an input and search it. Gives the outcome; raises only what is a bug."""
    try:
        match Path(name).suffix:
            case ".json":
                return searched(read_json(raw, name, "a"), number)
            case ".yaml":
                return searched(book_of(check(BookFile, read(raw, name)), "a"), number)
            case ".md":
                found = list(chunks(text_of(raw, name), name, "a"))
                assert all(chunk.text and "\n" not in chunk.text for chunk in found)
                return asked(Base.of(found[:50]))
            case ".npy":
                return near(raw, folder / "a.kb")
            case _:
                path = folder / name
                path.write_bytes(raw)
                return asked(Base.open(path))
    except KnownError as error:
        said = error.problems
    assert all("\n" not in line and line.strip() for line in said), said
    return "refused"


def searched(book: Lorebook, number: int) -> str:
    started = {book.key_of(one): 1 for one in book.entries[::2]}
    moment = Moment(SAID, speaker="苏晚", started=started)
    profile = {book.key_of(one) for one in book.entries if one.is_profile}
    assert all(one.constant or one.always for one in book.entries if one.is_profile)
    moment = replace(moment, profile=profile)
    fired = scan([book], moment, 100, len, Random(number))
    costs = [len(one.text) for one in fired if not one.entry.ignore_budget]
    assert sum(costs) <= 100
    assert len({one.entry.uid for one in fired}) <= len(fired) <= len(book.entries)
    return "fired" if fired else "silent"


def asked(base: Base) -> str:
    try:
        hits = base.search("去王都的东门见国王陛下，cat", 3)
    finally:
        base.close()
    assert all(isinstance(hit.chunk, Chunk) for hit in hits)
    return "found" if hits else "silent"


def near(raw: bytes, path: Path) -> str:
    """A file of vectors whose checksum fits, beside an index."""
    vectors_path(path).write_bytes(raw)
    made = VectorsMade("any", len(VECTOR), crc32(raw), 0.0)
    found = Vectors(path, made, 4, lambda name: Fixed()).nearest("猫", 3)
    assert all(at < 4 and 0 < value <= 1 for at, value in found.items())
    return "found" if found else "silent"


class Fixed:
    """What says that every text has one vector."""

    dimension = len(VECTOR)

    def documents(self, texts: Sequence[str]) -> Any:
        return np.array([VECTOR] * len(texts), np.float32)

    def query(self, text: str) -> Any:
        return np.array(VECTOR, np.float32)


def main(arguments: Sequence[str] | None = None) -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--count", type=int, default=100_000)
    options.add_argument("--seed", type=int, default=0)
    given = options.parse_args(arguments)
    files, outcomes, bad = seeds(), Counter[str](), 0
    started = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        for number in range(given.seed, given.seed + given.count):
            name, raw = mutated(number, files)
            begun = time.perf_counter()
            try:
                outcomes[f"{Path(name).suffix} {tried(name, raw, number, Path(folder))}"] += 1
            except Exception:
                bad += 1
                print(f"input {number} ({name}):\n{traceback.format_exc()}")
            if (took := time.perf_counter() - begun) > SLOWEST:
                bad += 1
                print(f"input {number} ({name}): took {took:.1f} s")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    told = ", ".join(f"{many} {what}" for what, many in sorted(outcomes.items()))
    print(f"{given.count} inputs in {time.perf_counter() - started:.0f} s, peak {peak} MB: {told}")
    return int(bad > 0)


if __name__ == "__main__":
    sys.exit(main())
