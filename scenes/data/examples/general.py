"""Examples of general questions, mixed in so that a model does not forget how to answer them."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from random import Random
from typing import Any

from base.errors import KnownError
from base.messages import N_, _, _n
from models.backend import Prompt
from models.train.data import Example, read_examples
from models.train.parquet import is_parquet
from scenes.data.examples.prompts import Bounds, ExampleTally
from scenes.data.records import read_records, text_of
from scenes.log import cue
from scenes.prompt import MARGIN

ASKER, ANSWERER = "问", "答"
LONGER = N_("a general example longer than the context")
SPEAKER = "general"


def mixed(
    path: Path, among: int, share: float, seed: int, bounds: Bounds, tally: ExampleTally
) -> list[Example]:
    """So many examples of a file, drawn by `seed`, that they are `share` of the whole beside
    `among` others to train on; all of the file where it has fewer, with a word.

    The file holds `{"instruction", "input", "output"}`, asked as `问：` and answered as `答：`, or
    examples, of which those to train on are taken. Raises `KnownError`.
    """
    wanted = round(among * share / (1 - share))
    fitting = [one for one in _general(path) if _fits(one, bounds, tally)]
    if not fitting:
        raise KnownError(
            _(
                "{path}: no example in it that fits; expected instruction, input and output on "
                "each line",
                path=path,
            )
        )
    if len(fitting) < wanted:
        tally.notices.append(
            _n(
                "{path}: {n} example is mixed in, all there is; {wanted} were asked for",
                "{path}: {n} examples are mixed in, all there are; {wanted} were asked for",
                len(fitting),
                path=path,
                wanted=wanted,
            )
        )
    drawn = Random(seed).sample(fitting, min(wanted, len(fitting)))
    tally.learned[SPEAKER] += len(drawn)
    return drawn


def _general(path: Path) -> Iterator[Example]:
    first = None if is_parquet(path) else next(read_records(path), None)
    if is_parquet(path) or (first is not None and "reply" in first[1]):
        yield from (one for one in read_examples(path) if one.split == "train")
        return
    for where, record in read_records(path):
        yield _question(record, where, path.name)


def _question(record: Mapping[str, Any], where: str, source: str) -> Example:
    """A question and its answer as an example; the lines of both stay as they are."""
    if "instruction" not in record:
        record = {**record, "instruction": record.get("Instruction")}
    question = text_of(record, "instruction", where)
    more = text_of({"input": "", **record}, "input", where)
    answer = text_of(record, "output", where).strip()
    if not answer:
        raise KnownError(_("{where}: output is empty; leave such lines out", where=where))
    history = f"{cue(ASKER)}{question.strip()}\n" + (f"{more.strip()}\n" if more.strip() else "")
    return Example(Prompt("", history, cue(ANSWERER)), f"{answer}\n", SPEAKER, source)


def _fits(example: Example, bounds: Bounds, tally: ExampleTally) -> bool:
    fits = bounds.count(example.prompt.text + example.reply) + MARGIN <= bounds.context
    tally.left_out[LONGER] += not fits
    return fits
