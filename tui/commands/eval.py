"""`paotuan eval`: what models, adapters and knowledge are worth, in figures."""

from collections.abc import Sequence
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from base.messages import _, _n
from tui.commands import options
from tui.commands.eval_model import model
from tui.commands.group import CommandGroup, group
from tui.failures import given
from tui.output import as_json, columns, data, word

if TYPE_CHECKING:
    from scenes.evaluation.knowledge import AnswerMeans, FactAnswers, FactOutcome


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
        typer.Argument(
            metavar="[FILE]", help="Facts in YAML; by default the bundled ones on 李白."
        ),
    ] = None,
    model: options.Model = None,
    context: options.Context = None,
    threads: options.Threads = None,
    n: Annotated[
        int, typer.Option("-n", min=0, max=50, help="Lines to draw each way; 0 draws none.")
    ] = 5,
    seed: Annotated[
        int,
        typer.Option(
            "--seed", min=0, max=2**32 - 1, help="Random seed: the same one draws the same lines."
        ),
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
    outcomes: list[FactOutcome] = []
    with closing(open_model(choice, None)) as backend:
        for outcome in evaluate(backend, facts, n, seed):
            outcomes.append(outcome)
            if not as_data and listing:
                _list(outcome)
        name = backend.name
    for notice in facts.knowledge.take_notices():
        word(notice)
    _report(outcomes, name, as_data)


def _list(outcome: "FactOutcome") -> None:
    mark = "+" if outcome.informed.margin > 0 else "-"
    data(f"{mark} {outcome.fact.ask} {outcome.fact.answer}")
    margins = {"without": outcome.plain.margin, "informed": outcome.informed.margin}
    data(_("    margin {without:.2f} → {informed:.2f}", **margins))
    for note in outcome.injected:
        data(f"    {note.line}")


def _report(outcomes: Sequence["FactOutcome"], model: str, as_data: bool) -> None:
    from scenes.evaluation.knowledge import answer_means

    plain, informed = (
        answer_means([getattr(one, way) for one in outcomes]) for way in ("plain", "informed")
    )
    held = sum(one.holds_answer for one in outcomes) / len(outcomes)
    if as_data:
        as_json(
            {
                "model": model,
                "questions": len(outcomes),
                "found": held,
                "plain": asdict(plain),
                "informed": asdict(informed),
                "facts": [_fact(one) for one in outcomes],
            }
        )
        return
    word(
        _n(
            "{model}: {n} question; the knowledge that came up held the answer to {held:.0%}",
            "{model}: {n} questions; the knowledge that came up held the answer to {held:.0%}",
            len(outcomes),
            model=model,
            held=held,
        )
    )
    labels = (
        "",
        _("the true answer is the likeliest"),
        _("log-likelihood ahead of the next"),
        _("its share among the answers"),
        _("drawn lines that hold it"),
    )
    without, with_it = (_("without"), *_shown(plain)), (_("with knowledge"), *_shown(informed))
    columns(list(zip(labels, without, with_it, strict=True)))


def _shown(means: "AnswerMeans") -> tuple[str, ...]:
    margin = f"{means.margin:.2f}"
    return (_percent(means.accuracy), margin, _percent(means.probability), _percent(means.share))


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{share:.0%}"


def _fact(outcome: "FactOutcome") -> dict[str, Any]:
    return {
        "ask": outcome.fact.ask,
        "answer": outcome.fact.answer,
        "others": list(outcome.fact.others),
        "found": outcome.holds_answer,
        "told": [note.text for note in outcome.injected],
        "plain": _answers(outcome.plain),
        "informed": _answers(outcome.informed),
    }


def _answers(one: "FactAnswers") -> dict[str, Any]:
    return {"logprobs": list(one.logprobs), "margin": one.margin, "share": one.share}
