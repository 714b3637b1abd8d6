"""What `paotuan train` can be told: one dataclass, whose fields are its options."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from tui.commands import options
from tui.commands.examples_options import Roles, SceneName, Without
from tui.commands.train_voice import VoiceOptions

Recipe = Annotated[
    str | None,
    typer.Argument(
        metavar="RECIPE|FILE…",
        help="A recipe in YAML; with --for or --base, logs, sessions, questions and answers.",
    ),
]
Changes = Annotated[
    list[str] | None,
    typer.Argument(metavar="[KEY=VALUE]…", help="Values that replace those of the recipe."),
]
Base = Annotated[
    str | None,
    typer.Option(
        "--base",
        metavar="MODEL",
        help="The whole way in one command, on this base: examples, recipe, training.",
    ),
]
Speakers = Annotated[
    list[str] | None,
    typer.Option("--for", metavar="NAME", help="The same, for the lines of this role."),
]
Output = Annotated[
    Path | None,
    typer.Option(
        "-o", "--output", metavar="DIR", help="The adapter's folder, adapters/NAME by default."
    ),
]
New = Annotated[bool, typer.Option("--new", help="Print a commented recipe to begin with.")]
Fresh = Annotated[
    bool,
    typer.Option("--fresh", help="Begin anew instead of going on with a run that was cut off."),
]
Anyway = Annotated[
    bool, typer.Option("--anyway", help="Begin even if it does not seem to fit into memory.")
]


@dataclass(frozen=True)
class TrainOptions:
    """What is trained, and how a run begins."""

    recipe: Recipe = None
    changes: Changes = None
    base: Base = None
    speakers: Speakers = None
    roles: Roles = None
    without: Without = None
    scene: SceneName = None
    output: Output = None
    new: New = False
    fresh: Fresh = False
    anyway: Anyway = False
    as_data: options.Json = False

    @property
    def words(self) -> list[str]:
        """The recipe or the files, and what is changed."""
        first = [self.recipe] if self.recipe is not None else []
        return [*first, *(self.changes or ())]

    @property
    def voice(self) -> VoiceOptions:
        """What a voice is made of, if one is asked for."""
        names = (self.speakers or (), self.roles or (), self.without or ())
        return VoiceOptions(self.base, *names, self.scene, self.output)
