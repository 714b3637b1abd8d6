"""`paotuan corpus examples`: logs and sessions as examples to train on."""

import sys
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from base.messages import _
from tui.commands import options
from tui.commands.examples_shown import report, show_some
from tui.commands.writing import not_over, write_lines
from tui.failures import BadInput, given
from tui.logs import LogInput
from tui.output import word

if TYPE_CHECKING:
    from models.backend import Backend
    from models.catalog import Opening
    from models.local.counting import Counting
    from scenes.data.examples.prompts import Bounds
    from scenes.data.examples.prompts import Source as Learned
    from scenes.data.examples.script import Script
    from scenes.log import Entry
    from scenes.scene import Scene
    from scenes.table.session import Session

Logs = Annotated[
    list[str],
    typer.Argument(
        metavar="LOG|SESSION…", help="Logs, - for stdin; sessions by name or as .jsonl files."
    ),
]
Output = Annotated[
    Path | None, typer.Option("-o", "--output", metavar="FILE", help="Where to write them.")
]
SceneName = Annotated[
    str | None, typer.Option("--scene", metavar="SCENE", help="The scene that logs are read in.")
]
Speakers = Annotated[
    list[str] | None,
    typer.Option("--for", metavar="NAME", help="Whose lines; may be given several times."),
]
MaxTokens = Annotated[
    int | None,
    typer.Option("--max-tokens", metavar="TOKENS", min=1, help="Longest reply; as in play."),
]
Test = Annotated[
    float | None,
    typer.Option(
        "--test",
        metavar="SHARE",
        min=0.0,
        max=0.9,
        help="Part of the lines to hold out, in whole chapters or sessions; 0.1 if not said.",
    ),
]
TestChapters = Annotated[
    int | None,
    typer.Option("--test-chapters", metavar="K", min=2, help="Hold out every K-th instead."),
]
Seed = Annotated[
    int,
    typer.Option(
        "--seed", min=0, max=2**32 - 1, help="Decides what is held out and what is mixed in."
    ),
]
ByChapter = Annotated[
    bool, typer.Option("--by-chapter", help="Begin a new history with each chapter.")
]
ByPassage = Annotated[
    bool,
    typer.Option(
        "--by-passage", help="Begin a history that is full anew: less to compute in training."
    ),
]
Balance = Annotated[
    float,
    typer.Option(
        "--balance",
        metavar="STRENGTH",
        min=0.0,
        max=1.0,
        help="Weigh replies by length: 0 all alike, 1 each class of lengths the same.",
    ),
]
Mix = Annotated[
    Path | None,
    typer.Option("--mix", metavar="FILE", help="General questions and answers to mix in."),
]
MixShare = Annotated[
    float, typer.Option("--mix-share", metavar="SHARE", min=0.01, max=0.9, help="Their part.")
]
Show = Annotated[
    int, typer.Option("--show", metavar="N", min=0, help="Print N of them, from all over.")
]


def examples(
    logs: Logs,
    output: Output = None,
    scene: SceneName = None,
    speakers: Speakers = None,
    model: options.Model = None,
    context: options.Context = None,
    max_tokens: MaxTokens = None,
    test: Test = None,
    test_chapters: TestChapters = None,
    seed: Seed = 1,
    by_chapter: ByChapter = False,
    by_passage: ByPassage = False,
    balance: Balance = 0.0,
    mix: Mix = None,
    mix_share: MixShare = 0.1,
    show: Show = 0,
    as_data: options.Json = False,
) -> None:
    """Make examples to train on: each line of a role, and the prompt that play would make.

    Without --for, the lines of everybody in the scene's cast, or of all who speak in a log; of a
    session, all that is not the player's own role.
    """
    from models.train.data import dumped
    from scenes.data.examples.general import mixed
    from scenes.data.examples.heldout import HeldOut
    from scenes.data.examples.make import make
    from scenes.scene import load_scene
    from scenes.table.session import Session
    from tui.model_options import choose, given_model

    if output is None and not show:
        raise BadInput(_("nothing to do: name a file to write with -o FILE, or look with --show 3"))
    if test is not None and test_chapters is not None:
        raise BadInput(_("--test and --test-chapters: give one of them"))
    inputs: list[str | Path] = [
        *map(_file, logs),
        *([mix] if mix else []),
        *([scene] if scene else []),
    ]
    not_over(output, inputs)
    choice = choose(model, context, None, {})
    with given():
        where = load_scene(scene) if scene is not None else None
        read = [_read(log, where) for log in logs]
        table = where or next((one.scene for one in read if isinstance(one, Session)), None)
    found = given_model(choice, table)
    says = table.model.context if table and found.backend != "scripted" else None
    held = HeldOut(0.1 if test is None else test, test_chapters, seed)
    with closing(_counter(found, context or says)) as backend, given():
        sources = [_source(one, speakers or ()) for one in read]
        bounds = _bounds(backend, read, max_tokens, by_chapter, by_passage)
        made = make(sources, bounds, held, balance)
        if mix is not None:
            among = sum(one.split == "train" for one in made.examples)
            made.examples += mixed(mix, among, mix_share, seed, bounds, made.tally)
    if output is not None:
        write_lines(map(dumped, made.examples), output, inputs)
    show_some(made.examples, show)
    report(made, as_data)


def _counter(found: "Opening", context: int | None) -> "Counting | Backend":
    """What counts tokens as the model does: of a model in PyTorch only its tokenizer is opened."""
    from models.catalog import weights

    if sys.stderr.isatty():
        word(_("counting tokens as {title} does …", title=found.title))
    if found.backend != "local":
        return found.open(**({"context": context} if context else {}))
    from models.local.counting import Counting

    return Counting.open(
        weights(found.model) if found.model else str(found.options["path"]), context
    )


def _read(log: str, where: "Scene | None") -> "Script | Session":
    """A session by its name or journal; a log by its file."""
    from scenes.data.examples.script import script_of
    from scenes.table.journal import read_session

    path = _file(log)
    if path.suffix == ".jsonl":
        session = read_session(path)
        for line in session.damage:
            word(line)
        return session
    source = LogInput(log)
    return script_of(source.where, _entries(source), where)


def _file(log: str) -> Path:
    """The file that a log or a session lies in. Raises `BadInput`."""
    from scenes.table.session_list import find_session

    path = Path(log)
    if log == "-" or path.exists() or path.suffix:
        return path
    with given():
        return find_session(log)


def _entries(source: LogInput) -> list["Entry"]:
    """All of a log; how many lines are none of the format is told."""
    from scenes.log import read

    lines = list(read(source.lines()))
    strange = [line for line in lines if line.entry.kind == "unrecognised"]
    if strange:
        word(
            _(
                "{where}:{number}: not a line of a log, and {strange} more such; they stay "
                "in what comes before a reply and are never learned",
                where=source.where,
                number=strange[0].number,
                strange=len(strange) - 1,
            )
        )
    return [line.entry for line in lines]


def _source(read: "Script | Session", wanted: Sequence[str]) -> "Learned":
    from scenes.data.examples.make import log_source
    from scenes.data.examples.script import Script
    from scenes.data.examples.sessions import session_source

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
    from scenes.data.examples.prompts import Bounds, Counted
    from scenes.data.examples.script import Script, texts_of

    count = Counted(backend)
    for one in read:
        if isinstance(one, Script):
            count.expect(texts_of(entry for part in one.chapters for entry in part.entries))
        else:
            count.expect(texts_of(one.entries))
    return Bounds(backend.context, count, longest, by_chapter, by_passage)
