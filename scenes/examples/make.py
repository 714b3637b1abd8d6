"""Logs and sessions to examples: split, each line with its prompt, and what became of the rest."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from models.train.data import Example
from scenes.examples.heldout import HeldOut, splits_of
from scenes.examples.prompts import Bounds, Tally, examples_of_script, learnable
from scenes.examples.script import Script, learned_roles, nobody


@dataclass
class Made:
    """The examples, and what became of the lines that are none."""

    examples: list[Example] = field(default_factory=list)
    tally: Tally = field(default_factory=Tally)


def make(scripts: Sequence[Script], wanted: Sequence[str], bounds: Bounds, held: HeldOut) -> Made:
    """The examples of `scripts`, of the roles that are wanted or of all.

    Raises `SceneError` for a name of nobody, a log without a line of them, an empty split.
    """
    made = Made()
    roles = [learned_roles(script, wanted) for script in scripts]
    lines: list[int] = []
    for script, learned in zip(scripts, roles, strict=True):
        counts = [learnable(chapter, learned) for chapter in script.chapters]
        if not any(counts):
            raise nobody(script.source, script.chapters, learned)
        lines += counts
    splits = iter(splits_of(lines, held))
    for script, learned in zip(scripts, roles, strict=True):
        of_it = [next(splits) for _ in script.chapters]
        made.examples += examples_of_script(script, learned, of_it, bounds, made.tally)
    return made
