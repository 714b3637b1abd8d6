"""`paotuan eval`: what models, adapters and knowledge are worth, in figures."""

from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from base.messages import _
from tui.commands import options
from tui.commands.eval_model import model
from tui.commands.group import CommandGroup, group
from tui.failures import given
from tui.output import as_json, columns, data, word

if TYPE_CHECKING:
    from scenes.evaluation.knowledge import Answers, Outcome, Summary


class Evaluations(CommandGroup):
    """Takes what is none of its commands for the model that is to be evaluated."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if args and args[0] not in self.commands and args[0] != "--help":
            args = ["model", *args]
        return super().parse_args(ctx, args)


app = group("Figures: what models, adapters and knowledge are worth.", Evaluations)
app.command("model")(model)


@app.command()
def knowledge(
    file: Annotated[
        Path | None,
        typer.Argument(metavar="[FILE]", help="Facts in YAML; the bundled ones on 李白 if none."),
    ] = None,
    model: options.Model = None,
    context: options.Context = None,
    threads: options.Threads = None,
    n: Annotated[
        int, typer.Option("-n", min=0, max=50, help="Lines to draw each way; 0 draws none.")
    ] = 5,
    seed: Annotated[
        int, typer.Option("--seed", min=0, max=2**32 - 1, help="Makes the drawn lines repeatable.")
    ] = 1,
    listing: Annotated[bool, typer.Option("--list", help="Show every question.")] = False,
    as_data: options.Json = False,
) -> None:
    """See whether injected knowledge makes true answers likelier than false ones."""
    from scenes.evaluation.knowledge import BUNDLED, evaluate, read_facts
    from tui.model_options import choose, given_model, open_model

    choice = choose(model, context, None, {}, (), threads)
    with given():
        facts = read_facts(file or BUNDLED)
    given_model(choice)
    outcomes: list[Outcome] = []
    with closing(open_model(choice, None)) as backend:
        for outcome in evaluate(backend, facts, n, seed):
            outcomes.append(outcome)
            if not as_data and listing:
                _tell(outcome)
        name = backend.name
    for notice in facts.knowledge.take_notices():
        word(notice)
    _report(outcomes, name, as_data)


def _tell(outcome: "Outcome") -> None:
    mark = "+" if outcome.informed.margin > 0 else "-"
    data(f"{mark} {outcome.fact.ask} {outcome.fact.answer}")
    data(f"    margin {outcome.plain.margin:.2f} → {outcome.informed.margin:.2f}")
    for note in outcome.told:
        data(f"    {note.line}")


def _report(outcomes: Sequence["Outcome"], model: str, as_data: bool) -> None:
    from scenes.evaluation.knowledge import summary

    plain, informed = (
        summary([getattr(one, way) for one in outcomes]) for way in ("plain", "informed")
    )
    found = sum(one.found for one in outcomes) / len(outcomes)
    if as_data:
        as_json(
            {
                "model": model,
                "questions": len(outcomes),
                "found": found,
                "plain": _means(plain),
                "informed": _means(informed),
                "facts": [_fact(one) for one in outcomes],
            }
        )
        return
    word(
        _(
            "{model}: {outcomes} questions; what was injected held the answer to {found:.0%}",
            model=model,
            outcomes=len(outcomes),
            found=found,
        )
    )
    columns(
        [
            ("", "without", "with knowledge"),
            ("true answer is the likeliest", f"{plain.accuracy:.0%}", f"{informed.accuracy:.0%}"),
            ("log-likelihood before the next", f"{plain.margin:.2f}", f"{informed.margin:.2f}"),
            ("share among the answers", f"{plain.probability:.0%}", f"{informed.probability:.0%}"),
            ("drawn lines that hold it", _percent(plain.share), _percent(informed.share)),
        ]
    )


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{share:.0%}"


def _means(one: "Summary") -> dict[str, Any]:
    from dataclasses import asdict

    return asdict(one)


def _fact(outcome: "Outcome") -> dict[str, Any]:
    return {
        "ask": outcome.fact.ask,
        "answer": outcome.fact.answer,
        "others": list(outcome.fact.others),
        "found": outcome.found,
        "told": [note.text for note in outcome.told],
        "plain": _answers(outcome.plain),
        "informed": _answers(outcome.informed),
    }


def _answers(one: "Answers") -> dict[str, Any]:
    return {"logprobs": list(one.logprobs), "margin": one.margin, "share": one.share}
