"""Has a model sum up a stretch, in the log's own form: what follows `【前情提要：`, up to `】`.

No JSON and no instruction that only some models understand: a line in braces says what is wanted,
the line begins, and whatever continues logs can go on. Candidates that say what the stretch does
not are refused by `scenes.memory.judging`.
"""

from collections.abc import Generator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace

from base.errors import KnownError
from base.messages import _
from base.text import UNPRINTABLE
from models.backend import Backend, Progress, Prompt, Sampling
from models.stop_strings import StopScanner
from scenes.grammar import narration_grammar
from scenes.log import Entry, dump
from scenes.memory.judging import judged
from scenes.memory.stretches import Stretch
from scenes.prompt import MARGIN, NARRATION_CUE, stable_part, within
from scenes.recall import recap_head, recap_line
from scenes.scene import Scene

TRIES = 3
LEAST, MOST = 48, 192
"""Tokens that a summary may have, at the least and at the most."""
PART = 3
"""A summary may take one in so many of the tokens that all of them may take together."""
ASKED_ZH = (
    "接下来一行是上文的前情提要：按先后写谁做了什么、谁说了什么、东西在哪里；只是说过、答应过、"
    "打算过而没有做的，写成某人“说”“答应”“打算”；不写上文没有的人和事"
)
ASKED_EN = (
    "The next line sums up the above: in order, who did what, who said what, and where things are; "
    "what was only said, promised or planned is told as said, promised or planned by somebody; "
    "nobody and nothing that is not above"
)


@dataclass(frozen=True)
class Refused:
    """A candidate that is no summary of the stretch, and why."""

    text: str
    why: str


@dataclass(frozen=True)
class SummedUp:
    """A summary of a stretch."""

    stretch: Stretch
    text: str
    model: str


def shared(entries: Sequence[Entry]) -> list[Entry]:
    """What everybody heard of a stretch: thoughts are nobody's but their thinker's."""
    heard = (
        entry
        for entry in entries
        if entry.kind not in ("thought", "comment") and not getattr(entry, "to", ())
    )
    return [replace(entry, thought="") if entry.thought else entry for entry in heard]


def longest(room: int) -> int:
    """Tokens that a summary may have where all may take `room` together."""
    return max(LEAST, min(MOST, room // PART))


def prompt_for(scene: Scene, stretch: Stretch) -> Prompt:
    """What a model reads before it writes the summary of a stretch."""
    zh = scene.language.startswith("zh")
    before = "".join(recap_line(recap.text) for recap in stretch.before)
    if stretch.merges:
        lines = "".join(recap_line(entry.text) for entry in stretch.lines)
    else:
        lines = dump(shared(stretch.lines))
    asked = dump([Entry("context", ASKED_ZH if zh else ASKED_EN)])
    cue = f"{NARRATION_CUE}{recap_head(scene.language)}"
    return Prompt(stable_part(scene), before + lines + asked, cue if zh else cue.rstrip())


def summary_of(
    backend: Backend, scene: Scene, stretch: Stretch, room: int, seed: int | None = None
) -> Generator[Progress | Refused | SummedUp]:
    """Have a stretch summed up, in a few attempts: the last that is told is the summary, if one
    was none of the refused.

    Raises `KnownError`, also where the stretch is too long for the model.
    """
    scene = within(scene, backend.context, backend.count)
    prompt, tokens = prompt_for(scene, stretch), longest(room)
    needed = backend.count(prompt.text) + tokens + MARGIN
    if needed > backend.context:
        raise KnownError(
            _(
                "{model}: a stretch of {tokens} tokens does not fit into its context of {context}; "
                "name another model in memory.model",
                model=backend.name,
                tokens=needed,
                context=backend.context,
            )
        )
    sampling = Sampling(
        n=1,
        temperature=0.4,
        top_p=0.9,
        repetition_penalty=1.1,
        max_tokens=tokens,
        stop=("】", "\n"),
        grammar=narration_grammar(),
    )
    names = tuple(name for role in scene.cast for name in (role.name, *role.aliases))
    for attempt in range(TRIES):
        again = replace(sampling, seed=None if seed is None else seed + attempt)
        if attempt:
            again = replace(again, temperature=0.4 + 0.3 * attempt)
        text, whole = yield from _written(backend, prompt, again)
        text, why = judged(text, whole, stretch.lines, names)
        if not why:
            yield SummedUp(stretch, text, backend.name)
            return
        yield Refused(text, why)


def _written(
    backend: Backend, prompt: Prompt, sampling: Sampling
) -> Generator[Progress, None, tuple[str, bool]]:
    """What a model writes, cut at the first stop, and whether it ended by itself."""
    scanner, text, whole = StopScanner(sampling.stop, sampling.cues), "", False
    with closing(backend.generate(prompt, sampling)) as deltas:
        for delta in deltas:
            if isinstance(delta, Progress):
                yield delta
                continue
            text += scanner.push(delta.text)
            if delta.end is not None:
                whole = scanner.stopped or delta.end.finish == "stop"
                text += "" if scanner.stopped else scanner.flush()
            elif delta.text:
                yield Progress(0, 0)  # a sign of life, at which it can be stopped
    return UNPRINTABLE.sub("", text).strip(), whole
