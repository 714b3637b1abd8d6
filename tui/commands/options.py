"""Options that several commands have, said once."""

from typing import Annotated

import typer

from base.messages import _
from tui.failures import BadInput
from tui.output import one_line

Model = Annotated[
    str | None,
    typer.Option(
        "--model",
        metavar="MODEL",
        help="A name of `paotuan models list`, `scripted`, a GGUF file, a folder with weights, or "
        "a server's address such as http://localhost:8000/v1?mode=chat#model.",
    ),
]
Context = Annotated[
    int | None,
    typer.Option("--context", metavar="TOKENS", help="Tokens of prompt and candidate together."),
]
Quantization = Annotated[
    str | None,
    typer.Option(
        "--quantization",
        metavar="none|int8|int4",
        help="How weights that are stored in full are held.",
    ),
]
Adapter = Annotated[
    list[str] | None,
    typer.Option(
        "--adapter",
        metavar="NAME=PATH",
        help="Where an adapter that a role names lies; may be given several times.",
    ),
]
Threads = Annotated[
    int | None,
    typer.Option(
        "--threads",
        metavar="N",
        envvar="PAOTUAN_THREADS",
        help="Processor threads that draw; fewer where other programs are busy.",
    ),
]
Encoding = Annotated[
    str,
    typer.Option("--encoding", metavar="NAME", help="Of text that is piped in, such as gb18030."),
]
N = Annotated[int | None, typer.Option("-n", metavar="N", help="Candidates drawn side by side.")]
Temperature = Annotated[
    float | None, typer.Option("--temperature", metavar="T", help="Divides the logits.")
]
TopP = Annotated[float | None, typer.Option("--top-p", metavar="P", help="Nucleus sampling.")]
MaxTokens = Annotated[
    int | None, typer.Option("--max-tokens", metavar="TOKENS", help="Longest candidate.")
]
Seed = Annotated[
    int | None, typer.Option("--seed", metavar="SEED", help="Makes a draw repeatable.")
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def roles_of(pairs: list[str]) -> dict[str, str]:
    """The roles that `--map NAME=ROLE` gives to names. Raises `BadInput`."""
    from base.names import LONGEST_NAME

    roles = {}
    for pair in pairs:
        name, equals, role = (part.strip() for part in pair.partition("="))
        if not name or not equals or not 0 < len(role) <= LONGEST_NAME:
            raise BadInput(
                _(
                    "--map {pair}: expected NAME=ROLE, the role of at most {LONGEST_NAME} "
                    "characters",
                    pair=one_line(pair),
                    LONGEST_NAME=LONGEST_NAME,
                )
            )
        roles[name] = role
    return roles
