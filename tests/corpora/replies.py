"""Faults and counts of the replies beside the scenes of the corpus `tables`.

    python -m tests.corpora.replies [FOLDER] [--from 1 --to 120]

`NNN-slug.replies.jsonl` has an object a line: `line` (the number, from 1, of the log's line in
whose place the replies could stand; all lines before it are the context), `speaker` (whose line
that is, empty for narration), `good` (replies as they stand in the log behind `名字：`) and `bad`
(each a `reply` with `why`, one of `WHYS`).
"""

import argparse
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from scenes.log import Entry, cue, parse
from tests.corpora.tables import FOLDER, QUOTED, Table, read_tables, shares, signs

WHYS = frozenset(Path(__file__).with_name("whys.txt").read_text("utf-8").split())
FORMLESS = frozenset({"out-of-form", "speaks-for-another"})
"""Why a bad reply may be anything but one line of its speaker."""
SUFFIX = ".replies.jsonl"


@dataclass(frozen=True)
class Context:
    """What could be said in the place of one line of a log."""

    line: int
    speaker: str
    good: tuple[str, ...]
    bad: tuple[tuple[str, str], ...]
    """Replies and why they are bad."""


def read_context(data: dict[str, Any]) -> Context:
    """Raises `KeyError` and `TypeError` where a part is missing or of another kind."""
    bad = tuple((one["reply"], one["why"]) for one in data.get("bad", ()))
    return Context(data["line"], data["speaker"], tuple(data.get("good", ())), bad)


def read_replies(path: Path) -> list[Context]:
    return [read_context(json.loads(line)) for line in path.read_text("utf-8").splitlines()]


def entry_of(context: Context, reply: str) -> Entry | None:
    """A reply as a line of its speaker; None where it is anything else."""
    entries = parse(f"{cue(context.speaker)}{reply}" if context.speaker else reply)
    if len(entries) != 1 or entries[0].speaker != context.speaker:
        return None
    return entries[0] if context.speaker or entries[0].kind == "narration" else None


def ill_formed(table: Table, entry: Entry) -> Iterator[str]:
    if entry.emotion and entry.emotion not in table.scene.emotions:
        yield "not an emotion"
    if entry.kind == "action" and QUOTED.search(entry.text):
        yield "quotes in an action"


def faults_of_good(table: Table, context: Context) -> Iterator[str]:
    if len(context.good) not in (0, 3):
        yield f"{len(context.good)} good replies"
    said = {(entry.speaker, signs(entry)) for entry in table.lines}
    for reply in context.good:
        entry = entry_of(context, reply)
        if entry is None:
            yield f"not one line of its speaker: {reply}"
            continue
        yield from (f"{what}: {reply}" for what in ill_formed(table, entry))
        if (entry.speaker, signs(entry)) in said:
            yield f"said in the log or before: {reply}"
        said.add((entry.speaker, signs(entry)))


def faults_of_bad(table: Table, context: Context) -> Iterator[str]:
    voices = [one for role in table.scene.cast for one in parse(role.voice)]
    before = {signs(replace(e, thought="")) for e in table.entries[: context.line - 1] + voices}
    for reply, why in context.bad:
        entry = entry_of(context, reply)
        if why not in WHYS:
            yield f"not a reason: {why}"
        elif not reply.strip() or "\n" in reply:
            yield f"not one line: {reply!r}"
        elif entry is None:
            if why not in FORMLESS:
                yield f"not one line of its speaker: {reply}"
        elif signs(entry) == signs(table.entries[context.line - 1]):
            yield f"is the line itself: {reply}"
        elif why == "repeats" and signs(replace(entry, thought="")) not in before:
            yield f"repeats nothing: {reply}"
        elif why == "quotes-in-action" and "quotes in an action" not in ill_formed(table, entry):
            yield f"no quotes in an action: {reply}"
        if reply in context.good:
            yield f"good and bad: {reply}"


def faults_of(table: Table, contexts: Sequence[Context]) -> Iterator[str]:
    """All that is wrong with the replies of one scene."""
    numbers = [context.line for context in contexts]
    if numbers != sorted(set(numbers)):
        yield "lines do not rise"
    for context in contexts:
        if not 2 < context.line <= len(table.entries):
            yield f"line {context.line}: not in the log, or nothing before it"
            continue
        speaker = table.entries[context.line - 1].speaker
        if context.speaker != speaker:
            yield f"line {context.line}: is by {speaker or 'nobody'}, not {context.speaker}"
            continue
        if not context.good and not context.bad:
            yield f"line {context.line}: no replies"
        for of in (faults_of_good, faults_of_bad):
            yield from (f"line {context.line}: {what}" for what in of(table, context))


def counts(those: Sequence[tuple[Table, Sequence[Context]]]) -> Iterator[str]:
    contexts = [context for __, of_one in those for context in of_one]
    good = [entry_of(context, reply) for context in contexts for reply in context.good]
    kinds = Counter("speech with a thought" if e.thought else e.kind for e in good if e)
    whys = Counter(why for context in contexts for __, why in context.bad)
    yield f"scenes: {len(those)}, contexts: {len(contexts)}"
    yield f"contexts with good replies: {sum(bool(c.good) for c in contexts)}, replies {len(good)}"
    yield f"contexts with bad replies: {sum(bool(c.bad) for c in contexts)}, {whys.total()}"
    yield shares("kinds of good ones", kinds)
    yield shares("why bad", whys)


def main() -> None:
    parser = argparse.ArgumentParser(description="Counts and faults of the replies to `tables`.")
    parser.add_argument("folder", nargs="?", type=Path, default=FOLDER)
    parser.add_argument("--from", dest="first", type=int, default=1)
    parser.add_argument("--to", dest="last", type=int, default=999)
    asked = parser.parse_args()
    within = [one for one in read_tables(asked.folder) if asked.first <= one.number <= asked.last]
    paths = [(table, asked.folder / f"{table.scene.name}{SUFFIX}") for table in within]
    read = [(table, read_replies(path)) for table, path in paths if path.exists()]
    print("\n".join(counts(read)))
    wrong = [(table.number, what) for table, of_one in read for what in faults_of(table, of_one)]
    for number, what in wrong:
        print(f"{number:03}: {what}")
    print(f"faults: {len(wrong)}")


if __name__ == "__main__":
    main()
