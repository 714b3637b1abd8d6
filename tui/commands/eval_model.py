"""`paotuan eval ADAPTER|MODEL`: held-out lines scored and drawn, one model or two side by side."""

import sys
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from base.messages import _, _n
from tui.colour import redraws
from tui.commands.eval_many import many_of, run_evaluations
from tui.commands.eval_options import EvaluationOptions
from tui.commands.option_fields import call_and_options_of
from tui.commands.writing import not_over, write_lines
from tui.failures import BadInput, given
from tui.output import as_json, columns, data, json_text, word

if TYPE_CHECKING:
    from models.backend import Sampling
    from models.train.data import Example
    from scenes.evaluation.figures import ModelComparison
    from scenes.evaluation.run import EvaluationPlan, ModelResults
    from tui.eval_target import EvalTarget

NONE = "none"
SPLITS = ("test", "train", "all")


@call_and_options_of(EvaluationOptions)
def model(call: typer.Context, wanted: EvaluationOptions) -> None:
    """Figures of an adapter or a model on held-out lines: perplexity, who speaks, what it draws."""
    from scenes.evaluation.figures import compare

    many = many_of(call, wanted)
    if many.wanted:
        run_evaluations(many, wanted.as_data)
        return
    _check(wanted)
    with given():
        plan = _plan(wanted)
        targets = _targets(wanted)
    _tell_idle(targets, wanted)
    results = _measure(targets, plan, [_beside(one, wanted) for one in targets])
    _show(compare(results, plan.choices, wanted.seed), _settings(wanted, plan), wanted)


def _check(wanted: EvaluationOptions) -> None:
    """Refuse what is out of range."""
    from tui.model_options import choose

    asked = {
        "n": wanted.n,
        "max_tokens": wanted.max_tokens,
        "temperature": wanted.temperature,
        "top_p": wanted.top_p,
    }
    choose(None, wanted.context, wanted.quantization, asked, (), wanted.threads)
    if wanted.report is not None and wanted.report.suffix != ".md":
        raise BadInput(_("--report {file}: expected a name that ends in .md", file=wanted.report))
    not_over(wanted.report, _inputs(wanted), "--report")
    not_over(wanted.output, _inputs(wanted))
    if wanted.split not in SPLITS:
        raise BadInput(_("--split {split}: expected test, train or all", split=wanted.split))


def _plan(wanted: EvaluationOptions) -> "EvaluationPlan":
    from scenes.data.examples.rivals import speaker_choices
    from scenes.evaluation.heldout import chosen
    from scenes.evaluation.picks import pairs_of
    from scenes.evaluation.rolebench import read_prompts
    from scenes.evaluation.run import EvaluationPlan
    from scenes.evaluation.voices import voice_questions

    if wanted.examples is None and wanted.rolebench is None and not wanted.picks:
        raise BadInput(_("nothing to evaluate on: name examples with --on FILE.jsonl"))
    examples = _examples(wanted.examples) if wanted.examples is not None else []
    held_out, names = _held_out(examples, wanted), {one.speaker for one in examples}
    choices = speaker_choices(examples, wanted.cast or (), wanted.speakers)
    lines = chosen(held_out, wanted.limit, wanted.seed)
    return EvaluationPlan(
        lines=lines,
        drawn=chosen(lines, wanted.draws, wanted.seed) if wanted.draws else [],
        choices=choices,
        sampling=_sampling(wanted),
        voices=voice_questions(held_out, choices, names, wanted.limit, wanted.seed),
        pairs=[pair for source in wanted.picks or () for pair in pairs_of(source)],
        questions=read_prompts(wanted.rolebench, wanted.questions, wanted.seed)
        if wanted.rolebench
        else [],
    )


def _held_out(examples: "Sequence[Example]", wanted: EvaluationOptions) -> "list[Example]":
    held = [one for one in examples if wanted.split in ("all", one.split)]
    if wanted.examples is not None and not held:
        raise BadInput(
            _n(
                "{file}: {n} example, which is not of the split {split}; make some with: paotuan "
                "corpus examples --test 0.1, or take others with --split all",
                "{file}: {n} examples, none of the split {split}; make some with: paotuan corpus "
                "examples --test 0.1, or take others with --split all",
                len(examples),
                file=wanted.examples,
                split=wanted.split,
            )
        )
    return held


