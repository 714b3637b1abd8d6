"""Counts and faults of the corpus `tables`.

    python -m tests.corpora.tables [FOLDER] [--from 101 --to 170] [--runs 30]

Reads every scene and its log by the program's own readers and prints how many scenes and lines
there are, and their kinds, lengths, emotions, speakers, languages and dice; then what is wrong,
a fault a line, and the runs that most scenes share, which are no faults. Between scenes, all of
FOLDER is compared; counts, faults and runs are told of the scenes in the range.
"""

import argparse
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path

from scenes.dice.expression import bounds
from scenes.dice.grammar import whole_expression
from scenes.dice.log_form import RollLine, read_roll
from scenes.dice.rules import against, percentile_degree
from scenes.log import SPOKEN, Entry, dump, parse
from scenes.scene import Scene
from scenes.scene_loader import read_scene

FOLDER = Path("corpus/tables")
LONGEST = {"zh": 160, "en": 420}
"""Characters of a line, its name and emotion left out."""
REPEATED = {"zh": 5, "en": 16}
"""Signs of a line that may not be said twice; shorter ones are answers that anybody gives."""
SHARED = {"zh": (8, 5), "en": (6, 4)}
"""Signs (words in English) in a row that two scenes may not share, and that are told of."""
LENGTHS = (3, 10, 22, 45)
CLASSICS = frozenset(Path(__file__).with_name("classics.txt").read_text("utf-8").split())
"""People of the classics, who may come again in another situation."""
_MARKS = re.compile(r"[^\w]+")
_QUOTED = re.compile('[“”「」『』"]')
_ROLL = re.compile(r"\d?d(?:\d+|F)\S*=-?\d")
_WORD = re.compile(r"[\w']+")


@dataclass(frozen=True)
class Table:
    """A scene and its log."""

    scene: Scene
    text: str

    @property
    def number(self) -> int:
        return int(self.scene.name.partition("-")[0])

    @cached_property
    def entries(self) -> list[Entry]:
        return parse(self.text)

    @cached_property
    def lines(self) -> list[Entry]:
        """All but the chapter."""
        return [entry for entry in self.entries if entry.kind != "chapter"]

    @cached_property
    def rolls(self) -> list[tuple[Entry, RollLine | None]]:
        names = [role.name for role in self.scene.cast]
        told = [entry for entry in self.lines if entry.kind == "narration"]
        return [(one, read_roll(one.text, names)) for one in told if _ROLL.search(one.text)]


def read_tables(folder: Path) -> list[Table]:
    """The scenes of a folder by number, with their logs. Raises where one does not load."""
    paths = sorted(folder.glob("[0-9]*.yaml"))
    return [
        Table(read_scene(path), path.with_suffix(".log.txt").read_text("utf-8")) for path in paths
    ]


def signs(entry: Entry) -> str:
    """What is said, without punctuation."""
    return _MARKS.sub("", entry.text + entry.thought).casefold()


def form(table: Table) -> Iterator[str]:
    scene, entries = table.scene, table.entries
    yield from scene.warnings
    if dump(entries) != table.text:
        yield "the log is not written canonically"
    if not entries or entries[0] != Entry("chapter", scene.title):
        yield "the log does not begin with the title"
    opening = parse(scene.opening)
    if table.lines[: len(opening)] != opening:
        yield "the opening is not that of the YAML"
    names = {role.name for role in scene.cast}
    for entry in table.lines:
        wrong = {
            entry.kind: entry.kind not in SPOKEN | {"narration"},
            "not in the cast": entry.speaker and entry.speaker not in names,
            "not an emotion": entry.emotion and entry.emotion not in scene.emotions,
            "too long": len(entry.text) + len(entry.thought) > LONGEST[scene.language],
            "quotes": entry.kind == "action" and _QUOTED.search(entry.text),
        }
        yield from (f"{what}: {entry.line}" for what, is_so in wrong.items() if is_so)
    for name in sorted(names - {entry.speaker for entry in table.lines}):
        yield f"says nothing: {name}"


def said_twice(table: Table) -> Iterator[str]:
    least = REPEATED[table.scene.language]
    counts = Counter((entry.speaker, signs(entry)) for entry in table.lines)
    for (speaker, said), count in counts.items():
        if count > 1 and len(said) >= least:
            yield f"said twice: {speaker} {said}"
    voices = {signs(one) for role in table.scene.cast for one in parse(role.voice)}
    for entry in table.lines[len(parse(table.scene.opening)) :]:
        if signs(entry) in voices and len(signs(entry)) >= least:
            yield f"a voice line again: {entry.line}"


def dice(table: Table) -> Iterator[str]:
    if table.rolls and not table.scene.dice:
        yield "rolls, but no `dice` in the scene"
    if table.scene.dice and not table.rolls:
        yield "`dice` in the scene, but no roll"
    for entry, roll in table.rolls:
        if roll is None or len(roll.totals) != 1 or roll.target is None:
            yield f"not a roll as the program writes it: {entry.line}"
            continue
        total, low_high = roll.totals[0], bounds(whole_expression(roll.expression))
        if not low_high[0] <= total <= low_high[1]:
            yield f"cannot come to {total}: {entry.line}"
            continue
        percentile = table.scene.dice == "coc7"
        degree = (percentile_degree if percentile else against)(total, roll.target)
        if degree != roll.degree:
            yield f"is {degree}: {entry.line}"


def names_of(table: Table) -> Iterable[str]:
    return {role.name for role in table.scene.cast} - CLASSICS


