"""`paotuan corpus examples`: logs and sessions as examples to train on."""

from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tui.commands import options
from tui.commands.writing import write_lines
from tui.failures import BadInput, given
from tui.logs import Source
from tui.output import as_json, clean, one_line, word

if TYPE_CHECKING:
    from models.backend import Backend
    from models.catalog import Opening
    from models.local.counting import Counting
    from models.train.data import Example
    from scenes.examples.make import Made
    from scenes.examples.prompts import Bounds
    from scenes.examples.prompts import Source as Learned
    from scenes.examples.script import Script
    from scenes.log import Entry
    from scenes.scene import Scene
    from scenes.session import Session

MOST_SPEAKERS = 20
"""Speakers that are listed."""
LEARNED = "1;32"
"""How the learned part of an example is shown: bold, green."""


def examples(
    logs: Annotated[
        list[str],
        typer.Argument(
            metavar="LOG|SESSION…", help="Logs, - for stdin; sessions by name or as .jsonl files."
        ),
    ],
    output: Annotated[
        Path | None, typer.Option("-o", "--output", metavar="FILE", help="Where to write them.")
    ] = None,
    scene: Annotated[
        str | None,
        typer.Option("--scene", metavar="SCENE", help="The scene that logs are read in."),
    ] = None,
    speakers: Annotated[
        list[str] | None,
        typer.Option("--for", metavar="NAME", help="Whose lines; may be given several times."),
    ] = None,
    model: options.Model = None,
    context: options.Context = None,
    max_tokens: Annotated[
        int | None,
        typer.Option("--max-tokens", metavar="TOKENS", min=1, help="Longest reply; as in play."),
    ] = None,
    test: Annotated[
        float | None,
        typer.Option(
            "--test",
            metavar="SHARE",
            min=0.0,
            max=0.9,
            help="Part of the lines to hold out, in whole chapters or sessions; 0.1 if not said.",
        ),
    ] = None,
    test_chapters: Annotated[
        int | None,
        typer.Option("--test-chapters", metavar="K", min=2, help="Hold out every K-th instead."),
    ] = None,
    seed: Annotated[
        int, typer.Option("--seed", help="Decides what is held out and what is mixed in.")
    ] = 1,
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
    balance: Annotated[
        float,
        typer.Option(
            "--balance",
            metavar="STRENGTH",
            min=0.0,
            max=1.0,
            help="Weigh replies by length: 0 all alike, 1 each class of lengths the same.",
        ),
    ] = 0.0,
    mix: Annotated[
        Path | None,
        typer.Option("--mix", metavar="FILE", help="General questions and answers to mix in."),
    ] = None,
    mix_share: Annotated[
        float,
        typer.Option("--mix-share", metavar="SHARE", min=0.01, max=0.9, help="Their part."),
    ] = 0.1,
    show: Annotated[
        int, typer.Option("--show", metavar="N", min=0, help="Print N of them, from all over.")
    ] = 0,
    as_data: options.Json = False,
) -> None:
    """Make examples to train on: each line of a role, and the prompt that play would make.

    Without --for, the lines of everybody in the scene's cast, or of all who speak in a log; of a
    session, all that is not the player's own role.
    """
    from models.train.data import dumped
    from scenes.examples.general import mixed
    from scenes.examples.heldout import HeldOut
    from scenes.examples.make import make
    from scenes.scene import load_scene
    from tui.opening import choose, find_model

    if output is None and not show:
        raise BadInput("nothing to do: name a file to write with -o FILE, or look with --show 3")
    if test is not None and test_chapters is not None:
        raise BadInput("--test and --test-chapters: give one of them")
    choice = choose(model, context, None, {})
    with given():
        where = load_scene(scene) if scene is not None else None
        tokens = context or (where.model.context if where else None)
        found = find_model(choice, where)
        read = [_read(log, where) for log in logs]
    held = HeldOut(0.1 if test is None else test, test_chapters, seed)
    with closing(_counter(found, tokens)) as backend, given():
        sources = [_source(one, speakers or ()) for one in read]
        bounds = _bounds(backend, read, max_tokens, by_chapter, by_passage)
        made = make(sources, bounds, held, balance)
        if mix is not None:
            among = sum(one.split == "train" for one in made.examples)
            made.examples += mixed(mix, among, mix_share, seed, bounds, made.tally)
    if output is not None:
        write_lines(map(dumped, made.examples), output)
    for example in _spread(made.examples, show):
        _show(example)
    _report(made, as_data)


