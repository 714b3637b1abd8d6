"""Training examples on the disk: a prompt in its parts and what followed, as JSON Lines or Parquet.

A line holds one of them, and so does a row.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

from base.errors import KnownError
from base.messages import _
from base.system_errors import system_reason
from base.yaml_reader import kind
from models.backend import Prompt
from models.train.parquet import Columns, is_parquet, read_rows, row_of

Split = Literal["train", "test"]
SPLITS = get_args(Split)
LONGEST = 1 << 20
"""Characters of a line; a longer one is no example."""
WIDEST = 4
"""Bytes of a character in UTF-8, at most."""
COLUMNS: Columns = {
    **dict.fromkeys(("stable", "history", "cue", "reply"), "text"),
    **dict.fromkeys(("speaker", "source", "chapter", "split"), "text"),
    "weight": "number",
    "rivals": "texts",
}
"""The columns of a table of examples."""
NEEDED = ("stable", "history", "cue", "reply")


@dataclass(frozen=True)
class Example:
    """A prompt as play builds it, and what was then said."""

    prompt: Prompt
    reply: str
    """What stood after the cue; a whole line of a log ends with its newline."""
    speaker: str = ""
    source: str = ""
    """The file or session that it comes from."""
    chapter: str = ""
    split: Split = "train"
    """`test` is held out."""
    weight: float = 1.0
    """How much each of its tokens counts in the loss; 1 is neutral."""
    rivals: tuple[str, ...] = ()
    """Cues of others who could have said it, the nearest first."""


def read_examples(path: Path) -> list[Example]:
    """All examples of a file, JSON Lines or a Parquet table. Raises `KnownError` with the line or
    the row that is none."""
    return list(iterate_examples(path))


def iterate_examples(path: Path) -> Iterator[Example]:
    """The same one after another, in constant memory."""
    if is_parquet(path):
        return (example_in(path, *found) for found in read_rows(path, COLUMNS, NEEDED))
    return (example_of(value, where) for where, value in iterate_records(path, COLUMNS))


def iterate_records(
    path: Path, columns: Columns, needed: Sequence[str] = ()
) -> Iterator[tuple[str, dict[str, Any]]]:
    """The objects of lines, or the rows of a table in these columns, each with where it stands.

    Raises `KnownError`, also for a table without the columns that are `needed`.
    """
    if is_parquet(path):
        for number, row in read_rows(path, columns, needed):
            yield row_of(path, number), row
    else:
        for where, line in lines_of(path):
            yield where, object_of(line, where)


def dumped(example: Example) -> str:
    """An example as its line of a file, with its newline."""
    return json.dumps(record_of(example), ensure_ascii=False) + "\n"


def record_of(example: Example) -> dict[str, Any]:
    """An example by the keys of a line, which are the columns of a table."""
    prompt = example.prompt
    return {
        "stable": prompt.stable,
        "history": prompt.history,
        "cue": prompt.cue,
        "reply": example.reply,
        "speaker": example.speaker,
        "source": example.source,
        "chapter": example.chapter,
        "split": example.split,
        "weight": example.weight,
        "rivals": list(example.rivals),
    }


def lines_of(path: Path, start: int = 0, number: int = 1) -> Iterator[tuple[str, str]]:
    """The lines of a JSONL file that are not blank, each with where it stands; from byte `start`
    on, which begins the line of that number.

    Raises `KnownError` for a line without end, another encoding, a file that is not there.
    """
    for at, __, raw in raw_lines(path, start, number):
        where = f"{path}:{at}"
        if (line := decoded(raw, where)).strip():
            yield where, line


def raw_lines(path: Path, start: int = 0, number: int = 1) -> Iterator[tuple[int, int, bytes]]:
    """The same lines as bytes, each with its number and the byte where it begins."""
    try:
        if path.exists() and not path.is_file():
            raise KnownError(_("{path}: not a file, expected examples as JSON Lines", path=path))
        with path.open("rb") as lines:
            lines.seek(start)
            while raw := lines.readline(WIDEST * LONGEST + 1):
                if len(raw) > WIDEST * LONGEST:
                    raise _too_long(f"{path}:{number}")
                if raw.strip():
                    yield number, start, raw
                number, start = number + 1, start + len(raw)
    except OSError as error:
        raise KnownError(
            _(
                "{path}: cannot be read ({error}); check the path",
                path=path,
                error=system_reason(error),
            )
        ) from error


def decoded(raw: bytes, where: str) -> str:
    """A line as text, without the mark that may begin a file. Raises `KnownError`."""
    try:
        line = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise KnownError(
            _(
                "{where}: not UTF-8 at byte {start} of the line; write it as UTF-8",
                where=where,
                start=error.start,
            )
        ) from error
    if len(line) > LONGEST:
        raise _too_long(where)
    return line


def _too_long(where: str) -> KnownError:
    return KnownError(
        _(
            "{where}: longer than {most:,} characters, expected one example a line",
            where=where,
            most=LONGEST,
        )
    )


def example_of(value: dict[str, Any], where: str) -> Example:
    """The example of a line or of a row. Raises `KnownError` where it is none."""
    prompt = Prompt(*(_text(value, key, where) for key in ("stable", "history", "cue")))
    split, weight = value.get("split", "train"), value.get("weight", 1.0)
    if split not in SPLITS:
        raise KnownError(
            _(
                "{where}: split is {split}, expected train or test; make examples with: "
                "paotuan corpus examples",
                where=where,
                split=split,
            )
        )
    if not isinstance(weight, int | float) or isinstance(weight, bool) or not 0 <= weight < 1e6:
        raise KnownError(
            _(
                "{where}: weight is {weight}, expected a number that is not negative; make"
                " examples with: paotuan corpus examples",
                where=where,
                weight=weight,
            )
        )
    reply = _text(value, "reply", where)
    if not reply.strip():
        raise KnownError(
            _(
                "{where}: the reply is empty, expected the line that is to be learned; make "
                "examples with: paotuan corpus examples",
                where=where,
            )
        )
    names = {key: str(value.get(key) or "") for key in ("speaker", "source", "chapter")}
    rivals = _rivals(value, where)
    return Example(prompt, reply, **names, split=split, weight=float(weight), rivals=rivals)


def example_in(path: Path, number: int, row: dict[str, Any]) -> Example:
    """The example of a row of a table. Raises `KnownError` where it is none."""
    try:
        return example_of(row, "")
    except KnownError:  # where it stands is put into words for none but this one
        return example_of(row, row_of(path, number))


def object_of(line: str, where: str) -> dict[str, Any]:
    """The object of a line. Raises `KnownError`."""
    try:
        value = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise KnownError(
            _(
                "{where}: not JSON; make examples with: paotuan corpus examples",
                where=where,
            )
        ) from error
    if not isinstance(value, dict):
        raise KnownError(
            _(
                "{where}: a {type}, expected an object; make examples with: paotuan corpus"
                " examples",
                where=where,
                type=type(value).__name__,
            )
        )
    return value


def _rivals(value: dict[str, Any], where: str) -> tuple[str, ...]:
    rivals = value.get("rivals", [])
    if not isinstance(rivals, list) or not all(isinstance(one, str) and one for one in rivals):
        raise KnownError(
            _(
                "{where}: rivals is {rivals:.60}, expected a list of cues; make examples "
                "with: paotuan corpus examples",
                where=where,
                rivals=str(rivals),
            )
        )
    return tuple(rivals)


def _text(value: dict[str, Any], key: str, where: str) -> str:
    text = value.get(key)
    if isinstance(text, str) and len(text) > LONGEST:
        raise _too_long(where)
    if not isinstance(text, str):
        raise KnownError(
            _(
                "{where}: {key} is {type}, expected text; make examples with: paotuan "
                "corpus examples",
                where=where,
                key=key,
                type=kind(text),
            )
        )
    return text
