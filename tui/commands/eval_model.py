"""`paotuan eval ADAPTER|MODEL`: held-out lines scored and drawn, one model or two side by side."""

import sys
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tui.commands import options
from tui.failures import BadInput, given
from tui.output import as_json, columns, data, word

if TYPE_CHECKING:
    from models.train.data import Example
    from scenes.evaluation.run import Plan, Results
    from tui.subjects import Subject

NONE = "none"
REPLY = 96
"""Tokens of a drawn line, as in play."""


def model(
    subject: Annotated[
        str,
        typer.Argument(
            metavar="ADAPTER|MODEL",
            help="An adapter's folder, GGUF or name; or a model as --model names it elsewhere.",
        ),
    ],
    on: Annotated[
        Path | None,
        typer.Option("--on", metavar="EXAMPLES.jsonl", help="From: paotuan corpus examples."),
    ] = None,
    against: Annotated[
        str | None,
        typer.Option(
            "--against",
            metavar="ADAPTER|MODEL|none",
            help="Another to stand beside it; an adapter's base if not said.",
        ),
    ] = None,
    base: Annotated[
        str | None,
        typer.Option("--model", metavar="BASE", help="The base that an adapter is put on."),
    ] = None,
    adapter: Annotated[
        str | None,
        typer.Option("--adapter", metavar="PATH", help="An adapter to put on the model."),
    ] = None,
    cast: Annotated[
        list[str] | None,
        typer.Option("--cast", metavar="NAME", help="Who may speak; may be given several times."),
    ] = None,
    speakers: Annotated[
        int,
        typer.Option(
            "--speakers", metavar="K", min=2, max=100, help="Who may speak, for each line."
        ),
    ] = 8,
    split: Annotated[
        str, typer.Option("--split", metavar="test|train|all", help="Which lines.")
    ] = "test",
    limit: Annotated[
        int, typer.Option("--limit", metavar="N", min=1, help="Lines to score, by chance.")
    ] = 200,
    draws: Annotated[
        int, typer.Option("--draws", metavar="N", min=0, help="Lines of them to draw; 0: none.")
    ] = 40,
    n: Annotated[int, typer.Option("-n", min=1, max=50, help="Candidates a line.")] = 5,
    max_tokens: Annotated[
        int, typer.Option("--max-tokens", metavar="TOKENS", min=1, help="Longest candidate.")
    ] = REPLY,
    temperature: options.Temperature = None,
    top_p: options.TopP = None,
    seed: Annotated[
        int, typer.Option("--seed", help="Decides which lines are taken and what is drawn.")
    ] = 1,
    rolebench: Annotated[
        Path | None,
        typer.Option("--rolebench", metavar="FILE", help="RoleBench's questions, for ROUGE-L."),
    ] = None,
    questions: Annotated[
        int, typer.Option("--questions", metavar="N", min=1, help="Of them to ask, by chance.")
    ] = 50,
    picks: Annotated[
        list[str] | None,
        typer.Option(
            "--picks",
            metavar="SESSION|FILE",
            help="Saved sessions, or pairs as JSON lines; may be given several times.",
        ),
    ] = None,
    context: options.Context = None,
    quantization: options.Quantization = None,
    threads: options.Threads = None,
    report: Annotated[
        Path | None,
        typer.Option("--report", metavar="FILE.md", help="A report with plots beside it."),
    ] = None,
    as_data: options.Json = False,
) -> None:
    """Figures of an adapter or a model on held-out lines: perplexity, who speaks, what it draws."""
    from scenes.evaluation.figures import compare
    from scenes.evaluation.report import as_value, changes, table, write_report
    from tui.opening import choose

    asked = {"n": n, "max_tokens": max_tokens, "temperature": temperature, "top_p": top_p}
    choose(None, context, quantization, asked, (), threads)  # refuses what is out of range
    if report is not None and report.suffix != ".md":
        raise BadInput(f"--report {report}: expected a name that ends in .md")
    if split not in ("test", "train", "all"):
        raise BadInput(f"--split {split}: expected test, train or all")
    with given():
        plan = _plan(
            on, split, limit, draws, seed, cast or (), speakers, asked, rolebench, questions, picks
        )
        subjects = _subjects(subject, base, adapter, against)
    opening = _options(subjects, context, quantization, threads)
    results = _measure(subjects, plan, opening)
    found = compare(results, plan.voters, seed)
    settings = {
        "examples": str(on or ""),
        "split": split,
        "lines": len(plan.lines),
        "drawn": len(plan.drawn),
        "n": n,
        "max_tokens": max_tokens,
        "temperature": plan.sampling.temperature,
        "top_p": plan.sampling.top_p,
        "seed": seed,
        "speakers": ", ".join(cast) if cast else f"{speakers} a line",
    }
    for line in found.notices:
        word(line)
    if as_data:
        as_json(as_value(found, settings), 2)
    else:
        columns(table(found))
        for line in changes(found):
            data(line)
    if report is not None:
        for line in write_report(found, settings, report):
            word(line)
        word(f"report: {report}")


