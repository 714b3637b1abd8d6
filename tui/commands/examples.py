"""`paotuan corpus examples`: logs as examples to train on."""

from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tui.commands import options
from tui.failures import given
from tui.logs import Source
from tui.output import as_json, columns, word

if TYPE_CHECKING:
    from scenes.examples.make import Made
    from scenes.log import Entry


def examples(
    logs: Annotated[list[str], typer.Argument(metavar="LOG…", help="Logs; - is stdin.")],
    output: Annotated[
        Path, typer.Option("-o", "--output", metavar="FILE", help="Where to write JSON Lines.")
    ],
    scene: Annotated[
        str | None, typer.Option("--scene", metavar="SCENE", help="The scene they are read in.")
    ] = None,
    speakers: Annotated[
        list[str] | None,
        typer.Option("--for", metavar="NAME", help="Whose lines; several times for several."),
    ] = None,
    model: options.Model = None,
    context: options.Context = None,
    max_tokens: Annotated[
        int | None, typer.Option("--max-tokens", metavar="TOKENS", min=1, help="Longest reply.")
    ] = None,
    test: Annotated[
        float, typer.Option("--test", metavar="SHARE", min=0.0, max=0.9, help="Held out.")
    ] = 0.1,
    test_chapters: Annotated[
        int | None,
        typer.Option("--test-chapters", metavar="K", min=2, help="Hold out every K-th chapter."),
    ] = None,
    seed: Annotated[int, typer.Option("--seed", help="Makes the split repeatable.")] = 1,
    by_chapter: Annotated[
        bool, typer.Option("--by-chapter", help="Begin a new history with each chapter.")
    ] = False,
    by_passage: Annotated[
        bool,
        typer.Option(
            "--by-passage",
            help="Begin a history that is full anew: less to compute in training.",
        ),
    ] = False,
    as_data: options.Json = False,
) -> None:
    """Make examples to train on: each line of a role, and the prompt that play would make."""
    from models.train.data import dumped
    from scenes.examples.heldout import HeldOut
    from scenes.examples.make import make
    from scenes.examples.prompts import Bounds, cached
    from scenes.examples.script import script_of
    from scenes.journal import replace_text
    from scenes.scene import load_scene
    from tui.opening import choose, find_model, open_model

    choice = choose(model, context, None, {})
    with given():
        where = load_scene(scene) if scene is not None else None
        find_model(choice, where)
        scripts = [script_of(Source(log).where, _entries(log), where) for log in logs]
    with closing(open_model(choice)) as backend, given():
        bounds = Bounds(
            context or backend.context, cached(backend.count), max_tokens, by_chapter, by_passage
        )
        made = make(scripts, speakers or (), bounds, HeldOut(test, test_chapters, seed))
    replace_text(output, "".join(map(dumped, made.examples)))
    _report(made, as_data)


def _entries(log: str) -> list["Entry"]:
    """All of a log; how many lines are none of the format is told."""
    from scenes.log import read

    source = Source(log)
    lines = list(read(source.lines()))
    strange = [line for line in lines if line.entry.kind == "unrecognised"]
    if strange:
        word(
            f"{source.where}:{strange[0].number}: not a line of a log, and {len(strange) - 1} more "
            "such; they stay in what comes before a reply and are never learned"
        )
    return [line.entry for line in lines]


def _report(made: "Made", as_data: bool) -> None:
    splits = Counter(example.split for example in made.examples)
    tally = made.tally
    for notice in tally.notices:
        word(notice)
    if as_data:
        as_json(
            {
                "examples": len(made.examples),
                "train": splits["train"],
                "test": splits["test"],
                "speakers": dict(tally.kept.most_common()),
                "left_out": dict(tally.left_out),
            }
        )
        return
    word(f"{len(made.examples)} examples: {splits['train']} train, {splits['test']} test")
    columns([(name, str(count)) for name, count in tally.kept.most_common()])
    for why, count in tally.left_out.most_common():
        word(f"left out {count}: {why}")
