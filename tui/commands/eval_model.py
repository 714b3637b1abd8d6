"""`paotuan eval ADAPTER|MODEL`: held-out lines scored and drawn, one model or two side by side."""

import sys
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

from base.messages import _
from tui.colour import redraws
from tui.commands.eval_options import Wanted, told
from tui.commands.writing import not_over
from tui.failures import BadInput, given
from tui.output import as_json, columns, data, word

if TYPE_CHECKING:
    from models.backend import Sampling
    from models.train.data import Example
    from scenes.evaluation.figures import Compared
    from scenes.evaluation.run import Plan, Results
    from tui.eval_target import Subject

NONE = "none"
SPLITS = ("test", "train", "all")


@told
def model(wanted: Wanted) -> None:
    """Figures of an adapter or a model on held-out lines: perplexity, who speaks, what it draws."""
    from scenes.evaluation.figures import compare

    _check(wanted)
    with given():
        plan = _plan(wanted)
        subjects = _subjects(wanted)
    _tell_idle(subjects, wanted)
    results = _measure(subjects, plan, [_beside(one, wanted) for one in subjects])
    _show(compare(results, plan.voters, wanted.seed), _settings(wanted, plan), wanted)


def _check(wanted: Wanted) -> None:
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
        raise BadInput(
            _("--report {report}: expected a name that ends in .md", report=wanted.report)
        )
    not_over(wanted.report, _inputs(wanted), "--report")
    if wanted.split not in SPLITS:
        raise BadInput(_("--split {split}: expected test, train or all", split=wanted.split))


def _plan(wanted: Wanted) -> "Plan":
    from scenes.data.examples.rivals import voter
    from scenes.evaluation.heldout import chosen
    from scenes.evaluation.picks import read_pairs
    from scenes.evaluation.rolebench import read_questions
    from scenes.evaluation.run import Plan

    if wanted.on is None and wanted.rolebench is None and not wanted.picks:
        raise BadInput(_("nothing to evaluate on: name examples with --on FILE.jsonl"))
    examples = _examples(wanted.on) if wanted.on is not None else []
    lines = chosen(_held_out(examples, wanted), wanted.limit, wanted.seed)
    return Plan(
        lines=lines,
        drawn=chosen(lines, wanted.draws, wanted.seed) if wanted.draws else [],
        voters=voter(examples, wanted.cast or (), wanted.speakers),
        sampling=_sampling(wanted),
        pairs=[pair for source in wanted.picks or () for pair in read_pairs(source)],
        questions=read_questions(wanted.rolebench, wanted.questions, wanted.seed)
        if wanted.rolebench
        else [],
    )


def _held_out(examples: "Sequence[Example]", wanted: Wanted) -> "list[Example]":
    held = [one for one in examples if wanted.split in ("all", one.split)]
    if wanted.on is not None and not held:
        raise BadInput(
            _(
                "{on}: {examples} examples, none of the split {split}; make some with "
                "corpus examples --test 0.1, or take others with --split all",
                on=wanted.on,
                examples=len(examples),
                split=wanted.split,
            )
        )
    return held


def _sampling(wanted: Wanted) -> "Sampling":
    from models.backend import Sampling
    from scenes.evaluation.drawing import raw_sampling

    default = Sampling()
    temperature = default.temperature if wanted.temperature is None else wanted.temperature
    top_p = default.top_p if wanted.top_p is None else wanted.top_p
    return raw_sampling(wanted.n, wanted.max_tokens, wanted.seed, temperature, top_p)


def _examples(on: Path) -> "list[Example]":
    from models.train.data import read_examples

    found = read_examples(on)
    if not found:
        raise BadInput(
            _("{on}: empty, expected examples; make some with: paotuan corpus examples", on=on)
        )
    return found


def _subjects(wanted: Wanted) -> "list[Subject]":
    from tui.eval_target import find_subject

    first = find_subject(wanted.subject, wanted.base, wanted.adapter)
    if wanted.against is None:
        return [first, first.without_adapter] if first.adapter else [first]
    other = wanted.against
    return [first] if other == NONE else [first, find_subject(other, None, None)]


def _tell_idle(subjects: "Sequence[Subject]", wanted: Wanted) -> None:
    """Say which options a model does not heed."""
    from tui.model_options import Choice, idle

    choice = Choice(quantization=wanted.quantization, threads=wanted.threads)
    lines = [line for one in subjects for line in idle(choice, one.opening.backend)]
    for line in dict.fromkeys(lines):
        word(line)


def _beside(one: "Subject", wanted: Wanted) -> dict[str, object]:
    """What a model is opened with beside its own."""
    found: dict[str, object] = {"context": wanted.context} if wanted.context else {}
    if one.opening.backend == "local" and wanted.quantization in ("int8", "int4"):
        found["quantization"] = wanted.quantization
    if one.opening.backend == "llamacpp" and wanted.threads:
        found["threads"] = wanted.threads
    return found


def _measure(
    subjects: "Sequence[Subject]", plan: "Plan", opening: "Sequence[dict[str, object]]"
) -> "list[Results]":
    """The results of each; a model and its own adapter are opened once."""
    from scenes.evaluation.run import measure

    results: list[Results] = []
    progress = Progress(redraws(sys.stderr))
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


def _settings(wanted: Wanted, plan: "Plan") -> dict[str, Any]:
    """How it was evaluated, for the report."""
    return {
        "examples": str(wanted.on or ""),
        "split": wanted.split,
        "lines": len(plan.lines),
        "drawn": len(plan.drawn),
        "n": wanted.n,
        "max_tokens": wanted.max_tokens,
        "temperature": plan.sampling.temperature,
        "top_p": plan.sampling.top_p,
        "seed": wanted.seed,
        "speakers": ", ".join(wanted.cast) if wanted.cast else f"{wanted.speakers} a line",
    }


def _show(found: "Compared", settings: dict[str, Any], wanted: Wanted) -> None:
    from scenes.evaluation.report import as_value, changes, table, write_report

    for line in found.notices:
        word(line)
    if wanted.as_data:
        as_json(as_value(found, settings), 2)
    else:
        columns(table(found))
        for line in changes(found):
            data(line)
    if wanted.report is not None:
        for line in write_report(found, settings, wanted.report, _inputs(wanted)):
            word(line)
        word(_("report: {report}", report=wanted.report))


def _inputs(wanted: Wanted) -> list[Path]:
    """What is read: the held-out lines."""
    return [Path(wanted.on)] if wanted.on is not None else []


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