def _counter(found: "Opening", context: int | None) -> "Counting | Backend":
    """What counts tokens as the model does: of a model in PyTorch only its tokenizer is opened."""
    from models.catalog import weights

    if found.backend != "local":
        return found.open(**({"context": context} if context else {}))
    from models.local.counting import Counting

    return Counting.open(
        weights(found.model) if found.model else str(found.options["path"]), context
    )


def _read(log: str, where: "Scene | None") -> "Script | Session":
    """A session by its name or journal; a log by its file."""
    from scenes.examples.script import script_of
    from scenes.journal import read_session
    from scenes.saved import find_session

    path = Path(log)
    if path.suffix == ".jsonl" or (log != "-" and not path.exists() and not path.suffix):
        return read_session(path if path.suffix else find_session(log))
    source = Source(log)
    return script_of(source.where, _entries(source), where)


def _entries(source: Source) -> list["Entry"]:
    """All of a log; how many lines are none of the format is told."""
    from scenes.log import read

    lines = list(read(source.lines()))
    strange = [line for line in lines if line.entry.kind == "unrecognised"]
    if strange:
        word(
            f"{source.where}:{strange[0].number}: not a line of a log, and {len(strange) - 1} more "
            "such; they stay in what comes before a reply and are never learned"
        )
    return [line.entry for line in lines]


def _source(read: "Script | Session", wanted: Sequence[str]) -> "Learned":
    from scenes.examples.make import log_source
    from scenes.examples.script import Script
    from scenes.examples.sessions import session_source

    if isinstance(read, Script):
        return log_source(read, wanted)
    return session_source(read, wanted)


def _bounds(
    backend: "Counting | Backend",
    read: Sequence["Script | Session"],
    longest: int | None,
    by_chapter: bool,
    by_passage: bool,
) -> "Bounds":
    """What a prompt may take, with the tokens of all lines counted beforehand."""
    from scenes.examples.prompts import Bounds, Counted
    from scenes.examples.script import Script, texts_of

    count = Counted(backend)
    for one in read:
        if isinstance(one, Script):
            count.expect(texts_of(entry for part in one.chapters for entry in part.entries))
        else:
            count.expect(texts_of(one.entries))
    return Bounds(backend.context, count, longest, by_chapter, by_passage)


def _spread(examples: Sequence["Example"], count: int) -> Iterator["Example"]:
    """`count` of the examples at even distances."""
    count = min(count, len(examples))
    for number in range(count):
        yield examples[(2 * number + 1) * len(examples) // (2 * count)]


def _show(example: "Example") -> None:
    """An example as text, the learned part in colour, or in brackets where there is none."""
    from tui.colour import sgr, wants_colour

    told = f"{example.source} {example.chapter}".strip()
    head = f"# {example.split}, {example.speaker}, weight {example.weight:g}: {told}"
    text = one_line(example.reply) if example.reply.count("\n") < 2 else clean(example.reply)
    learned = sgr(text, LEARNED) if wants_colour() else f"⟦{text}⟧"
    print(f"{one_line(head)}\n{clean(example.prompt.text)}{learned}\n")


def _report(made: "Made", as_data: bool) -> None:
    examples, tally = made.examples, made.tally
    train = sum(one.split == "train" for one in examples)
    for notice in tally.notices:
        word(notice)
    if as_data:
        as_json(
            {
                "examples": len(examples),
                "train": train,
                "test": len(examples) - train,
                "speakers": dict((+tally.kept).most_common()),
                "left_out": dict((+tally.left_out).most_common()),
            }
        )
        return
    word(f"{len(examples)} examples: {train} to train on, {len(examples) - train} held out")
    most = (+tally.kept).most_common()
    for name, count in most[:MOST_SPEAKERS]:
        word(f"  {name} {count}")
    if more := most[MOST_SPEAKERS:]:
        word(f"  and {len(more)} more: {sum(count for _, count in more)}")
    for why, count in (+tally.left_out).most_common():
        word(f"left out {count}: {why}")