def sayings_of(table: Table) -> Iterable[str]:
    return {said for said in map(signs, table.lines) if len(said) > REPEATED[table.scene.language]}


def runs_of(table: Table, which: int = 0) -> Iterable[str]:
    """The runs of signs (words) in a row that a scene's lines have, rolls aside."""
    size, english = SHARED[table.scene.language][which], table.scene.language == "en"
    rolled = {id(entry) for entry, __ in table.rolls}
    for entry in table.lines:
        text = f"{entry.text} {entry.thought}".casefold()
        words = _WORD.findall(text) if english else _MARKS.sub("", text)
        for at in range(0 if id(entry) in rolled else len(words) - size + 1):
            yield " ".join(words[at : at + size]) if english else words[at : at + size]


def shared(
    tables: Iterable[Table], of: Callable[[Table], Iterable[str]]
) -> Iterator[tuple[str, tuple[int, ...]]]:
    """What two scenes or more have, with their numbers."""
    where: dict[str, dict[int, None]] = defaultdict(dict)
    for table in tables:
        for one in of(table):
            where[one][table.number] = None
    return ((one, tuple(those)) for one, those in where.items() if len(those) > 1)


OF_ONE: tuple[Callable[[Table], Iterator[str]], ...] = (form, said_twice, dice)
BETWEEN = (("name again", names_of), ("said again", sayings_of), ("run again", runs_of))


def faults(tables: Sequence[Table]) -> list[tuple[tuple[int, ...], str]]:
    """All that is wrong, each with the numbers of the scenes where it is."""
    found = [((table.number,), what) for table in tables for of in OF_ONE for what in of(table)]
    for what, of in BETWEEN:
        found += [(those, f"{what}: {one}") for one, those in shared(tables, of)]
    return found


def shares(title: str, counts: Counter[str], total: int | None = None) -> str:
    """A row of counts in per cent."""
    whole = total or counts.total() or 1
    return f"{title}: " + ", ".join(f"{key} {n / whole:.1%}" for key, n in counts.most_common())


def length_of(entry: Entry) -> str:
    length = len(entry.text) + len(entry.thought)
    ends = zip((0, *(end + 1 for end in LENGTHS)), LENGTHS, strict=False)
    return next((f"{low}-{high}" for low, high in ends if length <= high), f">{LENGTHS[-1]}")


def counts(tables: Sequence[Table]) -> Iterator[str]:
    lines = [entry for table in tables for entry in table.lines]
    spoken = [entry for entry in lines if entry.speaker]
    felt = [entry.emotion for entry in spoken if entry.emotion]
    languages = Counter(table.scene.language for table in tables)
    diced = sum(bool(table.scene.dice) for table in tables)
    told = ", ".join(f"{number} {language}" for language, number in languages.items())
    yield f"scenes: {len(tables)} ({told}; {diced} with dice)"
    by_size = sorted(len(table.lines) for table in tables)
    yield f"lines: {len(lines)}, {by_size[0]} to {by_size[-1]} a scene"
    yield f"roles: {sum(len(table.scene.cast) for table in tables)}"
    yield shares("kinds", Counter("speech with a thought" if e.thought else e.kind for e in lines))
    for language in languages:
        those = [one for table in tables if table.scene.language == language for one in table.lines]
        yield shares(f"characters a line ({language})", Counter(map(length_of, those)))
    yield f"emotion: {len(felt) / len(lines):.1%} of lines, {len(felt) / len(spoken):.1%} of roles'"
    labels = [t.scene.emotions.index(e.emotion) for t in tables for e in t.lines if e.emotion]
    first = next(
        (table for table in tables if table.scene.language == "zh"), tables[0]
    ).scene.emotions
    yield shares("labels", Counter(first[at] for at in labels))
    yield speakers(tables)
    rolls = Counter(roll.degree for table in tables for __, roll in table.rolls if roll)
    yield f"rolls: {rolls.total()} ({', '.join(f'{key} {n}' for key, n in rolls.most_common())})"


def speakers(tables: Sequence[Table]) -> str:
    size, played, most = len(tables), 0, 0.0
    for table in tables:
        by = Counter(entry.speaker for entry in table.lines if entry.speaker)
        (name, number), *__ = by.most_common()
        most += number / by.total()
        played += name == table.scene.play_as
    return f"most lines: {most / size:.1%} of a scene's; `play_as` has them in {played / size:.1%}"


def main() -> None:
    parser = argparse.ArgumentParser(description="Counts and faults of the corpus `tables`.")
    parser.add_argument("folder", nargs="?", type=Path, default=FOLDER)
    parser.add_argument("--from", dest="first", type=int, default=1)
    parser.add_argument("--to", dest="last", type=int, default=999)
    parser.add_argument("--runs", type=int, default=20, help="how many shared runs to show")
    asked = parser.parse_args()
    tables = read_tables(asked.folder)
    within = [table for table in tables if asked.first <= table.number <= asked.last]
    print("\n".join(counts(within)))
    numbers = {table.number for table in within}
    wrong = [(where, what) for where, what in faults(tables) if numbers & set(where)]
    for where, what in wrong:
        print(f"{', '.join(f'{number:03}' for number in where)}: {what}")
    print(f"faults: {len(wrong)}")
    common = [one for one in shared(tables, partial(runs_of, which=1)) if numbers & set(one[1])]
    print(f"shorter runs that scenes share: {len(common)}")
    for run, those in sorted(common, key=lambda one: -len(one[1]))[: asked.runs]:
        print(f"  {len(those)}  {run}  ({', '.join(f'{number:03}' for number in those)})")


if __name__ == "__main__":
    main()
