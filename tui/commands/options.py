"""Options that several commands have, said once."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from base.messages import _
from tui.failures import BadInput, given
from tui.output import escaped_line

if TYPE_CHECKING:
    from scenes.scene import Scene

Model = Annotated[
    str | None,
    typer.Option(
        "--model",
        metavar="MODEL",
        help="A name from `paotuan models list`, `scripted`, a GGUF file, a folder with weights, "
        "or a server's address such as http://localhost:8000/v1?mode=chat#model.",
    ),
]
Context = Annotated[
    int | None,
    typer.Option(
        "--context",
        metavar="TOKENS",
        help="Tokens that the prompt and a candidate may take together; what the model was made "
        "for by default.",
    ),
]
Quantization = Annotated[
    str | None,
    typer.Option(
        "--quantization",
        metavar="none|int8|int4",
        help="Hold weights that are stored in full as int8 or int4; none by default.",
    ),
]
Adapter = Annotated[
    list[str] | None,
    typer.Option(
        "--adapter",
        metavar="NAME=PATH",
        help="Where to find an adapter that a role names; may be given several times.",
    ),
]
Threads = Annotated[
    int | None,
    typer.Option(
        "--threads",
        metavar="N",
        envvar="PAOTUAN_THREADS",
        help="Processor threads to draw with; use fewer while other programs are busy.",
    ),
]
Encoding = Annotated[
    str,
    typer.Option("--encoding", metavar="NAME", help="The encoding of piped text, such as gb18030."),
]
N = Annotated[
    int | None,
    typer.Option("-n", metavar="N", help="Candidates to draw side by side; 5 by default."),
]
Temperature = Annotated[
    float | None,
    typer.Option(
        "--temperature",
        metavar="T",
        help="How freely to draw: 0 always takes the likeliest token; 0.95 by default, 0.6 with "
        "the starter.",
    ),
]
TopP = Annotated[
    float | None,
    typer.Option(
        "--top-p",
        metavar="P",
        help="Draw among the likeliest tokens up to this probability; 0.8 by default.",
    ),
]
TopK = Annotated[
    int | None,
    typer.Option(
        "--top-k",
        metavar="K",
        help="Draw among the K likeliest tokens; 0, the default, is among all.",
    ),
]
Turns = Annotated[
    str | None,
    typer.Option(
        "--history",
        metavar="N",
        help="Turns that the model reads: the last N, 0 for none, `all` for as many as fit.",
    ),
]
Knowledge = Annotated[
    list[Path] | None,
    typer.Option(
        "--knowledge",
        metavar="PATH",
        help="A lorebook, a text, a knowledge base or a folder of them that may come up, beside "
        "what the scene names; may be given several times.",
    ),
]
MaxTokens = Annotated[
    int | None,
    typer.Option(
        "--max-tokens", metavar="TOKENS", help="Most tokens of a candidate; 96 by default."
    ),
]
Seed = Annotated[
    int | None,
    typer.Option(
        "--seed", metavar="SEED", help="Random seed: the same one draws the same candidates."
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def roles_of(pairs: list[str], may_be_none: bool = False) -> dict[str, str]:
    """The roles that `--map NAME=ROLE` gives to names; an empty one only where `may_be_none`.

    Raises `BadInput`.
    """
    from base.names import LONGEST_NAME

    roles = {}
    for pair in pairs:
        name, equals, role = (part.strip() for part in pair.partition("="))
        if not name or not equals or not (may_be_none or role) or len(role) > LONGEST_NAME:
            raise BadInput(
                _(
                    "--map {pair}: expected NAME=ROLE, the role of at most {most} characters",
                    pair=escaped_line(pair),
                    most=LONGEST_NAME,
                )
            )
        roles[name] = role
    return roles


def reading(
    scene: "Scene",
    knowledge: Sequence[Path] | None,
    history: str | None,
    player: str | None = None,
) -> "Scene":
    """A scene with more knowledge, and of whose turns no more are read than `--history` says.

    Raises `BadInput`.
    """
    from scenes.table.knowledge import with_knowledge

    with given():
        scene = with_knowledge(scene, knowledge or (), player)
    if history is None:
        return scene
    return replace(scene, memory=replace(scene.memory, turns=_turns(history)))


def _turns(history: str) -> int | None:
    if history.casefold() in ("all", "全部"):
        return None
    if not history.isdecimal() or len(history) > 6:
        raise BadInput(
            _("--history {n}: expected a number of turns, or all", n=escaped_line(history))
        )
    return int(history)
