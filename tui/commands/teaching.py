"""What the commands that ask a teacher have in common: options, an estimate, progress, failures."""

import math
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from base.messages import N_, _, _n
from tui.colour import redraws
from tui.failures import BadInput, given
from tui.output import as_json, one_line, word

if TYPE_CHECKING:
    from models.teacher import Teacher
    from scenes.data.teacher.answer_cache import AnswerCache, CachedAnswer
    from scenes.data.teacher.runner import Task

MOST_LISTED = 20
"""Failures that are listed one by one."""
STAGES = {
    "passage": N_("passage"),
    "speakers": N_("speakers"),
    "expression": N_("expression"),
    "chapter": N_("chapter"),
    "interview": N_("interview"),
    "slot": N_("slot"),
    "otherwise": N_("other words"),
    "answer": N_("answer"),
}
"""What a question to a teacher is about, for a person."""

TeacherName = Annotated[
    str | None,
    typer.Option(
        "--teacher",
        metavar="URL|MODEL",
        help="A server's address such as http://localhost:8000/v1#model, a GGUF file, or a name "
        "of `paotuan models list`.",
    ),
]
Out = Annotated[Path, typer.Option("-o", "--output", metavar="OUT", help="Where to write it.")]
Jobs = Annotated[
    int, typer.Option("-j", "--jobs", min=1, max=1024, help="Questions asked side by side.")
]
Journal = Annotated[
    Path | None,
    typer.Option("--journal", metavar="FILE", help="Where answers are kept; OUT.journal if none."),
]
Wait = Annotated[
    float,
    typer.Option(
        "--wait",
        metavar="SECONDS",
        min=0,
        help="How long a teacher may be away or busy, from the first failure.",
    ),
]
Timeout = Annotated[
    float,
    typer.Option(
        "--timeout",
        metavar="SECONDS",
        min=0.1,
        help="Silence, before an answer or within it, that counts as a failure.",
    ),
]
Price = Annotated[
    str | None,
    typer.Option("--price", metavar="IN,OUT", help="What a million tokens in and out cost."),
]
Estimate = Annotated[
    bool,
    typer.Option("--estimate", help="Tell what would be asked and what it costs; ask nothing."),
]


@dataclass(frozen=True)
class TeacherOptions:
    """How a teacher is asked."""

    teacher: str | None
    output: Path
    journal: Path | None
    jobs: int
    wait: float
    timeout: float
    price: str | None = None

    @property
    def path(self) -> Path:
        return self.journal or self.output.with_name(f"{self.output.name}.journal")

    def __post_init__(self) -> None:
        """Raises `BadInput` for a price that is none."""
        self.cost(0, 0)

    def cost(self, into: float, out: float) -> float | None:
        """What so many tokens cost, where a price is said."""
        if self.price is None:
            return None
        try:
            first, last = (float(part) for part in self.price.split(","))
        except ValueError:
            first = last = math.nan
        if not (0 <= first < math.inf and 0 <= last < math.inf):
            raise BadInput(_("--price {price}: expected IN,OUT such as 0.15,0.6", price=self.price))
        return (into * first + out * last) / 1e6

    def costs(self, into: float, out: float) -> str:
        """`, costs 1.20`, or nothing where no price is said."""
        cost = self.cost(into, out)
        return "" if cost is None else _(", costs {cost:.2f}", cost=cost)


@dataclass
class TeachingProgress:
    """Tells how far a run is: on a terminal as it goes, and what failed."""

    asking: TeacherOptions
    expected: int
    began: float = field(default_factory=time.monotonic)
    done: int = 0
    into: int = 0
    out: int = 0
    failed: list["CachedAnswer"] = field(default_factory=list)
    _shown: float = 0.0

    def __call__(self, record: "CachedAnswer") -> None:
        self.done += 1
        self.into += record.prompt_tokens
        self.out += record.tokens
        if record.failed:
            self.failed.append(record)
        now = time.monotonic()
        if self.done == 1 and self.expected > 1:
            rounds = math.ceil(self.expected / self.asking.jobs)
            span = _span(rounds * record.seconds)
            tell(
                _(
                    "the first answer took {seconds:.1f} s; all of them: about {span}",
                    seconds=record.seconds,
                    span=span,
                )
            )
        if redraws(sys.stderr) and now - self._shown > 0.5:
            self._shown = now
            left = (now - self.began) / self.done * max(self.expected - self.done, 0)
            line = _(
                "{stage}: {done} of {all} asked, {span} left{costs}",
                stage=_(STAGES.get(record.stage, record.stage)),
                done=self.done,
                all=max(self.expected, self.done),
                span=_span(left),
                costs=self.asking.costs(self.into, self.out),
            )
            sys.stderr.write(f"\r\033[K{line}")
            sys.stderr.flush()

    def end(self) -> None:
        """Tell what it took and what failed."""
        spent = time.monotonic() - self.began
        tell(
            _n(
                "{n} question in {span}: {into:,} tokens in, {out:,} tokens out{costs}",
                "{n} questions in {span}: {into:,} tokens in, {out:,} tokens out{costs}",
                self.done,
                span=_span(spent),
                into=self.into,
                out=self.out,
                costs=self.asking.costs(self.into, self.out),
            )
        )
        self._list_failures()

    def _list_failures(self) -> None:
        for record in self.failed[:MOST_LISTED]:
            stage = _(STAGES.get(record.stage, record.stage))
            word(f"  {one_line(stage)} {one_line(record.where)}: {one_line(record.failed)}")
        if (more := len(self.failed) - MOST_LISTED) > 0:
            word(
                _n(
                    "  and {n} more, as {path} says",
                    "  and {n} more, as {path} says",
                    more,
                    path=self.asking.path,
                )
            )
        if self.failed:
            word(_("  the same command asks for these again, and for nothing else"))


