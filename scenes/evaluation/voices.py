"""Held-out lines whose speaker can be told by the voice alone: no history, and no names."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from random import Random

from models.train.data import Example
from scenes.data.examples.rivals import SpeakerChoices, cue_of
from scenes.evaluation.heldout import SpeakerQuestion, chosen
from scenes.log import parse

CANDIDATES = 3
"""The true speaker among them."""
SHORTEST = 6
"""Characters of speech; a shorter line has hardly a voice."""


def voice_questions(
    held_out: Sequence[Example],
    choices: SpeakerChoices,
    names: Collection[str],
    limit: int | None,
    seed: int,
) -> list[SpeakerQuestion]:
    """At most `limit` lines of the most frequent speakers that name none of `names`, each without
    its history, and with two others of these speakers by chance."""
    asked = choices.speakers[: choices.most]
    if len(asked) < CANDIDATES:
        return []
    heard = [name for name in names if any(sign.isalnum() for sign in name)]
    fit = [one for one in held_out if one.speaker in asked and _is_voice_alone(one, heard)]
    return list(_questions(chosen(fit, limit, seed), asked, Random(seed)))


def _questions(
    examples: Sequence[Example], asked: Sequence[str], chance: Random
) -> Iterator[SpeakerQuestion]:
    for one in examples:
        others = [name for name in asked if name != one.speaker]
        alone = replace(one, prompt=replace(one.prompt, history=""))
        yield SpeakerQuestion(alone, (one.speaker, *chance.sample(others, CANDIDATES - 1)))


def _is_voice_alone(example: Example, names: Sequence[str]) -> bool:
    """Whether a line is speech that is long enough and names nobody."""
    if example.prompt.cue != cue_of(example.speaker):
        return False
    line = parse(example.prompt.cue + example.reply)
    speech = sum(len(entry.text) for entry in line if entry.kind == "speech")
    return speech >= SHORTEST and not any(name in example.reply for name in names)
