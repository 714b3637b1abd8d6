"""What a model's chat template puts around the parts of a prompt, found by rendering it once.

The stable part is the system's message, the history and the wish are the user's, and the cue is
the beginning of the answer: so a longer history begins with all that the shorter one had.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from base.errors import KnownError
from base.messages import _
from models.backend import Prompt
from models.chat import messages

Message = dict[str, str]
Render = Callable[[Sequence[Message], bool], str]
"""Messages as the model's template writes them, and whether it goes on to begin an answer."""

SYSTEM, USER, ANSWER = "STABLE-PART-OF-A-PROMPT", "HISTORY-OF-A-PROMPT", "ANSWER-TO-A-PROMPT"
"""What stands for the texts while the template is rendered."""
THINKING, THOUGHT = "<think>", "</think>"

Mode = Literal["chat", "raw"]
"""Whether prompts go through the model's own chat template, or are continued as they stand."""
INSTRUCT = re.compile(r"(?<![a-z])(instruct|instruction|chat|it|sft|dpo|assistant)(?![a-z])", re.I)
"""What the makers of models that answer write into their names."""
BASE = re.compile(r"(?<![a-z])(base|pt|pretrain(ed)?)(?![a-z])", re.I)


def form_of(names: Iterable[str]) -> Literal["base", "chat"] | None:
    """What the first telling name says of a model with a chat template; base models have such
    templates too. `None` where none tells."""
    for name in names:
        if BASE.search(name):
            return "base"
        if INSTRUCT.search(name):
            return "chat"
    return None


@dataclass(frozen=True)
class Frame:
    """The markup before each text and, last, before the answer."""

    marks: tuple[str, ...]

    def texts(self, prompt: Prompt) -> list[str]:
        """The texts that stand between the marks; as one where the template has no system."""
        texts = [message["content"] for message in messages(prompt)]
        return texts if len(texts) < len(self.marks) else ["\n\n".join(texts)]


def frame_of(render: Render, system: bool) -> Frame:
    """The frame of prompts with a stable part (`system`) or without one.

    A template that takes no message of the system's gets it before the user's own. Raises
    `KnownError` for a template that does not show what it is given.
    """
    user = {"role": "user", "content": USER}
    if system:
        try:
            opening = _opening(render, [{"role": "system", "content": SYSTEM}, user])
        except KnownError:
            opening = ""
        if marks := _split(opening, (SYSTEM, USER)):
            return marks
    if marks := _split(_opening(render, [user]), (USER,)):
        return marks
    raise KnownError(_("its chat template does not show a message as it was given"))


def frame_of_model(name: str, render: Render, system: bool) -> Frame:
    """The frame of the model `name`. Raises `KnownError`, with the way without a template."""
    try:
        return frame_of(render, system)
    except KnownError as error:
        raise KnownError(
            _(
                "{name}: its chat template cannot be used ({error}); add ?mode=raw to "
                "continue the log as it stands",
                name=name,
                error=error,
            )
        ) from error


def _opening(render: Render, asked: Sequence[Message]) -> str:
    """All up to where the answer begins, with thinking that has been begun ended.

    A template may write more before an answer that is there than where it asks for one, such as
    a newline or empty thoughts.
    """
    opening = render(asked, True)
    answered = render([*asked, {"role": "assistant", "content": ANSWER}], False)
    before, found, __ = answered.partition(ANSWER)
    if found and before.startswith(opening):
        opening = before
    if THINKING in opening.rpartition(THOUGHT)[2].rpartition(USER)[2]:
        opening = f"{opening.rstrip()}\n\n{THOUGHT}\n\n"
    return opening


def _split(opening: str, places: Sequence[str]) -> Frame | None:
    """The frame, if each text stands in its place exactly once."""
    marks, rest = [], opening
    for place in places:
        mark, found, rest = rest.partition(place)
        if not found or place in rest:
            return None
        marks.append(mark)
    return Frame((*marks, rest))
