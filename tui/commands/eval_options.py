"""What `paotuan eval ADAPTER|MODEL` can be told: one dataclass, whose fields are its options."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from tui.commands import options
from tui.many.command import Ray

REPLY = 96
"""Tokens of a drawn line, as in play."""

Targets = Annotated[
    list[str],
    typer.Argument(
        metavar="ADAPTER|MODEL...",
        help="An adapter's folder, GGUF or name; or a model as --model names it elsewhere.",
    ),
]
On = Annotated[
    list[Path] | None,
    typer.Option(
        "--on",
        metavar="EXAMPLES.jsonl",
        help="Examples, from paotuan corpus examples; several times for figures on each.",
    ),
]
Output = Annotated[
    Path | None,
    typer.Option(
        "-o",
        "--output",
        metavar="OUT",
        help="Write the figures as JSON; a folder for several models or examples.",
    ),
]
Against = Annotated[
    str | None,
    typer.Option(
        "--against",
        metavar="ADAPTER|MODEL|none",
        help="Another to compare it with; by default an adapter's base.",
    ),
]
Base = Annotated[
    str | None,
    typer.Option("--model", metavar="BASE", help="The base that an adapter is put on."),
]
Adapter = Annotated[
    str | None,
    typer.Option("--adapter", metavar="PATH", help="An adapter to put on the model."),
]
Cast = Annotated[
    list[str] | None,
    typer.Option("--cast", metavar="NAME", help="Who may speak; may be given several times."),
]
Speakers = Annotated[
    int,
    typer.Option(
        "--speakers", metavar="K", min=2, max=100, help="How many may speak, for each line."
    ),
]
Split = Annotated[
    str, typer.Option("--split", metavar="test|train|all", help="Which part of the examples.")
]
Limit = Annotated[
    int,
    typer.Option("--limit", metavar="N", min=1, help="How many lines to score, chosen at random."),
]
Draws = Annotated[
    int,
    typer.Option(
        "--draws", metavar="N", min=0, help="How many of them to draw, too; 0 draws none."
    ),
]
N = Annotated[int, typer.Option("-n", min=1, max=50, help="Candidates for each line.")]
MaxTokens = Annotated[
    int, typer.Option("--max-tokens", metavar="TOKENS", min=1, help="Most tokens of a candidate.")
]
Seed = Annotated[
    int,
    typer.Option(
        "--seed",
        min=0,
        max=2**32 - 1,
        help="Random seed: decides which lines are taken and what is drawn.",
    ),
]
RoleBench = Annotated[
    Path | None,
    typer.Option("--rolebench", metavar="FILE", help="RoleBench's questions, for ROUGE-L."),
]
Questions = Annotated[
    int,
    typer.Option(
        "--questions", metavar="N", min=1, help="How many of them to ask, chosen at random."
    ),
]
Picks = Annotated[
    list[str] | None,
    typer.Option(
        "--picks",
        metavar="SESSION|FILE",
        help="Saved sessions, or pairs as JSON lines; may be given several times.",
    ),
]
Report = Annotated[
    Path | None,
    typer.Option("--report", metavar="FILE.md", help="A report with plots beside it."),
]


@dataclass(frozen=True)
class EvaluationOptions:
    """What is evaluated, on what, and how."""

    targets: Targets
    on: On = None
    output: Output = None
    against: Against = None
    base: Base = None
    adapter: Adapter = None
    cast: Cast = None
    speakers: Speakers = 8
    split: Split = "test"
    limit: Limit = 200
    draws: Draws = 40
    n: N = 5
    max_tokens: MaxTokens = REPLY
    temperature: options.Temperature = None
    top_p: options.TopP = None
    seed: Seed = 1
    rolebench: RoleBench = None
    questions: Questions = 50
    picks: Picks = None
    context: options.Context = None
    quantization: options.Quantization = None
    threads: options.Threads = None
    report: Report = None
    ray: Ray = None
    as_data: options.Json = False

    @property
    def target(self) -> str:
        """The only one."""
        (target,) = self.targets
        return target

    @property
    def examples(self) -> Path | None:
        """The only ones, where there are any."""
        return self.on[0] if self.on else None
