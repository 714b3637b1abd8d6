"""`paotuan corpus examples` of one source among many: its lines counted, then its examples made."""

import json
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

from base.messages import _
from tui.commands.example_sources import source_name, source_of, speakers_of
from tui.commands.examples_made import bounds_of, counted_by, counter, texts_of, whose_of
from tui.commands.examples_options import ExampleOptions
from tui.commands.writing import write_lines
from tui.failures import BadInput, given
from tui.output import as_json, json_text

if TYPE_CHECKING:
    from models.train.data import Split
    from scenes.data.examples.prompts import ExampleSource
    from scenes.data.examples.script import Script
    from scenes.table.session import Session


@dataclass(frozen=True)
class SourcePart:
    """What is held out of one source, which was decided beside all others."""

    splits: "tuple[Split, ...]"
    """Of each of its parts."""
    block: int | None = None
    """Which part is several."""
    end: float = 0.0
    """The share of its lines that is a part of its own, the last one."""

    @property
    def words(self) -> tuple[str, str]:
        """The option that says so."""
        splits = "".join(split[1] for split in self.splits)
        return "--part", json.dumps({"splits": splits, "block": self.block, "end": self.end})

    @classmethod
    def read(cls, text: str) -> "SourcePart":
        """What `words` wrote. Raises `BadInput`."""
        from models.train.data import Split

        letters = {split[1]: split for split in get_args(Split)}
        try:
            value = json.loads(text)
            splits = tuple(letters[letter] for letter in value["splits"])
            block, end = value["block"], float(value["end"])
        except (ValueError, KeyError, TypeError, RecursionError):
            raise BadInput(_("--part: written by paotuan itself; leave it out")) from None
        return cls(splits, block if isinstance(block, int) else None, end)

    def of(self, source: "ExampleSource") -> "ExampleSource":
        """The source, cut as it is here. Raises `BadInput` where it has other parts."""
        cut: ExampleSource | None = source if self.block is None else source.in_blocks(self.block)
        if self.end:
            cut = source.at_end(self.end)
        if cut is None or len(cut.lines) != len(self.splits):
            raise BadInput(_("--part: written by paotuan itself; leave it out"))
        return cut


def count_lines(wanted: ExampleOptions, inputs: Sequence[str | Path]) -> None:
    """Tell, and write, how many lines there are to learn in each part, and who speaks."""
    from scenes.table.session import Session

    text, source = read_one(wanted)
    value: dict[str, Any] = {
        "lines": list(source.lines),
        "is_session": isinstance(text, Session),
        "speakers": dict(speakers_of([text])),
    }
    write_lines([json_text(value) + "\n"], wanted.output, inputs)
    as_json(value)


def write_part(wanted: ExampleOptions, inputs: Sequence[str | Path]) -> None:
    """Write the examples of one source, and tell what became of the rest of its lines."""
    from models.train.data import dumped
    from scenes.data.examples.prompts import ExampleTally

    part = SourcePart.read(wanted.part or "")
    text, whole = read_one(wanted)
    source, tally = part.of(whole), ExampleTally()
    __, spec, context = counted_by(wanted, None)
    with closing(counter(spec, context)) as backend, given():
        bounds = bounds_of(backend, [text], wanted)
        examples = source.examples(part.splits, bounds, tally)
        written = write_lines(map(dumped, examples), wanted.output, inputs)
    as_json(
        {
            "examples": written,
            "learned": dict(tally.learned),
            "left_out": dict(tally.left_out),
            "notices": tally.notices,
            "warnings": list(source.warnings),
        }
    )


def read_one(wanted: ExampleOptions) -> "tuple[Script | Session, ExampleSource]":
    """The only source that is named. Raises `BadInput`."""
    name, whose = source_name(wanted.logs[0]), whose_of(wanted)
    with given():
        (text,) = texts_of(wanted, [name], whose)
        return text, source_of(text, whose, name.weight)
