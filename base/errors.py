"""The one exception of the program, whose lines are rendered in the language of who reads them."""

from base.messages import Message, rendered


class KnownError(Exception):
    """Something a person can mend: says in one line where, what is wrong, and what to do.

    `problems` holds every line that was found in the same place, the first being the message.
    """

    def __init__(self, problem: str, *others: str) -> None:
        super().__init__(problem, *others)
        self._problems = (problem, *others)

    @property
    def problems(self) -> tuple[str, ...]:
        """A line for each problem, in the language that is spoken now."""
        return tuple(map(rendered, self._problems))

    @property
    def code(self) -> str:
        """What tells this error from others in any language: the id of its first message."""
        problem: object = self._problems[0]
        while isinstance(problem, Message) and isinstance(problem.values.get("problem"), Message):
            problem = problem.values["problem"]  # what stands before it only says where
        return problem.id if isinstance(problem, Message) else str(problem)

    def __str__(self) -> str:
        return self.problems[0]


class PassingError(KnownError):
    """A failure that may pass by itself: a server that is away, busy, or slow."""


LONGEST = 300
"""Characters of what a library says that are passed on."""


def first_line(error: BaseException) -> str:
    """What a library's error says, in one line; its kind where it says nothing."""
    lines = str(error).strip().splitlines() or [type(error).__name__]
    return lines[0][:LONGEST].rstrip(".")
