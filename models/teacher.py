"""Asks a teacher for JSON of a given shape: one model, or several that share the questions.

A question goes to whichever model is likely to answer it first: the one with the least product of
questions under way and seconds a token (peak EWMA, as load balancers have it). One that fails
rests, longer each time, is then tried with one question, and meanwhile the others go on; only
where all of them are away is there anything to wait for.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Self

from base.errors import KnownError, PassingError
from base.messages import _, _n
from models.availability import REAL, Clock, Outage
from models.resolve import ModelSpec
from models.server.endpoint import Patience
from models.teacher_server import Answer, Question, TeacherServer
from models.teacher_server import find_teacher as find_server
from models.teacher_vllm import PREFIX, VllmTeacher, find_model

__all__ = ["ONCE", "Answer", "Manner", "Member", "Question", "Teacher", "find_teacher"]

AskedModel = TeacherServer | VllmTeacher
"""What a question is put to once."""


def find_teacher(spec: str) -> ModelSpec:
    """What `--teacher` names: what `teacher_server.find_teacher` finds, or a folder for vLLM.

    Raises `KnownError`, also where its file is not on this machine.
    """
    return find_model(spec) if spec.startswith(PREFIX) else find_server(spec)


FIRST_PAUSE, LONGEST_PAUSE = 0.5, 30.0
"""Seconds between two times that a question is asked of a server that is away."""
WAIT = 900.0
TIMEOUT = 300.0
ONCE = Patience(first=TIMEOUT, stall=TIMEOUT, tries=2)
"""For one time of asking: a long prompt on a slow machine takes minutes, and so does an answer that
a server keeps back until it is whole."""
RECENT = 0.3
"""How much of a model's pace its latest answer is."""


@dataclass(frozen=True)
class Manner:
    """How a teacher is asked, and how it is waited for."""

    wait: float = WAIT
    """Seconds that a server may be away, from its first failure, before a question is given up."""
    temperature: float = 0.2
    patience: Patience = ONCE
    told: Callable[[str], None] = lambda line: None
    """Hears in a line that the server does not answer, and that it is back."""
    clock: Clock = REAL

    @classmethod
    def waiting(cls, wait: float, timeout: float, told: Callable[[str], None]) -> Self:
        """One that takes `timeout` seconds of silence, in an answer or before, for a failure."""
        connect = min(ONCE.connect, timeout)
        patience = replace(ONCE, connect=connect, first=timeout, stall=timeout)
        return cls(wait, patience=patience, told=told)


@dataclass(eq=False)
class Member:
    """One of those that are asked, and how it has done."""

    spec: str
    server: AskedModel | None = None
    """`None` while it could not be opened."""
    asked: int = 0
    """Questions that are under way."""
    answers: int = 0
    tokens: int = 0
    pace: float | None = None
    """Seconds a token of an answer, the latest counting most; `None` before the first."""
    failures: int = 0
    """In a row."""
    rests_until: float = 0.0

    @property
    def shown(self) -> str:
        return self.spec if self.server is None else self.server.shown

    def took(self, answer: Answer) -> None:
        pace = answer.seconds / max(answer.tokens, 1)
        self.pace = pace if self.pace is None else RECENT * pace + (1 - RECENT) * self.pace
        self.answers += 1
        self.tokens += answer.tokens
        self.failures = 0

    def fails(self, now: float) -> None:
        self.rests_until = now + min(LONGEST_PAUSE, FIRST_PAUSE * 2.0**self.failures)
        self.failures += 1

    def has_room(self, now: float) -> bool:
        """Whether it is asked now: after a failure with one question at a time, after a rest."""
        return not self.failures or (now >= self.rests_until and not self.asked)


