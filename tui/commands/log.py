"""`paotuan log`: what is in a log, how it looks, its canonical form."""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import IO, TYPE_CHECKING, Annotated, Any

import typer

from base.messages import N_, _, _n
from tui.commands.group import group
from tui.commands.log_import import import_log
from tui.commands.options import Json
from tui.commands.writing import not_over, write_lines
from tui.failures import BAD_INPUT, given
from tui.logs import LogInput
from tui.output import as_json, columns, data, json_text, word

if TYPE_CHECKING:
    from scenes.log import Entry
    from scenes.scene import Scene

app = group("Logs: the text that play makes and characters are trained on.")
app.command("import")(import_log)

LogFile = Annotated[
    str | None, typer.Argument(metavar="[LOG]", help="A file; stdin where none is named, or -.")
]
InScene = Annotated[
    str | None,
    typer.Option("--scene", metavar="SCENE", help="Report what this scene's lists do not hold."),
]
KINDS = ("narration", "speech", "action", "thought", "chapter", "context", "comment")
PLAIN = 1 << 20
"""Characters of unrecognised lines that are kept in memory; more go to a temporary file."""


@dataclass
class LogTally:
    """What was counted in a log. What is no line of a log is kept in `odd`, a JSON line each."""

    odd: IO[str]
    kinds: Counter[str] = field(default_factory=Counter)
    emotions: Counter[str] = field(default_factory=Counter)
    speakers: Counter[str] = field(default_factory=Counter)
    characters: Counter[str] = field(default_factory=Counter)
    """Characters said, acted or thought, by speaker."""

    def add(self, number: int, entry: "Entry") -> None:
        self.kinds[entry.kind] += 1
        if entry.kind == "unrecognised":
            line = {"line": number, "text": entry.text}
            self.odd.write(json.dumps(line) + "\n")
        if entry.speaker:
            self.speakers[entry.speaker] += 1
            self.characters[entry.speaker] += len(entry.text) + len(entry.thought)
        if entry.emotion:
            self.emotions[entry.emotion] += 1

    def unrecognised(self) -> Iterator[dict[str, Any]]:
        self.odd.seek(0)
        return map(json.loads, self.odd)

    def counts(self, lines: int) -> dict[str, Any]:
        """What `--json` prints, but for the unrecognised lines."""
        return {
            "lines": lines,
            **{kind: self.kinds[kind] for kind in KINDS},
            "emotions": dict(self.emotions.most_common()),
            "speakers": dict(self.speakers.most_common()),
        }


@app.command()
def check(
    log: LogFile = None,
    as_data: Json = False,
    scene: InScene = None,
    strict: Annotated[
        bool, typer.Option("--strict", help="Exit 2 where a line is not in the format.")
    ] = False,
) -> None:
    """Count what is in a log, and name each line that is not in the format."""
    from scenes.log import read

    told = word if as_data else data
    source = LogInput(log)
    with _spooled() as odd:
        tally = LogTally(odd)
        strangers = _Strangers(found) if (found := _scene(scene)) else None
        for number, entry in read(source.lines()):
            tally.add(number, entry)
            for problem in strangers.problems(entry) if strangers else ():
                told(f"{source.where}:{number}: {problem}")
        if as_data:
            _print_check(tally, source.written)
        else:
            for line in tally.unrecognised():
                problem = _("not a line of a log: {text}", text=line["text"])
                data(f"{source.where}:{line['line']}: {problem}")
            _print_table(tally, source.written)
        if strict and tally.kinds["unrecognised"]:
            raise typer.Exit(BAD_INPUT)


@app.command()
def show(log: LogFile = None) -> None:
    """Show a log as it is played: names coloured, narration told apart."""
    from scenes.log import read
    from tui.colour import painter

    paint = painter()
    for __, entry in read(LogInput(log).lines()):
        print(paint(entry))


@app.command()
def convert(
    log: LogFile = None,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", metavar="FILE", help="Where to write it.")
    ] = None,
) -> None:
    """Write a log in its canonical form; a line that is not in the format stays as it is."""
    from scenes.log import read, write

    source = LogInput(log)
    inputs = ["-" if source.is_stdin else str(log)]
    not_over(output, inputs)
    write_lines((write(entry) + "\n" for __, entry in read(source.lines())), output, inputs)