def _sampling(wanted: EvaluationOptions) -> "Sampling":
    from models.backend import Sampling
    from scenes.evaluation.drawing import raw_sampling

    default = Sampling()
    temperature = default.temperature if wanted.temperature is None else wanted.temperature
    top_p = default.top_p if wanted.top_p is None else wanted.top_p
    return raw_sampling(wanted.n, wanted.max_tokens, wanted.seed, temperature, top_p)


def _examples(on: Path) -> "list[Example]":
    from models.train.data import read_examples

    examples = read_examples(on)
    if not examples:
        raise BadInput(
            _("{file}: empty, expected examples; make some with: paotuan corpus examples", file=on)
        )
    return examples


def _targets(wanted: EvaluationOptions) -> "list[EvalTarget]":
    from tui.eval_target import find_target

    first = find_target(wanted.target, wanted.base, wanted.adapter)
    if wanted.against is None:
        return [first, first.without_adapter] if first.adapter else [first]
    other = wanted.against
    return [first] if other == NONE else [first, find_target(other, None, None)]


def _tell_idle(targets: "Sequence[EvalTarget]", wanted: EvaluationOptions) -> None:
    """Say which options a model does not heed."""
    from tui.model_options import Choice, idle

    choice = Choice(quantization=wanted.quantization, threads=wanted.threads)
    lines = [line for one in targets for line in idle(choice, one.opening.backend)]
    for line in dict.fromkeys(lines):
        word(line)


def _beside(one: "EvalTarget", wanted: EvaluationOptions) -> dict[str, object]:
    """What a model is opened with beside its own."""
    options: dict[str, object] = {"context": wanted.context} if wanted.context else {}
    if one.opening.backend == "local" and wanted.quantization in ("int8", "int4"):
        options["quantization"] = wanted.quantization
    if one.opening.backend == "llamacpp" and wanted.threads:
        options["threads"] = wanted.threads
    return options


def _measure(
    targets: "Sequence[EvalTarget]", plan: "EvaluationPlan", opening: "Sequence[dict[str, object]]"
) -> "list[ModelResults]":
    """The results of each; a model and its own adapter are opened once."""
    from scenes.evaluation.run import measure

    results: list[ModelResults] = []
    progress = EvaluationProgress(redraws(sys.stderr))
    at = 0
    while at < len(targets):
        same = [one for one in targets[at:] if one.opening == targets[at].opening]
        together = same if same == list(targets[at:]) else [targets[at]]
        adapters = tuple(dict.fromkeys(one.adapter for one in together if one.adapter))
        with closing(together[0].open(adapters, **opening[at])) as backend:
            for one in together:
                progress.name = one.name
                adapter = str(one.adapter) if one.adapter else None
                results.append(measure(backend, adapter, one.name, plan, progress.tell))
        at += len(together)
    progress.close()
    return results


def _settings(wanted: EvaluationOptions, plan: "EvaluationPlan") -> dict[str, Any]:
    """How it was evaluated, for the report."""
    return {
        "examples": str(wanted.examples or ""),
        "split": wanted.split,
        "lines": len(plan.lines),
        "drawn": len(plan.drawn),
        "n": wanted.n,
        "max_tokens": wanted.max_tokens,
        "temperature": plan.sampling.temperature,
        "top_p": plan.sampling.top_p,
        "seed": wanted.seed,
        "speakers": ", ".join(wanted.cast) if wanted.cast else wanted.speakers,
    }


def _show(
    comparison: "ModelComparison", settings: dict[str, Any], wanted: EvaluationOptions
) -> None:
    from scenes.evaluation.report import as_value, changes, table, write_report

    for line in comparison.notices:
        word(line)
    if wanted.output is not None:
        value = json_text(as_value(comparison, settings), 2)
        write_lines([value + "\n"], wanted.output, _inputs(wanted))
    if wanted.as_data:
        as_json(as_value(comparison, settings), 2)
    else:
        columns(table(comparison))
        for line in changes(comparison):
            data(line)
    if wanted.report is not None:
        for line in write_report(comparison, settings, wanted.report, _inputs(wanted)):
            word(line)
        word(_("report: {file}", file=wanted.report))


def _inputs(wanted: EvaluationOptions) -> list[Path]:
    """What is read: the held-out lines."""
    return [wanted.examples] if wanted.examples is not None else []


class EvaluationProgress:
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