def _plan(
    on: Path | None,
    split: str,
    limit: int,
    draws: int,
    seed: int,
    cast: Sequence[str],
    speakers: int,
    asked: dict[str, Any],
    rolebench: Path | None,
    questions: int,
    picks: Sequence[str] | None,
) -> "Plan":
    from models.backend import Sampling
    from scenes.evaluation.drawing import raw_sampling
    from scenes.evaluation.heldout import chosen
    from scenes.evaluation.picks import read_pairs
    from scenes.evaluation.rolebench import read_questions
    from scenes.evaluation.run import Plan
    from scenes.examples.rivals import voter

    if on is None and rolebench is None and not picks:
        raise BadInput("nothing to evaluate on: name examples with --on FILE.jsonl")
    examples = _examples(on) if on is not None else []
    held = [one for one in examples if split in ("all", one.split)]
    if on is not None and not held:
        raise BadInput(
            f"{on}: {len(examples)} examples, none of the split {split}; make some with "
            "corpus examples --test 0.1, or take others with --split all"
        )
    lines = chosen(held, limit, seed)
    default = Sampling()
    temperature = asked["temperature"] if asked["temperature"] is not None else default.temperature
    top_p = asked["top_p"] if asked["top_p"] is not None else default.top_p
    return Plan(
        lines=lines,
        drawn=chosen(lines, draws, seed) if draws else [],
        voters=voter(examples, cast, speakers),
        sampling=raw_sampling(asked["n"], asked["max_tokens"], seed, temperature, top_p),
        pairs=[pair for source in picks or () for pair in read_pairs(source)],
        questions=read_questions(rolebench, questions, seed) if rolebench else [],
    )


def _examples(on: Path) -> "list[Example]":
    from models.train.data import read_examples

    found = read_examples(on)
    if not found:
        raise BadInput(f"{on}: empty, expected examples; make some with: paotuan corpus examples")
    return found


def _subjects(
    spec: str, base: str | None, adapter: str | None, against: str | None
) -> "list[Subject]":
    from tui.subjects import find_subject

    first = find_subject(spec, base, adapter)
    if against is None:
        return [first, first.without_adapter] if first.adapter else [first]
    return [first] if against == NONE else [first, find_subject(against, None, None)]


def _options(
    subjects: "Sequence[Subject]",
    context: int | None,
    quantization: str | None,
    threads: int | None,
) -> "list[dict[str, object]]":
    """What each model is opened with beside its own."""
    found = []
    for one in subjects:
        own: dict[str, object] = {"context": context} if context else {}
        if one.opening.backend == "local" and quantization in ("int8", "int4"):
            own["quantization"] = quantization
        if one.opening.backend == "llamacpp" and threads:
            own["threads"] = threads
        found.append(own)
    return found


def _measure(
    subjects: "Sequence[Subject]", plan: "Plan", opening: "Sequence[dict[str, object]]"
) -> "list[Results]":
    """The results of each; a model and its own adapter are opened once."""
    from scenes.evaluation.run import measure

    results: list[Results] = []
    progress = Progress(sys.stderr.isatty())
    at = 0
    while at < len(subjects):
        same = [one for one in subjects[at:] if one.opening == subjects[at].opening]
        together = same if same == list(subjects[at:]) else [subjects[at]]
        adapters = tuple(dict.fromkeys(one.adapter for one in together if one.adapter))
        with closing(together[0].open(adapters, **opening[at])) as backend:
            for one in together:
                progress.name = one.name
                adapter = str(one.adapter) if one.adapter else None
                results.append(measure(backend, adapter, one.name, plan, progress.tell))
        at += len(together)
    progress.close()
    return results


class Progress:
    """One line on a terminal, and nothing elsewhere."""

    def __init__(self, shown: bool) -> None:
        self.shown = shown
        self.name = ""
        self._drawn = False

    def tell(self, what: str, done: int, of: int) -> None:
        """Draw it anew."""
        if self.shown:
            self._drawn = True
            print(f"\r\x1b[K{self.name}: {done}/{of} {what}", end="", file=sys.stderr, flush=True)

    def close(self) -> None:
        if self._drawn:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)