@dataclass(eq=False)
class Teacher:
    """What answers questions; any number may be asked side by side."""

    members: list[Member]
    manner: Manner
    context: int | None = None
    """Tokens that a model opened in this process can hold."""
    outage: Outage = field(init=False)

    def __post_init__(self) -> None:
        self.outage = Outage(self.manner.wait, self.manner.told, self.manner.clock)
        for member in self.members:
            if member.server is not None:
                member.server.heard = self.outage.heard

    @classmethod
    def open(
        cls, *specs: str, manner: Manner | None = None, context: int | None = None
    ) -> "Teacher":
        """Open what `find_teacher` finds for each of `specs`.

        Raises `KnownError`. One of several that is only away is told of, and tried again later.
        """
        teacher = cls([], manner or Manner(), context)
        problems: list[PassingError] = []
        try:
            for spec in dict.fromkeys(specs):
                member = Member(spec)
                teacher.members.append(member)
                try:
                    teacher._open(member)
                except PassingError as away:
                    problems.append(away)
                    member.fails(teacher.manner.clock.now())
            if len(problems) == len(teacher.members):
                raise problems[0]
        except BaseException:
            teacher.close()
            raise
        for problem in problems:
            teacher._tell_without(problem)
        return teacher

    @property
    def name(self) -> str:
        """The models' names, each once."""
        names = [one.server.name if one.server else one.spec for one in self.members]
        return ", ".join(dict.fromkeys(names))

    @property
    def notices(self) -> list[str]:
        """What is to be told at the end: what was given up, and of several who did how much."""
        told = [line for one in self.members if one.server for line in one.server.notices]
        return told + (self._shares() if len(self.members) > 1 else [])

    async def ask(self, question: Question, attempt: int = 0) -> Answer:
        """The answer; `attempt` 1 and more draw another. Waits while all are away.

        Raises `PassingError` where they stayed away, `KnownError` where all of them refuse.
        """
        clock, pause = self.manner.clock, FIRST_PAUSE
        failed: float | None = None
        refused: dict[Member, KnownError] = {}
        while True:
            began = clock.now()
            member = self._likeliest([one for one in self.members if one not in refused], began)
            try:
                answer = await self._ask(member, question, attempt)
            except PassingError as error:
                self._rest(member, error)
                failed = clock.now() if failed is None else failed
                others = [one for one in self.members if one not in refused]
                if any(one.has_room(clock.now()) for one in others):
                    continue
                left = self.outage.left(began, failed, str(error))
                if left <= 0:
                    raise
                await clock.sleep(min(pause, left))
                pause = min(LONGEST_PAUSE, 2 * pause)
            except KnownError as error:
                refused[member] = error
                if len(refused) == len(self.members):
                    raise
                self._rest(member, error)
            else:
                self._took(member, answer, began)
                return answer

    def close(self) -> None:
        """Free models opened here."""
        for member in self.members:
            if member.server is not None:
                member.server.close()

    def _open(self, member: Member) -> None:
        manner = self.manner
        if member.spec.startswith(PREFIX):
            member.server = VllmTeacher.open(member.spec, manner.temperature, self.context)
        else:
            member.server = TeacherServer.open(
                member.spec, manner.patience, manner.temperature, self.context
            )
        member.server.heard = self.outage.heard

    async def _ask(self, member: Member, question: Question, attempt: int) -> Answer:
        member.asked += 1
        try:
            if member.server is None:
                await asyncio.to_thread(self._open, member)
            assert member.server is not None
            return await member.server.ask(question, attempt)
        finally:
            member.asked -= 1

    def _likeliest(self, members: Sequence[Member], now: float) -> Member:
        """Who would be through with one more question first; nobody has room: who rests least."""
        awake = [one for one in members if one.has_room(now)]
        if not awake:
            return min(members, key=lambda one: one.rests_until)
        paces = [one.pace for one in awake if one.pace is not None]
        usual = min(paces, default=1.0)
        return min(
            awake, key=lambda one: (one.asked + 1) * (usual if one.pace is None else one.pace)
        )

    def _rest(self, member: Member, why: KnownError) -> None:
        known = member.failures > 0
        member.fails(self.manner.clock.now())
        if not known and len(self.members) > 1:
            self._tell_without(why)

    def _tell_without(self, why: KnownError) -> None:
        self.manner.told(_("{why}; the others go on without it", why=why))

    def _took(self, member: Member, answer: Answer, asked: float) -> None:
        if member.failures and len(self.members) > 1:
            self.manner.told(_("{address} answers again", address=member.shown))
        member.took(answer)
        self.outage.answered(asked)

    def _shares(self) -> list[str]:
        return [
            _n(
                "{address}: {n} answer, {tokens:,} tokens",
                "{address}: {n} answers, {tokens:,} tokens",
                one.answers,
                address=one.shown,
                tokens=one.tokens,
            )
            for one in self.members
        ]
