"""What `paotuan corpus questions` can be told."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

FORMS = ("log", "instruct", "templates")
MOST_QUESTIONS = 1_000_000

RoleNames = Annotated[
    list[str],
    typer.Argument(metavar="ROLE...", help="Who answers: names, or characters of the library."),
]
TemplatesFile = Annotated[
    Path | None,
    typer.Option("--templates", metavar="FILE", help="YAML, or CamelBell's seed tasks."),
]
Slots = Annotated[
    Path | None, typer.Option("--slots", metavar="FILE", help="Values of slots, in YAML.")
]
World = Annotated[
    str | None,
    typer.Option(
        "--world",
        metavar="NAME",
        help="The work or world that the role is from; values for two of the classics come along.",
    ),
]
CharacterName = Annotated[
    str | None,
    typer.Option(
        "--character",
        metavar="NAME|FILE",
        help="A character whose profile and voice the teacher is told.",
    ),
]
KnowledgeFiles = Annotated[
    list[Path] | None,
    typer.Option(
        "--knowledge",
        metavar="FILE",
        help="Knowledge bases, texts, lorebooks or folders to answer from; may be given several "
        "times.",
    ),
]
Language = Annotated[
    str | None,
    typer.Option(
        "--language",
        metavar="zh|en",
        help="Language of questions and answers; by default that of the templates.",
    ),
]
Grow = Annotated[
    int,
    typer.Option(
        "--grow",
        metavar="N",
        min=0,
        max=MOST_QUESTIONS,
        help="New templates that the teacher is to write after those there are.",
    ),
]
NoRewording = Annotated[
    bool,
    typer.Option("--no-rewording", help="Ask as the templates have it, not in other words."),
]
N = Annotated[int, typer.Option("-n", min=1, max=MOST_QUESTIONS, help="Most questions.")]
Seed = Annotated[
    int,
    typer.Option(
        "--seed",
        min=0,
        max=2**32 - 1,
        help="Random seed: the same one chooses the same questions.",
    ),
]
To = Annotated[
    str,
    typer.Option(
        "--to",
        metavar="|".join(FORMS),
        help="A log, instructions as JSON, or only the templates with their values.",
    ),
]


@dataclass(frozen=True)
class QuestionOptions:
    """What questions are made of."""

    role: str
    templates: Path | None
    slots: Path | None
    world: str | None
    character: str | None
    knowledge: tuple[Path, ...]
    language: str | None
    grow: int
    reword: bool
    n: int
    seed: int

    @property
    def files(self) -> list[Path]:
        """The files that are read."""
        named = (self.templates, self.slots, *self.knowledge)
        return [file for file in named if file is not None]
