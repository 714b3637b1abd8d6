"""`paotuan bench`: how much a server bears."""

from dataclasses import dataclass
from typing import Annotated

import typer

from base.messages import _
from tui.commands import options
from tui.commands.group import group
from tui.commands.option_fields import options_of
from tui.failures import FAILED, BadInput
from tui.output import columns, data

app = group("Loads: how many tables a model serves at once.")


@dataclass(frozen=True)
class LoadOptions:
    """What a model is loaded with."""

    model: Annotated[
        str,
        typer.Argument(
            metavar="MODEL", help="As for --model: a server's address such as localhost:8000."
        ),
    ]
    tables: Annotated[
        int, typer.Option("--tables", metavar="N", min=1, max=1000, help="Tables at once.")
    ] = 50
    turns: Annotated[
        int, typer.Option("--turns", metavar="N", min=2, max=1000, help="Draws of each table.")
    ] = 8
    candidates: Annotated[
        int, typer.Option("-n", "--candidates", metavar="N", min=1, max=64, help="Lines a draw.")
    ] = 5
    history_tokens: Annotated[
        int,
        typer.Option(
            "--history-tokens",
            metavar="N",
            min=1,
            max=1_000_000,
            help="Tokens of the made-up log that a table begins with.",
        ),
    ] = 800
    adapters: Annotated[
        list[str] | None,
        typer.Option(
            "--adapter",
            metavar="NAME[=PATH]",
            help="An adapter that roles speak with, by its name at the server, or where it lies; "
            "several times for several in turn.",
        ),
    ] = None
    as_data: options.Json = False
    context: options.Context = None


@app.command("serve")
@options_of(LoadOptions)
def serve(wanted: LoadOptions) -> None:
    """Play many made-up tables against a model at once: what a table waits for, tokens/s of all
    together, how much of the prompts the server had kept, and what failed.
    """
    from models.bench_tables import TablesScript, bench_tables
    from models.resolve import IN_PROCESS
    from tui.model_options import choose, given_model, open_model

    adapters = wanted.adapters or ()
    named = [one for one in adapters if "=" not in one]
    placed = [one for one in adapters if "=" in one]
    choice = choose(wanted.model, wanted.context, None, {}, placed, None)
    backend = given_model(choice).backend
    if named and backend in IN_PROCESS:
        raise BadInput(
            _("--adapter {name}: expected NAME=PATH for a model in this process", name=named[0])
        )
    if wanted.tables > 1 and backend in IN_PROCESS:
        raise BadInput(
            _(
                "{model}: a model in this process plays one table; give a server's address, or "
                "say --tables 1",
                model=wanted.model,
            )
        )
    voices = [one.partition("=")[0] for one in adapters]
    script = TablesScript(
        wanted.tables, wanted.turns, wanted.history_tokens, wanted.candidates, adapters=voices
    )
    report = bench_tables(lambda: open_model(choice, at_server=named), script)
    if wanted.as_data:
        data(report.json())
    else:
        columns([(report.model, ""), *report.rows()])
    if report.failed:
        raise typer.Exit(FAILED)
