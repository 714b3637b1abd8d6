"""The one exception of this package, and how it is said to a person."""


class SceneError(Exception):
    """Something a person can mend: says in one line where, what is wrong, and what to do.

    `problems` holds every line that was found in the same file, the first being the message.
    """

    def __init__(self, problem: str, *others: str) -> None:
        super().__init__(problem)
        self.problems = (problem, *others)
