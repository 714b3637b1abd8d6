"""Training examples on the disk: a prompt in its parts and what followed, one JSON a line."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

from base.errors import KnownError
from base.messages import _
from base.system_errors import system_reason
from base.yaml_reader import kind
from models.backend import Prompt

Split = Literal["train", "test"]
SPLITS = get_args(Split)
LONGEST = 1 << 20
"""Characters of a line; a longer one is no example."""


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
    """All examples of a file. Raises `KnownError` with the line that is none."""
    return list(iter_examples(path))


def dumped(example: Example) -> str:
    """An example as its line of a file, with its newline."""
    prompt = example.prompt
    value = {
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
    return json.dumps(value, ensure_ascii=False) + "\n"


def iter_examples(path: Path) -> Iterator[Example]:
    """The examples of a file, one at a time. Raises `KnownError` with the line that is none."""
    for where, line in lines_of(path):
        yield _example(line, where)


def lines_of(path: Path) -> Iterator[tuple[str, str]]:
    """The lines of a JSONL file that are not blank, each with where it stands.

    Raises `KnownError` for a line without end, another encoding, a file that is not there.
    """
    try:
        if path.exists() and not path.is_file():
            raise KnownError(_("{path}: not a file, expected examples as JSON Lines", path=path))
        with path.open(encoding="utf-8") as lines:
            number = 0
            while line := lines.readline(LONGEST + 1):
                number += 1
                where = f"{path}:{number}"
                if len(line) > LONGEST:
                    raise KnownError(
                        _(
                            "{where}: longer than {most:,} characters, expected one example a line",
                            where=where,
                            most=LONGEST,
                        )
                    )
                if line.strip():
                    yield where, line
    except UnicodeDecodeError as error:
        raise KnownError(
            _("{path}: not UTF-8 at byte {start}; write it as UTF-8", path=path, start=error.start)
        ) from error
    except OSError as error:
        raise KnownError(
            _(
                "{path}: cannot be read ({error}); check the path",
                path=path,
                error=system_reason(error),
            )
        ) from error


def _example(line: str, where: str) -> Example:
    value = _object(line, where)
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


def _object(line: str, where: str) -> dict[str, Any]:
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
