"""What `paotuan corpus examples` can be told: one dataclass, whose fields are its options."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from tui.commands import options
from tui.commands.training_files import To
from tui.many.command import Ray

Logs = Annotated[
    list[str],
    typer.Argument(
        metavar="FILE|SESSION…",
        help="Logs, - for stdin; sessions by name or as .jsonl files; questions and answers in "
        "JSON. FILE:0.3 weighs one at 0.3.",
    ),
]
Output = Annotated[
    Path | None,
    typer.Option(
        "-o",
        "--output",
        metavar="OUT",
        help="Where to write them; into a folder that is there, each source for itself and then "
        "all as examples.jsonl.",
    ),
]
SceneName = Annotated[
    str | None, typer.Option("--scene", metavar="SCENE", help="The scene that logs are read in.")
]
Speakers = Annotated[
    list[str] | None,
    typer.Option(
        "--for",
        metavar="NAME",
        help="Whose lines; who answers, where a file does not say; may be given several times.",
    ),
]
Roles = Annotated[
    list[str] | None,
    typer.Option("--map", metavar="NAME=ROLE", help="Another name for one who speaks."),
]
Without = Annotated[
    list[str] | None,
    typer.Option(
        "--without", metavar="NAME", help="Whose lines stay in the histories but are not learned."
    ),
]
MaxTokens = Annotated[
    int | None,
    typer.Option(
        "--max-tokens", metavar="TOKENS", min=1, help="Most tokens of a reply, as in play."
    ),
]
Test = Annotated[
    float | None,
    typer.Option(
        "--test",
        metavar="SHARE",
        min=0.0,
        max=0.9,
        help="Part of the lines to hold out, in whole chapters or sessions; 0.1 by default.",
    ),
]
TestChapters = Annotated[
    int | None,
    typer.Option("--test-chapters", metavar="K", min=2, help="Hold out every K-th instead."),
]
TestLogs = Annotated[
    Path | None,
    typer.Option(
        "--test-logs",
        metavar="FILE",
        help="Hold out the logs whose names stand in FILE, one a line.",
    ),
]
Beside = Annotated[
    bool,
    typer.Option(
        "--beside", help="Read each log in the scene that lies beside it: x.yaml for x.log.txt."
    ),
]
Seed = Annotated[
    int,
    typer.Option(
        "--seed",
        min=0,
        max=2**32 - 1,
        help="Random seed: decides what is held out and what is mixed in.",
    ),
]
ByChapter = Annotated[
    bool, typer.Option("--by-chapter", help="Begin a new history with each chapter.")
]
ByPassage = Annotated[
    bool,
    typer.Option(
        "--by-passage", help="Begin the history anew when it is full: less to compute in training."
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
Steered = Annotated[
    bool,
    typer.Option(
        "--steered",
        help="Keep what steered a draw in its prompt: the line to the director, the note.",
    ),
]
Mix = Annotated[
    Path | None,
    typer.Option("--mix", metavar="FILE", help="General questions and answers to mix in."),
]
MixShare = Annotated[
    float,
    typer.Option(
        "--mix-share",
        metavar="SHARE",
        min=0.01,
        max=0.9,
        help="The part of the whole that they make up.",
    ),
]
Show = Annotated[
    int, typer.Option("--show", metavar="N", min=0, help="Print N of them, from all parts.")
]
Lines = Annotated[
    bool,
    typer.Option("--lines", hidden=True, help="Only count the lines to learn of each part."),
]
Part = Annotated[
    str | None,
    typer.Option(
        "--part", metavar="JSON", hidden=True, help="What is held out of one source among many."
    ),
]


@dataclass(frozen=True)
class ExampleOptions:
    """What examples are made of, and how."""

    logs: Logs
    output: Output = None
    to: To = None
    scene: SceneName = None
    beside: Beside = False
    speakers: Speakers = None
    roles: Roles = None
    without: Without = None
    model: options.Model = None
    context: options.Context = None
    max_tokens: MaxTokens = None
    test: Test = None
    test_chapters: TestChapters = None
    test_logs: TestLogs = None
    seed: Seed = 1
    by_chapter: ByChapter = False
    by_passage: ByPassage = False
    balance: Balance = 0.0
    steered: Steered = False
    mix: Mix = None
    mix_share: MixShare = 0.1
    show: Show = 0
    ray: Ray = None
    lines: Lines = False
    part: Part = None
    as_data: options.Json = False
