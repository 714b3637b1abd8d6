"""Examples larger than memory: made up, written to Parquet or JSON Lines, read up to packed rows.

    python tests/bench/streaming.py --folder /tmp/stream --examples 10000000
    python tests/bench/streaming.py --folder /tmp/stream --examples 100000 --form jsonl

Each part runs in a process of its own, which tells its seconds, those of a core that it took (by
which its speed is told, since machines are shared), and its peak memory (VmHWM): writing the file,
the index that is made before a run, and a whole pass of the stream through the tokenizer up to
batches of rows. A hundred thousand examples are read that way and all at once, to compare; the
longer file repeats them. The tokenizer is a made-up one of byte pairs with 400 entries; examples
are lines of chapters of four.
"""

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

from models.backend import Prompt
from models.train.data import COLUMNS, Example, dumped, read_examples, record_of
from models.train.parquet import table_writer

WRITTEN = 100_000
"""Examples that are made one by one; a longer file repeats them."""
LINES = 4
"""Examples of a chapter, each of which goes on from the one before."""
SAID = ("吾弟在此，何惧之有。", "某去便来。", "天下英雄，惟使君与操耳。", "走吧，天要黑了。")
CAST = ("刘备", "曹操", "关羽", "张飞")


def made(count: int, seed: int = 0) -> Iterator[Example]:
    """So many small examples, about as one person in four speaks."""
    chance = Random(seed)
    history = ""
    for number in range(count):
        if number % LINES == 0:
            history = f"【第{number // LINES}回。】\n"
        who, said = chance.choice(CAST), chance.choice(SAID)
        split: Any = "test" if number % 1000 < LINES else "train"
        prompt = Prompt("==== 桃园 ====\n", history, f"{who}：")
        yield Example(prompt, f"{said}\n", who, "made up", str(number // LINES), split)
        history += f"{who}：{said}\n"


def repeat(path: Path, count: int) -> dict[str, Any]:
    """The first `WRITTEN` examples again and again, as whole groups of rows or bytes."""
    first = path.with_name(f"{WRITTEN}{path.suffix}")
    times = count // WRITTEN
    if path.suffix == ".parquet":
        from pyarrow import parquet

        with (
            parquet.ParquetFile(first) as table,
            parquet.ParquetWriter(path, table.schema_arrow, compression="zstd") as whole,
        ):
            groups = [table.read_row_group(i) for i in range(table.num_row_groups)]
            for _ in range(times):
                for group in groups:
                    whole.write_table(group)
    else:
        with path.open("wb") as lines:
            for _ in range(times):
                lines.write(first.read_bytes())
    return {"examples": times * WRITTEN, "bytes": path.stat().st_size}


def write(path: Path, count: int) -> dict[str, Any]:
    if path.suffix == ".parquet":
        with path.open("wb") as file, table_writer(file, COLUMNS) as add:
            for number, one in enumerate(made(count), 1):
                add(record_of(one), str(number))
    else:
        with path.open("w", encoding="utf-8") as lines:
            lines.writelines(map(dumped, made(count)))
    return {"examples": count, "bytes": path.stat().st_size}


def index(path: Path, count: int) -> dict[str, Any]:
    from models.train.shards import index_of

    found = index_of([path])
    return {"examples": found.total("train") + found.total("test"), "shards": len(found.shards)}


def stream(path: Path, count: int) -> dict[str, Any]:
    from models.train.shards import index_of
    from models.train.stream import BlockOrder, Place

    order = BlockOrder(index_of([path]), _encoder(path.parent), _settings(path))
    examples = rows = tokens = batches = 0
    for block in order.from_(Place()):
        if examples // 500_000 < (examples + block.examples) // 500_000:
            print(f"{examples:,} examples, peak {_peak():,.0f} MiB", file=sys.stderr, flush=True)
        examples += block.examples
        batches += len(block.batches)
        rows += sum(map(len, block.batches))
        tokens += sum(len(row) for batch in block.batches for row in batch)
        if block.after.epoch:
            break
    return {"examples": examples, "rows": rows, "tokens": tokens, "batches": batches}


def whole(path: Path, count: int) -> dict[str, Any]:
    from models.train.rows import batches_of, rows_of

    examples = [one for one in read_examples(path) if one.split == "train"]
    packed = rows_of(examples, _encoder(path.parent), 2048)
    batches = batches_of(packed.rows, _settings(path).batch_tokens, 1)
    tokens = sum(map(len, packed.rows))
    return {
        "examples": len(examples),
        "rows": len(packed.rows),
        "tokens": tokens,
        "batches": len(batches),
    }


PARTS = {"write": write, "repeat": repeat, "index": index, "stream": stream, "whole": whole}


def _encoder(folder: Path) -> Any:
    from models.encode import Encoder
    from models.local.loading import open_checkpoint
    from tests.local.tiny_models import make_llama

    place = folder / "made-up"
    if not place.exists():
        make_llama(place)
    opened = open_checkpoint(place, device="cpu")
    return Encoder(opened.tokenizer, opened.markup)


def _settings(path: Path) -> Any:
    from models.train.settings import Settings

    return Settings(base="made-up", out=path.parent / "out", examples=(path,), stream=True)


def _peak() -> float:
    """The most memory that this process held, in MiB."""
    status = Path("/proc/self/status").read_text()
    line = next(one for one in status.splitlines() if one.startswith("VmHWM"))
    return int(line.split()[1]) / 1024


def _part(name: str, path: Path, count: int) -> None:
    """Run a part in a process of its own, and print what it tells as a row of a table."""
    command = [sys.executable, __file__, "--part", name, "--folder", str(path), "--examples"]
    done = subprocess.run([*command, str(count)], stdout=subprocess.PIPE, check=True, text=True)
    told = json.loads(done.stdout.splitlines()[-1])
    speed = told["examples"] / told["cpu"]
    others = ", ".join(f"{key} {value:,}" for key, value in told["counts"].items())
    print(
        f"| {name} | {path.name} | {told['examples']:,} | {told['seconds']:,.1f} "
        f"| {told['cpu']:,.1f} | {speed:,.0f} "
        f"| {told['peak']:,.0f} | {others} |",
        flush=True,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--examples", type=int, default=10_000_000)
    parser.add_argument("--form", choices=("parquet", "jsonl"), default="parquet")
    parser.add_argument("--part", choices=PARTS, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.part:
        import models.local.loading
        import models.train.stream  # noqa: F401

        began, cpu = time.perf_counter(), time.process_time()
        counts = PARTS[asked.part](asked.folder, asked.examples)
        told = {"examples": counts.pop("examples"), "counts": counts, "peak": _peak()}
        took = {"seconds": time.perf_counter() - began, "cpu": time.process_time() - cpu}
        print(json.dumps(told | took))
        return
    asked.folder.mkdir(parents=True, exist_ok=True)
    _encoder(asked.folder)
    print(
        "| part | file | examples | seconds | of a core | examples/s | peak MiB | |\n"
        + "|---" * 8
        + "|"
    )
    for count, parts in (
        (WRITTEN, ("write", "index", "stream", "whole")),
        (asked.examples, ("repeat", "index", "stream")),
    ):
        for part in parts:
            _part(part, asked.folder / f"{count}.{asked.form}", count)


if __name__ == "__main__":
    main()
