"""How a teacher is asked: the run opened, its progress as it goes, and what failed."""

import math
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from base.messages import N_, _, _n
from tui.colour import redraws
from tui.commands.teaching_estimate import span_of
from tui.commands.teaching_options import TeacherOptions
from tui.failures import BadInput, given
from tui.output import escaped_line, word

if TYPE_CHECKING:
    from models.teacher import Teacher
    from scenes.data.teacher.answer_cache import AnswerCache, CachedAnswer

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
            span = span_of(rounds * record.seconds)
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
                span=span_of(left),
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
                span=span_of(spent),
                into=self.into,
                out=self.out,
                costs=self.asking.costs(self.into, self.out),
            )
        )
        self._list_failures()

    def _list_failures(self) -> None:
        for record in self.failed[:MOST_LISTED]:
            stage = _(STAGES.get(record.stage, record.stage))
            where, why = escaped_line(record.where), escaped_line(record.failed)
            word(f"  {escaped_line(stage)} {where}: {why}")
        if (more := len(self.failed) - MOST_LISTED) > 0:
            word(
                _n(
                    "  and {n} more, listed in {path}",
                    "  and {n} more, listed in {path}",
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
    word(escaped_line(text))


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
            word(escaped_line(notice))


@contextmanager
def opened(asking: TeacherOptions, command: str) -> Iterator[tuple["Teacher", "AnswerCache"]]:
    """The teacher and the journal, opened; both are closed at the end. Raises `BadInput`."""
    from models.teacher import Manner, Teacher, find_teacher
    from scenes.data.teacher.answer_cache import AnswerCache

    if not asking.teachers:
        raise BadInput(
            _("--teacher is missing; give a server's address, a GGUF file, or a model's name")
        )
    with given():
        if not asking.output.parent.is_dir():
            raise BadInput(
                _("{folder}: no such folder; make it first", folder=asking.output.parent)
            )
        for spec in asking.teachers:
            find_teacher(spec)
    manner = Manner.waiting(asking.wait, asking.timeout, tell)
    teacher = Teacher.open(*asking.teachers, manner=manner)
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