@app.command()
def stats(log: LogFile = None, as_data: Json = False) -> None:
    """Show who says how much, and with which emotions."""
    from scenes.log import read

    source = LogInput(log)
    with _spooled() as odd:
        tally = LogTally(odd)
        felt: Counter[tuple[str, str]] = Counter()
        for number, entry in read(source.lines()):
            tally.add(number, entry)
            if entry.emotion:
                felt[entry.speaker, entry.emotion] += 1
    speakers = [_speaker(name, lines, tally, felt) for name, lines in tally.speakers.most_common()]
    if as_data:
        as_json({"lines": source.written, "kinds": dict(tally.kinds), "speakers": speakers}, 2)
        return
    rows = [
        (
            one["name"],
            _n("{n} line", "{n} lines", one["lines"]),
            _n("{n} character", "{n} characters", one["characters"]),
            _("{mean} a line", mean=one["mean_length"]),
            " ".join(f"{label} {count}" for label, count in one["emotions"].items()),
        )
        for one in speakers
    ]
    columns(rows)


def _speaker(
    name: str, lines: int, tally: LogTally, felt: Counter[tuple[str, str]]
) -> dict[str, Any]:
    return {
        "name": name,
        "lines": lines,
        "characters": tally.characters[name],
        "mean_length": round(tally.characters[name] / lines, 1),
        "emotions": {label: count for (who, label), count in felt.most_common() if who == name},
    }


def _print_check(tally: LogTally, lines: int) -> None:
    """Print the counts as JSON, the unrecognised lines one at a time."""
    print(json_text(tally.counts(lines))[:-1], end=', "unrecognised": [')
    for index, line in enumerate(tally.unrecognised()):
        print(", " * bool(index) + json_text(line), end="")
    print("]}")


TITLES = {
    **{"lines": N_("lines"), "narration": N_("narration"), "speech": N_("speech")},
    **{"action": N_("action"), "thought": N_("thought"), "chapter": N_("chapter")},
    **{"context": N_("context"), "comment": N_("comment")},
    **{"unrecognised": N_("unrecognised"), "speakers": N_("speakers"), "emotions": N_("emotions")},
}
"""What the table of `log check` calls what is counted."""


def _print_table(tally: LogTally, lines: int) -> None:
    counts = tally.counts(lines) | {"unrecognised": tally.kinds["unrecognised"]}
    numbers = [(name, value) for name, value in counts.items() if isinstance(value, int)]
    columns([(_(TITLES[name]), str(value)) for name, value in numbers])
    for title in ("speakers", "emotions"):
        if counts[title]:
            data(_("{title}:", title=_(TITLES[title])))
            columns([(f"  {name}", str(count)) for name, count in counts[title].items()])


def _scene(name: str | None) -> "Scene | None":
    from scenes.scene_loader import load_scene

    with given():
        return load_scene(name) if name is not None else None


class _Strangers:
    """Finds names and emotions that a scene does not hold, each told once."""

    def __init__(self, scene: "Scene") -> None:
        self.names = {n: role.name for role in scene.cast for n in (role.name, *role.aliases)}
        self.labels = set(scene.emotions).union(*(role.emotions for role in scene.cast))
        self.told: set[str] = set()

    def problems(self, entry: "Entry") -> Iterator[str]:
        from base.names import nearest
        from base.text import shown

        if entry.speaker and entry.speaker not in self.names and self._first(f"n{entry.speaker}"):
            close = nearest(entry.speaker, self.names)
            yield _("{name} is not in the cast{close}", name=shown(entry.speaker), close=close)
        if entry.emotion and entry.emotion not in self.labels:
            close = nearest(entry.emotion, self.labels)
            yield _(
                "\\emoji {emotion} is not among the emotions of this scene{close}",
                emotion=shown(entry.emotion),
                close=close,
            )

    def _first(self, what: str) -> bool:
        new = what not in self.told
        self.told.add(what)
        return new


def _spooled() -> IO[str]:
    return SpooledTemporaryFile(max_size=PLAIN, mode="w+", encoding="ascii")