def tell(text: str) -> None:
    """Say a line in place of the progress that a terminal may show."""
    if redraws(sys.stderr):
        sys.stderr.write("\r\033[K")
    word(one_line(text))


@dataclass(frozen=True)
class Workload:
    """What is to be asked, of which it is `sure` or which is the most that it can be."""

    questions: int
    answered_before: int
    tokens_in: int
    tokens_out: int
    sure: bool


def estimated(tasks: Sequence["Task"], cache: "AnswerCache | None", sure: bool) -> Workload:
    """What is left of the tasks to be asked, tokens as estimated."""
    left = [task for task in tasks if cache is None or not cache.done(task.key)]
    into = sum(task.question.tokens for task in left)
    out = sum(task.expected for task in left)
    return Workload(len(left), len(tasks) - len(left), into, out, sure)


def tell_estimate(
    asking: TeacherOptions, tasks: Sequence["Task"], cache: "AnswerCache | None", sure: bool = True
) -> int:
    """Say what is to be asked, `sure` or at most; how many questions that is."""
    load = estimated(tasks, cache, sure)
    if load.answered_before:
        word(_n("{n} answered before", "{n} answered before", load.answered_before))
    values = {
        "into": load.tokens_in,
        "out": load.tokens_out,
        "costs": asking.costs(load.tokens_in, load.tokens_out),
        "span": _as_measured(asking, load.questions, cache),
    }
    if sure:
        line = _n(
            "{n} question: about {into:,} tokens in, {out:,} tokens out{costs}{span}",
            "{n} questions: about {into:,} tokens in, {out:,} tokens out{costs}{span}",
            load.questions,
            **values,
        )
    else:
        line = _n(
            "at most {n} question: about {into:,} tokens in, {out:,} tokens out{costs}{span}",
            "at most {n} questions: about {into:,} tokens in, {out:,} tokens out{costs}{span}",
            load.questions,
            **values,
        )
    word(line)
    return load.questions


def print_estimate(
    asking: TeacherOptions, tasks: Sequence["Task"], as_data: bool, sure: bool = True
) -> None:
    """What `--estimate` prints, in words or as JSON."""
    if not as_data:
        tell_estimate(asking, tasks, None, sure)
        return
    load = estimated(tasks, None, sure)
    as_json(asdict(load) | {"cost": asking.cost(load.tokens_in, load.tokens_out)})


def _as_measured(asking: TeacherOptions, left: int, cache: "AnswerCache | None") -> str:
    seconds = [one.seconds for one in cache.answers.values() if one.seconds] if cache else []
    if not seconds or not left:
        return ""
    each = sum(seconds) / len(seconds)
    span = _span(left * each / asking.jobs)
    return _("; at {each:.1f} s each, as before, {span}", each=each, span=span)


@contextmanager
def progress_of(
    asking: TeacherOptions, expected: int, teacher: "Teacher"
) -> Iterator[TeachingProgress]:
    """What is told while `expected` questions are asked, and at the end what the teacher says."""
    progress = TeachingProgress(asking, expected)
    try:
        yield progress
    finally:
        progress.end()
        for notice in teacher.notices:
            word(one_line(notice))


@contextmanager
def opened(asking: TeacherOptions, command: str) -> Iterator[tuple["Teacher", "AnswerCache"]]:
    """The teacher and the journal, opened; both are closed at the end. Raises `BadInput`."""
    from models.teacher import Manner, Teacher, find_teacher
    from scenes.data.teacher.answer_cache import AnswerCache

    if asking.teacher is None:
        raise BadInput(
            _("--teacher is missing; give a server's address, a GGUF file, or a model's name")
        )
    with given():
        if not asking.output.parent.is_dir():
            raise BadInput(
                _("{folder}: no such folder; make it first", folder=asking.output.parent)
            )
        find_teacher(asking.teacher)
    teacher = Teacher.open(asking.teacher, Manner.waiting(asking.wait, asking.timeout, tell))
    try:
        with given():
            cache = AnswerCache.open(asking.path, command)
        try:
            if cache.torn:
                word(_("{path}: a half-written last line was dropped", path=asking.path))
            yield teacher, cache
        finally:
            cache.close()
    finally:
        teacher.close()


def _span(seconds: float) -> str:
    if seconds < 90:
        return _("{seconds:.0f} s", seconds=seconds)
    if seconds < 5400:
        return _("{minutes:.0f} min", minutes=seconds / 60)
    return _("{hours:.1f} h", hours=seconds / 3600)
