"""How many lines each rule of a drawn line refuses: of those that people wrote, and of drawn ones.

    python tests/bench/rules.py [--drawn FILE] [--show N] [FILE.log.txt …]

Without files, the logs are `corpus/tables`, and what lies in the checkout's neighbour `shared`.
Each line is read after the hundred before it, as a model reads it. FILE is what `drawn_lines.py`
writes.
"""

import argparse
import json
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from base.errors import KnownError  # noqa: E402  (a script beside the packages)
from scenes.files.importing import players, table_of  # noqa: E402
from scenes.files.trpg.files import open_logs  # noqa: E402
from scenes.files.trpg.people import TableRules  # noqa: E402
from scenes.log import Entry, parse  # noqa: E402
from scenes.prompt import stable_part  # noqa: E402
from scenes.scene import Role  # noqa: E402
from scenes.scene_loader import load_scene  # noqa: E402
from scenes.table.draw import mended, read_line  # noqa: E402
from scenes.table.refusing import RULES, Before, before_of  # noqa: E402

SHARED = ROOT.parent / "shared"
READ = 100
"""Lines that a model has read: about what 4,096 tokens hold."""
SAID = ("speech", "action", "thought", "narration")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("logs", nargs="*", type=Path)
    parser.add_argument("--drawn", type=Path)
    parser.add_argument("--show", type=int, default=0, help="so many refused lines of each")
    options = parser.parse_args()
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    shown: dict[tuple[str, str], list[str]] = defaultdict(list)
    written = [("given", path) for path in options.logs] or [*corpora()]
    for name, path in written:
        for entry, role, read, last in lines_of(path):
            count(counts[name], shown, name, entry, before_of(role, read, last), False)
    if options.drawn:
        for name, entry, role, read, last, cut in drawn(options.drawn):
            count(counts[name], shown, name, entry, before_of(role, read, last), cut)
    print("| lines |", " | ".join(counts), "|")
    print("|---|" + "---|" * len(counts))
    print("| all |", " | ".join(f"{c['all']:,}" for c in counts.values()), "|")
    for rule in RULES:
        shares = (f"{c[rule.name] / max(c['all'], 1):.2%}" for c in counts.values())
        print(f"| {rule.name} |", " | ".join(shares), "|")
    for (name, rule_name), lines in shown.items():
        for line in lines[: options.show]:
            print(f"{name}\t{rule_name}\t{line}")


def count(
    counts: Counter[str],
    shown: dict[tuple[str, str], list[str]],
    name: str,
    entry: Entry,
    before: Before,
    cut: bool,
) -> None:
    counts["all"] += 1
    for rule in RULES:
        if rule.breaks(entry, before, cut):
            counts[rule.name] += 1
            shown[name, rule.name].append(entry.line)


def corpora() -> Iterator[tuple[str, Path]]:
    for path in sorted((ROOT / "corpus" / "tables").glob("*.log.txt")):
        yield "tables", path
    shared = {
        "novel2trpg": [SHARED / "data/novel2trpg/log_first_4000.txt"],
        "tables_sample": [SHARED / "data/tables_sample/tables_sample.log.txt"],
        "trpg_logs": sorted(
            one for one in SHARED.glob("fixtures/trpg_logs/*") if one.suffix != ".md"
        ),
    }
    for name, paths in shared.items():
        yield from ((name, path) for path in paths if path.is_file())


def lines_of(path: Path) -> Iterator[tuple[Entry, Role, list[Entry], str]]:
    """Each line of a log by who is at the table, with what was read before it; a chapter begins a
    table anew."""
    scene = path.with_name(path.name.removesuffix(".log.txt") + ".yaml")
    cast = load_scene(scene).cast if scene.is_file() else ()
    stable = parse(stable_part(load_scene(scene))) if scene.is_file() else []
    said: list[Entry] = []
    for entry in entries_of(path):
        if entry.kind == "chapter":
            said = []
        if entry.kind in SAID:
            named = Role(entry.speaker or "旁白", narrator=entry.kind == "narration")
            role = next((r for r in cast if entry.speaker in (r.name, *r.aliases)), named)
            last = next((one.text for one in reversed(said) if one.kind in SAID), "")
            yield entry, role, [*stable, *said[-READ:]], last
        said.append(entry)


def entries_of(path: Path) -> list[Entry]:
    """The entries of a log of ours, or of another program's as it is imported."""
    if "trpg_logs" not in path.parts:
        return parse(path.read_text(encoding="utf-8"))
    rules = TableRules()
    try:
        logs = open_logs(path)
        settled = table_of(rules, players(logs, rules))
        return parse("".join(line for log in logs for line in log.lines(settled)))
    except KnownError as error:
        print(error, file=sys.stderr)
        return []


def drawn(path: Path) -> Iterator[tuple[str, Entry, Role, list[Entry], str, bool]]:
    """Drawn lines that are well-formed."""
    for raw in path.read_text(encoding="utf-8").splitlines():
        row = json.loads(raw)
        file = Path(row["file"])
        scene = load_scene(file)
        said = parse(file.with_suffix("").with_suffix(".log.txt").read_text(encoding="utf-8"))
        role = scene.role(said[row["at"]].speaker)
        history = [one for one in said[: row["at"]] if one.kind != "comment"]
        read = [*parse(stable_part(scene)), *history[-READ:]]
        last = next((one.text for one in reversed(history) if one.kind in SAID), "")
        for text, finish, *_ in row["lines"]:
            cut = finish == "length"
            entry = read_line(role, mended(text, scene.emotions) if cut else text)
            if entry is not None:
                yield f"starter ({row['what']})", entry, role, read, last, cut


if __name__ == "__main__":
    main()
